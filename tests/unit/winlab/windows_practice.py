"""A practice host with the stand-in installed, and an in-memory process, for the tests of its Windows side."""

from __future__ import annotations

import base64
import gzip
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from winlab.package import build
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine
from winlab.windows.security import BOTH_INHERIT, FULL_CONTROL, MODIFY, READ, SYNCHRONIZE, AccessEntry
from winlab.windows.services import ServiceSettings

# An address of the test process's own, so that several may run at once.
ADDRESS = f"127.78.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
PORT = 6379
PACKAGE = "C:\\Windows\\Temp\\memurai.msi"
LOG = "C:\\Windows\\Temp\\memurai-install.log"
CLI = "C:\\Program Files\\Memurai\\memurai-cli.exe"
CONF = "C:\\ProgramData\\Memurai\\config\\memurai-production.conf"
IMAGE_PATH = f'"C:\\Program Files\\Memurai\\memurai.exe" --service-run --service-name Memurai "{CONF}"'
NETWORK_SERVICE = "NT AUTHORITY\\NetworkService"
BARE = {"INSTALL_SERVICE": "0", "ADD_FIREWALL_RULE": "0"}

SYSTEM_SID, ADMINISTRATORS_SID, NETWORK_SERVICE_SID = "S-1-5-18", "S-1-5-32-544", "S-1-5-20"


def stage_package(machine: Machine, folder: Path, version: str = "4.2.2") -> str:
    """Put the stand-in of a version on the host's drive and return its path there."""
    machine.files.write_bytes(PACKAGE, build(version, folder).read_bytes())
    return PACKAGE


def install(machine: Machine, folder: Path) -> None:
    """Install the stand-in without a service of its own."""
    assert machine.products.install(stage_package(machine, folder), BARE, LOG) == 0


def configuration(*more: str) -> str:
    """Return the production configuration of the tests."""
    return "\n".join(
        (
            f"bind {ADDRESS}",
            f"port {PORT}",
            'dir "C:/ProgramData/Memurai/data"',
            'logfile "C:/ProgramData/Memurai/logs/memurai.log"',
            "save 3600 1",
            *more,
            "",
        )
    )


def grant(machine: Machine, path: str, *sids: str, rights: int = MODIFY | SYNCHRONIZE) -> None:
    """Give a folder to SYSTEM, Administrators and the accounts named, and to nobody else."""
    full = [AccessEntry(sid, "Allow", FULL_CONTROL, BOTH_INHERIT) for sid in (SYSTEM_SID, ADMINISTRATORS_SID)]
    own = [AccessEntry(sid, "Allow", rights, BOTH_INHERIT) for sid in sids]
    machine.security.set(path, owner=SYSTEM_SID, inheritance_enabled=False, entries=[*full, *own])


def deploy(machine: Machine, *directives: str) -> None:
    """Create folders, access entries, configuration and service of a production server."""
    for name in ("data", "logs", "config"):
        machine.files.make_directory(f"C:\\ProgramData\\Memurai\\{name}")
    for name in ("data", "logs"):
        grant(machine, f"C:\\ProgramData\\Memurai\\{name}", NETWORK_SERVICE_SID)
    grant(machine, "C:\\ProgramData\\Memurai\\config", NETWORK_SERVICE_SID, rights=READ | SYNCHRONIZE)
    machine.files.write_bytes(CONF, configuration(*directives).encode())
    machine.services.create("Memurai", ServiceSettings(IMAGE_PATH, "Memurai", account=NETWORK_SERVICE))


def wait_until(condition: Callable[[], object], timeout_seconds: float = 30.0) -> None:
    """Wait for a condition, or fail."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        threading.Event().wait(0.01)


def suspend(process_id: int) -> psutil.Process:
    """Suspend a process as a hung one looks to others, and return it."""
    process = psutil.Process(process_id)
    process.suspend()
    wait_until(lambda: process.status() == psutil.STATUS_STOPPED)
    return process


class PracticeInput:
    """Standard input: lines until its end."""

    def __init__(self) -> None:
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._ended = False

    def put(self, line: bytes) -> None:
        self._lines.put(line)

    def readline(self) -> bytes:
        line = b"" if self._ended else self._lines.get(timeout=60)
        self._ended = self._ended or not line
        return line

    def read(self) -> bytes:
        return b"".join(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class PracticeOutput:
    """An output stream that can be waited for."""

    def __init__(self) -> None:
        self.data = b""
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def text(self) -> str:
        return self.data.decode()

    def write(self, data: bytes | str, _timeout_seconds: float | None = None) -> None:
        with self._changed:
            self.data += data.encode() if isinstance(data, str) else data
            self._changed.notify_all()

    def next_line(self) -> str:
        with self._changed:
            assert self._changed.wait_for(lambda: b"\n" in self.data[self._taken :], 20), f"no line, only {self.data!r}"
            end = self.data.index(b"\n", self._taken) + 1
            line, self._taken = self.data[self._taken : end], end
            return line.decode()


class PracticeProcess:
    """A process in memory, with the shape of the WinRM server's.

    Args:
        command_line: what to run.
        lines: input; None leaves it open.
    """

    def __init__(
        self, command_line: str, lines: list[bytes] | None = None, options: dict[str, str] | None = None
    ) -> None:
        self.command_line = command_line
        self.environment: dict[str, str] = {"FROM_SHELL": "yes"}
        self.directory = ""
        self.options = options or {}
        self.stdin = PracticeInput()
        self.stdout = PracticeOutput()
        self.stderr = PracticeOutput()
        self.terminated = threading.Event()
        self.exit_code: int | None = None
        for line in lines or []:
            self.stdin.put(line)
        if lines is not None:
            self.stdin.put(b"")

    def run(self, machine: Machine) -> PracticeProcess:
        """Run it to its end."""
        self.exit_code = launch(machine, self)
        return self

    def start(self, machine: Machine) -> threading.Thread:
        """Run it in the background."""
        thread = threading.Thread(target=self.run, args=(machine,), daemon=True)
        thread.start()
        return thread

    def interrupt(self) -> None:
        """End it."""
        self.terminated.set()
        self.stdin.put(b"")


def encoded(script: str) -> str:
    """Return the command line that runs a script by -EncodedCommand."""
    return f"powershell.exe -NoProfile -EncodedCommand {base64.b64encode(script.encode('utf-16-le')).decode()}"


def packed(text: str) -> bytes:
    """Return a script as the agent's start reads it."""
    return base64.b64encode(gzip.compress(text.encode())) + b"\n"
