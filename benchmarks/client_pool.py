"""Measure the client library's pools against redis-py's BlockingConnectionPool: throughput, fairness, imports.

1,000 callers share 160 connections and call again as soon as they have their answer. Both pools take turns in one run;
a ratio is the median of the rounds' ratios, in calls a processor second of this process and its redis-server together:
what else a machine does meanwhile does not count. By the clock it is printed beside. Exits with 1 when a target is
missed.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import redis
import redis.asyncio

import memurai_client
import memurai_client.asyncio
from benchmarks.load.processes import redis_server

CALLERS, CONNECTIONS = 1000, 160
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.05
VALUE = "x" * 64
OURS, BARE = "ours", "BlockingConnectionPool"
TARGETS = {"threads": 0.95, "asyncio": 1.0}
LEAST_SHARE_OF_MEDIAN, LONGEST_CALL_SECONDS = 0.5, 1.0
IMPORT_SECONDS = 0.030
FAIRNESS_SECONDS = 10.0


@dataclass
class Round:
    """What one pool did in one round.

    counts: calls of each caller.
    longest: seconds of the longest call.
    failed: calls that failed.
    """

    counts: list[int] = field(default_factory=lambda: [0] * CALLERS)
    longest: float = 0.0
    failed: int = 0
    clock_seconds: float = 0.0
    processor_seconds: float = 0.0

    def note(self, caller: int, seconds: float, *, failed: bool = False) -> None:
        """Count a call."""
        self.counts[caller] += not failed
        self.failed += failed
        self.longest = max(self.longest, seconds)

    @property
    def rates(self) -> tuple[float, float]:
        """Calls a processor second, and a second by the clock."""
        calls = sum(self.counts)
        return calls / self.processor_seconds, calls / self.clock_seconds

    def __str__(self) -> str:
        """Show it on a line."""
        processor, clock = self.rates
        fewest, median, most = min(self.counts), statistics.median(self.counts), max(self.counts)
        return (
            f"{processor:7,.0f} a processor second {clock:7,.0f} a second   fewest {fewest:4} median {median:6.1f} "
            f"most {most:4} longest {self.longest:5.2f} s failed {self.failed}"
        )


class Meter:
    """Measures rounds.

    server: process of the server, whose time counts too.
    seconds: of a round.
    """

    def __init__(self, server: psutil.Process, seconds: float) -> None:
        self._server = server
        self._seconds = seconds

    def _processor_seconds(self) -> float:
        times = self._server.cpu_times()
        return time.process_time() + times.user + times.system

    @contextmanager
    def measured(self, measured: Round) -> Iterator[float]:
        """Take the time of what runs inside; yield the moment at which it is to end."""
        clock, processor = time.monotonic(), self._processor_seconds()
        yield clock + self._seconds
        measured.clock_seconds = time.monotonic() - clock
        measured.processor_seconds = self._processor_seconds() - processor

    def threads(self, client: redis.Redis) -> Round:
        """Return what threads did in a round, that began when each had had its first answer.

        They wait for no barrier: it lets a thousand out one by one, while those that are out take the interpreter.
        """
        measured, begin, end = Round(), threading.Event(), threading.Event()
        answered = threading.Semaphore(0)

        def caller(number: int) -> None:
            client.set(f"key {number}", VALUE)
            answered.release()
            while not begin.is_set():
                time.sleep(LOOK_SECONDS)
            while not end.is_set():
                began = time.monotonic()
                try:
                    client.get(f"key {number}")
                except redis.RedisError:
                    measured.note(number, time.monotonic() - began, failed=True)
                else:
                    measured.note(number, time.monotonic() - began)

        threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
        for thread in threads:
            thread.start()
        for _ in range(CALLERS):
            answered.acquire()
        with self.measured(measured):
            begin.set()
            end.wait(self._seconds)
            end.set()
            for thread in threads:
                thread.join()
        return measured

    async def tasks(self, client: redis.asyncio.Redis) -> Round:
        """Return what tasks did in a round, that began when each had had its first answer."""
        measured = Round()

        async def caller(number: int, end: float) -> None:
            while (began := time.monotonic()) < end:
                try:
                    await client.get(f"key {number}")
                except redis.RedisError:
                    measured.note(number, time.monotonic() - began, failed=True)
                else:
                    measured.note(number, time.monotonic() - began)

        await asyncio.gather(*(client.set(f"key {number}", VALUE) for number in range(CALLERS)))
        with self.measured(measured) as end:
            await asyncio.gather(*(caller(number, end) for number in range(CALLERS)))
        return measured


def threads_round(meter: Meter, url: str, pool: str) -> Round:
    """Return what threads did with one of the pools."""
    if pool == OURS:
        with memurai_client.get_optimized_redis_pool("production", url=url, wait_seconds=WAIT_SECONDS) as ours:
            return meter.threads(ours.client)
    with redis.BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=WAIT_SECONDS) as bare:
        return meter.threads(redis.Redis(connection_pool=bare))


def tasks_round(meter: Meter, url: str, pool: str) -> Round:
    """Return what tasks did with one of the pools."""

    async def run() -> Round:
        if pool == OURS:
            get_pool = memurai_client.asyncio.get_optimized_redis_pool
            async with get_pool("production", url=url, wait_seconds=WAIT_SECONDS) as ours:
                return await meter.tasks(ours.client)
        from_url = redis.asyncio.BlockingConnectionPool.from_url
        async with from_url(url, max_connections=CONNECTIONS, timeout=WAIT_SECONDS) as bare:
            return await meter.tasks(redis.asyncio.Redis(connection_pool=bare))

    return asyncio.run(run())


def compared(kind: str, one_round: Callable[[str], Round], rounds: int) -> bool:
    """Print the rounds of both pools in turns, and tell whether ours missed its target."""
    ratios: list[tuple[float, float]] = []
    for number in range(rounds):
        found = {pool: one_round(pool) for pool in ((OURS, BARE) if number % 2 else (BARE, OURS))}
        for pool, measured in found.items():
            print(f"  {pool:22} {measured}")
        ratios.append(tuple(mine / other for mine, other in zip(found[OURS].rates, found[BARE].rates, strict=True)))
    processor, clock = (statistics.median(column) for column in zip(*ratios, strict=True))
    missed = processor < TARGETS[kind]
    word = "MISSED" if missed else "met"
    print(f"{kind}: {processor:.2f} of {BARE}, at least {TARGETS[kind]}: {word} ({clock:.2f} by the clock)")
    return missed


def unfair(kind: str, measured: Round) -> bool:
    """Print how fair the pool was, and tell whether that misses the target."""
    share = min(measured.counts) / statistics.median(measured.counts)
    missed = share < LEAST_SHARE_OF_MEDIAN or measured.longest > LONGEST_CALL_SECONDS or measured.failed > 0
    print(f"  {OURS:22} {measured}")
    print(
        f"{kind}: the fewest calls of a caller are {share:.2f} of the median, at least {LEAST_SHARE_OF_MEDIAN}; "
        f"longest call {measured.longest:.2f} s, at most {LONGEST_CALL_SECONDS:g} s: {'MISSED' if missed else 'met'}"
    )
    return missed


def import_too_slow(runs: int = 7) -> bool:
    """Print what importing costs beyond redis, at the least of some runs, and tell whether that misses the target."""
    program = "import time, redis; began = time.process_time(); import {}; print(time.process_time() - began)"
    worst = 0.0
    for module in ("memurai_client.pool", "memurai_client.asyncio.pool"):
        command = [sys.executable, "-c", program.format(module)]
        seconds = min(float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(runs))
        print(f"import {module}: {seconds * 1000:.0f} ms beyond redis, at most {IMPORT_SECONDS * 1000:.0f} ms")
        worst = max(worst, seconds)
    return worst > IMPORT_SECONDS


def main() -> int:
    """Measure, and return what the process exits with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a round; fairness is measured over 10 s")
    arguments = parser.parse_args()
    missed = [import_too_slow()]
    with redis_server() as (process, environment):
        host, port, password = (environment[f"REDIS_{name}"] for name in ("HOST", "PORT", "PASSWORD"))
        url, server = f"redis://:{password}@{host}:{port}", psutil.Process(process.pid)
        meter, fair = Meter(server, arguments.seconds), Meter(server, FAIRNESS_SECONDS)
        missed.append(compared("threads", lambda pool: threads_round(meter, url, pool), arguments.rounds))
        missed.append(compared("asyncio", lambda pool: tasks_round(meter, url, pool), arguments.rounds))
        missed.append(unfair("threads", threads_round(fair, url, OURS)))
        missed.append(unfair("asyncio", tasks_round(fair, url, OURS)))
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
