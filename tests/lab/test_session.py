"""One PowerShell per host, whatever the network does: nothing is lost and nothing runs twice."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from lab_practice import NETWORK, wait_until
from session_practice import kind, open_session, practice_lab, run
from winrm.exceptions import WinRMOperationTimeoutError

from winfra.exceptions import HostConnectionError, HostError, HostTimeoutError, TransferError
from winfra.session import retry
from winfra.session import session as session_module
from winfra.session.session import Session
from winlab.lab import Lab
from winlab.windows.machine import Machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with practice_lab(tmp_path_factory.mktemp("session")) as started:
        yield started


@pytest.fixture
def machine(lab: Lab) -> Machine:
    machine = lab.machines["lab1"]
    machine.process_starts.clear()
    return machine


@pytest.fixture(params=["https with NTLM", "http with NTLM, sealed", "https with basic"])
def any_session(lab: Lab, machine: Machine, request: pytest.FixtureRequest) -> Iterator[Session]:
    assert machine
    options: dict[str, dict[str, object]] = {
        "https with NTLM": {},
        "http with NTLM, sealed": {"winrm_scheme": "http"},
        "https with basic": {"winrm_transport": "basic"},
    }
    opened, _ = open_session(lab, **options[request.param])
    yield opened
    opened.close()


@pytest.fixture
def session(lab: Lab, machine: Machine) -> Iterator[Session]:
    assert machine
    opened, _ = open_session(lab)
    yield opened
    opened.close()


def test_everything_goes_through_one_powershell(any_session: Session, machine: Machine) -> None:
    assert run(any_session, "Write-Output 'h\u00e9'") == (0, "h\u00e9\r\n")
    assert run(any_session, "exit 7")[0] == 7
    assert kind(any_session, "C:\\Windows") == "Directory"
    content = os.urandom(700_000)
    any_session.upload(io.BytesIO(content), "C:\\Windows\\Temp\\big", None, None)
    back = io.BytesIO()
    any_session.download("C:\\Windows\\Temp\\big", back, None)
    assert back.getvalue() == content
    assert machine.process_starts["powershell.exe"] == 1


def lose_answers(session: Session, monkeypatch: pytest.MonkeyPatch, count: int) -> Callable[[], int]:
    """Let that many answers be lost after the server has sent them; return a counter of what is left to lose."""
    protocol = session._protocol
    receive, left = protocol.get_command_output_raw, [count]

    def lossy(shell: str, command: str) -> object:
        answer = receive(shell, command)
        if left[0] and answer[0]:
            left[0] -= 1
            raise requests.ConnectionError("the answer was lost")
        return answer

    monkeypatch.setattr(protocol, "get_command_output_raw", lossy)
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.01)
    return lambda: left[0]


def test_a_lost_answer_is_asked_for_again_and_nothing_runs_twice(
    session: Session, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = lose_answers(session, monkeypatch, 2)
    reply = session.call("New-WinDirectory", {"Path": "C:\\Once"}, {}, None)
    # Had it run again, it would have found the folder there.
    assert json.loads(reply.stdout)["Created"] is True
    assert left() == 0
    assert kind(session, "C:\\Once") == "Directory"
    assert machine.process_starts["powershell.exe"] == 1
    machine.files.remove("C:\\Once")


def test_an_answer_that_another_connection_took_is_asked_for_again(
    session: Session, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Receive of a connection that is lost may take the reply of a slow call, and the repeated reply too."""
    protocol = session._protocol
    receive, taken = protocol.get_command_output_raw, []

    def lossy(shell: str, command: str) -> object:
        if not taken:
            taken.append(b"")
            raise requests.ConnectionError("lost while the call still runs")
        if taken[0].count(b"\n") < 2:
            taken[0] += receive(shell, command)[0]
            raise WinRMOperationTimeoutError
        return receive(shell, command)

    monkeypatch.setattr(protocol, "get_command_output_raw", lossy)
    reply = session.call("New-WinDirectory", {"Path": "C:\\Once"}, {}, 10)
    assert json.loads(reply.stdout)["Created"] is True
    machine.files.remove("C:\\Once")


def test_an_upload_survives_lost_connections(lab: Lab, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.01)
    content = os.urandom(2_000_000)

    class Dropping(io.BytesIO):
        """Drops all connections of the server between two blocks."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == session_module.LARGEST_BLOCK * 3:
                lab.servers["lab1"].drop_connections()
            return super().read(size)

    session.upload(Dropping(content), "C:\\Windows\\Temp\\dropped", None, None)
    assert lab.machines["lab1"].files.read_bytes("C:\\Windows\\Temp\\dropped") == content


def test_a_network_that_stays_away_is_an_error_of_this_host(
    lab: Lab, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lab
    lose_answers(session, monkeypatch, 10_000)
    monkeypatch.setattr(retry, "RETRY_SECONDS", 1.0)
    expected = rf"could not reach https://{NETWORK}\.1:5986/wsman .* It was tried again for \d s\.$"
    with pytest.raises(HostConnectionError, match=expected):
        run(session, "Get-Date")
    monkeypatch.undo()


def test_a_lost_shell_is_reopened(lab: Lab, session: Session, machine: Machine) -> None:
    assert run(session, "Write-Output 1")[1] == "1\r\n"
    lab.servers["lab1"].end_shells()
    assert run(session, "Write-Output 2")[1] == "2\r\n"
    assert machine.process_starts["powershell.exe"] == 2


def test_an_upload_begins_though_the_shell_was_lost(lab: Lab, session: Session, machine: Machine) -> None:
    lab.servers["lab1"].end_shells()
    session.upload(io.BytesIO(b"content"), "C:\\Windows\\Temp\\reopened", None, None)
    assert machine.files.read_bytes("C:\\Windows\\Temp\\reopened") == b"content"


def test_a_call_that_may_have_run_is_not_handed_to_another_powershell(
    lab: Lab, session: Session, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, server = session._protocol.send_command_input, lab.servers["lab1"]

    def lossy(*arguments: object, **named: object) -> None:
        monkeypatch.undo()
        send(*arguments, **named)
        wait_until(lambda: machine.files.kind("C:\\Once") == "Directory", "the call to run")
        machine.files.remove("C:\\Once")
        server.end_shells()
        raise requests.ConnectionError("the answer to Send was lost, and the shell too")

    monkeypatch.setattr(session._protocol, "send_command_input", lossy)
    with pytest.raises(HostConnectionError):
        session.call("New-WinDirectory", {"Path": "C:\\Once"}, {}, None)
    assert machine.files.kind("C:\\Once") == "Absent"


def test_a_call_that_a_new_powershell_may_have_run_is_not_handed_to_yet_another(
    lab: Lab, session: Session, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, server, received = session._protocol.send_command_input, lab.servers["lab1"], []

    def lossy(shell: str, command: str, data: bytes, **named: object) -> None:
        send(shell, command, data, **named)
        if b" call " not in data or received:
            return
        wait_until(lambda: machine.files.kind("C:\\Once") == "Directory", "the call to run")
        received.append(data)
        machine.files.remove("C:\\Once")
        server.end_shells()
        raise requests.ConnectionError("the answer to Send was lost, and the shell too")

    server.end_shells()
    monkeypatch.setattr(session._protocol, "send_command_input", lossy)
    with pytest.raises(HostConnectionError):
        session.call("New-WinDirectory", {"Path": "C:\\Once"}, {}, None)
    assert received
    assert machine.files.kind("C:\\Once") == "Absent"


def test_a_shell_lost_while_something_runs_is_an_error_and_not_run_again(lab: Lab, session: Session) -> None:
    server = lab.servers["lab1"]
    sent = server.statistics.actions["Send"]

    def end_when_running() -> None:
        wait_until(lambda: server.statistics.actions["Send"] > sent, "the script to be sent")
        server.end_shells()

    ending = threading.Thread(target=end_when_running)
    ending.start()
    with pytest.raises(HostConnectionError):
        run(session, "Start-Sleep 30")
    ending.join()
    assert run(session, "Write-Output back")[1] == "back\r\n"


def test_a_request_that_takes_too_long_is_ended_on_the_host(session: Session, machine: Machine) -> None:
    with pytest.raises(HostTimeoutError, match="script: no answer in time; PowerShell was ended on the host"):
        run(session, "Start-Sleep 60", timeout=1)
    assert run(session, "Write-Output next")[1] == "next\r\n"
    assert machine.process_starts["powershell.exe"] == 2


def test_a_process_that_ended_is_replaced_by_the_next_request(lab: Lab, session: Session, machine: Machine) -> None:
    session._agent().send(b"x quit\n")
    wait_until(lambda: lab.servers["lab1"].running_count == 0, "PowerShell to end")
    assert run(session, "Write-Output 1")[1] == "1\r\n"
    assert machine.process_starts["powershell.exe"] == 2


@pytest.fixture
def withheld(machine: Machine) -> Iterator[Machine]:
    machine.agent_withholds_output = True
    yield machine
    machine.agent_withholds_output = False


def test_where_the_agent_can_not_answer_each_command_has_its_own_process(lab: Lab, withheld: Machine) -> None:
    session, reports = open_session(lab, winrm_start_timeout=1)
    assert run(session, "Write-Output 1")[1] == "1\r\n"
    assert kind(session, "C:\\Windows") == "Directory"
    session.upload(io.BytesIO(b"slow"), "C:\\Windows\\Temp\\slow", None, None)
    session.close()
    assert withheld.files.read_bytes("C:\\Windows\\Temp\\slow") == b"slow"
    assert withheld.process_starts["powershell.exe"] == 5
    assert "each command starts a process of its own" in reports[0]


def test_constrained_language_mode_is_refused_with_its_reason(lab: Lab, machine: Machine) -> None:
    machine.summary.language_mode = "ConstrainedLanguage"
    try:
        with pytest.raises(HostConnectionError, match="expected PowerShell in FullLanguage mode, found Constrained"):
            open_session(lab)
    finally:
        machine.summary.language_mode = "FullLanguage"


def test_a_damaged_upload_leaves_the_destination_as_it_was(
    session: Session, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.files.write_bytes("C:\\Windows\\Temp\\kept", b"before")
    monkeypatch.setattr(session_module, "block_field", lambda block: session_module.text_field("x" * len(block)))
    with pytest.raises(TransferError, match="SHA-256"):
        session.upload(io.BytesIO(b"after!"), "C:\\Windows\\Temp\\kept", None, None)
    assert machine.files.read_bytes("C:\\Windows\\Temp\\kept") == b"before"
    assert not [name for name in machine.files.names("C:\\Windows\\Temp") if name.endswith(".partial")]


def test_a_full_disk_leaves_the_destination_as_it_was(session: Session, machine: Machine) -> None:
    machine.files.write_bytes("C:\\Windows\\Temp\\kept", b"before")
    reserved, machine.files.reserved_bytes = machine.files.reserved_bytes, machine.files.capacity_bytes
    try:
        with pytest.raises(TransferError, match="There is not enough space on the disk"):
            session.upload(io.BytesIO(b"x" * 100), "C:\\Windows\\Temp\\kept", None, None)
    finally:
        machine.files.reserved_bytes = reserved
    assert machine.files.read_bytes("C:\\Windows\\Temp\\kept") == b"before"


def test_a_request_too_large_for_one_envelope_is_refused_before_it_is_sent(session: Session) -> None:
    with pytest.raises(HostError, match="expected a request of at most 340000 bytes"):
        run(session, "#" * 400_000)


def test_closing_leaves_no_shell_on_the_host(lab: Lab, session: Session) -> None:
    run(session, "Write-Output 1")
    session.close()
    assert lab.servers["lab1"].shell_count == 0


def test_a_shell_frees_itself_when_nobody_asks_it_anything_any_more(lab: Lab, session: Session) -> None:
    shell = lab.servers["lab1"].service._shells[str(session._shell)]
    assert shell.idle_timeout_seconds == 1800


def test_a_host_that_allows_no_such_idle_limit_keeps_its_own(lab: Lab, machine: Machine) -> None:
    assert machine
    quotas = lab.servers["lab1"].settings.quotas
    quotas.idle_timeout_seconds = 900.0
    session, _ = open_session(lab)
    quotas.idle_timeout_seconds = 7200.0
    assert lab.servers["lab1"].service._shells[str(session._shell)].idle_timeout_seconds == 900
    session.close()


def test_what_runs_when_its_run_is_ended_comes_to_its_end(lab: Lab, session: Session) -> None:
    server = lab.servers["lab1"]
    sent, answers = server.statistics.actions["Send"], []
    running = threading.Thread(target=lambda: answers.append(run(session, "Start-Sleep 1; Write-Output done")))
    running.start()
    wait_until(lambda: server.statistics.actions["Send"] > sent, "the script to be sent")
    session.end_soon("SIGTERM")
    session.close()
    running.join()
    assert answers == [(0, "done\r\n")]
    assert server.shell_count == 0
    with pytest.raises(HostConnectionError, match="the run was ended by SIGTERM"):
        run(session, "Write-Output more")


@pytest.fixture(params=["one PowerShell", "each request has its own"])
def changing(lab: Lab, machine: Machine, request: pytest.FixtureRequest) -> Iterator[tuple[Session, list[str]]]:
    """Return a session, for a change that its test begins, and what it reports."""
    machine.agent_withholds_output = request.param != "one PowerShell"
    yield open_session(lab, winrm_start_timeout=1, winrm_operation_timeout=1)
    machine.agent_withholds_output = False
    lab.servers["lab1"].end_shells()
    for path in ("C:\\Begun", "C:\\Ended"):
        machine.files.remove(path)


def test_a_change_that_takes_longer_than_its_ended_run_waits_comes_to_its_end(
    lab: Lab, machine: Machine, changing: tuple[Session, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "END_SECONDS", 0.5)
    server, (session, reports) = lab.servers["lab1"], changing
    script = "New-WinDirectory -Path 'C:\\Begun'; Start-Sleep 4; New-WinDirectory -Path 'C:\\Ended'"
    errors = []

    def change() -> None:
        try:
            run(session, script)
        except HostError as error:
            errors.append(str(error))

    running = threading.Thread(target=change)
    running.start()
    wait_until(lambda: machine.files.kind("C:\\Begun") == "Directory", "the change to begin")
    session.end_soon("SIGTERM")
    session.close()
    running.join()
    assert errors == ["@winrm/lab1: script: the run was ended before the answer; it goes on on the host"]
    assert machine.files.kind("C:\\Ended") == "Absent"
    assert "goes on there" in reports[-1]
    assert "frees itself within 30 minutes" in reports[-1]
    assert server.shell_count == 1
    wait_until(lambda: machine.files.kind("C:\\Ended") == "Directory", "the change to end")
    wait_until(lambda: server.running_count == 0, "PowerShell to end by itself")


def test_an_upload_that_is_broken_off_leaves_nothing(lab: Lab, session: Session, machine: Machine) -> None:
    class BrokenOff(io.BytesIO):
        """Has the run ended between two blocks."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                session.end_soon("SIGTERM")
            return super().read(size)

    with pytest.raises(HostConnectionError, match="the run was ended by SIGTERM"):
        session.upload(BrokenOff(os.urandom(700_000)), "C:\\Windows\\Temp\\broken", None, None)
    session.close()
    assert [name for name in machine.files.names("C:\\Windows\\Temp") if name.startswith("broken")] == []
    assert lab.servers["lab1"].shell_count == 0


def test_a_download_of_what_is_not_there_is_an_error(session: Session) -> None:
    with pytest.raises(TransferError, match=r"download of C:\\not there"):
        session.download("C:\\not there", io.BytesIO(), None)
