"""Backups: taking, listing, rehearsing and restoring them, and what of it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backup_times import in_days, name_of, retaken
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost
from test_behaviour_server import CLI, PASSWORD, install

CHECK = f"{MEMURAI_FOLDER}\\memurai-check-rdb.exe"
PROGRAM = f"{MEMURAI_FOLDER}\\memurai.exe"
JOB_PASSWORD = "Backup-7391"
SOURCE = "MemuraiProduction"
KEYS = 25
UNTOUCHED = "Nothing was changed."


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
        return str(self.host.call("Invoke-MemuraiCommand", **self.target, Arguments=list(arguments))["Output"])

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
            "ConfigurationPath": f"{self.folder}\\server.conf",
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

    def restore(self, name: str, **more: Any) -> dict[str, Any]:
        manifest = f"{self.backups}\\{name}\\manifest.json"
        return {
            **self.target,
            "BackupFolder": self.backups,
            "Name": name,
            "Sha256": self.host.call("Get-WinItem", Path=manifest, IncludeHash=True)["Sha256"],
            "CheckPath": CHECK,
            "ServiceName": self.service,
            "ConfigurationPath": f"{self.folder}\\server.conf",
            "DataFolder": f"{self.folder}\\data",
            "SnapshotName": "dump.rdb",
            "AppendOnlyFolder": "appendonlydir",
            "AsideFolder": f"{self.folder}\\{self.host.new_name()}",
            "AppendOnly": True,
            **more,
        }

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
        f"user backup on >{JOB_PASSWORD} resetkeys resetchannels -@all +info +bgsave +config|set +command|docs",
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
    host.call("Wait-MemuraiServer", **found.target)
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
    parameters = {**server.restore(name), "BackupFolder": folder, "Name": made["Backup"]}
    assert "There is no whole one." in server.host.refusal("Restore-MemuraiBackup", **parameters)


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


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"Port": "x"}, "Expected Port in"), ({"Rehearse": "daily"}, "Expected Rehearse to be"), ({"X": 1}, "found X.")],
)
def test_settings_that_are_none_are_refused(server: Server, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(reason)):
        server.back_up(**settings)


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
    parameters = server.restore(name)
    content = server.damage(path)
    try:
        answer = server.host.call("Test-MemuraiBackup", **server.rehearsal(name))
        refusal = server.host.refusal("Restore-MemuraiBackup", **parameters)
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
        ({"ScratchFolder": server.folder}, "Expected an empty or missing folder"),
        ({"Name": "20200101T000000Z"}, "Expected the backup '20200101T000000Z' in"),
        ({"Name": "..\\x"}, "'Name'"),
    ):
        assert reason in server.host.refusal("Test-MemuraiBackup", **{**server.rehearsal(name), **parameters})


def test_a_backup_is_restored_and_survives_a_restart(server: Server, name: str) -> None:
    server.ask("FLUSHALL")
    server.ask("SET", "present", "1")
    parameters = server.restore(name)
    answer = server.host.call("Restore-MemuraiBackup", **parameters)
    assert (answer["Name"], answer["Keys"], answer["ExpectedKeys"]) == (name, KEYS, KEYS)
    assert answer["AsideFolder"] == parameters["AsideFolder"]
    assert server.host.kind(f"{answer['AsideFolder']}\\appendonlydir") == "Directory"
    assert server.ask("DBSIZE") == str(KEYS)
    server.host.call("Restart-WinService", Name=server.service)
    server.host.call("Wait-MemuraiServer", **server.target)
    assert server.ask("DBSIZE") == str(KEYS)


def test_data_that_is_not_loaded_as_expected_is_taken_back(server: Server, name: str) -> None:
    server.ask("SET", "present", "1")
    # It writes an append-only file all the same, and says so.
    refusal = server.host.refusal("Restore-MemuraiBackup", **server.restore(name, AppendOnly=False, TimeoutSeconds=5))
    assert "expected aof_enabled:0, found aof_enabled:1" in refusal
    assert "The former data is in its place again, and its server answers. What did not load is in" in refusal
    assert server.ask("GET", "present") == "1"
    server.ask("DEL", "present")
    assert server.ask("DBSIZE") == str(KEYS)


def test_a_restore_after_an_interrupted_one_starts_nothing_that_has_no_data(server: Server, name: str) -> None:
    host, stage = server.host, f"{server.folder}\\data\\restore.partial"
    host.call("Set-WinService", Name=server.service, StartType="Disabled")
    host.call("Stop-WinService", Name=server.service)
    host.call("New-WinDirectory", Path=stage)
    for given, reason in (
        # A folder is where the snapshot is to be copied to.
        ({"AppendOnlyFolder": "dump.rdb"}, "dump.rdb"),
        ({"AppendOnly": False, "TimeoutSeconds": 5}, f"The service '{server.service}' stays Disabled: an earlier"),
    ):
        assert reason in host.refusal("Restore-MemuraiBackup", **server.restore(name, **given))
        service = host.call("Get-WinService", Name=server.service)
        assert (service["StartType"], service["State"], host.kind(stage)) == ("Disabled", "Stopped", "Directory")
    assert host.call("Restore-MemuraiBackup", **server.restore(name, StartType="Manual"))["Keys"] == KEYS
    assert host.call("Get-WinService", Name=server.service)["StartType"] == "Manual"
    assert (server.ask("DBSIZE"), host.kind(stage)) == (str(KEYS), "Absent")


def test_what_is_refused_before_anything_is_touched(server: Server, name: str) -> None:
    before = server.host.call("Get-WinService", Name=server.service)["ProcessId"]
    for parameters, reason in (
        ({"Sha256": "0" * 64}, f"Expected SHA-256 {'0' * 64} of"),
        ({"AsideFolder": server.folder}, "Expected an empty or missing folder"),
        ({"ServiceName": server.host.new_name()}, "found none of that name"),
        ({"Name": "20200101T000000Z"}, "Expected the backup '20200101T000000Z' in"),
    ):
        assert reason in server.host.refusal("Restore-MemuraiBackup", **{**server.restore(name), **parameters})
    assert server.host.call("Get-WinService", Name=server.service)["ProcessId"] == before
