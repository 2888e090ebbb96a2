"""One deadline for each call, whatever happens; and nothing that must not be is sent twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from practice_server import PracticeServer, wait_until
from strange_servers import cutting_server, falling_silent_server, strange_server
from worlds import World

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool
from memurai_client.exceptions import (
    AuthenticationFailed,
    DeadlineExceeded,
    OutcomeUnknown,
    PoolExhausted,
    ServerUnavailable,
)

StartServer = Callable[..., PracticeServer]
# What a call may take beyond its wait and its budget.
SLACK_SECONDS = 0.2


def seconds_of(call: Callable[[], object], *expected: type[Exception]) -> float:
    began = time.monotonic()
    with pytest.raises(expected):
        call()
    return time.monotonic() - began


@pytest.mark.alone
def test_against_a_silent_server_every_call_ends_within_wait_and_budget() -> None:
    with strange_server() as silent, ThreadPoolExecutor(12) as callers:
        pool = get_optimized_redis_pool(url=silent.url, max_connections=3, wait_seconds=0.5, budget_seconds=0.7)
        calls = [
            callers.submit(seconds_of, lambda: pool.client.get("key"), DeadlineExceeded, PoolExhausted)
            for _ in range(12)
        ]
        assert max(call.result() for call in calls) < 0.5 + 0.7 + SLACK_SECONDS
        pool.close()


@pytest.mark.alone
def test_against_a_silent_server_every_task_ends_within_wait_and_budget() -> None:
    async def one(pool: memurai_client.asyncio.OptimizedRedisPool) -> float:
        began = time.monotonic()
        with pytest.raises((DeadlineExceeded, PoolExhausted)):
            await pool.client.get("key")
        return time.monotonic() - began

    async def all_of_them(url: str) -> float:
        get_pool = memurai_client.asyncio.get_optimized_redis_pool
        async with get_pool(url=url, max_connections=3, wait_seconds=0.5, budget_seconds=0.7) as pool:
            return max(await asyncio.gather(*(one(pool) for _ in range(50))))

    with strange_server() as silent:
        assert asyncio.run(all_of_them(silent.url)) < 0.5 + 0.7 + SLACK_SECONDS


def test_redis_py_alone_multiplies_its_retries_by_its_health_checks() -> None:
    """The guide's own settings, with sockets of 0.1 s in place of 5 s: 16 times the timeout of a socket."""
    with strange_server() as silent:
        retry = redis.retry.Retry(redis.backoff.NoBackoff(), 3)
        client = redis.Redis.from_url(silent.url, socket_timeout=0.1, retry=retry, health_check_interval=30)
        assert seconds_of(lambda: client.get("key"), redis.TimeoutError) > 1.5
        client.close()


@pytest.mark.alone
def test_a_frozen_server_ends_calls_on_open_connections_too(own_server: StartServer) -> None:
    server = own_server()
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.5)
    pool.client.ping()

    server.freeze()

    assert seconds_of(lambda: pool.client.get("key"), DeadlineExceeded) < 0.5 + SLACK_SECONDS
    assert seconds_of(lambda: pool.client.pipeline().get("key").execute(), DeadlineExceeded) < 0.5 + SLACK_SECONDS
    server.thaw()
    assert pool.client.ping()


@pytest.mark.alone
def test_an_answer_in_drops_does_not_prolong_a_call() -> None:
    """Each read of a socket would have a timeout of its own."""
    with strange_server() as silent:
        pool = get_optimized_redis_pool(url=silent.url, budget_seconds=0.5)
        done = threading.Event()

        def drop() -> None:
            wait_until(lambda: silent._accepted, "a connection")
            while not done.wait(0.1):
                silent._accepted[0].sendall(b"%1\r\n"[:1])

        dropper = threading.Thread(target=drop)
        dropper.start()
        assert seconds_of(lambda: pool.client.get("key"), redis.RedisError) < 0.5 + SLACK_SECONDS
        done.set()
        dropper.join()


def test_incr_after_a_timeout_counts_once(own_server: StartServer) -> None:
    server = own_server()
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.4)
    pool.client.set("count", 0)

    server.freeze()
    with pytest.raises(DeadlineExceeded, match="may have been executed"):
        pool.client.incr("count")
    server.thaw()

    assert pool.client.get("count") == "1"


def test_redis_py_alone_counts_it_more_than_once(server: PracticeServer) -> None:
    with cutting_server(server.port, b"INCR") as cutting:
        client = redis.Redis.from_url(cutting.url, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 1))
        with pytest.raises(redis.ConnectionError):
            client.incr("count")
    with server.plain_client() as client:
        assert client.get("count") == "2"


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.incr("count"),
        lambda client: client.pipeline().get("count").incr("count").execute(),
        lambda client: client.pipeline(transaction=False).get("count").incr("count").execute(),
        lambda client: client.eval("return redis.call('INCR', 'count')", 0),
    ],
    ids=["command", "transaction", "pipeline", "script"],
)
def test_a_counting_call_whose_connection_is_lost_is_told_and_not_repeated(
    server: PracticeServer, call: Callable[[redis.Redis], object]
) -> None:
    with cutting_server(server.port, b"INCR") as cutting:
        pool = get_optimized_redis_pool(url=cutting.url)
        with pytest.raises(OutcomeUnknown, match="may have been executed"):
            call(pool.client)
    with server.plain_client() as client:
        assert client.get("count") == "1"


def test_a_counting_call_in_a_loop_whose_connection_is_lost_is_not_repeated(server: PracticeServer) -> None:
    async def count(url: str) -> None:
        async with memurai_client.asyncio.get_optimized_redis_pool(url=url) as pool:
            with pytest.raises(OutcomeUnknown, match="may have been executed"):
                await pool.client.incr("count")

    with cutting_server(server.port, b"INCR") as cutting:
        asyncio.run(count(cutting.url))
    with server.plain_client() as client:
        assert client.get("count") == "1"


def test_a_read_whose_connection_is_lost_is_repeated(own_server: StartServer) -> None:
    server = own_server()
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=5)
    pool.client.set("key", "value")
    server.freeze()
    with ThreadPoolExecutor(1) as caller:
        read = caller.submit(pool.client.get, "key")
        wait_until(lambda: pool.connection_pool.in_use, "a call under way")
        server.kill()
        server.start()
        assert read.result() is None  # a new server, without the data: it was asked again
    assert pool.get_pool_status()["metrics"]["retries"] >= 1


def test_a_wrong_password_is_tried_once(own_server: StartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server = own_server("requirepass right")
    monkeypatch.setenv("REDIS_PASSWORD", "wrong-secret")
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=5)

    with pytest.raises(AuthenticationFailed, match="refused the user or its password") as refused:
        pool.client.ping()

    assert "wrong-secret" not in str(refused.value)
    assert pool.get_pool_status()["metrics"]["retries"] == 0


def test_a_changed_password_needs_no_restart(
    own_server: StartServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = own_server("requirepass first")
    password = tmp_path / "password"
    password.write_text("first\r\n")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(password))
    pool = get_optimized_redis_pool(url=server.url)
    assert pool.client.ping()

    with server.plain_client(password="first") as administrator:
        administrator.config_set("requirepass", "second")
        administrator.client_kill_filter(_type="normal")
    password.write_text("second")

    assert pool.client.ping()


@pytest.mark.alone
def test_nobody_there_ends_with_the_budget_too() -> None:
    with strange_server() as gone:
        url = gone.url
    pool = get_optimized_redis_pool(url=url, budget_seconds=0.5)

    assert seconds_of(pool.client.ping, ServerUnavailable) < 0.5 + SLACK_SECONDS
    assert 3 <= pool.get_pool_status()["metrics"]["retries"] <= 8


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_time_that_is_up_does_not_hide_what_went_wrong_before(kind: str) -> None:
    with falling_silent_server() as server, asyncio.Runner() as runner:
        world = World(kind, runner)
        pool = world.pool(server.url, budget_seconds=0.5)

        with pytest.raises(ServerUnavailable, match=r"within 0\.5 s, 2 tries: .*losed.*, then "):
            world(pool.client.ping())

        assert server.connections == 2


def test_a_command_that_waits_itself_is_given_its_time(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.3)

    began = time.monotonic()
    assert pool.client.blpop(["nothing"], timeout=1) is None
    assert time.monotonic() - began > 0.9
    assert pool.client.xread({"nothing": "0"}, block=600) == []


def test_a_command_that_waits_itself_is_given_its_time_in_a_loop(server: PracticeServer) -> None:
    async def wait() -> None:
        async with memurai_client.asyncio.get_optimized_redis_pool(url=server.url, budget_seconds=0.3) as pool:
            assert await pool.client.blpop(["nothing"], timeout=1) is None

    asyncio.run(wait())


def test_a_subscription_outlives_the_budget(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.2)
    with pool.client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe("news")
        assert subscription.get_message(timeout=0.6) is None
        assert subscription.get_message(timeout=0.6) is None
        pool.client.publish("news", "told")
        message = subscription.get_message(timeout=5)
    assert message is not None
    assert message["data"] == "told"


def test_a_subscription_outlives_a_restart_of_the_server(own_server: StartServer) -> None:
    server = own_server()
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=5)
    with pool.client.pubsub(ignore_subscribe_messages=True) as subscription, ThreadPoolExecutor(1) as listener:
        subscription.subscribe("news")
        heard = listener.submit(lambda: next(subscription.listen()))
        server.kill()
        server.start()
        wait_until(lambda: pool.client.publish("news", "told") or heard.done(), "a subscriber that is back")
        assert heard.result(10)["data"] == "told"


def test_a_subscription_in_a_loop_outlives_the_budget_and_a_restart(own_server: StartServer) -> None:
    server = own_server()

    async def listen() -> None:
        get_pool = memurai_client.asyncio.get_optimized_redis_pool
        async with (
            get_pool(url=server.url, budget_seconds=1) as pool,
            pool.client.pubsub(ignore_subscribe_messages=True) as subscription,
        ):
            await subscription.subscribe("news")
            heard = asyncio.create_task(anext(aiter(subscription.listen())))
            assert await subscription_is_quiet(heard, 1.5)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            while not heard.done():
                await pool.client.publish("news", "told")
                await asyncio.wait([heard], timeout=0.05)
            assert (await heard)["data"] == "told"

    async def subscription_is_quiet(heard: asyncio.Task[object], seconds: float) -> bool:
        done, _ = await asyncio.wait([heard], timeout=seconds)
        return not done

    asyncio.run(asyncio.wait_for(listen(), 20))


def test_a_connection_that_a_caller_keeps_has_the_budget_for_what_it_does_later(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.2)
    connection = pool.connection_pool.get_connection()
    kept = time.monotonic()
    wait_until(lambda: time.monotonic() > kept + 0.3, "a while longer than the budget")

    connection.send_command("PING")

    assert connection.read_response() == "PONG"
    pool.connection_pool.release(connection)


def test_a_monitor_outlives_the_budget(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url, budget_seconds=0.5)
    with pool.client.monitor() as monitor:
        began = time.monotonic()
        while time.monotonic() < began + 1.2:
            pool.client.set("key", "value")
            assert monitor.next_command()["command"].startswith(("SET key", "HELLO", "CLIENT"))
