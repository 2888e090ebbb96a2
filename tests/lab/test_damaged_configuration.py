"""What stands in the configuration of one host is shown and mended, or refused by name; another host goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, NETWORK, Practice, practice_hosts

CONFIGURATION = "ProgramData/Memurai/config/memurai-production.conf"


@pytest.fixture(scope="module")
def pair(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Two practice hosts that were deployed once."""
    for practice in practice_hosts(2, variables, tmp_path_factory.mktemp("pair")):
        first = practice.deploy()
        assert first.exit_code == 0, first.output
        yield practice


def file_of(practice: Practice) -> Path:
    return practice.machine.root / "C:" / CONFIGURATION


def damage(practice: Practice, name: str, line: str) -> None:
    """Write another line for a directive of the first host."""
    lines = file_of(practice).read_bytes().splitlines(keepends=True)
    changed = [f"{line}\r\n".encode() if old.startswith(f"{name} ".encode()) else old for old in lines]
    assert changed != lines
    file_of(practice).write_bytes(b"".join(changed))


def change_second_host() -> None:
    with second_server() as client:
        client.execute_command(CONFIG_COMMAND, "SET", "timeout", "77")


def second_server() -> redis.Redis:
    return redis.Redis(host=f"{NETWORK}.2", password=CANARY, decode_responses=True)


def timeout_of_second_host() -> str:
    with second_server() as client:
        answer: dict[str, str] = client.execute_command(CONFIG_COMMAND, "GET", "timeout")
    return answer["timeout"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirepass", "requirepass"),
        ("port", "port abc"),
        ("bind", "bind"),
        ("rename-command CONFIG", "rename-command CONFIG"),
        ("port", "port 6379 6380"),
        ("appendonly", "appendonly yes # as always"),
        ("dir", "dir"),
    ],
)
def test_a_line_that_a_server_refuses_is_shown_and_mended_and_another_host_goes_on(
    pair: Practice, name: str, line: str
) -> None:
    before = file_of(pair).read_bytes()
    damage(pair, name, line)
    change_second_host()
    plan = pair.plan()
    assert (plan.exit_code, "Traceback" in plan.output) == (0, False), plan.output
    assert f"- {line}" in plan.output
    assert CANARY not in plan.output
    process = pair.machine.services.get("Memurai").process_id
    run = pair.deploy("--json")
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    assert file_of(pair).read_bytes() == before
    assert timeout_of_second_host() == "0"
    # The server runs with what is desired already; only of a renamed command nobody can tell.
    assert (pair.machine.services.get("Memurai").process_id == process) is (name != "rename-command CONFIG")
    again = pair.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hash-max-listpack-entries many", "hash-max-listpack-entries: expected a whole number"),
        ("no-such-directive 1", "no-such-directive: expected a directive of Redis 7 or Memurai 4, found an unknown"),
        ('requirepass "never closed', "expected a closing quote, found the end of the line"),
    ],
)
def test_a_line_without_a_remedy_fails_its_host_alone_with_its_number(pair: Practice, line: str, expected: str) -> None:
    before = file_of(pair).read_bytes()
    number = len(before.splitlines()) + 1
    file_of(pair).write_bytes(before + line.encode() + b"\r\n")
    change_second_host()
    run = pair.deploy("--json")
    assert (run.exit_code, run.failed_hosts, "Traceback" in run.output) == (1, ["lab1"], False), run.output
    assert f"configuration C:/{CONFIGURATION}: line {number}, column" in run.output
    assert expected in run.output
    assert timeout_of_second_host() == "0"
    file_of(pair).write_bytes(before)
    again = pair.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


@pytest.mark.parametrize("line", ["maxmemory abc", "maxmemory", "databases many"])
def test_a_limit_that_a_server_without_config_does_not_tell_fails_its_host_alone(pair: Practice, line: str) -> None:
    """What the server started with can't be known, so nobody can tell what the change would do to its data."""
    security = {"password": "env:MEMURAI_LAB_PASSWORD", "renamed_commands": {"CONFIG": ""}}
    data = {"memurai_security": security, "memurai_extra": {"directives": {"databases": "32"}}}
    inventory = pair.inventory(lab1=data, lab2=data)
    first = pair.deploy(inventory=inventory)
    assert first.exit_code == 0, first.output
    before = file_of(pair).read_bytes()
    damage(pair, line.split(maxsplit=1)[0], line)
    damaged, second = file_of(pair).read_bytes(), pair.lab.machines["lab2"]
    second.services.stop("Memurai")
    run = pair.deploy("--json", inventory=inventory)
    assert (run.exit_code, run.failed_hosts, "Traceback" in run.output) == (1, ["lab1"], False), run.output
    assert f"configuration C:/{CONFIGURATION}: databases and maxmemory: expected a size" in run.output
    assert "Write into that line what the server started with" in run.output
    assert file_of(pair).read_bytes() == damaged
    assert second.services.get("Memurai").state == "Running"
    file_of(pair).write_bytes(before)
    again = pair.deploy("--json", inventory=inventory)
    assert (again.exit_code, again.changed) == (0, []), again.output
