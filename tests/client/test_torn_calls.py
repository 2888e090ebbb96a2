"""No wrong answer and no lost connection, whenever a signal handler tears a call away from its connection."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest
import redis
from practice_server import DEADLINE_SECONDS, PracticeServer, wait_until
from torn import TornAt

from memurai_client import OptimizedRedisPool, get_optimized_redis_pool
from memurai_client.connection import DeadlineConnection

Call = Callable[[redis.Redis], object]


def a_read(client: redis.Redis) -> object:
    return client.get("mine")


def a_pipeline(client: redis.Redis) -> object:
    with client.pipeline(transaction=False) as pipeline:
        return pipeline.get("mine").get("number").execute()


def a_transaction(client: redis.Redis) -> object:
    with client.pipeline() as pipeline:
        return pipeline.get("mine").get("number").execute()


def a_watched_transaction(client: redis.Redis) -> object:
    with client.pipeline() as pipeline:
        pipeline.watch("mine")
        read = pipeline.get("mine")
        pipeline.multi()
        return read, pipeline.get("number").execute()


def a_subscription(client: redis.Redis) -> object:
    with client.pubsub() as subscription:
        subscription.subscribe("news")
        return subscription.get_message(timeout=1)


def a_first_call(client: redis.Redis) -> object:
    """A call that has to open its connection."""
    client.connection_pool.disconnect()
    return client.get("mine")


CALLS = [a_read, a_pipeline, a_transaction, a_watched_transaction, a_subscription, a_first_call]


@pytest.fixture
def pool(server: PracticeServer) -> Iterator[OptimizedRedisPool]:
    """A pool of one connection: were that lost, or answered it wrongly, the next call would show it."""
    with server.plain_client() as client:
        client.mset({"mine": "my value", "other": "other value", "number": "7"})
    pool = get_optimized_redis_pool(url=f"{server.url}/0", max_connections=1, wait_seconds=0.05)
    yield pool
    pool.close()


def forget_frames(pool: OptimizedRedisPool) -> None:
    """Tracing keeps the variables of frames in circles that only the garbage collector ends."""
    if pool.connection_pool.in_use:
        gc.collect()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_may_be_torn_at_every_moment(pool: OptimizedRedisPool, call: Call) -> None:
    for moment in count():
        with TornAt(moment) as tearing:
            call(pool.client)
        if not tearing.torn:
            break
        forget_frames(pool)
        assert pool.client.get("other") == "other value", f"after an exception at moment {moment} of {call.__name__}"
        assert pool.connection_pool.in_use == 0, f"a connection lost at moment {moment} of {call.__name__}"
    assert moment > 100


def test_redis_py_alone_loses_connections_and_gives_wrong_answers(server: PracticeServer) -> None:
    """What the tests above are there for: the same on redis-py's defaults."""
    with server.plain_client() as client:
        client.mset({"mine": "my value", "other": "other value"})
    bad = 0
    for moment in range(60, 400, 4):
        bare = redis.BlockingConnectionPool(host=server.host, port=server.port, max_connections=1, timeout=0.01)
        client = redis.Redis(connection_pool=bare, decode_responses=True)
        client.ping()
        with TornAt(moment) as tearing:
            client.get("mine")
        gc.collect()
        try:
            bad += client.get("other") != b"other value"
        except redis.ConnectionError:
            bad += 1
        bare.disconnect()
        if not tearing.torn:
            break
    assert bad > 0


def test_a_waiting_caller_may_be_torn_away(pool: OptimizedRedisPool) -> None:
    """The connection that comes back meanwhile is the next caller's, not that of one who is gone."""
    pool.connection_pool.wait = DEADLINE_SECONDS
    for moment in count():
        taken = pool.connection_pool.get_connection()
        giver = threading.Thread(target=give_back_when_somebody_waits, args=(pool, taken, done := threading.Event()))
        giver.start()
        with TornAt(moment) as tearing:
            pool.client.get("mine")
        done.set()
        giver.join()
        del taken
        forget_frames(pool)
        assert pool.client.get("other") == "other value", f"after an exception at moment {moment} of waiting"
        if not tearing.torn:
            break
    assert moment > 100


def give_back_when_somebody_waits(pool: OptimizedRedisPool, taken: DeadlineConnection, done: threading.Event) -> None:
    wait_until(lambda: pool.connection_pool.waiting or done.is_set(), "a caller that waits, or is gone")
    pool.connection_pool.release(taken)
