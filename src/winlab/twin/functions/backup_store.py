"""The folder of a server's backups on a practice host: what stands in it, what is whole, and what may go."""

from __future__ import annotations

import fcntl
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.programs import count_snapshot
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
Fields = Mapping[str, type | tuple[type, ...]]
"""The types of the properties of a JSON object."""

_MANIFEST_FIELDS: Fields = {
    "Name": str,
    "Host": str,
    "Service": str,
    "Role": str,
    "ServerVersion": str,
    "TakenUtc": str,
    "Keys": int,
    "DurationSeconds": (int, float),
    "Files": list,
}

_REHEARSAL_FIELDS: Fields = {
    "Ok": bool,
    "Reason": (str, type(None)),
    "Keys": (int, type(None)),
    "RehearsedUtc": str,
    "DurationSeconds": (int, float),
}
_LAST_RUN_FIELDS: Fields = {
    "ExitCode": int,
    "StartedUtc": str,
    "EndedUtc": str,
    "Backup": (str, type(None)),
    "Problems": list,
    "CopyOk": (bool, type(None)),
}

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

    Args:
        backups: newest first.
        now: the present time.
        made: name of the backup that was just made.
        keep_days: age in days.
        keep_at_least: number of good ones that stay, however old.
        keep_at_most: number of those that stay, however young.
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
    """The folder of the backups.

    Args:
        machine: the host.
        folder: absolute Windows path; it may be missing.
    """

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
            try:
                manifest = self.require_whole(name)
            except WinlabError as error:
                problems.append(f"{name}: {error}")
                continue
            rehearsal = None
            try:
                rehearsal = self._rehearsal(name)
            except WinlabError as error:
                problems.append(f"{name}: {error}")
            backups.append(StoredBackup(name, manifest, rehearsal, now))
        problems += [backup.clock_problem for backup in backups if backup.clock_problem is not None]
        return sorted(backups, key=lambda backup: not backup.is_age_known), problems

    def require_whole(self, name: str) -> dict[str, Any]:
        """Return the manifest of a backup whose files are there, of the size that it says.

        Raises:
            TwinError: one of them is not.
        """
        manifest = self.manifest(name)
        self._require_files(name, manifest)
        return manifest

    def manifest(self, name: str) -> dict[str, Any]:
        """Return what the manifest of a backup says.

        Raises:
            TwinError: it is not as it was written.
        """
        path = f"{self.path(name)}\\{MANIFEST}"
        expected = read_text(self._machine, f"{self.path(name)}\\{DIGEST}").strip()
        self._require_digest(path, expected)
        manifest = self._object(path, _MANIFEST_FIELDS)
        if manifest["Name"] != name or not _are_files(manifest["Files"]):
            raise TwinError(f"Expected the manifest of the backup {name} in '{path}', found another one.")
        time_of(manifest["TakenUtc"])
        return manifest

    def require(self, name: str) -> None:
        """Fail when there is no backup of that name."""
        if name not in self.names():
            raise TwinError(f"Expected the backup '{name}' in '{self.folder}', found none of that name.")

    def last_run(self) -> dict[str, Any] | None:
        """Return the result of the last run, None when there was none."""
        path = self.path(LAST_RUN)
        return self._object(path, _LAST_RUN_FIELDS) if self._files.kind(path) == "File" else None

    def verify(self, name: str) -> dict[str, Any]:
        """Return the manifest of a backup whose files are what it says.

        Raises:
            TwinError: one of them is not.
        """
        manifest = self.require_whole(name)
        for file in manifest["Files"]:
            self._require_digest(f"{self.path(name)}\\{file['Path']}", file["Sha256"])
        return manifest

    def newest_whole(self, check_path: str) -> str | None:
        """Return the name of the newest backup that is whole and whose age is known, None when there is none."""
        return next((name for name in self.names() if self._is_whole(name, check_path)), None)

    def _is_whole(self, name: str, check_path: str) -> bool:
        try:
            manifest = self.verify(name)
            count_snapshot(self._machine, check_path, f"{self.path(name)}\\{DUMP}")
            return not is_future(time_of(manifest["TakenUtc"]), datetime.now(UTC))
        except WinlabError:
            return False

    def _entries(self) -> list[str]:
        if self._files.kind(self.folder) != "Directory":
            return []
        self._require_access()
        return self._files.names(self.folder)

    def _require_files(self, name: str, manifest: dict[str, Any]) -> None:
        for file in manifest["Files"]:
            path = f"{self.path(name)}\\{file['Path']}"
            found = f"{self._files.size(path)} bytes" if self._files.kind(path) == "File" else "no such file"
            expected = f"{file['SizeBytes']} bytes"
            if found != expected:
                raise TwinError(f"Expected {expected} in '{path}', found {found}.")

    def _rehearsal(self, name: str) -> dict[str, Any] | None:
        path = f"{self.path(name)}\\{REHEARSAL}"
        if self._files.kind(path) != "File":
            return None
        rehearsal = self._object(path, _REHEARSAL_FIELDS)
        time_of(rehearsal["RehearsedUtc"])
        return rehearsal

    def _require_digest(self, path: str, expected: str) -> None:
        if self._files.kind(path) != "File":
            raise TwinError(f"Expected the file '{path}', found none.")
        found = self._files.sha256(path)
        if found != expected:
            raise TwinError(f"Expected SHA-256 {expected} of '{path}', found {found}.")

    def _object(self, path: str, fields: Fields) -> dict[str, Any]:
        return read_object(self._machine, path, fields)

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
            for process in self._machine.processes.working_in(self.path(name)):
                self._machine.processes.end(process)
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
    """Return the time that a record names.

    Raises:
        TwinError: it is none.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise TwinError(
            f"Expected a time such as 2025-01-31T02:00:00Z, found '{text}'. Have the file it is from written anew."
        ) from None


def read_text(machine: Machine, path: str) -> str:
    """Return a text in UTF-8.

    Raises:
        TwinError: there is no such file.
    """
    if machine.files.kind(path) != "File":
        raise TwinError(f"Expected the file '{path}', found none.")
    return machine.files.read_bytes(path).decode("utf-8", errors="replace")


def read_object(machine: Machine, path: str, fields: Fields) -> dict[str, Any]:
    """Return a JSON object that has properties of these names and types.

    Raises:
        TwinError: there is no such file, or it holds something else.
    """
    text = read_text(machine, path)
    try:
        found = json.loads(text)
    except ValueError as error:
        raise TwinError(f"Expected JSON in '{path}', found something else.") from error
    found = found if isinstance(found, dict) else {}
    wrong = [name for name, kind in fields.items() if name not in found or not _is(found[name], kind)]
    if wrong:
        raise TwinError(f"Expected {', '.join(wrong)} in '{path}', found nothing or another type.")
    return found


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return type(value) in kinds


def write_whole(machine: Machine, path: str, text: str) -> None:
    """Write a text file under a temporary name, and rename it."""
    files, temporary = machine.files, f"{path}.new"
    try:
        files.write_bytes(temporary, text.encode())
        (files.move if files.kind(path) == "Absent" else files.replace)(temporary, path)
    finally:
        files.remove(temporary)


def _are_files(files: list[Any]) -> bool:
    kinds = {"Path": str, "SizeBytes": int, "Sha256": str}
    return all(
        isinstance(file, dict)
        and all(isinstance(file.get(key), kind) for key, kind in kinds.items())
        and _FILE_PATH.fullmatch(file["Path"])
        and ".." not in file["Path"]
        for file in files
    ) and any(file["Path"] == DUMP for file in files)


def to_json(content: object) -> str:
    """Return an object as JSON."""
    return json.dumps(content, indent=2)
