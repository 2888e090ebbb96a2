"""A server that is killed and comes back under load."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import redis
from practice_server import PracticeServer, wait_until

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool

StartServer = Callable[..., PracticeServer]
pytestmark = pytest.mark.alone
# How long after the server's return calls work again.
BACK_SECONDS = 0.5
SIZE = 160
# How long a caller thinks after a failure. Without, 840 that fail leave no time to open connections.
THINK_SECONDS = 0.1


@dataclass
class Load:
    """What the callers of a load saw: when calls succeeded, when those that failed began, and wrong answers."""

    succeeded: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    wrong: list[object] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def note(self, key: str, answer: object) -> None:
        self.succeeded.append(time.monotonic())
        if answer not in {None, f"value of {key}"}:
            self.wrong.append((key, answer))

    def thread(self, client: redis.Redis, key: str) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            try:
                client.set(key, f"value of {key}")
                self.note(key, client.get(key))
            except redis.RedisError:
                self.failed.append(began)
                self.over.wait(THINK_SECONDS)

    async def task(self, client: redis.asyncio.Redis, key: str) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            try:
                await client.set(key, f"value of {key}")
                self.note(key, await client.get(key))
            except redis.RedisError:
                self.failed.append(began)
                await asyncio.sleep(THINK_SECONDS)

    def restart(self, server: PracticeServer, down_seconds: float) -> float:
        """Kill the server under the load and start it again; return the moment of its return."""
        wait_until(lambda: len(self.succeeded) > SIZE, "a load that runs")
        server.kill()
        killed = time.monotonic()
        wait_until(lambda: time.monotonic() > killed + down_seconds, "a while without a server")
        server.start()
        back = time.monotonic()
        wait_until(lambda: sum(moment > back for moment in self.succeeded[-5000:]) > SIZE, "calls after the return")
        wait_until(lambda: time.monotonic() > back + BACK_SECONDS * 2, "the time in which a call may still fail")
        return back

    def verify(self, back: float) -> None:
        latest = back + BACK_SECONDS
        assert min(moment for moment in self.succeeded if moment > back) < latest
        assert [moment for moment in self.failed if moment > latest] == []
        assert self.wrong == []


@pytest.mark.parametrize("down_seconds", [0.3, pytest.param(3.0, marks=pytest.mark.slow)])
def test_200_threads_go_on_when_the_server_is_back(own_server: StartServer, down_seconds: float) -> None:
    server = own_server()
    pool = get_optimized_redis_pool("production", url=server.url)
    load = Load()
    threads = [threading.Thread(target=load.thread, args=(pool.client, f"key {n}")) for n in range(200)]
    for thread in threads:
        thread.start()
    try:
        back = load.restart(server, down_seconds)
        connections = server.connections()
    finally:
        load.over.set()
        for thread in threads:
            thread.join()

    load.verify(back)
    assert pool.get_pool_status()["in_use_connections"] == 0
    assert connections <= SIZE


@pytest.mark.parametrize("down_seconds", [0.3, pytest.param(3.0, marks=pytest.mark.slow)])
def test_1000_tasks_go_on_when_the_server_is_back(own_server: StartServer, down_seconds: float) -> None:
    server = own_server()
    load = Load()

    async def run() -> tuple[float, int]:
        async with memurai_client.asyncio.get_optimized_redis_pool("production", url=server.url) as pool:
            tasks = [asyncio.create_task(load.task(pool.client, f"key {n}")) for n in range(1000)]
            try:
                back = await asyncio.to_thread(load.restart, server, down_seconds)
                connections = await asyncio.to_thread(server.connections)
            finally:
                load.over.set()
                await asyncio.gather(*tasks)
            assert pool.get_pool_status()["in_use_connections"] == 0
            return back, connections

    back, connections = asyncio.run(run())

    load.verify(back)
    assert connections <= SIZE
