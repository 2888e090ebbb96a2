"""Data of a host that is right, and real Redis servers on addresses of their own."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from practice import CONFIG_COMMAND, PASSWORD, PracticeServer, patient_client

from memurai.settings import Settings, from_host_data

# Processes that run tests side by side (pytest -n) have addresses of their own.
_network = 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_addresses = (f"127.79.{_network}.{number}" for number in itertools.count(1))


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that the default settings name as the sources of their secrets."""
    monkeypatch.setenv("MEMURAI_PASSWORD", PASSWORD)
    monkeypatch.setenv("MEMURAI_CONFIG_COMMAND", CONFIG_COMMAND)


@pytest.fixture
def host_data() -> dict[str, object]:
    """Return the least data that makes a host."""
    return {"memurai_package": {"version": "4.1.2", "source": "packages/memurai.msi", "sha256": "ab" * 32}}


@pytest.fixture
def settings(host_data: dict[str, object]) -> Settings:
    """Return the settings with every default."""
    return from_host_data("cache1", host_data)


@pytest.fixture
def practice_server(tmp_path: Path) -> Iterator[Callable[..., PracticeServer]]:
    """Return a function that starts a server; it is ended with the test."""
    servers: list[PracticeServer] = []

    def start(
        configuration: str, address: str, port: int = 6379, password: str | None = None, ca: Path | None = None
    ) -> PracticeServer:
        server = PracticeServer(tmp_path, configuration, patient_client(address, port, password, ca))
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def address() -> str:
    """Return a loopback address that no other test of this run uses."""
    return next(_addresses)
