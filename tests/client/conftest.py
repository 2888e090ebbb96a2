"""A real server for each file of tests, and one for each test that does harm to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from practice_server import PracticeServer
from worlds import World

import memurai_client.asyncio.pool
import memurai_client.pool

# What the library reads: a test that needs one of them sets it.
VARIABLES = (
    "DEPLOYMENT_ENV",
    "UVICORN_WORKERS",
    "REDIS_URL",
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_DB",
    "REDIS_USERNAME",
    "REDIS_PASSWORD",
    "REDIS_PASSWORD_FILE",
    "REDIS_SSL",
    "REDIS_SSL_CA_CERTS",
    "REDIS_SENTINELS",
    "REDIS_SENTINEL_SERVICE",
    "REDIS_SENTINEL_PASSWORD",
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the environment of whoever runs the tests, and no pool of another test."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    for pool in memurai_client.pool.PROCESS_POOLS.pools.values():
        pool.close()
    memurai_client.pool.PROCESS_POOLS.pools.clear()
    for asyncio_pool in memurai_client.asyncio.pool.PROCESS_POOLS.pools.values():
        asyncio.run(asyncio_pool.close())
    memurai_client.asyncio.pool.PROCESS_POOLS.pools.clear()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    server = PracticeServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(module_server: PracticeServer) -> PracticeServer:
    """A server with no data, shared by the tests of a file: leave it running."""
    with module_server.plain_client() as client:
        client.flushall()
    return module_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., PracticeServer]]:
    """Start servers that a test may stop, kill and freeze; call it with lines of the configuration."""
    started: list[PracticeServer] = []

    def start(*options: str) -> PracticeServer:
        server = PracticeServer(tmp_path / f"server-{len(started)}", *options)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def client(server: PracticeServer) -> Iterator[redis.Redis]:
    """A client of redis-py's own, for a look at the server from outside."""
    with server.plain_client() as client:
        yield client


@pytest.fixture(params=["blocking", "asyncio"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The library for threads and for asyncio: the test runs in each of its worlds."""
    with asyncio.Runner() as runner:
        world = World(request.param, runner)
        yield world
        world.close()
