"""Changes that take servers down go through a set one member at a time, while a client writes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from set_client import Client
from set_practice import NAMES, REPLICATION, SENTINEL_PORT, SET, PracticeSet, practice_set

from winlab.package import build

TRIAL_PORT = 16379
RESTARTING = {"directives": [["databases", "32"]]}


@pytest.fixture(scope="module")
def living(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """A set that was deployed; the tests share it, in their order."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as hosts:
        hosts.deploy()
        yield hosts


def test_a_restore_reaches_every_member(living: PracticeSet) -> None:
    """The backup is the primary's own; what was written after it is gone everywhere, and nobody was promoted."""
    primary = living.settled()
    living.ask(primary, "SET", "kept", "1")
    taken = living.run("tasks/backup.py", "-y")
    assert taken.exit_code == 0, taken.output
    living.ask(primary, "SET", "later", "1")
    run = living.run("tasks/restore.py", "-y")
    assert run.exit_code == 0, run.output
    assert living.primary() == primary
    living.wait_until_following(primary)
    for name in NAMES:
        assert [living.ask(name, "GET", key) for key in ("kept", "later")] == ["1", None]
    state = living.ask("lab2", "SENTINEL", "MASTER", SET, port=SENTINEL_PORT)
    assert int(state["down-after-milliseconds"]) == REPLICATION["down_after_milliseconds"]
    assert living.deploy() == []


@pytest.mark.parametrize("limit", ["@winrm/lab1", "@winrm/lab2"])
def test_a_restore_of_some_members_is_refused(living: PracticeSet, limit: str) -> None:
    run = living.run("tasks/restore.py", "-y", "--limit", limit)
    assert run.exit_code != 0
    assert "expected all members in this run" in run.output, run.output
    assert "Starting operation" not in run.output


def test_a_change_that_needs_restarts_rolls_replicas_first(living: PracticeSet) -> None:
    inventory, former, client = living.inventory(memurai_extra=RESTARTING), living.primary(), Client(living)
    before = living.processes()
    with client.writing():
        changed = living.deploy(inventory=inventory)
    assert set(changed) <= {"Configuration", "Member is whole"}
    after, now = living.processes(), living.primary()
    servers = [f"Memurai of {name}" for name in NAMES]
    assert all(after[name] != before[name] for name in servers)
    assert now != former
    machines = living.practice.lab.machines
    # The former primary was the last one to go down, when it was a replica.
    assert max(NAMES, key=lambda name: str(machines[name].services.get("Memurai").started_at)) == former
    living.wait_until_following(now)
    assert client.lost() == []
    assert {living.value(name, "databases") for name in NAMES} == {"32"}
    assert living.deploy(inventory=inventory) == []
    assert living.processes() == after


def test_a_rollback_keeps_the_roles_of_today(living: PracticeSet) -> None:
    """The last roll made another member the primary; the files of before it name the former one."""
    run = living.run("tasks/rollback.py", "-y", "--data", "rollback_to=previous")
    assert run.exit_code == 0, run.output
    primary = living.settled()
    assert {living.value(name, "databases") for name in NAMES} == {"16"}
    written = {name: living.file(name).partition("replicaof ")[2].partition("\n")[0].strip() for name in NAMES}
    address = living.practice.lab.machines[primary].address
    assert written == {name: "" if name == primary else f"{address} 6379" for name in NAMES}
    living.deploy(inventory=living.inventory(memurai_extra=RESTARTING))
    living.settled()


def test_a_replica_that_does_not_come_up_ends_the_roll_with_the_set_serving(living: PracticeSet) -> None:
    """The new configuration is tried first, at a port that is taken on the first replica."""
    primary, before = living.primary(), living.processes()
    inventory = living.inventory(memurai_extra={"directives": [["databases", "64"]]})
    first = min(name for name in NAMES if name != primary)
    with socket.create_server((living.practice.lab.machines[first].address, TRIAL_PORT)):
        run = living.run("deploy.py", "-y", inventory=inventory)
    assert run.exit_code != 0
    assert "not begun, because" in run.output, run.output
    after = living.processes()
    assert after == before
    assert living.primary() == primary
    living.wait_until_following(primary)


def test_an_upgrade_goes_through_the_set_as_well(living: PracticeSet, tmp_path: Path) -> None:
    newer, client = build("4.3.0", tmp_path / "newer.msi"), Client(living)
    package = {"version": "4.3.0", "source": str(newer), "sha256": sha256(newer.read_bytes()).hexdigest()}
    inventory = living.inventory(memurai_extra=RESTARTING, memurai_package=package)
    before = living.processes()
    with client.writing():
        changed = living.deploy(inventory=inventory)
    assert set(changed) <= {"Product", "Member is whole"}
    after = living.processes()
    assert not [name for name in before if after[name] == before[name]]  # the Sentinels, too
    living.wait_until_following(living.primary())
    assert client.lost() == []
    assert living.deploy(inventory=inventory) == []
