"""Exclusive locks of the library, which are files that nobody else can open for writing (Enter-MemuraiLock)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from winlab.twin.errors import TwinError
from winlab.windows.errors import SHARING_VIOLATION, Win32Error
from winlab.windows.machine import Machine

ANOTHER_RUN_SECONDS = 3600
"""How long the library waits for another update or removal of the product."""

_MOMENT_SECONDS = 5
_POLL_SECONDS = 0.05


@contextmanager
def locked(machine: Machine, path: str, purpose: str, timeout_seconds: int | None = None) -> Iterator[None]:
    """Hold a lock.

    Args:
        machine: the host.
        path: full path of its file, which says who holds it and goes with it.
        purpose: what it is held for.
        timeout_seconds: how long to wait for another holder, None for a moment.

    Raises:
        TwinError: another one holds it.
    """
    text = f"{purpose}, by {machine.summary.user_name}, since {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    deadline = time.monotonic() + (_MOMENT_SECONDS if timeout_seconds is None else timeout_seconds)
    while not _held(machine, path, text):
        if time.monotonic() >= deadline:
            is_there = machine.files.kind(path) == "File"
            holder = machine.files.read_bytes(path).decode() if is_there else "another run that has just ended"
            raise TwinError(
                f"Expected to be alone at work with '{path}', found {holder}. Wait for its end and run again."
            )
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        machine.files.release(path)


def _held(machine: Machine, path: str, text: str) -> bool:
    try:
        machine.files.hold(path, text.encode())
    except Win32Error as error:
        if error.code == SHARING_VIOLATION:
            return False
        raise TwinError(
            f"Expected to be alone at work with '{path}', found {error}. Wait for its end and run again."
        ) from error
    return True
