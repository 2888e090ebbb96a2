"""Sessions of this process with one practice host, without pyinfra."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab_practice import NETWORK
from pyinfra.api import HiddenValue

from winfra.session.options import ConnectionOptions
from winfra.session.session import Session
from winlab.lab import Lab, LabHost

PASSWORD = "practice-password"


@contextmanager
def practice_lab(directory: Path) -> Iterator[Lab]:
    """Start a lab of one host, lab1."""
    with Lab([LabHost("lab1", f"{NETWORK}.1", "Administrator", PASSWORD)], directory=directory) as started:
        yield started


def new_session(lab: Lab, **options: object) -> tuple[Session, list[str]]:
    """Return a session that is not open yet, and what it reports."""
    data = {
        "winrm_hostname": f"{NETWORK}.1",
        "winrm_user": "Administrator",
        "winrm_password": HiddenValue(PASSWORD),
        "winrm_ca_bundle": str(lab.ca_bundle),
        **options,
    }
    reports: list[str] = []
    return Session("@winrm/lab1", ConnectionOptions.from_host_data("@winrm/lab1", data), reports.append), reports


def open_session(lab: Lab, **options: object) -> tuple[Session, list[str]]:
    """Return an open session and what it reports."""
    session, reports = new_session(lab, **options)
    session.open()
    return session, reports


def run(session: Session, script: str, timeout: float | None = None) -> tuple[int, str]:
    """Run a script and return its exit code and output."""
    reply = session.run(script, {}, timeout)
    return reply.exit_code, reply.stdout.decode()


def kind(session: Session, path: str) -> str:
    """Return what is at a path, as the host says it."""
    reply = session.call("Get-WinItem", {"Path": path}, {}, None)
    return str(json.loads(reply.stdout)["Kind"])
