"""The pool for asyncio: the same names."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis.asyncio
import uvloop
from practice_server import PracticeServer, wait_until
from sentinel_set import SentinelSet

from memurai_client.asyncio import OptimizedRedisPool, get_optimized_redis_pool


@pytest.fixture(autouse=True)
def _server_in_environment(server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_HOST", server.host)
    monkeypatch.setenv("REDIS_PORT", str(server.port))


def test_the_guides_example_runs() -> None:
    async def example() -> None:
        redis_pool = get_optimized_redis_pool()
        redis_client = redis_pool.client
        await redis_client.ping()
        assert type(redis_client) is redis.asyncio.Redis
        assert await redis_pool.health_check() is True
        assert await redis_client.set("test_key", "test_value")
        assert await redis_client.get("test_key") == "test_value"
        assert redis_pool.get_pool_status()["status"] == "healthy"
        await redis_pool.close()

    asyncio.run(example())


def test_one_pool_serves_one_event_loop_after_the_other() -> None:
    pool = get_optimized_redis_pool()

    async def ask() -> bool:
        return bool(await pool.client.ping())

    assert asyncio.run(ask())
    assert asyncio.run(ask())


@pytest.fixture
def _without_collector() -> Iterator[None]:
    """What is closed is closed by the library, not by the collector that finds it forgotten."""
    gc.disable()
    yield
    gc.enable()


async def use_all_connections(pool: OptimizedRedisPool) -> None:
    await asyncio.gather(*(pool.client.ping() for _ in range(pool.max_connections)))


@pytest.mark.usefixtures("_without_collector")
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_connections_of_loops_that_have_ended_are_closed_by_the_next_loop_and_by_close(
    server: PracticeServer, run: Callable[..., object]
) -> None:
    pool = get_optimized_redis_pool(max_connections=20)
    for _ in range(5):
        run(use_all_connections(pool))

    wait_until(lambda: server.connections() <= pool.max_connections, "connections of the last loop only")
    run(pool.close())
    wait_until(lambda: server.connections() == 0, "no connections after close()")


@pytest.mark.usefixtures("_without_collector")
def test_a_connection_that_was_in_use_when_its_loop_ended_is_closed_too(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool()

    async def take() -> object:
        return await pool.connection_pool.get_connection()

    taken = asyncio.run(take())
    assert server.connections() > 0
    asyncio.run(pool.close())
    wait_until(lambda: server.connections() == 0, "no connections after close()")
    del taken


@pytest.mark.usefixtures("_without_collector")
def test_connections_to_sentinels_of_a_loop_that_has_ended_are_closed(tmp_path: Path) -> None:
    sentinels = SentinelSet(tmp_path)
    sentinels.start()
    try:
        pool = get_optimized_redis_pool(url=sentinels.url)
        for _ in range(5):
            asyncio.run(use_all_connections(pool))
        asyncio.run(pool.close())
        wait_until(lambda: sentinels.sentinels[0].connections() == 0, "no connections of ours to a Sentinel")
    finally:
        sentinels.stop()
