"""Backing the server of a practice host up, which is the real redis-server."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backup_practice import (
    BACKUPS,
    DATA,
    JOB_PASSWORD,
    JOB_RULES,
    METRICS,
    NAME,
    PASSWORD,
    PROTECTED,
    REHEARSAL_PORT,
    SECRET,
    SETTINGS,
    ask,
    back_up,
    change,
    damage,
    events,
    fill,
    last_run,
    metrics,
    names,
    prepare,
    require_clean,
    stored,
    wait_for,
)
from windows_practice import ADDRESS, CONF, NETWORK_SERVICE_SID, configuration, deploy, grant, install, wait_until

from winlab.twin.errors import TwinError
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

MEBIBYTE = 1024**2


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A host with the stand-in and the job, and without a service."""
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        install(machine, tmp_path)
        prepare(machine)
        yield machine


def start(machine: Machine, *directives: str) -> None:
    """Deploy the server and start it."""
    deploy(machine, PROTECTED, *directives)
    grant(machine, CONF.rpartition("\\")[0], NETWORK_SERVICE_SID)
    machine.services.start("Memurai")
    wait_until(lambda: ask("PING") == "PONG")


@pytest.fixture
def running(machine: Machine) -> Machine:
    """A host whose server runs and knows the job's user with the fewest rights."""
    start(machine, JOB_RULES)
    return machine


def slow_snapshots() -> None:
    """Have each key of a snapshot take long, so that something can happen meanwhile."""
    assert ask("CONFIG", "SET", "rdb-key-save-delay", "20000") == "OK"


def in_background(machine: Machine) -> tuple[threading.Thread, list[dict[str, Any]]]:
    """Start a run of the job and wait until its snapshot is being written."""
    results: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: results.append(back_up(machine)), daemon=True)
    thread.start()
    wait_for("rdb_bgsave_in_progress:1")
    return thread, results


def require_failed(machine: Machine, result: dict[str, Any], *words: str) -> None:
    """Require that a run failed, said why everywhere, and left nothing under a final name."""
    assert (result["ExitCode"], result["Backup"]) == (1, None)
    assert all(word in result["Text"] for word in words), result["Text"]
    assert result["Problems"]
    assert events(machine)[-1] == 1001
    assert metrics(machine)["memurai_backup_last_exit_code"] == 1


# What a run leaves


def test_a_backup_is_whole_described_and_proven(running: Machine) -> None:
    fill(50)
    ask("SET", "other", "1", database=3)
    result = back_up(running)
    (name,) = names(running)
    assert NAME.fullmatch(name)
    assert (result["ExitCode"], result["Backup"], result["Problems"]) == (0, name, [])
    assert "51 keys" in result["Text"]
    folder = f"{BACKUPS}\\{name}"
    assert running.files.names(folder) == ["dump.rdb", "manifest.json", "manifest.sha256", "rehearsal.json"]
    manifest = json.loads(running.files.read_bytes(f"{folder}\\manifest.json"))
    content = running.files.read_bytes(f"{folder}\\dump.rdb")
    assert manifest["Files"] == [
        {"Path": "dump.rdb", "SizeBytes": len(content), "Sha256": hashlib.sha256(content).hexdigest()}
    ]
    found = tuple(manifest[key] for key in ("Name", "Host", "Service", "Role", "ServerVersion", "Keys"))
    assert found == (name, "WEB1", "Memurai", "master", "7.0.15", 51)
    assert manifest["TakenUtc"].replace("-", "").replace(":", "").startswith(name.removesuffix("Z"))
    assert manifest["DurationSeconds"] > 0
    assert [entry["Rehearsal"] for entry in stored(running)["Backups"]] == ["passed"]
    require_clean(running)


def test_a_run_tells_people_and_monitoring(running: Machine) -> None:
    fill(5)
    back_up(running)
    assert events(running) == [1000, 1010]
    record = last_run(running)
    assert (record["ExitCode"], record["Backup"], record["Problems"], record["CopyOk"]) == (
        0,
        *names(running),
        [],
        None,
    )
    assert record["StartedUtc"] <= record["EndedUtc"]
    found = metrics(running)
    assert found["memurai_backup_keys"] == 5
    assert found["memurai_backup_good_backups"] == found["memurai_rehearsal_last_ok"] == 1
    assert found["memurai_backup_last_exit_code"] == found["memurai_backup_unproven"] == 0
    assert found["memurai_backup_last_success_timestamp_seconds"] <= found["memurai_backup_last_run_timestamp_seconds"]
    assert "memurai_backup_copy_ok" not in found
    text = running.files.read_bytes(f"{METRICS}\\memurai-backup-Memurai.prom").decode()
    assert all(f"# HELP {name} " in text and f"# TYPE {name} gauge" in text for name in found)


def test_the_job_does_nothing_that_its_user_may_not(running: Machine) -> None:
    assert back_up(running)["ExitCode"] == 0
    assert ask("ACL", "LOG") == ""


def test_keys_whose_lifetime_ends_are_no_failure(machine: Machine) -> None:
    start(machine, JOB_RULES, "enable-debug-command yes")
    # Without this the server would remove them before the snapshot.
    assert ask("DEBUG", "SET-ACTIVE-EXPIRE", "0") == "OK"
    fill(20)
    for number in range(10):
        ask("SET", f"dead{number}", "1", "PX", "1")
        ask("SET", f"mortal{number}", "1", "PX", "1300")
    result = back_up(machine)
    assert (result["ExitCode"], result["Problems"]) == (0, [])
    assert stored(machine)["Backups"][0]["Keys"] == 40


def test_without_a_folder_for_metrics_none_are_written(running: Machine) -> None:
    running.files.remove(METRICS, recurse=True)
    assert back_up(running)["ExitCode"] == 0
    change(running, MetricsFolder=None)
    assert back_up(running)["ExitCode"] == 0
    assert running.files.kind(METRICS) == "Absent"


def test_without_a_secret_the_default_user_is_asked(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    machine.files.remove(SECRET)
    change(machine, User="")
    assert back_up(machine)["ExitCode"] == 0


# The append-only file


BASE = f"{DATA}\\appendonlydir\\appendonly.aof"


def test_the_append_only_file_is_copied(machine: Machine) -> None:
    start(machine, JOB_RULES, "appendonly yes")
    change(machine, IncludeAppendOnly=True)
    fill(30)
    # A server that was killed in a rewrite leaves such a file.
    machine.files.write_bytes(f"{DATA}\\appendonlydir\\temp-appendonly.aof.manifest", b"file no")
    result = back_up(machine)
    assert (result["ExitCode"], result["Problems"]) == (0, [])
    (name,) = names(machine)
    copied = machine.files.names(f"{BACKUPS}\\{name}\\appendonlydir")
    assert copied == ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"]
    manifest = json.loads(machine.files.read_bytes(f"{BACKUPS}\\{name}\\manifest.json"))
    assert [file["Path"] for file in manifest["Files"]] == ["dump.rdb", *(f"appendonlydir\\{item}" for item in copied)]
    assert [entry["HasAppendOnly"] for entry in stored(machine)["Backups"]] == [True]
    assert ask("ACL", "LOG") == ""


def test_an_append_only_file_that_is_rewritten_meanwhile_is_copied_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(machine, JOB_RULES, "appendonly yes")
    change(machine, IncludeAppendOnly=True)
    fill(30)
    copied: list[str] = []
    copy = machine.files.copy_file

    def rewriting(path: str, destination: str) -> None:
        copy(path, destination)
        if path.endswith(".manifest"):
            copied.append(path)
            if len(copied) == 1:
                ask("BGREWRITEAOF")
                wait_until(lambda: machine.files.kind(f"{BASE}.2.base.rdb") == "File")

    monkeypatch.setattr(machine.files, "copy_file", rewriting)
    result = back_up(machine)
    assert (result["ExitCode"], result["Problems"]) == (0, [])
    (name,) = names(machine)
    assert "appendonly.aof.2.base.rdb" in machine.files.names(f"{BACKUPS}\\{name}\\appendonlydir")
    assert len(copied) == 2


def test_a_server_without_an_append_only_file_has_none_to_copy(machine: Machine) -> None:
    start(machine, JOB_RULES)
    change(machine, IncludeAppendOnly=True)
    require_failed(machine, back_up(machine), "aof_enabled:0")
    assert names(machine) == []


# What goes wrong


def test_a_server_that_is_killed_meanwhile(running: Machine) -> None:
    fill(200)
    slow_snapshots()
    thread, results = in_background(running)
    process = running.services.get("Memurai").process
    assert process is not None
    process.kill()
    thread.join(60)
    require_failed(running, results[0], "Expected INFO from")
    assert names(running) == []
    assert last_run(running)["ExitCode"] == 1
    require_clean(running)
    wait_until(lambda: running.services.get("Memurai").state == "Stopped")
    running.services.start("Memurai")
    wait_until(lambda: ask("PING") == "PONG")
    assert (back_up(running)["ExitCode"], len(names(running))) == (0, 1)
    assert metrics(running)["memurai_backup_last_exit_code"] == 0


def test_a_server_that_cannot_write_its_snapshot(running: Machine) -> None:
    # A folder in the way of the server's own rename.
    running.files.local_path(f"{DATA}\\dump.rdb").mkdir()
    require_failed(running, back_up(running), "rdb_last_bgsave_status:err")
    assert names(running) == []


def test_a_server_that_writes_elsewhere(machine: Machine) -> None:
    start(machine, JOB_RULES, "dbfilename other.rdb")
    machine.files.write_bytes(f"{DATA}\\dump.rdb", b"old")
    os.utime(machine.files.local_path(f"{DATA}\\dump.rdb"), (0, 0))
    require_failed(machine, back_up(machine), "found one of 1970-01-01", "Does the server write elsewhere?")
    assert names(machine) == []


def test_too_little_room_is_found_before_anything_is_written(running: Machine) -> None:
    fill(100, 1000)
    ask("SAVE")
    present = running.files.size(f"{DATA}\\dump.rdb")
    saves = [line for line in ask("INFO").splitlines() if line.startswith("rdb_saves:")]
    capacity = running.files.capacity_bytes
    running.files.capacity_bytes = running.files.used_bytes + 2 * present - 1000
    require_failed(running, back_up(running), "bytes free for", "Nothing was written")
    assert saves == [line for line in ask("INFO").splitlines() if line.startswith("rdb_saves:")]
    running.files.capacity_bytes = capacity
    assert back_up(running)["ExitCode"] == 0


def test_a_disk_that_is_full_in_the_middle(running: Machine) -> None:
    ask("SAVE")
    ask("CONFIG", "SET", "rdbcompression", "no")
    fill(3, MEBIBYTE)
    capacity = running.files.capacity_bytes
    # Enough for the snapshot of the server, not for its copy.
    running.files.capacity_bytes = running.files.used_bytes + 4 * MEBIBYTE
    require_failed(running, back_up(running), "not enough space on the disk")
    assert names(running) == []
    require_clean(running)
    running.files.capacity_bytes = capacity
    assert (back_up(running)["ExitCode"], len(names(running))) == (0, 1)


def test_a_folder_without_access(running: Machine) -> None:
    running.security.set(BACKUPS, owner="S-1-5-32-544", inheritance_enabled=False, entries=[])
    require_failed(running, back_up(running), f"Access to the path '{BACKUPS}' is denied.")
    assert "memurai_backup_good_backups" not in metrics(running)
    grant(running, BACKUPS)
    assert names(running) == []
    assert back_up(running)["ExitCode"] == 0
    assert metrics(running)["memurai_backup_good_backups"] == 1


def test_a_folder_that_is_gone(running: Machine) -> None:
    running.files.remove(BACKUPS, recurse=True)
    require_failed(running, back_up(running), f"Expected the folder '{BACKUPS}' for backups, found none.")


def test_two_never_run_at_once(running: Machine) -> None:
    fill(100)
    slow_snapshots()
    thread, results = in_background(running)
    second = back_up(running)
    assert (second["ExitCode"], second["Backup"]) == (3, None)
    assert "Another run holds the lock" in second["Text"]
    # The result is that of the run which goes on.
    assert (events(running), running.files.kind(f"{BACKUPS}\\last-run.json")) == ([1003], "Absent")
    thread.join(60)
    assert results[0]["ExitCode"] == 0
    assert names(running) == [results[0]["Backup"]]
    assert (last_run(running)["ExitCode"], metrics(running)["memurai_backup_last_exit_code"]) == (0, 0)
    assert back_up(running)["ExitCode"] == 0


def test_the_snapshot_of_somebody_else_is_waited_for(running: Machine) -> None:
    fill(40)
    slow_snapshots()
    ask("BGSAVE")
    wait_for("rdb_bgsave_in_progress:1")
    ask("SET", "late", "1")
    ask("CONFIG", "SET", "rdb-key-save-delay", "0")
    assert back_up(running)["ExitCode"] == 0
    assert stored(running)["Backups"][0]["Keys"] == 41


def test_what_a_broken_run_left_is_removed(running: Machine) -> None:
    partial, scratch = f"{BACKUPS}\\20200101T000000Z.partial", f"{BACKUPS}\\rehearsal.partial"
    for folder in (partial, scratch):
        running.files.make_directory(folder)
    running.files.write_bytes(f"{partial}\\dump.rdb", b"half")
    running.files.write_bytes(
        f"{scratch}\\left.conf",
        f'bind {ADDRESS}\nport {REHEARSAL_PORT}\ndir "{scratch.replace(chr(92), "/")}"\nsave ""\n'.encode(),
    )
    program = running.files.local_path("C:/Program Files/Memurai/memurai.exe")
    links = ["C:\\Program Files\\Memurai", scratch]
    running.processes.start(program, [f"{scratch}\\left.conf"], running.root / "output" / "left.txt", links)
    wait_until(lambda: running.network.listeners(REHEARSAL_PORT))
    assert back_up(running)["ExitCode"] == 0
    require_clean(running)


def test_a_snapshot_that_the_check_refuses_gets_no_final_name(running: Machine) -> None:
    back_up(running)
    tool = running.files.local_path("C:/Program Files/Memurai/memurai-check-rdb.exe")
    former = tool.read_bytes()
    tool.write_bytes(b"#!/bin/sh\necho '--- RDB ERROR DETECTED ---'\nexit 1\n")
    result = back_up(running)
    require_failed(running, result, "Expected memurai-check-rdb.exe to accept", "exit code 1", "RDB ERROR")
    assert len(names(running)) == 1
    require_clean(running)
    tool.write_bytes(former)
    assert back_up(running)["ExitCode"] == 0


def test_a_record_that_cannot_be_written_is_a_failure(running: Machine) -> None:
    running.files.make_directory(f"{BACKUPS}\\last-run.json")
    result = back_up(running)
    assert result["ExitCode"] == 1
    assert result["Backup"] == names(running)[0]
    assert "The run could not be recorded" in result["Text"]
    assert events(running) == [1000, 1010, 1001]


def test_an_old_backup_that_is_damaged_is_told(running: Machine) -> None:
    back_up(running)
    (first,) = names(running)
    damage(running, f"{BACKUPS}\\{first}\\manifest.json", 20)
    result = back_up(running)
    assert result["ExitCode"] == 0
    assert first in result["Problems"][0]
    found = stored(running)
    assert [entry["Name"] for entry in found["Backups"]] == [names(running)[0]]
    assert found["Problems"] == result["Problems"]
    assert metrics(running)["memurai_backup_good_backups"] == 1


# The second place


def test_a_copy_in_a_second_place(running: Machine) -> None:
    change(running, CopyTo="C:/Copies/web1")
    assert back_up(running)["ExitCode"] == 0
    (name,) = names(running)
    assert running.files.names("C:\\Copies\\web1") == [name]
    for file in ("dump.rdb", "manifest.json", "manifest.sha256"):
        assert running.files.sha256(f"C:\\Copies\\web1\\{name}\\{file}") == running.files.sha256(
            f"{BACKUPS}\\{name}\\{file}"
        )
    assert (metrics(running)["memurai_backup_copy_ok"], last_run(running)["CopyOk"]) == (1, True)


def test_copies_that_were_ended_half_way_go_when_they_are_a_day_old(running: Machine) -> None:
    for name in ("20200101T000000Z.partial", "20200102T000000Z.partial", "notes.partial"):
        running.files.make_directory(f"C:\\Copies\\web1\\{name}")
    old = time.time() - 2 * 86400
    for name in ("20200101T000000Z.partial", "notes.partial"):
        os.utime(running.files.local_path(f"C:\\Copies\\web1\\{name}"), (old, old))
    change(running, CopyTo="C:/Copies/web1")
    assert back_up(running)["ExitCode"] == 0
    left = [name for name in running.files.names("C:\\Copies\\web1") if name.endswith(".partial")]
    assert left == ["20200102T000000Z.partial", "notes.partial"]


def test_a_copy_that_fails_does_not_hide_the_backup(running: Machine) -> None:
    change(running, CopyTo="//backup.example/share/web1")
    result = back_up(running)
    assert (result["ExitCode"], result["Backup"]) == (2, names(running)[0])
    assert "The copy of" in result["Text"]
    assert "The backup itself is in" in result["Text"]
    assert events(running) == [1000, 1002, 1010]
    found = metrics(running)
    assert (found["memurai_backup_copy_ok"], found["memurai_backup_last_exit_code"]) == (0, 2)
    assert found["memurai_backup_good_backups"] == 1
    assert last_run(running)["CopyOk"] is False


def test_the_worst_failure_is_the_exit_code(running: Machine) -> None:
    change(running, CopyTo="//backup.example/share/web1", ProgramPath="C:\\none.exe")
    result = back_up(running)
    assert (result["ExitCode"], len(result["Problems"])) == (4, 2)
    assert events(running) == [1000, 1002, 1011]


# The rehearsal


def test_a_weekly_rehearsal(running: Machine) -> None:
    change(running, Rehearse="weekly")
    assert "passed" in back_up(running)["Text"]
    assert "rehearsal" not in back_up(running)["Text"]
    assert [entry["Rehearsal"] for entry in stored(running)["Backups"]] == ["none", "passed"]
    assert metrics(running)["memurai_backup_unproven"] == 1
    first = names(running)[1]
    path = f"{BACKUPS}\\{first}\\rehearsal.json"
    record = json.loads(running.files.read_bytes(path)) | {"RehearsedUtc": "2020-01-01T00:00:00.0000000Z"}
    running.files.write_bytes(path, json.dumps(record).encode())
    assert "passed" in back_up(running)["Text"]
    assert metrics(running)["memurai_backup_unproven"] == 0


def test_a_rehearsal_that_cannot_be_made_proves_nothing(running: Machine) -> None:
    change(running, RehearsalPort=6379)
    result = back_up(running)
    assert result["ExitCode"] == 4
    assert "Expected the port 6379 to be free for the trial" in result["Text"]
    assert [entry["Rehearsal"] for entry in stored(running)["Backups"]] == ["none"]
    assert events(running) == [1000, 1011]
    found = metrics(running)
    assert (found["memurai_backup_unproven"], found["memurai_backup_last_exit_code"]) == (1, 4)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("no memory", "none"),
        ("Short read or OOM loading DB: internal error in RDB reading", "none"),
        ("Wrong RDB checksum", "failed"),
    ],
)
def test_a_backup_has_failed_when_its_data_does_not_load(running: Machine, said: str, state: str) -> None:
    path = running.files.local_path("C:/Program Files/Memurai/memurai.exe")
    former = path.read_bytes()
    path.write_bytes(f"#!/bin/sh\necho '{said}'\nexit 3\n".encode())
    result = back_up(running)
    path.write_bytes(former)
    assert result["ExitCode"] == 4
    assert f"ended with exit code 3: {said}" in result["Text"]
    assert [entry["Rehearsal"] for entry in stored(running)["Backups"]] == [state]
    # What was not tried is not bad; whether anybody tries is another metric.
    found = metrics(running)
    good = 0 if state == "failed" else 1
    assert (found.get("memurai_rehearsal_last_ok", 0), found["memurai_backup_good_backups"]) == (0, good)
    require_clean(running)
    assert back_up(running)["ExitCode"] == 0
    assert metrics(running)["memurai_rehearsal_last_ok"] == 1


# The settings


def test_settings_that_are_missing_are_refused(machine: Machine) -> None:
    machine.files.write_bytes(SETTINGS, b"{")
    with pytest.raises(TwinError, match="Expected a JSON object in"):
        back_up(machine)
    machine.files.remove(SETTINGS)
    with pytest.raises(TwinError, match="found no such file"):
        back_up(machine)
    machine.files.write_bytes(SETTINGS, b'{"Port": 6379}')
    with pytest.raises(TwinError, match="found no CliPath, CheckPath,"):
        back_up(machine)


def test_a_wrong_password_is_told(running: Machine) -> None:
    running.files.write_bytes(SECRET, b"canary-wrong")
    require_failed(running, back_up(running), "Expected INFO from", "does it know the backup's user")
    assert all(word not in str(running.events.find()) for word in (JOB_PASSWORD, PASSWORD, "canary"))
    assert configuration(PROTECTED, JOB_RULES) in running.files.read_bytes(CONF).decode()
