"""Alerts of memory."""

from collections.abc import Iterator

from memurai.health.checks import FRAGMENTATION_FLOOR_BYTES
from memurai.monitoring.alerts import SERVER, Alert, Example, Series, server
from memurai.settings.groups import MonitoringSettings


def used_percent(selector: str) -> str:
    """Return PromQL for the memory used, in percent of maxmemory.

    selector: of the servers.
    """
    return f"100 * redis_memory_used_bytes{selector} / (redis_memory_max_bytes{selector} > 0)"


def usage_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of memory that is used up."""
    warning, critical = figures.memory_warning_percent, figures.memory_critical_percent
    action = (
        "See which keys grow and whether they expire. Raise memurai_memory.maxmemory if the host has twice as much, or "
        "store less. If the server is a cache that may always be full, raise the figures of memurai_monitoring."
    )
    summary = 'Memurai on {{ $labels.instance }} uses {{ printf "%.0f" $value }} % of maxmemory'
    yield Alert(
        name="MemuraiMemoryWarning",
        severity="warning",
        hold="10m",
        expression=f"{used_percent(SERVER)} >= {warning} < {critical}",
        summary=summary,
        meaning=f"{warning} % of maxmemory or more are used. At 100 % keys are evicted, or writes fail.",
        action=action,
        fires=Example("15m", _memory(warning)),
        quiet=Example("15m", [*_memory(warning - 1), *_unlimited(instance="cache2")]),
        value=warning,
    )
    yield Alert(
        name="MemuraiMemoryCritical",
        severity="critical",
        hold="5m",
        expression=f"{used_percent(SERVER)} >= {critical}",
        summary=summary,
        meaning=f"{critical} % of maxmemory or more are used: eviction, or refused writes, are next.",
        action=action,
        fires=Example("10m", _memory(critical)),
        quiet=Example("10m", _memory(critical - 1)),
        value=critical,
    )
    yield Alert(
        name="MemuraiMemoryUnlimited",
        severity="warning",
        hold="10m",
        expression=f"redis_memory_max_bytes{SERVER} == 0",
        summary="Memurai on {{ $labels.instance }} has no maxmemory",
        meaning="Without a limit the server takes all the memory of the host in the end.",
        action="Deploy: memurai_memory.maxmemory always sets one, so that somebody has changed it by hand.",
        fires=Example("15m", _unlimited()[:1]),
        quiet=Example("15m", _memory(1)),
    )


def effect_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of what a lack or a waste of memory does."""
    ratio = figures.fragmentation_warning_ratio
    yield Alert(
        name="MemuraiFragmentation",
        severity="warning",
        hold="30m",
        expression=f"redis_mem_fragmentation_ratio{SERVER} >= {ratio}\n"
        f"and redis_memory_used_bytes{SERVER} > {FRAGMENTATION_FLOOR_BYTES}",
        summary='Memurai on {{ $labels.instance }} takes {{ printf "%.1f" $value }} times the memory it uses',
        meaning=f"mem_fragmentation_ratio is {ratio} or more; 1.0 to 1.5 is ideal. With less than 64 MB of data it is "
        "not judged.",
        action="Restart the server in a quiet hour: replicas first, then a failover, then the former primary.",
        fires=Example("40m", _fragmented(ratio, FRAGMENTATION_FLOOR_BYTES + 1)),
        quiet=Example("40m", _fragmented(ratio, FRAGMENTATION_FLOOR_BYTES)),
        value=ratio,
    )
    yield Alert(
        name="MemuraiEvictions",
        severity="info",
        hold="15m",
        expression=f"rate(redis_evicted_keys_total{SERVER}[15m]) > 0",
        summary='Memurai on {{ $labels.instance }} evicts {{ printf "%.1f" $value }} keys a second',
        meaning="Keys are removed before they expire, because maxmemory is used up. For a cache that is its way of "
        "working.",
        action="If the server holds more than a cache (sessions, revoked tokens), name that in "
        "memurai_application.stores: they need noeviction. Otherwise watch the hit rate.",
        fires=Example("40m", [server("redis_evicted_keys_total", "0+60x60")]),
        quiet=Example("40m", [server("redis_evicted_keys_total", "600x60")]),
        value=1,
    )


def _memory(percent: int) -> list[Series]:
    return [server("redis_memory_used_bytes", f"{percent}x60"), server("redis_memory_max_bytes", "100x60")]


def _unlimited(**labels: str) -> list[Series]:
    used = server("redis_memory_used_bytes", "100x60", **labels)
    return [server("redis_memory_max_bytes", "0x60", **labels), used]


def _fragmented(ratio: float, used_bytes: int) -> list[Series]:
    return [
        server("redis_mem_fragmentation_ratio", f"{ratio}x60"),
        server("redis_memory_used_bytes", f"{used_bytes}x60"),
    ]
