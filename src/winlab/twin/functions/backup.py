"""Twin of the function that backs a running server up."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_records import LOCKED, BackupRun, record_run
from winlab.twin.functions.backup_settings import BackupJob, read_backup_job
from winlab.twin.functions.backup_store import (
    DIGEST,
    DUMP,
    MANIFEST,
    PARTIAL,
    BackupStore,
    StoredBackup,
    backup_gap,
    expired_backups,
    to_json,
    write_whole,
)
from winlab.twin.functions.files import copy_win_file
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.programs import count_snapshot
from winlab.twin.functions.rehearsal import rehearse_memurai_backup
from winlab.twin.functions.snapshots import copy_append_only, take_snapshot
from winlab.twin.registry import Output, twin
from winlab.windows.errors import Win32Error
from winlab.windows.machine import Machine

_LEFT_COPY = re.compile(r"\d{8}T\d{6}Z\.partial")
_DAY_SECONDS = 86400
_APPEND_ONLY_COPY = "appendonlydir"
# Half a day less than a week: a daily job does not start at the very same second.
_REHEARSAL_AGE = timedelta(hours=156)


@twin("Invoke-MemuraiBackup", "ExitCode", "Text", "Backup", "Problems")
def invoke_memurai_backup(machine: Machine, *, settings_path: str) -> Output:
    """Back a running server up, and say how that went."""
    job = read_backup_job(machine, settings_path)
    store = BackupStore(machine, job["BackupFolder"])
    run = BackupRun(job)
    try:
        with store.locked() as is_ours:
            if is_ours:
                _attempt(job, store, run)
            else:
                run.fail(LOCKED, 1003, f"Another run holds the lock '{store.lock_path}'. Nothing was done.")
            record_run(store, run)
    except WinlabError as error:
        run.fail(1, 1001, f"The backup failed: {error}")
        record_run(store, run)
    return {"ExitCode": run.exit_code, "Text": run.text, "Backup": run.backup, "Problems": run.problems}


def _attempt(job: BackupJob, store: BackupStore, run: BackupRun) -> None:
    try:
        _back_up(job, store, run)
    except WinlabError as error:
        run.fail(1, 1001, f"The backup failed: {error}")


def _back_up(job: BackupJob, store: BackupStore, run: BackupRun) -> None:
    store.remove_partial()
    manifest = _add_backup(job, store)
    name = run.backup = manifest["Name"]
    size = sum(file["SizeBytes"] for file in manifest["Files"])
    seconds = manifest["DurationSeconds"]
    run.say(1000, "Information", f"Backup {name}: {manifest['Keys']} keys, {size} bytes, {seconds} s.")
    if job["CopyTo"] is not None:
        _copy(job, store, run, manifest)
    if job["Rehearse"] != "weekly" or _is_rehearsal_due(store):
        _rehearse(job, store, run)
    backups, problems = store.backups()
    run.problems += problems
    _tell_of_gap(run, backups, job["KeepDays"])
    keep = {"keep_days": job["KeepDays"], "keep_at_least": job["KeepAtLeast"], "keep_at_most": job["KeepAtMost"]}
    store.remove(expired_backups(backups, datetime.now(UTC), made=name, **keep))
    # Whatever went wrong: a run without a backup has not succeeded.
    store.manifest(name)


def _tell_of_gap(run: BackupRun, backups: list[StoredBackup], keep_days: int) -> None:
    gap = backup_gap(backups, keep_days)
    if gap is not None:
        later, earlier = gap
        days = (later.taken - earlier.taken).days
        run.fail(
            0,
            1004,
            f"Between the backups {earlier.name} and {later.name} lie {days} days: either none was taken, or the clock "
            f"was wrong, or is. {earlier.name} and what is older is not removed by its age, only by number. Is the "
            "clock right, remove by hand what you need no more.",
        )


# The backup


def _add_backup(job: BackupJob, store: BackupStore) -> dict[str, Any]:
    started = time.monotonic()
    _require_space(job, store)
    taken, info = take_snapshot(job)
    name = store.free_name(taken)
    partial = store.path(name + PARTIAL)
    try:
        keys = _fill(job, partial, taken)
        manifest = {
            "Name": name,
            "Host": job.machine.summary.computer_name,
            "Service": job["ServiceName"],
            "Role": info["role"],
            "ServerVersion": info.get("memurai_version", info["redis_version"]),
            "TakenUtc": iso_time(taken),
            "Keys": keys,
            "DurationSeconds": round(time.monotonic() - started, 3),
            "Files": _described(job.machine, partial),
        }
        write_whole(job.machine, f"{partial}\\{MANIFEST}", to_json(manifest))
        digest = job.machine.files.sha256(f"{partial}\\{MANIFEST}")
        write_whole(job.machine, f"{partial}\\{DIGEST}", digest)
        job.machine.files.move(partial, store.path(name))
    except WinlabError as error:
        raise TwinError(f"{error}{_removal_problem(job.machine, partial)}") from error
    return manifest


def _fill(job: BackupJob, partial: str, taken: datetime) -> int:
    """Copy what the server has on disk, check the copy, and return the number of keys in it."""
    files = job.machine.files
    files.make_directory(partial)
    source = f"{job.data}\\{job['SnapshotName']}"
    files.copy_file(source, f"{partial}\\{DUMP}")
    written = datetime.fromtimestamp(files.local_path(source).stat().st_mtime, UTC)
    # A second less: the time of a file may be rounded.
    if written < taken - timedelta(seconds=1):
        raise TwinError(
            f"Expected the snapshot of {iso_time(taken)} in '{source}', found one of {iso_time(written)}. Does the "
            "server write elsewhere?"
        )
    keys = count_snapshot(job.machine, job["CheckPath"], f"{partial}\\{DUMP}")
    if job["IncludeAppendOnly"]:
        copy_append_only(job, f"{partial}\\{_APPEND_ONLY_COPY}")
    return keys


def _described(machine: Machine, folder: str) -> list[dict[str, Any]]:
    files = machine.files
    paths = [DUMP]
    if files.kind(f"{folder}\\{_APPEND_ONLY_COPY}") == "Directory":
        paths += [f"{_APPEND_ONLY_COPY}\\{name}" for name in files.names(f"{folder}\\{_APPEND_ONLY_COPY}")]
    return [
        {"Path": path, "SizeBytes": files.size(f"{folder}\\{path}"), "Sha256": files.sha256(f"{folder}\\{path}")}
        for path in paths
    ]


def _require_space(job: BackupJob, store: BackupStore) -> None:
    files, append_only = job.machine.files, f"{job.data}\\{job['AppendOnlyFolder']}"
    snapshot = f"{job.data}\\{job['SnapshotName']}"
    needed = 2 * (files.size(snapshot) if files.kind(snapshot) == "File" else 0)
    if job["IncludeAppendOnly"] and files.kind(append_only) == "Directory":
        for name in files.names(append_only):
            # What the server has removed or renamed meanwhile takes no room of its own.
            with suppress(Win32Error):
                needed += files.size(f"{append_only}\\{name}")
    if files.free_bytes <= needed:
        raise TwinError(
            f"Expected more than {needed} bytes free for '{store.folder}', found {files.free_bytes}. That is twice the "
            "last snapshot, and the append-only file if it is included. Nothing was written."
        )


def _removal_problem(machine: Machine, partial: str) -> str:
    """Remove what is not finished: a full disk must not stay full until the next run."""
    try:
        machine.files.remove(partial, recurse=True)
    except WinlabError as error:
        return f" Nor could '{partial}' be removed: {error}"
    return ""


# What follows it


def _copy(job: BackupJob, store: BackupStore, run: BackupRun, manifest: dict[str, Any]) -> None:
    run.copy_ok = False
    try:
        _copy_to_second_place(job, store, manifest)
    except WinlabError as error:
        text = f"The copy of {manifest['Name']} to '{job['CopyTo']}' failed: {error}"
        run.fail(2, 1002, f"{text} The backup itself is in {store.path(manifest['Name'])}.")
    else:
        run.copy_ok = True


def _copy_to_second_place(job: BackupJob, store: BackupStore, manifest: dict[str, Any]) -> None:
    files, name = job.machine.files, manifest["Name"]
    target = f"{files.full_path(job['CopyTo'])}\\{name}"
    partial = target + PARTIAL
    try:
        files.make_directory(job["CopyTo"])
        _remove_left_copies(job.machine, files.full_path(job["CopyTo"]), partial)
        for file in manifest["Files"]:
            copy, original = f"{partial}\\{file['Path']}", f"{store.path(name)}\\{file['Path']}"
            files.make_directory(copy.rpartition("\\")[0])
            copy_win_file(job.machine, path=original, destination=copy, sha256=file["Sha256"])
        for path in (MANIFEST, DIGEST):
            files.copy_file(f"{store.path(name)}\\{path}", f"{partial}\\{path}")
        files.move(partial, target)
    except WinlabError as error:
        raise TwinError(f"{error}{_removal_problem(job.machine, partial)}") from error


def _remove_left_copies(machine: Machine, place: str, partial: str) -> None:
    """Remove copies that were ended half way; one that another host makes just now is younger."""
    for name in filter(_LEFT_COPY.fullmatch, machine.files.names(place)):
        path = f"{place}\\{name}"
        # Linux has no time of a folder's creation; in the lab nothing changes it later.
        age = time.time() - machine.files.local_path(path).stat().st_mtime
        if path == partial or age > _DAY_SECONDS:
            machine.files.remove(path, recurse=True)


def _is_rehearsal_due(store: BackupStore) -> bool:
    passed = [backup.rehearsed for backup in store.backups()[0] if backup.state == "passed"]
    return all(time is None or datetime.now(UTC) - time > _REHEARSAL_AGE for time in passed)


def _rehearse(job: BackupJob, store: BackupStore, run: BackupRun) -> None:
    name = str(run.backup)
    try:
        result = rehearse_memurai_backup(
            job.machine,
            backup_folder=store.folder,
            name=name,
            program_path=job["ProgramPath"],
            check_path=job["CheckPath"],
            cli_path=job["CliPath"],
            rehearsal_port=job["RehearsalPort"],
            scratch_folder=store.path(f"rehearsal{PARTIAL}"),
        )
    except WinlabError as error:
        run.fail(4, 1011, f"The rehearsal of {name} could not be made, it is unproven: {error}")
        return
    if result["Ok"]:
        seconds = result["DurationMilliseconds"] / 1000
        run.say(1010, "Information", f"The rehearsal of {name} passed: {result['Keys']} keys loaded, {seconds} s.")
    else:
        run.fail(4, 1011, f"The rehearsal of {name} failed: {result['Reason']}")
