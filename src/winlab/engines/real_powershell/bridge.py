"""The way from PowerShell and the relay, in Wine, back to the practice host's model: a port of 127.0.0.1.

Every message is a length (4 bytes, little endian) and that many bytes; the first one holds the key and what is wanted.
"""

from __future__ import annotations

import hmac
import itertools
import secrets
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO


class Connection:
    """One connection from Wine."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._input: BinaryIO = peer.makefile("rb")
        self._sending = threading.Lock()

    def receive(self) -> bytes | None:
        """Return the next message, None when there is none any more: the other side has ended."""
        try:
            head = self._input.read(4)
            return self._input.read(*struct.unpack("<I", head)) if len(head) == 4 else None  # noqa: PLR2004
        except ConnectionError:
            return None

    def messages(self) -> Iterator[bytes]:
        """Yield message after message until the other side ends."""
        return iter(self.receive, None)

    def send(self, data: bytes) -> bool:
        """Send bytes as they are, whole; return whether the other side is still there."""
        with self._sending:
            try:
                self._peer.sendall(data)
            except OSError:
                return False
        return True


class Bridge:
    """Listens for what PowerShell and the relay want of a practice host.

    Args:
        handlers: answers a connection, by what is wanted.

    Attributes:
        place: port and key, as PowerShell and the relay are told.
    """

    def __init__(self, handlers: Mapping[str, Callable[[Connection], None]]) -> None:
        self._handlers = handlers
        self._key = secrets.token_hex(16)
        self._numbers = itertools.count()
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), self._answer)
        self.place = f"{self._server.server_address[1]} {self._key}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="winlab bridge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no connection any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, peer: socket.socket) -> None:
        self.connections = next(self._numbers) + 1
        connection = Connection(peer)
        key, _, wanted = (connection.receive() or b"").decode(errors="replace").partition(" ")
        # Anybody on this machine may connect; only who was told the key may run something here.
        if hmac.compare_digest(key.encode(), self._key.encode()) and wanted in self._handlers:
            self._handlers[wanted](connection)


class _Server(socketserver.ThreadingTCPServer):
    """A thread a connection; whoever waits in one does not keep the lab from ending."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: Callable[[socket.socket], None]) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._answer = answer

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], _: object) -> None:
        """Answer a connection; it is closed afterwards."""
        if isinstance(request, socket.socket):
            self._answer(request)
