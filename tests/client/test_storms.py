"""No wrong answer, no lost connection and no stuck child after forks, signals, and storms of both."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from practice_server import PracticeServer, wait_until

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool

PROGRAM = Path(__file__).parent / "storm.py"


def storm(kind: str, server: PracticeServer, seconds: float) -> tuple[int, Counter[str]]:
    command = [sys.executable, str(PROGRAM), kind, server.url, str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds * 10 + 60, check=False)
    if kind == "ours":
        assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.returncode, Counter(json.loads(ended.stdout or "{}"))


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.slow)])
def test_a_storm_of_signals_and_forks_leaves_right_answers_and_all_connections(
    server: PracticeServer, seconds: float
) -> None:
    _, seen = storm("ours", server, seconds)

    assert seen["wrong"] == 0
    assert seen["failed"] == 0, seen
    assert seen["bad children"] == 0
    assert seen["in use"] == 0
    assert seen["places"] <= 6
    assert seen["torn"] > 20
    assert seen["children"] > 3


def test_redis_py_alone_does_not_survive_the_storm(server: PracticeServer) -> None:
    """Sooner or later: wrong answers, connections lost until none is left, a child that is stuck, or a crash."""

    def bad() -> bool:
        returned, seen = storm("redis-py", server, 2.0)
        return returned != 0 or seen["wrong"] + seen["failed"] + seen["bad children"] > 0

    wait_until(bad, "harm done by the storm", seconds=60)


def exit_of(child: Callable[[], object]) -> int:
    """Return what a child process exits with that does this: 0 when it got through."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            child()
            code = 0
        finally:
            os._exit(code)
    ended: dict[int, int] = {}

    def look() -> bool:
        found, status = os.waitpid(pid, os.WNOHANG)
        ended.update({found: status} if found else {})
        return pid in ended

    wait_until(look, "the end of the child")
    return ended[pid]


def test_a_connection_given_back_in_a_child_is_closed_there_and_goes_on_in_the_parent(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url, max_connections=1)
    pool.client.set("key", "value")
    connection = pool.connection_pool.get_connection()

    def child() -> None:
        pool.connection_pool.release(connection)
        assert pool.client.get("key") == "value"
        assert pool.connection_pool.in_use == 0

    assert exit_of(child) == 0
    connection.send_command("GET", "key")
    assert connection.read_response() == "value"
    pool.connection_pool.release(connection)
    assert pool.client.get("key") == "value"


def test_redis_py_alone_raises_in_the_child(server: PracticeServer) -> None:
    bare = redis.BlockingConnectionPool(host=server.host, port=server.port, max_connections=1)
    connection = bare.get_connection()

    assert exit_of(lambda: bare.release(connection)) != 0
    bare.release(connection)
    bare.disconnect()


def test_a_watched_transaction_does_not_go_on_in_a_child(server: PracticeServer) -> None:
    """It would go on without its WATCH, or on the connection of its parent."""
    pool = get_optimized_redis_pool(url=server.url)
    with pool.client.pipeline() as pipeline:
        pipeline.watch("key")

        def child() -> None:
            with pytest.raises(redis.WatchError):
                pipeline.get("key")

        assert exit_of(child) == 0
        pipeline.multi()
        assert pipeline.set("key", "value").execute() == [True]


@pytest.mark.parametrize("block", [True, False])
def test_a_subscription_in_a_child_takes_no_message_of_its_parent(server: PracticeServer, block: bool) -> None:
    pool = get_optimized_redis_pool(url=server.url)
    with pool.client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe("news")
        wait_until(lambda: pool.client.pubsub_numsub("news") == [("news", 1)], "a subscription")
        pool.client.publish("news", "of the parent")

        def child() -> None:
            """Have what comes after the fork, on a connection of its own."""
            subscription.parse_response(block=False)
            wait_until(lambda: pool.client.pubsub_numsub("news") == [("news", 2)], "a subscription of the child's own")
            pool.client.publish("news", "of both")
            assert message(subscription, block) == "of both"

        assert exit_of(child) == 0
        assert [message(subscription, block) for _ in range(2)] == ["of the parent", "of both"]


def message(subscription: redis.client.PubSub, block: bool) -> str:
    """Return the next message of a subscription, waited for as it blocks or by looking again and again."""

    def look() -> str | None:
        found = subscription.get_message(timeout=None if block else 0.01)
        return found and found["data"]

    return wait_until(look, "a message")


def test_a_child_has_event_loops_of_its_own(server: PracticeServer) -> None:
    pool = memurai_client.asyncio.get_optimized_redis_pool(url=server.url)

    async def ask() -> None:
        assert await pool.client.set("key", "value")
        assert await pool.client.get("key") == "value"

    asyncio.run(ask())
    assert exit_of(lambda: asyncio.run(ask())) == 0
    asyncio.run(ask())
