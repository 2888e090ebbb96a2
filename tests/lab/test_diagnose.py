"""tasks/diagnose.py finds what a test did to a server, shows no secret, key or argument, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run, snapshot

from winlab.twin.functions.services import start_win_service, stop_win_service

TASK = ("pyinfra", "inventories/lab.py", "tasks/diagnose.py")
# In keys and values: a token is a secret, and a user's address is personal data.
PRIVATE = "private-8812"


@pytest.fixture
def connection(deployed: Practice) -> Iterator[redis.Redis]:
    """A connection to the server; its data and statistics are as of a new one afterwards."""
    with redis.Redis(deployed.machine.address, password=CANARY) as connection:
        yield connection
        for key in connection.scan_iter():
            connection.delete(key)
        connection.execute_command(CONFIG_COMMAND, "SET", "slowlog-log-slower-than", "10000")
        connection.execute_command(CONFIG_COMMAND, "RESETSTAT")
        connection.slowlog_reset()
        connection.latency_reset()


def diagnose(practice: Practice, *options: str) -> Run:
    """Run the task; it shows nothing that is nobody's business."""
    run = practice.run(*TASK, "-y", *options)
    assert run.exit_code == 0, run.output
    assert not [secret for secret in (CANARY, CONFIG_COMMAND, PRIVATE) if secret in run.output]
    return run


def test_a_server_that_is_well(deployed: Practice) -> None:
    before = snapshot(deployed.machine)
    output = diagnose(deployed).output
    assert "memory: " in output
    assert "keys token:blacklist:*: 0, 0 without expiry" in output
    assert "keys ratelimit:*: 0, 0 without expiry" in output
    assert "nothing is wrong that this diagnosis knows of" in output
    after = snapshot(deployed.machine)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not [path for path in changed if not path.startswith("ProgramData/Memurai/logs")]


def test_what_was_done_to_a_server_is_found_and_explained(deployed: Practice, connection: redis.Redis) -> None:
    for number in range(20):
        connection.set(f"token:blacklist:{PRIVATE}:{number}", PRIVATE, ex=1000)
    connection.set(f"session:{PRIVATE}", PRIVATE)
    connection.execute_command(CONFIG_COMMAND, "SET", "slowlog-log-slower-than", "0")
    connection.hset(f"session:{PRIVATE}:hash", mapping={f"field{number}": PRIVATE for number in range(100)})
    connection.hgetall(f"session:{PRIVATE}:hash")
    connection.execute_command(CONFIG_COMMAND, "GET", "maxmemory")
    connection.execute_command(CONFIG_COMMAND, "SET", "slowlog-log-slower-than", "-1")
    keys_before = connection.dbsize()
    for options in ((), ("--dry",)):
        output = diagnose(deployed, "--data", "patterns=token:blacklist:*,session:*", *options).output
        assert "keys token:blacklist:*: 20, " in output
        assert "2 of the 2 keys session:* never expire" in output
        assert "slow queries: HGETALL: 1 of the " in output
        assert "to do: read in parts (HSCAN" in output
        assert "slow queries: CONFIG: " in output
        assert "findings: " in output
    assert connection.dbsize() == keys_before


def test_more_detail_shows_no_more_secrets(deployed: Practice, connection: redis.Redis) -> None:
    connection.execute_command(CONFIG_COMMAND, "SET", "slowlog-log-slower-than", "0")
    connection.set(f"ratelimit:{PRIVATE}", PRIVATE)
    connection.execute_command(CONFIG_COMMAND, "GET", "maxmemory")
    diagnose(deployed, "-vvv", "--debug")


def test_a_server_that_is_down_is_told_with_what_to_do(deployed: Practice) -> None:
    stop_win_service(deployed.machine, name="Memurai")
    try:
        output = diagnose(deployed).output
    finally:
        start_win_service(deployed.machine, name="Memurai")
    assert "connection failures: the service Memurai is Stopped" in output
    assert "Could not connect" in output
    assert "findings: connection failures" in output
