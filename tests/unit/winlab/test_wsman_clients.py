"""Real WinRM clients, unchanged, against the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import testinfra  # type: ignore[import-untyped]
import winrm
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError
from winrm.protocol import Protocol
from wsman_practice import ADDRESS, PASSWORDS, Programs, endpoint, protocol, run

from winlab.certificates import CertificateAuthority
from winlab.wsman import WsmanServer

StartServer = Callable[..., WsmanServer]


def session(server: WsmanServer, transport: str, ca_bundle: str | None) -> winrm.Session:
    return winrm.Session(
        endpoint(server, secure=ca_bundle is not None),
        ("Administrator", "secret"),
        transport=transport,
        ca_trust_path=ca_bundle,
    )


@pytest.mark.parametrize(("transport", "secure"), [("ntlm", False), ("ntlm", True), ("basic", True), ("ssl", True)])
def test_pywinrm_runs_a_command(server: WsmanServer, ca_bundle: str, transport: str, secure: bool) -> None:
    response = session(server, transport, ca_bundle if secure else None).run_cmd("echo", ["grün", "b"])
    assert (response.status_code, response.std_out, response.std_err) == (0, "grün b\r\n".encode(), b"")
    assert server.shell_count == 0


def test_pywinrm_runs_powershell(server: WsmanServer) -> None:
    response = session(server, "ntlm", None).run_ps("Get-Date")
    assert response.status_code == 0
    assert response.std_out.startswith(b"-encodedcommand ")


def test_a_message_over_http_is_never_in_clear(server: WsmanServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    original = requests.Session.send

    def spy(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = original(self, request, **options)
        sent.extend([bytes(request.body or b""), response.content])  # type: ignore[arg-type]
        return response

    monkeypatch.setattr(requests.Session, "send", spy)
    assert run(protocol(server), "echo", "canary")[0] == b"canary\r\n"
    assert any(sent)
    assert not any(b"Envelope" in body or b"canary" in body for body in sent)


def test_ntlm_seals_over_https_too_when_asked(server: WsmanServer, ca_bundle: str) -> None:
    assert run(protocol(server, ca_bundle, message_encryption="always"), "echo", "1")[2] == 0


def test_a_certificate_of_an_unknown_authority_is_refused(server: WsmanServer, programs: Programs) -> None:
    client = Protocol(
        endpoint(server, secure=True),
        transport="ntlm",
        username="Administrator",
        password="secret",
        ca_trust_path=None,  # type: ignore[arg-type]
    )
    with pytest.raises(requests.exceptions.SSLError, match="certificate verify failed"):
        client.open_shell()
    assert server.statistics.requests == 0
    assert not programs.started


def test_a_certificate_of_another_address_is_refused(
    wsman_authority: CertificateAuthority, ca_bundle: str, programs: Programs
) -> None:
    certificate = wsman_authority.issue("another", "127.77.1.99")
    with (
        WsmanServer(ADDRESS, PASSWORDS, programs, certificate=certificate, http_port=0, https_port=0) as server,
        pytest.raises(requests.exceptions.SSLError, match="IP address mismatch"),
    ):
        protocol(server, ca_bundle).open_shell()


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize(
    ("user", "password"), [("Administrator", "wrong"), ("nobody", "secret"), ("Administrator", "")]
)
def test_wrong_credentials(server: WsmanServer, ca_bundle: str, transport: str, user: str, password: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        protocol(server, ca_bundle, transport=transport, user=user, password=password).open_shell()
    assert server.shell_count == 0


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize(
    "user", ["administrator", "LAB1\\Administrator", ".\\Administrator", "EXAMPLE\\ADMINISTRATOR", "Administrator@lab1"]
)
def test_the_spellings_of_a_local_account(server: WsmanServer, ca_bundle: str, transport: str, user: str) -> None:
    assert run(protocol(server, ca_bundle, transport=transport, user=user), "echo", "1")[2] == 0


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_a_password_of_any_characters(server: WsmanServer, ca_bundle: str, transport: str) -> None:
    client = protocol(server, ca_bundle, transport=transport, user="operator", password=PASSWORDS["operator"])
    assert run(client, "echo", "1")[2] == 0


def test_two_hosts_with_the_same_user_and_other_passwords(server: WsmanServer, programs: Programs) -> None:
    with WsmanServer("127.77.1.3", {"Administrator": "other"}, programs, http_port=0) as other:
        assert run(protocol(other, password="other"), "echo", "1")[2] == 0
        assert run(protocol(server, password="secret"), "echo", "1")[2] == 0
        with pytest.raises(InvalidCredentialsError):
            protocol(other, password="secret").open_shell()


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_right_channel_binding_is_accepted_and_so_is_none(server: WsmanServer, ca_bundle: str, is_sent: bool) -> None:
    assert run(protocol(server, ca_bundle, send_cbt=is_sent), "echo", "1")[2] == 0


def test_a_wrong_channel_binding_is_refused(
    server: WsmanServer, ca_bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests_ntlm.requests_ntlm._get_certificate_hash", lambda _: b"\x01" * 32)
    with pytest.raises(InvalidCredentialsError):
        protocol(server, ca_bundle).open_shell()


def test_basic_over_http_is_refused_by_default(server: WsmanServer) -> None:
    with pytest.raises(InvalidCredentialsError):
        protocol(server, transport="basic").open_shell()


def test_an_unsealed_message_over_http_is_refused_by_default(server: WsmanServer) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        protocol(server, message_encryption="never").open_shell()
    assert caught.value.code == 500
    assert server.shell_count == 0


@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_unencrypted_messages_when_allowed(start_server: StartServer, transport: str) -> None:
    server = start_server(allow_unencrypted=True)
    assert run(protocol(server, transport=transport, message_encryption="never"), "echo", "1")[2] == 0


def test_basic_can_be_switched_off(start_server: StartServer, ca_bundle: str) -> None:
    server = start_server(allow_basic=False)
    with pytest.raises(InvalidCredentialsError):
        protocol(server, ca_bundle, transport="basic").open_shell()
    assert run(protocol(server, ca_bundle), "echo", "1")[2] == 0


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("authentication", ["negotiate", "ntlm"])
def test_pypsrp_runs_processes(server: WsmanServer, ca_bundle: str, secure: bool, authentication: str) -> None:
    client = WSMan(
        ADDRESS,
        port=server.https_port if secure else server.http_port,
        username="Administrator",
        password="secret",
        ssl=secure,
        auth=authentication,
        cert_validation=ca_bundle,  # type: ignore[arg-type]
    )
    with client, WinRS(client, environment={"NAME": "value"}, no_profile=True, codepage=65001) as shell:
        process = Process(shell, "echo", ["a", "b"])
        process.invoke()
        process.signal(SignalCode.CTRL_C)
        assert (process.rc, process.stdout) == (0, b"a b\r\n")
        process = Process(shell, "cat")
        process.begin_invoke()
        process.send(b"one\ntwo\n", end=False)
        process.send(b"three", end=True)
        process.end_invoke()
        assert (process.rc, process.stdout) == (3, b"one\ntwo\nthree")
    assert server.shell_count == 0


def test_testinfra_runs_commands(server: WsmanServer) -> None:
    host = testinfra.get_host(f"winrm://Administrator:secret@{ADDRESS}:{server.http_port}?no_ssl=true")
    result = host.run("echo hello")
    assert (result.rc, result.stdout) == (0, "hello\r\n")
    host = testinfra.get_host(f"winrm://Administrator:secret@{ADDRESS}:{server.https_port}?no_verify_ssl=true")
    result = host.run("nosuch thing")
    assert result.rc == 1
    assert result.stderr.startswith("'nosuch' is not recognized")


def test_clients_at_once(server: WsmanServer, ca_bundle: str) -> None:
    outputs: dict[int, bytes] = {}

    def one(number: int) -> None:
        client = protocol(server, ca_bundle, transport="basic") if number % 2 else protocol(server)
        outputs[number] = run(client, "echo", str(number))[0]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outputs == {number: f"{number}\r\n".encode() for number in range(24)}
    assert server.shell_count == 0
