"""Runs the programs of a practice host, which are Linux programs, for the PowerShell in Wine."""

from __future__ import annotations

import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from winlab.engines.real_powershell.bridge import Connection
from winlab.engines.real_powershell.paths import show_windows_paths
from winlab.exceptions import WinlabError
from winlab.windows.command_line import split_command_line
from winlab.windows.files import DRIVE
from winlab.windows.machine import Machine
from winlab.windows.server_paths import configured_paths

_OUTPUT, _ERROR_OUTPUT, _EXIT_CODE = 1, 2, 3
_BLOCK_BYTES = 65536
_BAD_PROGRAM = 193
"""ERROR_BAD_EXE_FORMAT."""

_SERVER = "memurai.exe"
_LOOPBACK = "127.0.0.1"


def run_program(machine: Machine, connection: Connection) -> None:
    """Be the program of one relay: run it until it ends, or until its relay does.

    Args:
        machine: the host.
        connection: gives the command line, a password for memurai-cli and standard input; takes outputs and exit code.
    """
    command, password = connection.receive() or b"", connection.receive() or b""
    words = split_command_line(command.decode())
    try:
        with _links(machine, words):
            code = _run(machine, connection, words, password.decode())
    except WinlabError as error:
        _send(connection, _ERROR_OUTPUT, f"{error}\r\n".encode())
        code = _BAD_PROGRAM
    show_windows_paths(machine)
    _send(connection, _EXIT_CODE, str(code).encode())


def _run(machine: Machine, connection: Connection, words: list[str], password: str) -> int:
    program = machine.files.local_path(words[0])
    environment = {"REDISCLI_AUTH": password} if password else {}
    child = machine.processes.open(program, _arguments(machine, words), environment)
    pumps = [
        threading.Thread(target=_pump, args=(machine, stream, kind, connection), daemon=True)
        for stream, kind in ((child.stdout, _OUTPUT), (child.stderr, _ERROR_OUTPUT))
    ]
    feeder = threading.Thread(target=_feed, args=(connection, child), daemon=True)
    for thread in (*pumps, feeder):
        thread.start()
    code = child.wait()
    machine.processes.forget(child)
    if _is_server(words):
        # One that went to the background; Windows has no such thing.
        machine.processes.end_strays()
    for thread in pumps:
        thread.join()
    return code if code >= 0 else 1


def _arguments(machine: Machine, words: list[str]) -> list[str]:
    # 127.0.0.1 is every practice host's; each of them has another address of its own instead.
    given = [machine.address if word == _LOOPBACK else word for word in words[1:]]
    if _is_server(words) and "--bind" not in given:
        given += ["--bind", machine.address]
    return given


def _is_server(words: list[str]) -> bool:
    return words[0].replace("/", "\\").rpartition("\\")[2].lower() == _SERVER and len(words) > 1


@contextmanager
def _links(machine: Machine, words: list[str]) -> Iterator[None]:
    """Have links to the drive in the folders a server passes through, and none left in those it was only lent."""
    if not _is_server(words):
        yield
        return
    files, processes = machine.files, machine.processes
    program = files.full_path(words[0])
    processes.link_drive(program.rpartition("\\")[0])
    given = [word for word in words[1:] if word[1:3] in (":\\", ":/")]
    for configuration in (word for word in given[:1] if files.kind(word) == "File"):
        processes.link_drive(configured_paths(files, program, configuration).data_folder)
    lent = [word for word in given if files.kind(word) == "Directory"]
    made = [folder for folder in lent if processes.link_drive(folder)]
    try:
        yield
    finally:
        for folder in made:
            (files.local_path(folder) / DRIVE).unlink(missing_ok=True)


def _pump(machine: Machine, stream: IO[bytes], kind: int, connection: Connection) -> None:
    """Pass a stream on, with paths of the lab's machine shown as Windows' own."""
    root = f"{machine.root}/".encode()
    held = b""
    while data := stream.read1(_BLOCK_BYTES):  # type: ignore[attr-defined]
        data = (held + data).replace(root, b"")
        held = _beginning(root, data)
        _send(connection, kind, data[: len(data) - len(held)])
    _send(connection, kind, held)


def _beginning(text: bytes, data: bytes) -> bytes:
    """Return the end of the data that may be the beginning of a text whose rest comes later."""
    lengths = range(min(len(text) - 1, len(data)), 0, -1)
    return next((data[-length:] for length in lengths if text.startswith(data[-length:])), b"")


def _feed(connection: Connection, child: subprocess.Popen[bytes]) -> None:
    """Pass standard input on; a relay that has ended takes its program with it."""
    assert child.stdin is not None  # noqa: S101 - opened with pipes
    with suppress(BrokenPipeError):
        for data in connection.messages():
            if data:
                child.stdin.write(data)
                child.stdin.flush()
            else:
                child.stdin.close()
    for _ in connection.messages():
        continue
    child.kill()


def _send(connection: Connection, kind: int, data: bytes) -> None:
    if data:
        connection.send(struct.pack("<BI", kind, len(data)) + data)
