"""Services of a practice host: the real redis-server of the stand-in, managed as Windows manages it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from windows_practice import (
    ADDRESS,
    CONF,
    IMAGE_PATH,
    NETWORK_SERVICE_SID,
    PORT,
    configuration,
    deploy,
    grant,
    install,
    suspend,
    wait_until,
)

from winlab.twin.launcher import launch
from winlab.windows.errors import (
    ACCESS_DENIED,
    BAD_EXECUTABLE,
    DUPLICATE_SERVICE_NAME,
    FILE_NOT_FOUND,
    INVALID_SERVICE_ACCOUNT,
    PROCESS_ABORTED,
    SERVICE_ALREADY_RUNNING,
    SERVICE_CANNOT_ACCEPT_CONTROL,
    SERVICE_DISABLED,
    SERVICE_DOES_NOT_EXIST,
    SERVICE_EXISTS,
    SERVICE_MARKED_FOR_DELETE,
    SERVICE_NOT_ACTIVE,
    SERVICE_REQUEST_TIMEOUT,
    LabLimitError,
    Win32Error,
)
from winlab.windows.machine import Machine
from winlab.windows.services import RecoveryAction, ServiceSettings


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        install(machine, tmp_path)
        yield machine


def ask(command: str) -> str:
    with socket.create_connection((ADDRESS, PORT), timeout=60) as connection:
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(65536).decode()


def change(machine: Machine, **settings: object) -> None:
    service = machine.services.get("Memurai")
    machine.services.change("Memurai", replace(service.settings, **settings))  # type: ignore[arg-type]


def system_events(machine: Machine) -> list[int]:
    return [event.event_id for event in machine.events.find(source="Service Control Manager")]


def application_log(machine: Machine) -> str:
    return "\n".join(event.message for event in machine.events.find(source="Memurai"))


def refused(machine: Machine, code: int) -> str:
    with pytest.raises(Win32Error) as error:
        machine.services.start("Memurai", timeout_seconds=10)
    assert error.value.code == code
    assert machine.services.get("Memurai").state == "Stopped"
    assert machine.services.get("Memurai").process is None
    return str(error.value)


def test_a_service_runs_the_deployed_configuration_unchanged(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("memurai")
    service = machine.services.get("Memurai")
    assert (service.state, service.exit_code) == ("Running", 0)
    assert ask("PING") == "+PONG\r\n"
    assert machine.files.read_bytes(CONF) == configuration().encode()
    assert b"Ready to accept connections" in machine.files.read_bytes("C:\\ProgramData\\Memurai\\logs\\memurai.log")
    assert machine.files.names("C:\\ProgramData\\Memurai\\data") == []
    assert system_events(machine) == [7036]


def test_a_stop_saves_nothing_and_a_start_loads_what_was_saved(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    ask("SET key kept")
    ask("SAVE")
    ask("SET key lost")
    process = machine.services.get("Memurai").process
    machine.services.stop("Memurai")
    service = machine.services.get("Memurai")
    assert (service.state, service.exit_code, service.process_id) == ("Stopped", 0, 0)
    assert process is not None
    assert process.poll() is not None
    assert machine.files.names("C:\\ProgramData\\Memurai\\data") == ["dump.rdb"]
    machine.services.start("Memurai")
    assert ask("GET key") == "$4\r\nkept\r\n"


def test_a_stop_leaves_what_was_appended(machine: Machine) -> None:
    deploy(machine, "appendonly yes")
    machine.services.start("Memurai")
    ask("SET key kept")
    machine.services.stop("Memurai")
    machine.services.start("Memurai")
    assert ask("GET key") == "$4\r\nkept\r\n"


def test_a_stop_ends_the_snapshot_that_is_being_written(machine: Machine) -> None:
    deploy(machine, "rdb-key-save-delay 1000000")
    machine.services.start("Memurai")
    for number in range(100):
        ask(f"SET {number} value")
    assert ask("BGSAVE").startswith("+Background saving started")
    machine.services.stop("Memurai")
    assert "dump.rdb" not in machine.files.names("C:\\ProgramData\\Memurai\\data")
    assert machine.processes.strays() == []


def test_the_configuration_is_rewritten_in_place_and_starts_again(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    assert ask("CONFIG SET maxclients 100") == "+OK\r\n"
    assert ask("CONFIG REWRITE") == "+OK\r\n"
    text = machine.files.read_bytes(CONF).decode()
    assert 'dir "C:/ProgramData/Memurai/data"' in text
    assert "maxclients 100" in text
    machine.services.stop("Memurai")
    machine.services.start("Memurai")
    assert ask("PING") == "+PONG\r\n"


def test_a_crash_is_recovered_after_the_delay(machine: Machine) -> None:
    deploy(machine)
    actions = (RecoveryAction("restart", 20), RecoveryAction("none", 0))
    change(machine, recovery_actions=actions, recovery_reset_seconds=3600)
    machine.services.start("Memurai")
    service = machine.services.get("Memurai")
    first = service.process_id
    psutil.Process(first).kill()
    wait_until(lambda: service.state == "Running" and service.process_id not in (0, first))
    assert ask("PING") == "+PONG\r\n"
    psutil.Process(service.process_id).kill()
    wait_until(lambda: 7034 in system_events(machine))
    assert (service.state, service.exit_code) == ("Stopped", PROCESS_ABORTED)
    assert system_events(machine) == [7036, 7031, 7036, 7034]
    texts = [event.message for event in machine.events.find(event_id=7034)]
    assert texts == ["The Memurai service terminated unexpectedly.  It has done this 2 time(s)."]


def test_the_count_of_failures_starts_again_after_the_reset_period(machine: Machine) -> None:
    deploy(machine)
    change(machine, recovery_actions=(RecoveryAction("none", 0),), recovery_reset_seconds=60)
    service = machine.services.get("Memurai")
    for _ in range(2):
        machine.services.start("Memurai")
        before = len(machine.events.find(event_id=7034))
        psutil.Process(service.process_id).kill()
        wait_until(lambda before=before: len(machine.events.find(event_id=7034)) > before)  # type: ignore[misc]
        assert service.last_failure is not None
        service.last_failure -= 61
    assert service.failures == 1


def test_a_recovery_that_fails_is_reported(machine: Machine) -> None:
    deploy(machine)
    change(machine, recovery_actions=(RecoveryAction("restart", 1), RecoveryAction("none", 0)))
    machine.services.start("Memurai")
    machine.files.write_bytes(CONF, b"nonsense\n")
    psutil.Process(machine.services.get("Memurai").process_id).kill()
    wait_until(lambda: 7032 in system_events(machine))
    assert machine.services.get("Memurai").state == "Stopped"


def test_a_missing_data_folder_fails_the_start_and_the_event_log_says_why(machine: Machine) -> None:
    deploy(machine)
    machine.files.remove("C:\\ProgramData\\Memurai\\data")
    text = refused(machine, PROCESS_ABORTED)
    assert "1067" in text
    assert ">>> 'dir \"C:/ProgramData/Memurai/data\"'\nNo such file or directory" in application_log(machine)
    assert system_events(machine) == [7034]
    assert machine.services.get("Memurai").exit_code == PROCESS_ABORTED


def test_a_wrong_directive_fails_the_start_and_its_secret_stays_in_the_file(machine: Machine) -> None:
    deploy(machine, "requirepass canary-secret # a comment")
    refused(machine, PROCESS_ABORTED)
    assert ">>> 'requirepass ...'" in application_log(machine)
    assert "canary-secret" not in application_log(machine)


def test_a_taken_port_fails_the_start_and_the_log_file_says_why(machine: Machine) -> None:
    deploy(machine)
    with socket.create_server((ADDRESS, PORT)):
        refused(machine, PROCESS_ABORTED)
    log = machine.files.read_bytes("C:\\ProgramData\\Memurai\\logs\\memurai.log")
    assert b"Address already in use" in log


@pytest.mark.parametrize(
    ("path", "rights"),
    [
        ("C:\\ProgramData\\Memurai\\data", "Modify"),
        ("C:\\ProgramData\\Memurai\\logs", "Modify"),
        ("C:\\ProgramData\\Memurai\\config", "Read"),
    ],
)
def test_a_service_without_rights_on_its_folders_does_not_start(machine: Machine, path: str, rights: str) -> None:
    deploy(machine)
    grant(machine, path)
    text = refused(machine, ACCESS_DENIED)
    assert f"NT AUTHORITY\\NetworkService needs {rights} on '{path}" in text
    assert machine.services.get("Memurai").exit_code == PROCESS_ABORTED
    assert "Access is denied" in application_log(machine)
    change(machine, account="LocalSystem")
    machine.services.start("Memurai")
    assert machine.services.get("Memurai").state == "Running"


def test_a_virtual_account_is_let_in_by_the_sid_of_its_service(machine: Machine) -> None:
    deploy(machine)
    change(machine, account="NT SERVICE\\Memurai")
    refused(machine, ACCESS_DENIED)
    sid = machine.accounts.service_account_sid("NT SERVICE\\Memurai")
    assert sid is not None
    for name in ("data", "logs", "config"):
        grant(machine, f"C:\\ProgramData\\Memurai\\{name}", sid)
    machine.services.start("Memurai")
    assert ask("PING") == "+PONG\r\n"


def test_whether_a_managed_account_may_log_on_is_beyond_the_lab(machine: Machine) -> None:
    deploy(machine)
    change(machine, account="CORP\\memurai$")
    with pytest.raises(LabLimitError, match=r"whether CORP\\memurai\$ may log on as a service"):
        machine.services.start("Memurai")
    assert machine.services.get("Memurai").state == "Stopped"


@pytest.mark.parametrize(
    ("program", "option"), [("memurai.exe", "--sentinel "), ("memurai-sentinel.exe", "")], ids=["option", "name"]
)
def test_a_sentinel_needs_to_write_the_folder_of_its_configuration(machine: Machine, program: str, option: str) -> None:
    deploy(machine)
    folder = "C:\\Program Files\\Memurai"
    if program != "memurai.exe":
        machine.files.copy_file(f"{folder}\\memurai.exe", f"{folder}\\{program}")
    name = f'"{folder}\\{program}" --service-run --service-name Memurai'
    change(machine, image_path=f'{name} {option}"{CONF}"')
    assert "needs Modify on 'C:\\ProgramData\\Memurai\\config'" in refused(machine, ACCESS_DENIED)
    grant(machine, "C:\\ProgramData\\Memurai\\config", NETWORK_SERVICE_SID)
    machine.files.write_bytes(CONF, configuration().replace("save 3600 1\n", "").encode())
    machine.services.start("Memurai")
    assert ask("SENTINEL MASTERS") == "*0\r\n"
    assert "sentinel myid" in machine.files.read_bytes(CONF).decode()


def test_a_program_that_may_not_be_executed_is_denied(machine: Machine) -> None:
    deploy(machine)
    grant(machine, "C:\\Program Files\\Memurai")
    assert "needs ReadAndExecute" in refused(machine, ACCESS_DENIED)
    assert machine.services.get("Memurai").exit_code == ACCESS_DENIED


@pytest.mark.parametrize(
    ("image_path", "code"),
    [
        ('"C:\\Program Files\\Memurai\\missing.exe"', FILE_NOT_FOUND),
        (f'C:\\Program Files\\Memurai\\memurai.exe --service-run "{CONF}"', FILE_NOT_FOUND),
        ('"C:\\Program Files\\Memurai\\memurai.conf"', BAD_EXECUTABLE),
        ('"C:\\Program Files\\Memurai\\broken.exe"', BAD_EXECUTABLE),
    ],
)
def test_what_is_no_program_does_not_start(machine: Machine, image_path: str, code: int) -> None:
    deploy(machine)
    machine.files.write_bytes("C:\\Program Files\\Memurai\\broken.exe", b"\x00\x01")
    machine.files.local_path("C:\\Program Files\\Memurai\\broken.exe").chmod(0o755)
    change(machine, image_path=image_path)
    refused(machine, code)
    assert machine.services.get("Memurai").exit_code == code
    assert system_events(machine) == [7000]


def test_a_disabled_service_does_not_start(machine: Machine) -> None:
    deploy(machine)
    change(machine, start_type="Disabled")
    refused(machine, SERVICE_DISABLED)


def test_a_server_that_goes_to_the_background_is_an_error_and_leaves_nothing(machine: Machine) -> None:
    deploy(machine, "daemonize yes")
    assert "daemonize" in refused(machine, PROCESS_ABORTED)
    assert machine.processes.strays() == []
    with pytest.raises(ConnectionRefusedError):
        ask("PING")


def hang(machine: Machine) -> None:
    """Put a program that never listens in the server's place, and start it."""
    machine.files.write_bytes("C:\\Program Files\\Memurai\\memurai.exe", b"#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(Win32Error) as error:
        machine.services.start("Memurai", timeout_seconds=0.1)
    assert error.value.code == SERVICE_REQUEST_TIMEOUT


def test_a_program_that_never_listens_stays_where_it_is_until_its_process_is_ended(machine: Machine) -> None:
    deploy(machine)
    hang(machine)
    service = machine.services.get("Memurai")
    process_id = service.process_id
    assert (service.state, psutil.pid_exists(process_id)) == ("StartPending", True)
    with pytest.raises(Win32Error) as error:
        machine.services.stop("Memurai")
    assert error.value.code == SERVICE_CANNOT_ACCEPT_CONTROL
    machine.services.end_process("Memurai")
    assert (service.state, service.exit_code, psutil.pid_exists(process_id)) == ("Stopped", PROCESS_ABORTED, False)
    machine.services.end_process("Memurai")


def test_a_late_start_is_a_start_all_the_same(machine: Machine) -> None:
    deploy(machine)
    path = "C:\\Program Files\\Memurai\\memurai.exe"
    real = machine.files.read_bytes(path)
    gate = machine.root / "gate"
    late = b"#!/bin/sh\nwhile [ ! -e gate ]; do sleep 0.05; done\n" + real.partition(b"\n")[2]
    machine.files.write_bytes(path, late)
    with pytest.raises(Win32Error):
        machine.services.start("Memurai", timeout_seconds=0.1)
    gate.touch()
    wait_until(lambda: machine.services.get("Memurai").state == "Running")
    assert ask("PING") == "+PONG\r\n"
    machine.services.stop("Memurai")


def test_a_server_that_ignores_the_stop_goes_on_stopping(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    process_id = machine.services.get("Memurai").process_id
    process = suspend(process_id)
    with pytest.raises(Win32Error, match="did not stop within") as error:
        machine.services.stop("Memurai", timeout_seconds=0.1)
    assert error.value.code == SERVICE_REQUEST_TIMEOUT
    assert (machine.services.get("Memurai").state, psutil.pid_exists(process_id)) == ("StopPending", True)
    process.resume()
    wait_until(lambda: machine.services.get("Memurai").state == "Stopped")
    assert machine.services.get("Memurai").exit_code == 0


def test_no_two_services_have_one_display_name(machine: Machine) -> None:
    deploy(machine)
    change(machine, display_name="First")
    for taken in ("memurai", "first"):
        with pytest.raises(Win32Error) as error:
            machine.services.create("Second", ServiceSettings(IMAGE_PATH, taken))
        assert error.value.code == DUPLICATE_SERVICE_NAME
    assert machine.services.find("Second") is None


def test_requests_that_do_not_fit_the_state_are_refused(machine: Machine) -> None:
    deploy(machine)
    services = machine.services
    with pytest.raises(Win32Error) as error:
        services.stop("Memurai")
    assert error.value.code == SERVICE_NOT_ACTIVE
    services.start("Memurai")
    for attempt, code in (
        (lambda: services.start("Memurai"), SERVICE_ALREADY_RUNNING),
        (lambda: services.create("MEMURAI", ServiceSettings("x", "x")), SERVICE_EXISTS),
        (lambda: services.delete("Memurai"), SERVICE_MARKED_FOR_DELETE),
        (lambda: services.start("Other"), SERVICE_DOES_NOT_EXIST),
        (lambda: change(machine, account="NT SERVICE\\Other"), INVALID_SERVICE_ACCOUNT),
    ):
        with pytest.raises(Win32Error) as error:
            attempt()
        assert error.value.code == code
    services.stop("Memurai")
    services.delete("Memurai")
    assert services.find("Memurai") is None


def test_a_running_program_and_its_folders_are_in_use(machine: Machine) -> None:
    deploy(machine)
    machine.services.start("Memurai")
    for path in ("C:\\Program Files\\Memurai", "C:\\ProgramData\\Memurai\\data"):
        with pytest.raises(Win32Error, match="being used by another process"):
            machine.files.remove(path, recurse=True)
    machine.services.stop("Memurai")
    assert machine.files.remove("C:\\ProgramData\\Memurai\\data", recurse=True)


def test_closing_a_host_leaves_no_process(machine: Machine) -> None:
    deploy(machine)
    change(machine, recovery_actions=(RecoveryAction("restart", 0),))
    machine.services.start("Memurai")
    process_id = machine.services.get("Memurai").process_id
    machine.close()
    assert not psutil.pid_exists(process_id)
    with pytest.raises(ConnectionRefusedError):
        ask("PING")
    with pytest.raises(Win32Error, match="shutdown"):
        machine.processes.start(Path("/bin/true"), [], machine.root / "output" / "x", [])


def test_a_program_sees_nothing_of_the_labs_own_environment(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "secret")
    deploy(machine)
    machine.services.start("Memurai")
    environment = Path(f"/proc/{machine.services.get('Memurai').process_id}/environ").read_bytes()
    assert not re.search(rb"CANARY|secret", environment)


def test_listeners_know_their_service(machine: Machine) -> None:
    deploy(machine)
    assert machine.network.listeners(PORT) == []
    machine.services.start("Memurai")
    (listener,) = machine.network.listeners(PORT)
    assert (listener.address, listener.process_name, listener.services) == (ADDRESS, "memurai", ("Memurai",))
    assert listener.process_id == machine.services.get("Memurai").process_id


def test_listeners_of_other_hosts_are_not_seen(machine: Machine) -> None:
    with socket.create_server(("127.79.0.1", PORT)), socket.create_server((ADDRESS, 0)) as own:
        assert machine.network.listeners(PORT) == []
        (listener,) = machine.network.listeners(own.getsockname()[1])
        assert (listener.services, listener.process_id) == ((), psutil.Process().pid)
