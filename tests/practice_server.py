"""A real redis-server on a free loopback port, that a test may stop, kill, freeze and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import redis

HOST = os.environ.get("WINLAB_NETWORK", "127.77.0") + ".1"
DEADLINE_SECONDS = 20.0
Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], what: str, seconds: float = DEADLINE_SECONDS) -> Found:
    """Return what the condition returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds} s: {what}")
        time.sleep(0.005)  # between two looks, not in place of one


_given: set[int] = set()


def free_port() -> int:
    """A port that nobody has, nor was given before: servers may be made before the first of them is started."""
    while True:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            port = int(listener.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


class PracticeServer:
    """A redis-server process with a folder and a port of its own.

    options: lines of the configuration, each as the arguments of the command line have them: "maxmemory 1mb".
    mode: what stands behind the configuration on the command line: "--sentinel".
    """

    def __init__(self, folder: Path, *options: str, port: int | None = None, mode: tuple[str, ...] = ()) -> None:
        self.host = HOST
        self.port = port or free_port()
        self._folder = folder
        self._mode = mode
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        lines = [f"bind {self.host}", f"port {self.port}", f'dir "{folder}"', 'save ""', "protected-mode no", *options]
        self._configuration = folder / "redis.conf"
        self._configuration.write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers, if only that it wants a password."""
        with (self._folder / "log").open("ab") as log:
            command = ["redis-server", str(self._configuration), *self._mode]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        wait_until(self._answers, f"an answer of the server on port {self.port}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=1) as asked:
                asked.sendall(b"PING\r\n")
                return asked.recv(16)[:1] in {b"+", b"-"}
        except OSError:
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        os.kill(self.pid, signal.SIGSTOP)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let it run an endless script, and answer BUSY meanwhile; for a server with a short busy-reply-threshold."""
        with self.plain_client(socket_timeout=None) as client, ThreadPoolExecutor(1) as other:
            script = other.submit(client.eval, "while true do end", 0)
            wait_until(self.answers_busy, "a busy server")
            try:
                yield
            finally:
                client.script_kill()
                assert script.exception() is not None

    def answers_busy(self) -> bool:
        """Whether it says that it runs a script and nothing else."""
        with socket.create_connection((self.host, self.port), timeout=1) as asked:
            asked.sendall(b"PING\r\n")
            return asked.recv(16).startswith(b"-BUSY")

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        self.thaw()  # a frozen process ends only then, but for SIGKILL
        self._process.wait(DEADLINE_SECONDS)

    def plain_client(self, **arguments: object) -> redis.Redis:
        """A client of redis-py's own, for a look at the server from outside."""
        return redis.Redis(host=self.host, port=self.port, decode_responses=True, **arguments)

    def connections(self) -> int:
        """How many connections the server has, but for the one that asks and those of Sentinels among each other."""
        with self.plain_client() as asking:
            return sum(not client["name"].startswith("sentinel-") for client in asking.client_list()) - 1
