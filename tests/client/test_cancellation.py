"""No wrong answer, no lost connection and no lost wake-up, whenever a task is cancelled."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from itertools import count

import pytest
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from practice_server import DEADLINE_SECONDS, PracticeServer

from memurai_client.asyncio import OptimizedRedisPool, get_optimized_redis_pool

Call = Callable[[redis.asyncio.Redis], Awaitable[object]]


async def a_read(client: redis.asyncio.Redis) -> object:
    return await client.get("mine")


async def a_pipeline(client: redis.asyncio.Redis) -> object:
    return await client.pipeline(transaction=False).get("mine").get("number").execute()


async def a_watched_transaction(client: redis.asyncio.Redis) -> object:
    async with client.pipeline() as pipeline:
        await pipeline.watch("mine")
        read = await pipeline.get("mine")
        pipeline.multi()
        return read, await pipeline.get("number").execute()


async def a_subscription(client: redis.asyncio.Redis) -> object:
    async with client.pubsub() as subscription:
        await subscription.subscribe("news")
        return await subscription.get_message(timeout=1)


async def a_first_call(client: redis.asyncio.Redis) -> object:
    """A call that has to open its connection."""
    await client.connection_pool.disconnect()
    return await client.get("mine")


@pytest.fixture
def url(server: PracticeServer) -> str:
    with server.plain_client() as client:
        client.mset({"mine": "my value", "other": "other value", "number": "7"})
    return server.url


async def turns(number: int) -> None:
    """Let the event loop go round so many times."""
    for _ in range(number):
        await asyncio.sleep(0)


async def cancel_at_every_turn(pool: OptimizedRedisPool, call: Call) -> int:
    """Cancel the call at its first turn of the loop, its second, and so on until it is over before that."""
    for turn in count():
        task = asyncio.ensure_future(call(pool.client))
        await turns(turn)
        if task.done():
            return turn
        task.cancel()
        await asyncio.wait([task])
        assert await pool.client.get("other") == "other value", f"cancelled at turn {turn} of {call.__name__}"
        assert pool.get_pool_status()["in_use_connections"] == 0, f"lost at turn {turn} of {call.__name__}"
    raise AssertionError


@pytest.mark.parametrize("call", [a_read, a_pipeline, a_watched_transaction, a_subscription, a_first_call])
def test_a_call_may_be_cancelled_at_every_turn(url: str, call: Call) -> None:
    async def run() -> int:
        async with get_optimized_redis_pool(url=url, max_connections=1, wait_seconds=0.5) as pool:
            await pool.client.ping()
            return await cancel_at_every_turn(pool, call)

    assert asyncio.run(run()) > 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cancelled_at=st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=24),
    size=st.integers(1, 4),
)
def test_a_storm_of_cancellations_leaves_right_answers_and_all_connections(
    url: str, cancelled_at: list[int | None], size: int
) -> None:
    """cancelled_at: for each task, at which turn of the loop it is cancelled, if at all."""

    async def one(pool: OptimizedRedisPool, number: int) -> None:
        assert await pool.client.set(f"key {number}", f"value {number}")
        assert await pool.client.get(f"key {number}") == f"value {number}"

    async def run() -> None:
        async with get_optimized_redis_pool(url=url, max_connections=size, wait_seconds=5) as pool:
            tasks = [asyncio.create_task(one(pool, number)) for number in range(len(cancelled_at))]
            for turn in range(42):
                for task, moment in zip(tasks, cancelled_at, strict=True):
                    if moment == turn:
                        task.cancel()
                await asyncio.sleep(0)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert [result for result in results if isinstance(result, Exception)] == []
            status = pool.get_pool_status()
            assert (status["in_use_connections"], status["waiting_callers"]) == (0, 0)
            assert await asyncio.gather(*(pool.client.get("other") for _ in range(size))) == ["other value"] * size

    asyncio.run(run())


def test_a_read_that_is_cancelled_before_its_answer_came_leaves_no_wrong_one(
    own_server: Callable[..., PracticeServer],
) -> None:
    server = own_server()

    async def run() -> object:
        async with get_optimized_redis_pool(url=server.url, max_connections=1) as pool:
            await pool.client.mset({"theirs": "their value", "mine": "my value"})
            server.freeze()
            read = asyncio.create_task(pool.client.get("theirs"))
            await turns(20)
            read.cancel()
            await asyncio.wait([read])
            next_read = asyncio.create_task(pool.client.get("mine"))
            await turns(20)
            server.thaw()
            return await next_read

    assert asyncio.run(run()) == "my value"


async def what_the_third_gets(pool: redis.asyncio.ConnectionPool) -> object:
    """One has the only connection, two wait for it; the first of them is cancelled in the step in which it is woken."""
    taken = await pool.get_connection()
    second = asyncio.create_task(pool.get_connection())
    third = asyncio.create_task(pool.get_connection())
    await turns(5)
    await pool.release(taken)
    second.cancel()
    results = await asyncio.gather(second, third, return_exceptions=True)
    if isinstance(results[0], redis.asyncio.Connection):  # it was quicker than its cancellation
        await pool.release(results[0])
    if isinstance(results[1], redis.asyncio.Connection):
        await pool.release(results[1])
    return results[1]


def test_a_waiter_that_is_cancelled_when_its_turn_comes_passes_it_on(url: str) -> None:
    async def run() -> object:
        async with get_optimized_redis_pool(url=url, max_connections=1, wait_seconds=5) as pool:
            found = await what_the_third_gets(pool.connection_pool)
            assert pool.get_pool_status()["in_use_connections"] == 0
            return found

    assert isinstance(asyncio.run(run()), redis.asyncio.Connection)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="asyncio.Condition is mended there")
def test_redis_py_alone_loses_the_turn(server: PracticeServer) -> None:
    async def run() -> object:
        pool = redis.asyncio.BlockingConnectionPool(host=server.host, port=server.port, max_connections=1, timeout=0.3)
        found = await what_the_third_gets(pool)
        await pool.aclose()
        return found

    assert isinstance(asyncio.run(run()), redis.asyncio.ConnectionError)


async def next_answer(pool: redis.asyncio.ConnectionPool) -> object:
    """Give a connection back with an answer still to be read, as code between two awaits may, and read something."""
    client = redis.asyncio.Redis(connection_pool=pool)
    connection = await pool.get_connection()
    await connection.send_command("GET", "mine")
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await connection.can_read():  # noqa: ASYNC110  # redis-py tells nobody when something has arrived
            await asyncio.sleep(0)
    await pool.release(connection)
    return await client.get("other")


def test_a_connection_given_back_with_an_answer_to_be_read_is_not_used_again(url: str) -> None:
    async def run() -> object:
        async with get_optimized_redis_pool(url=url, max_connections=1) as pool:
            return await next_answer(pool.connection_pool)

    assert asyncio.run(run()) == "other value"


def test_redis_py_alone_answers_with_it(url: str) -> None:
    async def run() -> object:
        pool = redis.asyncio.ConnectionPool.from_url(url, max_connections=1, decode_responses=True)
        found = await next_answer(pool)
        await pool.aclose()
        return found

    assert asyncio.run(run()) == "my value"
