"""The processes of a load test: redis-server, the server of each variant, and the processor time that they take."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from benchmarks.load.scenarios import NO_OPERATION

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 120, 15
LISTEN_BACKLOG = 4096
# As the guide has it in production, but for the eviction policy: a server that evicts would forget revoked tokens.
REDIS_CONFIGURATION = """
bind {address}
port {port}
requirepass {password}
dir {directory}
maxclients 10000
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
logfile redis.log
"""


class LoadTestError(Exception):
    """A load test can't go on; the message says what was expected, what was found and what to do."""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        return int(listener.getsockname()[1])


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str, log: Path) -> None:
    """Wait until a process is ready.

    Raises LoadTestError when it ends before that, or takes longer than START_SECONDS.
    """
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            found = "still was not" if process.returncode is None else f"ended with code {process.returncode}"
            end = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""
            raise LoadTestError(f"expected {what} to be ready within {START_SECONDS} s but it {found}:\n{end}")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children."""
    family = [process, *psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else [process]
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for member in family:
            member.kill()
        process.wait()


@contextmanager
def redis_server() -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """Start a redis-server with a password of its own; its process, and the environment that leads to it.

    Raises LoadTestError when it can't be started.
    """
    port, password = free_port(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as directory:
        settings = {"address": ADDRESS, "port": port, "password": password, "directory": directory}
        process = subprocess.Popen(["redis-server", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            process.stdin.write(REDIS_CONFIGURATION.format(**settings).encode())
            process.stdin.close()
            client = redis.Redis(host=ADDRESS, port=port, password=password)
            wait_until(lambda: answers(client), process, "redis-server", Path(directory, "redis.log"))
            client.close()
            yield process, {"REDIS_HOST": ADDRESS, "REDIS_PORT": str(port), "REDIS_PASSWORD": password}
        finally:
            stop(process)


def answers(client: redis.Redis) -> bool:
    """Return whether a redis-server answers."""
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


UVICORN = [sys.executable, "-m", "uvicorn", "benchmarks.load.server:app", "--host", ADDRESS]
UVICORN += ["--log-level", "error", "--no-access-log", "--backlog", str(LISTEN_BACKLOG)]
# Longer than users think: a request on a connection that the server just closes fails whatever stands behind it.
UVICORN += ["--timeout-keep-alive", "75"]


class Server:
    """The server of a variant, running.

    variant, workers: how it was started. process: uvicorn's. url: where it answers. directory: where it writes its log,
    and how many connections it uses.
    """

    def __init__(self, variant: str, workers: int, process: subprocess.Popen[bytes], url: str, directory: Path) -> None:
        self.variant, self.workers = variant, workers
        self.process, self.url, self.directory = process, url, directory

    def wait(self) -> None:
        """Wait until all its processes answer.

        Raises LoadTestError when they don't.
        """
        wait_until(self.is_ready, self.process, f"the server of {self.variant}", self.directory / "server.log")

    def is_ready(self) -> bool:
        """Return whether all its processes answer."""
        expected = 0 if self.variant == NO_OPERATION else self.workers
        return self.ask("/noop") is not None and len(self.watched()) == expected

    def ask(self, path: str, method: str = "GET") -> dict[str, str] | None:
        """Return what the server answers, None when nothing listens there yet."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method)) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.URLError:
            return None

    def watched(self) -> list[list[str]]:
        """Return what each process of the server wrote about its connections, as lines."""
        files = sorted(self.directory.glob("*.jsonl"))
        return [file.read_text(encoding="utf-8").splitlines() for file in files]


@contextmanager
def server(variant: str, workers: int, environment: dict[str, str]) -> Iterator[Server]:
    """Start the server of a variant with so many processes; `Server.wait` waits until it answers."""
    port = free_port()
    settings = {"DEPLOYMENT_ENV": "production", "UVICORN_WORKERS": str(workers), "LOAD_VARIANT": variant}
    with tempfile.TemporaryDirectory() as directory:
        settings |= {"LOAD_WATCH_DIRECTORY": directory, "LOAD_SIGNING_KEY": secrets.token_hex(32)}
        with Path(directory, "server.log").open("wb") as log:
            process = subprocess.Popen(
                [*UVICORN, "--port", str(port), "--workers", str(workers)],
                cwd=PROJECT,
                env={**os.environ, **environment, **settings},
                stderr=log,
            )
        try:
            yield Server(variant, workers, process, f"http://{ADDRESS}:{port}", Path(directory))
        finally:
            stop(process)


class ProcessorTimes:
    """Processor time of groups of processes, and of the rest of the machine, between two times.

    groups: the first process of each group by its name; its children belong to it.
    """

    def __init__(self, groups: dict[str, int]) -> None:
        self.groups = groups
        self.samples: list[tuple[float, dict[str, float]]] = []

    def sample(self) -> None:
        """Take a sample, in seconds of processor time."""
        times = {name: family_seconds(pid) for name, pid in self.groups.items()}
        machine = psutil.cpu_times()
        busy = sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice
        self.samples.append((time.time(), {**times, "others": busy - sum(times.values())}))

    def cores(self, started: float, ended: float) -> dict[str, float]:
        """Return how many cores each group and the others kept busy, between the samples next to two times."""
        first = min(self.samples, key=lambda sample: abs(sample[0] - started))
        last = min(self.samples, key=lambda sample: abs(sample[0] - ended))
        seconds = last[0] - first[0]
        if not seconds:
            return {}
        return {name: round(max(0.0, (last[1][name] - first[1][name]) / seconds), 3) for name in first[1]}


def family_seconds(pid: int) -> float:
    """Return the processor seconds of a process and its children, 0 when it ended."""
    try:
        first = psutil.Process(pid)
        times = [member.cpu_times() for member in [first, *first.children(recursive=True)]]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(spent.user + spent.system for spent in times)
