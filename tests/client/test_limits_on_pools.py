"""Limits, blacklist and sessions on the pools of this library: their deadline, their wait, what they send again."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from practice_server import PracticeServer
from swallowing_proxy import SwallowingProxy
from worlds import World

from memurai_client import Algorithm, RateLimiter, get_optimized_redis_pool
from memurai_client.exceptions import DeadlineExceeded

HOUR = 3600


def limiter_on(world: World, pool: Any, **options: Any) -> Any:
    wanted = {"name": "pooled", "limit": 100, "window": HOUR, "on_failure": "closed"} | options
    return world.library.RateLimiter(pool.client, **wanted)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_of_200_threads_on_20_connections_100_pass(server: PracticeServer, algorithm: Algorithm) -> None:
    pool = get_optimized_redis_pool("development", url=server.url, wait_seconds=20)
    limiter = RateLimiter(pool.client, name="x", limit=100, window=HOUR, algorithm=algorithm, on_failure="closed")
    begin = threading.Barrier(200)

    def check(_number: int) -> bool:
        begin.wait(30)
        return limiter.check("somebody").allowed

    with ThreadPoolExecutor(200) as threads:
        assert sum(threads.map(check, range(200))) == 100
    assert limiter.failures == 0


@pytest.mark.parametrize("algorithm", Algorithm)
def test_of_200_tasks_100_pass(server: PracticeServer, algorithm: Algorithm) -> None:
    async def run() -> int:
        world = World("asyncio", asyncio.Runner())
        pool = world.library.get_optimized_redis_pool("development", url=server.url)
        limiter = limiter_on(world, pool, algorithm=algorithm)

        async def check(number: int) -> bool:
            for _ in range(number % 7):  # in different turns of the loop
                await asyncio.sleep(0)
            return (await limiter.check("somebody")).allowed

        passed = sum(await asyncio.gather(*(check(number) for number in range(200))))
        await pool.close()
        return passed

    assert asyncio.run(run()) == 100


def test_a_check_whose_answer_was_lost_was_counted_once(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    options = {"algorithm": "fixed-window", "on_failure": "open"}
    world(limiter_on(world, world.pool(server.url), **options).check("somebody else"))
    with SwallowingProxy(server.host, server.port, b"EVALSHA") as proxy:
        host, port = proxy.address
        limiter = limiter_on(world, world.pool(f"redis://{host}:{port}", budget_seconds=0.5), **options)
        assert world(limiter.check("alice")).decided_by == "open"
    assert client.get(limiter.key("alice")) == "1"


def test_what_only_reads_is_asked_again_beside_what_counts(world: World, server: PracticeServer) -> None:
    """A connection that was closed under a turn's commands: the read is answered, the count's outcome is not known."""
    pool = world.pool(server.url)
    blacklist = world.library.TokenBlacklist(pool.client, accept_forgotten_revocations=True)
    assert world(blacklist.is_revoked("a")) is False
    with SwallowingProxy(server.host, server.port, b"EVALSHA") as proxy:
        host, port = proxy.address
        lossy = world.pool(f"redis://{host}:{port}", budget_seconds=0.5)
        limiter = limiter_on(world, lossy, on_failure="open")
        blacklist = world.library.TokenBlacklist(lossy.client, accept_forgotten_revocations=True)
        decision, revoked = world.together(limiter.check("alice"), blacklist.is_revoked("a"))
    assert (decision.decided_by, revoked) == ("open", False)


@pytest.mark.alone
def test_a_frozen_server_is_waited_for_no_longer_than_the_budget(
    world: World, own_server: Callable[..., PracticeServer]
) -> None:
    server = own_server()
    pool = world.pool(server.url, budget_seconds=0.5, wait_seconds=0.5)
    limiter = limiter_on(world, pool, on_failure="open")
    blacklist = world.library.TokenBlacklist(pool.client, accept_forgotten_revocations=True)
    assert world(limiter.check("alice")).decided_by == "server"
    server.freeze()
    began = time.monotonic()
    assert world(limiter.check("alice")).decided_by == "open"
    assert time.monotonic() - began <= 0.5 + 0.5 + 0.2
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        world(blacklist.is_revoked("a"))
    assert time.monotonic() - began <= 0.5 + 0.5 + 0.2
    server.thaw()
    assert world(limiter.check("alice")).decided_by == "server"


def test_an_exhausted_pool_is_an_outage_of_the_limiter(world: World, server: PracticeServer) -> None:
    pool = world.pool(server.url, max_connections=1, wait_seconds=0.1)
    limiter = limiter_on(world, pool, on_failure="local")
    taken = world(pool.connection_pool.get_connection())
    assert world(limiter.check("alice")).decided_by == "local"
    world(pool.connection_pool.release(taken))
    assert world(limiter.check("alice")).decided_by == "server"
    assert limiter.failures == 1


def test_decisions_go_on_after_a_restart(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("appendonly yes", "appendfsync always")
    limiter = limiter_on(world, world.pool(server.url), limit=3)
    assert world(limiter.check("alice")).remaining == 2
    server.kill()
    server.start()
    decision = world(limiter.check("alice"))
    assert (decision.remaining, decision.decided_by) == (1, "server")


def test_bytes_or_text_are_read_alike(world: World, server: PracticeServer) -> None:
    pool = world.pool(server.url, decode_responses=False)
    sessions = world.library.Sessions(pool.client)
    blacklist = world.library.TokenBlacklist(pool.client, accept_forgotten_revocations=True)
    limiter = limiter_on(world, pool)
    session_id = world(sessions.create("alice", {"theme": "dark"}))
    world(blacklist.register("t", user="alice", expires_at=time.time() + HOUR))
    validation = world(
        world.library.RequestValidator(blacklist, limiter, sessions).validate(
            jti="t", limit_key="alice", session_id=session_id
        )
    )
    assert (bool(validation), validation.session.data) == (True, {"theme": "dark"})
    assert world(blacklist.revoke_user("alice")) == 1
    assert [session.user for session in world(sessions.list_user("alice"))] == ["alice"]
