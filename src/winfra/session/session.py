"""What one host is asked: library calls, scripts and files, through one PowerShell that is started once."""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, TypeVar

import requests
from winrm.exceptions import WinRMError, WSManFaultError

from winfra.exceptions import HostConnectionError, HostError, TransferError
from winfra.session.frames import (
    LARGEST_BLOCK,
    LARGEST_LINE,
    READY,
    Reply,
    Request,
    block_field,
    frame,
    json_field,
    parse_reply,
    text_field,
)
from winfra.session.options import ConnectionOptions
from winfra.session.process import (
    NotReadyError,
    PowerShellProcess,
    ready_message,
    refuse_constrained_language,
)
from winfra.session.protocol import FAILURES, WinRMProtocol, may_have_arrived
from winfra.session.retry import Outage

# WSMan fault: the shell is not there (idle timeout, reboot, restart of WinRM).
SHELL_GONE = 2150858843
# WSMan fault: the host allows no idle limit as long as the one asked for (ERROR_WINRS_IDLETIMEOUT_OUTOFBOUNDS).
IDLE_LIMIT_REFUSED = 2150859250
UTF_8_CODE_PAGE = 65001
# A shell that nobody asks anything any more ends itself, and what runs in it: later than the longest change takes by
# the default limits of time, so that a change whose control node is gone, or did not wait for it, comes to its end.
# While a run waits, it asks at every operation timeout.
IDLE_LIMIT = "PT1800S"
DEFAULT_TIMEOUT_SECONDS = 3600
# How long a run that was ended waits for what runs on the host. What takes longer goes on there: to end it could be to
# end a change in its middle, with the service stopped or the data moved aside.
END_SECONDS = 30.0

T = TypeVar("T")


class Session:
    """The one conversation with a host.

    host: name for messages.
    options: how to reach it.
    report: takes a line that the operator should see.
    """

    def __init__(self, host: str, options: ConnectionOptions, report: Callable[[str], None]) -> None:
        self._host = host
        self._options = options
        self._report = report
        self._protocol = _protocol(host, options)
        self._shell: str | None = None
        self._process: PowerShellProcess | None = None
        self._one_process_per_request = False
        # Whether the host has something of a request without a reply.
        self._under_way = False
        # Whether the host may have received the line that is being sent, so that nobody else may be handed it.
        self._may_run = False
        self._ended_by: str | None = None
        self._latest = math.inf
        # A run that is ended closes its sessions while their last requests still wait for replies.
        self._turn = threading.RLock()
        self.agent: dict[str, object] = {}

    def open(self) -> None:
        """Log on and start PowerShell.

        Raises HostConnectionError, with what to look at, when either can't be done.
        """
        try:
            self._guarded("connect", self._start)
        except BaseException:
            with suppress(HostError):
                self.close()
            raise

    def close(self) -> None:
        """End PowerShell and the shell on the host, after what runs there has ended.

        What does not end within END_SECONDS goes on, and the shell with it up to its idle limit; that is reported.
        """
        self._guarded("disconnect", lambda: self._persistently(self._end, closing=True))

    def end_soon(self, reason: str) -> None:
        """Begin nothing more, and wait END_SECONDS for what runs on the host; `close` is still to be called.

        reason: why, for messages. A signal handler may call this.
        """
        self._latest = time.monotonic() + END_SECONDS
        self._ended_by = reason

    def call(self, function: str, parameters: dict[str, Any], options: dict[str, Any], timeout: float | None) -> Reply:
        """Call a library function; stdout of the reply is one line of JSON.

        parameters, options: as powershell/agent/agent.ps1 describes them.
        timeout: seconds.
        """
        fields = (b"call", text_field(function), json_field(parameters), json_field(options))
        return self._ask(Request(function, fields), timeout)

    def run(self, script: str, options: dict[str, Any], timeout: float | None) -> Reply:
        """Run PowerShell text. Arguments as for `call`."""
        return self._ask(Request("script", (b"run", text_field(script), json_field(options))), timeout)

    def upload(self, stream: IO[bytes], destination: str, temporary: str | None, timeout: float | None) -> str:
        """Write a file on the host and return its SHA-256.

        stream: the content. destination: Windows path. temporary: Windows path on the same volume; next to the
        destination when None.

        The content goes to the temporary file, is compared by SHA-256 there, and is moved into place only then.
        Raises TransferError when it can't be; the destination is as it was.
        """
        partial = temporary or f"{destination}.{secrets.token_hex(4)}.partial"
        digest = hashlib.sha256()
        what = f"upload to {destination}"
        frames = self._upload_frames(stream, partial, digest.update)

        def closing() -> Request:
            fields = (b"close", text_field(partial), text_field(destination), digest.hexdigest().encode("ascii"))
            return Request(what, fields)

        reply = self._guarded(what, lambda: self._stream(frames, closing, self._deadline(timeout)))
        if reply.exit_code != 0:
            raise TransferError(f"{self._host}: {what}: {reply.stderr.decode(errors='replace').strip()}")
        return digest.hexdigest()

    def download(self, path: str, stream: IO[bytes], timeout: float | None) -> str:
        """Read a file of the host into a stream and return its SHA-256."""
        digest = hashlib.sha256()
        position = 0
        while block := self._read_block(path, position, timeout):
            stream.write(block)
            digest.update(block)
            position += len(block)
        return digest.hexdigest()

    def _read_block(self, path: str, position: int, timeout: float | None) -> bytes:
        fields = (b"read", text_field(path), str(position).encode(), str(LARGEST_BLOCK).encode())
        reply = self._ask(Request(f"download of {path}", fields), timeout)
        if reply.exit_code != 0:
            raise TransferError(f"{self._host}: download of {path}: {reply.stderr.decode(errors='replace').strip()}")
        return reply.stdout

    def _upload_frames(self, stream: IO[bytes], partial: str, count: Callable[[bytes], None]) -> Iterator[bytes]:
        identifier = secrets.token_hex(8)
        yield frame(identifier, b"open", text_field(partial))
        position = 0
        while block := stream.read(LARGEST_BLOCK):
            count(block)
            yield frame(identifier, b"data", str(position).encode(), block_field(block))
            position += len(block)

    # How a request travels

    def _ask(self, request: Request, timeout: float | None) -> Reply:
        if len(request.line) > LARGEST_LINE:
            raise HostError(
                f"{self._host}: {request.what}: expected a request of at most {LARGEST_LINE} bytes, found "
                f"{len(request.line)}. Put the script into a file, upload it and run it there."
            )
        deadline = self._deadline(timeout)
        return self._guarded(request.what, lambda: self._stream(iter(()), lambda: request, deadline))

    def _stream(self, frames: Iterator[bytes], closing: Callable[[], Request], deadline: float) -> Reply:
        """Send frames that have no reply, then a request that has one.

        frames: made while they are sent, so that a file is never held whole.
        closing: makes the request after the last frame.
        """
        self._refuse_when_ended()
        self._ensure_process()
        if self._one_process_per_request:
            return self._stream_to_own_process(frames, closing, deadline)
        self._under_way = True
        first = True
        for line in frames:
            self._persistently(lambda line=line, first=first: self._send_frame(line, first=first))  # type: ignore[misc]
            first = False
        reply = self._exchange(closing(), deadline, reopen=first)
        self._under_way = False
        return reply

    def _send_frame(self, line: bytes, *, first: bool) -> None:
        # The first frame of an upload may come twice, even to two PowerShells: it does nothing but begin.
        self._may_run = False
        self._send(line, reopen=first)

    def _exchange(self, request: Request, deadline: float, *, reopen: bool) -> Reply:
        self._may_run = False

        def attempt() -> Reply:
            self._send(request.line, reopen=reopen)
            return self._agent().wait_for(request.id, deadline, what=request.what, again=request.line)

        return self._persistently(attempt)

    def _stream_to_own_process(self, frames: Iterator[bytes], closing: Callable[[], Request], deadline: float) -> Reply:
        process = self._process = self._new_process()
        self._under_way = True
        for line in frames:
            process.send(line)
        request = closing()
        process.send(request.line, end=True)
        for line in process.read_to_end(deadline, what=request.what):
            reply = parse_reply(line, request.id)
            if reply is not None:
                self._under_way = False
                return reply
        raise HostConnectionError(f"{self._host}: {request.what}: PowerShell ended without an answer")

    def _persistently(self, action: Callable[[], T], *, closing: bool = False) -> T:
        """Do what can be done again safely until the network lets it through, for a bounded time.

        The agent answers a repeated request from memory and ignores a repeated block, so nothing runs twice.
        closing: done also after the run was ended.
        """
        outage = Outage(self._report)
        while True:
            if not closing:
                self._refuse_when_ended()
            begun = time.monotonic()
            try:
                return action()
            except Exception as error:
                self._protocol.reconnect()
                if self._process is not None:
                    self._process.lose_connection()
                if not outage.goes_on(error, begun, self._protocol.last_answer):
                    raise
            time.sleep(outage.pause)

    def _refuse_when_ended(self) -> None:
        if self._ended_by is not None:
            raise HostConnectionError(f"{self._host}: the run was ended by {self._ended_by}")

    def _send(self, line: bytes, *, reopen: bool = False) -> None:
        """Hand a line to PowerShell.

        reopen: to a new one where the present one is gone; only as long as no attempt may have been received by it.
        """
        if reopen and self._process is None:
            self._start_afresh()
        if not self._deliver(line, reopen=reopen) and reopen and not self._may_run:
            self._start_afresh()
            self._deliver(line, reopen=False)

    def _deliver(self, line: bytes, *, reopen: bool) -> bool:
        """Send a line; return whether there was a PowerShell to take it."""
        try:
            delivered = self._agent().send(line)
        except WSManFaultError as error:
            if error.wsman_fault_code != SHELL_GONE or not reopen or self._may_run:
                raise
            self._shell = None
            return False
        except Exception as error:
            self._may_run = self._may_run or may_have_arrived(error)
            raise
        self._may_run = self._may_run or delivered
        return delivered

    def _agent(self) -> PowerShellProcess:
        if self._process is None:
            raise HostConnectionError(f"{self._host}: PowerShell is not running")
        return self._process

    def _ensure_process(self) -> None:
        if self._one_process_per_request:
            return
        if self._process is None or not self._process.alive:
            self._start()

    def _start(self) -> None:
        self._persistently(self._start_afresh)

    def _start_afresh(self) -> None:
        """Start PowerShell in a shell of its own: of one whose start was cut short nobody knows how far it came."""
        self._process = None
        self._delete_shell()
        process = self._new_process()
        try:
            self.agent = process.wait_until_ready(self._options.start_timeout)
        except NotReadyError:
            self.agent = self._start_one_process_per_request()
            return
        self._process = process
        self._under_way = False

    def _new_process(self) -> PowerShellProcess:
        return PowerShellProcess(self._protocol, self._open_shell(), self._host, lambda: self._latest)

    def _open_shell(self) -> str:
        if self._shell is None:
            try:
                self._shell = self._new_shell(IDLE_LIMIT)
            except WSManFaultError as error:
                if error.wsman_fault_code != IDLE_LIMIT_REFUSED:
                    raise
                # Then the host's own limit is a shorter one.
                self._shell = self._new_shell(None)
        return self._shell

    def _new_shell(self, idle_limit: str | None) -> str:
        return self._protocol.open_shell(codepage=UTF_8_CODE_PAGE, noprofile=True, idle_timeout=idle_limit)

    def _end(self) -> None:
        if self._ends():
            self._delete_shell()
        else:
            self._report(
                f"what runs on the host did not end within {END_SECONDS:.0f} s and goes on there: let it come to its "
                "end before the next run. Its shell frees itself within 30 minutes, and ends what still runs then."
            )
            self._shell = self._process = None
        self._protocol.reconnect()

    def _ends(self) -> bool:
        """Return whether nothing runs on the host any more; wait for it to end."""
        if self._process is None or not self._process.alive or not self._under_way:
            return True
        self._latest = min(self._latest, time.monotonic() + END_SECONDS)
        return self._process.finish()

    def _delete_shell(self) -> None:
        """Delete the shell, which ends every process that still runs in it."""
        if self._shell is None:
            return
        try:
            self._protocol.close_shell(self._shell, close_session=False)
        except WSManFaultError as error:
            if error.wsman_fault_code != SHELL_GONE:
                raise
        self._shell = None

    def _start_one_process_per_request(self) -> dict[str, object]:
        """Prove that PowerShell answers when its input is closed, and work that way from now on."""
        process = self._new_process()
        process.send(b"", end=True)
        deadline = time.monotonic() + self._options.start_timeout
        for line in process.read_to_end(deadline, what="start of the agent"):
            refuse_constrained_language(self._host, line)
            reply = parse_reply(line, READY)
            if reply is not None:
                self._one_process_per_request = True
                self._report(
                    f"PowerShell did not answer within {self._options.start_timeout} s while its input was open (an "
                    "antivirus may hold its output back): each command starts a process of its own, which is slow"
                )
                return ready_message(self._host, reply)
        raise HostConnectionError(f"{self._host}: PowerShell was started twice and never answered")

    def _deadline(self, timeout: float | None) -> float:
        return time.monotonic() + (timeout or DEFAULT_TIMEOUT_SECONDS)

    def _guarded(self, what: str, action: Callable[[], T]) -> T:
        """Turn what pywinrm and requests raise into errors that fail this host only."""
        with self._turn:
            try:
                return action()
            except WSManFaultError as error:
                if error.wsman_fault_code == SHELL_GONE:
                    self._shell = self._process = None
                raise HostConnectionError(f"{self._host}: {what}: {error.reason}") from error
            except FAILURES as error:
                text = " ".join([explain(error, self._options), *getattr(error, "__notes__", [])])
                raise HostConnectionError(f"{self._host}: {what}: {text}") from error


def _protocol(host: str, options: ConnectionOptions) -> WinRMProtocol:
    password = options.password_value(host)
    return WinRMProtocol(
        readable=options.transport == "basic" and options.allow_basic_over_http,
        endpoint=options.endpoint,
        transport=options.transport,
        username=options.user,
        password=password.unmask() if password else None,
        ca_trust_path=options.ca_bundle or "legacy_requests",
        cert_pem=options.cert_pem,
        cert_key_pem=options.cert_key_pem,
        server_cert_validation="validate" if options.validate_certificate else "ignore",
        read_timeout_sec=options.read_timeout,
        operation_timeout_sec=options.operation_timeout,
        proxy=None,
    )


def explain(error: Exception, options: ConnectionOptions) -> str:
    """Return what went wrong with a connection and what to look at."""
    address = options.endpoint
    if isinstance(error, requests.exceptions.SSLError):
        return (
            f"expected a certificate of {address} that a trusted CA signed, found one that is not ({_reason(error)}). "
            "Set winrm_ca_bundle to the CA's PEM file."
        )
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ReadTimeout):
        return f"{address} did not answer within {options.read_timeout} s. Is the host up, and its firewall open?"
    if isinstance(error, requests.exceptions.ConnectionError):
        return f"could not reach {address} ({_reason(error)}). Is the host up, WinRM listening and its firewall open?"
    if isinstance(error, WinRMError) and error.code == 401:  # noqa: PLR2004  # HTTP: unauthorized
        return (
            f"{address} refused the credentials of user {options.user!r} ({options.transport}). Check winrm_user, "
            "winrm_password and that the host allows this transport."
        )
    return f"{address}: {error}"


def _reason(error: BaseException) -> str:
    """Return the innermost reason that requests and urllib3 wrap in several layers."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    return str(getattr(error, "reason", None) or error)
