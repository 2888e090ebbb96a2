"""Real servers for the tests of the configuration language: their addresses, and what they say of themselves."""

import itertools
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import redis

from memurai import config

# Processes that run tests side by side (pytest -n) have addresses of their own.
_network = 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
_addresses = (f"127.79.{_network}.{number}" for number in itertools.count(1))
START_SECONDS = 20


def next_address() -> str:
    """Return a loopback address that no other test of the configuration language uses."""
    return next(_addresses)


def present_values(client: redis.Redis, *patterns: str, command: str = "CONFIG") -> dict[str, str]:
    """Return what CONFIG GET says; bytes that are not UTF-8 as in the configuration language."""
    answer: Mapping[bytes, bytes] = client.execute_command(command, "GET", *(patterns or ("*",)))
    return {name.decode(): value.decode("utf-8", "surrogateescape") for name, value in answer.items()}


def spoken(value: tuple[tuple[str, ...], ...]) -> str:
    """Return a canonical value as CONFIG GET says it."""
    return " ".join(" ".join(arguments) for arguments in value)


def refusal(folder: Path, text: bytes) -> str:
    """Return the message of a server that ends at once because it cannot read its configuration."""
    path = folder / "refused.conf"
    path.write_bytes(text)
    run = subprocess.run(
        ["redis-server", str(path)], cwd=folder, capture_output=True, check=False, timeout=START_SECONDS, text=True
    )
    assert run.returncode == 1
    return run.stdout + run.stderr


def as_mapping(changes: tuple[config.Change, ...]) -> dict[tuple[str, ...], tuple[object, object]]:
    """Return changes so that a failing comparison shows their values."""
    return {change.key: (change.before, change.after) for change in changes}
