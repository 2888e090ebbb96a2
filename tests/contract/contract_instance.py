"""A server of a test's own, on which changes are carried out."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_host import MEMURAI_FOLDER, ContractHost, PracticeHost
from test_behaviour_server import install

from memurai.instance import Instance


def new_instance(host: ContractHost, package: Path) -> Instance:
    """Return an instance with a service, all of it in a folder of its own; a test without a server is skipped."""
    if isinstance(host, PracticeHost):
        install(host, package)
    if host.without_server:
        pytest.skip(host.without_server)
    folder, port = host.new_folder(), host.free_port()
    instance = Instance(
        service=host.new_service(StartType="Manual"),
        start_type="Manual",
        base=folder,
        config=folder,
        data=folder,
        logs=folder,
        installers=folder,
        backups=folder,
        product=MEMURAI_FOLDER,
        snapshot="dump.rdb",
        address=host.server_address,
        port=port,
        open_ports=(port,),
        user="",
        is_encrypted=False,
        trial_port=host.free_port(),
        timeout_seconds=60,
    )
    host.call("Set-WinService", Name=instance.service, ImagePath=instance.image_path)
    return instance
