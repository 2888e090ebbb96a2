"""The health check on the twin, with a real server: each check when all is well, and when it is not."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
from backup_times import in_days, name_of, signed, stored
from health_settings import health_settings
from windows_practice import ADDRESS, BARE, CLI, LOG, PACKAGE, PORT, deploy, grant, wait_until

from winlab.package import build
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.functions.health import metric_lines
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

SETTINGS_PATH = "C:\\ProgramData\\Memurai\\jobs\\health.json"
METRICS = "C:\\metrics"
METRICS_PATH = f"{METRICS}\\memurai-health-Memurai.prom"
BACKUPS = "C:\\Backups\\Redis"
PASSWORD, MONITORING_PASSWORD = "canary-password", "canary-monitoring"
# What the health check needs, and what redis_exporter asks besides.
MONITORING_RULES = (
    *("resetkeys", "resetchannels", "-@all", "+ping", "+info", "+slowlog|get", "+slowlog|len", "+latency|latest"),
    *("+latency|histogram", "+client|setname"),
)
EXPORTER_ADDRESS = f"{ADDRESS}:9121"
NAMES = [
    *("service", "ping", "changes", "memory", "fragmentation", "hit_rate", "persistence", "clients"),
    *("rejected_connections", "replication", "slow_log", "backup", "rehearsal", "disk"),
]
WITHOUT_SERVER = ["service", "ping", "changes", "backup", "rehearsal", "disk"]
SECRET_PATH = "C:\\ProgramData\\Memurai\\jobs\\health.secret"


@dataclass
class Practice:
    """A host with the settings of its health check, which tests change.

    figures: of memurai_monitoring. reach: how the server is reached, and where what is written goes.
    """

    machine: Machine
    figures: dict[str, float] = field(default_factory=dict)
    reach: dict[str, Any] = field(
        default_factory=lambda: {"CliPath": CLI, "Address": ADDRESS, "Port": PORT, "MetricsFolder": METRICS}
    )
    has_backups: bool = True
    is_logged: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        return health_settings(self.figures, has_backups=self.has_backups, is_logged=self.is_logged, **self.reach)

    def check(self) -> dict[str, Any]:
        """Run a health check; its result fits its checks, and no secret shows."""
        self.machine.files.write_bytes(SETTINGS_PATH, json.dumps(self.settings).encode())
        result = invoke(FUNCTIONS["Invoke-MemuraiHealthCheck"], self.machine, {"SettingsPath": SETTINGS_PATH})
        assert "canary" not in json.dumps(result)
        found = {check["Status"] for check in result["Checks"]}
        expected = "critical" if "critical" in found else "warning" if "warning" in found else "ok"
        assert (result["Status"], result["ExitCode"]) == (expected, {"ok": 0, "warning": 2, "critical": 1}[expected])
        return result

    def result(self, name: str) -> tuple[str, str]:
        """Return status and value of one check of a new run."""
        check = only(self.check(), name)
        return check["Status"], check["Value"]

    def connect(self, **options: Any) -> redis.Redis:
        return redis.Redis(ADDRESS, PORT, password=PASSWORD, decode_responses=True, **options)

    def events(self) -> list[tuple[int, str]]:
        found = self.machine.events.find(source="MemuraiProduction")
        assert {event.log for event in found} <= {"Application"}
        return [(event.event_id, event.level) for event in found]

    def metrics(self) -> dict[str, float]:
        """Return the samples of the metrics file by name and further labels, checked by promtool."""
        text = self.machine.files.read_bytes(METRICS_PATH).decode()
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
        assert self.machine.files.names(METRICS) == ["memurai-health-Memurai.prom"]
        samples = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                match = re.fullmatch(r'(memurai_\w+)\{instance_name="([^"]*)",?(.*)\} (\S+)', line)
                assert match, line
                assert f"# TYPE {match[1]} " in text
                samples[match[1].removeprefix("memurai_") + match[3]] = float(match[4])
        return samples

    def write(self, path: str, value: object) -> None:
        self.machine.files.make_directory(path.rpartition("\\")[0])
        self.machine.files.write_bytes(path, json.dumps(value).encode())

    def ran(self, exit_code: int, hours: float = 0) -> None:
        """Leave the record of a run of the backup job that ended so many hours ago."""
        ended = datetime.now(UTC) - timedelta(hours=hours)
        record = {"ExitCode": exit_code, "EndedUtc": ended.isoformat().replace("+00:00", "Z")}
        self.write(f"{BACKUPS}\\last-run.json", record)

    def back_up(self, hours: float, *, rehearsed: bool | None = None, rehearsed_hours: float = 0) -> None:
        """Leave the records of a backup of so many hours ago."""
        taken, time = (datetime.now(UTC) - timedelta(hours=age) for age in (hours, rehearsed_hours))
        self.put(name_of(taken), stored(taken, rehearsal=rehearsed, rehearsed=time))

    def put(self, name: str, files: dict[str, bytes]) -> None:
        """Write files of a backup."""
        self.machine.files.make_directory(f"{BACKUPS}\\{name}")
        grant(self.machine, BACKUPS)
        for file, content in files.items():
            self.machine.files.write_bytes(f"{BACKUPS}\\{name}\\{file}", content)


def only(result: dict[str, Any], name: str) -> dict[str, str]:
    (check,) = [check for check in result["Checks"] if check["Name"] == name]
    return check


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build("4.2.2", tmp_path_factory.mktemp("package")).read_bytes()


@pytest.fixture
def practice(tmp_path: Path, package: bytes) -> Iterator[Practice]:
    """A host whose server does not run yet, with a good backup."""
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        machine.files.write_bytes(PACKAGE, package)
        assert machine.products.install(PACKAGE, BARE, LOG) == 0
        for folder in ("C:\\ProgramData\\Memurai\\jobs", METRICS):
            machine.files.make_directory(folder)
        machine.files.write_bytes(SECRET_PATH, f"{PASSWORD}\r\n".encode())
        practice = Practice(machine)
        practice.back_up(1, rehearsed=True)
        practice.ran(0)
        yield practice


@pytest.fixture
def served(practice: Practice) -> Practice:
    """The host with its server, running."""
    serve(practice)
    return practice


def serve(practice: Practice, *directives: str) -> None:
    deploy(practice.machine, f"requirepass {PASSWORD}", "maxmemory 512mb", "enable-debug-command yes", *directives)
    practice.machine.services.start("Memurai")


def test_all_is_well(served: Practice) -> None:
    result = served.check()
    assert [check["Name"] for check in result["Checks"]] == NAMES
    assert (result["Status"], result["ExitCode"]) == ("ok", 0), result["Text"]
    lines = result["Text"].splitlines()
    assert lines[0] == "[OK]   service: Running. Expected Running."
    assert lines[-2] == "Memurai: ok (0 critical, 0 warning, 14 ok)"
    assert lines[-1] == f"Metrics: {METRICS_PATH}"
    assert len(lines) == len(NAMES) + 2
    assert served.events() == []


def test_every_metric_is_there_and_right(served: Practice) -> None:
    with served.connect() as connection:
        connection.set("a", "b")
        for key in ("a", "a", "a", "none"):
            connection.get(key)
        facts = connection.info()
    served.figures["hit_rate_warning_percent"] = 70
    result, metrics = served.check(), served.metrics()
    expected = {
        "up": 1,
        "service_running": 1,
        "maxmemory_bytes": 512 * 1024**2,
        "keyspace_hits_total": 3,
        "keyspace_misses_total": 1,
        "keyspace_hit_ratio": 0.75,
        "maxclients": facts["maxclients"],
        "blocked_clients": 0,
        "rejected_connections_total": 0,
        "evicted_keys_total": 0,
        "aof_enabled": 0,
        "aof_last_write_ok": 1,
        "aof_last_rewrite_ok": 1,
        "rdb_last_save_ok": 1,
        "rdb_last_save_timestamp_seconds": facts["rdb_last_save_time"],
        "slowlog_entries_total": 0,
        "is_primary": 1,
        "connected_replicas": 0,
        "health_status": 0,
        'disk_free_bytesvolume="C:"': served.machine.files.free_bytes,
        'disk_size_bytesvolume="C:"': served.machine.files.capacity_bytes,
        **{f'health_checkcheck="{name}"': 0 for name in NAMES},
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)
    others = {
        *("health_check_timestamp_seconds", "used_memory_bytes", "memory_fragmentation_ratio", "connected_clients"),
        *("commands_processed_total", "operations_per_second"),
    }
    assert set(metrics) == {*expected, *others}
    told = {sample["Name"] + sample["Label"]: sample["Value"] for sample in result["Metrics"]}
    assert metrics["used_memory_bytes"] == told["memurai_used_memory_bytes"] > 0
    assert told["memurai_disk_free_bytesC:"] == metrics['disk_free_bytesvolume="C:"']
    assert abs(metrics["health_check_timestamp_seconds"] - datetime.now(UTC).timestamp()) < 60


def test_a_server_that_is_down_is_critical_and_its_metrics_say_so(served: Practice) -> None:
    served.check()
    served.machine.services.stop("Memurai")
    result, metrics = served.check(), served.metrics()
    assert [check["Name"] for check in result["Checks"]] == WITHOUT_SERVER
    assert result["Text"].splitlines()[0].startswith("[FAIL] service: Stopped. Expected Running. Start it")
    assert "Could not connect" in only(result, "ping")["Value"]
    assert "[ -- ] not known while the server does not answer: memory" in result["Text"]
    assert (metrics["up"], metrics["service_running"], metrics["health_status"]) == (0, 0, 2)
    assert metrics['health_checkcheck="ping"'] == 2
    assert not [name for name in metrics if "memory" in name or "slowlog" in name]


def test_a_host_without_the_product_is_critical(practice: Practice) -> None:
    practice.machine.files.remove(CLI)
    result = practice.check()
    assert only(result, "service")["Value"] == "absent"
    assert "found no such file" in only(result, "ping")["Value"]
    assert practice.metrics()["up"] == 0


def test_a_wrong_password_is_critical(served: Practice) -> None:
    served.machine.files.write_bytes(SECRET_PATH, b"another")
    status, value = served.result("ping")
    assert status == "critical"
    assert "NOAUTH" in value


def test_without_its_secret_the_check_asks_without_a_password(practice: Practice) -> None:
    practice.machine.files.remove(SECRET_PATH)
    deploy(practice.machine, "maxmemory 512mb")
    practice.machine.services.start("Memurai")
    assert practice.check()["Status"] == "ok"


def test_an_event_is_written_when_the_status_changes(served: Practice) -> None:
    for _ in range(2):
        served.check()
    assert served.events() == []
    served.figures["memory_warning_percent"] = 0
    for _ in range(2):
        served.check()
    assert served.events() == [(1021, "Warning")]
    served.machine.services.stop("Memurai")
    for _ in range(2):
        served.check()
    assert served.events() == [(1021, "Warning"), (1022, "Error")]
    served.machine.services.start("Memurai")
    served.figures["memory_warning_percent"] = 80
    for _ in range(2):
        served.check()
    assert served.events() == [(1021, "Warning"), (1022, "Error"), (1020, "Information")]
    (event,) = served.machine.events.find(event_id=1022)
    assert "[FAIL] service: Stopped" in event.message


def test_memory(served: Practice) -> None:
    assert re.fullmatch(r"\d of 512 MB \(0 %\)", served.result("memory")[1])
    served.figures |= {"memory_warning_percent": 0}
    assert served.result("memory")[0] == "warning"
    served.figures |= {"memory_critical_percent": 0}
    assert served.result("memory")[0] == "critical"
    with served.connect() as connection:
        connection.config_set("maxmemory-policy", "allkeys-lru")
    assert served.result("memory")[0] == "warning"
    served.figures |= {"memory_warning_percent": 80, "memory_critical_percent": 95}
    with served.connect() as connection:
        connection.config_set("maxmemory", 0)
    check = only(served.check(), "memory")
    assert check["Status"] == "warning"
    assert "Raise memurai_memory.maxmemory" in check["Message"]


def test_fragmentation_is_judged_above_64_megabytes(served: Practice) -> None:
    served.figures["fragmentation_warning_ratio"] = 0.1
    check = only(served.check(), "fragmentation")
    assert check["Status"] == "ok"
    assert "not judged" in check["Message"]
    with served.connect() as connection:
        connection.execute_command("DEBUG", "POPULATE", 400, "key", 200_000)
    assert served.result("fragmentation")[0] == "warning"
    served.figures["fragmentation_warning_ratio"] = 10
    assert served.result("fragmentation")[0] == "ok"


def test_the_hit_rate(served: Practice) -> None:
    assert served.result("hit_rate") == ("ok", "no lookups yet")
    assert "keyspace_hit_ratio" not in served.metrics()
    with served.connect() as connection:
        connection.get("none")
        assert served.result("hit_rate") == ("ok", "0 %")
        pipeline = connection.pipeline()
        for _ in range(1000):
            pipeline.get("none")
        pipeline.execute()
    assert served.result("hit_rate") == ("warning", "0 %")
    served.figures["hit_rate_warning_percent"] = 0
    assert served.result("hit_rate") == ("ok", "0 %")


def test_persistence_that_is_not_as_expected(served: Practice) -> None:
    served.is_logged = True
    assert served.result("persistence")[0] == "critical"
    with served.connect() as connection:
        connection.config_set("appendonly", "yes")
        wait_until(lambda: not connection.info("persistence")["aof_rewrite_in_progress"])
    assert served.result("persistence")[0] == "ok"
    served.is_logged = False
    assert served.result("persistence")[0] == "warning"


def test_a_snapshot_that_failed_is_critical_also_when_ping_answers_an_error(served: Practice) -> None:
    data = served.machine.files.local_path("C:\\ProgramData\\Memurai\\data")
    with served.connect() as connection:
        assert connection.config_get("dir") == {"dir": str(data)}
        shutil.rmtree(data)
        connection.set("a", "b")
        connection.bgsave()
        wait_until(lambda: connection.info("persistence")["rdb_last_bgsave_status"] == "err")
    result = served.check()
    assert only(result, "persistence")["Status"] == "critical"
    assert "rdb_last_bgsave_status:err" in only(result, "persistence")["Value"]
    assert "PING: MISCONF" in only(result, "ping")["Value"]
    metrics = served.metrics()
    assert (metrics["up"], metrics["rdb_last_save_ok"]) == (0, 0)


def test_clients_that_are_many_blocked_or_refused(practice: Practice) -> None:
    serve(practice, "maxclients 12")
    assert practice.result("clients")[0] == "ok"
    assert practice.result("rejected_connections") == ("ok", "0 since the last check")
    kept = [practice.connect() for _ in range(10)]
    try:
        for connection in kept:
            connection.ping()
        assert practice.result("clients")[0] == "warning"
        extra = [practice.connect() for _ in range(4)]
        refused = 0
        for connection in extra:
            try:
                connection.ping()
            except redis.RedisError:
                refused += 1
        assert refused > 0
        for connection in (*extra, *kept[2:]):
            connection.close()
        wait_until(lambda: kept[0].info("clients")["connected_clients"] < 6)
        count = kept[0].info("stats")["rejected_connections"]
        assert practice.result("rejected_connections") == ("warning", f"{count} since the last check")
        assert practice.result("rejected_connections") == ("ok", "0 since the last check")
        practice.figures["blocked_clients_warning"] = 0
        assert practice.result("clients")[0] == "warning"
    finally:
        for connection in kept:
            connection.close()


def test_refused_connections_of_before_the_first_check_are_not_judged(served: Practice) -> None:
    assert served.result("rejected_connections") == ("ok", "0 since the start")


def slow_down(practice: Practice, times: int) -> None:
    with practice.connect() as connection:
        connection.config_set("slowlog-log-slower-than", 0)
        for _ in range(times):
            connection.ping()
        connection.config_set("slowlog-log-slower-than", -1)


def test_the_growth_of_the_slow_log(served: Practice) -> None:
    assert served.result("slow_log") == ("ok", "0 entries since the server started")
    slow_down(served, 20)
    status, value = served.result("slow_log")
    assert (status, int(value.split()[0]) >= 20) == ("warning", True)
    assert served.result("slow_log") == ("ok", "0 new entries since the last check")
    count = served.metrics()["slowlog_entries_total"]
    with served.connect() as connection:
        connection.slowlog_reset()
    assert served.result("slow_log") == ("ok", "0 new entries since the last check")
    assert served.metrics()["slowlog_entries_total"] == count
    served.machine.services.stop("Memurai")
    served.check()
    served.machine.services.start("Memurai")
    slow_down(served, 11)
    status, value = served.result("slow_log")
    assert (status, 11 <= int(value.split()[0]) < count) == ("warning", True)


def test_replicas(served: Practice, tmp_path: Path) -> None:
    assert served.result("replication") == ("ok", "primary, 0 replicas")
    replica = subprocess.Popen(
        [
            *("redis-server", "--bind", ADDRESS, "--port", "6380", "--dir", str(tmp_path), "--save", ""),
            *("--replicaof", ADDRESS, str(PORT), "--masterauth", PASSWORD, "--requirepass", PASSWORD),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        other = redis.Redis(ADDRESS, 6380, password=PASSWORD, decode_responses=True)
        wait_until(lambda: answers(other) and other.info("replication")["master_link_status"] == "up")
        with served.connect() as connection:
            wait_until(lambda: "slave0" in connection.info() and connection.info()["slave0"]["state"] == "online")
        status, value = served.result("replication")
        assert (status, value.startswith("primary, 1 replicas; 127.")) == ("ok", True)
        served.figures["replication_lag_warning_seconds"] = 0
        assert served.result("replication")[0] == "warning"

        served.reach["Port"] = 6380
        served.figures["replication_lag_warning_seconds"] = 30
        assert served.result("replication")[0] == "ok"
        metrics = served.metrics()
        assert (metrics["is_primary"], metrics["primary_link_up"]) == (0, 1)
        assert metrics["primary_last_io_seconds"] >= 0
        served.machine.services.stop("Memurai")
        wait_until(lambda: other.info("replication")["master_link_status"] == "down")
        assert served.result("replication")[0] == "critical"
        other.close()
    finally:
        replica.terminate()
        replica.wait()


def answers(connection: redis.Redis) -> bool:
    try:
        return bool(connection.ping())
    except redis.RedisError:
        return False


@pytest.mark.parametrize(("hours", "status"), [(1, "ok"), (30, "warning"), (60, "critical")])
def test_the_age_of_the_newest_backup(practice: Practice, hours: float, status: str) -> None:
    practice.machine.files.remove(BACKUPS, recurse=True)
    practice.back_up(hours + 100)
    practice.back_up(hours)
    practice.write(f"{BACKUPS}\\29990101T000000Z.partial\\manifest.json", {"TakenUtc": "2999-01-01T00:00:00Z"})
    assert practice.result("backup") == (status, f"{hours} h old")


def test_a_backup_whose_last_run_failed_is_a_warning(practice: Practice) -> None:
    practice.ran(3)
    assert practice.result("backup") == ("warning", "1 h old, and the last run ended with exit code 3")


def test_no_backup_is_a_warning_until_one_was_tried(practice: Practice) -> None:
    practice.machine.files.remove(BACKUPS, recurse=True)
    assert practice.result("backup") == ("warning", "there is none")
    assert practice.result("rehearsal") == ("warning", "there was none")
    practice.ran(1)
    assert practice.result("backup")[0] == "critical"
    practice.has_backups = False
    assert practice.result("backup") == ("ok", "none are taken")
    assert practice.result("rehearsal") == ("ok", "none are taken")


def test_the_age_of_the_last_rehearsal(practice: Practice) -> None:
    practice.machine.files.remove(BACKUPS, recurse=True)
    practice.back_up(200, rehearsed=True, rehearsed_hours=199)
    assert practice.result("rehearsal") == ("warning", "the last one that succeeded was 199 h ago")
    practice.back_up(100, rehearsed=True, rehearsed_hours=99)
    assert practice.result("rehearsal") == ("ok", "the last one that succeeded was 99 h ago")
    practice.back_up(50, rehearsed=False, rehearsed_hours=49)
    status, value = practice.result("rehearsal")
    assert (status, value) == ("critical", "the last one that succeeded was 99 h ago, and the last one failed")


YEAR_HOURS = 8760


def names(practice: Practice) -> list[str]:
    return [name for name in practice.machine.files.names(BACKUPS) if name != "last-run.json"]


def test_a_backup_of_the_future_has_no_age(practice: Practice) -> None:
    practice.machine.files.remove(BACKUPS, recurse=True)
    practice.back_up(-YEAR_HOURS, rehearsed=True, rehearsed_hours=-YEAR_HOURS)
    (future,) = names(practice)
    words = f"of the future: {future} (the clock was wrong, or is)"
    assert practice.result("backup") == ("critical", f"there is none, and {words}")
    assert practice.result("rehearsal") == ("warning", f"there was none, and {words}")
    assert practice.check()["ExitCode"] == 1
    practice.back_up(1, rehearsed=True, rehearsed_hours=1)
    assert practice.result("backup") == ("warning", f"1 h old, and {words}")
    assert practice.result("rehearsal") == ("warning", f"the last one that succeeded was 1 h ago, and {words}")


def test_a_rehearsal_or_a_run_of_the_future_is_not_a_recent_one(practice: Practice) -> None:
    (name,) = names(practice)
    taken = datetime.strptime(name, "%Y%m%dT%H%M%S%z")
    practice.put(name, stored(taken, rehearsal=True, rehearsed=in_days(365)))
    practice.ran(0, hours=-YEAR_HOURS)
    clock = "(the clock was wrong, or is)"
    assert practice.result("backup") == ("warning", f"1 h old, and of the future: last-run.json {clock}")
    assert practice.result("rehearsal") == ("warning", f"there was none, and of the future: {name} {clock}")


def test_a_clock_that_is_some_minutes_off_is_well(practice: Practice) -> None:
    practice.back_up(-4 / 60, rehearsed=True, rehearsed_hours=-4 / 60)
    practice.ran(0, hours=-4 / 60)
    assert practice.result("backup")[0] == practice.result("rehearsal")[0] == "ok"


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"TakenUtc": "yesterday"}'])
def test_records_that_cannot_be_read_are_critical_and_the_other_checks_go_on(
    practice: Practice, content: bytes
) -> None:
    practice.put("20250101T000000Z", signed(content))
    result = practice.check()
    assert [only(result, name)["Status"] for name in ("backup", "rehearsal", "disk")] == ["critical", "critical", "ok"]
    assert "Expected" in only(result, "backup")["Value"]


def test_disks(practice: Practice) -> None:
    files = practice.machine.files
    for share, status in ((0.5, "ok"), (0.15, "warning"), (0.05, "critical")):
        files.reserved_bytes += int(files.free_bytes - share * files.capacity_bytes)
        assert practice.result("disk")[0] == status
    practice.reach["BackupFolder"] = "D:/Backups"
    practice.has_backups = False
    status, value = practice.result("disk")
    assert (status, value.endswith(", D: is not there")) == ("critical", True)
    assert 'disk_free_bytesvolume="D:"' not in practice.metrics()


def test_metrics_need_a_folder(practice: Practice) -> None:
    for folder, told in (
        (None, "no folder is set"),
        ("", "no folder is set"),
        ("C:\\none", "there is no folder C:\\none"),
    ):
        practice.reach["MetricsFolder"] = folder
        assert told in practice.check()["Text"].splitlines()[-1]
    assert practice.machine.files.names(METRICS) == []


def test_labels_are_escaped(practice: Practice) -> None:
    # No file may have such a name, so this looks at the text alone.
    settings = practice.settings | {"ServiceName": 'a"b\\c'}
    sample = {"Name": "memurai_up", "Label": "", "Value": 0}
    assert 'memurai_up{instance_name="a\\"b\\\\c"} 0' in metric_lines(settings, [sample])


@pytest.mark.parametrize("content", [None, b"{", b'{"CliPath": ""}'])
def test_settings_that_are_not_right_are_refused(practice: Practice, content: bytes | None) -> None:
    if content is not None:
        practice.machine.files.write_bytes(SETTINGS_PATH, content)
    with pytest.raises(TwinError, match=r"Expected .*, found "):
        invoke(FUNCTIONS["Invoke-MemuraiHealthCheck"], practice.machine, {"SettingsPath": SETTINGS_PATH})


# The user of the health check and of redis_exporter


@pytest.fixture
def restricted(practice: Practice, tmp_path: Path) -> Practice:
    """A server with users in an ACL file and a renamed CONFIG; the check is the user monitoring."""
    rules = " ".join(MONITORING_RULES)
    users = [
        "user default off",
        f"user administrator on >{PASSWORD} ~* &* +@all",
        f"user monitoring on >{MONITORING_PASSWORD} {rules}",
    ]
    path = tmp_path / "users.acl"
    path.write_text("\n".join([*users, ""]))
    deploy(practice.machine, f'aclfile "{path}"', "rename-command CONFIG CONFIG_canary", "maxmemory 512mb")
    practice.machine.services.start("Memurai")
    practice.reach["User"] = "monitoring"
    practice.machine.files.write_bytes(SECRET_PATH, MONITORING_PASSWORD.encode())
    return practice


def test_the_rights_of_monitoring_are_enough_for_the_check(restricted: Practice) -> None:
    result = restricted.check()
    assert result["Status"] == "ok", result["Text"]


def scrape() -> str | None:
    """Return what redis_exporter tells; None while it does not listen."""
    try:
        return requests.get(f"http://{EXPORTER_ADDRESS}/metrics", timeout=10).text
    except requests.ConnectionError:
        return None


@pytest.mark.usefixtures("restricted")
def test_the_rights_of_monitoring_are_enough_for_redis_exporter_and_for_nothing_else() -> None:
    exporter = subprocess.Popen(
        [
            *("prometheus-redis-exporter", "-redis.addr", f"redis://{ADDRESS}:{PORT}", "-redis.user", "monitoring"),
            # CONFIG GET tells passwords; what redis_exporter takes from it, INFO tells too.
            *("-web.listen-address", EXPORTER_ADDRESS, "-config-command", "-"),
        ],
        env={**os.environ, "REDIS_PASSWORD": MONITORING_PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: scrape() is not None)
        scraped = scrape() or ""
    finally:
        exporter.terminate()
        log = exporter.communicate()[0]
    assert "redis_up 1" in scraped.splitlines()
    assert 'redis_exporter_last_scrape_error{err=""} 0' in scraped.splitlines()
    for name in ("redis_slowlog_last_id", "redis_connected_clients", "redis_memory_max_bytes"):
        assert re.search(rf"^{name} ", scraped, re.MULTILINE)
    assert "level=error" not in log
    with redis.Redis(ADDRESS, PORT, username="administrator", password=PASSWORD) as connection:
        assert connection.acl_log() == []
    with redis.Redis(ADDRESS, PORT, username="monitoring", password=MONITORING_PASSWORD) as connection:
        for command in (
            ["GET", "a"],
            ["SET", "a", "b"],
            ["CONFIG_canary", "GET", "*"],
            ["SLOWLOG", "RESET"],
            ["KEYS", "*"],
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                connection.execute_command(*command)
