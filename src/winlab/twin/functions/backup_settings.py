"""The settings file of the backup job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import read_json
from winlab.twin.functions.memurai import ServerAccess, ask, told
from winlab.windows.machine import Machine

_COMMAND_SECONDS = 60
_NAMES = (
    *("CliPath", "CheckPath", "ProgramPath", "Address", "Port", "User", "TlsCaFile", "TlsCertFile", "TlsKeyFile"),
    *("SecretPath", "DataFolder", "SnapshotName", "AppendOnlyFolder", "BackupFolder"),
    *("IncludeAppendOnly", "KeepDays", "KeepAtLeast", "KeepAtMost", "CopyTo", "Rehearse", "RehearsalPort"),
    *("ServiceName", "MetricsFolder", "Metrics", "EventSource"),
)


@dataclass(frozen=True)
class BackupJob:
    """What backup.json says, and how the job's user reaches the server."""

    machine: Machine
    values: dict[str, Any]
    server: ServerAccess

    def __getitem__(self, name: str) -> Any:
        """Return a setting."""
        return self.values[name]

    @property
    def data(self) -> str:
        """The data folder."""
        return self.machine.files.full_path(self["DataFolder"])

    def ask(self, *words: str) -> tuple[str, str]:
        """Return what a command answers, on standard output and on both outputs."""
        answer = ask(self.machine, self.server, *words, seconds=_COMMAND_SECONDS)
        return str(answer["Output"]).strip(), told(answer)


def read_backup_job(machine: Machine, path: str) -> BackupJob:
    """Return the settings of a backup job."""
    values = read_json(machine, path, _NAMES)
    if values is None:
        raise TwinError(
            f"Expected the settings of the backup at '{path}', found no such file. Deploy, or correct the path."
        )
    return BackupJob(machine, values, ServerAccess.of_job(machine, values))
