"""A way to a server on which one kind of command arrives, and its answer does not come back."""

import socket
import threading
from contextlib import suppress
from typing import Self


class SwallowingProxy:
    """Forwards bytes; a connection on which `command` was asked gets no answers from then on.

    Args:
        host: The server's.
        port: The server's.
        command: The first letters of the command, as it is written on the wire.
    """

    def __init__(self, host: str, port: int, command: bytes) -> None:
        self._server = (host, port)
        self._command = command
        self._listener = socket.create_server((host, 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._start(self._accept)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()
        return host, port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # A thread that blocks in a socket's call wakes by a shutdown, not by a close.
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _address = self._listener.accept()
                server = socket.create_connection(self._server)
                self._open += [caller, server]
                swallowing = threading.Event()
                self._start(self._ask, caller, server, swallowing)
                self._start(self._answer, caller, server, swallowing)

    def _ask(self, caller: socket.socket, server: socket.socket, swallowing: threading.Event) -> None:
        with suppress(OSError):
            while asked := caller.recv(65536):
                if self._command in asked:
                    swallowing.set()
                server.sendall(asked)

    def _answer(self, caller: socket.socket, server: socket.socket, swallowing: threading.Event) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                if not swallowing.is_set():
                    caller.sendall(answer)
