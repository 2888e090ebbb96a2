"""The health endpoint of the guide: it answers in time, whatever the pool and the server do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from practice_server import PracticeServer
from strange_servers import strange_server

import memurai_client.asyncio
from memurai_client import OptimizedRedisPool, get_optimized_redis_pool, health_router
from memurai_client.exceptions import PoolExhausted

StartServer = Callable[..., PracticeServer]
# Longest time that an answer may take.
ENDPOINT_SECONDS = 1.0
SECRET = "a-secret-of-the-server"
Pool = OptimizedRedisPool | memurai_client.asyncio.OptimizedRedisPool

# The endpoint answers within a second: what else runs must not make it later.
pytestmark = [pytest.mark.alone, pytest.mark.parametrize("kind", ["threads", "asyncio"])]


def make_pool(kind: str, url: str, **arguments: object) -> Pool:
    if kind == "threads":
        return get_optimized_redis_pool(url=url, **arguments)
    return memurai_client.asyncio.get_optimized_redis_pool(url=url, **arguments)


def client_of(pool: Pool) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(health_router(pool))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://application")


async def ask(pool: Pool, askers: int = 1) -> httpx.Response:
    """Ask the endpoint, so many at once, within its own deadline."""
    async with client_of(pool) as client:
        began = time.monotonic()
        answers = await asyncio.gather(*(client.get("/health/redis") for _ in range(askers)))
        assert time.monotonic() - began < ENDPOINT_SECONDS
        assert len({answer.status_code for answer in answers}) == 1
        return answers[0]


async def take(pool: Pool) -> object:
    taken = pool.connection_pool.get_connection()
    return await taken if asyncio.iscoroutine(taken) else taken


async def call(pool: Pool) -> None:
    called = pool.client.ping()
    if not isinstance(called, bool):
        await called


def test_it_answers_as_the_guides(server: PracticeServer, kind: str) -> None:
    answer = asyncio.run(ask(make_pool(kind, server.url)))

    assert answer.status_code == 200
    assert set(answer.json()) == {"healthy", "pool_status", "recommendations"}
    assert answer.json()["healthy"] is True
    assert answer.json()["pool_status"]["status"] == "healthy"
    assert answer.json()["recommendations"] == ["Pool operating optimally"]


def test_an_exhausted_pool_is_reported_with_the_guides_recommendation(server: PracticeServer, kind: str) -> None:
    async def run() -> httpx.Response:
        pool = make_pool(kind, server.url, max_connections=2, wait_seconds=0.1)
        held = [await take(pool) for _ in range(2)]
        with pytest.raises(PoolExhausted, match=r"all 2 of this process are in use and 1 callers wait"):
            await call(pool)
        answer = await ask(pool)
        assert len(held) == 2
        return answer

    answer = asyncio.run(run())

    assert answer.status_code == 200  # the server is well
    told = answer.json()
    assert told["pool_status"]["utilization_percent"] == 100.0
    assert told["pool_status"]["available_connections"] == 0
    assert told["pool_status"]["metrics"]["pool_exhausted_count"] == 1
    assert told["pool_status"]["metrics"]["waits"] == 1
    assert "CRITICAL: Pool exhaustion detected - increase max_connections" in told["recommendations"]
    assert "CRITICAL: Increase pool size (>80% utilization)" in told["recommendations"]


def test_a_frozen_server_is_503_in_time(own_server: StartServer, kind: str) -> None:
    server = own_server()

    async def run() -> httpx.Response:
        pool = make_pool(kind, server.url)
        assert (await ask(pool)).status_code == 200
        server.freeze()
        return await ask(pool)

    answer = asyncio.run(run())

    assert answer.status_code == 503
    assert answer.json()["healthy"] is False
    assert answer.json()["pool_status"]["status"] == "unhealthy"
    assert answer.json()["pool_status"]["metrics"]["health_check_failures"] == 1
    assert answer.json()["recommendations"][0].startswith("CRITICAL: the server does not answer health checks")


def test_a_server_that_never_says_a_word_is_503_in_time(kind: str) -> None:
    with strange_server() as silent:
        assert asyncio.run(ask(make_pool(kind, silent.url))).status_code == 503


def test_those_who_ask_together_share_one_check(kind: str) -> None:
    with strange_server() as silent:
        assert asyncio.run(ask(make_pool(kind, silent.url), askers=50)).status_code == 503
        assert silent.connections == 1


def test_nobody_there_is_503(kind: str) -> None:
    with strange_server() as gone:
        url = gone.url

    assert asyncio.run(ask(make_pool(kind, url))).status_code == 503


def test_the_answer_holds_no_secret(own_server: StartServer, kind: str) -> None:
    server = own_server(f"requirepass {SECRET}")

    for password in (SECRET, f"{SECRET}-wrong"):
        answer = asyncio.run(ask(make_pool(kind, server.url.replace("redis://", f"redis://:{password}@"))))
        assert answer.status_code == (200 if password == SECRET else 503)
        assert SECRET not in answer.text
        assert server.host not in answer.text


def test_a_check_leaves_no_connection(server: PracticeServer, kind: str) -> None:
    async def run() -> None:
        pool = make_pool(kind, server.url)
        for _ in range(5):
            assert (await ask(pool)).status_code == 200

    asyncio.run(run())
    assert server.connections() == 0
