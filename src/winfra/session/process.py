"""One powershell.exe on a host, running the agent: bytes in, lines out."""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from winfra.exceptions import HostConnectionError, HostTimeoutError
from winfra.library import agent_script, bootstrap_script, library_text
from winfra.session.frames import LANGUAGE_TAG, LARGEST_LINE, READY, Reply, frame, packed_line, parse_reply
from winfra.session.protocol import FAILURES, WinRMProtocol

# cmd.exe, through which WinRM starts programs, takes 8,191 characters:
# https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation
COMMAND_LINE = (
    "powershell.exe -NoProfile -NonInteractive -NoLogo -OutputFormat Text -ExecutionPolicy Bypass -EncodedCommand "
)
SHORTEST_WAIT_SECONDS = 1
STDERR_TAIL = 600
# WSMan fault for input to a process that has ended (ERROR_BROKEN_PIPE).
BROKEN_PIPE = 109


class NotReadyError(HostConnectionError):
    """Say that PowerShell was started and its agent never answered."""


class StillRunsError(HostConnectionError):
    """Say that the run was ended while something ran on the host, and that it goes on there."""


class PowerShellProcess:
    """One powershell.exe in a WinRM shell.

    protocol: the host's connection.
    shell: id of an open WinRM shell.
    host: name for messages.
    latest: when, on time.monotonic(), nothing is waited for any more; asked again and again, for a run may be ended
      meanwhile.
    """

    def __init__(self, protocol: WinRMProtocol, shell: str, host: str, latest: Callable[[], float]) -> None:
        self._protocol = protocol
        self._shell = shell
        self._host = host
        self._latest = latest
        self._lost_at: float | None = None
        self._buffer = b""
        self._errors = b""
        self._longest_wait = protocol.operation_timeout_sec
        script = base64.b64encode(bootstrap_script().encode("utf-16-le")).decode("ascii")
        self._command: str | None = protocol.run_command(shell, COMMAND_LINE + script, console_mode_stdin=False)
        self.send(packed_line(agent_script()) + packed_line(library_text()))

    @property
    def alive(self) -> bool:
        """Whether the process, as far as is known here, still runs."""
        return self._command is not None

    def send(self, data: bytes, *, end: bool = False) -> bool:
        """Write to the process's standard input, in blocks that fit the envelope; close it at the end if asked.

        Returns False when the process had ended before: reading its output tells why.
        """
        for start in range(0, max(len(data), 1), LARGEST_LINE):
            block = data[start : start + LARGEST_LINE]
            last = start + LARGEST_LINE >= len(data)
            try:
                self._protocol.send_command_input(self._shell, self._running(), block, end=end and last)
            except WinRMOperationTimeoutError:
                # The pipe was full for that long; Windows has taken the block all the same.
                continue
            except WSManFaultError as error:
                if error.wsman_fault_code != BROKEN_PIPE:
                    raise
                return False
        return True

    def wait_until_ready(self, timeout: float) -> dict[str, object]:
        """Return what the agent says of itself when it is ready.

        timeout: seconds.

        Raises NotReadyError when it says nothing, HostConnectionError when it can't run at all.
        """
        try:
            reply = self.wait_for(READY, time.monotonic() + timeout, what="start of the agent")
        except HostTimeoutError as error:
            raise NotReadyError(str(error)) from None
        return ready_message(self._host, reply)

    def wait_for(self, identifier: str, deadline: float, *, what: str, again: bytes = b"") -> Reply:
        """Return the reply to a request.

        deadline: on time.monotonic().
        again: the request as it was sent; sent again where the reply may have gone to a connection that is lost.

        Raises HostTimeoutError at the deadline (the process is ended), HostConnectionError when the process ends,
        StillRunsError when it is not waited for any more (it goes on).
        """
        for line in self._lines(deadline, what, again):
            refuse_constrained_language(self._host, line)
            reply = parse_reply(line, identifier)
            if reply is not None:
                return reply
        raise HostConnectionError(f"{self._host}: {what}: PowerShell ended without an answer{self._stderr_tail()}")

    def read_to_end(self, deadline: float, *, what: str) -> list[bytes]:
        """Return all lines that the process writes until it ends."""
        return list(self._lines(deadline, what))

    def finish(self) -> bool:
        """Have PowerShell clear up and end after what it does now; return whether it did while it was waited for."""
        # A fault says that the input was ended before.
        with suppress(WSManFaultError):
            self.send(frame("0", b"quit"), end=True)
        try:
            self.read_to_end(math.inf, what="end of PowerShell")
        except StillRunsError:
            return False
        return True

    def lose_connection(self) -> None:
        """Drop what was read of a line whose rest is lost, and expect that a reply may be lost too."""
        self._buffer = b""
        self._lost_at = time.monotonic()

    def kill(self) -> None:
        """End the process on the host, whatever it is doing."""
        command, self._command = self._command, None
        if command is None:
            return
        try:
            self._protocol.cleanup_command(self._shell, command)
        except FAILURES as error:
            raise HostConnectionError(f"{self._host}: could not end PowerShell: {error}") from error

    def _running(self) -> str:
        if self._command is None:
            raise HostConnectionError(f"{self._host}: PowerShell has ended{self._stderr_tail()}")
        return self._command

    def _lines(self, deadline: float, what: str, again: bytes = b"") -> Iterator[bytes]:
        while True:
            *lines, self._buffer = self._buffer.split(b"\n")
            yield from lines
            if self._command is None:
                yield from [self._buffer] if self._buffer else []
                return
            if not self._receive(deadline, what):
                self._ask_again(again)

    def _ask_again(self, request: bytes) -> None:
        """Send a request again whose reply may be lost; the agent answers it from memory.

        The server may have handed the reply to the Receive of a connection that was lost meanwhile, and the first
        repetition's reply too. That Receive ends at its operation timeout, and takes nothing after it.
        """
        if self._lost_at is None or not request:
            return
        if time.monotonic() - self._lost_at >= self._longest_wait:
            self._lost_at = None
        self.send(request)

    def _receive(self, deadline: float, what: str) -> bool:
        """Read more output; return whether there was any."""
        left = self._seconds_left(deadline, what)
        # The server answers an idle Receive at the operation timeout: not later than the deadline wants it.
        self._protocol.operation_timeout_sec = int(min(self._longest_wait, max(left, SHORTEST_WAIT_SECONDS)))
        try:
            out, err, _, done = self._protocol.get_command_output_raw(self._shell, self._running())
        except WinRMOperationTimeoutError:
            return False
        finally:
            self._protocol.operation_timeout_sec = self._longest_wait
        self._buffer += out
        self._errors += err
        if done:
            # It has ended by itself. What the server keeps of it goes with the shell.
            with suppress(HostConnectionError):
                self.kill()
        return True

    def _seconds_left(self, deadline: float, what: str) -> float:
        """Return how long to wait for output at most; end PowerShell at the deadline, but not where the run ended."""
        now, latest = time.monotonic(), self._latest()
        if deadline <= now:
            self.kill()
            raise HostTimeoutError(f"{self._host}: {what}: no answer in time; PowerShell was ended on the host")
        if latest <= now:
            raise StillRunsError(f"{self._host}: {what}: the run was ended before the answer; it goes on on the host")
        return min(deadline, latest) - now

    def _stderr_tail(self) -> str:
        text = self._errors.decode(errors="replace").strip()
        return f": {text[-STDERR_TAIL:]}" if text else ""


def ready_message(host: str, reply: Reply) -> dict[str, object]:
    """Return what a ready line says.

    Raises HostConnectionError when the agent reports that it can't work.
    """
    if reply.exit_code != 0:
        reason = (reply.stderr or reply.stdout).decode(errors="replace").strip()
        raise HostConnectionError(f"{host}: the agent could not start: {reason}")
    message: dict[str, object] = json.loads(reply.stdout)
    return message


def refuse_constrained_language(host: str, line: bytes) -> None:
    """Raise HostConnectionError when the line says that the language mode keeps the agent from working."""
    if line.startswith(LANGUAGE_TAG):
        mode = line.removeprefix(LANGUAGE_TAG).strip().decode("ascii", errors="replace")
        raise HostConnectionError(
            f"{host}: expected PowerShell in FullLanguage mode, found {mode}. An application control policy "
            "(AppLocker, WDAC) restricts this account: allow it to run PowerShell unrestricted, or use another account."
        )
