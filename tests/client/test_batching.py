"""Commands of one turn of the loop go out together; each caller gets its own reply, or its own error."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import redis
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from practice_server import PracticeServer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from swallowing_proxy import SwallowingProxy

from memurai_client.asyncio import BatchingRedis, get_optimized_redis_pool


def in_a_loop(
    server: PracticeServer, test: Callable[[BatchingRedis], Coroutine[Any, Any, None]], **options: Any
) -> None:
    async def run() -> None:
        pool = redis.asyncio.ConnectionPool(
            **{"host": server.host, "port": server.port, "decode_responses": True} | options
        )
        try:
            await test(BatchingRedis(connection_pool=pool))
        finally:
            await pool.aclose()

    asyncio.run(run())


def test_a_thousand_callers_share_few_connections_and_get_their_own_replies(server: PracticeServer) -> None:
    async def test(client: BatchingRedis) -> None:
        async def caller(number: int) -> None:
            for round_number in range(5):
                await client.set(f"key{number}", f"{number}:{round_number}")
                assert await client.get(f"key{number}") == f"{number}:{round_number}"

        await asyncio.gather(*(caller(number) for number in range(1000)))
        # A turn's replies may come in parts, and those who have theirs begin the next turn.
        assert server.connections() <= 20

    in_a_loop(server, test)


def test_replies_are_what_redis_py_makes_of_them(server: PracticeServer) -> None:
    async def test(client: BatchingRedis) -> None:
        await client.hset("hash", mapping={"a": 1})
        await client.zadd("sorted", {"x": 1.5})
        replies = await asyncio.gather(
            client.hgetall("hash"),
            client.zrange("sorted", 0, -1, withscores=True),
            client.info("server"),
            client.ping(),
        )
        plain = redis.asyncio.Redis(host=server.host, port=server.port, decode_responses=True)
        assert replies[0] == await plain.hgetall("hash") == {"a": "1"}
        assert replies[1] == await plain.zrange("sorted", 0, -1, withscores=True)
        assert replies[2]["run_id"] == (await plain.info("server"))["run_id"]
        assert replies[3] is True
        await plain.aclose()

    in_a_loop(server, test)


def test_a_command_s_name_may_be_bytes_or_text_of_any_case(server: PracticeServer) -> None:
    async def test(client: BatchingRedis) -> None:
        await client.set("key", "value")
        for name in (b"GET", b"get", "Get"):
            assert await client.execute_command(name, "key") == "value"
        assert await client.execute_command(b"client", "setname", "alone") in ("OK", True)

    in_a_loop(server, test)


async def errors_are_their_own_callers_alone(client: BatchingRedis) -> None:
    await client.set("text", "no number")
    replies = await asyncio.gather(
        client.get("text"),
        client.incr("text"),
        client.set("a", {"not": "sendable"}),
        client.set("a", "\ud800"),
        client.set("b", "1"),
        return_exceptions=True,
    )
    assert replies[0] == "no number"
    assert isinstance(replies[1], redis.ResponseError)
    assert isinstance(replies[2], redis.DataError)
    assert isinstance(replies[3], UnicodeError)
    assert replies[4] is True


def test_an_error_is_its_own_caller_s_alone(server: PracticeServer) -> None:
    in_a_loop(server, errors_are_their_own_callers_alone)


def test_the_same_on_a_pool_of_this_library(server: PracticeServer) -> None:
    async def run() -> None:
        pool = get_optimized_redis_pool("development", url=server.url)
        await errors_are_their_own_callers_alone(BatchingRedis(connection_pool=pool.connection_pool))
        await pool.close()

    asyncio.run(run())


def test_what_waits_or_means_its_connection_goes_alone(server: PracticeServer) -> None:
    async def test(client: BatchingRedis) -> None:
        waiting = asyncio.create_task(client.blpop(["list"], timeout=20))
        reading = asyncio.create_task(client.xread({"stream": "$"}, block=20_000))
        async with asyncio.timeout(20):
            while (await client.info("clients"))["blocked_clients"] < 2:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.005)
        assert await asyncio.wait_for(client.get("nothing"), 5) is None
        await client.rpush("list", "value")
        await client.xadd("stream", {"a": "b"})
        assert await waiting == ("list", "value")
        assert await reading
        async with client.pipeline(transaction=True) as pipeline:
            assert await pipeline.incr("n").incr("n").execute() == [1, 2]
        async with client.pubsub() as subscription:
            await subscription.subscribe("news")
            assert (await subscription.get_message(timeout=5))["type"] == "subscribe"
            await client.publish("news", "hello")
            assert (await subscription.get_message(timeout=5))["data"] == "hello"

    in_a_loop(server, test)


def test_a_lost_answer_fails_the_batch_and_nothing_is_sent_twice(server: PracticeServer, client: redis.Redis) -> None:
    async def test(batching: BatchingRedis) -> None:
        replies = await asyncio.gather(
            *(batching.incr("n") for _ in range(3)), batching.incr("m"), return_exceptions=True
        )
        assert [type(reply) for reply in replies] == [redis.TimeoutError] * 4
        assert "no answer within 0.3 s to 4 commands sent together; they may have been executed" in str(replies[0])

    with SwallowingProxy(server.host, server.port, b"INCR") as proxy:
        host, port = proxy.address
        retry = Retry(NoBackoff(), 3)
        in_a_loop(server, test, host=host, port=port, socket_timeout=0.3, retry=retry)
    assert (client.get("n"), client.get("m")) == ("3", "1")


def test_a_killed_server_fails_what_waits_and_the_next_turn_works(
    own_server: Callable[..., PracticeServer],
) -> None:
    server = own_server()

    async def test(client: BatchingRedis) -> None:
        await client.set("a", "1")
        server.freeze()
        waiting = [asyncio.create_task(client.get("a")) for _ in range(10)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        server.kill()
        errors = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(error) for error in errors} <= {redis.ConnectionError}
        server.start()
        assert await client.get("a") is None

    in_a_loop(server, test, retry=Retry(NoBackoff(), 0))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.lists(st.sampled_from(["keep", "cancel at once", "cancel later"]), max_size=12), max_size=8))
def test_no_caller_gets_another_s_reply_whoever_is_cancelled(server: PracticeServer, turns: list[list[str]]) -> None:
    async def test(client: BatchingRedis) -> None:
        tasks: list[tuple[str, asyncio.Task[Any]]] = []
        for turn, fates in enumerate(turns):
            asked = [
                (f"{turn}:{number}", asyncio.create_task(client.echo(f"{turn}:{number}")))
                for number in range(len(fates))
            ]
            await asyncio.sleep(0)
            for fate, (_text, task) in zip(fates, asked, strict=True):
                if fate == "cancel at once":
                    task.cancel()
            await asyncio.sleep(0)
            for fate, (_text, task) in zip(fates, asked, strict=True):
                if fate == "cancel later":
                    task.cancel()
            tasks += asked
        replies = await asyncio.gather(*(task for _text, task in tasks), return_exceptions=True)
        for (text, _task), reply in zip(tasks, replies, strict=True):
            assert reply == text or isinstance(reply, asyncio.CancelledError)

    in_a_loop(server, test)


def test_one_client_serves_one_loop_after_the_other(server: PracticeServer) -> None:
    pool = redis.asyncio.ConnectionPool(host=server.host, port=server.port)
    client = BatchingRedis(connection_pool=pool)

    async def turn() -> None:
        assert await client.ping()
        await pool.disconnect()

    asyncio.run(turn())
    asyncio.run(turn())
