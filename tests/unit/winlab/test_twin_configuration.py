"""Changing the configuration of a practice host's server, which is the real redis-server."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psutil
import pytest
from windows_practice import (
    ADDRESS,
    BARE,
    CLI,
    CONF,
    LOG,
    NETWORK_SERVICE_SID,
    PACKAGE,
    PORT,
    configuration,
    deploy,
    grant,
    wait_until,
)

from winlab.exceptions import WinlabError
from winlab.package import build
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS, locks
from winlab.twin.functions import configuration as twin
from winlab.windows.errors import Win32Error
from winlab.windows.machine import Machine
from winlab.windows.services import RecoveryAction

CONFIG = "C:\\ProgramData\\Memurai\\config"
DATA = "C:\\ProgramData\\Memurai\\data"
HISTORY = f"{CONFIG}\\history"
SCRATCH = "C:\\Windows\\Temp\\memurai-trial"
SCRATCH_PORT = 6399
PASSWORD, NEW_PASSWORD = "canary-password", "canary-successor"
PROTECTED = f"requirepass {PASSWORD}"
HISTORY_NAME = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{8}\.conf")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stand-in's MSI, built once."""
    return build("4.2.2", tmp_path_factory.mktemp("package")).read_bytes()


@pytest.fixture
def machine(tmp_path: Path, package: bytes) -> Iterator[Machine]:
    """A host with the stand-in installed, and without a service."""
    with Machine("web1", ADDRESS, tmp_path / "host") as machine:
        machine.files.write_bytes(PACKAGE, package)
        assert machine.products.install(PACKAGE, BARE, LOG) == 0
        yield machine


@pytest.fixture
def running(machine: Machine) -> Machine:
    """A host whose service runs with a password."""
    deploy(machine, PROTECTED)
    # As the project lays it out: the service may rewrite its configuration.
    grant(machine, CONFIG, NETWORK_SERVICE_SID)
    machine.services.start("Memurai")
    return machine


def apply(machine: Machine, text: str, **parameters: Any) -> dict[str, Any]:
    """Set a configuration."""
    given = {
        "Path": CONF,
        "Content": text,
        "HistoryFolder": HISTORY,
        "ProgramPath": "C:/Program Files/Memurai/memurai.exe",
        "CliPath": CLI,
        "ServiceName": "Memurai",
        "Address": ADDRESS,
        "Port": PORT,
        "ScratchFolder": SCRATCH,
        "ScratchPort": SCRATCH_PORT,
        "Password": PASSWORD,
        "TimeoutSeconds": 20,
        **parameters,
    }
    secrets = {"Content", "Password", "LivePassword", "LiveCommand", "UndoCommand", "AppendOnlyCommand"}
    wire = {
        name: {"$secret": value} if name in secrets and value is not None else value for name, value in given.items()
    }
    return invoke(FUNCTIONS["Set-MemuraiConfiguration"], machine, wire)


def refused(machine: Machine, text: str, **parameters: Any) -> str:
    """Return the error of a change; nothing temporary and no secret is left."""
    with pytest.raises(TwinError) as error:
        apply(machine, text, **parameters)
    require_nothing_left(machine)
    assert "canary" not in str(error.value)
    assert str(machine.root) not in str(error.value)
    return str(error.value)


def require_nothing_left(machine: Machine) -> None:
    assert [name for name in machine.files.names(CONFIG) if name not in ("history", CONF.rpartition("\\")[2])] == []
    assert machine.files.kind(SCRATCH) == "Absent"
    assert machine.network.listeners(SCRATCH_PORT) == []
    assert machine.processes.strays() == []
    assert not list((machine.root / "output").glob("trial*"))


def unchanged(machine: Machine, process_id: int, text: str) -> None:
    """Require that the same process runs and the file and the history are as before."""
    assert machine.services.get("Memurai").process_id == process_id
    assert machine.files.read_bytes(CONF).decode() == text
    assert history(machine) == []


def history(machine: Machine) -> list[dict[str, Any]]:
    found = invoke(FUNCTIONS["Get-MemuraiConfigurationHistory"], machine, {"HistoryFolder": HISTORY})
    assert found["HistoryFolder"] == HISTORY
    entries: list[dict[str, Any]] = found["Entries"]
    return entries


def ask(*words: str, password: str = PASSWORD, port: int = PORT) -> str:
    """Return what the server answers to a command, after authentication."""
    with socket.create_connection((ADDRESS, port), timeout=5) as connection, connection.makefile("rb") as answers:
        for command in (("AUTH", password), words):
            parts = [f"${len(word)}\r\n{word}\r\n" for word in command]
            connection.sendall((f"*{len(parts)}\r\n" + "".join(parts)).encode())
        answers.readline()
        first = answers.readline().decode().strip()
        return answers.read(int(first[1:])).decode() if first.startswith("$") else first


def value_of(name: str, password: str = PASSWORD) -> str:
    """Return a value of the running server."""
    with socket.create_connection((ADDRESS, PORT), timeout=5) as connection, connection.makefile("rb") as answers:
        connection.sendall(f"AUTH {password}\r\nCONFIG GET {name}\r\n".encode())
        return [answers.readline().decode().strip() for _ in range(6)][5]


def fill(keys: int) -> None:
    with socket.create_connection((ADDRESS, PORT), timeout=20) as connection, connection.makefile("rb") as answers:
        connection.sendall(
            f"AUTH {PASSWORD}\r\n".encode() + b"".join(b"SET key%d value%d\r\n" % (n, n) for n in range(keys))
        )
        for _ in range(keys + 1):
            assert answers.readline() == b"+OK\r\n"


def pid(machine: Machine) -> int:
    return machine.services.get("Memurai").process_id


# Live


def test_a_live_change_keeps_the_process_and_swaps_the_file(running: Machine) -> None:
    before = pid(running)
    entries = running.security.descriptor(CONF).entries
    text = configuration(PROTECTED, "maxmemory-samples 7")
    result = apply(running, text, LiveCommand="CONFIG SET maxmemory-samples 7 maxclients 77")
    assert (result["Applied"], pid(running)) == ("Live", before)
    assert (value_of("maxmemory-samples"), value_of("maxclients")) == ("7", "77")
    assert running.files.read_bytes(CONF).decode() == text
    assert running.security.descriptor(CONF).entries == entries
    assert 0 < result["TrialMilliseconds"] <= result["ElapsedMilliseconds"]
    (entry,) = history(running)
    assert result["HistoryPath"] == f"{HISTORY}\\{entry['Name']}"
    assert entry["Sha256"] == hashlib.sha256(configuration(PROTECTED).encode()).hexdigest()
    assert entry["Name"].endswith(f"-{entry['Sha256'][:8]}.conf")
    assert entry["SizeBytes"] == len(configuration(PROTECTED))
    assert {item.sid for item in running.security.descriptor(result["HistoryPath"]).entries if item.inherited} == {
        item.sid for item in entries
    }
    require_nothing_left(running)


def test_a_password_is_changed_live_under_a_secret_name(machine: Machine) -> None:
    renamed = "rename-command CONFIG canary-config"
    deploy(machine, PROTECTED, renamed)
    machine.services.start("Memurai")
    before = pid(machine)
    result = apply(
        machine,
        configuration(f"requirepass {NEW_PASSWORD}", renamed),
        Password=NEW_PASSWORD,
        LivePassword=PASSWORD,
        LiveCommand=f"canary-config SET requirepass {NEW_PASSWORD}",
    )
    assert (result["Applied"], pid(machine)) == ("Live", before)
    assert ask("PING", password=NEW_PASSWORD) == "+PONG"
    assert ask("PING") == "-NOAUTH Authentication required."


def test_a_run_that_ended_between_server_and_file_is_completed_by_the_next(running: Machine) -> None:
    assert ask("CONFIG", "SET", "requirepass", NEW_PASSWORD) == "+OK"
    result = apply(
        running,
        configuration(f"requirepass {NEW_PASSWORD}"),
        Password=NEW_PASSWORD,
        LivePassword=PASSWORD,
        LiveCommand=f"CONFIG SET requirepass {NEW_PASSWORD}",
    )
    assert result["Applied"] == "Live"
    assert ask("PING", password=NEW_PASSWORD) == "+PONG"


def test_a_server_that_has_moved_to_the_new_port_already_is_found_there(running: Machine) -> None:
    assert ask("CONFIG", "SET", "port", "6380") == "+OK"
    text = configuration(PROTECTED, "maxclients 77").replace(f"port {PORT}", "port 6380")
    result = apply(running, text, Port=6380, LivePort=PORT, LiveCommand="CONFIG SET port 6380 maxclients 77")
    assert result["Applied"] == "Live"
    assert ask("PING", port=6380) == "+PONG"


def test_a_server_without_a_password_gets_its_first_one_live(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    result = apply(machine, configuration(PROTECTED), LiveCommand=f"CONFIG SET requirepass {PASSWORD}")
    assert result["Applied"] == "Live"
    assert ask("PING") == "+PONG"


def test_another_port_is_taken_live(running: Machine) -> None:
    before = pid(running)
    text = configuration(PROTECTED).replace(f"port {PORT}", "port 6380")
    result = apply(running, text, Port=6380, LivePort=PORT, LiveCommand="CONFIG SET port 6380")
    assert (result["Applied"], pid(running)) == ("Live", before)
    assert ask("PING", port=6380) == "+PONG"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("CONFIG SET maxmemory-samples 9 databases 4", "related to argument 'databases') - can't set immutable config"),
        ("CONFIG SET maxmemory-samples 9 maxclientz 4", "Unknown option or number of arguments for CONFIG SET"),
        ("canary-name SET requirepass canary-value", "ERR unknown command"),
        ('CONFIG SET requirepass "canary', "Invalid argument(s)"),
    ],
)
def test_a_refused_live_command_changes_nothing(running: Machine, command: str, message: str) -> None:
    before = pid(running)
    text = refused(running, configuration(PROTECTED, "maxmemory-samples 9"), LiveCommand=command)
    assert message in text
    assert text.endswith("Nothing was changed.")
    assert value_of("maxmemory-samples") == "5"
    unchanged(running, before, configuration(PROTECTED))


def test_a_server_that_cannot_be_asked_is_an_error_and_nothing_is_changed(running: Machine) -> None:
    before = pid(running)
    text = refused(
        running,
        configuration(PROTECTED, "hz 20"),
        Port=1,
        LiveCommand="CONFIG SET hz 20",
    )
    assert "Could not connect" in text
    unchanged(running, before, configuration(PROTECTED))


def lock(machine: Machine, *paths: str) -> None:
    """Let another program hold files open."""
    machine.files.locked_paths = lambda: frozenset(machine.files.local_path(path) for path in paths)


def test_a_locked_file_gives_the_server_its_former_values_back(running: Machine) -> None:
    before = pid(running)
    lock(running, CONF)
    text = refused(
        running,
        configuration(PROTECTED, "maxmemory-samples 7"),
        LiveCommand="CONFIG SET maxmemory-samples 7",
        UndoCommand="CONFIG SET maxmemory-samples 5",
    )
    assert "being used by another process" in text
    assert "has its former values again" in text
    assert value_of("maxmemory-samples") == "5"
    unchanged(running, before, configuration(PROTECTED))


def test_without_an_undo_command_the_error_says_what_the_server_has_now(running: Machine) -> None:
    lock(running, CONF)
    text = refused(
        running, configuration(PROTECTED, "maxmemory-samples 7"), LiveCommand="CONFIG SET maxmemory-samples 7"
    )
    assert "the running server has new values until it restarts: deploy again" in text
    assert value_of("maxmemory-samples") == "7"
    assert history(running) == []


def test_a_live_change_that_loses_the_server_is_taken_back(running: Machine) -> None:
    text = refused(
        running,
        configuration(PROTECTED, "hz 20"),
        LiveCommand="CONFIG SET requirepass canary-third",
        UndoCommand=f"CONFIG SET requirepass {PASSWORD}",
    )
    assert "Nor could everything be taken back" in text
    assert ask("PING", password="canary-third") == "+PONG"


def test_a_full_disk_is_found_before_the_server_is_touched(running: Machine) -> None:
    """The new file finds no room; or there is some for it, but not for a copy of the present one, which is large."""
    large = configuration(PROTECTED, f"# {'x' * 100_000}")
    running.files.write_bytes(CONF, large.encode())
    before, used = pid(running), running.files.used_bytes
    # The first for the lock alone.
    for room in (100, 10_000):
        running.files.capacity_bytes = used + room
        with pytest.raises(WinlabError, match="There is not enough space on the disk"):
            apply(running, configuration(PROTECTED, "hz 20"), LiveCommand="CONFIG SET maxmemory-samples 7")
        require_nothing_left(running)
        assert value_of("maxmemory-samples") == "5"
        unchanged(running, before, large)


def test_another_server_at_the_new_port_is_not_taken_for_the_running_one(running: Machine, tmp_path: Path) -> None:
    arguments = ["--bind", ADDRESS, "--port", "6381", "--requirepass", PASSWORD, "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(["redis-server", *arguments], stdout=subprocess.DEVNULL) as other:
        try:
            wait_until(lambda: running.network.listeners(6381))
            text = refused(
                running, configuration(PROTECTED, "hz 20"), Port=6381, LivePort=1, LiveCommand="CONFIG SET hz 20"
            )
        finally:
            other.terminate()
    assert "Could not connect" in text


# Stage and trial


def test_identical_content_is_left_alone(running: Machine) -> None:
    before = pid(running)
    result = apply(running, configuration(PROTECTED))
    assert (result["Applied"], result["HistoryPath"], result["TrialMilliseconds"]) == ("Unchanged", None, None)
    unchanged(running, before, configuration(PROTECTED))
    require_nothing_left(running)


def test_a_server_behind_its_file_takes_what_it_lacks(running: Machine) -> None:
    before = pid(running)
    result = apply(running, configuration(PROTECTED), LiveCommand="CONFIG SET maxclients 55")
    assert (result["Applied"], value_of("maxclients"), pid(running)) == ("Live", "55", before)
    result = apply(running, configuration(PROTECTED), Restart=True)
    assert (result["Applied"], pid(running) != before) == ("Restart", True)
    assert value_of("maxclients") != "55"
    require_nothing_left(running)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Path": "C:\\none\\memurai.conf"}, "Could not find a part of the path"),
        ({"ScratchFolder": "C:\\Program Files\\Memurai"}, "Expected an empty or missing folder"),
        ({"ScratchFolder": CONF}, "Expected an empty or missing folder"),
        ({"EnableAppendOnly": True}, "Expected AppendOnlyCommand"),
        ({"ProgramPath": "C:\\none.exe"}, "found no such file"),
        ({"CliPath": "C:\\none.exe"}, "found no such file"),
    ],
)
def test_parameters_that_do_not_fit_change_nothing(running: Machine, parameters: dict[str, Any], message: str) -> None:
    before = pid(running)
    with pytest.raises(TwinError, match=message):
        apply(running, configuration(PROTECTED, "hz 20"), **parameters)
    unchanged(running, before, configuration(PROTECTED))
    assert "memurai.exe" in running.files.names("C:\\Program Files\\Memurai")


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("maxmemory 2 GB", (">>> 'maxmemory ...'", "wrong number of arguments")),
        ("requirepass canary-part and-more", (">>> 'requirepass ...'", "wrong number of arguments")),
        ('requirepass "canary-part', (">>> 'requirepass ...'", "Unbalanced quotes")),
        ("masterauth canary-part more", (">>> 'masterauth ...'",)),
        ("rename-command NOPE canary-part", (">>> 'rename-command ...'", "No such command")),
        ("user bob on >canary-part #short", (">>> 'user ...'", "Error in user declaration '...'", "64 characters")),
        ("user bob on +canary-part", ("Error loading ACL rule '...': Unknown command",)),
        ("maxheap 2gb", ("Bad directive or wrong number of arguments",)),
        ('dir "C:/ProgramData/Memurai/nowhere"', (">>> 'dir ...'", "No such file or directory")),
        ("daemonize yes", ("background",)),
    ],
)
def test_a_refused_directive_leaves_the_server_alone(running: Machine, line: str, messages: tuple[str, ...]) -> None:
    before = pid(running)
    text = refused(running, configuration(PROTECTED, line), Restart=True, LiveCommand="CONFIG SET maxclients 55")
    assert [message for message in messages if message not in text] == []
    assert "Nothing was changed" in text
    assert value_of("maxclients") != "55"
    unchanged(running, before, configuration(PROTECTED))


def test_a_password_that_is_not_that_of_the_configuration_is_found_by_the_trial(running: Machine) -> None:
    before = pid(running)
    text = refused(running, configuration("requirepass canary-other"), Restart=True)
    assert "does the password belong to this configuration?" in text
    unchanged(running, before, configuration(PROTECTED))


def test_a_taken_scratch_port_is_named_and_not_mistaken_for_the_trial(running: Machine) -> None:
    before = pid(running)
    with socket.create_server((ADDRESS, 0)) as other:
        port = other.getsockname()[1]
        text = refused(running, configuration(PROTECTED, "hz 20"), ScratchPort=port)
        assert f"Expected the port {port} to be free for the trial, found process {os.getpid()}" in text
    unchanged(running, before, configuration(PROTECTED))


def test_the_trial_shares_nothing_with_the_running_server(running: Machine) -> None:
    fill(3)
    log = "C:\\ProgramData\\Memurai\\logs\\memurai.log"
    process_file = 'pidfile "C:/ProgramData/Memurai/data/memurai.pid"'
    size, names = running.files.size(log), running.files.names(DATA)
    apply(running, configuration(PROTECTED, process_file, "appendonly yes", "save 1 1"))
    assert (running.files.size(log), running.files.names(DATA)) == (size, names)
    assert ask("DBSIZE") == ":3"


def record_arguments(machine: Machine) -> Path:
    """Let memurai.exe write its arguments to a file, which is returned."""
    record = machine.root / "arguments"
    program = machine.files.local_path("C:\\Program Files\\Memurai\\memurai.exe")
    program.write_text(program.read_text().replace("#!/bin/sh\n", f'#!/bin/sh\necho "$@" > {record}\n', 1))
    return record


@pytest.mark.parametrize("directive", ["replicaof", "slaveof", "  REPLICAOF"])
def test_the_trial_asks_no_primary_for_its_data(running: Machine, directive: str) -> None:
    record = record_arguments(running)
    with socket.create_server((ADDRESS, 0)) as primary:
        primary.setblocking(False)
        # A replica of nobody must answer PING even if it may not serve stale data.
        line = f"{directive} {ADDRESS} {primary.getsockname()[1]}"
        apply(running, configuration(PROTECTED, line, "replica-serve-stale-data no"))
        with pytest.raises(BlockingIOError):
            primary.accept()
    # The first attempt may come only a second after the start.
    assert f"--replicaof {ADDRESS} {SCRATCH_PORT} " in record.read_text()


def test_the_trial_of_a_tls_server_leaves_its_port_alone(running: Machine) -> None:
    with socket.create_server((ADDRESS, 0)) as taken:
        apply(running, configuration(PROTECTED, f"tls-port {taken.getsockname()[1]}"))


def test_no_secret_is_on_the_command_line_of_the_trial(running: Machine) -> None:
    record = record_arguments(running)
    apply(running, configuration(PROTECTED, "hz 20"))
    assert str(SCRATCH_PORT) in record.read_text()
    assert "canary" not in record.read_text()


# Restart


def test_a_restart_applies_what_the_server_takes_only_at_its_start(running: Machine) -> None:
    fill(3)
    before = pid(running)
    result = apply(running, configuration(PROTECTED, "databases 4"), Restart=True)
    assert result["Applied"] == "Restart"
    assert pid(running) not in (0, before)
    assert value_of("databases") == "4"
    assert ask("DBSIZE") == ":3"
    assert len(history(running)) == 1
    require_nothing_left(running)


def test_a_new_port_and_password_come_with_a_restart(running: Machine) -> None:
    text = configuration(f"requirepass {NEW_PASSWORD}", "databases 4").replace(f"port {PORT}", "port 6380")
    result = apply(running, text, Restart=True, Port=6380, LivePort=PORT, Password=NEW_PASSWORD, LivePassword=PASSWORD)
    assert result["Applied"] == "Restart"
    assert ask("PING", port=6380, password=NEW_PASSWORD) == "+PONG"


def went_back(machine: Machine, before: int) -> None:
    """Require that the last known good runs again, with its data."""
    assert machine.files.read_bytes(CONF).decode() == configuration(PROTECTED)
    wait_until(lambda: machine.services.get("Memurai").state == "Running")
    assert pid(machine) not in (0, before)
    assert ask("PING") == "+PONG"
    assert ask("DBSIZE") == ":3"


def test_a_port_that_is_taken_ends_with_the_last_known_good(running: Machine) -> None:
    fill(3)
    before = pid(running)
    with socket.create_server((ADDRESS, 0)) as other:
        port = other.getsockname()[1]
        text = refused(
            running,
            configuration(PROTECTED).replace(f"port {PORT}", f"port {port}"),
            Restart=True,
            Port=port,
            LivePort=PORT,
        )
    assert "the new configuration never became healthy: Expected the service 'Memurai' to be Running" in text
    assert "the last known good runs again" in text
    assert "log:\n" in text
    assert "Address already in use" in text
    went_back(running, before)


def test_the_recovery_of_the_service_does_not_come_in_the_way_of_the_last_known_good(running: Machine) -> None:
    fill(3)
    before = pid(running)
    settings = running.services.get("Memurai").settings
    recovery = (RecoveryAction("restart", 20),)
    running.services.change("Memurai", replace(settings, recovery_actions=recovery))
    with socket.create_server((ADDRESS, 0)) as other:
        port = other.getsockname()[1]
        text = configuration(PROTECTED).replace(f"port {PORT}", f"port {port}")
        assert "the last known good runs again" in refused(running, text, Restart=True, Port=port, LivePort=PORT)
    went_back(running, before)


def test_a_wrong_role_ends_with_the_last_known_good_at_the_deadline(running: Machine) -> None:
    fill(3)
    before = pid(running)
    text = refused(
        running,
        configuration(PROTECTED, f"replicaof {ADDRESS} 1", "masterauth canary-part"),
        Restart=True,
        TimeoutSeconds=1,
    )
    assert "within 1 s of its start, expected role:master, found role:slave" in text
    went_back(running, before)
    # It is the last known good that runs now, so the next change adds no second copy of it.
    assert len(history(running)) == 1
    apply(running, configuration(PROTECTED, "databases 4"), Restart=True)
    assert len(history(running)) == 1


def test_rights_of_the_service_account_are_proved_by_the_restart_only(running: Machine) -> None:
    fill(3)
    before = pid(running)
    other = DATA.replace("data", "elsewhere")
    running.files.make_directory(other)
    grant(running, other)
    text = refused(running, configuration(PROTECTED, 'dir "C:/ProgramData/Memurai/elsewhere"'), Restart=True)
    assert f"needs Modify on '{other}'" in text
    went_back(running, before)


def test_when_both_fail_the_error_says_so_and_what_runs(running: Machine) -> None:
    running.files.remove("C:\\ProgramData\\Memurai\\logs\\memurai.log")
    grant(running, "C:\\ProgramData\\Memurai\\logs")
    text = refused(running, configuration(PROTECTED, "databases 4"), Restart=True)
    assert "the new configuration never became healthy" in text
    assert "nor did the last known good, which was put back" in text
    assert "the service is now Stopped (process 0). It needs a person" in text
    assert running.files.read_bytes(CONF).decode() == configuration(PROTECTED)


# Append-only file


def test_append_only_is_switched_on_in_the_running_server_and_loses_no_key(running: Machine) -> None:
    fill(20_000)
    before = pid(running)
    text = configuration(PROTECTED, "appendonly yes", "databases 4")
    result = apply(
        running,
        text,
        Restart=True,
        EnableAppendOnly=True,
        AppendOnlyCommand="CONFIG SET appendonly yes",
        ExpectAppendOnly=True,
    )
    assert result["Applied"] == "Restart"
    assert pid(running) != before
    assert "appendonlydir" in running.files.names(DATA)
    assert ask("DBSIZE") == ":20000"
    assert "aof_enabled:1" in ask("INFO", "persistence")


def test_append_only_is_switched_on_without_a_restart(running: Machine) -> None:
    fill(20_000)
    before = pid(running)
    result = apply(
        running,
        configuration(PROTECTED, "appendonly yes"),
        EnableAppendOnly=True,
        AppendOnlyCommand="CONFIG SET appendonly yes",
    )
    assert (result["Applied"], pid(running)) == ("Live", before)
    # The OK to CONFIG SET comes before the file is written; the crash shows that it is.
    assert "aof_rewrite_in_progress:0" in ask("INFO", "persistence")
    process = psutil.Process(before)
    process.kill()
    wait_until(lambda: running.services.get("Memurai").state == "Stopped")
    running.services.start("Memurai")
    wait_until(lambda: ask("DBSIZE") == ":20000")


def test_a_restart_that_would_load_an_empty_append_only_file_is_refused(running: Machine) -> None:
    fill(3)
    before = pid(running)
    text = refused(running, configuration(PROTECTED, "appendonly yes"), Restart=True, ExpectAppendOnly=True)
    assert "it would load an empty one and lose its data: ask for EnableAppendOnly" in text
    unchanged(running, before, configuration(PROTECTED))


def test_a_stopped_service_cannot_write_its_first_append_only_file(running: Machine) -> None:
    running.services.stop("Memurai")
    text = refused(
        running,
        configuration(PROTECTED, "appendonly yes"),
        EnableAppendOnly=True,
        AppendOnlyCommand="CONFIG SET appendonly yes",
    )
    assert "found it Stopped" in text
    assert history(running) == []


def test_a_refused_value_after_append_only_is_undone(running: Machine) -> None:
    fill(3)
    text = refused(
        running,
        configuration(PROTECTED, "appendonly yes"),
        EnableAppendOnly=True,
        AppendOnlyCommand="CONFIG SET appendonly yes",
        LiveCommand="CONFIG SET databases 4",
        UndoCommand="CONFIG SET appendonly no",
    )
    assert "can't set immutable config" in text
    assert "has its former values again" in text
    assert value_of("appendonly") == "no"


def test_an_append_only_file_that_is_not_written_in_time_is_undone(running: Machine) -> None:
    fill(3)
    # One second a key: it is not done when the deadline comes.
    assert ask("CONFIG", "SET", "rdb-key-save-delay", "1000000") == "+OK"
    text = refused(
        running,
        configuration(PROTECTED, "appendonly yes"),
        EnableAppendOnly=True,
        AppendOnlyCommand="CONFIG SET appendonly yes",
        UndoCommand="CONFIG SET appendonly no",
        TimeoutSeconds=1,
    )
    assert "Expected the append-only file to be written within 1 s, found: expected aof_rewrite_in_progress:0" in text
    assert value_of("appendonly") == "no"
    assert history(running) == []


# Without a running service, history


def test_the_first_configuration_needs_no_service(machine: Machine) -> None:
    for name in ("data", "logs", "config"):
        machine.files.make_directory(f"C:\\ProgramData\\Memurai\\{name}")
    text = configuration(PROTECTED)
    result = apply(machine, text, Restart=True, LiveCommand="CONFIG SET hz 20", ExpectAppendOnly=True)
    assert (result["Applied"], result["HistoryPath"]) == ("File", None)
    assert machine.files.read_bytes(CONF).decode() == text
    assert history(machine) == []
    require_nothing_left(machine)


def test_a_stopped_service_is_not_started(running: Machine) -> None:
    running.services.stop("Memurai")
    result = apply(running, configuration(PROTECTED, "databases 4"), Restart=True)
    assert result["Applied"] == "File"
    assert running.services.get("Memurai").state == "Stopped"
    assert result["HistoryPath"] is not None


def test_a_running_service_that_needs_nothing_keeps_running(running: Machine) -> None:
    before = pid(running)
    assert apply(running, f"# a comment\n{configuration(PROTECTED)}")["Applied"] == "File"
    assert pid(running) == before


def test_the_history_keeps_the_newest_and_only_different_content(running: Machine) -> None:
    running.services.stop("Memurai")
    running.files.make_directory(HISTORY)
    running.files.write_bytes(f"{HISTORY}\\notes.txt", b"mine")
    texts = [configuration(PROTECTED, f"hz {hertz}") for hertz in range(20, 24)]
    for text in texts:
        apply(running, text, Keep=2)
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    entries = history(running)
    assert [entry["Sha256"] for entry in entries] == [digests[2], digests[1]]
    assert [entry["Name"] for entry in entries] == sorted((entry["Name"] for entry in entries), reverse=True)
    assert all(HISTORY_NAME.fullmatch(entry["Name"]) for entry in entries)
    assert "notes.txt" in running.files.names(HISTORY)


def put_earlier(machine: Machine, time: datetime, number: int) -> str:
    """Leave an earlier configuration of a time in the history, and return its name."""
    name = f"{time:%Y%m%dT%H%M%S}000Z-{number:08x}.conf"
    machine.files.make_directory(HISTORY)
    machine.files.write_bytes(f"{HISTORY}\\{name}", f"# {number}\r\n".encode())
    return name


def test_what_was_kept_in_the_future_is_not_the_newest_and_stays(machine: Machine) -> None:
    deploy(machine, PROTECTED)
    futures = [put_earlier(machine, datetime.now(UTC) + timedelta(days=365 + day), day) for day in range(2)]
    former = put_earlier(machine, datetime.now(UTC) - timedelta(days=1), 2)
    kept = [apply(machine, configuration(PROTECTED, f"maxclients {200 + number}"), Keep=2) for number in range(3)]
    paths = [item["HistoryPath"].rpartition("\\")[2] for item in kept]
    assert [entry["Name"] for entry in history(machine)] == [paths[2], paths[1], futures[1], futures[0]]
    assert former not in machine.files.names(HISTORY)


def test_two_configurations_of_one_moment_are_both_kept(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.now(UTC)

    class Stopped(datetime):
        """A clock that stands still."""

        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return cls.fromtimestamp(moment.timestamp(), tz)

    monkeypatch.setattr(twin, "datetime", Stopped)
    deploy(machine, PROTECTED)
    texts = [configuration(PROTECTED, f"maxclients {200 + number % 2}") for number in range(4)]
    for text in texts:
        apply(machine, text)
    entries = [machine.files.read_bytes(f"{HISTORY}\\{entry['Name']}").decode() for entry in history(machine)]
    assert entries[:3] == texts[2::-1]
    assert len(entries) == 4


def test_a_history_that_is_not_there_is_empty(machine: Machine) -> None:
    machine.files.make_directory(CONFIG)
    assert history(machine) == []


# Alone, and without what hangs


def test_a_change_is_refused_while_another_one_is_under_way(running: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_MOMENT_SECONDS", 0)
    before, other = pid(running), f"{CONF}.last-known-good"
    running.files.write_bytes(other, b"of the other run")
    holder = "Set-MemuraiConfiguration of Memurai, by WEB1\\somebody, since 2026-01-01T00:00:00Z"
    running.files.hold(f"{CONF}.lock", holder.encode())
    with pytest.raises(TwinError, match="Wait for its end and run again") as error:
        apply(running, configuration(PROTECTED, "hz 20"), LiveCommand="CONFIG SET hz 20")
    assert holder in str(error.value)
    assert running.files.read_bytes(other) == b"of the other run"
    running.files.release(f"{CONF}.lock")
    running.files.remove(other)
    unchanged(running, before, configuration(PROTECTED))
    assert apply(running, configuration(PROTECTED, "hz 20"), LiveCommand="CONFIG SET hz 20")["Applied"] == "Live"
    require_nothing_left(running)


def test_what_an_ended_run_left_is_listed_and_removed(running: Machine) -> None:
    left = [f"{CONF}.1234abcd.staged", f"{CONF}.staged"]
    mine = f"{CONF}.notes.staged"
    for path in (*left, mine):
        running.files.write_bytes(path, b"requirepass canary-left")
    assert leftover(running) == {"Path": CONF, "StagedFiles": left, "LastKnownGood": None}
    assert apply(running, configuration(PROTECTED))["Applied"] == "Unchanged"
    assert leftover(running)["StagedFiles"] == []
    assert running.files.kind(mine) == "File"


def leftover(machine: Machine) -> dict[str, Any]:
    return invoke(FUNCTIONS["Get-MemuraiLeftover"], machine, {"Path": CONF})


KEPT = f"{CONF}.last-known-good"
# The server says that it is wrong, at its start, but not in a trial.
NEVER_HEALTHY = 'logfile "C:/ProgramData/Memurai/logs"'


def interrupted(machine: Machine, *lines: str) -> str:
    """Leave what a run leaves that was ended after the swap; return the text of the last known good."""
    former = machine.files.read_bytes(CONF)
    machine.files.write_bytes(KEPT, former)
    machine.files.write_bytes(CONF, configuration(PROTECTED, *lines).encode())
    return former.decode()


def test_a_run_after_one_that_was_ended_goes_back_to_what_was_last_known_good(running: Machine) -> None:
    former = interrupted(running, NEVER_HEALTHY)
    with pytest.raises(TwinError, match="the last known good runs again"):
        apply(running, configuration(PROTECTED, NEVER_HEALTHY, "databases 4"), Restart=True)
    assert running.files.read_bytes(CONF).decode() == former
    assert ask("PING") == "+PONG"
    require_nothing_left(running)


def test_what_was_last_known_good_stays_until_the_new_configuration_is_proven(running: Machine) -> None:
    former = interrupted(running, "databases 4")
    running.services.stop("Memurai")
    for text in (configuration(PROTECTED, "databases 4"), configuration(PROTECTED, "databases 5")):
        apply(running, text)
        assert running.files.read_bytes(KEPT).decode() == former
    assert leftover(running)["LastKnownGood"] == KEPT
    running.services.start("Memurai")
    wait_until(lambda: running.network.listeners(PORT))
    result = apply(running, configuration(PROTECTED, "databases 5"))
    assert (result["Applied"], result["TrialMilliseconds"] > 0) == ("Unchanged", True)
    require_nothing_left(running)


def test_a_last_known_good_that_can_not_be_put_back_stays_and_is_named(
    running: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    former, replace_file = running.files.read_bytes(CONF), running.files.replace

    def replace(path: str, destination: str, backup: str | None = None) -> None:
        if path == KEPT:
            raise Win32Error(5, "Access to the path is denied.")
        replace_file(path, destination, backup)

    monkeypatch.setattr(running.files, "replace", replace)
    with pytest.raises(TwinError) as error:
        apply(running, configuration(PROTECTED, NEVER_HEALTHY), Restart=True)
    assert f"nor could the last known good be put back, which stays at '{KEPT}': Access to the path" in str(error.value)
    assert running.files.read_bytes(KEPT) == former
    assert running.files.names(CONFIG) == ["history", CONF.rpartition("\\")[2], KEPT.rpartition("\\")[2]]


# Hangs as a service, and answers in a trial.
HANGING = b"""#!/bin/sh
case "$*" in
    *--service-run*) grep -q "maxclients 78" C:/ProgramData/Memurai/config/memurai-production.conf && exec sleep 600 ;;
esac
"""


def test_a_new_configuration_that_hangs_is_ended_and_the_former_one_runs(running: Machine) -> None:
    program = running.files.local_path("C:\\Program Files\\Memurai\\memurai.exe")
    program.write_bytes(HANGING + program.read_bytes().partition(b"\n")[2])
    text = refused(running, configuration(PROTECTED, "maxclients 78"), Restart=True, TimeoutSeconds=3)
    assert "to be Running within 3 s, found it StartPending" in text
    assert "the last known good runs again" in text
    assert ask("PING") == "+PONG"
    assert value_of("maxclients") != "78"
