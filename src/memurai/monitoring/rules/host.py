"""Alerts of the host's disks."""

from collections.abc import Iterator

from memurai.monitoring.alerts import HOST, WINDOWS_JOB, Alert, Example, Series, text_file, windows
from memurai.settings.groups import MonitoringSettings

WINDOWS = f'{{job="{WINDOWS_JOB}"}}'
DISK_ACTION = (
    "Free some room or enlarge the drive. Old backups go by memurai_backup.keep_days and keep_at_most; the server "
    "needs room for a second copy of its data while it saves."
)


def free_percent(selector: str, comparison: str = "") -> str:
    """Return PromQL for the free space of the drives that Memurai uses, in percent.

    windows_exporter knows every drive; the health check names those in use.

    selector: of windows_exporter.
    comparison: what the figure is compared with, if it is.
    """
    free = f"100 * windows_logical_disk_free_bytes{selector} / windows_logical_disk_size_bytes{selector}"
    return f"{free}{comparison}\nand on ({HOST}, volume) memurai_disk_size_bytes"


def disk_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of drives that get full."""
    warning, critical = figures.disk_free_warning_percent, figures.disk_free_critical_percent
    summary = 'Drive {{ $labels.volume }} of {{ $labels.instance }} has {{ printf "%.0f" $value }} % free'
    yield Alert(
        name="MemuraiDiskSpaceWarning",
        severity="warning",
        hold="10m",
        expression=free_percent(WINDOWS, f" < {warning} >= {critical}"),
        summary=summary,
        meaning=f"Less than {warning} % of a drive that Memurai uses are free.",
        action=DISK_ACTION,
        fires=Example("15m", _drive(warning - 1)),
        quiet=Example("15m", [*_drive(warning), *_drive(warning - 1, "E:")[:2]]),
        value=warning - 1,
    )
    yield Alert(
        name="MemuraiDiskSpaceCritical",
        severity="critical",
        hold="5m",
        expression=free_percent(WINDOWS, f" < {critical}"),
        summary=summary,
        meaning=f"Less than {critical} % are free: snapshots, the append-only file and backups fail next.",
        action=DISK_ACTION,
        fires=Example("10m", _drive(critical - 1)),
        quiet=Example("10m", [*_drive(critical), *_drive(critical - 1, "E:")[:2]]),
        value=critical - 1,
    )


def _drive(percent: int, volume: str = "D:") -> list[Series]:
    return [
        windows("windows_logical_disk_free_bytes", f"{percent}x30", volume=volume),
        windows("windows_logical_disk_size_bytes", "100x30", volume=volume),
        text_file("memurai_disk_size_bytes", "100x30", volume=volume),
    ]
