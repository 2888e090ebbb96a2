"""Alerts of a server that is not there, and of monitoring that sees nothing."""

from collections.abc import Iterator

from memurai.monitoring.alerts import (
    CLOCK_MINUTES,
    HOST,
    SENTINEL_JOB,
    SERVER,
    SERVER_JOB,
    WINDOWS_JOB,
    Alert,
    Example,
    sentinel,
    server,
    text_file,
    windows,
)
from memurai.settings.groups import MonitoringSettings

# A check that is late is not yet one that does not run.
MISSED_CHECKS = 3
# The health check knows the service whatever its name is, windows_exporter knows better whether it runs just now.
SERVICE_OF_CHECK = (
    'label_replace(memurai_service_running, "name", "$1", "instance_name", "(.+)") '
    f'unless on ({HOST}, name) windows_service_state{{state="running"}} == 1'
)


def server_alerts() -> Iterator[Alert]:
    """Yield the alerts of the server and its exporters."""
    yield Alert(
        name="MemuraiServerDown",
        severity="critical",
        hold="1m",
        expression=f"redis_up{SERVER} == 0",
        summary="Memurai on {{ $labels.instance }} does not answer",
        meaning="redis_exporter reaches no server, or is refused: it was stopped, hangs, loads its data, or the "
        "exporter's password is wrong.",
        action="See whether the service runs (Get-Service) and start it; if it stops again, the end of the server's "
        "log says why. If it runs, try memurai-cli PING on the host with the exporter's user.",
        fires=Example("5m", [server("redis_up", "1 0x9")]),
        quiet=Example("5m", [server("redis_up", "1x3 0 1x9")]),
    )
    yield Alert(
        name="MemuraiExporterDown",
        severity="critical",
        hold="5m",
        expression=f'up{{job=~"{SERVER_JOB}|{SENTINEL_JOB}|{WINDOWS_JOB}"}} == 0',
        summary="Prometheus does not reach {{ $labels.job }} on {{ $labels.instance }}",
        meaning="What this exporter tells is not known, so that the alerts built on it are silent: the host is down, "
        "the exporter is, or the firewall does not let Prometheus in.",
        action="See whether the host answers; start the exporter; let Prometheus' address through the host's firewall.",
        fires=Example("10m", [windows("up", "1 0x20")]),
        quiet=Example("10m", [windows("up", "1x7 0x2 1x20"), sentinel("up", "1x20"), server("up", "1x20")]),
    )
    yield from _service_alerts()


def _service_alerts() -> Iterator[Alert]:
    yield Alert(
        name="MemuraiServiceNotRunning",
        severity="critical",
        hold="1m",
        expression=f'min by ({HOST}, name) (windows_service_state{{name=~"(?i)memurai.*", state="running"}}) == 0\n'
        f"or\nmin by ({HOST}, name) ({SERVICE_OF_CHECK}) == 0",
        summary="The service {{ $labels.name }} on {{ $labels.instance }} does not run",
        meaning="Windows says that a service whose name begins with Memurai, or the one the health check watches, "
        "is not running. Its own recovery has not brought it back.",
        action="Start-Service; the System event log (Service Control Manager) and the server's log say why it ended. "
        "Memurai Developer ends by itself after ten days.",
        fires=Example("5m", [windows("windows_service_state", "1 0x9", name="Memurai", state="running")]),
        quiet=Example(
            "5m",
            [
                windows("windows_service_state", "1x9", name="Memurai", state="running"),
                windows("windows_service_state", "0x9", name="Memurai", state="stopped"),
                windows("windows_service_state", "0x9", name="Spooler", state="running"),
                text_file("memurai_service_running", "0x9"),
            ],
        ),
        keeps=("deployment", "instance", "name"),
    )
    yield Alert(
        name="MemuraiRestarted",
        severity="info",
        hold="0m",
        expression=f"resets(redis_uptime_in_seconds{SERVER}[15m]) > 0",
        summary="Memurai on {{ $labels.instance }} was restarted",
        meaning="The server's uptime began anew in the last 15 minutes.",
        action="Nothing, if it was a deploy. Otherwise look at the System event log and at the end of the log before "
        "the restart.",
        fires=Example("10m", [server("redis_uptime_in_seconds", "1000+60x5 5+60x20")]),
        quiet=Example("10m", [server("redis_uptime_in_seconds", "1000+60x20")]),
        value=1,
    )


def health_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of the health check on the host."""
    minutes = MISSED_CHECKS * figures.every_minutes
    yield Alert(
        name="MemuraiHealthCheckNotRunning",
        severity="warning",
        hold="5m",
        expression=f"(time() - memurai_health_check_timestamp_seconds) / 60 > {minutes}",
        summary='The health check on {{ $labels.instance }} ran {{ printf "%.0f" $value }} minutes ago',
        meaning=f"It is to run every {figures.every_minutes} minutes; {MISSED_CHECKS} were missed. What it writes is "
        "old, also for the alerts of backups and disks.",
        action="Look at its scheduled task: is it enabled, what was its last result? Start it, or deploy again.",
        fires=Example(f"{minutes + 30}m", [text_file("memurai_health_check_timestamp_seconds", f"0x{minutes + 60}")]),
        quiet=Example(f"{minutes}m", [text_file("memurai_health_check_timestamp_seconds", f"0x{minutes + 60}")]),
        value=minutes + 30,
    )
    yield Alert(
        name="MemuraiHostClockAhead",
        severity="critical",
        hold="0m",
        expression=f"(memurai_health_check_timestamp_seconds - time()) / 60 > {CLOCK_MINUTES}",
        summary='The health check on {{ $labels.instance }} ran {{ printf "%.0f" $value }} minutes in the future',
        meaning="The host's clock was wrong, or is. Until that time MemuraiHealthCheckNotRunning says nothing, and "
        "what is kept by its age on the host is judged by that clock.",
        action="Set the host's clock right (w32tm /query /status). Then start the scheduled task of the health check, "
        "and look for backups of the future.",
        fires=Example("10m", [text_file("memurai_health_check_timestamp_seconds", "7200x20")]),
        quiet=Example("10m", [text_file("memurai_health_check_timestamp_seconds", "900x20")]),
        value=110,
    )
    yield Alert(
        name="MemuraiMetricsMissing",
        severity="warning",
        hold="30m",
        expression=f"up{SERVER}\nunless on ({HOST}) memurai_health_check_timestamp_seconds\n"
        f'and on ({HOST}) up{{job="{WINDOWS_JOB}"}} == 1',
        summary="{{ $labels.instance }} has no metrics of Memurai's jobs",
        meaning="windows_exporter answers, but without the metrics of the health check: nobody watches the backups.",
        action="Is memurai_monitoring.enabled, does memurai_monitoring.textfile_folder exist on the host, and is it "
        "the folder of windows_exporter's textfile collector?",
        fires=Example("40m", [server("up", "1x60"), windows("up", "1x60")]),
        quiet=Example(
            "40m",
            [server("up", "1x60"), windows("up", "1x60"), text_file("memurai_health_check_timestamp_seconds", "0x60")],
        ),
        value=1,
    )
    yield _change_alert()
    yield from _text_file_alerts()


def _change_alert() -> Alert:
    return Alert(
        name="MemuraiChangeNotUndone",
        severity="critical",
        hold="10m",
        expression='memurai_health_check{check="changes"} == 2',
        summary="A change on {{ $labels.instance }} was left unfinished and can't be undone",
        meaning="A deploy or a job died in the middle of a change (killed, or the power failed), and the health check, "
        "which undoes that, could not: the server may be stopped, or run with a part of the change.",
        action="Event 1022 of the source MemuraiProduction in the host's Application log says why, and where the "
        "journal is. Mend what it names: the next health check undoes the rest. A journal that can't be read needs "
        "somebody to bring the host back by hand.",
        fires=Example("20m", [text_file("memurai_health_check", "2x30", check="changes")]),
        quiet=Example(
            "20m",
            [
                # Undone is a warning, and a lock that another run held for a moment is found free by the next check.
                text_file("memurai_health_check", "2x6 1x30", check="changes"),
                text_file("memurai_health_check", "2x30", check="service"),
            ],
        ),
        value=2,
    )


def _text_file_alerts() -> Iterator[Alert]:
    yield Alert(
        name="MemuraiTextFileUnreadable",
        severity="warning",
        hold="15m",
        expression=f'windows_textfile_scrape_error{{job="{WINDOWS_JOB}"}} == 1',
        summary="windows_exporter on {{ $labels.instance }} cannot read a text file",
        meaning="A file in the folder of the textfile collector is refused, so that its metrics are missing.",
        action="windows_exporter's log (Application event log) names the file; remove it if it is not of Memurai's "
        "jobs, which write theirs anew at their next run.",
        fires=Example("20m", [windows("windows_textfile_scrape_error", "1x30")]),
        quiet=Example("20m", [windows("windows_textfile_scrape_error", "1x8 0x30")]),
        value=1,
    )
    yield Alert(
        name="MemuraiHealthCritical",
        severity="critical",
        hold="10m",
        expression=f'memurai_health_check{{check!="changes"}} == 2\nunless on ({HOST}) up{SERVER} == 1',
        summary="The health check {{ $labels.check }} on {{ $labels.instance }} is critical",
        meaning="The host's own health check says so, by the host's own settings, and no redis_exporter tells more.",
        action="Event 1022 of the source MemuraiProduction in the host's Application log says what was found and what "
        "to do.",
        fires=Example("15m", [text_file("memurai_health_check", "2x30", check="memory")]),
        quiet=Example(
            "15m",
            [
                *(text_file("memurai_health_check", "2x30", check="memory"), server("up", "1x30")),
                # Told by an alert of its own.
                text_file("memurai_health_check", "2x30", check="changes", instance="another"),
            ],
        ),
        value=2,
    )
