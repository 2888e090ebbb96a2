"""The frames themselves: repeats, pieces, what is unknown, and a PowerShell that has ended."""

from __future__ import annotations

import time
from hashlib import sha256

import pytest
from contract_host import SECONDS, ContractHost, PracticeHost

from winfra.exceptions import HostConnectionError, HostTimeoutError
from winfra.library import agent_script
from winfra.session import process as process_module
from winfra.session.frames import Reply, Request, block_field, frame, json_field, text_field
from winfra.session.process import PowerShellProcess
from winlab.twin import agent


def process_of(host: ContractHost) -> PowerShellProcess:
    """Return the PowerShell that answers now."""
    host.call("Get-WinItem", Path=host.scratch)
    return host.session._agent()


def ask(process: PowerShellProcess, request: Request) -> Reply:
    process.send(request.line)
    return process.wait_for(request.id, time.monotonic() + SECONDS, what=request.what)


def call(function: str, **parameters: object) -> Request:
    return Request(function, (b"call", text_field(function), json_field(parameters), json_field({})))


def send_file(process: PowerShellProcess, path: str, *pieces: tuple[int, bytes]) -> None:
    process.send(frame("upload", b"open", text_field(path)))
    for offset, piece in pieces:
        process.send(frame("upload", b"data", str(offset).encode(), block_field(piece)))


def closing(partial: str, path: str, digest: str) -> Request:
    return Request("close", (b"close", text_field(partial), text_field(path), digest.encode()))


def test_a_request_that_comes_again_is_answered_and_not_run_again(host: ContractHost, folder: str) -> None:
    process, request = process_of(host), call("New-WinDirectory", Path=f"{folder}\\made")
    first = ask(process, request)
    assert b'"Created":true' in first.stdout
    assert ask(process, request) == first
    assert b'"Created":false' in ask(process, call("New-WinDirectory", Path=f"{folder}\\made")).stdout


def test_a_script_that_comes_again_is_not_run_again(host: ContractHost, folder: str) -> None:
    script = f"Remove-WinItem -Path '{folder}\\made'; exit 3"
    host.call("New-WinDirectory", Path=f"{folder}\\made")
    process, request = process_of(host), Request("script", (b"run", text_field(script), json_field({})))
    first = ask(process, request)
    assert (first.exit_code, ask(process, request)) == (3, first)


@pytest.mark.parametrize("name", ["Get-WinNothing", "Get-Date", ""])
def test_what_is_no_function_of_the_library_is_exit_code_255(host: ContractHost, name: str) -> None:
    reply = host.ask(name)
    assert (reply.exit_code, reply.stdout) == (255, b"")
    assert f"Expected a function of the library, found '{name}', which it has not." in reply.stderr.decode()


def test_a_function_is_called_by_its_name_in_any_case(host: ContractHost, folder: str) -> None:
    assert ask(process_of(host), call("GET-winitem", path=folder)).exit_code == 0


def test_an_operation_that_is_not_there_is_exit_code_255(host: ContractHost) -> None:
    reply = ask(process_of(host), Request("unknown", (b"shout",)))
    assert (reply.exit_code, reply.stdout) == (255, b"")
    assert "found 'shout'" in reply.stderr.decode()


def test_parameters_are_an_object(host: ContractHost) -> None:
    fields = (b"call", text_field("Get-WinItem"), text_field("[1]"), json_field({}))
    reply = ask(process_of(host), Request("wrong", fields))
    assert reply.exit_code == 1
    assert "Expected a JSON object in the request, found something else." in reply.stderr.decode()


def test_a_parameter_that_is_null_is_not_given(host: ContractHost, folder: str) -> None:
    assert host.call("Get-WinItem", Path=folder, IncludeHash=None)["Kind"] == "Directory"


def test_a_file_with_another_digest_leaves_nothing(host: ContractHost, folder: str) -> None:
    path, partial, content = f"{folder}\\file", f"{folder}\\partial", b"content"
    host.put(path, b"former")
    process = process_of(host)
    send_file(process, partial, (0, content))
    reply = ask(process, closing(partial, path, "0" * 64))
    assert (reply.exit_code, reply.stdout) == (1, b"")
    refusal = f"Expected SHA-256 {'0' * 64} of '{path}', found {sha256(content).hexdigest()} in 7 bytes."
    assert refusal in reply.stderr.decode()
    assert (host.read(path), host.kind(partial)) == (b"former", "Absent")


def test_a_piece_that_comes_again_is_ignored(host: ContractHost, folder: str) -> None:
    path, partial = f"{folder}\\file", f"{folder}\\partial"
    process = process_of(host)
    send_file(process, partial, (0, b"one"), (0, b"one"), (3, b"two"), (3, b"two"), (0, b"one"))
    digest = sha256(b"onetwo").hexdigest()
    assert ask(process, closing(partial, path, digest)) == Reply(0, digest.encode(), b"")
    assert host.read(path) == b"onetwo"


def test_a_piece_that_is_missing_is_an_error(host: ContractHost, folder: str) -> None:
    path, partial = f"{folder}\\file", f"{folder}\\partial"
    process = process_of(host)
    send_file(process, partial, (0, b"one"), (4, b"two"))
    reply = ask(process, closing(partial, path, sha256(b"onetwo").hexdigest()))
    assert reply.exit_code == 1
    assert "Expected the piece at offset 3, found the one at 4." in reply.stderr.decode()
    assert (host.kind(path), host.kind(partial)) == ("Absent", "Absent")


def test_the_end_of_an_upload_needs_its_beginning(host: ContractHost, folder: str) -> None:
    path, partial = f"{folder}\\file", f"{folder}\\partial"
    process, request = process_of(host), closing(partial, path, sha256(b"").hexdigest())
    assert f"Expected an upload to '{partial}' under way, found none." in ask(process, request).stderr.decode()
    send_file(process, f"{folder}\\other", (0, b""))
    other = closing(partial, path, sha256(b"").hexdigest())
    assert f"found the end of '{partial}'." in ask(process, other).stderr.decode()
    assert (host.kind(path), host.kind(f"{folder}\\other")) == ("Absent", "Absent")


def test_a_file_is_read_in_parts(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file"
    host.put(path, b"0123456789")
    process = process_of(host)
    parts = [(0, 4), (4, 4), (8, 4), (10, 4), (99, 4)]
    requests = [Request("read", (b"read", text_field(path), b"%d" % offset, b"%d" % size)) for offset, size in parts]
    assert [ask(process, request).stdout for request in requests] == [b"0123", b"4567", b"89", b"", b""]


def test_a_request_after_the_end_of_its_process_starts_another(host: ContractHost) -> None:
    former = process_of(host)
    former.kill()
    with pytest.raises(HostConnectionError):
        ask(former, call("Get-WinItem", Path=host.scratch))
    assert host.kind(host.scratch) == "Directory"
    assert process_of(host) is not former


def test_a_request_that_takes_too_long_ends_its_process_and_the_next_starts_another(host: ContractHost) -> None:
    former = process_of(host)
    with pytest.raises(HostTimeoutError):
        host.session.run("Start-Sleep -Seconds 60", {}, 1)
    assert not former.alive
    assert host.run("'next'").stdout == b"next\r\n"


def give_up_answers_soon(host: ContractHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let agents that start from now on wait for a second until somebody takes an answer."""
    if isinstance(host, PracticeHost) and host.machine.powershell is None:
        monkeypatch.setattr(agent, "ANSWER_SECONDS", 1.0)
        return
    text, limit = agent_script(), "AnswerSeconds = 600\n"
    assert limit in text
    monkeypatch.setattr(process_module, "agent_script", lambda: text.replace(limit, "AnswerSeconds = 1\n"))


def test_an_answer_that_nobody_takes_is_given_up(
    host: ContractHost, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.put(f"{folder}\\large", b"x" * 1_000_000)
    give_up_answers_soon(host, monkeypatch)
    session = host.connect()
    fields = (b"read", text_field(f"{folder}\\large"), b"0", b"1000000")
    session._agent().send(Request("read", fields).line)
    asking, deadline = f"Get-Process -Id {session.agent['ProcessId']}", time.monotonic() + SECONDS
    while host.run(asking).exit_code == 0:
        assert time.monotonic() < deadline, "the agent still waits"
        time.sleep(0.1)
    session.close()
