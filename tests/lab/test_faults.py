"""Whatever the network or the service does for a while, a session goes on; and nothing leaves it readable."""

from __future__ import annotations

import errno
import io
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from fault_proxy import SOAP, Fault, FaultProxy
from lab_practice import NETWORK
from pyinfra.api import HiddenValue
from session_practice import PASSWORD, new_session, open_session, practice_lab, run
from spnego import NegotiateOptions
from spnego.exceptions import ErrorCode, FeatureMissingError, NoCredentialError, SpnegoError

from winfra.exceptions import HostConnectionError, HostError
from winfra.session import retry
from winfra.session.session import Session
from winlab.lab import Lab
from winlab.windows.machine import Machine

BROKEN = [fault for fault in Fault if fault is not Fault.NONE]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with practice_lab(tmp_path_factory.mktemp("faults")) as started:
        yield started


@pytest.fixture
def machine(lab: Lab) -> Iterator[Machine]:
    yield lab.machines["lab1"]
    # What is left where the answer to Create was lost: nobody knows its id.
    lab.servers["lab1"].end_shells()


@pytest.fixture
def proxy(lab: Lab) -> Iterator[FaultProxy]:
    with FaultProxy(f"{NETWORK}.1", lab.servers["lab1"].http_port) as started:
        yield started


def through(lab: Lab, proxy: FaultProxy, **options: object) -> Session:
    times = {"winrm_operation_timeout": 1, "winrm_read_timeout": 10}
    session, _ = new_session(lab, winrm_scheme="http", winrm_port=proxy.port, **times, **options)
    return session


@pytest.fixture(params=["sealed", "readable"])
def options(lab: Lab, request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """Return the options of a session whose messages are sealed, or are not, as over https."""
    settings = lab.servers["lab1"].settings
    settings.allow_unencrypted = request.param == "readable"
    readable: dict[str, object] = {"winrm_transport": "basic", "winrm_allow_basic_over_http": True}
    yield readable if settings.allow_unencrypted else {}
    settings.allow_unencrypted = False


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(retry, "RETRY_SECONDS", 0.2)


def work(session: Session) -> None:
    """Do one of each on a host where it was not done before; what is done twice is seen."""
    session.open()
    reply = session.call("New-WinDirectory", {"Path": "C:\\Work"}, {}, 20)
    assert json.loads(reply.stdout)["Created"] is True
    session.upload(io.BytesIO(b"content"), "C:\\Work\\file", None, 20)
    stream = io.BytesIO()
    session.download("C:\\Work\\file", stream, 20)
    assert stream.getvalue() == b"content"
    session.close()


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.name)
def test_one_fault_at_any_request_is_survived(
    lab: Lab, machine: Machine, proxy: FaultProxy, options: dict[str, object], fault: Fault
) -> None:
    for number in itertools.count(1):
        before = len(proxy.requests)
        proxy.break_only(fault, number)
        work(through(lab, proxy, **options))
        assert machine.files.names("C:\\Work") == ["file"]
        machine.files.remove("C:\\Work", recurse=True)
        if len(proxy.requests) - before < number:
            break
        # Only a shell whose Create was not answered is nobody's.
        assert lab.servers["lab1"].shell_count <= 1
        lab.servers["lab1"].end_shells()


@pytest.mark.usefixtures("machine", "impatient")
@pytest.mark.parametrize("fault", [Fault.PAGE, Fault.XHTML, Fault.EMPTY], ids=lambda fault: fault.name)
def test_answers_that_are_something_else_are_an_error_of_this_host(
    lab: Lab, proxy: FaultProxy, options: dict[str, object], fault: Fault
) -> None:
    proxy.decide = lambda _: fault
    with pytest.raises(HostConnectionError, match=r"connect: http://.* an answer that can't be read .* It was tried"):
        through(lab, proxy, **options).open()


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.UNAVAILABLE], ids=lambda fault: fault.name)
def test_an_outage_is_survived_and_told(
    lab: Lab, machine: Machine, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    assert machine
    monkeypatch.setattr(retry, "QUIET_SECONDS", 1.0)
    session, reports = open_session(lab, winrm_scheme="http", winrm_port=proxy.port)
    until = time.monotonic() + 3
    proxy.decide = lambda _: fault if time.monotonic() < until else Fault.NONE
    assert run(session, "Write-Output back") == (0, "back\r\n")
    assert time.monotonic() > until
    assert len(reports) == 1
    assert "trying again for up to 40 s" in reports[0]
    session.close()


def test_a_slow_call_that_loses_its_connection_is_answered(lab: Lab, machine: Machine, proxy: FaultProxy) -> None:
    assert machine
    session = through(lab, proxy)
    session.open()
    proxy.break_only(Fault.ABANDONED, 2)
    assert run(session, "Start-Sleep 2; Write-Output slow", timeout=20) == (0, "slow\r\n")
    session.close()


def test_nothing_leaves_readable_though_the_log_on_fails_again_and_again(
    lab: Lab, machine: Machine, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.01)
    session = through(lab, proxy)
    session.open()
    for count in range(1, 9):
        proxy.break_only(Fault.CUT, *range(1, count + 1))
        with suppress(HostError):
            run(session, "Write-Output canary", timeout=5)
        with suppress(HostError):
            run(session, "Write-Output canary", timeout=5)
    with suppress(HostError):
        session.close()
    sealed = [request for request in proxy.requests if b"\r\nContent-Type: multipart/encrypted" in request]
    assert sealed
    assert not [request[:200] for request in proxy.requests if SOAP in request]
    assert not [
        request[:200] for request in proxy.requests if not request.endswith(b"\r\n\r\n") and request not in sealed
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"winrm_ca_bundle": None}, "that a trusted CA signed"),
        ({"winrm_password": HiddenValue(PASSWORD + "x")}, "refused the credentials"),
    ],
    ids=["certificate", "password"],
)
def test_what_does_not_pass_by_itself_is_not_tried_again(
    lab: Lab, machine: Machine, options: dict[str, object], expected: str
) -> None:
    assert machine
    connections = lab.servers["lab1"].statistics.connections
    with pytest.raises(HostConnectionError, match=expected):
        open_session(lab, **options)
    assert lab.servers["lab1"].statistics.connections == connections + 1


def refuse_for(error: Exception) -> Callable[[], None]:
    def build_session() -> None:
        raise error

    return build_session


@pytest.mark.usefixtures("machine", "impatient")
@pytest.mark.parametrize(
    "error",
    [
        NoCredentialError(context_msg="no ticket"),
        SpnegoError(error_code=ErrorCode.failure, context_msg="no ticket"),
        FeatureMissingError(NegotiateOptions.negotiate_kerberos),
        PermissionError(errno.EACCES, "Permission denied", "client.key"),
        OSError("Could not find the TLS certificate file"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_this_machine_lacks_is_an_error_of_this_host_and_not_tried_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    session, _ = new_session(lab)
    monkeypatch.setattr(session._protocol.transport, "build_session", refuse_for(error))
    with pytest.raises(HostConnectionError, match=rf"on this machine \({type(error).__name__}") as told:
        session.open()
    assert "tried again" not in str(told.value)


@pytest.mark.usefixtures("machine", "impatient")
def test_a_password_that_basic_can_not_carry_is_not_tried_again_and_not_told(lab: Lab) -> None:
    with pytest.raises(HostConnectionError, match="expected Latin-1 for the basic transport") as told:
        open_session(lab, winrm_transport="basic", winrm_password=HiddenValue("secret\u20ac"))
    assert "tried again" not in str(told.value)
    assert "20ac" not in str(told.value)
    assert "\u20ac" not in str(told.value)


def test_a_fault_of_the_service_is_an_answer_and_not_tried_again(lab: Lab, machine: Machine) -> None:
    assert machine
    server = lab.servers["lab1"]
    creates, server.settings.quotas.maximum_shells_per_user = server.statistics.actions["Create"], 0
    try:
        with pytest.raises(HostConnectionError, match="allowed a maximum number of 0 concurrent shells"):
            open_session(lab)
    finally:
        server.settings.quotas.maximum_shells_per_user = 30
    assert server.statistics.actions["Create"] == creates + 1


def test_a_host_that_can_not_be_reached_is_an_error_that_says_how_long_it_was_tried(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 1.0)
    expected = rf"could not reach https://{NETWORK}\.99:5986/wsman .* It was tried again for \d s\."
    with pytest.raises(HostConnectionError, match=expected):
        open_session(lab, winrm_hostname=f"{NETWORK}.99")
