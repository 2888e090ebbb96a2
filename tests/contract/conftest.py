"""The host that all behaviours are tried on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_host import VARIABLE, ContractHost, PracticeHost, WindowsHost, windows_options
from judge import engines, expect_differences, installation
from pyinfra.api import HiddenValue

from winfra.session.options import ConnectionOptions
from winlab.engines.real_powershell import Installation
from winlab.lab import Lab, LabHost
from winlab.package import build

# Another network lets two runs of these tests share a machine.
NETWORK = os.environ.get("WINLAB_NETWORK") or "127.77.0"
# A real PowerShell starts in two seconds where nothing else runs, and in a minute where much does.
START_SECONDS = 300


WINDOWS = "windows"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "host" in metafunc.fixturenames:
        wanted = [WINDOWS] if os.environ.get(f"{VARIABLE}HOST") else engines()
        metafunc.parametrize("host", wanted, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        expect_differences(item)


@pytest.fixture(scope="session")
def host(request: pytest.FixtureRequest) -> ContractHost:
    """The host that all behaviours are tried on; one of each kind for all tests, which leave it as it was."""
    found: ContractHost = request.getfixturevalue(f"{request.param}_host")
    return found


@pytest.fixture(scope="session")
def windows_host() -> Iterator[ContractHost]:
    """The host that the environment names."""
    yield from scratch_on(WindowsHost(windows_options()))


@pytest.fixture(scope="session")
def answers_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractHost]:
    """A practice host that answers in Python."""
    yield from practice_host("contract", f"{NETWORK}.60", tmp_path_factory.mktemp("answers"), None)


@pytest.fixture(scope="session")
def powershell_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractHost]:
    """A practice host with a real PowerShell."""
    yield from practice_host("judge", f"{NETWORK}.61", tmp_path_factory.mktemp("powershell"), installation())


def practice_host(name: str, address: str, directory: Path, powershell: Installation | None) -> Iterator[ContractHost]:
    """Give a practice host with its scratch folder."""
    password = secrets.token_urlsafe()
    practice = LabHost(name, address, "Administrator", password)
    with Lab([practice], directory=directory, powershell=powershell) as lab:
        options = ConnectionOptions.from_host_data(
            practice.name,
            {
                "winrm_hostname": address,
                "winrm_user": practice.user,
                "winrm_password": HiddenValue(password),
                "winrm_ca_bundle": str(lab.ca_bundle),
                "winrm_start_timeout": START_SECONDS,
            },
        )
        yield from scratch_on(PracticeHost(options, lab.machines[practice.name]))


def scratch_on(host: ContractHost) -> Iterator[ContractHost]:
    """Give a host with its scratch folder, and remove everything afterwards whatever happens."""
    try:
        assert host.call("New-WinDirectory", Path=host.scratch)["Created"]
        yield host
    finally:
        host.clean_up()


@pytest.fixture
def folder(host: ContractHost) -> str:
    """An empty folder on the host."""
    return host.new_folder()


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in package of the lab."""
    return build("4.2.2", tmp_path_factory.mktemp("package"))
