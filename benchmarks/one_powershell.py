"""Measure commands and an upload through one long-lived PowerShell against a process for each."""

from __future__ import annotations

import base64
import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pyinfra.api import HiddenValue

from winfra.session.options import ConnectionOptions
from winfra.session.protocol import WinRMProtocol
from winfra.session.session import Session
from winlab.lab import Lab, LabHost

HOST = LabHost("bench", "127.77.50.1", "Administrator", "practice-password")
COMMANDS = 20
UPLOAD_BYTES = 2 * 1024 * 1024
# What a 2,048-byte piece in a script of its own costs: the way an upload goes when each command is a process.
PIECE_BYTES = 2048
MEASURED_PIECES = 20
PROCESS_SECONDS, REQUEST_SECONDS = 0.4, 0.005


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    started = time.monotonic()
    action()
    return time.monotonic() - started


def process_for_each(protocol: WinRMProtocol, shell: str, script: str) -> None:
    """Run a script in a powershell.exe of its own, in one kept shell."""
    encoded = base64.b64encode(script.encode("utf-16-le")).decode("ascii")
    command = protocol.run_command(shell, f"powershell.exe -NoProfile -EncodedCommand {encoded}")
    protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)


def options(lab: Lab) -> ConnectionOptions:
    """Return how the practice host is reached."""
    data: dict[str, object] = {
        "winrm_hostname": HOST.address,
        "winrm_user": HOST.user,
        "winrm_password": HiddenValue(HOST.password),
        "winrm_ca_bundle": str(lab.ca_bundle),
    }
    return ConnectionOptions.from_host_data(HOST.name, data)


def one_powershell(lab: Lab) -> tuple[float, float]:
    """Return the seconds of the commands, its start included, and of the upload."""
    session = Session(HOST.name, options(lab), print)

    def commands() -> None:
        session.open()
        for number in range(COMMANDS):
            session.run(f"Write-Output {number}", {}, None)

    content = io.BytesIO(os.urandom(UPLOAD_BYTES))
    result = timed(commands), timed(lambda: session.upload(content, "C:\\Windows\\Temp\\bench", None, None))
    session.close()
    return result


def a_process_each(lab: Lab) -> tuple[float, float]:
    """Return the seconds of the commands, and of the upload extrapolated from its first pieces."""
    protocol = WinRMProtocol(
        endpoint=options(lab).endpoint,
        transport="ntlm",
        username=HOST.user,
        password=HOST.password,
        ca_trust_path=str(lab.ca_bundle),
        proxy=None,
    )
    shell = protocol.open_shell()
    commands = timed(
        lambda: [process_for_each(protocol, shell, f"Write-Output {number}") for number in range(COMMANDS)]
    )
    piece = "Write-Output '" + "x" * (PIECE_BYTES * 4 // 3) + "'"
    pieces = timed(lambda: [process_for_each(protocol, shell, piece) for _ in range(MEASURED_PIECES)])
    protocol.close_shell(shell)
    return commands, pieces / MEASURED_PIECES * (UPLOAD_BYTES / PIECE_BYTES)


def main() -> None:
    """Print both ways and their ratios."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Lab(
            [HOST],
            directory=Path(folder),
            process_latency_seconds=PROCESS_SECONDS,
            request_latency_seconds=REQUEST_SECONDS,
        ) as lab,
    ):
        one, each = one_powershell(lab), a_process_each(lab)
    print(f"{COMMANDS} commands: {one[0]:.2f} s against {each[0]:.2f} s, ratio {each[0] / one[0]:.0f}")
    size = UPLOAD_BYTES // 1024**2
    print(f"{size} MiB upload: {one[1]:.2f} s against {each[1]:.0f} s (extrapolated), ratio {each[1] / one[1]:.0f}")


if __name__ == "__main__":
    main()
