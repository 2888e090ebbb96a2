"""A busy server executes nothing: what it refused is tried again within the budget, and told as not executed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from practice_server import PracticeServer, wait_until
from worlds import World

from memurai_client.exceptions import ServerUnavailable
from memurai_client.refusals import word_of

StartServer = Callable[..., PracticeServer]
BUSY = "busy-reply-threshold 50"


@pytest.mark.parametrize("database", [0, 3])
def test_what_was_refused_is_executed_once_when_the_server_is_free(
    world: World, own_server: StartServer, database: int
) -> None:
    server = own_server(BUSY)
    pool = world.pool(f"{server.url}/{database}", budget_seconds=10)
    freed = threading.Event()

    def be_busy() -> None:
        with server.busy():
            busy.set()
            wait_until(lambda: pool.get_pool_status()["metrics"]["retries"] > 1, "a call that is tried again")
        freed.set()

    busy = threading.Event()
    with ThreadPoolExecutor(1) as other:
        blocked = other.submit(be_busy)
        assert busy.wait(20)
        assert world(pool.client.incr("count")) == 1
        assert freed.wait(20)
        blocked.result()


def test_reads_of_one_pipeline_are_tried_again_too(world: World, own_server: StartServer) -> None:
    server = own_server(BUSY)
    pool = world.pool(server.url, budget_seconds=0.3)
    with server.busy(), pytest.raises(ServerUnavailable, match="BUSY"):
        world(pool.client.pipeline(transaction=False).get("a").get("b").execute())
    assert pool.get_pool_status()["metrics"]["retries"] > 0


def test_what_is_refused_for_the_whole_budget_was_not_executed(world: World, own_server: StartServer) -> None:
    server = own_server(BUSY)
    pool = world.pool(server.url, budget_seconds=0.3)
    world(pool.client.ping())
    with server.busy(), pytest.raises(ServerUnavailable, match="BUSY"):
        world(pool.client.incr("count"))
    assert world(pool.client.get("count")) is None


def test_of_a_pipeline_that_writes_each_command_says_that_it_was_refused(world: World, own_server: StartServer) -> None:
    server = own_server(BUSY)
    pool = world.pool(server.url, budget_seconds=0.3)
    world(pool.client.ping())
    with server.busy():
        answers = world(pool.client.pipeline(transaction=False).incr("a").incr("b").execute(raise_on_error=False))
    assert [word_of(answer) for answer in answers] == ["BUSY", "BUSY"]


def test_a_busy_server_s_script_can_be_killed_through_the_pool(world: World, own_server: StartServer) -> None:
    server = own_server(BUSY)
    pool = world.pool(server.url)
    with ThreadPoolExecutor(1) as other, server.plain_client(socket_timeout=None) as client:
        script = other.submit(client.eval, "while true do end", 0)
        wait_until(server.answers_busy, "a busy server")
        assert world(pool.client.script_kill())
        assert script.exception() is not None


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (redis.ReadOnlyError("You can't write against a read only replica.", status_code="READONLY"), "READONLY"),
        (redis.ResponseError("NOREPLICAS Not enough good replicas to write."), "NOREPLICAS"),
        (
            redis.ResponseError(
                "Error running script (call to f_5e2b): @user_script:12: @user_script: 12: -OOM command not allowed "
                "when used memory > 'maxmemory'.",
                status_code="ERR",
            ),
            "OOM",
        ),
        (redis.ResponseError("unknown command 'HELLO'", status_code="ERR"), "ERR"),
        (redis.ResponseError("something else"), ""),
        (redis.ConnectionError("Error 111 connecting"), ""),
    ],
)
def test_the_word_of_an_error(error: Exception, word: str) -> None:
    assert word_of(error) == word
