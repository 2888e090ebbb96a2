"""The powershell.exe processes of a practice host, each of which is a thread of the lab.

A thread can't be ended from outside. So one whose process was ended is kept from changing the host any more, and what
that process held open is free at once, as on Windows.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winlab.windows.errors import SHARING_VIOLATION, Win32Error

_FIRST_ID = 4000
_ID_STEP = 4


class ProcessEndedError(BaseException):
    """The process that runs in this thread has been ended; no exception, so that nothing takes it for a failure."""


@dataclass(eq=False)
class PowerShell:
    """One process.

    Attributes:
        id: its process id.
        terminated: set when it is ended.
        end: ends it.
        held: files that it has open and shares with readers only, and what it says there of what it does.
    """

    id: int
    terminated: threading.Event
    end: Callable[[], None]
    held: dict[Path, dict[str, Any]] = field(default_factory=dict)


class PowerShells:
    """The processes of one host."""

    def __init__(self) -> None:
        self._ids = itertools.count(_FIRST_ID, _ID_STEP)
        self._running: dict[int, PowerShell] = {}
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @contextmanager
    def running(self, terminated: threading.Event, end: Callable[[], None]) -> Iterator[PowerShell]:
        """Be a process, in this thread, until the block is left."""
        process = PowerShell(next(self._ids), terminated, end)
        with self._lock:
            self._running[process.id] = process
        self._of_thread.process = process
        try:
            yield process
        finally:
            del self._of_thread.process
            with self._lock:
                del self._running[process.id]

    @property
    def current(self) -> PowerShell | None:
        """The process of this thread; None where the lab itself is at work."""
        return getattr(self._of_thread, "process", None)

    def require_alive(self) -> None:
        """Leave what the process of this thread does, when it has been ended.

        Raises:
            ProcessEndedError: it has been.
        """
        process = self.current
        if process is not None and process.terminated.is_set():
            raise ProcessEndedError

    def is_running(self, process_id: int) -> bool:
        """Say whether there is a process of that id."""
        with self._lock:
            return any(process.id == process_id for process in self._living())

    def end(self, process_id: int) -> bool:
        """End a process (TerminateProcess); return whether there was one."""
        with self._lock:
            process = self._running.get(process_id)
        if process is None or process.terminated.is_set():
            return False
        process.end()
        return True

    def hold(self, path: Path) -> None:
        """Open a file for the process of this thread, which shares it with readers only.

        Raises:
            Win32Error: another process has it open so.
        """
        process = self.current
        with self._lock:
            if path in self._locked():
                raise Win32Error(SHARING_VIOLATION, "The file is being used by another process.")
            if process is not None:
                process.held[path] = {}

    def tell(self, path: Path, **what: Any) -> None:
        """Have the process of this thread say in a file that it holds what it does."""
        process = self.current
        if process is not None:
            process.held[path] = {**what, "process_id": process.id}

    def told(self, path: Path) -> dict[str, Any] | None:
        """Return what the living process that holds a file says there; None when there is none."""
        with self._lock:
            return next((process.held[path] for process in self._living() if path in process.held), None)

    def let_go(self, path: Path) -> None:
        """Close a file that the process of this thread holds."""
        process = self.current
        if process is not None:
            process.held.pop(path, None)

    def locked_paths(self) -> frozenset[Path]:
        """Return the files that living processes hold."""
        with self._lock:
            return self._locked()

    def _locked(self) -> frozenset[Path]:
        return frozenset(path for process in self._living() for path in process.held)

    def _living(self) -> Iterator[PowerShell]:
        return (process for process in self._running.values() if not process.terminated.is_set())
