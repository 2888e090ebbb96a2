"""Secret files that are staged beside those whose place they take, and what a run left that was ended half way."""

import re
import secrets

from pydantic import SecretStr

from winlab.twin.registry import NOT_EMPTY, Output, twin
from winlab.windows.machine import Machine


@twin("Get-MemuraiLeftover", "Path", "StagedFiles", "LastKnownGood", path=NOT_EMPTY)
def get_memurai_leftover(machine: Machine, *, path: str) -> Output:
    """List what a change of a file that holds secrets left beside it when it was ended half way."""
    target = machine.files.full_path(path)
    kept = f"{target}.last-known-good"
    return {
        "Path": target,
        "StagedFiles": staged_files(machine, target),
        "LastKnownGood": kept if machine.files.kind(kept) == "File" else None,
    }


def staged_files(machine: Machine, target: str) -> list[str]:
    """Return the full paths of staged files beside a file."""
    folder, _, name = target.rpartition("\\")
    if machine.files.kind(folder) != "Directory":
        return []
    pattern = re.compile(rf"{re.escape(name)}(\.[0-9a-f]{{8}})?\.staged", re.IGNORECASE)
    paths = [f"{folder}\\{item}" for item in machine.files.names(folder) if pattern.fullmatch(item)]
    return [path for path in paths if machine.files.kind(path) == "File"]


def new_staged(target: str) -> str:
    """Return where the new content of a file waits."""
    return f"{target}.{secrets.token_hex(4)}.staged"


def write_secret(machine: Machine, path: str, content: SecretStr) -> str:
    """Write a secret text into a file of its own and return its SHA-256."""
    machine.files.write_bytes(path, content.get_secret_value().encode())
    return machine.files.sha256(path)


def remove_staged(machine: Machine, target: str) -> None:
    """Remove the staged files beside a file; the caller holds the lock."""
    for path in staged_files(machine, target):
        machine.files.remove(path)
