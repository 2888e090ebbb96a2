"""What answers is no server that the library can talk to: one clear error at the call, and no second try."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable

import pytest
import redis
from practice_server import HOST, PracticeServer
from strange_servers import echo_server, strange_server
from worlds import World

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool
from memurai_client.exceptions import AuthenticationFailed, ServerUnavailable, UnsuitableServer

StartServer = Callable[..., PracticeServer]


def refused(kind: str, url: str) -> redis.RedisError:
    """Return what a first call raises, without having been tried again."""
    if kind == "threads":
        pool = get_optimized_redis_pool(url=url, budget_seconds=5)
        with pytest.raises(redis.RedisError) as raised:
            pool.client.ping()
    else:

        async def call() -> pytest.ExceptionInfo[redis.RedisError]:
            async with pool, asyncio.timeout(4):
                with pytest.raises(redis.RedisError) as raised:
                    await pool.client.ping()
            return raised

        pool = memurai_client.asyncio.get_optimized_redis_pool(url=url, budget_seconds=5)
        raised = asyncio.run(call())
    status = pool.get_pool_status()
    assert status["metrics"]["retries"] == 0
    assert status["in_use_connections"] == 0
    return raised.value


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
class TestUnsuitable:
    @pytest.mark.parametrize(
        "answer",
        [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail.example ESMTP\r\n", b"ERROR\r\n"],
        ids=["http", "smtp", "memcached"],
    )
    def test_a_server_that_is_none(self, kind: str, answer: bytes) -> None:
        with strange_server(answer) as server:
            error = refused(kind, server.url)

        assert isinstance(error, UnsuitableServer)
        assert "expected the port of a Memurai or Redis server" in str(error)

    @pytest.mark.parametrize("login", ["", ":canary-4471-of-a-client@"], ids=["no login", "login"])
    @pytest.mark.parametrize("database", [0, 3])
    @pytest.mark.parametrize("answer", [b"+OK\r\n", b":1\r\n", b"$-1\r\n", b"*0\r\n", b"%0\r\n", None])
    def test_a_server_that_says_yes_or_what_it_is_told(
        self, kind: str, answer: bytes | None, login: str, database: int
    ) -> None:
        with strange_server(answer) if answer else echo_server() as server:
            error = refused(kind, f"redis://{login}{HOST}:{server.port}/{database}")

        assert isinstance(error, UnsuitableServer)
        assert "answers, but not as Redis does" in str(error)

    @pytest.mark.parametrize("answer", [b"+OK\r\n", b":1\r\n", b"*0\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", None])
    def test_what_is_no_sentinel_is_told(self, kind: str, answer: bytes | None) -> None:
        library = memurai_client if kind == "threads" else memurai_client.asyncio
        with strange_server(answer) if answer else echo_server() as server, asyncio.Runner() as runner:
            world = World("blocking" if kind == "threads" else kind, runner)
            pool = library.get_optimized_redis_pool(
                url=f"redis+sentinel://{HOST}:{server.port}/main", budget_seconds=0.3
            )
            with pytest.raises(ServerUnavailable, match=f"{HOST}:{server.port} .* where 'main' is"):
                world(pool.client.ping())

    def test_no_error_holds_the_password(self, kind: str, own_server: StartServer) -> None:
        without_hello = own_server('rename-command HELLO ""')
        secret = "canary-4471-of-a-client"
        with strange_server(f"-ERR invalid request AUTH default {secret}\r\n".encode()) as echo:
            for server in (without_hello, echo):
                url = f"redis://:{secret}@{HOST}:{server.port}"
                error = refused(kind, url)
                assert isinstance(error, UnsuitableServer)
                assert secret not in "".join(traceback.format_exception(error))

    def test_a_server_without_hello(self, kind: str, own_server: StartServer) -> None:
        error = refused(kind, own_server('rename-command HELLO ""').url)

        assert isinstance(error, UnsuitableServer)
        assert "does not know HELLO" in str(error)

    def test_a_wrong_password(self, kind: str, own_server: StartServer) -> None:
        server = own_server("requirepass right")
        error = refused(kind, server.url.replace("redis://", "redis://:wrong-secret@"))

        assert isinstance(error, AuthenticationFailed)
        assert f"{server.host}:{server.port} refused the user or its password" in str(error)
        assert "wrong-secret" not in str(error)

    def test_no_password(self, kind: str, own_server: StartServer) -> None:
        assert isinstance(refused(kind, own_server("requirepass right").url), AuthenticationFailed)

    def test_a_database_that_is_not_there(self, kind: str, server: PracticeServer) -> None:
        assert "DB index is out of range" in str(refused(kind, f"{server.url}/999"))
