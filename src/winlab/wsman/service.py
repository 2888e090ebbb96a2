"""The WS-Management service of one practice host: what each action does.

It implements the text shell of MS-WSMV (Create, Command, Send, Receive, Signal, Delete). Everything else is answered by
a fault that says so.
"""

from __future__ import annotations

import base64
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.sax.saxutils import escape

from winlab.wsman.messages import (
    COMMAND_SHELL_URI,
    NAMESPACES,
    SHELL,
    Fault,
    FaultCode,
    Request,
    decode_stream,
    message_id,
    new_id,
    parse_duration,
    parse_envelope,
    parse_request,
    render_fault,
    render_response,
)
from winlab.wsman.shells import Launcher, Output, Process, Shell

MAXIMUM_OPERATION_TIMEOUT_SECONDS = 60.0
"""MaxTimeoutms of a default WinRM configuration."""

_ENVELOPE_OVERHEAD_BYTES = 4096
_SIGNAL_TERMINATE = f"{SHELL}/signal/terminate"
_SIGNALS_INTERRUPT = (f"{SHELL}/signal/ctrl_c", f"{SHELL}/signal/ctrl_break")


@dataclass
class Quotas:
    """The limits of a default WinRM configuration (winrm get winrm/config).

    Attributes:
        maximum_shells_per_user: MaxShellsPerUser.
        maximum_operations_per_user: MaxConcurrentOperationsPerUser; text shells never give an operation back.
        maximum_envelope_bytes: MaxEnvelopeSizekb, in bytes.
        idle_timeout_seconds: IdleTimeout of the shells (winrm get winrm/config/winrs): for shells that ask for none,
            and the most that one may ask for (assumed).
        minimum_idle_timeout_seconds: the least: "a minimum of 60000 milliseconds is used for smaller values" (the
            policy "Specify idle Timeout"); that it holds for what a client asks for is assumed.
    """

    maximum_shells_per_user: int = 30
    maximum_operations_per_user: int = 1500
    maximum_envelope_bytes: int = 500 * 1024
    idle_timeout_seconds: float = 7200.0
    minimum_idle_timeout_seconds: float = 60.0


@dataclass(frozen=True)
class Answer:
    """What a request is answered.

    Attributes:
        status: the HTTP status: 200, or 500 for a fault.
        body: the envelope.
        action: the request's action for the statistics, "Unknown" when the message could not be read.
    """

    status: int
    body: bytes
    action: str


class ShellService:
    """The shells of one host and the actions on them.

    Args:
        machine: the host's name, as faults say it.
        launcher: runs the commands.
        quotas: the limits to keep.
    """

    def __init__(self, machine: str, launcher: Launcher, quotas: Quotas) -> None:
        self.machine = machine
        self.quotas = quotas
        self._launcher = launcher
        self._lock = threading.Lock()
        self._created = threading.Condition(self._lock)
        self._closed = False
        self._watcher = threading.Thread(target=self._end_idle_shells, name=f"winlab shells {machine}", daemon=True)
        self._shells: dict[str, Shell] = {}
        self._ended: list[Process] = []
        self._handlers = {
            "Command": self._command,
            "Send": self._send,
            "Receive": self._receive,
            "Signal": self._signal,
            "Delete": self._delete,
        }

    def start(self) -> None:
        """Begin to end shells that nobody uses."""
        self._watcher.start()

    def close(self) -> None:
        """End every shell, and wait for nothing to be ended any more."""
        with self._created:
            self._closed = True
            self._created.notify_all()
        if self._watcher.is_alive():
            self._watcher.join()
        self.end_shells()

    @property
    def shell_count(self) -> int:
        """How many shells are open."""
        with self._lock:
            return len(self._shells)

    @property
    def running_count(self) -> int:
        """How many processes of open shells still run."""
        with self._lock:
            processes = [process for shell in self._shells.values() for process in shell.processes.values()]
        return sum(process.exit_code is None for process in processes)

    def handle(self, owner: str, client_address: str, message: bytes) -> Answer:
        """Answer one request.

        Args:
            owner: the account that was authenticated.
            client_address: where the request comes from.
            message: the SOAP envelope.
        """
        relates_to, action = "", "Unknown"
        try:
            envelope = parse_envelope(message)
            relates_to = message_id(envelope)
            request = parse_request(envelope)
            action = request.action
            body = self._dispatch(owner, client_address, request)
        except Fault as fault:
            return Answer(500, render_fault(relates_to, fault, self.machine), action)
        return Answer(200, render_response(relates_to, f"{request.action_uri}Response", body), action)

    def end_shells(self) -> None:
        """End every shell and its processes, as a restart of the WinRM service does."""
        with self._lock:
            shells = list(self._shells.values())
            self._shells.clear()
        for shell in shells:
            self._end(shell)

    def join(self, timeout_seconds: float) -> list[Process]:
        """Wait for the processes of ended shells and return those that still run.

        Args:
            timeout_seconds: how long to wait for all of them together.
        """
        deadline = time.monotonic() + timeout_seconds
        with self._lock:
            ended = list(self._ended)
        return [process for process in ended if not process.join(max(0.0, deadline - time.monotonic()))]

    def _dispatch(self, owner: str, client_address: str, request: Request) -> str:
        if request.resource_uri != COMMAND_SHELL_URI:
            raise Fault(
                FaultCode.INVALID_RESOURCE_URI,
                f"This practice host has only the resource {COMMAND_SHELL_URI}; requested: {request.resource_uri!r}.",
            )
        if request.action == "Create":
            return self._create(owner, client_address, request)
        handler = self._handlers.get(request.action)
        if handler is None:
            raise Fault(
                FaultCode.INVALID_ACTION,
                f"This practice host knows the actions Create, {', '.join(self._handlers)}; requested: "
                f"{request.action_uri}.",
            )
        with self._shell(owner, request.selectors.get("ShellId", "")) as shell:
            return handler(shell, request)

    @contextmanager
    def _shell(self, owner: str, identifier: str) -> Iterator[Shell]:
        with self._lock:
            shell = self._shells.get(identifier.upper())
            if shell is None or shell.owner != owner:
                raise Fault(
                    FaultCode.UNEXPECTED_SELECTORS,
                    f"The request for the Windows Remote Shell with ShellId {identifier} failed because the shell was "
                    "not found on the server. Possible causes are: the specified ShellId is incorrect or the shell no "
                    "longer exists on the server. Provide the correct ShellId or create a new shell and retry the "
                    "operation.",
                )
            shell.pending_requests += 1
        try:
            yield shell
        finally:
            with self._lock:
                shell.pending_requests -= 1
                shell.last_used = time.monotonic()

    def _create(self, owner: str, client_address: str, request: Request) -> str:
        specification = request.body_element("Shell")
        shell = Shell(
            owner=owner,
            environment=_environment(specification),
            directory=specification.findtext("rsp:WorkingDirectory", "", NAMESPACES),
            options=dict(request.options),
            idle_timeout_seconds=self._idle_timeout(specification),
            identifier=(specification.get("ShellId") or new_id()).upper(),
        )
        self._add(shell)
        return _render_created(shell, client_address)

    def _idle_timeout(self, specification: ET.Element) -> float:
        text = specification.findtext("rsp:IdleTimeOut", "", NAMESPACES).strip()
        least, most = self.quotas.minimum_idle_timeout_seconds, self.quotas.idle_timeout_seconds
        seconds = parse_duration(text) if text else most
        if not least <= seconds <= most:
            raise Fault(
                FaultCode.IDLE_TIMEOUT_OUT_OF_BOUNDS,
                "The WS-Management service cannot process the request. The requested IdleTimeout is outside the "
                f"allowed range of {least:g} to {most:g} seconds; requested: {seconds:g}.",
            )
        return seconds

    def _add(self, shell: Shell) -> None:
        maximum = self.quotas.maximum_shells_per_user
        with self._lock:
            if shell.identifier in self._shells:
                raise Fault(FaultCode.INVALID_PARAMETER, f"A shell with the ShellId {shell.identifier} exists already.")
            if sum(other.owner == shell.owner for other in self._shells.values()) >= maximum:
                raise Fault(
                    FaultCode.TOO_MANY_SHELLS,
                    "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                    f"{maximum} concurrent shells, which has been exceeded. Close existing shells or raise the quota "
                    "for this user.",
                )
            self._shells[shell.identifier] = shell
            self._created.notify_all()

    def _delete(self, shell: Shell, _: Request) -> str:
        with self._lock:
            self._shells.pop(shell.identifier, None)
        self._end(shell)
        return ""

    def _command(self, shell: Shell, request: Request) -> str:
        line = request.body_element("CommandLine")
        words = [line.findtext("rsp:Command", "", NAMESPACES)]
        words += [argument.text or "" for argument in line.iterfind("rsp:Arguments", NAMESPACES)]
        process = Process(" ".join(words), shell.environment, shell.directory, {**shell.options, **request.options})
        process.identifier = (line.get("CommandId") or process.identifier).upper()
        if process.options.get("WINRS_SKIP_CMD_SHELL", "").upper() == "TRUE" and "\\" not in words[0]:
            # As recorded of Windows by https://github.com/jborean93/pypsrp: without cmd.exe nobody looks through Path.
            raise Fault(FaultCode.FILE_NOT_FOUND, "The system cannot find the file specified.")
        self._admit(shell, process)
        process.start(self._launcher)
        return f"<rsp:CommandResponse><rsp:CommandId>{escape(process.identifier)}</rsp:CommandId></rsp:CommandResponse>"

    def _admit(self, shell: Shell, process: Process) -> None:
        maximum = self.quotas.maximum_operations_per_user
        with self._lock:
            if shell.identifier not in self._shells:
                raise Fault(FaultCode.OPERATION_ABORTED, f"The shell {shell.identifier} was deleted meanwhile.")
            if process.identifier in shell.processes:
                raise Fault(FaultCode.INVALID_PARAMETER, f"The CommandId {process.identifier} is in use already.")
            if sum(other.operations for other in self._shells.values() if other.owner == shell.owner) >= maximum:
                raise Fault(
                    FaultCode.TOO_MANY_OPERATIONS,
                    "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                    f"{maximum} concurrent operations, which has been exceeded. Close existing operations for this "
                    "user, or raise the quota for this user.",
                )
            shell.operations += 1
            shell.processes[process.identifier] = process

    def _send(self, shell: Shell, request: Request) -> str:
        for stream in request.body_element("Send").iterfind("rsp:Stream", NAMESPACES):
            name = stream.get("Name", "")
            if name != "stdin":
                raise Fault(FaultCode.INVALID_PARAMETER, f"A shell has the input stream stdin; requested: {name!r}.")
            shell.process(stream.get("CommandId", "")).stdin.feed(
                decode_stream(stream.text or ""),
                end=stream.get("End", "false").lower() in ("true", "1"),
                timeout_seconds=_timeout(request),
            )
        return "<rsp:SendResponse/>"

    def _receive(self, shell: Shell, request: Request) -> str:
        desired = request.body_element("Receive").find("rsp:DesiredStream", NAMESPACES)
        if desired is None:
            raise Fault(FaultCode.SCHEMA_VALIDATION, "A Receive request must hold a DesiredStream element; none found.")
        if set((desired.text or "").split()) != {"stdout", "stderr"}:
            raise Fault(
                FaultCode.INVALID_PARAMETER,
                f"This practice host sends the streams 'stdout stderr' together; requested: {desired.text!r}.",
            )
        process = shell.process(desired.get("CommandId", ""))
        envelope_bytes = min(request.maximum_envelope_bytes, self.quotas.maximum_envelope_bytes)
        room = (envelope_bytes - _ENVELOPE_OVERHEAD_BYTES) * 3 // 4
        if room <= 0:
            raise Fault(FaultCode.INVALID_PARAMETER, f"MaxEnvelopeSize must exceed {_ENVELOPE_OVERHEAD_BYTES} bytes.")
        return _render_received(process.identifier, process.receive(_timeout(request), room))

    def _signal(self, shell: Shell, request: Request) -> str:
        signal = request.body_element("Signal")
        process = shell.process(signal.get("CommandId", ""))
        code = signal.findtext("rsp:Code", "", NAMESPACES).strip()
        if code.lower() == _SIGNAL_TERMINATE:
            self._remove(shell, process)
        elif code in _SIGNALS_INTERRUPT:
            process.interrupt()
        else:
            raise Fault(
                FaultCode.INVALID_PARAMETER,
                f"This practice host knows the signals {', '.join((_SIGNAL_TERMINATE, *_SIGNALS_INTERRUPT))}; "
                f"requested: {code!r}.",
            )
        return "<rsp:SignalResponse/>"

    def _remove(self, shell: Shell, process: Process) -> None:
        with self._lock:
            shell.processes.pop(process.identifier, None)
            self._remember_ended([process])
        process.terminate()

    def _end(self, shell: Shell) -> None:
        with self._lock:
            self._remember_ended(list(shell.processes.values()))
        shell.terminate()

    def _remember_ended(self, processes: list[Process]) -> None:
        self._ended = [process for process in self._ended + processes if not process.join(0)]

    def _end_idle_shells(self) -> None:
        """End each shell when its idle timeout is over, until the service is closed."""
        while not self._closed:
            for shell in self._take_idle_shells():
                self._end(shell)

    def _take_idle_shells(self) -> list[Shell]:
        """Wait until a shell was idle for too long, or a new one was created, and give up those that were."""
        with self._created:
            now = time.monotonic()
            idle = [shell for shell in self._shells.values() if shell.idle_seconds_left(now) <= 0]
            for shell in idle:
                del self._shells[shell.identifier]
            if not idle and not self._closed:
                self._created.wait(min((s.idle_seconds_left(now) for s in self._shells.values()), default=None))
            return idle


def _timeout(request: Request) -> float:
    return min(request.operation_timeout_seconds, MAXIMUM_OPERATION_TIMEOUT_SECONDS)


def _environment(specification: ET.Element) -> dict[str, str]:
    variables = specification.iterfind("rsp:Environment/rsp:Variable", NAMESPACES)
    return {variable.get("Name", ""): variable.text or "" for variable in variables}


def _render_created(shell: Shell, client_address: str) -> str:
    identifier = escape(shell.identifier)
    return (
        "<x:ResourceCreated><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
        f"<a:ReferenceParameters><w:ResourceURI>{COMMAND_SHELL_URI}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{identifier}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{identifier}</rsp:ShellId>"
        f"<rsp:ResourceUri>{COMMAND_SHELL_URI}</rsp:ResourceUri><rsp:Owner>{escape(shell.owner)}</rsp:Owner>"
        f"<rsp:ClientIP>{client_address}</rsp:ClientIP>"
        f"<rsp:IdleTimeOut>PT{shell.idle_timeout_seconds:.3f}S</rsp:IdleTimeOut>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams>"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )


def _render_received(command: str, output: Output) -> str:
    command_id = escape(command, {'"': "&quot;"})
    parts = [
        f'<rsp:Stream Name="{name}" CommandId="{command_id}">{base64.b64encode(data).decode()}</rsp:Stream>'
        for name, data in _by_stream(output.chunks).items()
    ]
    if output.exit_code is None:
        parts.append(f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/Running"/>')
    else:
        parts += [f'<rsp:Stream Name="{name}" CommandId="{command_id}" End="true"/>' for name in ("stdout", "stderr")]
        parts.append(
            f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/Done">'
            f"<rsp:ExitCode>{output.exit_code}</rsp:ExitCode></rsp:CommandState>"
        )
    return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"


def _by_stream(chunks: list[tuple[str, bytes]]) -> dict[str, bytes]:
    names = dict.fromkeys(name for name, _ in chunks)
    return {name: b"".join(data for other, data in chunks if other == name) for name in names}
