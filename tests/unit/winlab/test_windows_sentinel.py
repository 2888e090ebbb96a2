"""A Sentinel of a practice host: a real one, as a service of Windows beside a server's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sentinel_practice import (
    ADDRESSES,
    BASE,
    CONFIGURATIONS,
    SENTINEL,
    SENTINEL_PORT,
    SERVER,
    ask,
    deploy_folders,
    deploy_service,
    sentinel_configuration,
    server_configuration,
)
from windows_practice import install, wait_until

from winlab.twin.launcher import launch
from winlab.windows.errors import PROCESS_ABORTED, Win32Error
from winlab.windows.machine import Machine

NAME = "lab1"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine(NAME, ADDRESSES[NAME], tmp_path / "host", launch) as machine:
        install(machine, tmp_path)
        deploy_folders(machine)
        yield machine


def test_a_sentinel_is_what_it_was_after_a_stop(machine: Machine) -> None:
    deploy_service(machine, SERVER, server_configuration(NAME))
    deploy_service(machine, SENTINEL, sentinel_configuration(NAME))
    machine.services.boot()
    (listener,) = machine.network.listeners(SENTINEL_PORT)
    assert (listener.address, listener.services) == (ADDRESSES[NAME], (SENTINEL,))
    ask(NAME, "SENTINEL", "SET", "main", "down-after-milliseconds", "7000", port=SENTINEL_PORT)
    own = ask(NAME, "SENTINEL", "MYID", port=SENTINEL_PORT)
    machine.services.stop(SENTINEL)
    text = machine.files.read_bytes(CONFIGURATIONS[SENTINEL]).decode()
    assert {f"sentinel myid {own}", 'dir "C:/ProgramData/Memurai/data"'} <= set(text.splitlines())
    assert machine.files.names(f"{BASE}\\config") == ["memurai-production.conf", "sentinel.conf"]
    machine.services.start(SENTINEL)
    assert ask(NAME, "SENTINEL", "MYID", port=SENTINEL_PORT) == own
    state = ask(NAME, "SENTINEL", "MASTER", "main", port=SENTINEL_PORT)
    assert (state["ip"], state["down-after-milliseconds"]) == (ADDRESSES[NAME], "7000")


def test_a_sentinel_that_is_killed_follows_its_recovery_unless_that_failed(machine: Machine) -> None:
    deploy_service(machine, SENTINEL, sentinel_configuration(NAME))
    machine.services.start(SENTINEL)
    service = machine.services.get(SENTINEL)
    first = service.process_id
    machine.services.end_process(SENTINEL)
    wait_until(lambda: service.state == "Running" and service.process_id not in (0, first), 60)
    machine.services.end_process(SENTINEL, recover=False)
    assert (service.state, service.exit_code, service.failures) == ("Stopped", PROCESS_ABORTED, 1)


@pytest.mark.parametrize(
    ("directive", "shown", "reason"),
    [
        ("sentinel auth-pass other canary-secret", "sentinel auth-pass ...", "No such master with specified name."),
        ("sentinel monitor other nowhere.invalid 6379 2", "sentinel monitor other", "Can't resolve instance hostname."),
    ],
)
def test_a_sentinel_refuses_its_configuration_in_windows_words(
    machine: Machine, directive: str, shown: str, reason: str
) -> None:
    deploy_service(machine, SENTINEL, sentinel_configuration(NAME, directive))
    with pytest.raises(Win32Error, match="terminated unexpectedly"):
        machine.services.start(SENTINEL)
    events = "\n".join(event.message for event in machine.events.find(source="Memurai"))
    assert f">>> '{shown}" in events
    assert reason in events
    assert "canary-secret" not in events
