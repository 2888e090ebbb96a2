"""Alerts of the Sentinels, and of what they say about the primary."""

from collections.abc import Iterator

from memurai.monitoring.alerts import HOST, SENTINEL, Alert, Example, Series, sentinel

PRIMARY = ("deployment", "instance", "master_name")
BY_PRIMARY = f"min by ({HOST}, master_name)"


def sentinel_alerts() -> Iterator[Alert]:
    """Yield the alerts of a Sentinel that does not do its work."""
    yield Alert(
        name="MemuraiSentinelDown",
        severity="warning",
        hold="1m",
        expression=f"redis_up{SENTINEL} == 0",
        summary="The Sentinel on {{ $labels.instance }} does not answer",
        meaning="One voice less for a failover; MemuraiSentinelQuorumLost says when they are too few.",
        action="Start its service; if it stops again, the end of its log says why. Never copy another Sentinel's "
        "configuration over its own.",
        fires=Example("5m", [sentinel("redis_up", "1 0x9")]),
        quiet=Example("5m", [sentinel("redis_up", "1x9")]),
    )
    yield Alert(
        name="MemuraiSentinelWithoutPrimary",
        severity="critical",
        hold="2m",
        expression=f"redis_sentinel_masters{SENTINEL} == 0",
        summary="The Sentinel on {{ $labels.instance }} watches no primary",
        meaning="It has forgotten its primary, or was never told: it will neither notice an outage nor take part in a "
        "failover.",
        action="Deploy: it is told anew which primary to watch.",
        fires=Example("5m", [sentinel("redis_sentinel_masters", "0x9")]),
        quiet=Example("5m", [sentinel("redis_sentinel_masters", "1x9")]),
    )
    yield Alert(
        name="MemuraiSentinelTilt",
        severity="warning",
        hold="2m",
        expression=f"redis_sentinel_tilt{SENTINEL} == 1",
        summary="The Sentinel on {{ $labels.instance }} does not trust its clock",
        meaning="It is in TILT mode: the time has jumped, or the host stood still. Meanwhile it takes no part in a "
        "failover.",
        action="Is the virtual machine starved or was it paused? Does the time service make the clock jump?",
        fires=Example("5m", [sentinel("redis_sentinel_tilt", "1x9")]),
        quiet=Example("5m", [sentinel("redis_sentinel_tilt", "1x1 0x9")]),
        value=1,
    )


def primary_alerts() -> Iterator[Alert]:
    """Yield the alerts of a primary that is not there, or could not be replaced."""
    yield Alert(
        name="MemuraiPrimaryDown",
        severity="critical",
        hold="2m",
        expression=f"{BY_PRIMARY} (redis_sentinel_master_status{SENTINEL}) == 0",
        summary="The Sentinel on {{ $labels.instance }} does not reach the primary of {{ $labels.master_name }}",
        meaning="No failover has replaced it within two minutes, or this Sentinel alone is cut off.",
        action="If all Sentinels say so: the log of one says why the failover fails (too few Sentinels, no good "
        "replica); start the primary again, or force it: SENTINEL FAILOVER. If one alone: look at its network.",
        fires=Example("5m", [_status("0x9", "sdown")]),
        quiet=Example("5m", [_status("1x9", "ok")]),
        keeps=PRIMARY,
    )
    yield Alert(
        name="MemuraiSentinelQuorumLost",
        severity="critical",
        hold="2m",
        expression=f"{BY_PRIMARY} (redis_sentinel_master_ckquorum_status{SENTINEL}) == 0",
        summary="The Sentinel on {{ $labels.instance }} sees no quorum for {{ $labels.master_name }}",
        meaning="Too few Sentinels reach each other: if the primary fails now, nobody replaces it.",
        action="Start the Sentinels that are down (MemuraiSentinelDown); let them through each other's firewall. If "
        "one was taken away for good, SENTINEL RESET on the others, one after another.",
        fires=Example("5m", [_quorum("0x9", "NOQUORUM 1 usable Sentinels")]),
        quiet=Example("5m", [_quorum("1x9", "OK 3 usable Sentinels")]),
        keeps=PRIMARY,
    )


def agreement_alerts() -> Iterator[Alert]:
    """Yield the alerts of which server the Sentinels take for the primary."""
    addresses = "count by (deployment, master_name) (count by (deployment, master_name, master_address)"
    one, other = "10.0.0.1:6379", "10.0.0.2:6379"
    yield Alert(
        name="MemuraiSentinelsDisagree",
        severity="critical",
        hold="2m",
        expression=f"{addresses} (redis_sentinel_master_status{SENTINEL})) > 1",
        summary="The Sentinels of {{ $labels.deployment }} disagree about the primary of {{ $labels.master_name }}",
        meaning="They name different servers, so that applications write to different ones.",
        action="Compare SENTINEL MASTERS on all of them: the highest config-epoch is right. Restart a Sentinel that "
        "does not follow; look for a network that is cut in two.",
        fires=Example("5m", [_primary("1x9", one), _primary("1x9", other, instance="cache2")]),
        quiet=Example(
            "5m",
            [_primary("1x9", one), _primary("1x9", one, instance="cache2"), _primary("1x9", other, deployment="b")],
        ),
        value=2,
        keeps=("deployment", "master_name"),
    )
    yield Alert(
        name="MemuraiFailover",
        severity="info",
        hold="0m",
        expression=f"{addresses} (max_over_time(redis_sentinel_master_status{SENTINEL}[15m]))) > 1",
        summary="{{ $labels.deployment }} has another primary of {{ $labels.master_name }}",
        meaning="The Sentinels made another server the primary within the last 15 minutes.",
        action="See why (the log of the former primary, of the Sentinels) and that the former one is a replica now.",
        fires=Example("10m", [_primary("1x4 _x20", one), _primary("_x5 1x20", other)]),
        quiet=Example("25m", [_primary("1x4 _x30", one), _primary("_x5 1x30", other)]),
        value=2,
        keeps=("deployment", "master_name"),
    )


def _status(values: str, status: str) -> Series:
    return sentinel("redis_sentinel_master_status", values, master_name="memurai", master_status=status)


def _quorum(values: str, message: str) -> Series:
    return sentinel("redis_sentinel_master_ckquorum_status", values, master_name="memurai", message=message)


def _primary(values: str, address: str, **labels: str) -> Series:
    names = {"master_name": "memurai", "master_address": address, "master_status": "ok"}
    return sentinel("redis_sentinel_master_status", values, **names, **labels)
