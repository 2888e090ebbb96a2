"""What hosts and networks do to a set: all restart at once, one is cut off, a deploy is interrupted."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from lab_practice import wait_until
from set_practice import NAMES, PracticeSet, practice_set

KEYS = 50
# How long a member that can't be whole is waited for.
IMPATIENT = {"ready_timeout_seconds": 20}


@pytest.fixture(scope="module")
def living(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """A set with data, whose network can be divided; the tests share it, in their order."""
    with practice_set(variables, tmp_path_factory.mktemp("set"), own_network=True) as hosts:
        hosts.default = hosts.inventory(memurai_service=IMPATIENT)
        hosts.deploy()
        for number in range(KEYS):
            hosts.ask("lab1", "SET", f"key:{number}", str(number))
        yield hosts


@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)), ids="-".join)
def test_all_hosts_restart_at_once_in_any_order(living: PracticeSet, order: tuple[str, ...]) -> None:
    """The former primary is the last one twice, the first one twice; the data are there each time."""
    lab = living.practice.lab
    for name in NAMES:
        lab.shut_down(name)
    for name in order:
        lab.boot(name)
    primary = living.settled()
    assert {living.ask(name, "DBSIZE") for name in NAMES} == {KEYS}
    assert living.ask(primary, "GET", "key:7") == "7"
    assert living.deploy() == []


def test_a_primary_that_is_cut_off_is_no_truth(living: PracticeSet) -> None:
    """Who asks both sides goes by the majority; what the other side took in the meantime it refused or loses."""
    former, lab = living.settled(), living.practice.lab
    lab.cut_off(former)
    others = [name for name in NAMES if name != former]
    wait_until(lambda: {living.primary(name) for name in others} <= set(others), "a primary of the majority")
    now = living.primary(others[0])
    with pytest.raises(Exception, match="NOREPLICAS"):
        wait_until(lambda: living.ask(former, "SET", "alone", "1") is None, "a primary that takes no writes alone")
    run = living.run("deploy.py", "-y")
    assert living.primary(others[0]) == now, run.output
    assert living.role(former) == "primary"
    assert "which the Sentinels' majority does not accept" in run.output or run.exit_code != 0, run.output
    lab.join(former)
    assert living.settled() == now
    wait_until(lambda: {living.ask(name, "DBSIZE") for name in NAMES} == {KEYS}, "the same data everywhere")
    assert living.deploy() == []


def test_without_a_majority_nothing_is_touched(living: PracticeSet) -> None:
    primary, lab = living.settled(), living.practice.lab
    others = [name for name in NAMES if name != primary]
    for name in others:
        lab.machines[name].services.stop("Memurai-Sentinel")
    run = living.run("deploy.py", "-y", inventory=living.inventory({"replica_priority": 50}, memurai_service=IMPATIENT))
    assert run.exit_code != 0
    assert "no answer" in run.output or "expected the same primary of at least 2 Sentinels" in run.output, run.output
    assert "Starting operation" not in run.output
    assert living.role(primary) == "primary"
    for name in others:
        lab.machines[name].services.start("Memurai-Sentinel")
    living.settled()
    assert living.deploy() == []
