"""A set from bare hosts, and what becomes of it when primaries change: nothing that the deploy would undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import snapshot, wait_until
from set_client import Client
from set_practice import NAMES, REPLICATION, USER_SECRETS, PracticeSet, practice_set

KEYS = 200


@pytest.fixture(scope="module")
def bare_set(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """Three bare hosts; the tests of this module share them, in their order."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as hosts:
        yield hosts


@pytest.fixture
def living(bare_set: PracticeSet) -> PracticeSet:
    """The set, deployed and whole."""
    bare_set.deploy()
    return bare_set


def test_a_dry_run_on_bare_hosts_shows_all_of_it_and_touches_nothing(bare_set: PracticeSet) -> None:
    before = {name: snapshot(machine) for name, machine in bare_set.practice.lab.machines.items()}
    plan = bare_set.run("deploy.py", "--dry", "--diff")
    assert plan.exit_code == 0, plan.output
    for line in (
        "role of lab2 in the set memurai:",
        "+ a replica of lab1",
        "REPLICAOF",
        "+ sentinel monitor memurai",
        "service Memurai-Sentinel:",
    ):
        assert line in plan.output, f"{line}\n{plan.output}"
    assert "role of lab1" not in plan.output
    assert {name: snapshot(machine) for name, machine in bare_set.practice.lab.machines.items()} == before


def test_a_set_is_made_and_a_second_run_changes_nothing(bare_set: PracticeSet) -> None:
    assert "Role in the set" in bare_set.deploy()
    bare_set.wait_until_following("lab1")
    for number in range(KEYS):
        bare_set.ask("lab1", "SET", f"key:{number}", str(number))
    processes = bare_set.processes()
    assert bare_set.deploy() == []
    assert bare_set.processes() == processes
    wait_until(lambda: bare_set.ask("lab3", "DBSIZE") == KEYS, "all keys on a replica")


def test_a_primary_that_died_and_came_back_costs_no_change(living: PracticeSet) -> None:
    machine = living.practice.lab.machines["lab1"]
    machine.services.end_process("Memurai", recover=False)
    wait_until(lambda: living.primary("lab2") != "lab1", "another primary")
    machine.services.start("Memurai")
    living.wait_until_following(living.primary("lab2"))
    processes, primary = living.processes(), living.primary("lab2")
    assert living.deploy() == []
    assert (living.processes(), living.primary()) == (processes, primary)


def test_a_deploy_while_the_former_primary_is_down_moves_no_role(living: PracticeSet) -> None:
    """The host is up and its service is not: that is started and waited for, and nothing else is done."""
    primary = living.primary()
    living.practice.lab.machines[primary].services.end_process("Memurai", recover=False)
    wait_until(lambda: living.primary("lab1") != primary, "another primary")
    assert living.deploy() == ["Service", "Member is whole"]
    now = living.primary()
    assert now != primary
    living.wait_until_following(now)
    assert living.deploy() == []


def test_a_planned_switch_loses_nothing(living: PracticeSet) -> None:
    former = living.primary()
    plan = living.run("tasks/failover.py", "--dry", "--diff")
    assert plan.exit_code == 0, plan.output
    assert living.primary() == former
    run = living.run("tasks/failover.py", "-y")
    assert run.exit_code == 0, run.output
    now = living.primary()
    assert now != former
    assert f"{now} is the primary instead of {former}" in run.output
    assert living.ask(now, "DBSIZE") == KEYS
    assert living.deploy() == []


def test_a_drill_reports_what_it_did(living: PracticeSet, tmp_path: Path) -> None:
    former, report = living.primary(), tmp_path / "drill.json"
    run = living.run("tasks/failover.py", "-y", "--data", "drill=true", "--data", f"report={report}")
    assert run.exit_code == 0, run.output
    told = json.loads(report.read_text())
    assert (told["former_primary"], told["primary"]) == (former, living.primary())
    assert told["former_primary"] != told["primary"]
    assert told["acknowledged_writes"] > told["lost_writes"]
    assert told["writes_failed_seconds"] > 0
    assert "writes failed for" in run.output
    assert living.deploy() == []
    living.wait_until_following(told["primary"])
    assert living.ask(told["primary"], "DBSIZE") == KEYS  # what the drill wrote is gone


@pytest.mark.parametrize(
    ("replication", "reason"),
    [
        ({"quorum": 3, "first_primary": "lab9"}, "expected a member with a server as the first primary"),
        ({"quorum": 4}, "expected a quorum from 2"),
        ({"min_replicas_to_write": 3}, "expected at most 2 replicas without which the primary takes no writes"),
    ],
)
def test_what_can_be_no_set_is_refused_before_anything_is_touched(
    living: PracticeSet, replication: dict[str, object], reason: str
) -> None:
    before = living.processes()
    run = living.run("deploy.py", "-y", inventory=living.inventory(replication))
    assert run.exit_code != 0
    assert reason in run.output, run.output
    assert living.processes() == before


@pytest.mark.parametrize("options", [["--serial"], ["--no-wait"], ["--parallel", "2"]], ids=" ".join)
def test_members_that_do_not_wait_for_each_other_are_refused(living: PracticeSet, options: list[str]) -> None:
    run = living.run("deploy.py", "-y", *options)
    assert run.exit_code != 0
    assert f"expected all members side by side, found {' '.join(options)}" in run.output, run.output
    assert "Starting operation" not in run.output


def test_hosts_that_name_different_sets_are_refused(living: PracticeSet) -> None:
    own = {"memurai_replication": REPLICATION}
    other = {"memurai_replication": {**REPLICATION, "set_name": "other"}}
    before = living.processes()
    run = living.run("deploy.py", "-y", inventory=living.practice.inventory(lab1=own, lab2=own, lab3=other))
    assert run.exit_code != 0
    for reason in (
        "set memurai: expected at least 3 Sentinels, so that a majority is left when one is lost, found 2 (lab1, lab2)",
        "set other: expected a member with a server as the first primary, one of lab3, found 'lab1'",
    ):
        assert reason in run.output, run.output
    assert living.processes() == before


def test_users_come_with_the_set_or_not_at_all(living: PracticeSet) -> None:
    users = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}
    inventory, before = living.inventory(memurai_users=users), living.processes()
    run = living.practice.run("pyinfra", inventory, "deploy.py", "-y", environment=USER_SECRETS)
    assert run.exit_code != 0
    assert "memurai_users.enabled: expected False, as the set memurai has it, found True" in run.output, run.output
    assert living.processes() == before


def test_two_sentinels_are_no_majority_when_one_is_lost(living: PracticeSet) -> None:
    run = living.run("deploy.py", "-y", inventory=_of_two(living))
    assert run.exit_code != 0
    assert "expected at least 3 Sentinels" in run.output, run.output


def _of_two(living: PracticeSet) -> str:
    path = Path(living.inventory())
    path.write_text(path.read_text() + "hosts = hosts[:2]\n")
    return str(path)


def test_a_live_change_restarts_nothing_and_costs_no_write(living: PracticeSet) -> None:
    before, client = living.processes(), Client(living)
    with client.writing():
        changed = living.deploy(inventory=living.inventory(memurai_memory={"maxmemory": "200mb"}))
    assert (changed, client.failed) == (["Configuration"], 0)
    assert living.processes() == before
    assert {living.ask(name, "INFO", "memory")["maxmemory"] for name in NAMES} == {200 * 1024 * 1024}
    assert living.deploy() == ["Configuration"]
