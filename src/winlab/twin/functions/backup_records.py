"""What a run of the backup job leaves for people and for monitoring: last-run.json, metrics, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from winlab.exceptions import WinlabError
from winlab.twin.functions.backup_settings import BackupJob
from winlab.twin.functions.backup_store import LAST_RUN, BackupStore, StoredBackup, write_whole
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.host import iso_time

# What is worse comes later: of several failures the worst one is the exit code.
_SEVERITY = (0, 3, 2, 4, 1)


@dataclass(frozen=True)
class _Event:
    event_id: int
    entry_type: str
    message: str


@dataclass
class BackupRun:
    """One run of the backup job, as it goes.

    Attributes:
        job: its settings.
        started: when it began.
        exit_code: 0 done, 1 failed, 2 done but not copied, 3 another run holds the lock, 4 done but not rehearsed.
        backup: name of the backup that was made, None while there is none.
        problems: what went wrong.
        copy_ok: whether the copy to the second place is there, None when none was tried.
        events: what the event log shall say.
    """

    job: BackupJob
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    exit_code: int = 0
    backup: str | None = None
    problems: list[str] = field(default_factory=list)
    copy_ok: bool | None = None
    events: list[_Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What happened, for people."""
        said = [event.message for event in self.events]
        return "\n".join([*said, *(problem for problem in self.problems if problem not in said)])

    def say(self, event_id: int, entry_type: str, message: str) -> None:
        """Take note of something for the event log."""
        self.events.append(_Event(event_id, entry_type, message))

    def fail(self, exit_code: int, event_id: int, message: str) -> None:
        """Take note of a failure."""
        self.exit_code = max(self.exit_code, exit_code, key=_SEVERITY.index)
        self.problems.append(message)
        self.say(event_id, "Error" if event_id in (1001, 1011) else "Warning", message)


def record_run(store: BackupStore, run: BackupRun) -> None:
    """Write last-run.json, the metrics and the events; what can't be written is a failure of the run."""
    steps: list[Callable[[], None]] = [
        lambda: store.write(LAST_RUN, _last_run(run)),
        lambda: _write_metrics(store, run),
        lambda: _write_events(run),
    ]
    for step in steps:
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
        write_win_event(run.job.machine, source=source, **vars(event))


def _write_metrics(store: BackupStore, run: BackupRun) -> None:
    machine, folder = run.job.machine, run.job["MetricsFolder"]
    if folder is None or machine.files.kind(folder) != "Directory":
        return
    service = run.job["ServiceName"]
    lines = []
    for name, meaning, value in [*_run_metrics(run), *_state_metrics(store, run)]:
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge", f'{name}{{instance_name="{service}"}} {value}']
    path = f"{machine.files.full_path(folder)}\\memurai-backup-{service}.prom"
    write_whole(machine, path, "".join(f"{line}\n" for line in lines))


_Metric = tuple[str, str, float]


def _run_metrics(run: BackupRun) -> list[_Metric]:
    now = int(datetime.now(UTC).timestamp())
    metrics: list[_Metric] = [
        ("memurai_backup_last_run_timestamp_seconds", "When the backup job ran last.", now),
        ("memurai_backup_last_exit_code", "Its exit code: 0 is success.", run.exit_code),
    ]
    if run.job["CopyTo"] is not None:
        metrics.append(
            ("memurai_backup_copy_ok", "Whether it copied a backup to the second place.", int(bool(run.copy_ok)))
        )
    return metrics


def _state_metrics(store: BackupStore, run: BackupRun) -> list[_Metric]:
    """Return what the folder of the backups says; nothing when it can't be read."""
    try:
        backups, _ = store.backups()
    except WinlabError as error:
        run.fail(1, 1001, f"The backups can't be listed: {error}")
        return []
    known = [backup for backup in backups if backup.is_age_known]
    good = [backup for backup in known if backup.state != "failed"]
    is_unproven = not good or good[0].state == "none"
    return [
        ("memurai_backup_good_backups", "Backups that can be read and have failed no rehearsal.", len(good)),
        ("memurai_backup_unproven", "Whether the newest good backup has not been rehearsed.", int(is_unproven)),
        ("memurai_backup_future_backups", "Backups that were taken in the future.", len(backups) - len(known)),
        *_newest_metrics(good),
        *_rehearsal_metrics(backups),
    ]


def _newest_metrics(good: list[StoredBackup]) -> list[_Metric]:
    if not good:
        return []
    newest = good[0]
    return [
        (
            "memurai_backup_last_success_timestamp_seconds",
            "When the newest good backup was taken.",
            int(newest.taken.timestamp()),
        ),
        ("memurai_backup_duration_seconds", "How long it took.", newest.manifest["DurationSeconds"]),
        ("memurai_backup_size_bytes", "Its size.", newest.size_bytes),
        ("memurai_backup_keys", "Keys in it.", newest.manifest["Keys"]),
    ]


def _rehearsal_metrics(backups: list[StoredBackup]) -> list[_Metric]:
    times = {time: backup for backup in backups if (time := backup.rehearsed) is not None}
    if not times:
        return []
    last, passed = max(times), [time for time, backup in times.items() if backup.state == "passed"]
    rehearsal = times[last].rehearsal or {}
    metrics: list[_Metric] = [
        ("memurai_rehearsal_last_run_timestamp_seconds", "When a backup was rehearsed last.", int(last.timestamp())),
        ("memurai_rehearsal_last_ok", "Whether that rehearsal passed.", int(rehearsal["Ok"])),
        ("memurai_rehearsal_duration_seconds", "How long it took.", rehearsal["DurationSeconds"]),
    ]
    if passed:
        success = int(max(passed).timestamp())
        metrics.append(("memurai_rehearsal_last_success_timestamp_seconds", "When one passed last.", success))
    return metrics
