"""A proxy before a practice host's WinRM that breaks what it is told to, and keeps what has crossed the wire."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import BinaryIO, Self

SOAP = b"Envelope"


class Fault(Enum):
    """What happens to a request."""

    NONE = auto()
    CUT = auto()
    """The connection ends before the request reaches the host."""
    DROPPED = auto()
    """The host answers, and the connection ends instead of passing it on."""
    ABANDONED = auto()
    """The connection ends as soon as the host has the request; the host does not see that."""
    HALF = auto()
    """Half of the answer arrives before the connection ends."""
    HEADLESS = auto()
    """The answer's first line arrives before the connection ends."""
    PAGE = b"<html><body><br>Sign in to the network"
    """The host answers, and a page that is no XML comes instead, with status 200."""
    XHTML = b"<html><body>Sign in to the network</body></html>"
    """The same with a page that is XML."""
    EMPTY = b""
    """The same with nothing."""
    FAILING = 500
    UNAVAILABLE = 503


class FaultProxy:
    """Listens before one WinRM listener over http; a context manager.

    requests: everything that was received, request by request, with its head.
    decide: gives the fault of a request, by its number (from 1).
    """

    def __init__(self, address: str, port: int) -> None:
        self._target = (address, port)
        self._listener = socket.create_server((address, 0))
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.decide: Callable[[int], Fault] = lambda _: Fault.NONE

    def __enter__(self) -> Self:
        """Begin to listen."""
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening and break all connections."""
        # Closing alone does not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            cut(connection)

    def break_only(self, fault: Fault, *numbers: int) -> None:
        """Let these requests, counted from now on, meet a fault."""
        count = len(self.requests)
        self.decide = lambda number: fault if number - count in numbers else Fault.NONE

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        host = socket.create_connection(self._target)
        self._sockets += [client, host]
        with client.makefile("rb") as requests, host.makefile("rb") as answers:
            # Whatever ends one side ends the other.
            with suppress(OSError, ValueError):
                while self._pass_one(client, host, requests, answers):
                    pass
            cut(client)
            cut(host)

    def _pass_one(self, client: socket.socket, host: socket.socket, requests: BinaryIO, answers: BinaryIO) -> bool:
        """Pass one request on as its fault wants it; return whether the connection lives on."""
        request = read_message(requests)
        if not request:
            return False
        with self._lock:
            self.requests.append(request)
            fault = self.decide(len(self.requests))
        if fault in (Fault.FAILING, Fault.UNAVAILABLE):
            client.sendall(f"HTTP/1.1 {fault.value} Broken\r\nContent-Length: 0\r\n\r\n".encode())
            return True
        if fault is not Fault.CUT:
            host.sendall(request)
        if fault in (Fault.CUT, Fault.ABANDONED):
            cut(client)
        return fault is not Fault.CUT and self._answer(client, read_message(answers), fault)

    def _answer(self, client: socket.socket, answer: bytes, fault: Fault) -> bool:
        if isinstance(fault.value, bytes):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(fault.value), fault.value))
            return True
        parts = {Fault.NONE: len(answer), Fault.HALF: len(answer) // 2, Fault.HEADLESS: answer.find(b"\n") + 1}
        if fault is not Fault.ABANDONED:
            client.sendall(answer[: parts.get(fault, 0)])
        if fault is not Fault.NONE:
            cut(client)
        return fault is Fault.NONE


def read_message(stream: BinaryIO) -> bytes:
    """Return one HTTP message, head and body; nothing at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = next((line[15:] for line in head.splitlines() if line.lower().startswith(b"content-length:")), b"0")
    return head + stream.read(int(length))


def cut(connection: socket.socket) -> None:
    """End a connection in both directions at once, whoever still reads from it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
