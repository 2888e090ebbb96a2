"""Alerts of replication."""

from collections.abc import Iterator

from memurai.monitoring.alerts import HOST, SENTINEL, SERVER, SERVER_JOB, Alert, Example, sentinel, server
from memurai.settings.groups import MonitoringSettings

IS_PRIMARY = f'redis_instance_info{{job="{SERVER_JOB}", role="master"}}'
LINK_ACTION = (
    "Is the primary's host up, can this one reach its port (firewall), does it know its password? The logs of both "
    "servers say more."
)


def link_alerts(figures: MonitoringSettings) -> Iterator[Alert]:
    """Yield the alerts of the link between a replica and its primary."""
    seconds = figures.replication_lag_warning_seconds
    yield Alert(
        name="MemuraiReplicationLinkDown",
        severity="critical",
        hold="2m",
        expression=f"redis_master_link_up{SERVER} == 0",
        summary="The replica {{ $labels.instance }} has lost its primary {{ $labels.master_host }}",
        meaning="It gets no writes any more: what it serves is old, and a failover to it would lose data.",
        action=LINK_ACTION,
        fires=Example("5m", [server("redis_master_link_up", "1 0x9", master_host="10.0.0.1", master_port="6379")]),
        quiet=Example("5m", [server("redis_master_link_up", "0x2 1x9", master_host="10.0.0.1", master_port="6379")]),
    )
    yield Alert(
        name="MemuraiReplicationLag",
        severity="warning",
        hold="2m",
        expression=f"redis_master_last_io_seconds_ago{SERVER} >= {seconds}\n"
        f"or redis_connected_slave_lag_seconds{SERVER} >= {seconds}",
        summary='{{ $labels.instance }} has not heard of its other side for {{ printf "%.0f" $value }} s',
        meaning=f"Replica and primary have not heard of each other for {seconds} s or more, though they are connected.",
        action="Is the network or the primary overloaded, does the replica load a snapshot, is it paused? "
        "MemuraiSlowCommands on the primary has the same effect.",
        fires=Example("5m", [server("redis_master_last_io_seconds_ago", f"{seconds}x9", master_host="10.0.0.1")]),
        quiet=Example(
            "5m",
            [
                server("redis_master_last_io_seconds_ago", f"{seconds - 1}x9", master_host="10.0.0.1"),
                server("redis_connected_slave_lag_seconds", f"{seconds - 1}x9", slave_ip="10.0.0.2"),
            ],
        ),
        value=seconds,
    )


def role_alerts() -> Iterator[Alert]:
    """Yield the alerts of a set of servers in which one is missing, or one too many leads."""
    yield Alert(
        name="MemuraiReplicaLost",
        severity="warning",
        hold="5m",
        expression=f"redis_connected_slaves{SERVER} < max_over_time(redis_connected_slaves{SERVER}[1d])\n"
        f"and on ({HOST}) {IS_PRIMARY}",
        summary='The primary {{ $labels.instance }} is down to {{ printf "%.0f" $value }} replicas',
        meaning="It had more within the last day. With none left, the next failure of its host is an outage.",
        action="Look at the replica that is missing: MemuraiServerDown or MemuraiReplicationLinkDown name it. If it "
        "was taken away on purpose, this ends a day later.",
        fires=Example(
            "20m",
            [
                server("redis_connected_slaves", "2x5 1x30"),
                server("redis_instance_info", "1x40", role="master"),
            ],
        ),
        quiet=Example(
            "20m",
            [
                server("redis_connected_slaves", "2x5 0x30"),
                server("redis_instance_info", "1x5 _x30", role="master"),
                server("redis_instance_info", "_x6 1x30", role="slave"),
            ],
        ),
        value=1,
    )
    yield _two_primaries()


def _two_primaries() -> Alert:
    return Alert(
        name="MemuraiTwoPrimaries",
        severity="critical",
        hold="2m",
        expression=f"count by (deployment) ({IS_PRIMARY})\n"
        f"> on (deployment) max by (deployment) (redis_sentinel_masters{SENTINEL})",
        summary='{{ $labels.deployment }} has {{ printf "%.0f" $value }} primaries',
        meaning="More servers take writes than the Sentinels know: writes to the wrong one will be lost.",
        action="Ask a Sentinel for the right one (SENTINEL GET-MASTER-ADDR-BY-NAME), keep the applications from the "
        "other, save its data if it took writes, then make it a replica: SENTINEL RESET, or REPLICAOF.",
        fires=Example(
            "5m",
            [
                server("redis_instance_info", "1x9", role="master"),
                server("redis_instance_info", "1x9", role="master", instance="cache2"),
                sentinel("redis_sentinel_masters", "1x9"),
            ],
        ),
        quiet=Example(
            "5m",
            [
                server("redis_instance_info", "1x9", role="master"),
                server("redis_instance_info", "1x9", role="slave", instance="cache2"),
                sentinel("redis_sentinel_masters", "1x9"),
                server("redis_instance_info", "1x9", role="master", deployment="standalone"),
                server("redis_instance_info", "1x9", role="master", deployment="standalone", instance="cache2"),
            ],
        ),
        value=2,
        keeps=("deployment",),
    )
