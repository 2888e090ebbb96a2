"""The pool for threads: what the guide shows of it, and how it serves its callers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from practice_server import PracticeServer, wait_until

from memurai_client import fifo as fifo_module
from memurai_client import get_optimized_redis_pool
from memurai_client.exceptions import ConfigurationError, PoolClosed, PoolExhausted

StartServer = Callable[..., PracticeServer]


@pytest.fixture
def in_environment(server: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> PracticeServer:
    monkeypatch.setenv("REDIS_HOST", server.host)
    monkeypatch.setenv("REDIS_PORT", str(server.port))
    return server


@pytest.mark.usefixtures("in_environment")
class TestAsTheGuideHasIt:
    def test_its_example(self) -> None:
        redis_pool = get_optimized_redis_pool()
        redis_client = redis_pool.client

        is_healthy = redis_pool.health_check()
        status = redis_pool.get_pool_status()

        assert type(redis_client) is redis.Redis
        assert is_healthy is True
        assert status["utilization_percent"] == 0.0
        assert status["available_connections"] == 20
        assert redis_client.set("test_key", "test_value")
        assert redis_client.get("test_key") == "test_value"

    def test_the_same_arguments_give_the_same_pool_until_it_is_closed(self) -> None:
        first = get_optimized_redis_pool()

        assert get_optimized_redis_pool() is first
        assert get_optimized_redis_pool("staging") is not first
        first.close()
        second = get_optimized_redis_pool()
        assert second is not first
        assert second.client.ping()

    def test_bytes_where_they_are_asked_for(self) -> None:
        client = get_optimized_redis_pool(decode_responses=False).client
        client.set("key", "value")

        assert client.get("key") == b"value"

    def test_the_server_sees_whose_connections_they_are(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool()
        sent = pool.connection_pool.connection_kwargs["driver_info"].formatted_name

        assert sent.startswith("redis-py(memurai-client_v")
        assert pool.client.client_setname("checked")
        assert server.connections() == 2  # two of twenty are opened beforehand


class TestOrder:
    def test_who_came_first_is_served_first(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=1, wait_seconds=20)
        taken = pool.connection_pool.get_connection()
        served: list[int] = []

        def call(number: int) -> None:
            connection = pool.connection_pool.get_connection()
            served.append(number)
            pool.connection_pool.release(connection)

        threads = [threading.Thread(target=call, args=(number,)) for number in range(20)]
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(lambda number=number: pool.connection_pool.waiting == number + 1, "a caller that waits")
        pool.connection_pool.release(taken)
        for thread in threads:
            thread.join()

        assert served == list(range(20))

    def test_who_gives_a_connection_back_has_to_queue_again(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=1, wait_seconds=20)
        taken = pool.connection_pool.get_connection()
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(pool.connection_pool.get_connection)
            wait_until(lambda: pool.connection_pool.waiting, "a caller that waits")
            pool.connection_pool.release(taken)
            pool.connection_pool.wait = 0.05
            with pytest.raises(PoolExhausted):
                pool.client.ping()
            pool.connection_pool.release(waiting.result())
        assert pool.client.ping()


class TestExhaustion:
    @pytest.mark.alone
    def test_the_wait_is_bounded_counted_and_told(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=2, wait_seconds=0.3)
        taken = [pool.connection_pool.get_connection() for _ in range(2)]

        began = time.monotonic()
        with pytest.raises(PoolExhausted, match=r"all 2 of this process are in use and 1 callers wait") as exhausted:
            pool.client.ping()

        assert 0.3 <= time.monotonic() - began < 0.5
        assert (exhausted.value.size, exhausted.value.waiters) == (2, 1)
        assert isinstance(exhausted.value, redis.ConnectionError)
        metrics = pool.get_pool_status()["metrics"]
        assert (metrics["pool_exhausted_count"], metrics["waits"]) == (1, 1)
        assert metrics["longest_wait_seconds"] >= 0.3
        assert pool.get_pool_status()["status"] == "degraded"
        for connection in taken:
            pool.connection_pool.release(connection)
        assert pool.client.ping()

    def test_a_connection_that_its_caller_forgot_is_not_lost(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=1, wait_seconds=0.1)
        pool.connection_pool.get_connection()  # nobody keeps it, and nobody gives it back

        assert pool.client.ping()

    def test_a_second_release_gives_nothing_twice(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=2)
        connection = pool.connection_pool.get_connection()
        pool.connection_pool.release(connection)
        pool.connection_pool.release(connection)

        first, second = pool.connection_pool.get_connection(), pool.connection_pool.get_connection()
        assert first is not second


class TestConnections:
    def test_some_are_opened_beforehand(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool("production", url=server.url)
        assert pool.get_pool_status()["idle_connections"] == 0

        pool.warm_up()

        assert pool.get_pool_status()["idle_connections"] == 16
        assert server.connections() == 16

    def test_they_are_kept_alive(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url)
        connection = pool.connection_pool.get_connection()

        assert connection._sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert connection._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30

    def test_those_that_nobody_uses_are_closed_but_for_the_spare_ones(
        self, server: PracticeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=20)
        taken = [pool.connection_pool.get_connection() for _ in range(10)]
        for connection in taken:
            pool.connection_pool.release(connection)
        del taken, connection
        assert pool.get_pool_status()["idle_connections"] == 10

        monkeypatch.setattr(fifo_module, "monotonic", lambda: time.monotonic() + fifo_module.STALE_SECONDS + 1)
        monkeypatch.setattr(pool.connection_pool, "_next_sweep", 0.0)
        for connection in pool.connection_pool._idle:
            connection.idle_since = time.monotonic()
        pool.client.ping()

        assert pool.get_pool_status()["idle_connections"] == 2
        assert pool.get_pool_status()["metrics"]["stale_connections_closed"] == 8
        wait_until(lambda: server.connections() == 2, "the server to see them closed")

    def test_one_that_the_server_closed_is_not_used(self, server: PracticeServer) -> None:
        """Not even for a command that must not be sent twice: it is looked at before anything is sent."""
        pool = get_optimized_redis_pool(url=server.url, max_connections=1)
        pool.client.set("count", 0)
        for expected in range(1, 20):
            with server.plain_client() as killer:
                killer.client_kill_filter(_type="normal", skipme=True)
            assert pool.client.incr("count") == expected
        assert pool.get_pool_status()["metrics"]["retries"] == 0

    def test_one_that_was_long_unused_is_checked_first(self, own_server: StartServer) -> None:
        """A server that was frozen or lost its network meanwhile has not closed it."""
        server = own_server()
        pool = get_optimized_redis_pool(url=server.url, max_connections=1, budget_seconds=0.4)
        pool.client.set("count", 0)
        (connection,) = pool.connection_pool._idle
        connection.next_health_check = time.monotonic() - 1
        server.freeze()
        with pytest.raises(redis.TimeoutError, match=r"may have been executed|nothing was sent"):
            pool.client.incr("count")
        server.thaw()
        assert pool.client.get("count") == "0"  # the PING before it got no answer: nothing else was sent

    def test_one_that_still_owes_an_answer_is_not_used(self, own_server: StartServer) -> None:
        """Though the answer has not come yet, and nothing is to be seen on the connection."""
        server = own_server()
        pool = get_optimized_redis_pool(url=server.url, max_connections=1)
        pool.client.mset({"theirs": "their value", "mine": "my value"})

        connection = pool.connection_pool.get_connection()
        server.freeze()
        connection.send_command("GET", "theirs")
        pool.connection_pool.release(connection)
        server.thaw()

        assert pool.client.get("mine") == "my value"

    def test_redis_py_alone_answers_with_it(self, own_server: StartServer) -> None:
        server = own_server()
        client = server.plain_client()
        client.mset({"theirs": "their value", "mine": "my value"})

        connection = client.connection_pool.get_connection()
        server.freeze()
        connection.send_command("GET", "theirs")
        client.connection_pool.release(connection)
        server.thaw()

        assert client.get("mine") == "their value"


class TestClose:
    def test_it_closes(self, server: PracticeServer) -> None:
        with get_optimized_redis_pool(url=server.url) as pool:
            pool.client.ping()
            taken = pool.connection_pool.get_connection()
        wait_until(lambda: server.connections() == 1, "all but the one in use to be closed")

        pool.connection_pool.release(taken)
        wait_until(lambda: server.connections() == 0, "the one in use to be closed when it came back")
        with pytest.raises(PoolClosed):
            pool.client.ping()
        assert server.connections() == 0

    def test_those_who_wait_are_told_at_once(self, server: PracticeServer) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=1, wait_seconds=20)
        taken = pool.connection_pool.get_connection()
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(pool.client.ping)
            wait_until(lambda: pool.connection_pool.waiting, "a caller that waits")
            pool.close()
            assert isinstance(waiting.exception(10), PoolClosed)
        pool.connection_pool.release(taken)


def test_redis_pys_retries_are_refused(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool(url=server.url)

    with pytest.raises(ConfigurationError, match="expected a budget for each call"):
        pool.client.set_retry(redis.retry.Retry(redis.backoff.NoBackoff(), 3))
