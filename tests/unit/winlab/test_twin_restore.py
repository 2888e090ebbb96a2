"""Giving the server of a practice host the data of a backup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from backup_practice import (
    BACKUPS,
    DATA,
    JOB_RULES,
    PASSWORD,
    PROTECTED,
    ask,
    back_up,
    events,
    fill,
    names,
    prepare,
    restore,
    restore_refused,
)
from windows_practice import ADDRESS, CONF, NETWORK_SERVICE_SID, configuration, deploy, grant, install, wait_until

from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import BackupStore
from winlab.windows.errors import SERVICE_DISABLED, Win32Error
from winlab.windows.machine import Machine

ASIDE = "C:\\ProgramData\\Memurai\\aside"
KEYS = 20


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host") as machine:
        install(machine, tmp_path)
        prepare(machine)
        yield machine


def start(machine: Machine, *directives: str) -> str:
    """Start a server, back it up with KEYS keys in it, give it others, and return the name of the backup."""
    deploy(machine, PROTECTED, JOB_RULES, *directives)
    grant(machine, CONF.rpartition("\\")[0], NETWORK_SERVICE_SID)
    machine.services.start("Memurai")
    wait_until(lambda: ask("PING") == "PONG")
    fill(KEYS)
    assert back_up(machine)["ExitCode"] == 0
    ask("FLUSHALL")
    fill(3, prefix="present")
    return names(machine)[0]


def require_present_data(machine: Machine) -> None:
    """Require that the server runs with the data it had, and that no temporary folder is left."""
    wait_until(lambda: ask("PING") == "PONG")
    assert ask("DBSIZE") == "3"
    assert machine.files.kind(f"{DATA}\\restore.partial") == "Absent"


def test_a_snapshot_is_restored(machine: Machine) -> None:
    name = start(machine)
    result = restore(machine, name)
    assert (result["Name"], result["Keys"], result["ExpectedKeys"]) == (name, KEYS, KEYS)
    assert (result["AsideFolder"], ask("DBSIZE")) == (ASIDE, str(KEYS))
    assert result["ElapsedMilliseconds"] > 0
    assert machine.files.names(ASIDE) == ["dump.rdb"]
    assert events(machine)[-1] == 1030
    sids = {entry.sid for entry in machine.security.descriptor(f"{DATA}\\dump.rdb").entries if entry.inherited}
    assert NETWORK_SERVICE_SID in sids
    assert machine.files.kind(f"{DATA}\\restore.partial") == "Absent"


def test_a_snapshot_becomes_the_base_of_an_append_only_file(machine: Machine) -> None:
    name = start(machine, "appendonly yes", "appendfilename journal.aof")
    before = machine.files.read_bytes(CONF)
    result = restore(machine, name, AppendOnly=True)
    assert (result["Keys"], ask("DBSIZE")) == (KEYS, str(KEYS))
    assert machine.files.read_bytes(CONF) == before
    assert machine.files.names(ASIDE) == ["appendonlydir", "dump.rdb"]
    assert machine.files.names(f"{DATA}\\appendonlydir") == [
        "journal.aof.1.base.rdb",
        "journal.aof.1.incr.aof",
        "journal.aof.manifest",
    ]
    ask("SET", "new", "1")
    machine.services.stop("Memurai")
    machine.services.start("Memurai")
    wait_until(lambda: ask("DBSIZE") == str(KEYS + 1))


def test_a_server_that_is_stopped_and_has_no_data(machine: Machine) -> None:
    name = start(machine)
    machine.services.stop("Memurai")
    machine.files.remove(f"{DATA}\\dump.rdb")
    assert restore(machine, name)["Keys"] == KEYS
    assert machine.files.names(ASIDE) == []


def test_the_present_data_is_saved_right_before_it_goes_aside(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = start(machine)
    copied = machine.files.copy_file

    def copy_while_in_use(source: str, destination: str) -> None:
        copied(source, destination)
        ask("SET", "late", "1")

    monkeypatch.setattr(machine.files, "copy_file", copy_while_in_use)
    restore(machine, name)
    machine.services.stop("Memurai")
    machine.files.remove(f"{DATA}\\dump.rdb")
    machine.files.move(f"{ASIDE}\\dump.rdb", f"{DATA}\\dump.rdb")
    machine.services.start("Memurai")
    wait_until(lambda: ask("DBSIZE") == "4")


def test_a_server_that_cannot_save_is_not_stopped(machine: Machine) -> None:
    name = start(machine)
    process = machine.services.get("Memurai").process_id
    # Nothing can be renamed to what is a folder.
    machine.files.remove(f"{DATA}\\dump.rdb")
    machine.files.make_directory(f"{DATA}\\dump.rdb\\in-the-way")
    assert "Expected OK to SAVE from" in restore_refused(machine, name)
    service = machine.services.get("Memurai")
    assert (service.process_id, service.settings.start_type) == (process, "Manual")
    require_present_data(machine)


class KilledError(BaseException):
    """Stands for the end of the agent's process, or of the power."""


def kill_half_way(machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """End a restore while the present data is aside and the backup not in its place yet."""
    moved = machine.files.move

    def move_until_killed(source: str, destination: str) -> None:
        if destination == f"{DATA}\\dump.rdb":
            raise KilledError
        moved(source, destination)

    with monkeypatch.context() as patched:
        patched.setattr(machine.files, "move", move_until_killed)
        with pytest.raises(KilledError):
            restore(machine, name)
    require_no_start(machine)


def require_no_start(machine: Machine) -> None:
    """Require that the data is aside, that nobody can start the service, and that the next run sees why."""
    assert (machine.files.names(ASIDE), machine.files.kind(f"{DATA}\\dump.rdb")) == (["dump.rdb"], "Absent")
    with pytest.raises(Win32Error) as refused:
        machine.services.start("Memurai")
    assert refused.value.code == SERVICE_DISABLED
    assert machine.services.get("Memurai").state == "Stopped"
    assert machine.files.kind(f"{DATA}\\restore.partial") == "Directory"


def test_a_restore_that_is_killed_half_way_leaves_nothing_that_starts_empty(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = start(machine)
    kill_half_way(machine, monkeypatch, name)
    assert restore(machine, name, AsideFolder=f"{ASIDE}-2", StartType="Manual")["Keys"] == KEYS
    assert machine.services.get("Memurai").settings.start_type == "Manual"
    assert machine.files.kind(f"{DATA}\\restore.partial") == "Absent"
    assert machine.files.names(ASIDE) == ["dump.rdb"]


def test_nor_does_a_restore_after_it_that_does_not_load(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What that one finds in the place of the data is not the server's data."""
    name = start(machine)
    kill_half_way(machine, monkeypatch, name)
    refusal = restore_refused(machine, name, AsideFolder=f"{ASIDE}-2", AppendOnly=True, TimeoutSeconds=2)
    assert "aof_enabled:0" in refusal
    assert "The service 'Memurai' stays Disabled: an earlier restore was interrupted, and what the server" in refusal
    assert machine.files.names(f"{ASIDE}-2-failed") == ["appendonlydir", "dump.rdb"]
    require_no_start(machine)
    assert restore(machine, name, AsideFolder=f"{ASIDE}-3")["Keys"] == KEYS


@pytest.mark.parametrize("error", [TwinError("The disk is full."), KilledError()])
@pytest.mark.parametrize("step", ["make_directory", "copy_file"])
def test_nor_does_a_restore_after_it_that_can_not_copy_the_backup(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: str
) -> None:
    name = start(machine)
    kill_half_way(machine, monkeypatch, name)

    def fail(*_: str) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(machine.files, step, fail)
        with pytest.raises(type(error)):
            restore(machine, name, AsideFolder=f"{ASIDE}-2")
    require_no_start(machine)


def test_a_restore_that_is_killed_before_the_server_stops_is_not_taken_for_one_that_moved_its_data(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = start(machine)

    def be_killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(machine.services, "stop", be_killed)
        with pytest.raises(KilledError):
            restore(machine, name)
    refusal = restore_refused(machine, name, AppendOnly=True, StartType="Manual", TimeoutSeconds=2)
    assert "The former data is in its place again, and its server answers." in refusal
    require_present_data(machine)


def test_a_way_back_that_fails_half_way_leaves_nothing_that_starts_empty(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = start(machine)
    moved = machine.files.move

    def move_only_aside(source: str, destination: str) -> None:
        if destination == f"{DATA}\\dump.rdb":
            raise TwinError("The disk is gone.")
        moved(source, destination)

    monkeypatch.setattr(machine.files, "move", move_only_aside)
    refusal = restore_refused(machine, name)
    assert "The way back failed too: The disk is gone." in refusal
    assert "which is Disabled so that it does not start without its data, up by hand." in refusal
    assert machine.services.get("Memurai").settings.start_type == "Disabled"
    assert machine.files.names(ASIDE) == ["dump.rdb"]


def test_data_that_does_not_load_is_taken_back(machine: Machine) -> None:
    start(machine)
    ask("SET", "elsewhere", "1", database=9)
    assert back_up(machine)["ExitCode"] == 0
    ask("FLUSHALL")
    fill(3, prefix="present")
    text = configuration(PROTECTED, JOB_RULES, "databases 2")
    machine.files.write_bytes(CONF, text.encode())
    refusal = restore_refused(machine, names(machine)[0])
    assert "Expected the service 'Memurai' to be Running" in refusal or "stopped again" in refusal
    assert "The former data is in its place again, and its server answers." in refusal
    assert f"What did not load is in '{ASIDE}-failed'." in refusal
    assert machine.files.names(f"{ASIDE}-failed") == ["dump.rdb"]
    assert machine.files.kind(ASIDE) == "Absent"
    assert machine.services.get("Memurai").settings.start_type == "Manual"
    assert events(machine)[-1] == 1031
    require_present_data(machine)


def test_a_server_that_does_not_write_as_expected_is_taken_back(machine: Machine) -> None:
    name = start(machine)
    refusal = restore_refused(machine, name, AppendOnly=True, TimeoutSeconds=2)
    assert "aof_enabled:0" in refusal
    require_present_data(machine)
    assert machine.files.names(f"{ASIDE}-failed") == ["appendonlydir", "dump.rdb"]


def test_another_number_of_keys_is_taken_back(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = start(machine)
    started = machine.services.start

    def start_smaller(service: str, timeout_seconds: float = 60.0) -> None:
        # The server finds another snapshot than the one that was put there.
        if machine.files.kind(f"{ASIDE}\\dump.rdb") == "File":
            machine.files.copy_file(f"{ASIDE}\\dump.rdb", f"{DATA}\\dump.rdb")
        started(service, timeout_seconds)

    monkeypatch.setattr(machine.services, "start", start_smaller)
    assert f"Expected {KEYS} keys to be loaded, found 3." in restore_refused(machine, name)
    require_present_data(machine)


def test_a_way_back_that_fails_says_where_the_data_is(machine: Machine) -> None:
    name = start(machine)
    program = machine.files.local_path("C:/Program Files/Memurai/memurai.exe")
    # The process that runs keeps its own copy.
    content = program.read_bytes()
    program.unlink()
    program.write_bytes(b"#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    refusal = restore_refused(machine, name)
    assert "The way back failed too:" in refusal
    assert f"The former data is in '{ASIDE}' or still in '{DATA}'." in refusal
    assert machine.services.get("Memurai").settings.start_type == "Manual"
    program.unlink()
    program.write_bytes(content)
    program.chmod(0o755)
    machine.services.start("Memurai")
    require_present_data(machine)


def test_what_is_refused_before_anything_is_touched(machine: Machine) -> None:
    name = start(machine)
    process = machine.services.get("Memurai").process_id
    machine.files.make_directory("C:\\full")
    machine.files.write_bytes("C:\\full\\x", b"x")
    cases: list[tuple[dict[str, object], str]] = [
        ({"Sha256": "0" * 64}, f"Expected SHA-256 {'0' * 64} of"),
        ({"AsideFolder": "C:\\full"}, "Expected an empty or missing folder at 'C:\\full'"),
        ({"ServiceName": "None"}, "Expected the service 'None', found none"),
        ({"Name": "20200101T000000Z", "Sha256": "0" * 64}, "found none of that name"),
    ]
    for parameters, found in cases:
        assert found in restore_refused(machine, name, **parameters)
    capacity = machine.files.capacity_bytes
    machine.files.capacity_bytes = machine.files.used_bytes
    assert "Nothing was changed; make room." in restore_refused(machine, name)
    machine.files.capacity_bytes = capacity
    assert machine.services.get("Memurai").process_id == process
    require_present_data(machine)
    assert PASSWORD not in str(machine.events.find())


def test_no_backup_is_taken_meanwhile(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = start(machine)
    stop, codes = machine.services.stop, []

    def back_up_then_stop(service: str, timeout_seconds: float = 60.0) -> None:
        codes.append(back_up(machine)["ExitCode"])
        stop(service, timeout_seconds)

    monkeypatch.setattr(machine.services, "stop", back_up_then_stop)
    assert (restore(machine, name)["Keys"], codes) == (KEYS, [3])
    with BackupStore(machine, BACKUPS).locked():
        refusal = restore_refused(machine, name, AsideFolder=f"{ASIDE}-2")
    assert "Another run holds the lock" in refusal


def test_a_replica_is_refused(machine: Machine) -> None:
    name = start(machine)
    text = configuration(PROTECTED, JOB_RULES, f"replicaof {ADDRESS} 6380")
    machine.files.write_bytes(CONF, text.encode())
    assert "Expected a primary, found replicaof in" in restore_refused(machine, name)
    require_present_data(machine)


def test_without_a_whole_backup_none_is_named(machine: Machine) -> None:
    name = start(machine)
    machine.files.remove(f"{BACKUPS}\\{name}\\dump.rdb")
    assert "There is no whole one." in restore_refused(machine, name)
