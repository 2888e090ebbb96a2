"""Backups: taking, listing, rehearsing and restoring them, and what of it is refused."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backup_times import in_days, name_of, retaken
from contract_host import MEMURAI_FOLDER, SECONDS, Answer, ContractHost, PracticeHost
from test_behaviour_server import CLI, INSTANCE, PASSWORD, install

from memurai.changes.backup import Source, Target, restored, restoring
from memurai.config import Document
from memurai.data.place import DataPlace
from memurai.endpoint import Endpoint
from memurai.facts.backups import Backup
from memurai.jobs import BACKUP_METRICS
from winfra.facts.base import snake_keys

CHECK = f"{MEMURAI_FOLDER}\\memurai-check-rdb.exe"
PROGRAM = f"{MEMURAI_FOLDER}\\memurai.exe"
JOB_PASSWORD = "Backup-7391"
SOURCE = "MemuraiProduction"
KEYS = 25
UNTOUCHED = "Nothing was changed."


def wire(source: Source, target: Target) -> dict[str, Any]:
    """Return the parameters of the request that a restore is."""
    return restoring(restored(source, target), target.instance).wire_parameters()


@dataclass(frozen=True)
class Server:
    """A server of the tests' own with its job.

    host: where it runs. service: its name. port, rehearsal_port: of the server and of rehearsals.
    folder: holds configuration, data, backups, metrics and settings.
    """

    host: ContractHost
    service: str
    port: int
    rehearsal_port: int
    folder: str

    @property
    def backups(self) -> str:
        return f"{self.folder}\\backups"

    @property
    def target(self) -> dict[str, Any]:
        return {
            "CliPath": CLI,
            "Address": self.host.server_address,
            "Port": self.port,
            "Password": {"$secret": PASSWORD},
        }

    def ask(self, *arguments: str) -> str:
        return str(self.host.call("Invoke-MemuraiCommand", Server=self.target, Arguments=list(arguments))["Output"])

    def back_up(self, **settings: Any) -> Answer:
        """Run the job with some settings changed."""
        values = {
            "CliPath": CLI,
            "CheckPath": CHECK,
            "ProgramPath": PROGRAM,
            "Address": self.host.server_address,
            "Port": self.port,
            "User": "backup",
            "TlsCaFile": "",
            "TlsCertFile": "",
            "TlsKeyFile": "",
            "SecretPath": f"{self.folder}\\backup.secret",
            "DataFolder": f"{self.folder}\\data",
            "SnapshotName": "dump.rdb",
            "AppendOnlyFolder": "appendonlydir",
            "BackupFolder": self.backups,
            "IncludeAppendOnly": False,
            "KeepDays": 7,
            "KeepAtLeast": 1,
            "KeepAtMost": 3,
            "CopyTo": None,
            "Rehearse": "each",
            "RehearsalPort": self.rehearsal_port,
            "ServiceName": self.service,
            "MetricsFolder": f"{self.folder}\\metrics",
            "Metrics": BACKUP_METRICS,
            "EventSource": SOURCE,
            **settings,
        }
        path = f"{self.folder}\\backup.json"
        self.host.put(path, json.dumps(values).encode())
        answer = self.host.call("Invoke-MemuraiBackup", SettingsPath=path)
        assert PASSWORD not in str(answer)
        assert JOB_PASSWORD not in str(answer)
        return answer

    def stored(self, folder: str | None = None) -> Answer:
        return self.host.call("Get-MemuraiBackup", BackupFolder=folder or self.backups)

    def rehearsal(self, name: str) -> dict[str, Any]:
        return {
            "BackupFolder": self.backups,
            "Name": name,
            "ProgramPath": PROGRAM,
            "CheckPath": CHECK,
            "CliPath": CLI,
            "RehearsalPort": self.rehearsal_port,
            "ScratchFolder": f"{self.folder}\\scratch",
        }

    def plan(self, name: str, folder: str | None = None) -> tuple[Source, Target]:
        """Return what a restore is decided from, as an operation reads it."""
        instance = replace(INSTANCE, service=self.service, config=self.folder, backups=folder or self.backups)
        entries = snake_keys(self.stored(folder)["Backups"])
        backup: Backup = next(entry for entry in entries if entry["name"] == name)
        path = f"{instance.backups}\\{name}\\manifest.json"
        digest = self.host.call("Get-WinItem", Path=path, IncludeHash=True)["Sha256"]
        dump = next(file for file in json.loads(self.host.read(path))["Files"] if file["Path"] == "dump.rdb")
        document = Document.of(self.host.read(f"{self.folder}\\server.conf").decode())
        service = self.host.call("Get-WinService", Name=self.service)
        target = Target(
            instance=instance,
            endpoint=Endpoint.of(document),
            place=DataPlace.of(document.words, MEMURAI_FOLDER),
            start_type=service["StartType"],
            is_running=service["State"] == "Running",
            has_stage=self.host.kind(f"{self.folder}\\data\\restore.partial") != "Absent",
            stamp=self.host.new_name(),
        )
        return Source(backup, digest, dump["Sha256"], dump["SizeBytes"]), target

    def restore(self, source: Source, target: Target) -> Answer:
        return self.host.call("Invoke-MemuraiRestore", **wire(source, target))

    def told(self, event: int) -> str:
        """Return the message of the newest event of a number."""
        entries = self.host.call("Get-WinEventEntry", Source=SOURCE, Newest=50)["Entries"]
        return next(str(entry["Message"]) for entry in entries if entry["EventId"] == event)

    def restore_refused(self, source: Source, target: Target) -> str:
        refusal = self.host.refusal("Invoke-MemuraiRestore", **wire(source, target))
        assert PASSWORD not in refusal
        return refusal

    def new_backups(self) -> str:
        """Make another folder for backups."""
        folder = f"{self.folder}\\{self.host.new_name()}"
        self.host.call("New-WinDirectory", Path=folder)
        return folder

    def add(self, folder: str, name: str, days: float) -> str:
        """Add a copy of a backup that was taken in so many days to a folder of backups, and return its name."""
        time, source = in_days(days), f"{self.backups}\\{name}"
        files = ("dump.rdb", "manifest.json", "manifest.sha256", "rehearsal.json")
        manifest = json.loads(self.host.read(f"{source}\\manifest.json"))
        files = (*files, *(file["Path"] for file in manifest["Files"] if file["Path"] != "dump.rdb"))
        for file, content in retaken({file: self.host.read(f"{source}\\{file}") for file in files}, time).items():
            path = f"{folder}\\{name_of(time)}\\{file}"
            self.host.call("New-WinDirectory", Path=path.rpartition("\\")[0])
            self.host.put(path, content)
        return name_of(time)

    def damage(self, path: str) -> bytes:
        """Change one byte of a file and return what it held."""
        content = self.host.read(path)
        self.host.put(path, content[:20] + bytes([content[20] ^ 1]) + content[21:])
        return content


@pytest.fixture(scope="module")
def server(host: ContractHost, package: Path) -> Iterator[Server]:
    """A server with an append-only file, keys and two backups, the newer one with the append-only file."""
    if isinstance(host, PracticeHost) and host.kind(PROGRAM) == "Absent":
        install(host, package)
    if host.without_server:
        pytest.skip(host.without_server)
    folder, port = host.new_folder(), host.free_port()
    for name in ("data", "backups", "metrics"):
        host.call("New-WinDirectory", Path=f"{folder}\\{name}")
    lines = (
        f"bind {host.server_address}",
        f"port {port}",
        f'dir "{folder}\\data"'.replace("\\", "/"),
        f'requirepass "{PASSWORD}"',
        f"user backup on >{JOB_PASSWORD} resetkeys resetchannels -@all +info +bgsave",
        "appendonly yes",
        "appendfilename journal.aof",
        "rename-command CONFIG Renamed-7391",
        "",
    )
    host.put(f"{folder}\\server.conf", "\r\n".join(lines).encode())
    host.put(f"{folder}\\backup.secret", JOB_PASSWORD.encode())
    service = host.new_service(StartType="Manual")
    image = f'"{PROGRAM}" --service-run --service-name {service} "{folder}\\server.conf"'
    host.call("Set-WinService", Name=service, ImagePath=image)
    host.call("Start-WinService", Name=service)
    found = Server(host, service, port, host.free_port(), folder)
    host.call("Wait-MemuraiServer", Server=found.target)
    for number in range(KEYS):
        found.ask("SET", f"key{number}", "value")
    yield found
    host.call("Stop-WinService", Name=service)


@pytest.fixture
def name(server: Server) -> str:
    """The name of the newest backup, which is whole and has an append-only file; there is an older one."""
    while len(backups := server.stored()["Backups"]) < 2 or not backups[0]["HasAppendOnly"]:
        assert server.back_up(IncludeAppendOnly=True)["Problems"] == []
    return str(backups[0]["Name"])


def test_a_backup_is_taken_checked_rehearsed_and_told(server: Server) -> None:
    answer = server.back_up(IncludeAppendOnly=True)
    assert (answer["ExitCode"], answer["Problems"]) == (0, [])
    stored = server.stored()
    newest, last_run = stored["Backups"][0], stored["LastRun"]
    assert (stored["BackupFolder"], stored["Problems"]) == (server.backups, [])
    assert (newest["Name"], newest["Keys"], newest["HasAppendOnly"]) == (answer["Backup"], KEYS, True)
    assert (newest["Rehearsal"], last_run["ExitCode"], last_run["Backup"]) == ("passed", 0, answer["Backup"])
    assert f"Backup {answer['Backup']}: {KEYS} keys" in answer["Text"]
    metrics = server.host.read(f"{server.folder}\\metrics\\memurai-backup-{server.service}.prom").decode()
    assert f'memurai_backup_last_exit_code{{instance_name="{server.service}"}} 0\n' in metrics
    assert f'memurai_backup_keys{{instance_name="{server.service}"}} {KEYS}\n' in metrics
    assert re.search(r"^memurai_backup_duration_seconds\{.*\} \d+(\.\d+)?$", metrics, re.MULTILINE)


def test_old_backups_go(server: Server) -> None:
    made = [server.back_up(KeepAtMost=2)["Backup"] for _ in range(3)]
    assert [entry["Name"] for entry in server.stored()["Backups"]] == [made[2], made[1]]


def listed(stored: Answer) -> list[tuple[str, bool]]:
    return [(entry["Name"], entry["IsAgeKnown"]) for entry in stored["Backups"]]


def test_a_backup_of_the_future_is_neither_the_newest_nor_removed(server: Server, name: str) -> None:
    folder = server.new_backups()
    older, future = server.add(folder, name, -1), server.add(folder, name, 365)
    before = server.stored(folder)
    assert listed(before) == [(older, True), (future, False)]
    (problem,) = before["Problems"]
    assert problem.startswith(f"{future}: Expected a backup that was taken before now (")
    assert "taken in the future: the clock was wrong, or is" in problem
    made = server.back_up(BackupFolder=folder, KeepAtMost=1)
    assert (made["ExitCode"], len(made["Problems"])) == (0, 1)
    assert listed(server.stored(folder)) == [(made["Backup"], True), (future, False)]
    metrics = server.host.read(f"{server.folder}\\metrics\\memurai-backup-{server.service}.prom").decode()
    labels = f'{{instance_name="{server.service}"}}'
    assert f"memurai_backup_good_backups{labels} 1\n" in metrics
    assert f"memurai_backup_future_backups{labels} 1\n" in metrics
    taken = re.search(r"^memurai_backup_last_success_timestamp_seconds\{.*\} (\d+)$", metrics, re.MULTILINE)
    assert taken is not None
    assert int(taken[1]) < in_days(1).timestamp()
    server.damage(f"{folder}\\{made['Backup']}\\dump.rdb")
    assert "There is no whole one." in server.restore_refused(*server.plan(made["Backup"], folder))


def test_a_rehearsal_of_the_future_is_no_recent_one(server: Server, name: str) -> None:
    folder = server.new_backups()
    older = server.add(folder, name, -1)
    path = f"{folder}\\{older}\\rehearsal.json"
    record = json.loads(server.host.read(path))
    server.host.put(path, json.dumps(record | {"RehearsedUtc": "2999-01-01T00:00:00.0000000Z"}).encode())
    made = server.back_up(BackupFolder=folder, Rehearse="weekly")
    assert f"The rehearsal of {made['Backup']} passed" in made["Text"]
    (problem,) = made["Problems"]
    assert "rehearsed in the future: the clock was wrong, or is" in problem


def test_a_year_between_two_backups_removes_nothing_by_age(server: Server, name: str) -> None:
    folder = server.new_backups()
    nights = [server.add(folder, name, -365 - day) for day in range(2)]
    made = server.back_up(BackupFolder=folder)
    assert listed(server.stored(folder)) == [(item, True) for item in (made["Backup"], *nights)]
    assert made["ExitCode"] == 0
    (problem,) = made["Problems"]
    assert f"Between the backups {nights[0]} and {made['Backup']} lie 36" in problem
    server.back_up(BackupFolder=folder)
    assert [entry[0] for entry in listed(server.stored(folder))][2:] == nights[:1]


def test_a_backup_that_goes_while_they_are_listed_is_no_problem(server: Server, name: str) -> None:
    """The backup job renames what it removes, and others list what is there at the same time."""
    folder = server.new_backups()
    kept, *old = [server.add(folder, name, -day) for day in range(1, 20)]

    def take_away() -> None:
        other, deadline = server.host.connect(), time.monotonic() + SECONDS
        for item in old:
            parameters = {"Path": f"{folder}\\{item}", "Destination": f"{folder}\\{item}.partial"}
            # Windows moves no folder of which a file is being read.
            while other.call("Move-WinItem", parameters, {}, SECONDS).exit_code:
                assert time.monotonic() < deadline, item
        other.close()

    with ThreadPoolExecutor(1) as job:
        going = job.submit(take_away)
        while not going.done():
            assert server.stored(folder)["Problems"] == []
        going.result()
    assert [entry[0] for entry in listed(server.stored(folder))] == [kept]


def test_two_backups_of_one_second_have_two_names(server: Server) -> None:
    folder = server.new_backups()
    now = int(server.ask("TIME").split()[0])
    taken = [name_of(datetime.fromtimestamp(now + second, UTC)) for second in range(60)]
    for item in taken:
        server.host.call("New-WinDirectory", Path=f"{folder}\\{item}")
    made = server.back_up(BackupFolder=folder)
    assert (made["ExitCode"], made["Backup"] > taken[-1]) == (0, True)
    assert [entry[0] for entry in listed(server.stored(folder))] == [made["Backup"]]


def test_a_folder_that_is_missing_has_no_backups(host: ContractHost, folder: str) -> None:
    missing = f"{folder}\\none"
    found = host.call("Get-MemuraiBackup", BackupFolder=missing.replace("\\", "/"))
    assert found == {"BackupFolder": missing, "Backups": [], "LastRun": None, "Problems": []}


def test_a_copy_that_fails_does_not_hide_the_backup(server: Server) -> None:
    path = f"{server.folder}\\server.conf\\copies"
    answer = server.back_up(CopyTo=path)
    assert (answer["ExitCode"], answer["Backup"]) == (2, server.stored()["Backups"][0]["Name"])
    assert f"The copy of {answer['Backup']} to '{path}' failed:" in answer["Problems"][0]
    assert server.stored()["LastRun"]["CopyOk"] is False


def test_a_copy_in_a_second_place(server: Server) -> None:
    copies = f"{server.folder}\\copies"
    answer = server.back_up(CopyTo=copies)
    assert (answer["ExitCode"], answer["Problems"]) == (0, [])
    copied = f"{copies}\\{answer['Backup']}\\dump.rdb"
    assert server.host.read(copied) == server.host.read(f"{server.backups}\\{answer['Backup']}\\dump.rdb")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"SecretPath": "C:\\no file"}, "Expected INFO from"),
        ({"BackupFolder": "C:\\no folder"}, "Expected the folder 'C:\\no folder' for backups, found none."),
        ({"CheckPath": "C:\\no check.exe"}, "Expected the program 'C:\\no check.exe', found no such file."),
        ({"SnapshotName": "none.rdb"}, "none.rdb"),
    ],
)
def test_a_backup_that_fails_leaves_none(server: Server, settings: dict[str, Any], reason: str) -> None:
    before = server.stored()["Backups"]
    answer = server.back_up(**settings)
    assert (answer["ExitCode"], answer["Backup"]) == (1, None)
    assert "The backup failed: " in answer["Text"]
    assert reason in answer["Text"]
    assert server.stored()["Backups"] == before


def test_settings_that_are_none_are_refused(server: Server) -> None:
    path = f"{server.folder}\\wrong.json"
    missing = server.host.refusal("Invoke-MemuraiBackup", SettingsPath=path)
    assert f"Expected the settings of the backup at '{path}', found no such file." in missing
    server.host.put(path, b"{")
    assert "Expected a JSON object in" in server.host.refusal("Invoke-MemuraiBackup", SettingsPath=path)
    server.host.put(path, json.dumps({"Port": 6379}).encode())
    assert "found no CliPath, CheckPath," in server.host.refusal("Invoke-MemuraiBackup", SettingsPath=path)


def test_a_whole_backup_loads(server: Server, name: str) -> None:
    answer = server.host.call("Test-MemuraiBackup", **server.rehearsal(name))
    assert (answer["Name"], answer["Ok"], answer["Reason"]) == (name, True, None)
    assert answer["Keys"] == answer["ExpectedKeys"] == KEYS
    assert server.host.kind(f"{server.folder}\\scratch") == "Absent"
    assert server.host.call("Get-WinTcpListener", Port=server.rehearsal_port)["Listeners"] == []


@pytest.mark.parametrize(
    "file", ["dump.rdb", "manifest.json", "manifest.sha256", "appendonlydir\\journal.aof.manifest"]
)
def test_one_damaged_byte_is_refused_by_name(server: Server, name: str, file: str) -> None:
    path = f"{server.backups}\\{name}\\{file}"
    plan = server.plan(name)
    content = server.damage(path)
    try:
        answer = server.host.call("Test-MemuraiBackup", **server.rehearsal(name))
        refusal = server.restore_refused(*plan)
    finally:
        server.host.put(path, content)
    assert (answer["Ok"], answer["Keys"]) == (False, None)
    assert f"{server.backups}\\{name}\\{file.replace('manifest.sha256', 'manifest.json')}" in answer["Reason"]
    other = server.stored()["Backups"][1]["Name"]
    assert f"Expected the backup {name} to be whole, found:" in refusal
    assert f"{UNTOUCHED} The newest whole one is {other}." in refusal
    assert server.host.call("Test-MemuraiBackup", **server.rehearsal(name))["Ok"]


def test_what_says_nothing_about_a_backup_is_no_verdict(server: Server, name: str) -> None:
    for parameters, reason in (
        ({"RehearsalPort": server.port}, f"Expected the port {server.port} to be free for the trial, found process"),
        ({"ProgramPath": "C:\\none.exe"}, "Expected the program 'C:\\none.exe', found no such file."),
        # A program that ends at once: no memory, no licence, another program than a server.
        (
            {"ProgramPath": server.rehearsal(name)["CliPath"]},
            "Expected the scratch server to load it, found that it ended with exit code",
        ),
        ({"ScratchFolder": server.folder}, "Expected an empty or missing folder"),
        ({"Name": "20200101T000000Z"}, "Expected the backup '20200101T000000Z' in"),
        ({"Name": "..\\x"}, "'Name'"),
    ):
        assert reason in server.host.refusal("Test-MemuraiBackup", **{**server.rehearsal(name), **parameters})


def test_a_backup_is_restored_and_survives_a_restart(server: Server, name: str) -> None:
    server.ask("FLUSHALL")
    server.ask("SET", "present", "1")
    source, target = server.plan(name)
    answer = server.restore(source, target)
    assert (answer["Results"][-1], answer["Warnings"]) == ({"Keys": KEYS, "ExpiredKeys": 0}, [])
    assert server.host.kind(f"{target.aside}\\appendonlydir") == "Directory"
    assert server.host.kind(f"{target.place.folder}\\restore.partial") == "Absent"
    assert server.ask("DBSIZE") == str(KEYS)
    server.host.call("Restart-WinService", Name=server.service)
    server.host.call("Wait-MemuraiServer", Server=server.target)
    assert server.ask("DBSIZE") == str(KEYS)
    told = f"The backup {name} was restored: {KEYS} keys. The data before it is in {target.aside}."
    assert told in server.told(1030)


def test_data_that_is_not_loaded_as_expected_is_taken_back(server: Server, name: str) -> None:
    server.ask("SET", "present", "1")
    source, target = server.plan(name)
    # It writes an append-only file all the same, and says so.
    impatient = replace(target.instance, timeout_seconds=5)
    other = replace(target, place=replace(target.place, appendonly=False), instance=impatient)
    refusal = server.restore_refused(source, other)
    assert "expected aof_enabled:0, found aof_enabled:1" in refusal
    assert "All that was done was undone." in refusal
    assert server.ask("GET", "present") == "1"
    server.ask("DEL", "present")
    assert server.ask("DBSIZE") == str(KEYS)
    assert server.host.kind(f"{target.aside}-failed\\dump.rdb") == "File"
    assert [server.host.kind(path) for path in (target.aside, f"{target.place.folder}\\restore.partial")] == [
        "Absent"
    ] * 2
    service = server.host.call("Get-WinService", Name=server.service)
    assert (service["State"], service["StartType"]) == ("Running", "Manual")
    assert "expected aof_enabled:0, found aof_enabled:1" in server.told(1031)


def test_another_number_of_keys_is_taken_back(server: Server, name: str) -> None:
    source, target = server.plan(name)
    more = replace(source, backup={**source.backup, "keys": KEYS + 1})
    refusal = server.restore_refused(more, target)
    assert f"prove that all keys are there: Expected {KEYS + 1} keys to be loaded, found {KEYS}." in refusal
    assert server.ask("DBSIZE") == str(KEYS)


def test_a_restore_after_an_interrupted_one_starts_nothing_that_has_no_data(server: Server, name: str) -> None:
    """What that one finds in the place of the data is not the server's data; the former library left no journal."""
    host, stage = server.host, f"{server.folder}\\data\\restore.partial"
    host.call("Set-WinService", Name=server.service, StartType="Disabled")
    host.call("Stop-WinService", Name=server.service)
    host.call("New-WinDirectory", Path=stage)
    source, found = server.plan(name)
    target = replace(found, instance=replace(found.instance, timeout_seconds=5))
    for given, reason in (
        (replace(source, dump_sha256="0" * 64), "Expected SHA-256 0000"),
        (replace(source, backup={**source.backup, "keys": KEYS + 1}), f"Expected {KEYS + 1} keys"),
    ):
        assert reason in server.restore_refused(given, replace(target, stamp=host.new_name()))
        service = host.call("Get-WinService", Name=server.service)
        assert (service["StartType"], service["State"], host.kind(stage)) == ("Disabled", "Stopped", "Directory")
    assert server.restore(source, found)["Results"][-1]["Keys"] == KEYS
    assert host.call("Get-WinService", Name=server.service)["StartType"] == "Manual"
    assert (server.ask("DBSIZE"), host.kind(stage)) == (str(KEYS), "Absent")


def test_what_is_refused_before_anything_is_touched(server: Server, name: str) -> None:
    before = server.host.call("Get-WinService", Name=server.service)["ProcessId"]
    source, target = server.plan(name)
    other = {**source.backup, "name": "20200101T000000Z"}
    for given, reason in (
        (replace(source, manifest_sha256="0" * 64), f"Expected SHA-256 {'0' * 64} of"),
        (replace(source, backup=other), "Expected the backup '20200101T000000Z' in"),
    ):
        assert reason in server.restore_refused(given, target)
    stage = f"{server.folder}\\data\\restore.partial"
    server.host.put(stage, b"in the way")
    assert stage in server.restore_refused(*server.plan(name))
    assert server.host.read(stage) == b"in the way"
    server.host.call("Remove-WinItem", Path=stage)
    assert server.host.call("Get-WinService", Name=server.service)["ProcessId"] == before
