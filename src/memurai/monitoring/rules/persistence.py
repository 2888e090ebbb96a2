"""Alerts of snapshots and of the append-only file."""

from collections.abc import Iterator

from memurai.monitoring.alerts import SERVER, Alert, Example, server

DISK_ACTION = (
    "Is the disk full, may the service's account write to the data folder, does another program (a virus scanner) hold "
    "a file there? The server's log says more."
)


def persistence_alerts() -> Iterator[Alert]:
    """Yield the alerts of what should be on disk and is not."""
    yield _state(
        "MemuraiSnapshotFailed",
        "redis_rdb_last_bgsave_status",
        summary="Memurai on {{ $labels.instance }} cannot write its snapshot",
        meaning="The last background save failed. Until one succeeds the server refuses writes "
        "(stop-writes-on-bgsave-error), and backups are as old as the last good one.",
        action=DISK_ACTION,
    )
    yield _state(
        "MemuraiAppendOnlyWriteFailed",
        "redis_aof_last_write_status",
        summary="Memurai on {{ $labels.instance }} cannot write its append-only file",
        meaning="The last write failed: the server refuses writes until one succeeds.",
        action=DISK_ACTION,
    )
    yield Alert(
        name="MemuraiAppendOnlyRewriteFailed",
        severity="warning",
        hold="15m",
        expression=f"redis_aof_last_bgrewrite_status{SERVER} == 0",
        summary="Memurai on {{ $labels.instance }} cannot rewrite its append-only file",
        meaning="Nothing is lost, but the file grows, and a start takes longer and longer.",
        action=DISK_ACTION,
        fires=Example("20m", [server("redis_aof_last_bgrewrite_status", "0x30")]),
        quiet=Example("20m", [server("redis_aof_last_bgrewrite_status", "0x9 1x30")]),
    )
    yield Alert(
        name="MemuraiAppendOnlyOff",
        severity="warning",
        hold="10m",
        expression=f"redis_aof_enabled{SERVER} == 0",
        summary="Memurai on {{ $labels.instance }} has no append-only file",
        meaning="A crash loses every write since the last snapshot, instead of the last second.",
        action="Deploy: memurai_persistence.appendonly turns it on without a restart. If it is off on purpose, because "
        "the server is a mere cache, silence this alert for its deployment.",
        fires=Example("15m", [server("redis_aof_enabled", "0x30")]),
        quiet=Example("15m", [server("redis_aof_enabled", "1x30")]),
    )


def _state(name: str, metric: str, *, summary: str, meaning: str, action: str) -> Alert:
    return Alert(
        name=name,
        severity="critical",
        hold="1m",
        expression=f"{metric}{SERVER} == 0",
        summary=summary,
        meaning=meaning,
        action=action,
        fires=Example("5m", [server(metric, "1 0x9")]),
        quiet=Example("5m", [server(metric, "1x9")]),
    )
