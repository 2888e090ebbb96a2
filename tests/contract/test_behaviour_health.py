"""Invoke-MemuraiHealthCheck and Get-MemuraiDiagnosis.

No event is written on the host: each check finds the status that the one before it is said to have found.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from contract_host import Answer, ContractHost
from test_behaviour_server import PASSWORD, Server, running, server  # noqa: F401 - its fixtures serve here too

CHECKS = [
    *("service", "ping", "memory", "fragmentation", "hit_rate", "persistence", "clients", "rejected_connections"),
    *("replication", "slow_log", "backup", "rehearsal", "disk"),
]
WITHOUT_SERVER = ["service", "ping", "backup", "rehearsal", "disk"]
# A server without maxmemory is a warning, and nothing else here is critical.
THRESHOLDS = {
    "MemoryWarningPercent": 80,
    "MemoryCriticalPercent": 95,
    "FragmentationWarningRatio": 1.5,
    "HitRateWarningPercent": 0,
    "ClientsWarningPercent": 80,
    "BlockedClientsWarning": 10,
    "ReplicationLagWarningSeconds": 30,
    "SlowlogGrowthWarning": 10,
    "BackupAgeWarningHours": 26,
    "BackupAgeCriticalHours": 50,
    "RehearsalAgeWarningHours": 194,
    "DiskFreeWarningPercent": 1,
    "DiskFreeCriticalPercent": 0,
}


@dataclass(frozen=True)
class Checked:
    """A server's health check. folder: where its settings, its state and its metrics are."""

    server: Server
    folder: str

    @property
    def settings(self) -> dict[str, Any]:
        return {
            **{name: value for name, value in self.server.target.items() if name != "Password"},
            **dict.fromkeys(("User", "TlsCaFile", "TlsCertFile", "TlsKeyFile"), ""),
            "SecretPath": f"{self.folder}\\health.secret",
            "ServiceName": self.server.service,
            "DataFolder": self.folder,
            "BackupFolder": self.folder,
            "BackupEnabled": False,
            "AppendOnly": False,
            "MetricsFolder": self.folder,
            "EventSource": "MemuraiProduction",
            "StatePath": f"{self.folder}\\state.json",
            **THRESHOLDS,
        }

    @property
    def metrics_path(self) -> str:
        return f"{self.folder}\\memurai-health-{self.server.service}.prom"

    def check(self, **more: Any) -> Answer:
        path = f"{self.folder}\\health.json"
        self.server.host.put(path, json.dumps({**self.settings, **more}).encode())
        return self.server.host.call("Invoke-MemuraiHealthCheck", SettingsPath=path)

    def remember(self, status: str) -> None:
        """Have the last check found this."""
        state = {"RunId": None, "SlowLogEntries": None, "RejectedConnections": None, "Status": status}
        self.server.host.put(self.settings["StatePath"], json.dumps(state).encode())

    def metrics(self) -> dict[str, str]:
        """Return the samples of the file by name and further labels."""
        lines = self.server.host.read(self.metrics_path).decode().splitlines()
        samples = [line for line in lines if not line.startswith("#")]
        found = [re.fullmatch(r'(\w+)\{instance_name="([^"]+)"(.*)\} ([0-9.eE+-]+)', line) for line in samples]
        assert {match and match[2] for match in found} == {self.server.service}
        return {match[1] + match[3]: match[4] for match in found if match}


@pytest.fixture
def checked(running: Server, folder: str) -> Checked:  # noqa: F811 - pytest's way to ask for a fixture
    """The health check of the server, which runs; the last one is said to have found a warning."""
    checked = Checked(running, folder)
    checked.remember("warning")
    running.host.put(checked.settings["SecretPath"], f"{PASSWORD}\r\n".encode())
    return checked


def results(answer: Answer) -> dict[str, tuple[str, str]]:
    return {check["Name"]: (check["Status"], check["Value"]) for check in answer["Checks"]}


def test_a_server_is_judged_by_its_figures(checked: Checked) -> None:
    answer = checked.check()
    assert list(results(answer)) == CHECKS
    assert (answer["Status"], answer["ExitCode"]) == ("warning", 2), answer["Text"]
    found = results(answer)
    assert found["service"] == ("ok", "Running")
    assert found["ping"] == ("ok", "PING: PONG, INFO: answered")
    assert found["memory"][0] == "warning"
    assert found["persistence"][0] == "ok"
    assert found["rejected_connections"] == ("ok", "0 since the start")
    assert found["replication"] == ("ok", "primary, 0 replicas")
    assert found["backup"] == found["rehearsal"] == ("ok", "none are taken")
    assert re.fullmatch(r"C: \d+ % free", found["disk"][1])
    lines = answer["Text"].splitlines()
    assert lines[0] == "[OK]   service: Running. Expected Running."
    assert lines[2].startswith("[WARN] memory: ")
    assert lines[-1] == f"Metrics: {checked.metrics_path}"
    (drive,) = answer["Metrics"]["Volumes"]
    assert (drive["Volume"], 0 < drive["FreeBytes"] <= drive["SizeBytes"]) == ("C:", True)


def test_figures_are_written_as_metrics(checked: Checked) -> None:
    figures, metrics = checked.check()["Metrics"], checked.metrics()
    assert (metrics["memurai_up"], metrics["memurai_service_running"], metrics["memurai_health_status"]) == (
        "1",
        "1",
        "1",
    )
    assert metrics["memurai_used_memory_bytes"] == str(figures["UsedMemoryBytes"])
    assert float(metrics["memurai_memory_fragmentation_ratio"]) == figures["MemoryFragmentationRatio"]
    assert metrics['memurai_disk_size_bytes,volume="C:"'] == str(figures["Volumes"][0]["SizeBytes"])
    assert {name for name in metrics if "check=" in name} == {f'memurai_health_check,check="{name}"' for name in CHECKS}
    assert metrics['memurai_health_check,check="memory"'] == "1"
    assert "memurai_primary_link_up" not in metrics
    assert checked.server.host.kind(f"{checked.metrics_path}.new") == "Absent"


def test_growth_is_told_from_the_second_check_on(checked: Checked) -> None:
    checked.check()
    checked.server.ask("CONFIG", "SET", "slowlog-log-slower-than", "0")
    for _ in range(10):
        checked.server.ask("PING")
    checked.server.ask("CONFIG", "SET", "slowlog-log-slower-than", "10000")
    status, value = results(checked.check())["slow_log"]
    assert (status, int(value.split()[0]) >= 10) == ("warning", True)
    assert results(checked.check())["slow_log"] == ("ok", "0 new entries since the last check")


def test_a_server_that_is_down_is_critical(checked: Checked) -> None:
    checked.server.stop()
    checked.remember("critical")
    answer = checked.check()
    assert (answer["Status"], answer["ExitCode"], list(results(answer))) == ("critical", 1, WITHOUT_SERVER)
    assert "[ -- ] not known while the server does not answer: memory, " in answer["Text"]
    assert answer["Metrics"]["UsedMemoryBytes"] is None
    assert checked.metrics()["memurai_up"] == "0"
    assert json.loads(checked.server.host.read(checked.settings["StatePath"]))["Status"] == "critical"


def test_backups_are_judged_by_their_records(checked: Checked) -> None:
    backups = checked.server.host.new_folder()
    assert results(checked.check(BackupEnabled=True, BackupFolder=backups))["backup"] == ("warning", "there is none")
    folder = f"{backups}\\20250131T020000Z"
    checked.server.host.call("New-WinDirectory", Path=folder)
    checked.server.host.put(f"{folder}\\manifest.json", b'{"TakenUtc": "2025-01-31T02:00:00.1234567Z"}')
    checked.server.host.put(f"{folder}\\rehearsal.json", b'{"Ok": false, "RehearsedUtc": "2025-01-31T02:10:00Z"}')
    checked.remember("critical")
    found = results(checked.check(BackupEnabled=True, BackupFolder=backups))
    assert found["backup"][0] == "critical"
    assert re.fullmatch(r"\d+ h old", found["backup"][1])
    assert found["rehearsal"] == ("critical", "there was none, and the last one failed")
    checked.server.host.put(f"{folder}\\manifest.json", b"[]")
    status, value = results(checked.check(BackupEnabled=True, BackupFolder=backups))["backup"]
    assert (status, "Expected a JSON object in" in value) == ("critical", True)


def test_what_is_of_the_future_has_no_age(checked: Checked) -> None:
    backups = checked.server.host.new_folder()
    folder = f"{backups}\\29990131T020000Z"
    checked.server.host.call("New-WinDirectory", Path=folder)
    checked.server.host.put(f"{folder}\\manifest.json", b'{"TakenUtc": "2999-01-31T02:00:00.1234567Z"}')
    checked.server.host.put(f"{folder}\\rehearsal.json", b'{"Ok": true, "RehearsedUtc": "2999-01-31T02:10:00Z"}')
    checked.server.host.put(f"{backups}\\last-run.json", b'{"ExitCode": 0, "EndedUtc": "2999-01-31T02:10:00Z"}')
    checked.remember("critical")
    found = results(checked.check(BackupEnabled=True, BackupFolder=backups))
    clock = "(the clock was wrong, or is)"
    assert found["backup"] == (
        "critical",
        f"there is none, and of the future: last-run.json, 29990131T020000Z {clock}",
    )
    assert found["rehearsal"] == ("warning", f"there was none, and of the future: 29990131T020000Z {clock}")


def test_settings_that_are_not_there_are_refused(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\health.json"
    assert "found no such file" in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    host.put(path, b'{"CliPath": "C:\\\\x"}')
    assert "found no Address, Port, " in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    host.put(path, b"no JSON")
    assert "Expected a JSON object in" in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)


def diagnose(server: Server, **more: Any) -> Answer:  # noqa: F811 - a server, as everywhere
    return server.host.call("Get-MemuraiDiagnosis", **server.target, **more)


def test_a_diagnosis_tells_no_argument_and_no_key(running: Server) -> None:  # noqa: F811 - a fixture
    running.ask("FLUSHALL")
    running.ask("SLOWLOG", "RESET")
    running.ask("CONFIG", "SET", "slowlog-log-slower-than", "0")
    running.ask("SET", "ratelimit:canary", "canary", "EX", "1000")
    running.ask("MSET", *(f"ratelimit:canary:{number}" for number in range(40)))
    running.ask("CONFIG", "SET", "slowlog-log-slower-than", "10000")
    found = diagnose(running, Patterns=["ratelimit:*", "none:*"])
    assert "canary" not in json.dumps(found)
    assert found["Unknown"] == []
    assert re.search(r"^run_id:\w+\r*$", found["Info"], re.MULTILINE)
    commands = {(entry["Command"], entry["Arguments"]) for entry in found["SlowLog"]}
    assert {("set", 4), ("mset", 40), ("config", 3)} <= commands
    assert all(entry["TimeUtc"].endswith("Z") and ":" in entry["ClientAddress"] for entry in found["SlowLog"])
    assert sum(client["Connections"] for client in found["Clients"]) >= 1
    limited, none = found["KeyPatterns"]
    assert (limited["Keys"], limited["SampledKeys"], limited["WithoutExpiry"], limited["Complete"]) == (
        21,
        21,
        20,
        True,
    )
    assert 900 <= limited["AverageTtlSeconds"] <= 1000
    assert (none["Keys"], none["AverageTtlSeconds"], none["Complete"]) == (0, None, True)


def test_a_diagnosis_looks_at_a_bounded_number_of_keys(running: Server) -> None:  # noqa: F811 - a fixture
    running.ask("FLUSHALL")
    running.ask("EVAL", "for n = 1, 5000 do redis.call('SET', 'key:' .. n, n) end", "0")
    (sample,) = diagnose(running, Patterns=["key:*"], SampleKeys=1000)["KeyPatterns"]
    assert 1000 <= sample["SampledKeys"] < 2500
    assert sample["Keys"] == sample["WithoutExpiry"] == sample["SampledKeys"]
    assert not sample["Complete"]
    running.ask("FLUSHALL")


def test_a_diagnosis_says_what_it_could_not_read(server: Server) -> None:  # noqa: F811 - a fixture
    server.stop()
    found = diagnose(server, Patterns=["*"])
    (unknown,) = found["Unknown"]
    assert unknown["What"] == "server"
    assert "Could not connect" in unknown["Reason"]
    assert (found["Info"], found["SlowLog"], found["KeyPatterns"]) == ("", [], [])
