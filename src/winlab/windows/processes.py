"""Real processes of the lab's machine that stand for a practice host's programs.

A program runs with the host's root as its working directory, where `C:/ProgramData/...` is a relative path to the
host's drive. A server changes into its data folder; a link named `C:` in there (hidden by the volume) keeps such paths
true. CONFIG SET dir to yet another folder is not covered: that one has no link.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

import psutil

from winlab.exceptions import WinlabError
from winlab.windows.errors import BAD_EXECUTABLE, SHUTDOWN_IN_PROGRESS, Win32Error
from winlab.windows.files import DRIVE, Volume

_LISTENING = psutil.CONN_LISTEN
_KILL_SECONDS = 10.0
_POLL_SECONDS = 0.01


class _Streams(NamedTuple):
    """What a program reads from and writes to, as subprocess takes it."""

    stdin: int
    stdout: int | IO[bytes]
    stderr: int


class ProcessTable:
    """Starts the programs of one host and ends all of them with it."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        # Whoever holds the writing end was started by this table, whatever became of its parent.
        self._lifeline = os.pipe()
        self._finalizer = weakref.finalize(self, _close, self._running, self._lifeline)

    def start(
        self, program: Path, arguments: Sequence[str], output: Path, links: Iterable[str]
    ) -> subprocess.Popen[bytes]:
        """Start a program in the background.

        Args:
            program: the executable, on the lab's machine.
            arguments: what follows it; absolute Windows paths are made readable for it.
            output: file that gets what it prints.
            links: Windows folders the program will change into.

        Raises:
            Win32Error: the file is no program, or the host is closed.
        """
        for folder in links:
            self.link_drive(folder)
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("wb") as stream:
            return self._spawn(program, arguments, _Streams(subprocess.DEVNULL, stream, subprocess.STDOUT), {})

    def open(self, program: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a program whose streams are pipes.

        Args:
            program: the executable, on the lab's machine.
            arguments: what follows it; absolute Windows paths are made readable for it.
            environment: what it gets beside the environment of every program.

        Raises:
            Win32Error: the file is no program, or the host is closed.
        """
        pipe = subprocess.PIPE
        return self._spawn(program, arguments, _Streams(pipe, pipe, pipe), environment)

    def _spawn(
        self, program: Path, arguments: Sequence[str], streams: _Streams, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if not self._finalizer.alive:
                text = "A system shutdown is in progress. (The practice host is closed.)"
                raise Win32Error(SHUTDOWN_IN_PROGRESS, text)
            try:
                process = subprocess.Popen(
                    [str(program), *map(self.readable_argument, arguments)],
                    cwd=self._volume.root,
                    env={**base_environment(), **environment},
                    stdin=streams.stdin,
                    stdout=streams.stdout,
                    stderr=streams.stderr,
                    pass_fds=(self._lifeline[1],),
                    start_new_session=True,
                )
            except OSError as error:
                text = f"{self._volume.windows_path(program)} is not a valid Win32 application. ({error.strerror})"
                raise Win32Error(BAD_EXECUTABLE, text) from error
            self._running.add(process)
        return process

    def readable_argument(self, argument: str) -> str:
        """Return an argument as a program in the host's root needs it: `C:/...` in the case on disk for a path."""
        if not re.match(r"[Cc]:[\\/]", argument):
            return argument
        return f"{DRIVE}/" + self._volume.local_path(argument).relative_to(self._volume.drive).as_posix()

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """Take a process that has ended off the table."""
        with self._lock:
            self._running.discard(process)

    def strays(self) -> list[psutil.Process]:
        """Return programs started here that are no direct child any more: servers that went to the background."""
        with self._lock:
            return list(_holders(self._lifeline, except_for={process.pid for process in self._running}))

    def end_strays(self) -> None:
        """End what `strays` finds."""
        for process in self.strays():
            self.end(process)

    def working_in(self, folder: str) -> list[psutil.Process]:
        """Return the programs that were started here and whose command line names something in a folder.

        A server that went to the background shows another one, but works in its folder.
        """
        local = self._volume.local_path(folder)
        named = f"{self.readable_argument(folder)}/".lower()
        with self._lock:
            started = {process.pid: _command_line(process).lower() for process in self._running}
            return [
                process
                for process in _holders(self._lifeline, except_for=set())
                if named in started.get(process.pid, "") or _works_in(process, local)
            ]

    def end(self, process: psutil.Process) -> None:
        """End a program and wait until it is gone."""
        _kill(process)

    def end_all(self) -> None:
        """End every program and wait for it."""
        with self._lock:
            _end_all(self._running, self._lifeline)

    def close(self) -> None:
        """End every program and wait for it; the table cannot be used afterwards."""
        with self._lock:
            self._finalizer()

    def link_drive(self, folder: str) -> bool:
        """Have a link to the drive in a folder; return whether it had none."""
        local = self._volume.local_path(folder)
        link = local / DRIVE
        is_missing = local.is_dir() and not link.is_symlink()
        if is_missing:
            link.symlink_to(self._volume.drive, target_is_directory=True)
        return is_missing


def base_environment() -> dict[str, str]:
    """Return the environment of a host's program: nothing of the lab's own, which may hold secrets."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def is_listening(process_id: int) -> bool:
    """Say whether a process listens on a TCP port; False when it is gone."""
    try:
        return any(item.status == _LISTENING for item in psutil.Process(process_id).net_connections("tcp"))
    except psutil.NoSuchProcess:
        return False


def is_suspended(process_id: int) -> bool:
    """Say whether a process has been suspended, so that it takes no request; False when it is gone."""
    try:
        return bool(psutil.Process(process_id).status() == psutil.STATUS_STOPPED)
    except psutil.NoSuchProcess:
        return False


def _end_all(running: set[subprocess.Popen[bytes]], lifeline: tuple[int, int]) -> None:
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stray in _holders(lifeline, except_for=set()):
        _kill(stray)
    running.clear()


def _close(running: set[subprocess.Popen[bytes]], lifeline: tuple[int, int]) -> None:
    _end_all(running, lifeline)
    for descriptor in lifeline:
        os.close(descriptor)


def _holders(lifeline: tuple[int, int], *, except_for: set[int]) -> Iterator[psutil.Process]:
    """Yield processes that hold the lifeline (/proc is where Linux says so), but for those and their children.

    A process of the lab's own session is left alone: it may be a fork of the lab itself, with all its descriptors.
    """
    name = Path(f"/proc/self/fd/{lifeline[1]}").readlink()
    own_session = os.getsid(0)
    for process in psutil.process_iter():
        try:
            known = {process.pid, process.ppid()} & except_for
            is_ours = not known and os.getsid(process.pid) != own_session and _holds(process.pid, name)
        except (PermissionError, FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
            continue  # somebody else's, or gone: not a process of this host
        if is_ours:
            yield process


def _holds(process_id: int, name: Path) -> bool:
    return any(_is_link_to(entry, name) for entry in Path(f"/proc/{process_id}/fd").iterdir())


def _is_link_to(entry: Path, target: Path) -> bool:
    try:
        return entry.readlink() == target
    except FileNotFoundError:
        return False  # closed since the folder was listed: of this file only, the process lives on


def _command_line(process: subprocess.Popen[bytes]) -> str:
    """Return the command line that a program was started with: servers show another one later."""
    return " ".join(map(str, cast("list[str]", process.args)))


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except psutil.NoSuchProcess:
        return False


def _kill(process: psutil.Process) -> None:
    """End a process that is no child of ours; whoever is its parent may take long to collect it."""
    deadline = time.monotonic() + _KILL_SECONDS
    try:
        process.kill()
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                raise WinlabError(f"Expected process {process.pid} to end when killed, found it {process.status()}.")
            time.sleep(_POLL_SECONDS)
    except psutil.NoSuchProcess:
        return
