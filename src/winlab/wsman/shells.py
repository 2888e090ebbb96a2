"""Remote shells and the processes that run in them, with their streams.

A process is a Python function (the launcher) in a thread of its own; what it reads and writes are bounded pipes, so
that it waits where a Windows program would wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from winlab.wsman.messages import Fault, FaultCode, new_id, operation_timed_out

PIPE_BYTES = 4096
"""How much a pipe holds before its writer must wait.

Assumed: that WinRM leaves the size to CreatePipe, and that its default is a page:
https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createpipe (nSize)
"""

_MORE_SECONDS = 0.05
"""How long a receiver that has emptied a full pipe waits for its writer to go on."""

CONTROL_C_EXIT_CODE = 0xC000013A
"""STATUS_CONTROL_C_EXIT (ntstatus.h): the exit code of a program that was interrupted or terminated."""

logger = logging.getLogger(__name__)


class InputStream:
    """What a process reads from its standard input.

    Args:
        changed: the condition of the process, told about every change.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._buffer = bytearray()
        self._ended = False
        self._broken = False

    def readline(self) -> bytes:
        """Wait for one line and return it with its line feed; the last line may lack it, b"" is the end."""
        pieces = []
        with self._changed:
            while (position := self._buffer.find(b"\n")) < 0:
                # A line may be longer than the pipe: take what is there out of the writer's way.
                pieces.append(self._take(len(self._buffer)))
                if self._ended:
                    return b"".join(pieces)
                self._changed.wait()
            pieces.append(self._take(position + 1))
        return b"".join(pieces)

    def read(self) -> bytes:
        """Wait for the end of the input and return all that was left of it."""
        pieces = []
        with self._changed:
            while not self._ended:
                pieces.append(self._take(len(self._buffer)))
                self._changed.wait()
            pieces.append(self._take(len(self._buffer)))
        return b"".join(pieces)

    def __iter__(self) -> Iterator[bytes]:
        """Yield line after line up to the end."""
        return iter(self.readline, b"")

    def feed(self, data: bytes, *, end: bool = False, timeout_seconds: float = 60.0) -> None:
        """Add input, as a Send request does; wait until no more of it is left than the pipe holds.

        Args:
            data: the bytes to add.
            end: whether this was the last input.
            timeout_seconds: how long to wait for the reader.

        Raises:
            Fault: the process has exited (109), the input was ended before, or the process does not read; then it still
                gets all of the data when it does.
        """
        with self._changed:
            if self._closed:
                raise Fault(FaultCode.BROKEN_PIPE, "The pipe has been ended.")
            self._buffer += data
            self._ended = end
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._broken or len(self._buffer) <= PIPE_BYTES, timeout_seconds)
            if len(self._buffer) > PIPE_BYTES:
                raise self._unread()

    def end(self) -> None:
        """End the input: readers get what is there, then b""."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def break_pipe(self) -> None:
        """Refuse all further input: the process has exited."""
        with self._changed:
            self._broken = True
            self._ended = True
            self._changed.notify_all()

    def _unread(self) -> Fault:
        if self._broken:
            return Fault(FaultCode.BROKEN_PIPE, "The pipe has been ended.")
        return operation_timed_out("the process does not read its input")

    @property
    def _closed(self) -> bool:
        return self._broken or self._ended

    def _take(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._changed.notify_all()
        return taken


class OutputStream:
    """One of the two output streams of a process.

    Args:
        name: stdout or stderr.
        write: takes the stream's name, the bytes and how long to wait.
    """

    def __init__(self, name: str, write: Callable[[str, bytes, float | None], None]) -> None:
        self.name = name
        self._write = write

    def write(self, data: bytes | str, timeout_seconds: float | None = None) -> None:
        """Write bytes, or text as UTF-8; wait while the pipe is full; after the process was ended, drop it.

        Args:
            data: what to write.
            timeout_seconds: how long to wait at most, None for ever.

        Raises:
            TimeoutError: nobody read enough of it in time.
        """
        self._write(self.name, data.encode() if isinstance(data, str) else data, timeout_seconds)


@dataclass(frozen=True)
class Output:
    """What one Receive request gets.

    Attributes:
        chunks: stream name and bytes, in the order they were written.
        exit_code: the exit code once the process has ended and all its output was received, else None.
    """

    chunks: list[tuple[str, bytes]]
    exit_code: int | None


class Process:
    """A command in a shell: what a launcher is handed.

    Args:
        command_line: the whole command line.
        environment: the variables the shell adds to the host's own.
        directory: the shell's working directory, empty for the host's default.
        options: the shell's and the command's WINRS options, names in upper case.

    Attributes:
        stdin: what the process reads.
        stdout: where it writes.
        stderr: where it writes errors.
        terminated: set when a client interrupts or terminates the process or deletes its shell; then the input ends
            too.
    """

    def __init__(
        self,
        command_line: str,
        environment: Mapping[str, str] | None = None,
        directory: str = "",
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.command_line = command_line
        self.environment = dict(environment or {})
        self.directory = directory
        self.options = dict(options or {})
        self.identifier = new_id()
        self.terminated = threading.Event()
        self._changed = threading.Condition()
        self.stdin = InputStream(self._changed)
        self.stdout = OutputStream("stdout", self._write)
        self.stderr = OutputStream("stderr", self._write)
        self._pending: deque[tuple[str, bytes]] = deque()
        self._pending_bytes = 0
        self._waiting_writers = 0
        self._exit_code: int | None = None
        self._abandoned = False
        self._thread: threading.Thread | None = None

    @property
    def exit_code(self) -> int | None:
        """The exit code, None while the process runs."""
        return self._exit_code

    def start(self, launcher: Launcher) -> None:
        """Run the process by the launcher in a thread of its own."""
        self._thread = threading.Thread(
            target=self._run, args=(launcher,), name=f"winlab process {self.identifier}", daemon=True
        )
        self._thread.start()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for the process's thread to end and return whether it has."""
        if self._thread is None:
            return True
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def receive(self, timeout_seconds: float, maximum_bytes: int) -> Output:
        """Wait for output or the end of the process and return it.

        Args:
            timeout_seconds: how long to wait when there is nothing.
            maximum_bytes: the most to return, both streams together.

        Raises:
            Fault: nothing came in time, or the process was terminated meanwhile (995, as Windows answers then).
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._pending or self._abandoned or self._exit_code is not None, timeout_seconds
            )
            if self._abandoned:
                reason = "The I/O operation has been aborted because of either a thread exit or an application request."
                raise Fault(FaultCode.OPERATION_ABORTED, reason)
            if not self._pending and self._exit_code is None:
                raise operation_timed_out("the process wrote nothing and did not end")
            chunks = self._take_all(maximum_bytes)
            return Output(chunks, None if self._pending else self._exit_code)

    def interrupt(self) -> None:
        """End the process as Ctrl+C does: what it wrote and its exit code can still be received."""
        self._end(abandoned=False)

    def terminate(self) -> None:
        """End the process for good: nobody will receive its output any more."""
        self._end(abandoned=True)

    def _end(self, *, abandoned: bool) -> None:
        with self._changed:
            self._abandoned = self._abandoned or abandoned
            if self._exit_code is None:
                self._exit_code = CONTROL_C_EXIT_CODE
            self.terminated.set()
            self.stdin.end()
            self._changed.notify_all()

    def _write(self, name: str, data: bytes, timeout_seconds: float | None) -> None:
        with self._changed:
            if not data or self._exit_code is not None:
                return
            self._pending.append((name, data))
            self._pending_bytes += len(data)
            self._changed.notify_all()
            self._waiting_writers += 1
            is_taken = self._changed.wait_for(
                lambda: self._exit_code is not None or self._pending_bytes <= PIPE_BYTES, timeout_seconds
            )
            self._waiting_writers -= 1
            if not is_taken:
                raise TimeoutError(f"Nobody read what process {self.identifier} wrote to {name}.")

    def _take_all(self, maximum_bytes: int) -> list[tuple[str, bytes]]:
        """Take what is there, and what a writer that waits for room has to say more."""
        chunks: list[tuple[str, bytes]] = []
        room = maximum_bytes
        is_full = True
        while is_full and self._pending and room > 0:
            is_full = self._waiting_writers > 0
            taken = self._take(room)
            room -= sum(len(data) for _, data in taken)
            chunks += taken
            if is_full and room > 0:
                self._changed.wait_for(lambda: self._pending or self._exit_code is not None, _MORE_SECONDS)
        return chunks

    def _take(self, maximum_bytes: int) -> list[tuple[str, bytes]]:
        chunks: list[tuple[str, bytes]] = []
        room = maximum_bytes
        while self._pending and room > 0:
            name, data = self._pending.popleft()
            if len(data) > room:
                self._pending.appendleft((name, data[room:]))
                data = data[:room]
            room -= len(data)
            chunks.append((name, data))
        self._pending_bytes -= maximum_bytes - room
        self._changed.notify_all()
        return chunks

    def _run(self, launcher: Launcher) -> None:
        exit_code = 1
        try:
            exit_code = launcher(self)
        except Exception as error:
            # A program that crashes must not take the host down; the log keeps the traceback.
            logger.exception("The launcher of a practice host failed")
            self.stderr.write(f"winlab: the practice host failed to run this: {type(error).__name__}: {error}\r\n")
        finally:
            self._exit(exit_code)

    def _exit(self, exit_code: int) -> None:
        with self._changed:
            if self._exit_code is None:
                self._exit_code = exit_code & 0xFFFFFFFF
            self.stdin.break_pipe()
            self._changed.notify_all()


Launcher = Callable[[Process], int]
"""Runs a process to its end and returns its exit code; called in a thread of its own."""


@dataclass
class Shell:
    """A remote shell: the context in which commands run.

    Attributes:
        owner: the account that created it; nobody else sees it.
        environment: variables for its processes.
        directory: working directory of its processes, empty for the default.
        options: WINRS options of its Create request.
        idle_timeout_seconds: after how long without a request it is ended.
        identifier: its ShellId.
        processes: its commands by CommandId.
        operations: how many commands were ever started; a text shell gives none back (MS-WSMV, appendix A, note 118).
        last_used: monotonic time of the last request.
        pending_requests: how many requests are being worked on now.
    """

    owner: str
    environment: dict[str, str]
    directory: str
    options: dict[str, str]
    idle_timeout_seconds: float
    identifier: str
    processes: dict[str, Process] = field(default_factory=dict)
    operations: int = 0
    last_used: float = field(default_factory=time.monotonic)
    pending_requests: int = 0

    def idle_seconds_left(self, now: float) -> float:
        """Return how long the shell may stay unused from now on; what is being worked on counts as use.

        Args:
            now: the monotonic time to judge by.
        """
        return self.idle_timeout_seconds - (0.0 if self.pending_requests else now - self.last_used)

    def process(self, identifier: str) -> Process:
        """Return the command of that id.

        A host that has none says what it says of a shell that it does not have; recorded of Windows by
        https://github.com/jborean93/pypsrp (tests/responses).

        Raises:
            Fault: the shell has none.
        """
        if not identifier:
            raise Fault(FaultCode.INCORRECT_PARAMETER, "The parameter is incorrect.")
        process = self.processes.get(identifier.upper())
        if process is None:
            raise Fault(
                FaultCode.UNEXPECTED_SELECTORS,
                f"The shell {self.identifier} has no command with the CommandId {identifier!r}; "
                "it was never started or has been terminated.",
            )
        return process

    def terminate(self) -> None:
        """End all its processes."""
        for process in list(self.processes.values()):
            process.terminate()
