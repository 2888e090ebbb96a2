"""What a run of the backup job leaves for people and for monitoring: last-run.json, metrics, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from winlab.exceptions import WinlabError
from winlab.twin.functions.backup_settings import BackupJob
from winlab.twin.functions.backup_store import LAST_RUN, BackupStore, StoredBackup, write_whole
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.host import iso_time

LOCKED = 3
# What is worse comes later: of several failures the worst one is the exit code.
_SEVERITY = (0, LOCKED, 2, 4, 1)


@dataclass
class BackupRun:
    """One run of the backup job, as it goes; backup, copy_ok: None while none was made, and when none was tried."""

    job: BackupJob
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    exit_code: int = 0
    backup: str | None = None
    problems: list[str] = field(default_factory=list)
    copy_ok: bool | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What happened, for people."""
        said = [str(event["message"]) for event in self.events]
        return "\n".join([*said, *(problem for problem in self.problems if problem not in said)])

    def say(self, event_id: int, entry_type: str, message: str) -> None:
        """Take note of something for the event log."""
        self.events.append({"event_id": event_id, "entry_type": entry_type, "message": message})

    def fail(self, exit_code: int, event_id: int, message: str) -> None:
        """Take note of a failure."""
        self.exit_code = max(self.exit_code, exit_code, key=_SEVERITY.index)
        self.problems.append(message)
        self.say(event_id, "Error" if event_id in (1001, 1011) else "Warning", message)


def record_run(store: BackupStore, run: BackupRun) -> None:
    """Write last-run.json, the metrics and the events; what can't be written is a failure of the run."""
    records: list[Callable[[], None]] = [
        lambda: store.write(LAST_RUN, _last_run(run)),
        lambda: _write_metrics(store, run),
    ]
    if run.exit_code == LOCKED:
        # What the run that holds the lock writes is the result.
        records = []
    records.append(lambda: _write_events(run))
    for step in records:
        try:
            step()
        except WinlabError as error:
            run.fail(1, 1001, f"The run could not be recorded: {error}")


def _last_run(run: BackupRun) -> dict[str, object]:
    return {
        "ExitCode": run.exit_code,
        "StartedUtc": iso_time(run.started),
        "EndedUtc": iso_time(datetime.now(UTC)),
        "Backup": run.backup,
        "Problems": run.problems,
        "CopyOk": run.copy_ok,
    }


def _write_events(run: BackupRun) -> None:
    source = run.job["EventSource"]
    for event in run.events:
        write_win_event(run.job.machine, source=source, **event)


def _write_metrics(store: BackupStore, run: BackupRun) -> None:
    machine, folder = run.job.machine, run.job["MetricsFolder"]
    if folder is None or machine.files.kind(folder) != "Directory":
        return
    service = run.job["ServiceName"]
    values = _state_metrics(store, run) | _run_metrics(run)
    lines = [
        f'# HELP {name} {meaning}\n# TYPE {name} gauge\n{name}{{instance_name="{service}"}} {values[name]}\n'
        for name, meaning in run.job["Metrics"].items()
        if name in values
    ]
    write_whole(machine, f"{machine.files.full_path(folder)}\\memurai-backup-{service}.prom", "".join(lines))


def _run_metrics(run: BackupRun) -> dict[str, float]:
    metrics: dict[str, float] = {
        "memurai_backup_last_run_timestamp_seconds": int(datetime.now(UTC).timestamp()),
        "memurai_backup_last_exit_code": run.exit_code,
    }
    return metrics if run.job["CopyTo"] is None else {**metrics, "memurai_backup_copy_ok": int(bool(run.copy_ok))}


def _state_metrics(store: BackupStore, run: BackupRun) -> dict[str, float]:
    """Return what the folder of the backups says; nothing when it can't be read."""
    try:
        backups, _ = store.backups()
    except WinlabError as error:
        run.fail(1, 1001, f"The backups can't be listed: {error}")
        return {}
    known = [backup for backup in backups if backup.is_age_known]
    good = [backup for backup in known if backup.state != "failed"]
    return {
        "memurai_backup_good_backups": len(good),
        "memurai_backup_unproven": int(not good or good[0].state == "none"),
        "memurai_backup_future_backups": len(backups) - len(known),
        **(_newest_metrics(good[0]) if good else {}),
        **_rehearsal_metrics(backups),
    }


def _newest_metrics(newest: StoredBackup) -> dict[str, float]:
    return {
        "memurai_backup_last_success_timestamp_seconds": int(newest.taken.timestamp()),
        "memurai_backup_duration_seconds": newest.manifest["DurationSeconds"],
        "memurai_backup_size_bytes": newest.size_bytes,
        "memurai_backup_keys": newest.manifest["Keys"],
    }


def _rehearsal_metrics(backups: list[StoredBackup]) -> dict[str, float]:
    times = {time: backup for backup in backups if (time := backup.rehearsed) is not None}
    if not times:
        return {}
    last, passed = max(times), [time for time, backup in times.items() if backup.state == "passed"]
    rehearsal = times[last].rehearsal or {}
    success = {"memurai_rehearsal_last_success_timestamp_seconds": int(max(passed).timestamp())} if passed else {}
    return {
        "memurai_rehearsal_last_run_timestamp_seconds": int(last.timestamp()),
        "memurai_rehearsal_last_ok": int(rehearsal["Ok"]),
        "memurai_rehearsal_duration_seconds": rehearsal["DurationSeconds"],
        **success,
    }
