"""The backups of a host, and how the last run went."""

from typing import Literal

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class Backup(TypedDict):
    """One backup, complete and with a manifest.

    keys: number of keys. rehearsal: whether it was loaded into a scratch server. is_age_known: False when it was taken
    in the future, by the host's present clock.
    """

    name: str
    taken_utc: str
    keys: int
    size_bytes: int
    has_append_only: bool
    rehearsal: Literal["passed", "failed", "none"]
    rehearsed_utc: str | None
    is_age_known: bool


@strict_shape
class LastRun(TypedDict):
    """How the last run of the backup's job ended.

    exit_code: 0 done, 1 failed, 2 the copy failed, 3 another run was under way, 4 the rehearsal failed.
    """

    exit_code: int
    started_utc: str
    ended_utc: str
    backup: str | None
    problems: list[str]
    copy_ok: bool | None


@strict_shape
class BackupsState(TypedDict):
    """What a folder of backups holds, the newest first, and after them those whose age is not known.

    problems: manifests that can't be read, and times in the future.
    """

    backup_folder: str
    backups: list[Backup]
    last_run: LastRun | None
    problems: list[str]


class Backups(PowerShellFact[BackupsState]):
    """Read the backups in a folder.

    folder: its Windows path; none are there when it does not exist.
    """

    shape = BackupsState

    def command(self, folder: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-MemuraiBackup", {"BackupFolder": folder})
