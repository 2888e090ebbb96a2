"""The folder of a server's backups on a practice host: what stands in it, what is whole, and what may go."""

from __future__ import annotations

import fcntl
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.files import get_win_text_file, move_file
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.programs import count_snapshot
from winlab.twin.functions.services import stop_win_folder_process
from winlab.twin.registry import Output, twin
from winlab.windows.accounts import ADMINISTRATORS, SYSTEM
from winlab.windows.errors import ACCESS_DENIED, Win32Error
from winlab.windows.machine import Machine
from winlab.windows.security import MODIFY

NAME = r"^\d{8}T\d{6}Z$"
"""The names of backups: the time of the snapshot in UTC."""

DUMP = "dump.rdb"
MANIFEST = "manifest.json"
DIGEST = "manifest.sha256"
REHEARSAL = "rehearsal.json"
LAST_RUN = "last-run.json"
LOCK = "backup.lock"
PARTIAL = ".partial"

# As much as Kerberos lets the clocks of a domain differ.
_CLOCK_TOLERANCE = timedelta(minutes=5)
# Who misses some nights has no wrong clock.
_LEAST_GAP = timedelta(days=7)
_PARTIAL_NAME = re.compile(r"(\d{8}T\d{6}Z|rehearsal)\.partial")
_FILE_PATH = re.compile(r"dump\.rdb|[^\\/:*?\"<>|]+\\[^\\/:*?\"<>|]+")
_MANIFEST_NAMES = ("Name", "TakenUtc", "Keys", "DurationSeconds", "Files")
_REHEARSAL_NAMES = ("Ok", "RehearsedUtc", "DurationSeconds")
_LAST_RUN_NAMES = ("ExitCode", "StartedUtc", "EndedUtc", "Backup", "Problems", "CopyOk")

RehearsalState = Literal["passed", "failed", "none"]


@dataclass(frozen=True)
class StoredBackup:
    """A backup with a manifest that can be read.

    Attributes:
        name: name of its folder.
        manifest: what manifest.json says.
        rehearsal: what rehearsal.json says, None when there is none.
        seen: when they were read.
    """

    name: str
    manifest: dict[str, Any]
    rehearsal: dict[str, Any] | None
    seen: datetime

    @property
    def taken(self) -> datetime:
        """When its snapshot was taken."""
        return time_of(self.manifest["TakenUtc"])

    @property
    def is_age_known(self) -> bool:
        """Whether that is not in the future."""
        return not is_future(self.taken, self.seen)

    @property
    def rehearsed(self) -> datetime | None:
        """When it was rehearsed last, None when it was not, or in the future."""
        time = None if self.rehearsal is None else time_of(self.rehearsal["RehearsedUtc"])
        return None if time is None or is_future(time, self.seen) else time

    @property
    def clock_problem(self) -> str | None:
        """What is wrong with its times, None when nothing is."""
        if not self.is_age_known:
            return (
                f"{self.name}: Expected a backup that was taken before now ({iso_time(self.seen)}), found "
                f"{self.manifest['TakenUtc']}: taken in the future: the clock was wrong, or is. It counts as no recent "
                "one, is restored only by its name and never removed by itself. Set the clock right, and remove the "
                "backup by hand when you need it no more."
            )
        if self.rehearsal is not None and self.rehearsed is None:
            return (
                f"{self.name}: Expected a rehearsal before now ({iso_time(self.seen)}), found "
                f"{self.rehearsal['RehearsedUtc']}: rehearsed in the future: the clock was wrong, or is. It counts as "
                "no recent one."
            )
        return None

    @property
    def size_bytes(self) -> int:
        """The size of all its files."""
        return sum(file["SizeBytes"] for file in self.manifest["Files"])

    @property
    def state(self) -> RehearsalState:
        """Whether it has been rehearsed, and how that went."""
        if self.rehearsal is None:
            return "none"
        return "passed" if self.rehearsal["Ok"] else "failed"


@twin("Get-MemuraiBackup", "BackupFolder", "Backups", "LastRun", "Problems")
def get_memurai_backup(machine: Machine, *, backup_folder: str) -> Output:
    """List the backups, newest first, and after them those whose age is not known."""
    store = BackupStore(machine, backup_folder)
    backups, problems = store.backups()
    return {
        "BackupFolder": store.folder,
        "Backups": [_shown(backup) for backup in backups],
        "LastRun": store.last_run(),
        "Problems": problems,
    }


def _shown(backup: StoredBackup) -> dict[str, Any]:
    return {
        "Name": backup.name,
        "TakenUtc": backup.manifest["TakenUtc"],
        "Keys": backup.manifest["Keys"],
        "SizeBytes": backup.size_bytes,
        "HasAppendOnly": any(file["Path"] != DUMP for file in backup.manifest["Files"]),
        "Rehearsal": backup.state,
        "RehearsedUtc": None if backup.rehearsal is None else backup.rehearsal["RehearsedUtc"],
        "IsAgeKnown": backup.is_age_known,
    }


def is_future(time: datetime, now: datetime) -> bool:
    """Return whether a time is so far in the future that a clock was wrong, or is."""
    return time > now + _CLOCK_TOLERANCE


def expired_backups(  # noqa: PLR0913 - each is a limit of its own
    backups: Sequence[StoredBackup],
    now: datetime,
    *,
    made: str,
    keep_days: int,
    keep_at_least: int,
    keep_at_most: int,
) -> list[str]:
    """Return the names of the backups that may go.

    A backup goes when it is older than `keep_days` or beyond the newest `keep_at_most`. What always stays: the one
    that was just made, the newest one, the newest `keep_at_least` of those that have not failed a rehearsal, the
    newest one that has passed one, and all whose age is not known. What is older than a gap goes by number only.
    """
    known = [backup for backup in backups if backup.is_age_known]
    good = [backup for backup in known if backup.state != "failed"]
    proven = [backup for backup in known if backup.state == "passed"]
    kept = {made, *(backup.name for backup in (*known[:1], *good[:keep_at_least], *proven[:1]))}
    oldest, gap = now - timedelta(days=keep_days), backup_gap(known, keep_days)
    return [
        backup.name
        for rank, backup in enumerate(known)
        if backup.name not in kept
        and (rank >= keep_at_most or (backup.taken < oldest and (gap is None or backup.taken > gap[1].taken)))
    ]


def backup_gap(backups: Sequence[StoredBackup], keep_days: int) -> tuple[StoredBackup, StoredBackup] | None:
    """Return the newest two neighbours between which the clock may have jumped: the later one and the earlier one."""
    least = max(_LEAST_GAP, timedelta(days=keep_days))
    known = [backup for backup in backups if backup.is_age_known]
    return next((pair for pair in itertools.pairwise(known) if pair[0].taken - pair[1].taken > least), None)


class BackupStore:
    """The folder of the backups, which may be missing."""

    def __init__(self, machine: Machine, folder: str) -> None:
        self._machine = machine
        self._files = machine.files
        self.folder = self._files.full_path(folder)

    def path(self, name: str) -> str:
        """Return the path of something in the folder."""
        return f"{self.folder}\\{name}"

    @property
    def lock_path(self) -> str:
        """The path of the lock file."""
        return self.path(LOCK)

    # Reading

    def names(self) -> list[str]:
        """Return the names of the backups, newest first."""
        return sorted((name for name in self._entries() if re.match(NAME, name)), reverse=True)

    def backups(self) -> tuple[list[StoredBackup], list[str]]:
        """Return the backups that can be read, and what is wrong with those and the others.

        The newest come first; after them those whose age is not known.
        """
        backups, problems, now = [], [], datetime.now(UTC)
        for name in self.names():
            manifest = rehearsal = None
            try:
                manifest = self.manifest(name)
                rehearsal = self._rehearsal(name)
            except WinlabError as error:
                # The backup job may have taken it away since it was listed, which is no problem.
                if self._files.kind(self.path(name)) == "Directory":
                    problems.append(f"{name}: {error}")
            if manifest is not None:
                backups.append(StoredBackup(name, manifest, rehearsal, now))
        problems += [backup.clock_problem for backup in backups if backup.clock_problem is not None]
        return sorted(backups, key=lambda backup: not backup.is_age_known), problems

    def manifest(self, name: str) -> dict[str, Any]:
        """Return what the manifest of a backup says; fail when it, or a file's size, is not as it was written."""
        path = f"{self.path(name)}\\{MANIFEST}"
        self._require_digest(
            path, self._files.read_bytes(f"{self.path(name)}\\{DIGEST}").decode(errors="replace").strip()
        )
        manifest = read_json(self._machine, path, _MANIFEST_NAMES) or {}
        paths = [file["Path"] for file in manifest["Files"]]
        if manifest["Name"] != name or DUMP not in paths or not all(map(_is_inside, paths)):
            raise TwinError(f"Expected the manifest of the backup {name} in '{path}', found another one.")
        time_of(manifest["TakenUtc"])
        self._require_sizes(name, manifest)
        return manifest

    def require(self, name: str) -> None:
        """Fail when there is no backup of that name."""
        if name not in self.names():
            raise TwinError(f"Expected the backup '{name}' in '{self.folder}', found none of that name.")

    def last_run(self) -> dict[str, Any] | None:
        """Return the result of the last run, None when there was none."""
        return read_json(self._machine, self.path(LAST_RUN), _LAST_RUN_NAMES)

    def verify(self, name: str, check_path: str) -> dict[str, Any]:
        """Return the manifest of a backup whose files and number of keys are what it says; fail when one is not."""
        manifest = self.manifest(name)
        for file in manifest["Files"]:
            self._require_digest(f"{self.path(name)}\\{file['Path']}", file["Sha256"])
        dump = f"{self.path(name)}\\{DUMP}"
        found = count_snapshot(self._machine, check_path, dump)
        if found != manifest["Keys"]:
            text = f"Expected {manifest['Keys']} keys in the snapshot '{dump}' as the manifest says, found {found}."
            raise TwinError(text)
        return manifest

    def newest_whole(self, check_path: str) -> str | None:
        """Return the name of the newest backup that is whole and whose age is known, None when there is none."""
        return next((name for name in self.names() if self._is_whole(name, check_path)), None)

    def _is_whole(self, name: str, check_path: str) -> bool:
        try:
            manifest = self.verify(name, check_path)
            return not is_future(time_of(manifest["TakenUtc"]), datetime.now(UTC))
        except WinlabError:
            return False

    def _entries(self) -> list[str]:
        if self._files.kind(self.folder) != "Directory":
            return []
        self._require_access()
        return self._files.names(self.folder)

    def _require_sizes(self, name: str, manifest: dict[str, Any]) -> None:
        for file in manifest["Files"]:
            path = f"{self.path(name)}\\{file['Path']}"
            found = f"{self._files.size(path)} bytes" if self._files.kind(path) == "File" else "no such file"
            expected = f"{file['SizeBytes']} bytes"
            if found != expected:
                raise TwinError(f"Expected {expected} in '{path}', found {found}.")

    def _rehearsal(self, name: str) -> dict[str, Any] | None:
        rehearsal = read_json(self._machine, f"{self.path(name)}\\{REHEARSAL}", _REHEARSAL_NAMES)
        if rehearsal is not None:
            time_of(rehearsal["RehearsedUtc"])
        return rehearsal

    def _require_digest(self, path: str, expected: str) -> None:
        if self._files.kind(path) != "File":
            raise TwinError(f"Expected the file '{path}', found none.")
        found = self._files.sha256(path)
        if found != expected:
            raise TwinError(f"Expected SHA-256 {expected} of '{path}', found {found}.")

    def free_name(self, taken: datetime) -> str:
        """Return the name of a backup of a time: that of a later second when a clock that was set back has used it."""
        while self._files.kind(self.path(name := f"{taken:%Y%m%dT%H%M%SZ}")) != "Absent":
            taken += timedelta(seconds=1)
        return name

    # Changing

    @contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the lock, or say that another run holds it. Windows frees it with its holder, and so does the lab."""
        if self._files.kind(self.folder) != "Directory":
            raise TwinError(f"Expected the folder '{self.folder}' for backups, found none. Deploy again.")
        self._require_access()
        self._files.append_bytes(self.lock_path, b"")
        with self._files.local_path(self.lock_path).open("rb") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def remove_partial(self) -> None:
        """Remove what runs left that were ended half way: scratch servers, too."""
        for name in filter(_PARTIAL_NAME.fullmatch, self._entries()):
            stop_win_folder_process(self._machine, folder=self.path(name))
            self._files.remove(self.path(name), recurse=True)

    def remove(self, names: Sequence[str]) -> None:
        """Remove backups. Renamed first, none is ever there by half."""
        for name in names:
            partial = self.path(name + PARTIAL)
            self._files.move(self.path(name), partial)
            self._files.remove(partial, recurse=True)

    def write(self, name: str, content: object) -> None:
        """Write an object as JSON, under a temporary name first."""
        self._require_access()
        write_whole(self._machine, self.path(name), to_json(content))

    def _require_access(self) -> None:
        """Fail when neither SYSTEM nor Administrators may change the folder: nobody else runs this."""
        if not self._machine.security.allows(self.folder, (SYSTEM, ADMINISTRATORS), MODIFY):
            raise Win32Error(ACCESS_DENIED, f"Access to the path '{self.folder}' is denied.")


def time_of(text: str) -> datetime:
    """Return the time that a record names."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise TwinError(
            f"Expected a time such as 2025-01-31T02:00:00Z, found '{text}'. Have the file it is from written anew."
        ) from None


def read_json(machine: Machine, path: str, names: Sequence[str]) -> dict[str, Any] | None:
    """Return the object in a JSON file, which has to have these properties; None when there is no such file."""
    file = get_win_text_file(machine, path=path)
    if not file["Exists"]:
        return None
    try:
        value = json.loads(file["Content"])
    except ValueError:
        value = None
    advice = "Remove the file, or have it written anew."
    if not isinstance(value, dict):
        raise TwinError(f"Expected a JSON object in '{file['Path']}', found other text. {advice}")
    missing = [name for name in names if name not in value]
    if missing:
        found = f"found no {', '.join(missing)}"
        raise TwinError(f"Expected {', '.join(names)} in '{file['Path']}', {found}. {advice}")
    return value


def write_whole(machine: Machine, path: str, text: str) -> None:
    """Write a text file under a temporary name, and rename it."""
    temporary = f"{path}.new"
    try:
        machine.files.write_bytes(temporary, text.encode())
        move_file(machine, temporary, path)
    finally:
        machine.files.remove(temporary)


def _is_inside(path: str) -> bool:
    return _FILE_PATH.fullmatch(path) is not None and ".." not in path


def to_json(content: object) -> str:
    """Return an object as JSON."""
    return json.dumps(content, indent=2)
