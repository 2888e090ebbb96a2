"""What a server's figures mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memurai import diagnosis
from memurai.diagnosis import Finding, Patient
from memurai.settings import Settings, from_host_data
from memurai.symptoms import SlowCommand, Symptoms
from winfra.facts.services import ServiceState

HEALTHY = {
    "run_id": "1",
    "used_memory": 900 * 1024**2,
    "used_memory_human": "900.00M",
    "maxmemory": 2048 * 1024**2,
    "maxmemory_human": "2.00G",
    "maxmemory_policy": "allkeys-lru",
    "mem_fragmentation_ratio": "1.05",
    "connected_clients": 40,
    "blocked_clients": 0,
    "maxclients": 10000,
    "rejected_connections": 0,
    "evicted_keys": 0,
    "instantaneous_ops_per_sec": 12,
    "total_commands_processed": 4711,
    "rdb_last_bgsave_status": "ok",
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "db0": "keys=50000,expires=10,avg_ttl=0",
}
Diagnose = Callable[..., Patient]


@pytest.fixture
def diagnose(host_data: dict[str, object]) -> Diagnose:
    """Return a patient who is well but for the fields, the findings and the settings given."""

    def diagnose(fields: dict[str, Any] | None = None, stores: tuple[str, ...] = ("cache",), **found: Any) -> Patient:
        lines = [f"{name}:{value}" for name, value in {**HEALTHY, **(fields or {})}.items()]
        state: Symptoms = {
            "info": "\r\n".join(["# Server", *lines, ""]),
            "slow_log": [],
            "latency": [],
            "clients": [{"address": "10.0.0.5", "connections": 39}, {"address": "127.0.0.1", "connections": 1}],
            "key_patterns": [],
            "unknown": [],
            **found,
        }
        settings = settings_with(host_data, stores)
        return Patient(state, service("Running"), settings)

    return diagnose


def settings_with(host_data: dict[str, object], stores: tuple[str, ...]) -> Settings:
    if stores == ("cache",):
        return from_host_data("cache1", host_data)
    lasting = {"memurai_application": {"stores": stores}, "memurai_memory": {"policy": "noeviction"}}
    return from_host_data("cache1", {**host_data, **lasting})


def service(state: str | None) -> ServiceState:
    return {"name": "Memurai", "exists": state is not None, "state": state}  # type: ignore[typeddict-item]


def slow(command: str, microseconds: int, arguments: int = 1) -> SlowCommand:
    return {
        "id": 1,
        "time_utc": "2026-01-01T00:00:00.0000000Z",
        "microseconds": microseconds,
        "command": command,
        "arguments": arguments,
        "client_address": "10.0.0.5:50000",
    }


def only(patient: Patient) -> Finding:
    (finding,) = diagnosis.findings(patient)
    return finding


def test_a_server_that_is_well(diagnose: Diagnose) -> None:
    patient = diagnose()
    assert diagnosis.findings(patient) == []
    assert diagnosis.report(patient) == [
        "memory: 900.00M of 2.00G, fragmentation 1.05",
        "commands: 12 a second, 4711 since the start",
        "connections by address: 10.0.0.5 39, 127.0.0.1 1",
        "scripts: none ran",
        "nothing is wrong that this diagnosis knows of",
    ]


@pytest.mark.parametrize(
    ("fields", "topic", "seen", "remedy"),
    [
        (
            {"rejected_connections": 3},
            "connection failures",
            "3 connections were refused",
            "memurai_security.maxclients",
        ),
        (
            {"errorstat_NOAUTH": "count=2", "errorstat_WRONGPASS": "count=1"},
            "connection failures",
            "3 ",
            "rotate_password",
        ),
        ({"errorstat_NOPERM": "count=2"}, "connection failures", "2 commands", "memurai_users"),
        ({"rdb_last_bgsave_status": "err"}, "failed writes", "rdb_last_bgsave_status:err", "memurai/data"),
        ({"connected_clients": 128}, "pool use", "80 % of the 160", "by a quarter"),
        ({"blocked_clients": 10}, "pool use", "10 clients are blocked", "a pool of their own"),
        ({"used_memory": 1700 * 1024**2}, "out of memory", "1700 of 2048 MB used (83 %)", "memurai_memory.maxmemory"),
        ({"errorstat_OOM": "count=7"}, "out of memory", "7 commands were refused (OOM)", "without a restart"),
        ({"evicted_keys": 5}, "evictions", "5 keys were evicted", "memurai_memory.maxmemory"),
        (
            {"mem_fragmentation_ratio": "1.50"},
            "fragmentation",
            "mem_fragmentation_ratio 1.5",
            "Restart-Service Memurai",
        ),
        ({"cmdstat_keys": "calls=4,usec=9"}, "slow queries", "KEYS was called 4 times", "use SCAN"),
    ],
)
def test_a_figure_that_is_not_well_is_found_with_its_remedy(
    diagnose: Diagnose, fields: dict[str, Any], topic: str, seen: str, remedy: str
) -> None:
    finding = only(diagnose(fields))
    assert finding.topic == topic
    assert seen in finding.seen
    assert remedy.lower() in finding.remedy.lower()
    first, second, third = finding.lines
    assert (first[: len(topic)], second[:11], third[:11]) == (topic, "    means: ", "    to do: ")


@pytest.mark.parametrize(
    "fields",
    [
        {"connected_clients": 127},
        {"blocked_clients": 9},
        {"used_memory": 1638 * 1024**2},
        {"mem_fragmentation_ratio": "1.49"},
        {"mem_fragmentation_ratio": "9.00", "used_memory": 64 * 1024**2},
        {"maxmemory": 0},
    ],
)
def test_what_is_just_within_its_limits_is_no_finding(diagnose: Diagnose, fields: dict[str, Any]) -> None:
    assert diagnosis.findings(diagnose(fields)) == []


def test_both_limits_of_connections_are_judged(diagnose: Diagnose) -> None:
    found = diagnosis.findings(diagnose({"connected_clients": 160, "maxclients": 192}))
    names = [finding.seen.rpartition(" ")[2] for finding in found]
    assert names == ["memurai_security.maxclients", "memurai_application.max_connections"]


def test_evictions_are_worse_where_nothing_may_be_forgotten(diagnose: Diagnose) -> None:
    assert "fine for cached data" in only(diagnose({"evicted_keys": 5})).meaning
    lasting = only(diagnose({"evicted_keys": 5}, stores=("token_blacklist", "sessions")))
    assert "sessions and token_blacklist may be among them" in lasting.meaning


def test_slow_commands_are_told_by_command_the_worst_first(diagnose: Diagnose) -> None:
    entries = [slow("get", 11_000), slow("hgetall", 20_000), slow("hgetall", 30_500, 2), slow("evalsha", 15_000)]
    found = diagnosis.findings(diagnose({"cmdstat_keys": "calls=0,usec=0"}, slow_log=entries))
    assert [finding.seen.partition(":")[0] for finding in found] == ["HGETALL", "EVALSHA", "GET"]
    assert (
        "2 of the 4 entries of the slow log, the worst 30.5 ms with 2 arguments, from 10.0.0.5:50000" in found[0].seen
    )
    assert [finding.remedy.split()[0] for finding in found] == ["read", "make", "give"]


def test_keys_in_the_slow_log_is_told_once(diagnose: Diagnose) -> None:
    finding = only(diagnose({"cmdstat_keys": "calls=4,usec=9"}, slow_log=[slow("keys", 90_000)]))
    assert "use SCAN" in finding.remedy


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [("fork", "a snapshot"), ("aof-write-pending-fsync", "the disk is slow"), ("new-kind", "an inner task")],
)
def test_latency_events_are_explained(diagnose: Diagnose, kind: str, meaning: str) -> None:
    event = {"event": kind, "time_utc": "2026-01-01T00:00:00Z", "latest_milliseconds": 120, "maximum_milliseconds": 300}
    finding = only(diagnose(latency=[event]))
    assert finding.seen == f"{kind}: 300 ms at most, the last one 120 ms at 2026-01-01T00:00:00Z"
    assert meaning in finding.meaning


def sample(**more: Any) -> dict[str, Any]:
    usual = {"pattern": "ratelimit:*", "keys": 200, "sampled_keys": 10000, "without_expiry": 0}
    return {**usual, "average_ttl_seconds": 45, "complete": False, **more}


def test_keys_of_a_part_are_an_estimate_for_all(diagnose: Diagnose) -> None:
    lines = diagnosis.report(diagnose(key_patterns=[sample(), sample(complete=True, average_ttl_seconds=None)]))
    assert (
        "keys ratelimit:*: about 1000 (200 of 10000 that were looked at), 45 s left on average, 0 without expiry"
        in lines
    )
    assert "keys ratelimit:*: 200, 0 without expiry" in lines


def test_keys_that_never_expire_are_a_finding(diagnose: Diagnose) -> None:
    finding = only(diagnose(key_patterns=[sample(without_expiry=12)]))
    assert finding.seen == "12 of the 200 keys ratelimit:* never expire"


def test_scripts_are_told_with_their_average(diagnose: Diagnose) -> None:
    fields = {"cmdstat_evalsha": "calls=3,usec=90,usec_per_call=30.00", "cmdstat_eval": "calls=1,usec=30"}
    assert "scripts: 4 runs, 30 microseconds each on average" in diagnosis.report(diagnose(fields))


@pytest.mark.parametrize(("state", "told"), [("Stopped", "Memurai is Stopped"), (None, "Memurai is absent")])
def test_a_server_that_is_down(diagnose: Diagnose, state: str | None, told: str) -> None:
    found = diagnose(info="", clients=[], unknown=[{"what": "server", "reason": "Connection refused"}])
    patient = Patient(found.found, service(state), found.settings)
    first, second = diagnosis.findings(patient)
    assert (told in first.seen, second.seen) == (True, "Connection refused")
    assert diagnosis.report(patient)[-1] == "2 findings: connection failures"


def test_what_could_not_be_read_is_told(diagnose: Diagnose) -> None:
    finding = only(diagnose(unknown=[{"what": "slow log", "reason": "NOPERM"}]))
    assert (finding.topic, finding.seen) == ("not known", "slow log: NOPERM")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, diagnosis.DEFAULT_PATTERNS),
        ("", diagnosis.DEFAULT_PATTERNS),
        ("session:*", ("session:*",)),
        (" a:* , b:*,", ("a:*", "b:*")),
    ],
)
def test_patterns(given: object, expected: tuple[str, ...]) -> None:
    assert diagnosis.wanted_patterns(given) == expected
