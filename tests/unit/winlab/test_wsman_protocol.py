"""What the server answers: streams, signals, faults, quotas, broken connections."""

from __future__ import annotations

import logging
import os
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import requests
import spnego
from winrm.exceptions import WinRMOperationTimeoutError, WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol
from wsman_practice import ADDRESS, PASSWORDS, Programs, endpoint, protocol, run

from winlab.certificates import CertificateAuthority
from winlab.credentials import Accounts, ntlm_users_file
from winlab.exceptions import WinlabError
from winlab.wsman import Process, Quotas, WsmanServer, sealing
from winlab.wsman.shells import PIPE_BYTES

StartServer = Callable[..., WsmanServer]
NO_SUCH_SHELL = 2150858843


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        threading.Event().wait(0.005)


def in_background(call: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Run a call that is expected to fail in a thread and collect its error."""
    errors: list[BaseException] = []

    def target() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            errors.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    return thread, errors


@pytest.fixture
def client(server: WsmanServer) -> Protocol:
    return protocol(server, operation_timeout_sec=10, read_timeout_sec=15)


def fault_of(call: Callable[[], object]) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as caught:
        call()
    return caught.value


class Raw:
    """Requests of our own making, over HTTPS with Basic."""

    def __init__(self, server: WsmanServer, ca_bundle: str) -> None:
        self.client = protocol(server, ca_bundle, transport="basic")

    def send(self, body: str, action: str = "Create", header: str = "", resource: str = "/cmd") -> bytes:
        shell = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
        return self.client.send_message(
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
            f'xmlns:rsp="{shell}"><s:Header><a:Action>urn:x/{action}</a:Action><a:MessageID>uuid:1</a:MessageID>'
            f"<w:ResourceURI>{shell}{resource}</w:ResourceURI>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        )


class TestStreams:
    def test_input_is_streamed_to_a_running_process(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "cat", console_mode_stdin=False)
        client.send_command_input(shell, command, b"one\n")
        assert client.get_command_output_raw(shell, command) == (b"one\n", b"", -1, False)
        client.send_command_input(shell, command, b"two\nthree", end=True)
        assert client.get_command_output(shell, command) == (b"two\nthree", b"", 3)

    def test_output_is_delivered_as_soon_as_it_is_written(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "cat")
        timer = threading.Timer(0.2, client_of(client).send_command_input, (shell, command, b"now\n"))
        started = time.monotonic()
        timer.start()
        assert client.get_command_output_raw(shell, command)[0] == b"now\n"
        assert time.monotonic() - started < 5

    def test_a_receive_wakes_when_a_process_writes_and_goes_on(self, client: Protocol, programs: Programs) -> None:
        def greet(process: Process, _: str) -> int:
            programs.release.wait(10)
            process.stdout.write("hello")
            process.terminated.wait()
            return 0

        programs.programs["greet"] = greet
        shell = client.open_shell()
        command = client.run_command(shell, "greet")
        threading.Timer(0.2, programs.release.set).start()
        started = time.monotonic()
        assert client.get_command_output_raw(shell, command)[0] == b"hello"
        assert time.monotonic() - started < 5

    def test_large_output_is_split_and_complete(self, client: Protocol) -> None:
        shell = client.open_shell()
        output, errors, exit_code = client.get_command_output(shell, client.run_command(shell, "spew", ["1000000"]))
        assert (len(output), len(errors), exit_code) == (1_000_000, 1000, 7)

    def test_a_response_fits_into_the_clients_envelope(self, client: Protocol, monkeypatch: pytest.MonkeyPatch) -> None:
        sizes: list[int] = []
        original = client.transport.send_message

        def spy(message: str | bytes) -> bytes:
            response = original(message)
            sizes.append(len(response))
            return response

        monkeypatch.setattr(client.transport, "send_message", spy)
        shell = client.open_shell()
        client.get_command_output(shell, client.run_command(shell, "spew", ["600000"]))
        assert 100_000 < max(sizes) <= client.max_env_sz

    def test_more_than_a_pipe_holds_goes_through(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "spew", [str(2 * PIPE_BYTES)])
        assert len(client.get_command_output(shell, command)[0]) == 2 * PIPE_BYTES // 1000 * 1000

    def test_a_line_longer_than_the_pipe(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "cat")
        piece = b"y" * 300_000
        for _ in range(3):
            client.send_command_input(shell, command, piece)
        client.send_command_input(shell, command, b"\n", end=True)
        output, _, lines = client.get_command_output(shell, command)
        assert (len(output), lines) == (len(piece) * 3 + 1, 1)

    def test_a_process_that_does_not_read_blocks_the_sender(self, server: WsmanServer) -> None:
        client = protocol(server, operation_timeout_sec=1, read_timeout_sec=5)
        shell = client.open_shell()
        command = client.run_command(shell, "hang")

        client.send_command_input(shell, command, b"z" * PIPE_BYTES)
        with pytest.raises(WinRMOperationTimeoutError):
            client.send_command_input(shell, command, b"z")

    def test_a_process_whose_output_nobody_receives_waits(self, server: WsmanServer, programs: Programs) -> None:
        client = protocol(server)
        shell = client.open_shell()
        command = client.run_command(shell, "spew", [str(10 * PIPE_BYTES)])
        wait_until(lambda: bool(programs.started) and programs.started[0]._waiting_writers == 1)
        assert programs.started[0]._pending_bytes <= PIPE_BYTES + 1000
        assert len(client.get_command_output(shell, command)[0]) == 10 * PIPE_BYTES // 1000 * 1000

    def test_input_after_the_process_has_ended(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "echo")
        client.get_command_output(shell, command)
        assert fault_of(lambda: client.send_command_input(shell, command, b"x")).wsman_fault_code == 109

    def test_input_after_its_end(self, client: Protocol) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        client.send_command_input(shell, command, b"x", end=True)
        assert fault_of(lambda: client.send_command_input(shell, command, b"y")).wsman_fault_code == 109

    def test_the_options_reach_the_process(self, client: Protocol) -> None:
        shell = client.open_shell(working_directory="C:\\Temp", env_vars={"A": "ü"}, codepage=65001, noprofile=True)
        command = client.run_command(shell, "C:\\settings", console_mode_stdin=False, skip_cmd_shell=True)
        options = [
            ("WINRS_CODEPAGE", "65001"),
            ("WINRS_CONSOLEMODE_STDIN", "FALSE"),
            ("WINRS_NOPROFILE", "TRUE"),
            ("WINRS_SKIP_CMD_SHELL", "TRUE"),
        ]
        assert client.get_command_output(shell, command)[0].decode() == repr(({"A": "ü"}, "C:\\Temp", options))

    def test_a_program_that_breaks_says_so(self, client: Protocol, caplog: pytest.LogCaptureFixture) -> None:
        output = run(client, "crash")
        assert output[2] == 1
        assert b"RuntimeError: the program broke" in output[1]
        assert "The launcher of a practice host failed" in caplog.text


def client_of(client: Protocol) -> Protocol:
    """Return a second client like the first, with a connection of its own."""
    return Protocol(
        client.transport.endpoint, transport="ntlm", username="Administrator", password=PASSWORDS["Administrator"]
    )


class TestEnding:
    def test_an_operation_times_out(self, server: WsmanServer) -> None:
        client = protocol(server, operation_timeout_sec=1, read_timeout_sec=5)
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        started = time.monotonic()
        with pytest.raises(WinRMOperationTimeoutError):
            client.get_command_output_raw(shell, command)
        assert 0.9 < time.monotonic() - started < 4

    def test_terminate_ends_and_forgets_the_command(self, client: Protocol, programs: Programs) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        client.cleanup_command(shell, command)
        assert programs.started[0].terminated.is_set()
        assert programs.started[0].stdin.read() == b""
        fault = fault_of(lambda: client.get_command_output_raw(shell, command))
        assert "has no command with the CommandId" in fault.reason

    def test_a_pending_receive_is_aborted_when_the_shell_is_deleted(
        self, client: Protocol, server: WsmanServer, programs: Programs
    ) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        thread, errors = in_background(lambda: client.get_command_output_raw(shell, command))
        actions = server.statistics.actions
        wait_until(lambda: server.service._shells[shell].pending_requests == 1)
        client_of(client).close_shell(shell)
        thread.join(60)
        assert isinstance(errors[0], WSManFaultError)
        assert errors[0].wsman_fault_code == 995
        assert programs.started[0].terminated.is_set()
        assert (server.statistics.actions - actions) == {"Delete": 1, "Receive": 1}

    @pytest.mark.parametrize("signal", ["ctrl_c", "ctrl_break"])
    def test_control_c_ends_the_process_but_keeps_its_result(
        self, server: WsmanServer, ca_bundle: str, signal: str
    ) -> None:
        client = protocol(server, ca_bundle, transport="basic")
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        send_signal(Raw(server, ca_bundle), shell, command, signal)
        assert client.get_command_output(shell, command) == (b"", b"", 0xC000013A)

    def test_an_unknown_signal_is_a_fault(self, server: WsmanServer, ca_bundle: str) -> None:
        client = protocol(server, ca_bundle, transport="basic")
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        fault = fault_of(lambda: send_signal(Raw(server, ca_bundle), shell, command, "pause"))
        assert "knows the signals" in fault.reason

    def test_late_output_of_an_abandoned_process_harms_nothing(
        self, client: Protocol, programs: Programs, caplog: pytest.LogCaptureFixture
    ) -> None:
        shell = client.open_shell()
        client.run_command(shell, "stubborn")
        client.close_shell(shell)
        programs.release.set()
        assert programs.started[0].join(60)
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert run(client, "echo", "on")[0] == b"on\r\n"

    def test_an_idle_shell_is_ended_though_nobody_asks_anything(self, server: WsmanServer, programs: Programs) -> None:
        server.settings.quotas.minimum_idle_timeout_seconds = 0.2
        client = protocol(server)
        shell = client.open_shell(idle_timeout="PT0.2S")
        client.run_command(shell, "hang")
        wait_until(programs.started[0].terminated.is_set)
        assert server.shell_count == 0
        assert fault_of(lambda: client.run_command(shell, "echo")).wsman_fault_code == NO_SUCH_SHELL

    def test_a_shell_that_is_asked_something_is_not_idle(self, server: WsmanServer) -> None:
        server.settings.quotas.minimum_idle_timeout_seconds = 0.2
        client = protocol(server, operation_timeout_sec=1, read_timeout_sec=10)
        shell = client.open_shell(idle_timeout="PT0.2S")
        command = client.run_command(shell, "hang")
        with pytest.raises(WinRMOperationTimeoutError):
            client.get_command_output_raw(shell, command)
        wait_until(lambda: server.shell_count == 0)

    @pytest.mark.parametrize("duration", ["PT59S", "PT7201S"])
    def test_an_idle_timeout_beyond_the_limits_is_a_fault_that_names_them(
        self, client: Protocol, server: WsmanServer, duration: str
    ) -> None:
        fault = fault_of(lambda: client.open_shell(idle_timeout=duration))
        assert fault.wsman_fault_code == 2150859250
        assert "60 to 7200 seconds" in fault.reason
        assert server.shell_count == 0

    def test_close_ends_processes_and_leaves_no_thread(self, start_server: StartServer, programs: Programs) -> None:
        before = set(threading.enumerate())
        server = start_server()
        client = protocol(server)
        shell = client.open_shell()
        command = client.run_command(shell, "hang")
        thread, errors = in_background(lambda: client.get_command_output_raw(shell, command))
        wait_until(lambda: server.service._shells[shell].pending_requests == 1)
        server.close()
        thread.join(60)
        assert errors
        assert programs.started[0].terminated.is_set()
        assert set(threading.enumerate()) <= before
        with socket.socket() as probe:
            assert probe.connect_ex((ADDRESS, server.http_port)) != 0

    def test_close_names_what_does_not_end(self, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("winlab.wsman.server._CLOSE_SECONDS", 0.2)
        server = WsmanServer(ADDRESS, PASSWORDS, programs, http_port=0).start()
        client = protocol(server)
        client.run_command(client.open_shell(), "stubborn")
        with pytest.raises(WinlabError, match="1 processes and 0 connections go on"):
            server.close()


def send_signal(raw: Raw, shell: str, command: str, signal: str) -> None:
    code = f"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/{signal}"
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>'
    body = f'<rsp:Signal CommandId="{command}"><rsp:Code>{code}</rsp:Code></rsp:Signal>'
    raw.send(body, "Signal", selector)


class TestFaults:
    def test_an_unknown_shell(self, client: Protocol) -> None:
        fault = fault_of(lambda: client.run_command("DEADBEEF-0000-0000-0000-000000000000", "echo"))
        assert fault.wsman_fault_code == NO_SUCH_SHELL
        assert "was not found on the server" in fault.reason

    def test_another_users_shell(self, client: Protocol, server: WsmanServer, ca_bundle: str) -> None:
        shell = client.open_shell()
        other = protocol(server, ca_bundle, user="operator", password=PASSWORDS["operator"])
        assert fault_of(lambda: other.run_command(shell, "echo")).wsman_fault_code == NO_SUCH_SHELL
        protocol(server, ca_bundle, transport="basic", user=".\\administrator").close_shell(shell)
        assert server.shell_count == 0

    @pytest.mark.parametrize(("command", "code"), [("DEADBEEF-0000-0000-0000-000000000000", NO_SUCH_SHELL), ("", 87)])
    def test_an_unknown_command(self, client: Protocol, command: str, code: int) -> None:
        shell = client.open_shell()
        assert fault_of(lambda: client.send_command_input(shell, command, b"x")).wsman_fault_code == code
        assert fault_of(lambda: client.get_command_output_raw(shell, command)).wsman_fault_code == code
        assert fault_of(lambda: client.cleanup_command(shell, command)).wsman_fault_code == code

    def test_a_program_without_its_folder_is_found_by_cmd_only(self, client: Protocol) -> None:
        shell = client.open_shell()
        assert run(client, "echo", "x")[0] == b"x\r\n"
        fault = fault_of(lambda: client.run_command(shell, "echo", skip_cmd_shell=True))
        assert fault.wsman_fault_code == 0x80070002

    @pytest.mark.parametrize("action", ["Get", "Connect", "Disconnect", "Enumerate", "Pull", "Put"])
    def test_an_action_it_does_not_know(self, server: WsmanServer, ca_bundle: str, action: str) -> None:
        fault = fault_of(lambda: Raw(server, ca_bundle).send("", action))
        assert fault.wsman_fault_code == 0x80338001
        assert f"urn:x/{action}" in fault.reason

    def test_a_resource_it_does_not_have(self, server: WsmanServer, ca_bundle: str) -> None:
        fault = fault_of(lambda: Raw(server, ca_bundle).send("", resource="/powershell"))
        assert fault.wsman_fault_code == 0x8033803B

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ('<w:Fancy s:mustUnderstand="true"/>', 0x8033811B),
            ('<w:OptionSet><w:Option Name="WINRS_FANCY" MustComply="true">1</w:Option></w:OptionSet>', 0x80338039),
            ("<w:OperationTimeout>soon</w:OperationTimeout>", 0x8033803A),
            ("<w:MaxEnvelopeSize>huge</w:MaxEnvelopeSize>", 0x8033803A),
        ],
    )
    def test_a_header_it_can_not_keep(self, server: WsmanServer, ca_bundle: str, header: str, code: int) -> None:
        assert fault_of(lambda: Raw(server, ca_bundle).send("<rsp:Shell/>", header=header)).wsman_fault_code == code
        assert server.shell_count == 0

    def test_an_option_nobody_insists_on_is_ignored(self, server: WsmanServer, ca_bundle: str) -> None:
        option = '<w:OptionSet><w:Option Name="WINRS_FANCY">1</w:Option></w:OptionSet>'
        assert b"ResourceCreated" in Raw(server, ca_bundle).send("<rsp:Shell/>", header=option)

    @pytest.mark.parametrize(
        "message",
        [
            "no xml",
            "<a/>",
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>',
        ],
    )
    def test_a_message_that_is_no_request(self, server: WsmanServer, ca_bundle: str, message: str) -> None:
        client = protocol(server, ca_bundle, transport="basic")
        assert fault_of(lambda: client.send_message(message)).wsman_fault_code == 0x80338041

    def test_a_document_type_is_refused_before_it_is_parsed(self, server: WsmanServer, ca_bundle: str) -> None:
        message = '<!DOCTYPE a [<!ENTITY b "c">]><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>'
        client = protocol(server, ca_bundle, transport="basic")
        assert "document type" in fault_of(lambda: client.send_message(message)).reason

    def test_a_body_without_its_element(self, server: WsmanServer, ca_bundle: str) -> None:
        assert fault_of(lambda: Raw(server, ca_bundle).send("")).wsman_fault_code == 0x80338041

    def test_too_many_shells(self, start_server: StartServer) -> None:
        server = start_server(quotas=Quotas(maximum_shells_per_user=2))
        client = protocol(server)
        shells = [client.open_shell(), client.open_shell()]
        assert fault_of(client.open_shell).wsman_fault_code == 0x803381A5
        client.close_shell(shells[0], close_session=False)
        client.open_shell()
        assert server.shell_count == 2

    def test_operations_are_never_given_back(self, start_server: StartServer) -> None:
        client = protocol(start_server(quotas=Quotas(maximum_operations_per_user=3)))
        shell = client.open_shell()
        for _ in range(3):
            client.cleanup_command(shell, client.run_command(shell, "echo"))
        assert fault_of(lambda: client.run_command(shell, "echo")).wsman_fault_code == 0x803381A6
        assert fault_of(lambda: client.run_command(client.open_shell(), "echo")).wsman_fault_code == 0x803381A6
        client.close_shell(shell)
        assert run(client, "echo", "again")[0] == b"again\r\n"


class TestHttp:
    def test_a_message_too_large(self, client: Protocol, ca_bundle: str, server: WsmanServer) -> None:
        shell = client.open_shell()
        command = client.run_command(shell, "cat")
        client.send_command_input(shell, command, b"x" * 380_000)
        for other in (client, protocol(server, ca_bundle, transport="basic")):
            with pytest.raises(WinRMTransportError) as caught:
                other.send_command_input(shell, command, b"x" * 390_000)
            assert caught.value.code == 413

    def test_a_message_sealed_for_another_connection(self, client: Protocol, server: WsmanServer) -> None:
        shell = client.open_shell()
        server.drop_connections()
        with pytest.raises(WinRMTransportError) as caught:
            client.run_command(shell, "echo")
        assert caught.value.code == 400
        client.transport.close_session()
        client.transport.encryption = None
        assert client.run_command(shell, "echo")

    def test_an_idle_connection_is_dropped(self, start_server: StartServer) -> None:
        # Longer than a busy machine takes between two messages of one sign-in.
        server = start_server(idle_connection_seconds=2)
        client = protocol(server)
        shell = client.open_shell()
        wait_until(lambda: not server._listeners[0]._connections)
        with pytest.raises(WinRMTransportError) as caught:
            client.run_command(shell, "echo")
        assert caught.value.code == 400
        assert server.statistics.connections == 2

    @pytest.mark.parametrize(
        ("method", "path", "content_type", "authorized", "status"),
        [
            ("GET", "/wsman", "application/soap+xml", True, 405),
            ("POST", "/other", "application/soap+xml", True, 404),
            ("POST", "/wsman", "text/plain", True, 415),
            ("POST", "/wsman", "multipart/encrypted;boundary=x", True, 400),
            ("POST", "/wsman", "application/soap+xml", False, 401),
        ],
    )
    def test_requests_that_are_none(  # noqa: PLR0913, PLR0917  # a case has these parts
        self,
        server: WsmanServer,
        ca_bundle: str,
        method: str,
        path: str,
        content_type: str,
        authorized: bool,
        status: int,
    ) -> None:
        response = requests.request(
            method,
            endpoint(server, secure=True).replace("/wsman", path),
            data=b"x",
            headers={"Content-Type": content_type},
            auth=("Administrator", "secret") if authorized else None,
            verify=ca_bundle,
            timeout=60,
        )
        assert response.status_code == status
        assert response.content == b""

    @pytest.mark.parametrize(
        ("secure", "allow_basic", "challenges"),
        [(False, True, "Negotiate"), (True, True, 'Negotiate, Basic realm="WSMAN"'), (True, False, "Negotiate")],
    )
    def test_the_challenges(
        self, start_server: StartServer, ca_bundle: str, secure: bool, allow_basic: bool, challenges: str
    ) -> None:
        url = endpoint(start_server(allow_basic=allow_basic), secure=secure)
        response = requests.post(url, verify=ca_bundle, timeout=60)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, challenges)

    @pytest.mark.parametrize(
        ("length", "status"),
        [("", 411), ("-1", 411), ("999999999", 413), ("9" * 5000, 413)],
        ids=lambda value: str(value)[:9],
    )
    def test_a_length_it_can_not_keep(
        self, server: WsmanServer, caplog: pytest.LogCaptureFixture, length: str, status: int
    ) -> None:
        with socket.create_connection((ADDRESS, server.http_port)) as connection:
            connection.sendall(f"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
            assert connection.makefile("rb").readline().split()[1] == str(status).encode()
        assert caplog.text == ""

    @pytest.mark.parametrize("token", ["", "%%%", "TlRMTVNTUAADAAAA", "TlRMTVNTUAABAAAA", "YGI=", "YIIBAA=="])
    @pytest.mark.parametrize("scheme", ["Negotiate", "Basic", "Kerberos"])
    def test_a_broken_token(self, server: WsmanServer, ca_bundle: str, scheme: str, token: str) -> None:
        response = requests.post(
            endpoint(server, secure=True), headers={"Authorization": f"{scheme} {token}"}, verify=ca_bundle, timeout=60
        )
        assert response.status_code == 401

    def test_a_connection_lost_in_the_middle_of_a_request(self, server: WsmanServer) -> None:
        with socket.create_connection((ADDRESS, server.http_port)) as connection:
            connection.sendall(b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        wait_until(lambda: server.statistics.lost_connections == 1)
        assert run(protocol(server), "echo", "on")[0] == b"on\r\n"

    def test_a_connection_lost_while_its_answer_is_awaited(self, server: WsmanServer, programs: Programs) -> None:
        client = protocol(server)
        shell = client.open_shell()
        command = client.run_command(shell, "cat")
        thread, errors = in_background(lambda: client.get_command_output_raw(shell, command))
        wait_until(lambda: server.service._shells[shell].pending_requests == 1)
        server.drop_connections()
        thread.join(60)
        assert isinstance(errors[0], requests.exceptions.ConnectionError)
        other = client_of(client)
        other.send_command_input(shell, command, b"lost\n")
        wait_until(lambda: server.statistics.lost_connections == 1)
        other.send_command_input(shell, command, b"found\n")
        assert other.get_command_output_raw(shell, command)[0] == b"found\n"
        assert len(programs.started) == 1

    def test_a_tls_handshake_that_never_comes(self, start_server: StartServer) -> None:
        server = start_server()
        with socket.create_connection((ADDRESS, server.https_port)):
            wait_until(lambda: server.statistics.connections == 1)
            started = time.monotonic()
            server.close()
        assert time.monotonic() - started < 3

    def test_request_latency(self, start_server: StartServer) -> None:
        server = start_server(request_latency_seconds=0.05)
        started = time.monotonic()
        run(protocol(server), "echo")
        assert time.monotonic() - started >= 0.05 * server.statistics.requests

    def test_the_statistics(self, server: WsmanServer) -> None:
        run(protocol(server), "echo", "1")
        statistics = server.statistics
        receives = statistics.actions["Receive"]
        assert receives in (1, 2)  # the end of the process may come after its output
        assert statistics.actions == {"Create": 1, "Command": 1, "Receive": receives, "Signal": 1, "Delete": 1}
        assert statistics.statuses[401] == 2
        assert statistics.requests == statistics.statuses.total()
        assert statistics.connections == 1

    def test_a_port_that_is_taken(self, server: WsmanServer, programs: Programs) -> None:
        with pytest.raises(WinlabError, match=rf"{ADDRESS} port {server.http_port}: another program has it"):
            WsmanServer(ADDRESS, PASSWORDS, programs, http_port=server.http_port)

    def test_no_port_is_held_when_the_other_is_taken(
        self, server: WsmanServer, programs: Programs, wsman_authority: CertificateAuthority
    ) -> None:
        with socket.socket() as probe:
            probe.bind((ADDRESS, 0))
            free = probe.getsockname()[1]
        certificate = wsman_authority.issue("half", ADDRESS)
        with pytest.raises(WinlabError) as caught:
            WsmanServer(
                ADDRESS, PASSWORDS, programs, certificate=certificate, http_port=free, https_port=server.http_port
            )
        WsmanServer(ADDRESS, PASSWORDS, programs, http_port=free).close()
        assert f"port {server.http_port}" in str(caught.value)

    def test_an_address_that_is_not_this_machines(self, programs: Programs) -> None:
        with pytest.raises(WinlabError, match="this machine does not have that address"):
            WsmanServer("192.0.2.1", PASSWORDS, programs, http_port=0)


class FakeContext:
    """A security context that opens everything."""

    def unwrap_winrm(self, _: bytes, data: bytes) -> bytes:
        return data


class TestSealing:
    BODY = (
        b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=3\r\n"
        b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
        b"\x02\x00\x00\x00hdabc--Encrypted Boundary--\r\n"
    )

    def test_a_whole_message(self) -> None:
        assert sealing.unseal(cast(spnego.ContextProxy, FakeContext()), self.BODY) == b"abc"

    @pytest.mark.parametrize(
        ("before", "after"),
        [(b"Length=3", b"Length=4"), (b"SPNEGO", b"CredSSP"), (b"Boundary--", b""), (b"\x00\x00\x00hdabc", b"")],
    )
    def test_a_damaged_message(self, before: bytes, after: bytes) -> None:
        with pytest.raises(sealing.SealError):
            sealing.unseal(cast(spnego.ContextProxy, FakeContext()), self.BODY.replace(before, after))


class TestCredentials:
    def test_the_users_file_lives_for_one_step_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NTLM_USER_FILE", "before")
        line = Accounts({"Administrator": "secret"}).users_file_line("LAB\\administrator")
        line_again = Accounts({"Administrator": "secret"}).users_file_line("LAB\\administrator")
        with ntlm_users_file(line):
            path = Path(os.environ["NTLM_USER_FILE"])
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            content = path.read_text()
            assert content.startswith("LAB\\administrator:0:")
            assert "secret" not in content
            assert content.split(":")[2] not in ("0" * 32, line_again.split(":")[2])
            assert content.split(":")[3] == line_again.split(":")[3]
        assert not path.exists()
        assert os.environ["NTLM_USER_FILE"] == "before"

    @pytest.mark.parametrize("name", ["nobody", "LAB:X\\Administrator", "LAB\nX\\Administrator", ""])
    def test_names_that_have_no_line(self, name: str) -> None:
        assert Accounts({"Administrator": "secret"}).users_file_line(name) == ""

    def test_no_password_is_shown(self) -> None:
        assert repr(Accounts({"Administrator": "secret"})) == "Accounts(Administrator)"

    def test_private_keys_are_private(self, wsman_authority: CertificateAuthority) -> None:
        certificate = wsman_authority.issue("private", ADDRESS)
        assert stat.S_IMODE(certificate.key.stat().st_mode) == 0o600
        assert not list(wsman_authority.certificate.parent.glob("ca*.key"))
