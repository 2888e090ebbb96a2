"""Alerts of backups and their rehearsals."""

from collections.abc import Iterator

from memurai.monitoring.alerts import CLOCK_MINUTES, HOST, Alert, Example, Series, text_file
from memurai.settings.groups import BackupSettings, MonitoringSettings

# Exit codes of the backup job. What is done but not copied, or not rehearsed, has alerts of its own.
DONE, NOT_COPIED, NOT_REHEARSED = 0, 2, 4
RUN_ACTION = (
    "last-run.json in the backup folder and the Application event log (source MemuraiProduction) say why. When it is "
    "mended, start the scheduled task."
)
TAKEN = "memurai_backup_last_success_timestamp_seconds"
PROVEN = "memurai_rehearsal_last_success_timestamp_seconds"


def age_hours(metric: str, selector: str = "") -> str:
    """Return PromQL for the hours since a time that the backup job has written."""
    return f"(time() - {metric}{selector}) / 3600"


def run_alerts() -> Iterator[Alert]:
    """Yield the alerts of the last run."""
    yield Alert(
        name="MemuraiBackupFailed",
        severity="warning",
        hold="0m",
        expression=f"memurai_backup_last_exit_code != {DONE} != {NOT_COPIED} != {NOT_REHEARSED}",
        summary="The last backup of {{ $labels.instance_name }} on {{ $labels.instance }} failed",
        meaning="The job made no backup. The older backups stay.",
        action=RUN_ACTION,
        fires=Example("5m", [text_file("memurai_backup_last_exit_code", "0 1x9")]),
        quiet=Example("5m", [text_file("memurai_backup_last_exit_code", f"0 {NOT_COPIED}x9")]),
        value=1,
    )
    yield Alert(
        name="MemuraiBackupCopyFailed",
        severity="warning",
        hold="0m",
        expression="memurai_backup_copy_ok == 0",
        summary="The last backup of {{ $labels.instance_name }} on {{ $labels.instance }} was not copied",
        meaning="The backup is good, but only on the host itself: with the host it would be lost.",
        action="Is the share of memurai_backup.copy_to reachable, has it room, may the host's computer account write "
        f"there? {RUN_ACTION}",
        fires=Example("5m", [text_file("memurai_backup_copy_ok", "1 0x9")]),
        quiet=Example("5m", [text_file("memurai_backup_copy_ok", "1x9")]),
    )
    yield Alert(
        name="MemuraiBackupMissing",
        severity="critical",
        hold="26h",
        expression=f'memurai_health_check{{check="backup"}} > 0\nunless on ({HOST}, instance_name) {TAKEN}',
        summary="{{ $labels.instance_name }} on {{ $labels.instance }} has no backup at all",
        meaning="For more than a day a health check has been there, and no good backup.",
        action=f"Is the scheduled task of the backup there and enabled? Start it. {RUN_ACTION}",
        fires=Example("30h", [text_file("memurai_health_check", "1x40", check="backup")]),
        quiet=Example(
            "30h",
            [
                text_file("memurai_health_check", "1x40", check="backup"),
                text_file(TAKEN, "_x14 54000x40"),
                text_file("memurai_health_check", "0x40", check="backup", instance_name="NotBackedUp"),
            ],
        ),
        value=1,
        step="1h",
    )


def age_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of a newest good backup that is old."""
    warning, critical = figures.backup_age_warning_hours, figures.backup_age_critical_hours
    summary = (
        'The newest good backup of {{ $labels.instance_name }} on {{ $labels.instance }} is {{ printf "%.0f" $value }} '
        "hours old"
    )
    yield Alert(
        name="MemuraiBackupOldWarning",
        severity="warning",
        hold="0m",
        expression=f"{age_hours(TAKEN)} >= {warning} < {critical}",
        summary=summary,
        meaning=f"{warning} hours or more: a daily backup was missed.",
        action=RUN_ACTION,
        fires=Example("10m", [_reached(warning, TAKEN)]),
        quiet=Example("9m", [_reached(warning, TAKEN)]),
        value=warning,
    )
    yield Alert(
        name="MemuraiBackupOldCritical",
        severity="critical",
        hold="0m",
        expression=f"{age_hours(TAKEN)} >= {critical}",
        summary=summary,
        meaning=f"{critical} hours or more: several were missed.",
        action=RUN_ACTION,
        fires=Example("10m", [_reached(critical, TAKEN)]),
        quiet=Example("9m", [_reached(critical, TAKEN)]),
        value=critical,
    )


def clock_alerts() -> Iterator[Alert]:
    """Yield the alerts of times in the future: what was taken or rehearsed then has no age that could be too old."""
    limit = f"/ 60 > {CLOCK_MINUTES}"
    yield Alert(
        name="MemuraiBackupTimeInFuture",
        severity="critical",
        hold="0m",
        expression=f"({TAKEN} - time()) {limit}\nor ({PROVEN} - time()) {limit}",
        summary="The newest backup of {{ $labels.instance_name }} on {{ $labels.instance }}, or its rehearsal, is "
        '{{ printf "%.0f" $value }} minutes in the future',
        meaning="The host's clock was wrong, or is. Until that time the alerts of the backups' age would say nothing.",
        action="Set the host's clock right (w32tm /query /status), then start the scheduled task of the backup.",
        fires=Example("10m", [text_file(TAKEN, "7200x20")]),
        quiet=Example("10m", [text_file(TAKEN, "900x20"), text_file(PROVEN, "900x20")]),
        value=110,
    )
    yield Alert(
        name="MemuraiBackupOfUnknownAge",
        severity="warning",
        hold="0m",
        expression="memurai_backup_future_backups > 0",
        summary="{{ $labels.instance_name }} on {{ $labels.instance }} has backups that were taken in the future",
        meaning="They were taken when the host's clock was wrong, or it is wrong now. They count as no recent ones, "
        "and nothing removes them.",
        action="Set the host's clock right. Is it right, remove those backups by hand when you need them no more; a "
        "restore takes them by their names.",
        fires=Example("5m", [text_file("memurai_backup_future_backups", "0 1x9")]),
        quiet=Example("5m", [text_file("memurai_backup_future_backups", "0x9")]),
        value=1,
    )


def rehearsal_alerts(figures: MonitoringSettings, backups: BackupSettings) -> Iterator[Alert]:
    """Yield the alerts of backups that nobody has proven."""
    hours = figures.rehearsal_age_warning_hours
    yield Alert(
        name="MemuraiRehearsalFailed",
        severity="critical",
        hold="0m",
        expression=f"memurai_rehearsal_last_ok == 0\nor memurai_backup_last_exit_code == {NOT_REHEARSED}",
        summary="A backup of {{ $labels.instance_name }} on {{ $labels.instance }} failed its rehearsal",
        meaning="A scratch server did not load it, or not what it should hold: do not count on it.",
        action="rehearsal.json beside the backup says what was wrong. Take a new backup at once; if its rehearsal "
        "fails too, look at the disk and the server's own snapshot.",
        fires=Example("5m", [text_file("memurai_rehearsal_last_ok", "1 0x9")]),
        quiet=Example(
            "5m", [text_file("memurai_rehearsal_last_ok", "1x9"), text_file("memurai_backup_last_exit_code", "0x9")]
        ),
    )
    proven = _reached(hours, PROVEN)
    yield Alert(
        name="MemuraiRehearsalOld",
        severity="warning",
        hold="0m",
        expression=f"{age_hours(PROVEN)} >= {hours}",
        summary='{{ $labels.instance_name }} on {{ $labels.instance }}: rehearsed {{ printf "%.0f" $value }} hours ago',
        meaning=f"No rehearsal has succeeded for {hours} hours: whether the backups can be restored is not known.",
        action=f"Is memurai_backup.rehearsal_port free, is there room for a second copy of the data? {RUN_ACTION}",
        fires=Example("10m", [proven]),
        quiet=Example("9m", [proven]),
        value=hours,
    )
    yield _unproven(figures.backup_age_warning_hours if backups.rehearse == "each" else hours)


def _unproven(hours: int) -> Alert:
    return Alert(
        name="MemuraiBackupUnproven",
        severity="warning",
        hold=f"{hours}h",
        expression="memurai_backup_unproven == 1",
        summary="The newest backup of {{ $labels.instance_name }} on {{ $labels.instance }} is unproven",
        meaning=f"For {hours} hours the newest backup was one that nobody has rehearsed.",
        action="Is memurai_backup.rehearse `each`, or was it `weekly`? Weekly, this is to be expected and "
        "MemuraiRehearsalOld watches: silence it. Otherwise the job ends before its rehearsal: "
        "memurai_backup.time_limit_minutes.",
        fires=Example(f"{hours + 1}h", [text_file("memurai_backup_unproven", f"1x{hours + 9}")]),
        quiet=Example(f"{hours + 1}h", [text_file("memurai_backup_unproven", f"1 0 1x{hours + 9}")]),
        value=1,
        step="1h",
    )


def _reached(hours: int, metric: str) -> Series:
    """Return the time of something that is so many hours ago after ten minutes; promtool's time begins with 0."""
    return text_file(metric, f"{600 - 3600 * hours}x20")
