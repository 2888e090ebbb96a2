"""Servers that are none: one that says nothing, one that says what it is told, one that hangs up before the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from practice_server import HOST


class StrangeServer:
    """Accept connections, and answer each piece that arrives with the same; nothing: with silence."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server((HOST, 0), backlog=512)
        self._accepted: list[socket.socket] = []
        self.connections = 0
        self.port: int = self._listener.getsockname()[1]
        self.url = f"redis://{HOST}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._accepted.append(connection)
            if self._answer:
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            while connection.recv(4096):
                connection.sendall(self._answer)
        except OSError:
            return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._accepted:
            connection.close()


class EchoServer(StrangeServer):
    """Answer each piece with itself."""

    def __init__(self) -> None:
        super().__init__(b"itself")

    def _talk(self, connection: socket.socket) -> None:
        try:
            while piece := connection.recv(4096):
                connection.sendall(piece)
        except OSError:
            return


class FallingSilentServer(StrangeServer):
    """Hang up on the first connection, and answer nothing on any later one."""

    def __init__(self) -> None:
        super().__init__(b"never said")

    def _talk(self, connection: socket.socket) -> None:
        if self.connections == 1 and connection.recv(4096):
            connection.shutdown(socket.SHUT_RDWR)


class CuttingServer(StrangeServer):
    """Pass everything on to a real server, but hang up in place of its answer to a piece with a certain word.

    behind: the port of the real server.
    word: what must not be answered.
    """

    def __init__(self, behind: int, word: bytes) -> None:
        self._behind = behind
        self._word = word
        super().__init__(word)

    def _talk(self, connection: socket.socket) -> None:
        with socket.create_connection((HOST, self._behind)) as server:
            while piece := connection.recv(4096):
                server.sendall(piece)
                answer = server.recv(4096)
                if self._word in piece:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(answer)


@contextmanager
def strange_server(answer: bytes = b"") -> Iterator[StrangeServer]:
    server = StrangeServer(answer)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def echo_server() -> Iterator[StrangeServer]:
    server = EchoServer()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def falling_silent_server() -> Iterator[StrangeServer]:
    server = FallingSilentServer()
    try:
        yield server
    finally:
        server.close()


@contextmanager
def cutting_server(behind: int, word: bytes) -> Iterator[StrangeServer]:
    server = CuttingServer(behind, word)
    try:
        yield server
    finally:
        server.close()
