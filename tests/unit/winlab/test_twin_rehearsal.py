"""Rehearsing backups of a practice host: whole ones load, damaged ones are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from backup_practice import (
    BACKUPS,
    JOB_RULES,
    PROTECTED,
    REHEARSAL_PORT,
    SCRATCH,
    ask,
    back_up,
    change,
    check_refused,
    damage,
    fill,
    names,
    prepare,
    rehearse,
    require_clean,
    stored,
)
from windows_practice import ADDRESS, CONF, NETWORK_SERVICE_SID, deploy, grant, install, wait_until

from winlab.twin.errors import BindingError, TwinError
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

KEYS = 30


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A host with two backups, the newer one with an append-only file."""
    folder = tmp_path_factory.mktemp("rehearsal")
    with Machine("web1", ADDRESS, folder / "host", launch) as machine:
        install(machine, folder)
        deploy(machine, PROTECTED, JOB_RULES, "appendonly yes", "databases 64")
        grant(machine, CONF.rpartition("\\")[0], NETWORK_SERVICE_SID)
        machine.services.start("Memurai")
        wait_until(lambda: ask("PING") == "PONG")
        fill(KEYS)
        prepare(machine)
        assert back_up(machine)["ExitCode"] == 0
        ask("SET", "last", "1", database=60)
        change(machine, IncludeAppendOnly=True)
        assert back_up(machine)["ExitCode"] == 0
        yield machine


@pytest.fixture
def name(host: Machine) -> Iterator[str]:
    """The newest backup, which is as it was afterwards."""
    folder = host.files.local_path(f"{BACKUPS}\\{names(host)[0]}")
    content = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield folder.name
    for path in folder.rglob("*"):
        if path.is_file() and path not in content:
            path.unlink()
    for path, data in content.items():
        path.write_bytes(data)


def refused(machine: Machine, name: str, **parameters: Any) -> str:
    """Return why a rehearsal failed; that is written down, and nothing of it is left."""
    result = rehearse(machine, name, **parameters)
    assert (result["Name"], result["Ok"]) == (name, False)
    record = json.loads(machine.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json"))
    assert (record["Ok"], record["Reason"]) == (False, result["Reason"])
    require_clean(machine)
    return str(result["Reason"])


def sign(machine: Machine, name: str, manifest: dict[str, Any]) -> None:
    """Put another manifest into a backup, with the SHA-256 of its own."""
    text = json.dumps(manifest).encode()
    machine.files.write_bytes(f"{BACKUPS}\\{name}\\manifest.json", text)
    machine.files.write_bytes(f"{BACKUPS}\\{name}\\manifest.sha256", sha256(text).hexdigest().encode())


def read_manifest(machine: Machine, name: str) -> dict[str, Any]:
    """Return the manifest of a backup."""
    manifest: dict[str, Any] = json.loads(machine.files.read_bytes(f"{BACKUPS}\\{name}\\manifest.json"))
    return manifest


def test_a_whole_backup_loads(host: Machine, name: str) -> None:
    result = rehearse(host, name)
    assert (result["Ok"], result["Reason"]) == (True, None)
    assert result["Keys"] == result["ExpectedKeys"] == KEYS + 1
    assert result["DurationMilliseconds"] > 0
    record = json.loads(host.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json"))
    assert (record["Ok"], record["Keys"], record["Reason"]) == (True, KEYS + 1, None)
    assert stored(host)["Backups"][0]["RehearsedUtc"] == record["RehearsedUtc"]
    require_clean(host)


@pytest.mark.parametrize(
    ("file", "offset"),
    [
        ("dump.rdb", 0),
        ("dump.rdb", 150),
        ("dump.rdb", -1),
        ("appendonlydir\\appendonly.aof.1.base.rdb", 20),
        ("appendonlydir\\appendonly.aof.1.incr.aof", 30),
        ("appendonlydir\\appendonly.aof.manifest", 3),
        ("manifest.json", 0),
        ("manifest.json", 40),
        ("manifest.sha256", 10),
    ],
)
def test_one_damaged_byte_is_refused_by_name(host: Machine, name: str, file: str, offset: int) -> None:
    damage(host, f"{BACKUPS}\\{name}\\{file}", offset)
    reason = refused(host, name)
    assert f"{BACKUPS}\\{name}\\{'manifest.json' if file.startswith('manifest') else file}" in reason
    refusal = check_refused(host, name)
    assert f"Expected the backup {name} to be whole, found:" in refusal
    assert f"The newest whole one is {names(host)[1]}." in refusal
    assert ask("DBSIZE") == str(KEYS)


@pytest.mark.parametrize("file", ["dump.rdb", "manifest.json", "manifest.sha256"])
def test_a_file_that_is_missing_is_refused(host: Machine, name: str, file: str) -> None:
    host.files.remove(f"{BACKUPS}\\{name}\\{file}")
    assert f"'{BACKUPS}\\{name}\\{file}'" in refused(host, name)


def test_damage_that_is_signed_is_found_by_the_check_tool(host: Machine, name: str) -> None:
    path = f"{BACKUPS}\\{name}\\dump.rdb"
    damage(host, path, 150)
    manifest = read_manifest(host, name)
    manifest["Files"][0]["Sha256"] = host.files.sha256(path)
    sign(host, name, manifest)
    assert f"Expected memurai-check-rdb.exe to accept '{path}', found exit code 1" in refused(host, name)


def test_a_damaged_append_only_file_that_is_signed_is_found_by_its_check_tool(host: Machine, name: str) -> None:
    manifest = read_manifest(host, name)
    (entry,) = (file for file in manifest["Files"] if file["Path"].endswith(".incr.aof"))
    damage(host, f"{BACKUPS}\\{name}\\{entry['Path']}", 0)
    entry["Sha256"] = host.files.sha256(f"{BACKUPS}\\{name}\\{entry['Path']}")
    sign(host, name, manifest)
    assert "Expected memurai-check-aof.exe to accept" in refused(host, name)


def test_a_wrong_number_of_keys_is_refused(host: Machine, name: str) -> None:
    sign(host, name, read_manifest(host, name) | {"Keys": KEYS + 2})
    path = f"{BACKUPS}\\{name}\\dump.rdb"
    expected = f"Expected {KEYS + 2} keys in the snapshot '{path}' as the manifest says, found {KEYS + 1}."
    assert expected in refused(host, name)


@pytest.mark.parametrize("path", ["..\\x", "C:\\x", "a\\b\\c", "\\x"])
def test_a_manifest_names_only_files_of_its_backup(host: Machine, name: str, path: str) -> None:
    manifest = read_manifest(host, name)
    manifest["Files"].append({"Path": path, "SizeBytes": 1, "Sha256": "0"})
    sign(host, name, manifest)
    assert f"Expected the manifest of the backup {name}" in refused(host, name)


def test_the_manifest_of_another_backup_is_refused(host: Machine, name: str) -> None:
    sign(host, name, read_manifest(host, names(host)[1]))
    assert f"Expected the manifest of the backup {name}" in refused(host, name)


def test_a_server_that_does_not_come_up_in_time_says_nothing_about_a_backup(host: Machine, name: str) -> None:
    program = host.files.local_path("C:/Program Files/Memurai/memurai.exe")
    former = program.read_bytes()
    program.unlink()
    program.write_bytes(b"#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    before = host.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json")
    try:
        with pytest.raises(TwinError, match="found that it did not answer PONG within 1 s, but:"):
            rehearse(host, name, TimeoutSeconds=1)
        assert host.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json") == before
        require_clean(host)
    finally:
        program.unlink()
        program.write_bytes(former)
        program.chmod(0o755)


def test_what_says_nothing_about_a_backup_is_no_verdict(host: Machine, name: str) -> None:
    before = host.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"RehearsalPort": 6379}, "Expected the port 6379 to be free"),
        ({"ProgramPath": "C:\\none.exe"}, "Expected the program 'C:\\none.exe'"),
        ({"CheckPath": "C:\\none.exe"}, "Expected the program 'C:\\none.exe'"),
        ({"CliPath": "C:\\none.exe"}, "Expected the program 'C:\\none.exe'"),
        ({"ScratchFolder": BACKUPS}, "Expected an empty or missing folder"),
        ({"Name": "20200101T000000Z"}, "Expected the backup '20200101T000000Z' in"),
    ]
    for parameters, found in cases:
        with pytest.raises(TwinError) as error:
            rehearse(host, name, **parameters)
        assert found in str(error.value)
    capacity = host.files.capacity_bytes
    host.files.capacity_bytes = host.files.used_bytes
    with pytest.raises(TwinError, match="The snapshot is copied there; make room"):
        rehearse(host, name)
    host.files.capacity_bytes = capacity
    assert host.files.read_bytes(f"{BACKUPS}\\{name}\\rehearsal.json") == before


def test_a_name_is_no_path(host: Machine, name: str) -> None:
    with pytest.raises(BindingError, match="does not match"):
        rehearse(host, f"..\\{name}")


def test_a_record_that_cannot_be_read_is_told_and_proves_nothing(host: Machine, name: str) -> None:
    host.files.write_bytes(f"{BACKUPS}\\{name}\\rehearsal.json", b'{"Ok": 1}')
    found = stored(host)
    assert found["Backups"][0]["Rehearsal"] == "none"
    assert f"{name}: Expected Ok, RehearsedUtc, DurationSeconds in" in found["Problems"][0]


def test_the_scratch_server_asks_for_a_password(host: Machine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    start = host.processes.start

    def spy(*arguments: Any) -> Any:
        seen.append(host.files.read_bytes(f"{SCRATCH}\\rehearsal.conf").decode())
        return start(*arguments)

    monkeypatch.setattr(host.processes, "start", spy)
    assert rehearse(host, name)["Ok"]
    (text,) = seen
    assert len(text.split("requirepass ")[1].split()[0]) == 32
    assert f"port {REHEARSAL_PORT}\r\n" in text
