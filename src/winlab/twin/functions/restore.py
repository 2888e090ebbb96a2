"""Twins of the functions that a restore is made of besides those of data: the backup, the lock, the proof."""

from __future__ import annotations

import time
from typing import Any

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import MANIFEST, NAME, BackupStore
from winlab.twin.functions.changes import invoke_win_change
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.memurai import ServerAccess, information
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_EVENT_SOURCE = "MemuraiProduction"
_POLL_SECONDS = 0.05


@twin("Assert-MemuraiBackup", "Name", "Keys", name=NAME, sha256=r"^[0-9A-Fa-f]{64}$")
def assert_memurai_backup(machine: Machine, *, backup_folder: str, name: str, sha256: str, check_path: str) -> Output:
    """Fail unless a backup is the one that is meant and whole, and name the newest one that is whole."""
    store = BackupStore(machine, backup_folder)
    store.require(name)
    try:
        path = f"{store.path(name)}\\{MANIFEST}"
        found = machine.files.sha256(path)
        if found != sha256.lower():
            raise TwinError(f"Expected SHA-256 {sha256.lower()} of '{path}', found {found}.")
        keys: int = store.verify(name, check_path)["Keys"]
    except WinlabError as error:
        newest = store.newest_whole(check_path)
        hint = "There is no whole one." if newest is None else f"The newest whole one is {newest}."
        text = f"Expected the backup {name} to be whole, found: {error} Nothing was changed."
        raise TwinError(f"{text} {hint}") from error
    return {"Name": name, "Keys": keys}


@twin("Invoke-MemuraiRestore", "Name", "Results", "Warnings", "Former", "ElapsedMilliseconds")
def invoke_memurai_restore(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    backup_folder: str,
    name: str,
    folder: str,
    steps: list[dict[str, Any]],
    afterwards: list[dict[str, Any]] = [],  # noqa: B006 - never changed; the library's default
    kept_secrets: list[SecretStr] = [],  # noqa: B006 - the same
) -> Output:
    """Carry out the change of a restore while no backup is taken."""
    store = BackupStore(machine, backup_folder)
    try:
        with store.locked() as is_ours:
            if not is_ours:
                text = f"Another run holds the lock '{store.lock_path}'. Nothing was changed."
                raise TwinError(f"{text} Restore when the backup has ended.")
            return invoke_win_change(
                machine, name=name, folder=folder, steps=steps, afterwards=afterwards, kept_secrets=kept_secrets
            )
    except WinlabError as error:
        reason = f"{name}: {error}"
        write_win_event(machine, source=_EVENT_SOURCE, event_id=1031, entry_type="Error", message=reason)
        raise TwinError(reason) from error


@twin("Assert-MemuraiLoad", "Keys", "ExpiredKeys", keys=range(2**63), timeout_seconds=TIMEOUT_SECONDS)
def assert_memurai_load(machine: Machine, *, server: dict[str, Any], keys: int, timeout_seconds: int = 60) -> Output:
    """Fail unless a server has loaded all keys that it had to when it started."""
    access, deadline = ServerAccess.of(server), time.monotonic() + timeout_seconds
    while "loading" not in (info := information(machine, access)) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if "rdb_last_load_keys_loaded" not in info:
        raise TwinError("Expected rdb_last_load_keys_loaded in INFO, as Redis 7.0 has it, found none.")
    loaded, expired = int(info["rdb_last_load_keys_loaded"]), int(info["rdb_last_load_keys_expired"])
    if loaded != keys - expired:
        raise TwinError(f"Expected {keys - expired} keys to be loaded, found {loaded}.")
    return {"Keys": loaded, "ExpiredKeys": expired}
