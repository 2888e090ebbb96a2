"""Verification harms nothing: that a command is disabled is asked, and not tried."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run

KEYS = 5_000
# Nothing but CONFIG is restricted, and it is not by a secret of this project's own.
OPEN = {"password": "env:MEMURAI_LAB_PASSWORD", "renamed_commands": {"CONFIG": "env:MEMURAI_LAB_CONFIG_COMMAND"}}
# Each of them would delete the data, end the server or move the data elsewhere if it were tried.
DESTRUCTIVE = ("FLUSHALL", "FLUSHDB", "SHUTDOWN", "SWAPDB")


def verify(practice: Practice, inventory: str, *options: str, **environment: str) -> Run:
    command = ("pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "--inventory", inventory, *options)
    return practice.run(*command, environment=environment)


def restricting(**renamed: str) -> dict[str, Any]:
    return {"memurai_security": {**OPEN, "renamed_commands": {**OPEN["renamed_commands"], **renamed}}}


@pytest.fixture(scope="module")
def unrestricted(deployed: Practice) -> Practice:
    """The host, whose server has every command, with data."""
    done = deployed.deploy(inventory=deployed.inventory(lab1={"memurai_security": OPEN}))
    assert done.exit_code == 0, done.output
    return deployed


@pytest.fixture
def filled(unrestricted: Practice) -> Practice:
    """The same with data."""
    with redis.Redis(host=unrestricted.machine.address, password=CANARY) as client:
        client.mset({f"key:{number}": number for number in range(KEYS)})
        assert client.dbsize() == KEYS
    return unrestricted


@pytest.mark.parametrize("command", DESTRUCTIVE)
def test_a_command_that_should_be_disabled_is_named_and_not_run(filled: Practice, command: str) -> None:
    process = filled.machine.services.get("Memurai").process_id
    run = verify(filled, filled.inventory(lab1=restricting(**{command: ""})), "-k", "test_commands")
    assert filled.machine.services.get("Memurai").process_id == process
    assert int(filled.ask("DBSIZE")) == KEYS
    assert run.exit_code == 1, run.output
    assert re.search(rf"^E .*\b{command}\b", run.output, re.MULTILINE), run.output


def test_a_server_that_does_not_answer_is_told_once_and_proves_nothing(filled: Practice) -> None:
    filled.machine.services.stop("Memurai")
    written = filled.working_folder / "report.json"
    run = verify(filled, filled.inventory(lab1={"memurai_security": OPEN}), "--json", str(written))
    filled.machine.services.start("Memurai")
    assert run.exit_code == 1, run.output
    assert re.search("^  FAILED     The server answers with the password$", run.output, re.MULTILINE), run.output
    of_the_server = [line for line in run.output.splitlines() if re.match("  (proven|FAILED) +The server ", line)]
    assert len(of_the_server) == 1, run.output
    assert run.output.count("see the failure of its first check") > 1
    assert "KeyError" not in run.output
    (host,) = json.loads(written.read_text())["hosts"].values()
    checks = {check["statement"]: (check["outcome"], check["reason"]) for check in host["checks"]}
    assert len(checks) == len(host["checks"])
    assert not [statement for statement in checks if "Sentinel" in statement]
    told = {statement: outcome for statement, (outcome, reason) in checks.items() if "expected PONG from" in reason}
    assert told == {"The server answers with the password": "FAILED"}
    assert checks["Windows restarts the service when it fails"] == ("proven", "")
    assert CANARY not in written.read_text()


def test_a_whole_verification_leaves_every_key(filled: Practice) -> None:
    disabled = restricting(**dict.fromkeys(DESTRUCTIVE, ""))
    run = verify(filled, filled.inventory(lab1=disabled), "--disruptive")
    assert run.exit_code == 1, run.output
    assert int(filled.ask("DBSIZE")) == KEYS
    assert filled.ask("GET", f"key:{KEYS - 1}") == str(KEYS - 1)


def test_a_new_name_that_the_server_does_not_know_is_found(unrestricted: Practice) -> None:
    other = {"MEMURAI_LAB_CONFIG_COMMAND": "CONFIG_another_5529_must_not_show"}
    run = verify(unrestricted, unrestricted.inventory(lab1=restricting()), "-k", "test_commands", **other)
    assert run.exit_code == 1, run.output
    assert "CONFIG is not known under its new name" in run.output
    assert not [secret for secret in (CONFIG_COMMAND, *other.values()) if secret in run.output]


def test_a_new_name_is_asked_for_and_not_called(unrestricted: Practice) -> None:
    """With the new name of RANDOMKEY being that of a command that the server has, it would run."""
    taken = {"MEMURAI_LAB_RANDOMKEY": CONFIG_COMMAND}
    inventory = unrestricted.inventory(lab1=restricting(RANDOMKEY="env:MEMURAI_LAB_RANDOMKEY", CONFIG="env:OTHER"))
    run = verify(unrestricted, inventory, "-k", "test_commands", OTHER="CONFIG_other_5530_must_not_show", **taken)
    assert run.exit_code == 1, run.output
    assert CONFIG_COMMAND not in run.output


def test_a_server_that_tells_nothing_of_its_commands_is_not_proven(unrestricted: Practice) -> None:
    """An administrator without COMMAND gets no answer, which must not pass for an unknown command."""
    with redis.Redis(host=unrestricted.machine.address, password=CANARY) as client:
        client.execute_command("ACL", "SETUSER", "default", "-command")
        try:
            run = verify(unrestricted, unrestricted.inventory(lab1=restricting()), "-k", "test_commands")
        finally:
            client.execute_command("ACL", "SETUSER", "default", "+command")
    assert run.exit_code == 1, run.output
    assert re.search(r"^E .*COMMAND INFO", run.output, re.MULTILINE), run.output


def test_a_restart_loses_nothing_that_only_memory_holds(unrestricted: Practice) -> None:
    """A service may be stopped without saving; without an append-only file nothing else does."""
    memory_only = {"appendonly": False, "save": [(604800, 1_000_000)]}
    inventory = unrestricted.inventory(lab1={**restricting(), "memurai_persistence": memory_only})
    done = unrestricted.deploy(inventory=inventory)
    assert done.exit_code == 0, done.output
    unrestricted.ask("SET", "precious", "1")
    run = verify(unrestricted, inventory, "--disruptive", "-k", "test_restart")
    assert run.exit_code == 0, run.output
    assert unrestricted.ask("GET", "precious") == "1"


def test_the_server_is_proven_to_take_the_connections_of_the_applications_pools(unrestricted: Practice) -> None:
    inventory = unrestricted.inventory(lab1=restricting())
    run = verify(unrestricted, inventory, "-k", "test_connections")
    assert run.exit_code == 0, run.output
    assert "lab1: 1 of 1 proven" in run.output

    with redis.Redis(host=unrestricted.machine.address, password=CANARY) as administrator:
        administrator.execute_command(CONFIG_COMMAND, "SET", "maxclients", 100)
        try:
            run = verify(unrestricted, inventory, "-k", "test_connections")
        finally:
            administrator.execute_command(CONFIG_COMMAND, "SET", "maxclients", 10_000)
    assert run.exit_code == 1, run.output
    assert "FAILED     The server takes all connections of the application's pools at once" in run.output
    assert "max number of clients reached" in run.output
    assert CANARY not in run.output
