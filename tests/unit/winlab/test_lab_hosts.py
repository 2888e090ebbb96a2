"""Hosts of a lab that are shut down and started."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyinfra.api import HiddenValue
from sentinel_practice import (
    ADDRESSES,
    SENTINEL,
    SERVER,
    ask,
    deploy_folders,
    deploy_service,
    sentinel_configuration,
    server_configuration,
)
from windows_practice import CLI, PORT, install, wait_until

from winfra.exceptions import WinfraError
from winfra.session.options import ConnectionOptions
from winfra.session.session import Session
from winlab.lab import Lab, LabHost
from winlab.windows.errors import (
    PROCESS_ABORTED,
    SERVICE_NEVER_STARTED,
    SHUTDOWN_IN_PROGRESS,
    LabLimitError,
    Win32Error,
)
from winlab.windows.machine import Machine

NAME = "lab1"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab([LabHost(NAME, ADDRESSES[NAME], "Administrator", "word")], directory=tmp_path / "lab") as lab:
        install(lab.machines[NAME], tmp_path)
        deploy_folders(lab.machines[NAME])
        yield lab


@pytest.fixture
def machine(lab: Lab) -> Machine:
    return lab.machines[NAME]


def new_session(lab: Lab) -> Session:
    data = {
        "winrm_hostname": ADDRESSES[NAME],
        "winrm_user": "Administrator",
        "winrm_password": HiddenValue("word"),
        "winrm_ca_bundle": str(lab.ca_bundle),
    }
    session = Session("@winrm/lab1", ConnectionOptions.from_host_data("@winrm/lab1", data), lambda _: None)
    session.open()
    return session


def test_only_what_starts_with_windows_starts_with_it(lab: Lab, machine: Machine) -> None:
    deploy_service(machine, SERVER, server_configuration(NAME))
    deploy_service(machine, SENTINEL, sentinel_configuration(NAME), start_type="Manual")
    for service in (SERVER, SENTINEL):
        machine.services.start(service)
    machine.summary.pending_reboot_reasons.append("Windows Update")
    lab.shut_down(NAME)
    with pytest.raises(Win32Error) as error:
        machine.services.start(SERVER)
    assert error.value.code == SHUTDOWN_IN_PROGRESS
    lab.boot(NAME)
    states = [(machine.services.get(name).state, machine.services.get(name).exit_code) for name in (SERVER, SENTINEL)]
    assert states == [("Running", 0), ("Stopped", SERVICE_NEVER_STARTED)]
    assert machine.summary.pending_reboot_reasons == []
    assert ask(NAME, "PING") is True


def test_a_service_that_does_not_start_with_windows_is_in_the_event_log(lab: Lab, machine: Machine) -> None:
    deploy_service(machine, SERVER, "nonsense\r\n")
    lab.shut_down(NAME)
    lab.boot(NAME)
    wait_until(lambda: machine.events.find(event_id=7031))
    assert machine.services.get(SERVER).exit_code == PROCESS_ABORTED


def test_a_host_is_shut_down_in_the_middle_of_a_call(lab: Lab) -> None:
    server = {"CliPath": CLI, "Address": ADDRESSES[NAME], "Port": PORT}
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            session.call("Wait-MemuraiServer", {"Server": server, "TimeoutSeconds": 600}, {}, None)
        except WinfraError as error:
            ended.append(error)

    session = new_session(lab)
    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: lab.servers[NAME].running_count == 1 and lab.servers[NAME].statistics.actions["Send"] > 1)
    lab.shut_down(NAME)
    session.end_soon("this test")
    waiting.join(60)
    assert len(ended) == 1


def test_files_that_wait_to_be_replaced_are_beyond_the_lab(lab: Lab, machine: Machine) -> None:
    machine.summary.pending_reboot_reasons.append("PendingFileRenameOperations")
    lab.shut_down(NAME)
    with pytest.raises(LabLimitError, match="how Windows replaces files"):
        lab.boot(NAME)
