"""Alerts of clients and their commands."""

from collections.abc import Iterator

from memurai.monitoring.alerts import HOST, SERVER, Alert, Example, Series, server, text_file
from memurai.settings.groups import MonitoringSettings

# Of fewer lookups a share says nothing: a replica that nobody reads has none at all.
LOOKUPS_PER_SECOND = 1


def clients_percent(selector: str, text_selector: str = "") -> str:
    """Return PromQL for the clients connected, in percent of maxclients.

    redis_exporter takes maxclients from INFO since its version 1.68, before that from CONFIG GET, which may be renamed;
    the health check always takes it from INFO.

    selector, text_selector: of the servers, and of what their hosts write into text files.
    """
    limits = (
        f"redis_max_clients{selector}",
        f"redis_config_maxclients{selector}",
        f"max by ({HOST}) (memurai_maxclients{text_selector})",
    )
    limit = f" or on ({HOST}) ".join(limits)
    return f"100 * redis_connected_clients{selector} / on ({HOST}) ({limit})"


def hit_rate_percent(selector: str, window: str) -> str:
    """Return PromQL for the lookups that found their key, in percent.

    selector: of the servers.
    window: over how long, in Prometheus' notation.
    """
    return f"100 * {hits(selector, window)} / ({lookups(selector, window)})"


def lookups(selector: str, window: str) -> str:
    """Return PromQL for the lookups in a second."""
    return f"{hits(selector, window)} + {misses(selector, window)}"


def hits(selector: str, window: str) -> str:
    """Return PromQL for the lookups in a second that found their key."""
    return f"rate(redis_keyspace_hits_total{selector}[{window}])"


def misses(selector: str, window: str) -> str:
    """Return PromQL for the lookups in a second that found no key."""
    return f"rate(redis_keyspace_misses_total{selector}[{window}])"


def client_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of clients."""
    percent, blocked = figures.clients_warning_percent, figures.blocked_clients_warning
    yield Alert(
        name="MemuraiClientsNearLimit",
        severity="warning",
        hold="5m",
        expression=f"{clients_percent(SERVER)} >= {percent}",
        summary='Memurai on {{ $labels.instance }} has {{ printf "%.0f" $value }} % of its clients connected',
        meaning=f"{percent} % of maxclients or more are connected; beyond it every new connection is refused.",
        action="See who is connected (tasks/diagnose.py). Make pools smaller or close what leaks, or raise "
        "memurai_security.maxclients.",
        fires=Example("10m", _clients(percent)),
        quiet=Example("10m", _clients(percent - 1)),
        value=percent,
        keeps=("deployment", "instance"),
    )
    yield Alert(
        name="MemuraiConnectionsRejected",
        severity="warning",
        hold="0m",
        expression=f"increase(redis_rejected_connections_total{SERVER}[15m]) > 0",
        summary="Memurai on {{ $labels.instance }} has refused connections",
        meaning="Clients were refused in the last 15 minutes, because maxclients were connected.",
        action="As for MemuraiClientsNearLimit; the applications have seen errors, so that it is urgent.",
        fires=Example("15m", [server("redis_rejected_connections_total", "0+1x30")]),
        quiet=Example("15m", [server("redis_rejected_connections_total", "7x30")]),
    )
    yield Alert(
        name="MemuraiBlockedClients",
        severity="warning",
        hold="10m",
        expression=f"redis_blocked_clients{SERVER} >= {blocked}",
        summary='{{ printf "%.0f" $value }} clients of Memurai on {{ $labels.instance }} are blocked',
        meaning=f"{blocked} clients or more wait in a command such as BLPOP or WAIT: whatever feeds them is behind.",
        action="Is the producer running? If so many consumers are meant, raise "
        "memurai_monitoring.blocked_clients_warning.",
        fires=Example("15m", [server("redis_blocked_clients", f"{blocked}x30")]),
        quiet=Example("15m", [server("redis_blocked_clients", f"{blocked - 1}x30")]),
        value=blocked,
    )


def command_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of commands."""
    percent, entries = figures.hit_rate_warning_percent, figures.slowlog_growth_warning
    yield Alert(
        name="MemuraiHitRateLow",
        severity="warning",
        hold="30m",
        expression=f"{hit_rate_percent(SERVER, '30m')} < {percent}\n"
        f"and {lookups(SERVER, '30m')} > {LOOKUPS_PER_SECOND}",
        summary='Only {{ printf "%.0f" $value }} % of the lookups on {{ $labels.instance }} find their key',
        meaning=f"Less than {percent} % in the last 30 minutes: the cache saves little.",
        action="Are keys evicted (MemuraiEvictions), do they expire too early, was the cache emptied, or does the "
        "application ask for what it never stored? Where misses are the rule, set "
        "memurai_monitoring.hit_rate_warning_percent to 0.",
        fires=Example("70m", _lookups(percent - 1)),
        quiet=Example("70m", _lookups(percent)),
        value=percent - 1,
    )
    window = f"{figures.every_minutes}m"
    yield Alert(
        name="MemuraiSlowCommands",
        severity="warning",
        hold="0m",
        expression=f"increase(redis_slowlog_last_id{SERVER}[{window}]) >= {entries}",
        summary='Memurai on {{ $labels.instance }} was slow with {{ printf "%.0f" $value }} commands',
        meaning=f"{entries} commands or more entered the slow log within {figures.every_minutes} minutes: each of them "
        "kept all other clients waiting.",
        action="SLOWLOG GET names them (tasks/diagnose.py): use SCAN for KEYS, smaller collections, shorter scripts.",
        fires=Example("30m", [server("redis_slowlog_last_id", f"0+{entries}x60")]),
        quiet=Example("30m", [server("redis_slowlog_last_id", f"{entries}x60")]),
        value=entries * figures.every_minutes,
    )


def _clients(connected: int) -> list[Series]:
    return [server("redis_connected_clients", f"{connected}x30"), text_file("memurai_maxclients", "100x30")]


def _lookups(percent: int) -> list[Series]:
    return [
        server("redis_keyspace_hits_total", f"0+{60 * percent}x120"),
        server("redis_keyspace_misses_total", f"0+{60 * (100 - percent)}x120"),
    ]
