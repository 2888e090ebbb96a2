"""Hosts that do not reach each other: a deploy reaches them all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import NETWORK, Practice, practice_hosts


@pytest.fixture
def divisible(variables: dict[str, str], tmp_path: Path) -> Iterator[Practice]:
    """Two bare hosts, whose network can be divided."""
    yield from practice_hosts(2, variables, tmp_path, own_network=True)


def connect() -> None:
    """Connect to the second host's server from the first host's address."""
    socket.create_connection((f"{NETWORK}.2", 6379), 5, (f"{NETWORK}.1", 0)).close()


def test_a_deploy_reaches_both_sides(divisible: Practice) -> None:
    divisible.lab.cut_off("lab1")
    first = divisible.deploy()
    assert first.exit_code == 0, first.output
    with pytest.raises(OSError, match="unreachable"):
        connect()
    divisible.lab.join("lab1")
    connect()
