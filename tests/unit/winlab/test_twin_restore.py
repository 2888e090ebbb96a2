"""Giving the server of a practice host the data of a backup, and ending that at each of its calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from backup_practice import (
    BACKUPS,
    CLI,
    DATA,
    JOB_RULES,
    PASSWORD,
    PROTECTED,
    ask,
    back_up,
    events,
    fill,
    prepare,
    stored,
)
from change_practice import (
    Interruption,
    KilledError,
    carry_out,
    die_after,
    die_before,
    fail_after,
    fail_before,
    interrupted,
    undo,
)
from windows_practice import ADDRESS, CONF, NETWORK_SERVICE_SID, configuration, deploy, grant, install, wait_until

from memurai.changes.backup import Source, Target, restored, restoring
from memurai.config import Document
from memurai.data.place import DataPlace
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from winfra.call import PowerShellCall
from winfra.facts.base import snake_keys
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import BackupStore
from winlab.twin.launcher import launch
from winlab.twin.registry import Output
from winlab.windows.errors import SERVICE_DISABLED, Win32Error
from winlab.windows.machine import Machine

KEYS = 20
CHANGES = f"{CONF.rpartition(chr(92))[0]}\\changes"
PRODUCT = CLI.rpartition("\\")[0]
ASIDE = f"{DATA}-before-restore-stamp"
STAGE = f"{DATA}\\restore.partial"
INSTANCE = Instance(
    service="Memurai",
    start_type="Manual",
    base="",
    config=CONF.rpartition("\\")[0],
    data=DATA,
    logs="",
    installers="",
    backups=BACKUPS,
    product=PRODUCT,
    snapshot="dump.rdb",
    address=ADDRESS,
    port=6379,
    open_ports=(6379,),
    user="",
    is_encrypted=False,
    trial_port=6380,
    timeout_seconds=20,
)
ENDS = [die_before, *(pytest.param(how, marks=pytest.mark.drill) for how in (die_after, fail_before, fail_after))]
# Of the change of a server without an append-only file, and of those that undo it from its last step on.
CALLS = 13
UNDOS = 7


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        install(machine, tmp_path)
        prepare(machine)
        yield machine


def start(machine: Machine, *lines: str) -> None:
    """Start a server, back it up with KEYS keys in it, and give it others."""
    deploy(machine, PROTECTED, JOB_RULES, *lines)
    grant(machine, INSTANCE.config, NETWORK_SERVICE_SID)
    machine.services.start("Memurai")
    wait_until(lambda: ask("PING") == "PONG")
    fill(KEYS)
    assert back_up(machine)["ExitCode"] == 0
    ask("FLUSHALL")
    fill(3, prefix="present")


def plan(machine: Machine) -> tuple[Source, Target]:
    """Return what a restore of the newest backup is decided from."""
    backup = snake_keys(stored(machine)["Backups"][0])
    path = f"{BACKUPS}\\{backup['name']}\\manifest.json"
    manifest = json.loads(machine.files.read_bytes(path))
    dump = next(file for file in manifest["Files"] if file["Path"] == "dump.rdb")
    document = Document.of(machine.files.read_bytes(CONF).decode())
    service = machine.services.get("Memurai")
    target = Target(
        instance=INSTANCE,
        endpoint=Endpoint.of(document),
        place=DataPlace.of(document.words, PRODUCT),
        start_type=service.settings.start_type,
        is_running=service.state == "Running",
        has_stage=machine.files.kind(STAGE) != "Absent",
        stamp="stamp",
    )
    return Source(backup, machine.files.sha256(path), dump["Sha256"], dump["SizeBytes"]), target


def call_of(source: Source, target: Target) -> PowerShellCall:
    return restoring(restored(source, target), target.instance)


def restore(machine: Machine) -> Output:
    return carry_out(machine, call_of(*plan(machine)))


def refusal(machine: Machine, call: PowerShellCall) -> str:
    """Return why a restore was refused."""
    with pytest.raises(TwinError) as error:
        carry_out(machine, call)
    assert PASSWORD not in str(error.value)
    return str(error.value)


def require_present_data(machine: Machine) -> None:
    """Require that the server runs with the data it had, and that nothing is left of the restore."""
    wait_until(lambda: ask("PING") == "PONG")
    service = machine.services.get("Memurai")
    assert (ask("DBSIZE"), service.state, service.settings.start_type) == ("3", "Running", "Manual")
    left = (STAGE, ASIDE, f"{ASIDE}.partial", f"{ASIDE}-failed.partial", f"{CHANGES}\\journal")
    assert [path for path in left if machine.files.kind(path) != "Absent"] == []


def require_no_start(machine: Machine) -> None:
    """Require that nobody can start the service."""
    with pytest.raises(Win32Error) as refused:
        machine.services.start("Memurai")
    assert refused.value.code == SERVICE_DISABLED


def test_a_snapshot_is_restored(machine: Machine) -> None:
    start(machine)
    with BackupStore(machine, BACKUPS).locked():
        assert "Another run holds the lock" in refusal(machine, call_of(*plan(machine)))
    assert events(machine)[-1] == 1031
    result = restore(machine)
    assert (result["Results"][-1], ask("DBSIZE")) == ({"Keys": KEYS, "ExpiredKeys": 0}, str(KEYS))
    assert (machine.files.names(ASIDE), machine.files.kind(STAGE)) == (["dump.rdb"], "Absent")
    assert events(machine)[-1] == 1030
    sids = {entry.sid for entry in machine.security.descriptor(f"{DATA}\\dump.rdb").entries if entry.inherited}
    assert NETWORK_SERVICE_SID in sids


def test_a_snapshot_becomes_the_base_of_an_append_only_file(machine: Machine) -> None:
    start(machine, "appendonly yes", "appendfilename journal.aof")
    before = machine.files.read_bytes(CONF)
    restore(machine)
    assert (ask("DBSIZE"), machine.files.read_bytes(CONF)) == (str(KEYS), before)
    assert machine.files.names(ASIDE) == ["appendonlydir", "dump.rdb"]
    ask("SET", "new", "1")
    machine.services.stop("Memurai")
    machine.services.start("Memurai")
    wait_until(lambda: ask("DBSIZE") == str(KEYS + 1))


def test_keys_whose_lifetime_has_ended_are_not_missed(machine: Machine) -> None:
    start(machine)
    ask("SET", "short", "1", "PX", "1500")
    assert back_up(machine)["ExitCode"] == 0
    wait_until(lambda: ask("EXISTS", "short") == "0")
    assert restore(machine)["Results"][-1] == {"Keys": 3, "ExpiredKeys": 1}


def test_a_server_that_is_stopped_and_has_no_data(machine: Machine) -> None:
    start(machine)
    machine.services.stop("Memurai")
    machine.files.remove(f"{DATA}\\dump.rdb")
    restore(machine)
    assert (ask("DBSIZE"), machine.files.names(ASIDE)) == (str(KEYS), [])


def test_the_present_data_is_saved_right_before_it_goes_aside(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(machine)

    def write_before(work: object) -> Output:
        ask("SET", "late", "1")
        assert callable(work)
        found: Output = work()
        return found

    with interrupted(monkeypatch, "Stop-MemuraiServer", 0, write_before):
        restore(machine)
    machine.services.stop("Memurai")
    machine.files.remove(f"{DATA}\\dump.rdb")
    machine.files.move(f"{ASIDE}\\dump.rdb", f"{DATA}\\dump.rdb")
    machine.services.start("Memurai")
    wait_until(lambda: ask("DBSIZE") == "4")


def test_a_server_that_cannot_save_is_not_stopped(machine: Machine) -> None:
    start(machine)
    process = machine.services.get("Memurai").process_id
    # Nothing can be renamed to what is a folder.
    machine.files.remove(f"{DATA}\\dump.rdb")
    machine.files.make_directory(f"{DATA}\\dump.rdb\\in-the-way")
    assert "Expected OK to SAVE from" in refusal(machine, call_of(*plan(machine)))
    assert machine.services.get("Memurai").process_id == process
    require_present_data(machine)


def test_no_backup_is_taken_meanwhile(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    start(machine)
    stop, codes = machine.services.stop, []

    def back_up_then_stop(service: str, timeout_seconds: float = 60.0) -> None:
        codes.append(back_up(machine)["ExitCode"])
        stop(service, timeout_seconds)

    monkeypatch.setattr(machine.services, "stop", back_up_then_stop)
    restore(machine)
    assert (ask("DBSIZE"), codes) == (str(KEYS), [3])


def test_data_that_does_not_load_is_taken_back(machine: Machine) -> None:
    start(machine)
    ask("SET", "elsewhere", "1", database=9)
    assert back_up(machine)["ExitCode"] == 0
    ask("FLUSHALL")
    fill(3, prefix="present")
    machine.files.write_bytes(CONF, configuration(PROTECTED, JOB_RULES, "databases 2").encode())
    told = refusal(machine, call_of(*plan(machine)))
    assert "Expected a healthy server of the service 'Memurai', found: " in told
    assert "All that was done was undone." in told
    assert machine.files.names(f"{ASIDE}-failed") == ["dump.rdb"]
    assert events(machine)[-1] == 1031
    require_present_data(machine)


def test_a_program_that_does_not_start_any_more_leaves_the_data_where_it_belongs(machine: Machine) -> None:
    start(machine)
    program = machine.files.local_path(f"{PRODUCT}\\memurai.exe")
    # The process that runs keeps its own copy.
    content = program.read_bytes()
    program.unlink()
    program.write_bytes(b"#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert "And what was done could not be undone: save and stop: " in refusal(machine, call_of(*plan(machine)))
    assert (machine.files.names(DATA), machine.files.kind(ASIDE)) == (["dump.rdb"], "Absent")
    program.unlink()
    program.write_bytes(content)
    program.chmod(0o755)
    assert undo(machine, CHANGES)["Outcome"] == "Undone"
    require_present_data(machine)


def test_a_way_back_that_fails_half_way_leaves_nothing_that_starts_empty(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(machine)
    call = call_of(*plan(machine))
    with interrupted(monkeypatch, "Restore-MemuraiData", 0, fail_before):
        moved = machine.files.move

        def move_only_aside(source: str, destination: str) -> None:
            if destination == f"{DATA}\\dump.rdb":
                raise TwinError("The disk is gone.")
            moved(source, destination)

        with monkeypatch.context() as patched:
            patched.setattr(machine.files, "move", move_only_aside)
            told = refusal(machine, call)
    assert "what was done before that stays as it is" in told
    assert machine.files.names(ASIDE) == ["dump.rdb"]
    require_no_start(machine)
    assert undo(machine, CHANGES)["Outcome"] == "Undone"
    require_present_data(machine)


def test_a_service_that_a_restore_left_disabled_while_its_server_runs_can_be_started_afterwards(
    machine: Machine,
) -> None:
    """The former library was killed before the server stopped: its data is where it belongs."""
    start(machine)
    machine.services.change("Memurai", replace(machine.services.get("Memurai").settings, start_type="Disabled"))
    source, target = plan(machine)
    more = replace(source, backup={**source.backup, "keys": KEYS + 1})
    assert "All that was done was undone." in refusal(machine, call_of(more, target))
    require_present_data(machine)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("number", range(CALLS))
def test_wherever_it_ends_the_former_data_is_back(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, number: int, how: Interruption
) -> None:
    start(machine)
    call = call_of(*plan(machine))
    with interrupted(monkeypatch, "*", number, how) as called, pytest.raises((TwinError, KilledError)):
        carry_out(machine, call)
    assert len(called) > number
    if how in {die_before, die_after}:
        assert undo(machine, CHANGES)["Outcome"] == "Undone"
    require_present_data(machine)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("number", range(UNDOS))
def test_wherever_its_undoing_ends_it_is_begun_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, number: int, how: Interruption
) -> None:
    start(machine)
    source, target = plan(machine)
    call = call_of(replace(source, backup={**source.backup, "keys": KEYS + 1}), target)
    with interrupted(monkeypatch, "*", CALLS + number, how) as called, pytest.raises((TwinError, KilledError)):
        carry_out(machine, call)
    assert len(called) > CALLS + number
    assert undo(machine, CHANGES)["Outcome"] == "Undone"
    require_present_data(machine)


def test_it_takes_as_many_calls_as_are_ended(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    start(machine)
    source, target = plan(machine)
    call = call_of(replace(source, backup={**source.backup, "keys": KEYS + 1}), target)
    with interrupted(monkeypatch, "*", -1, fail_before) as called:
        refusal(machine, call)
    assert len(called) == CALLS + UNDOS, called
