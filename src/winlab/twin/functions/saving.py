"""Twin of the function that has a server write what it holds in memory only."""

import re
import time
from contextlib import suppress
from typing import Any

from winlab.twin.errors import TwinError
from winlab.twin.functions.memurai import ServerAccess, ask, information_fields, told, unfitness
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_POLL_SECONDS = 0.05
_MEMORY = "memory"
_BUFFER = "append-only buffer"
_APPEND_ONLY = "append-only file"


@twin("Save-MemuraiData", "Saved", timeout_seconds=TIMEOUT_SECONDS)
def save_server(
    machine: Machine, *, server: dict[str, Any], snapshot: bool = False, timeout_seconds: int = 300
) -> Output:
    """Have a running server write what it holds in memory only."""
    return save(machine, ServerAccess.of(server), timeout_seconds, snapshot=snapshot)


def save(machine: Machine, server: ServerAccess, timeout_seconds: int, *, snapshot: bool = False) -> Output:
    """Have a running server write what it holds in memory only."""
    deadline = time.monotonic() + timeout_seconds
    while unsaved := unsaved_data(machine, server, timeout_seconds, snapshot=snapshot):
        if unsaved == _MEMORY:
            output, unsaved = _ask(machine, server, timeout_seconds, "SAVE")
            if output.strip() == "OK":
                return {"Saved": True}
        if (
            not re.search(f"save already in progress|^{_BUFFER}|^{_APPEND_ONLY}", unsaved)
            or time.monotonic() >= deadline
        ):
            raise TwinError(
                f"Expected OK to SAVE from {server.address}:{server.port}, or its append-only file to be written, "
                f"within {timeout_seconds} s, found: {unsaved}. Look at the server's log and at the free space of its "
                "data folder; is SAVE disabled? Nothing is lost as long as it runs."
            )
        time.sleep(_POLL_SECONDS)
    return {"Saved": False}


def save_ready_server(machine: Machine, server: ServerAccess, timeout_seconds: int) -> None:
    """Have a server that is about to be stopped on a way back save its data, if it can (Stop-MemuraiHungServer)."""
    # The way back has a reason of its own to tell, and goes on.
    with suppress(TwinError):
        if unfitness(machine, server) is None:
            save(machine, server, timeout_seconds)


def unsaved_data(machine: Machine, server: ServerAccess, timeout_seconds: int, *, snapshot: bool = False) -> str:
    """Return where a server holds what its next start would not load, empty when all is on disk.

    snapshot: whether that start will load a snapshot although the server has an append-only file.
    """
    output, shown = _ask(machine, server, timeout_seconds, "INFO", "persistence")
    info = information_fields(output)
    if "rdb_changes_since_last_save" not in info:
        raise TwinError(
            f"Expected INFO from {server.address}:{server.port}, so that its data can be saved, found: {shown}. Is "
            "the password right? Stop the service by hand if its data is on disk or not wanted."
        )
    if info["loading"] == "1":
        return ""
    if not snapshot and info["aof_enabled"] == "1":
        # A snapshot does not help: the next start loads this file.
        if info["aof_last_write_status"] != "ok":
            return _APPEND_ONLY
        return "" if info["aof_buffer_length"] == "0" else _BUFFER
    is_saved = info["rdb_changes_since_last_save"] == "0" and info["rdb_saves"] != "0"
    return "" if is_saved else _MEMORY


def _ask(machine: Machine, server: ServerAccess, timeout_seconds: int, *words: str) -> tuple[str, str]:
    answer = ask(machine, server, *words, seconds=timeout_seconds)
    return answer["Output"], told(answer)
