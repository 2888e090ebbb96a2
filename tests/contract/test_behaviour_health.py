"""Invoke-MemuraiHealthCheck.

No event of the jobs' own source is written on the host: each check finds the status that the one before it is said to
have found, or has a source of the tests.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from backup_times import name_of, stored
from contract_host import Answer, ContractHost
from health_settings import health_settings
from test_behaviour_changes import WAIT_SECONDS, World, call, step
from test_behaviour_events import entries
from test_behaviour_server import PASSWORD, Server, running, server  # noqa: F401 - its fixtures serve here too

from winfra.library import undo_module_text

CHECKS = [
    *("service", "ping", "changes", "memory", "fragmentation", "hit_rate", "persistence", "clients"),
    *("rejected_connections", "replication", "slow_log", "backup", "rehearsal", "disk"),
]
WITHOUT_SERVER = ["service", "ping", "changes", "backup", "rehearsal", "disk"]
# A server without maxmemory is a warning, and nothing else here is critical.
FIGURES = {"hit_rate_warning_percent": 0, "disk_free_warning_percent": 1, "disk_free_critical_percent": 0}


@dataclass(frozen=True)
class Checked:
    """A server's health check. folder: where its settings, its state and its metrics are."""

    server: Server
    folder: str

    def settings(self, *, has_backups: bool = False) -> dict[str, Any]:
        reach = {name: value for name, value in self.server.target.items() if name != "Password"}
        return health_settings(
            FIGURES,
            has_backups=has_backups,
            is_logged=False,
            **reach,
            SecretPath=f"{self.folder}\\health.secret",
            ServiceName=self.server.service,
            DataFolder=self.folder,
            BackupFolder=self.folder,
            MetricsFolder=self.folder,
            StatePath=self.state_path,
            ChangeFolders=[],
            UndoModule=self.module_path,
        )

    @property
    def state_path(self) -> str:
        return f"{self.folder}\\state.json"

    @property
    def module_path(self) -> str:
        return f"{self.folder}\\undo.psm1"

    @property
    def metrics_path(self) -> str:
        return f"{self.folder}\\memurai-health-{self.server.service}.prom"

    def check(self, *, has_backups: bool = False, **more: Any) -> Answer:
        path = f"{self.folder}\\health.json"
        self.server.host.put(path, json.dumps({**self.settings(has_backups=has_backups), **more}).encode())
        return self.server.host.call("Invoke-MemuraiHealthCheck", SettingsPath=path)

    def remember(self, status: str) -> None:
        """Have the last check found this."""
        state = {"RunId": None, "SlowLogEntries": None, "RejectedConnections": None, "Status": status, "Changes": ""}
        self.server.host.put(self.state_path, json.dumps(state).encode())

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
    running.host.put(f"{folder}\\health.secret", f"{PASSWORD}\r\n".encode())
    return checked


def results(answer: Answer) -> dict[str, tuple[str, str]]:
    return {check["Name"]: (check["Status"], check["Value"]) for check in answer["Checks"]}


def samples(answer: Answer) -> dict[tuple[str, str], float]:
    return {(sample["Name"], sample["Label"]): sample["Value"] for sample in answer["Metrics"]}


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
    assert lines[3].startswith("[WARN] memory: ")
    assert lines[-1] == f"Metrics: {checked.metrics_path}"
    figures = samples(answer)
    assert 0 < figures["memurai_disk_free_bytes", "C:"] <= figures["memurai_disk_size_bytes", "C:"]


def test_figures_are_written_as_metrics(checked: Checked) -> None:
    figures, metrics = samples(checked.check()), checked.metrics()
    assert (metrics["memurai_up"], metrics["memurai_service_running"], metrics["memurai_health_status"]) == (
        "1",
        "1",
        "1",
    )
    assert metrics["memurai_used_memory_bytes"] == str(figures["memurai_used_memory_bytes", ""])
    assert float(metrics["memurai_memory_fragmentation_ratio"]) == figures["memurai_memory_fragmentation_ratio", ""]
    assert metrics['memurai_disk_size_bytes,volume="C:"'] == str(figures["memurai_disk_size_bytes", "C:"])
    assert {name for name in metrics if "check=" in name} == {f'memurai_health_check,check="{name}"' for name in CHECKS}
    assert metrics['memurai_health_check,check="memory"'] == "1"
    assert "memurai_primary_link_up" not in metrics
    entries = checked.server.host.call("Get-WinDirectoryEntry", Path=checked.folder)["Entries"]
    assert [entry["Name"] for entry in entries if entry["Name"].endswith(".new")] == []


def test_a_check_goes_on_without_what_the_last_one_found(checked: Checked) -> None:
    checked.server.host.put(checked.state_path, b"\0" * 100)
    first, second = checked.check(), checked.check()
    assert list(results(first)) == list(results(second)) == CHECKS
    assert "[ -- ] nothing of the last check is known: Expected a JSON object in" in first["Text"]
    assert "nothing of the last check" not in second["Text"]


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
    assert ("memurai_used_memory_bytes", "") not in samples(answer)
    assert checked.metrics()["memurai_up"] == "0"
    assert json.loads(checked.server.host.read(checked.state_path))["Status"] == "critical"


class Unfinished:
    """A check of a host on which changes are left unfinished. source: of its events."""

    def __init__(self, checked: Checked, worlds: list[World]) -> None:
        self.checked, self.worlds = checked, worlds
        self.source = checked.server.host.new_event_source()
        checked.server.host.put(checked.module_path, undo_module_text().encode("ascii"))

    def check(self) -> tuple[str, str]:
        folders = [world.changes for world in self.worlds]
        return results(self.checked.check(ChangeFolders=folders, EventSource=self.source))["changes"]

    @property
    def events(self) -> list[tuple[int, bool]]:
        """The events, the oldest first, and whether they tell of a change."""
        found = entries(self.checked.server.host, self.source)
        return [(item["EventId"], "\n[OK]   changes" not in item["Message"]) for item in reversed(found)]


def steps(world: World, last: dict[str, Any]) -> list[dict[str, Any]]:
    """Return two steps; the first can be undone when there is a folder for it."""
    back = call("Restore-WinFile", Path=world.at("place\\a"), Copy=world.at("seed"))
    return [step("one", world.copy("seed", "a"), back), step("two", last)]


@pytest.fixture
def worlds(host: ContractHost) -> list[World]:
    return [World(host, host.new_folder()) for _ in range(2)]


@pytest.fixture
def unfinished(checked: Checked, worlds: list[World]) -> Unfinished:
    return Unfinished(checked, worlds)


def test_a_change_whose_process_died_is_undone_and_told_once(unfinished: Unfinished) -> None:
    world = unfinished.worlds[1]
    world.host.call("New-WinDirectory", Path=world.at("place"))
    world.kill_at(steps(world, world.hangs()), "two")
    assert unfinished.check() == ("warning", "'elsewhere' was left unfinished and was undone")
    assert world.host.read(world.at("place\\a")) == b"seed"
    assert (world.state["State"], world.last["Outcome"], world.kept) == ("None", "Undone", {"lock", "outcomes"})
    assert world.last["Reason"] == "It was found unfinished by the health check."
    assert unfinished.check() == ("ok", "none is unfinished")
    assert unfinished.events == [(1021, True)]


def test_what_can_not_be_undone_is_told_once_and_tried_again(unfinished: Unfinished) -> None:
    world = unfinished.worlds[0]
    assert "could not be undone" in world.refusal(steps(world, world.fails))
    for _ in range(2):
        status, value = unfinished.check()
        assert (status, value.startswith("'trial' could not be undone: one: ")) == ("critical", True), value
    assert unfinished.checked.metrics()['memurai_health_check,check="changes"'] == "2"
    world.host.call("New-WinDirectory", Path=world.at("place"))
    assert unfinished.check() == ("warning", "'trial' was left unfinished and was undone")
    assert unfinished.events == [(1022, True), (1021, True)]


def test_a_change_that_is_under_way_is_left_alone_and_so_is_what_it_may_hold(unfinished: Unfinished) -> None:
    outer, inner = unfinished.worlds
    inner.refusal(steps(inner, inner.fails))
    journal = inner.journal
    with outer.elsewhere(steps(outer, outer.hangs(8)), "two") as (_, run):
        assert unfinished.check() == ("ok", "one is under way")
        assert (inner.journal, inner.state["State"]) == (journal, "Unfinished")
        run.result(WAIT_SECONDS)
    assert outer.last["Outcome"] == "Done"
    assert unfinished.events == []


def test_a_journal_that_can_not_be_read_is_told_and_kept(unfinished: Unfinished) -> None:
    world = unfinished.worlds[0]
    world.refusal(steps(world, world.fails))
    damaged = world.journal.replace(b'"one"', b'"uno"')
    world.rewrite(damaged)
    for _ in range(2):
        status, value = unfinished.check()
        assert (status, value.count("Expected line 2 of ")) == ("critical", 1), value
    assert world.journal == damaged
    assert unfinished.events == [(1022, True)]


def put_backup(host: ContractHost, folder: str, taken: datetime, *, rehearsal: bool) -> None:
    place = f"{folder}\\{name_of(taken)}"
    host.call("New-WinDirectory", Path=place)
    for name, content in stored(taken, rehearsal=rehearsal).items():
        host.put(f"{place}\\{name}", content)


def test_backups_are_judged_by_their_records(checked: Checked) -> None:
    backups = checked.server.host.new_folder()
    assert results(checked.check(has_backups=True, BackupFolder=backups))["backup"] == ("warning", "there is none")
    taken = datetime(2025, 1, 31, 2, tzinfo=UTC)
    put_backup(checked.server.host, backups, taken, rehearsal=False)
    checked.remember("critical")
    found = results(checked.check(has_backups=True, BackupFolder=backups))
    assert found["backup"][0] == "critical"
    assert re.fullmatch(r"\d+ h old", found["backup"][1])
    assert found["rehearsal"] == ("critical", "there was none, and the last one failed")
    checked.server.host.put(f"{backups}\\{name_of(taken)}\\manifest.json", b"[]")
    status, value = results(checked.check(has_backups=True, BackupFolder=backups))["backup"]
    assert (status, value.startswith(f"{name_of(taken)}: Expected SHA-256 ")) == ("critical", True), value


def test_what_is_of_the_future_has_no_age(checked: Checked) -> None:
    backups = checked.server.host.new_folder()
    put_backup(checked.server.host, backups, datetime(2999, 1, 31, 2, tzinfo=UTC), rehearsal=True)
    checked.server.host.put(f"{backups}\\last-run.json", b'{"ExitCode": 0, "EndedUtc": "2999-01-31T02:10:00Z"}')
    checked.remember("critical")
    found = results(checked.check(has_backups=True, BackupFolder=backups))
    clock = "(the clock was wrong, or is)"
    assert found["backup"] == (
        "critical",
        f"there is none, and of the future: last-run.json, 29990131T020000Z {clock}",
    )
    assert found["rehearsal"] == ("warning", f"there was none, and of the future: 29990131T020000Z {clock}")


def test_a_comparison_that_the_host_does_not_know_is_refused(checked: Checked) -> None:
    settings = checked.settings()
    settings["Checks"][0]["Critical"][0]["Comparison"] = "above"
    path = f"{checked.folder}\\health.json"
    checked.server.host.put(path, json.dumps(settings).encode())
    refusal = checked.server.host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    assert "Expected 'is', 'is not', 'at least' or 'below' of service, found 'above'. Deploy." in refusal


def test_settings_that_are_not_there_are_refused(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\health.json"
    assert "found no such file" in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    host.put(path, b'{"CliPath": "C:\\\\x"}')
    assert "found no Address, Port, " in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    # Of a deploy that knew no checks: its functions are replaced before its settings.
    judged = ("Fields", "ReplicaFields", "Checks", "Metrics")
    settings = health_settings({}, has_backups=True, is_logged=False)
    former = {name: value for name, value in settings.items() if name not in judged} | {"MemoryWarningPercent": 80}
    host.put(path, json.dumps(former).encode())
    refusal = host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
    assert f"found no {', '.join(judged)}. Remove the file, or have it written anew." in refusal
    host.put(path, b"no JSON")
    assert "Expected a JSON object in" in host.refusal("Invoke-MemuraiHealthCheck", SettingsPath=path)
