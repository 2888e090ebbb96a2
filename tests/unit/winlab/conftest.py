"""Fixtures of winlab's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wsman_practice import ADDRESS, PASSWORDS, Programs

from winlab.certificates import CertificateAuthority
from winlab.wsman import WsmanServer, WsmanSettings


@pytest.fixture(scope="session")
def wsman_authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """A certificate authority for the tests' servers."""
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def ca_bundle(wsman_authority: CertificateAuthority) -> str:
    """The path of the authority's certificate."""
    return str(wsman_authority.certificate)


@pytest.fixture
def programs() -> Iterator[Programs]:
    """The programs of the fake host."""
    programs = Programs()
    yield programs
    programs.release.set()


@pytest.fixture
def start_server(
    wsman_authority: CertificateAuthority, programs: Programs, tmp_path: Path
) -> Iterator[Callable[..., WsmanServer]]:
    """Start a server on free ports with the settings given as keywords; it is closed after the test."""
    certificate = wsman_authority.issue(tmp_path.name, ADDRESS)
    servers: list[WsmanServer] = []

    def start(**settings: object) -> WsmanServer:
        server = WsmanServer(
            ADDRESS,
            PASSWORDS,
            programs,
            machine="lab1",
            certificate=certificate,
            settings=WsmanSettings(**settings),  # type: ignore[arg-type]
            http_port=0,
            https_port=0,
        )
        servers.append(server.start())
        return server

    yield start
    programs.release.set()
    for server in servers:
        server.close()


@pytest.fixture
def server(start_server: Callable[..., WsmanServer]) -> WsmanServer:
    """A server with the settings of a hardened Windows host."""
    return start_server()
