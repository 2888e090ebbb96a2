"""Measure the client library's limits against plain INCR and the library `limits`, and batching against a bare pool.

All of one comparison take turns in one run, so that what else the machine does meets all of them; a ratio is the median
of the rounds' ratios. Exits with 1 when a ratio misses its target.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import limits
import limits.aio.storage
import limits.aio.strategies
import limits.storage
import limits.strategies
import psutil
import redis.asyncio

import memurai_client
import memurai_client.asyncio
from benchmarks.load.processes import redis_server
from memurai_client import Algorithm

THREADS, TASKS, MANY_TASKS, KEYS = 16, 200, 1000, 50
CONNECTIONS = 160
LIMIT, WINDOW = 1000, 60
PLAIN, BATCHED, BARE = "plain INCR, EXPIRE once", "batching", "bare BlockingConnectionPool"
# What `limits` calls the algorithms that it has too.
SAME = {
    Algorithm.FIXED_WINDOW: "FixedWindowRateLimiter",
    Algorithm.SLIDING_LOG: "MovingWindowRateLimiter",
    Algorithm.SLIDING_COUNTER: "SlidingWindowCounterRateLimiter",
}
Check = Callable[[str], object]
AsyncCheck = Callable[[str], Awaitable[object]]
Rates = dict[str, list[float]]


@dataclass(frozen=True)
class Target:
    """The least that one thing must do of the calls that another does in the same processor time."""

    measured: str
    against: str
    ratio: float

    def missed(self, rates: Rates) -> bool:
        """Print the median of the rounds' ratios, and tell whether it is too low."""
        ratios = [mine / other for mine, other in zip(rates[self.measured], rates[self.against], strict=True)]
        median = statistics.median(ratios)
        word = "MISSED" if median < self.ratio else "met"
        print(f"  {self.measured} / {self.against}: {median:.2f}, at least {self.ratio}: {word}")
        return median < self.ratio


def against_plain(ratio: float) -> list[Target]:
    """Return the targets of all algorithms against plain INCR."""
    return [Target(f"ours, {algorithm}", PLAIN, ratio) for algorithm in Algorithm]


def against_limits(ratio: float) -> list[Target]:
    """Return the targets of the algorithms that `limits` has too."""
    return [Target(f"ours, {same}", f"limits, {same}", ratio) for same in SAME]


def keys() -> Callable[[], str]:
    """Return what gives the next of the keys, round and round."""
    numbers = itertools.count()
    return lambda: f"user{next(numbers) % KEYS}"


class Meter:
    """Counts calls against the processor time that this process and the redis-server take for them.

    A rate by the clock would be that of a machine which does other things meanwhile.
    """

    def __init__(self, server: psutil.Process, seconds: float) -> None:
        self._server = server
        self.seconds = seconds

    def _processor_seconds(self) -> float:
        times = self._server.cpu_times()
        return time.process_time() + times.user + times.system

    def threads(self, check: Check) -> float:
        """Return the calls a processor second of threads that each call again as soon as they have their answer."""
        counts = [0] * THREADS
        begin, end = threading.Barrier(THREADS + 1), threading.Event()

        def caller(number: int) -> None:
            key = keys()
            begin.wait()
            while not end.is_set():
                check(key())
                counts[number] += 1

        threads = [threading.Thread(target=caller, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        started = self._processor_seconds()
        begin.wait()
        end.wait(self.seconds)
        end.set()
        for thread in threads:
            thread.join()
        return sum(counts) / (self._processor_seconds() - started)

    async def tasks(self, check: AsyncCheck, tasks: int) -> float:
        """Return the same of tasks."""
        done = 0
        started, end = self._processor_seconds(), time.perf_counter() + self.seconds

        async def caller() -> None:
            nonlocal done
            key = keys()
            while time.perf_counter() < end:
                await check(key())
                done += 1

        await asyncio.gather(*(caller() for _ in range(tasks)))
        return done / (self._processor_seconds() - started)


def in_threads(url: str, rounds: int, meter: Meter) -> Rates:
    """Measure what blocks, all of it on one pool."""
    pool = memurai_client.get_optimized_redis_pool("production", url=url)
    client = pool.client

    def plain(key: str) -> None:
        if client.incr(key) == 1:
            client.expire(key, WINDOW)

    checks: dict[str, Check] = {PLAIN: plain}
    for algorithm in Algorithm:
        checks[f"ours, {algorithm}"] = memurai_client.RateLimiter(
            client, name="bench", limit=LIMIT, window=WINDOW, algorithm=algorithm, on_failure="closed"
        ).check
    storage = limits.storage.storage_from_string(url, connection_pool=pool.connection_pool)
    item = limits.RateLimitItemPerMinute(LIMIT)
    for algorithm, name in SAME.items():
        strategy = getattr(limits.strategies, name)(storage)
        checks[f"limits, {algorithm}"] = lambda key, strategy=strategy: strategy.hit(item, key)
    rates: Rates = {name: [] for name in checks}
    for _ in range(rounds):
        for name, check in checks.items():
            client.flushall()
            rates[name].append(meter.threads(check))
    return rates


async def in_tasks(url: str, rounds: int, meter: Meter) -> Rates:
    """Measure what is awaited; `limits` has a pool of its own, in which no task waits."""
    pool = memurai_client.asyncio.get_optimized_redis_pool("production", url=url)

    async def plain(key: str) -> None:
        if await pool.client.incr(key) == 1:
            await pool.client.expire(key, WINDOW)

    checks: dict[str, AsyncCheck] = {PLAIN: plain}
    for algorithm in Algorithm:
        checks[f"ours, {algorithm}"] = memurai_client.asyncio.RateLimiter(
            pool.client, name="bench", limit=LIMIT, window=WINDOW, algorithm=algorithm, on_failure="closed"
        ).check
    storage = limits.aio.storage.RedisStorage(f"async+{url}", implementation="redispy", max_connections=TASKS + 10)
    item = limits.RateLimitItemPerMinute(LIMIT)
    for algorithm, name in SAME.items():
        strategy = getattr(limits.aio.strategies, name)(storage)
        checks[f"limits, {algorithm}"] = lambda key, strategy=strategy: strategy.hit(item, key)
    rates: Rates = {name: [] for name in checks}
    for _ in range(rounds):
        for name, check in checks.items():
            await pool.client.flushall()
            rates[name].append(await meter.tasks(check, TASKS))
    await pool.close()
    return rates


async def batched(url: str, rounds: int, meter: Meter) -> Rates:
    """Measure SET and GET of many tasks in batches, and on redis-py's own blocking pool."""
    pool = memurai_client.asyncio.get_optimized_redis_pool("production", url=url)
    bare = redis.asyncio.BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=None)
    clients = {
        BARE: redis.asyncio.Redis(connection_pool=bare),
        BATCHED: memurai_client.asyncio.BatchingRedis(connection_pool=pool.connection_pool),
    }
    rates: Rates = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():

            async def set_and_get(key: str, client: redis.asyncio.Redis = client) -> None:
                await client.set(key, "x" * 64)
                await client.get(key)

            rates[name].append(2 * await meter.tasks(set_and_get, MANY_TASKS))
    await bare.aclose()
    await pool.close()
    return rates


def told(title: str, rates: Rates, wanted: list[Target]) -> bool:
    """Print what was measured, and tell whether a target was missed."""
    print(title)
    for name, each in rates.items():
        print(f"  {name}: {statistics.median(each):,.0f} calls a processor second")
    missed = [target.missed(rates) for target in wanted]  # all of them are printed
    return any(missed)


def main() -> int:
    """Measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a turn is")
    asked = parser.parse_args()
    with redis_server() as (process, environment):
        os.environ.update(environment)
        host, port, password = (environment[f"REDIS_{name}"] for name in ("HOST", "PORT", "PASSWORD"))
        arguments = (
            f"redis://:{password}@{host}:{port}",
            asked.rounds,
            Meter(psutil.Process(process.pid), asked.seconds),
        )
        threads = in_threads(*arguments)
        tasks = asyncio.run(in_tasks(*arguments))
        batches = asyncio.run(batched(*arguments))
    missed = [
        told(f"{THREADS} threads, {KEYS} keys", threads, against_plain(0.7)),
        told(f"{TASKS} tasks, {KEYS} keys", tasks, against_plain(2) + against_limits(1.2)),
        told(f"{MANY_TASKS} tasks, SET and GET", batches, [Target(BATCHED, BARE, 5)]),
    ]
    return 1 if any(missed) else 0


if __name__ == "__main__":
    sys.exit(main())
