"""Verification of a set: what is proven of each member, and what it finds when one of them is not as it should be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, wait_until
from set_practice import NAMES, REPLICATION, SENTINEL_CANARY, SENTINEL_PORT, SET, PracticeSet, practice_set
from verification_practice import Checks, assert_all_proven, verify

from winlab.windows.firewall import FirewallRule

PASSWORD = "The server answers with the password"
PRIMARY = "A majority of the set's Sentinels accepts one primary; of the servers that answer, it alone says it is one"
ROLE = "The server is that primary, or a replica that has all its data: linked, online there, and heard of lately"
SENTINEL = "The Sentinel names that primary, reaches all other members, has the wanted quorum"
PASSWORDS = "All members' servers take the password that this one gives its primary"
VALUES = "All members' servers run with the same values"
WRONG = "Canary-wrong-5117-must-not-show"


@pytest.fixture(scope="module")
def living(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """A set that was deployed; the tests share it and leave it whole."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as hosts:
        hosts.deploy()
        yield hosts
        assert WRONG not in "\n".join(hosts.practice.outputs)


def failed(checks: Checks) -> dict[str, list[str]]:
    """Return the sentences that failed, by host."""
    return {
        host: [sentence for sentence, (outcome, _) in of_host.items() if outcome == "FAILED"]
        for host, of_host in checks.items()
    }


def only(host: str, *sentences: str) -> dict[str, list[str]]:
    return {name: list(sentences) if name == host else [] for name in NAMES}


def begun(found: dict[str, list[str]], *beginnings: str) -> dict[str, list[str]]:
    """Return failed sentences, those that begin so by that."""
    return {
        host: [next((one for one in beginnings if sentence.startswith(one)), sentence) for sentence in sentences]
        for host, sentences in found.items()
    }


def test_a_whole_set_is_proven_and_no_member_goes_down(living: PracticeSet) -> None:
    before = living.processes()
    assert_all_proven(living)
    assert living.processes() == before


def test_a_replica_that_is_down_is_found_and_proves_nothing(living: PracticeSet) -> None:
    replica = next(name for name in NAMES if living.role(name) != "primary")
    with stopped(living, "Memurai", replica):
        run, checks = verify(living)
    assert run.exit_code == 1, run.output
    found = begun(failed(checks), SENTINEL)
    for other in set(NAMES) - {replica}:
        assert found[other] == [SENTINEL]
        assert checks[other][PASSWORD][0] == "proven"
    assert PASSWORD in found[replica]
    assert checks[replica][ROLE][0] == "not tried"
    assert f"the server of {replica}" in run.output


def test_a_set_without_a_majority_is_told_once_a_member(living: PracticeSet) -> None:
    with stopped(living, "Memurai-Sentinel", "lab2", "lab3"):
        run, checks = verify(living)
    assert run.exit_code == 1, run.output
    found = failed(checks)
    assert found["lab1"] == [PRIMARY]
    for of_host in checks.values():
        assert "expected the same primary of at least 2 Sentinels" in of_host[PRIMARY][1]
        assert of_host[ROLE][0] == "not tried"


def test_a_member_that_signs_nobody_in_is_tried_once(living: PracticeSet) -> None:
    """Windows locks accounts out; what the others are in the set is proven without it."""
    statistics = living.practice.lab.servers["lab3"].statistics
    data = {"memurai_replication": REPLICATION}
    wrong = {**data, "winrm_password": "env:WRONG"}
    inventory = living.practice.inventory(lab1=data, lab2=data, lab3=wrong)
    environment = {"WRONG": WRONG}
    before = statistics.statuses[401]
    living.practice.run(
        *("pyinfra", inventory, "exec", "-y", "--limit", "@winrm/lab3", "--", "hostname"), environment=environment
    )
    once = statistics.statuses[401] - before
    assert once > 0
    run, checks = verify(living, inventory=inventory, environment=environment)
    assert statistics.statuses[401] - before == 2 * once
    assert run.exit_code == 1, run.output
    assert [checks[name][PRIMARY][0] for name in ("lab1", "lab2")] == ["proven", "proven"]


def test_a_sentinel_with_another_quorum_is_found(living: PracticeSet) -> None:
    living.ask("lab2", "SENTINEL", "SET", SET, "quorum", "3", port=SENTINEL_PORT)
    try:
        run, checks = verify(living)
    finally:
        living.ask("lab2", "SENTINEL", "SET", SET, "quorum", "2", port=SENTINEL_PORT)
    assert run.exit_code == 1, run.output
    found = begun(failed(checks), SENTINEL, "The Sentinel's file")
    assert found == only("lab2", SENTINEL, "The Sentinel's file")


def test_a_member_with_another_limit_of_memory_is_found(living: PracticeSet) -> None:
    with other_value(living, "lab3", "maxmemory", "123456789"):
        run, checks = verify(living)
    assert run.exit_code == 1, run.output
    found = begun(failed(checks), VALUES)
    assert [host for host in NAMES if VALUES in found[host]] == list(NAMES)
    assert "'lab3': '123456789'" in run.output
    assert "Memory and eviction are limited as configured" in found["lab3"]


def test_a_replica_with_a_wrong_password_for_its_primary_is_found(living: PracticeSet) -> None:
    """Its link is up, for it signed in before."""
    with other_value(living, "lab3", "masterauth", WRONG):
        run, checks = verify(living)
    assert run.exit_code == 1, run.output
    assert begun(failed(checks), PASSWORDS) == only("lab3", PASSWORDS)
    assert "masterauth" in run.output


def test_a_sentinel_that_gives_servers_a_wrong_password_is_found(living: PracticeSet) -> None:
    """Before the connections end by which it has signed in."""
    living.ask("lab3", "SENTINEL", "SET", SET, "auth-pass", WRONG, port=SENTINEL_PORT)
    try:
        run, checks = verify(living, "-k", "test_passwords_of_servers")
    finally:
        living.ask("lab3", "SENTINEL", "SET", SET, "auth-pass", CANARY, port=SENTINEL_PORT)
    living.wait_until_following(living.primary())
    assert run.exit_code == 1, run.output
    assert begun(failed(checks), PASSWORDS) == only("lab3", PASSWORDS)
    assert "auth-pass" in run.output


def test_a_sentinel_with_another_password_than_the_others_is_found(living: PracticeSet) -> None:
    address = living.practice.lab.machines["lab3"].address
    with redis.Redis(address, SENTINEL_PORT, password=SENTINEL_CANARY, single_connection_client=True) as client:

        def have(password: str) -> None:
            client.execute_command("ACL", "SETUSER", "default", "resetpass", f">{password}")
            client.execute_command("SENTINEL", "CONFIG", "SET", "sentinel-pass", password)

        have(WRONG)
        try:
            run, checks = verify(living, "-k", "test_password_of_sentinels")
        finally:
            have(SENTINEL_CANARY)
    living.wait_until_following(living.primary())
    assert run.exit_code == 1, run.output
    assert all(len(sentences) == 1 for sentences in failed(checks).values())
    assert "the Sentinel of lab3 does not take that of the one of lab1" in run.output


def test_data_that_differ_by_member_are_found(living: PracticeSet) -> None:
    data = {"memurai_replication": REPLICATION}
    other = {**data, "memurai_memory": {"maxmemory": "200mb"}}
    inventory = living.practice.inventory(lab1=data, lab2=other, lab3=data)
    run, checks = verify(living, "-k", "test_settings", inventory=inventory)
    assert run.exit_code == 1, run.output
    assert all(len(sentences) == 1 for sentences in failed(checks).values())
    assert "expected the same in the data of all members, found others of ['maxmemory']" in run.output


def test_a_sentinel_that_windows_does_not_start_is_found(living: PracticeSet) -> None:
    services = living.practice.lab.machines["lab2"].services
    former = services.get("Memurai-Sentinel").settings
    services.change("Memurai-Sentinel", replace(former, start_type="Manual"))
    try:
        run, checks = verify(living, "-k", "test_sentinel_service")
    finally:
        services.change("Memurai-Sentinel", former)
    assert run.exit_code == 1, run.output
    assert {host for host, sentences in failed(checks).items() if sentences} == {"lab2"}


def test_a_rule_that_shuts_the_other_members_out_is_found(living: PracticeSet) -> None:
    firewall = living.practice.lab.machines["lab1"].firewall
    firewall.put(
        FirewallRule(
            name="Memurai-Clients-In",
            display_name="by hand",
            direction="Inbound",
            action="Allow",
            protocol="TCP",
            local_ports=("6379",),
            remote_addresses=("10.0.4.0/24", living.practice.lab.machines["lab2"].address),
            profiles=("Any",),
        )
    )
    try:
        run, checks = verify(living, "-k", "test_members_are_admitted")
    finally:
        firewall.remove("Memurai-Clients-In")
    assert run.exit_code == 1, run.output
    assert {host for host, sentences in failed(checks).items() if sentences} == {"lab1"}
    shut_out = living.practice.lab.machines["lab3"].address
    assert f"['{shut_out}'] == []" in run.output


def test_backups_of_the_primary_alone_are_found(living: PracticeSet, tmp_path: Path) -> None:
    machines = {name: living.practice.lab.machines[name] for name in NAMES if living.role(name) != "primary"}
    folders = {name: machine.root / "C:/Backups/Redis" for name, machine in machines.items()}
    for name, folder in folders.items():
        _move_all(folder, tmp_path / name)
    try:
        run, checks = verify(living, "-k", "test_backup_of_a_replica")
    finally:
        for name, folder in folders.items():
            _move_all(tmp_path / name, folder)
    assert run.exit_code == 1, run.output
    assert all(len(sentences) == 1 for sentences in failed(checks).values())


def _move_all(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for path in source.iterdir():
        shutil.move(path, target)


def test_after_a_failover_all_is_proven_still(living: PracticeSet) -> None:
    former = living.primary()
    run = living.run("tasks/failover.py", "-y")
    assert run.exit_code == 0, run.output
    living.wait_until_following(living.primary())
    assert living.primary() != former
    wait_until(lambda: living.ask(former, "INFO", "replication")["master_link_status"] == "up", "the link")
    assert_all_proven(living)


@contextmanager
def other_value(living: PracticeSet, name: str, directive: str, value: str) -> Iterator[None]:
    """Have a member's server run with another value, set by hand."""
    former = living.ask(name, CONFIG_COMMAND, "GET", directive)[directive]
    living.ask(name, CONFIG_COMMAND, "SET", directive, value)
    try:
        yield
    finally:
        living.ask(name, CONFIG_COMMAND, "SET", directive, former)


@contextmanager
def stopped(living: PracticeSet, service: str, *names: str) -> Iterator[None]:
    """Have a service of some members stopped; afterwards the set is whole again, and their health checks have run."""
    machines = [living.practice.lab.machines[name] for name in names]
    for machine in machines:
        machine.services.stop(service)
    try:
        yield
    finally:
        for machine in machines:
            machine.services.start(service)
    living.wait_until_following(living.primary("lab1"))
    wait_until(lambda: all(machine.tasks.run("Memurai-health") == 0 for machine in machines), "healthy members")
