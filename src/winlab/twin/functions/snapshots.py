"""Takes a snapshot of a running server, and copies what it keeps on disk while it goes on."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_settings import BackupJob
from winlab.twin.functions.memurai import information_fields
from winlab.twin.functions.programs import check_append_only

_SNAPSHOT_SECONDS = 3600
_POLL_SECONDS = 0.05
_COPY_ATTEMPTS = 5
_MANIFEST_LINE = re.compile(r'^file "?(.+?)"? seq \d+ type [bi]\s*$', re.MULTILINE)


def take_snapshot(job: BackupJob) -> tuple[datetime, dict[str, str]]:
    """Have the server write a snapshot of now; return its time and what INFO says after it."""
    deadline = time.monotonic() + _SNAPSHOT_SECONDS
    before, taken = _start(job, deadline)
    while True:
        info = information(job)
        if info["rdb_bgsave_in_progress"] == "0":
            break
        _wait(deadline, "the snapshot to be written")
    if info["rdb_last_bgsave_status"] != "ok" or int(info["rdb_last_save_time"]) == before:
        found = f"rdb_last_bgsave_status:{info['rdb_last_bgsave_status']}"
        text = f"Expected the server to write its snapshot, found {found}. Look at its log, and at the free space"
        raise TwinError(f"{text} of its data folder.")
    return taken, info


def _start(job: BackupJob, deadline: float) -> tuple[int, datetime]:
    """Start a snapshot as soon as nothing else is written; return the time of the former one, and now.

    LASTSAVE counts seconds: one that ended in this very second would look like ours. One of the future, from before
    the clock was set right, does not.
    """
    while True:
        info, now = information(job), datetime.now(UTC)
        before = int(info["rdb_last_save_time"])
        if info["rdb_bgsave_in_progress"] == "0" and before != int(now.timestamp()):
            output, shown = job.ask("BGSAVE")
            if output.startswith("Background saving started"):
                return before, now
            # A rewrite of the append-only file, or somebody else's snapshot, came first.
            if not re.search(r"in progress|can't BGSAVE", shown):
                raise TwinError(
                    f"Expected the server to start a snapshot, found: {shown}. May the backup's user do it?"
                )
        _wait(deadline, "a snapshot to be started")


def information(job: BackupJob) -> dict[str, str]:
    """Return the fields of INFO."""
    output, shown = job.ask("INFO")
    fields = information_fields(output)
    if "rdb_last_save_time" not in fields:
        raise TwinError(
            f"Expected INFO from {job['Address']}:{job['Port']}, found: {shown}. Does the server run, and does it "
            "know the backup's user?"
        )
    return fields


def copy_append_only(job: BackupJob, destination: str) -> None:
    """Copy the append-only file as it is between two rewrites, and check the copy."""
    if information(job)["aof_enabled"] != "1":
        text = "Expected a server that writes an append-only file, found aof_enabled:0"
        raise TwinError(f"{text}. Back up without it, or enable it.")
    for attempt in range(1, _COPY_ATTEMPTS + 1):
        try:
            _copy_files(job, destination)
            check_append_only(job.machine, job["CheckPath"], destination)
        except WinlabError:
            # A rewrite may have begun or ended meanwhile, and a command that was being written be copied by half.
            if attempt == _COPY_ATTEMPTS:
                raise
        else:
            return


def _copy_files(job: BackupJob, destination: str) -> None:
    files, source = job.machine.files, f"{job.data}\\{job['AppendOnlyFolder']}"
    files.remove(destination, recurse=True)
    files.make_directory(destination)
    # What begins with temp- the server renames when it is whole.
    manifests = [name for name in files.names(source) if name.endswith(".manifest") and not name.startswith("temp-")]
    for manifest in manifests:
        text = files.read_bytes(f"{source}\\{manifest}").decode(errors="replace")
        for name in [manifest, *_MANIFEST_LINE.findall(text)]:
            files.copy_file(f"{source}\\{name}", f"{destination}\\{name}")
        if files.sha256(f"{source}\\{manifest}") != files.sha256(f"{destination}\\{manifest}"):
            text = f"Expected '{source}\\{manifest}' to stay as it is while what it names is copied, found that"
            raise TwinError(f"{text} it was rewritten.")


def _wait(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise TwinError(f"Expected {what} within {_SNAPSHOT_SECONDS} s, it was not. Look at the server's log.")
    time.sleep(_POLL_SECONDS)
