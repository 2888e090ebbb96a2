"""The host that all behaviours are tried on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_host import VARIABLE, ContractHost, PracticeHost, WindowsHost, windows_options
from pyinfra.api import HiddenValue

from winfra.session.options import ConnectionOptions
from winlab.lab import Lab, LabHost
from winlab.package import build

# Another network lets two runs of these tests share a machine.
ADDRESS = f"{os.environ.get('WINLAB_NETWORK') or '127.77.0'}.60"


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractHost]:
    """The host that the environment names, else a practice host; the tests leave it as it was."""
    if os.environ.get(f"{VARIABLE}HOST"):
        yield from scratch_on(WindowsHost(windows_options()))
        return
    password = secrets.token_urlsafe()
    practice = LabHost("contract", ADDRESS, "Administrator", password)
    with Lab([practice], directory=tmp_path_factory.mktemp("contract")) as lab:
        options = ConnectionOptions.from_host_data(
            practice.name,
            {
                "winrm_hostname": ADDRESS,
                "winrm_user": practice.user,
                "winrm_password": HiddenValue(password),
                "winrm_ca_bundle": str(lab.ca_bundle),
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
