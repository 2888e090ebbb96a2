"""Through Sentinels, to whichever server is the primary."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest
import redis
import redis.asyncio
import redis.sentinel
from practice_server import PracticeServer, wait_until
from sentinel_set import SERVICE, SentinelSet
from torn import TornError
from worlds import World

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool
from memurai_client.primary import SentinelPrimary

# The Sentinels need about a second to promote the replica.
BUDGET_SECONDS = 4.0
CALLERS = 100


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[SentinelSet]:
    servers = SentinelSet(tmp_path)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


class Callers:
    """What the callers of a load saw."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.calls = 0
        self.failures: list[redis.RedisError] = []

    def note(self, key: str, answer: str | None) -> None:
        assert answer in {None, f"value of {key}"}
        self.calls += 1

    def thread(self, client: redis.Redis, key: str) -> None:
        while not self.over.is_set():
            try:
                client.set(key, f"value of {key}")
                self.note(key, client.get(key))
            except redis.RedisError as error:
                self.failures.append(error)

    async def task(self, client: redis.asyncio.Redis, key: str) -> None:
        while not self.over.is_set():
            try:
                await client.set(key, f"value of {key}")
                self.note(key, await client.get(key))
            except redis.RedisError as error:
                self.failures.append(error)

    def kill_the_primary(self, sentinels: SentinelSet) -> None:
        """Kill the primary under the load, and wait until the load goes on at the other server."""
        wait_until(lambda: self.calls > CALLERS * 5, "a load that runs")
        sentinels.primary.kill()
        with sentinels.replica.plain_client() as promoted:
            wait_until(lambda: promoted.info("replication")["role"] == "master", "a promotion")
            before = self.calls
            wait_until(lambda: self.calls > before + CALLERS * 5, "a load that goes on")


@pytest.mark.alone
def test_the_primary_is_killed_under_threads_and_no_call_fails(sentinels: SentinelSet) -> None:
    pool = get_optimized_redis_pool("production", url=sentinels.url, budget_seconds=BUDGET_SECONDS)
    load = Callers()
    threads = [threading.Thread(target=load.thread, args=(pool.client, f"key {n}")) for n in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        load.kill_the_primary(sentinels)
    finally:
        load.over.set()
        for thread in threads:
            thread.join()

    assert load.failures == []
    assert pool.health_check()


@pytest.mark.alone
def test_the_primary_is_killed_under_tasks_and_no_call_fails(sentinels: SentinelSet) -> None:
    load = Callers()
    get_pool = memurai_client.asyncio.get_optimized_redis_pool

    async def run() -> bool:
        async with get_pool("production", url=sentinels.url, budget_seconds=BUDGET_SECONDS) as pool:
            tasks = [asyncio.create_task(load.task(pool.client, f"key {n}")) for n in range(CALLERS)]
            try:
                await asyncio.to_thread(load.kill_the_primary, sentinels)
            finally:
                load.over.set()
                await asyncio.gather(*tasks)
            return await pool.health_check()

    assert asyncio.run(run())
    assert load.failures == []


@pytest.mark.slow
def test_a_primary_that_became_a_replica_is_left(sentinels: SentinelSet) -> None:
    """Its connections are open, and it would go on answering reads: with what is old by then."""
    pool = get_optimized_redis_pool(url=sentinels.url, budget_seconds=BUDGET_SECONDS)
    pool.client.incr("count")  # is executed once, though it is refused first: a refusal executes nothing

    with sentinels.sentinels[0].plain_client() as sentinel, sentinels.replica.plain_client() as replica:
        wait_until(lambda: replica.get("count") == "1", "a replica with the data")
        sentinel.execute_command("SENTINEL FAILOVER", SERVICE)
        wait_until(lambda: replica.info("replication")["role"] == "master", "a promotion")
        with sentinels.primary.plain_client() as former:
            wait_until(lambda: former.info("replication")["role"] == "slave", "the former primary's step down")
        assert pool.client.incr("count") == 2
        assert replica.get("count") == "2"


def test_variables_name_the_sentinels(sentinels: SentinelSet, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_SENTINELS", ",".join(f"{each.host}:{each.port}" for each in sentinels.sentinels))
    monkeypatch.setenv("REDIS_SENTINEL_SERVICE", SERVICE)
    monkeypatch.setenv("REDIS_DB", "3")
    monkeypatch.setenv("REDIS_PASSWORD", "a password")
    with sentinels.primary.plain_client() as primary:
        primary.config_set("requirepass", "a password")
        pool = world.pool(None)

        assert world(pool.client.set("key", "value"))
        assert primary.info("keyspace")["db3"]["keys"] == 1


@pytest.mark.alone
def test_no_sentinel_there_is_told_within_the_budget() -> None:
    pool = get_optimized_redis_pool(url="redis+sentinel://127.77.254.254:1/main", budget_seconds=0.5)

    began = time.monotonic()
    with pytest.raises(redis.ConnectionError, match="main"):
        pool.client.ping()
    assert time.monotonic() - began < 0.7


class CountedCondition(threading.Condition):
    """A condition that tells how many wait for it, or did."""

    waited = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += 1  # its lock is held
        return super().wait(timeout)


class UnknowingSentinels:
    """Sentinels that do not know the primary, and say so when they are let."""

    def __init__(self) -> None:
        self.asked = 0
        self.let = threading.Event()

    def discover_master(self, service: str) -> NoReturn:
        self.asked += 1
        self.let.wait(20)
        raise redis.sentinel.MasterNotFoundError(f"No master found for {service!r}")


def test_who_waits_for_the_sentinels_shares_their_answer_also_when_they_do_not_know() -> None:
    """In a failover they do not know for a while: asked for each caller by itself, they would use up all deadlines."""
    primary = SentinelPrimary([("127.77.254.254", 1)], "main", {})
    primary._sentinel, primary._answered = sentinels, answered = UnknowingSentinels(), CountedCondition()
    with ThreadPoolExecutor(CALLERS) as threads:
        calls = [threads.submit(primary.address, 20)]
        wait_until(lambda: sentinels.asked == 1, "a first question")
        calls += [threads.submit(primary.address, 20) for _ in range(CALLERS - 1)]
        wait_until(lambda: answered.waited == CALLERS - 1, "callers that wait")
        sentinels.let.set()
        assert all(isinstance(call.exception(), redis.sentinel.MasterNotFoundError) for call in calls)
    assert sentinels.asked == 2, "the first question, and one for all who came after it was put"


def torn_read_and_next_answer(client: redis.Redis, server: PracticeServer) -> object:
    """Have a read torn by a time limit while it waits for its answer; return what the next read answers."""

    def limit(*_: object) -> NoReturn:
        raise TornError

    client.mset({"theirs": "their value", "mine": "my value"})
    before = signal.signal(signal.SIGALRM, limit)
    server.freeze()
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(TornError):
        client.get("theirs")
    signal.signal(signal.SIGALRM, before)
    server.thaw()
    return client.get("mine")


def test_a_signal_in_the_middle_of_a_read_leaves_no_wrong_answer(sentinels: SentinelSet) -> None:
    pool = get_optimized_redis_pool(url=sentinels.url, max_connections=1)
    addresses = [(sentinel.host, sentinel.port) for sentinel in sentinels.sentinels]
    bare = redis.sentinel.Sentinel(addresses).master_for(SERVICE, decode_responses=True)

    assert torn_read_and_next_answer(pool.client, sentinels.primary) == "my value"
    assert torn_read_and_next_answer(bare, sentinels.primary) == "their value", "redis-py alone is right by now"
