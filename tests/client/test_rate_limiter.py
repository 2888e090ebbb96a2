"""Limits that hold: against many callers, wrong clocks, restarts, lost answers and servers that can't be reached."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
from practice_server import HOST, PracticeServer, wait_until
from redis.backoff import NoBackoff
from swallowing_proxy import SwallowingProxy
from worlds import World

from memurai_client import Algorithm, Decision, OnFailure, RateLimiter
from memurai_client.exceptions import ConfigurationError, ForeignContentError, InvalidNameError, MemuraiClientError

HOUR = 3600


def limiter_of(world: World, client: Any, **options: Any) -> Any:
    wanted = {"name": "test", "limit": 100, "window": HOUR, "on_failure": "closed"} | options
    return world.library.RateLimiter(client, **wanted)


def retries_of(world: World) -> Any:
    return redis.retry.Retry if world.name == "blocking" else redis.asyncio.retry.Retry


def client_of(world: World, server: PracticeServer, **options: Any) -> Any:
    return world.client(server.host, server.port, **options)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_of_200_threads_exactly_the_limit_of_100_passes(server: PracticeServer, algorithm: Algorithm) -> None:
    with (
        redis.Redis(host=server.host, port=server.port, max_connections=200) as shared,
        ThreadPoolExecutor(200) as threads,
    ):
        limiter = RateLimiter(shared, name="x", limit=100, window=HOUR, algorithm=algorithm, on_failure="closed")
        begin = threading.Barrier(200)

        def check(_number: int) -> bool:
            begin.wait(30)
            return limiter.check("somebody").allowed

        assert sum(threads.map(check, range(200))) == 100


@pytest.mark.parametrize("algorithm", Algorithm)
def test_200_callers_with_clocks_an_hour_apart_share_one_limit_of_100(
    world: World, server: PracticeServer, algorithm: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm=algorithm)
    passed = 0
    for hours_ahead in (0, 1, -1, 1):
        clock = time.time_ns() + hours_ahead * HOUR * 10**9
        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda clock=clock: clock / 10**9)
            patched.setattr(time, "time_ns", lambda clock=clock: clock)
            passed += sum(world(limiter.check("somebody")).allowed for _ in range(50))
    assert passed == 100


@pytest.mark.parametrize("algorithm", Algorithm)
def test_200_checks_of_one_turn_of_the_loop_pass_100(
    world: World, server: PracticeServer, algorithm: Algorithm
) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm=algorithm)
    decisions = world.together(*(limiter.check("somebody") for _ in range(200)))
    assert [decision.allowed for decision in decisions] == [True] * 100 + [False] * 100
    assert [decision.remaining for decision in decisions] == [*range(99, -1, -1), *[0] * 100]


@pytest.mark.parametrize("algorithm", Algorithm)
def test_many_keys_are_decided_in_one_round_trip_each_by_itself(
    world: World, server: PracticeServer, client: redis.Redis, algorithm: Algorithm
) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm=algorithm, limit=2)
    world(limiter.check("alice"))
    world(limiter.check("alice"))
    client.config_resetstat()
    decisions = world(limiter.check_many(["alice", "10.0.0.1", "bob"]))
    assert [(decision.allowed, decision.remaining) for decision in decisions] == [(False, 0), (True, 1), (True, 1)]
    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] == 1
    assert world(limiter.check_many([])) == []


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_reset_key_has_its_whole_limit_again(world: World, server: PracticeServer, algorithm: Algorithm) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm=algorithm, limit=1)
    assert world(limiter.reset("alice")) is False
    assert world(limiter.check("alice"))
    assert not world(limiter.check("alice"))
    assert world(limiter.reset("alice")) is True
    assert world(limiter.check("alice"))


def test_every_key_ends_by_itself_and_no_later_than_it_matters(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    for algorithm in Algorithm:
        world(limiter_of(world, client_of(world, server), algorithm=algorithm, window=60).check("alice"))
    ends = {key: client.pttl(key) for key in client.scan_iter("ratelimit:test:*")}
    assert len(ends) == len(Algorithm)
    assert all(0 < end <= 120_000 for end in ends.values()), ends


def test_a_counter_that_was_left_without_an_end_gets_one(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm="fixed-window", limit=3)
    client.set(limiter.key("alice"), 50)
    assert not world(limiter.check("alice"))
    assert 0 < client.ttl(limiter.key("alice")) <= HOUR


def test_a_window_or_limit_that_was_made_smaller_holds_at_once(world: World, server: PracticeServer) -> None:
    shared = client_of(world, server)
    world(limiter_of(world, shared, algorithm="fixed-window", window=24 * HOUR).check("alice"))
    decision = world(limiter_of(world, shared, algorithm="fixed-window", window=60).check("alice"))
    assert decision.reset_after <= 60
    world.together(*(limiter_of(world, shared, algorithm="sliding-log").check("bob") for _ in range(10)))
    decision = world(limiter_of(world, shared, algorithm="sliding-log", limit=3).check("bob"))
    assert not decision.allowed
    assert HOUR - 60 < decision.retry_after <= HOUR


def test_decisions_go_on_after_the_server_forgot_the_script(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    limiter = limiter_of(world, client_of(world, server), limit=3)
    assert world(limiter.check("alice")).remaining == 2
    client.script_flush()
    assert [decision.remaining for decision in world.together(limiter.check("alice"), limiter.check("alice"))] == [1, 0]


def test_a_restarted_server_goes_on_counting(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("appendonly yes", "appendfsync always")
    limiter = limiter_of(world, client_of(world, server, retry=None), limit=3)
    assert world(limiter.check("alice")).remaining == 2
    server.kill()
    assert world(limiter.check("alice")).decided_by == "closed"
    server.start()
    with server.plain_client() as waiting:
        waiting.ping()  # tries again while the server loads its data
    decision = world(limiter.check("alice"))
    assert (decision.remaining, decision.decided_by) == (1, "server")


def test_a_check_whose_answer_was_lost_was_counted_once(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    options = {"algorithm": "fixed-window", "on_failure": "open"}
    world(limiter_of(world, client_of(world, server), **options).check("somebody else"))
    with SwallowingProxy(server.host, server.port, b"EVALSHA") as proxy:
        lossy = world.client(*proxy.address, socket_timeout=0.3, retry=retries_of(world)(NoBackoff(), 2))
        limiter = limiter_of(world, lossy, **options)
        assert world(limiter.check("alice")).decided_by == "open"
        with pytest.raises(redis.TimeoutError):
            world(lossy.evalsha(limiter._script.digest, 1, limiter.key("bob"), 100, HOUR))
    assert client.get(limiter.key("alice")) == "1"
    assert client.get(limiter.key("bob")) == "3", (
        "the client's own call, with its retries, is what this must differ from"
    )


@pytest.mark.parametrize(("on_failure", "passing"), [("open", 5), ("closed", 0), ("local", 3)])
def test_without_a_server_the_chosen_answer_is_given_and_counted(
    world: World, on_failure: str, passing: int, caplog: pytest.LogCaptureFixture
) -> None:
    unreachable = world.client(HOST, 1, retry=None)
    limiter = limiter_of(world, unreachable, limit=3, on_failure=on_failure)
    with caplog.at_level(logging.INFO):
        decisions = [world(limiter.check("alice")) for _ in range(5)]
    assert sum(decision.allowed for decision in decisions) == passing
    assert {decision.decided_by for decision in decisions} == {on_failure}
    assert limiter.failures == 5
    assert len(caplog.records) == 1, "an outage is told once, not once a request"
    assert f"decisions are: {on_failure}" in caplog.text


def test_local_counts_are_each_key_s_own(world: World) -> None:
    limiter = limiter_of(world, world.client(HOST, 1, retry=None), limit=1, on_failure=OnFailure.LOCAL)
    assert [decision.allowed for decision in world(limiter.check_many(["a", "b", "a"]))] == [True, True, False]
    assert limiter.failures == 3


@pytest.mark.parametrize(
    "options",
    [
        ("maxmemory 1kb",),
        ("min-replicas-to-write 1",),
        (f"replicaof {HOST} 1",),
        (f"replicaof {HOST} 1", "replica-serve-stale-data no"),
    ],
    ids=["OOM", "NOREPLICAS", "READONLY", "MASTERDOWN"],
)
def test_what_a_server_can_t_do_at_the_moment_is_an_outage(
    world: World, own_server: Callable[..., PracticeServer], options: tuple[str, ...]
) -> None:
    limiter = limiter_of(world, client_of(world, own_server(*options), retry=None), on_failure="open")
    assert [world(limiter.check("alice")).decided_by for _ in range(2)] == ["open", "open"]
    assert {each.decided_by for each in world.together(limiter.check("alice"), limiter.check("bob"))} == {"open"}


def test_a_server_that_can_t_write_its_data_is_an_outage(
    world: World, own_server: Callable[..., PracticeServer], tmp_path: Path
) -> None:
    server = own_server("save 3600 1")
    limiter = limiter_of(world, client_of(world, server, retry=None), on_failure="local")
    assert world(limiter.check("alice")).decided_by == "server"
    with server.plain_client() as client:
        shutil.rmtree(tmp_path / "server-0")
        client.bgsave()
        wait_until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", "a snapshot that failed")
    assert world(limiter.check("alice")).decided_by == "local"
    server.kill()  # it would not end otherwise: it can't save


def test_a_busy_server_is_an_outage(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("busy-reply-threshold 50")
    limiter = limiter_of(world, client_of(world, server, retry=None), on_failure="closed")
    with server.busy():
        assert world(limiter.check("alice")).decided_by == "closed"
    assert world(limiter.check("alice")).decided_by == "server"


def test_what_is_no_outage_is_raised(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("user default on nopass ~other:* +@all")
    limiter = limiter_of(world, client_of(world, server, retry=None), on_failure="open")
    with pytest.raises(redis.exceptions.NoPermissionError):
        world(limiter.check("alice"))
    assert limiter.failures == 0


def test_a_wrong_password_is_told_and_no_outage(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("requirepass right")
    limiter = limiter_of(world, client_of(world, server, password="guessed", retry=None), on_failure="open")
    with pytest.raises(redis.AuthenticationError) as refused:
        world(limiter.check("alice"))
    assert "guessed" not in str(refused.value)
    assert limiter.failures == 0


def test_the_standard_header_fields_tell_the_limit() -> None:
    allowed = Decision(allowed=True, limit=10, remaining=4, retry_after=0, reset_after=12.2, window=60)
    assert allowed.headers() == {
        "RateLimit-Limit": "10",
        "RateLimit-Remaining": "4",
        "RateLimit-Reset": "13",
        "RateLimit-Policy": "10;w=60",
    }
    refused = Decision(allowed=False, limit=10, remaining=0, retry_after=0.2, reset_after=12.2, window=60)
    assert refused.headers()["Retry-After"] == "1"
    assert allowed
    assert not refused


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"limit": 0}, "limit of test: expected a whole number from 1 to"),
        ({"limit": 2.5}, "found 2.5"),
        ({"limit": True}, "found True"),
        ({"limit": 10**9, "window": 10**7}, "limit of test: expected a whole number from 1 to 450359 "),
        ({"window": 0}, "window of test: expected a number of seconds, at least 0.001, found 0"),
        ({"window": float("nan")}, "found nan"),
        ({"algorithm": "leaky"}, "algorithm: expected one of fixed-window, sliding-log, sliding-counter, token-bucket"),
        ({"on_failure": "shrug"}, "on_failure: expected one of open, closed, local, found 'shrug'"),
        ({"name": "a\nb"}, "name: expected text of 1 to 512 printable characters"),
    ],
)
def test_a_limit_that_can_t_be_one_is_refused_at_the_start(world: World, options: dict[str, Any], told: str) -> None:
    with pytest.raises(MemuraiClientError, match=told.replace("(", r"\(")):
        limiter_of(world, world.client(HOST, 1), **options)


@pytest.mark.parametrize("key", ["", "a\x00b", "a\r\nb", "x" * 513, "\ud800", 7, None])
def test_a_key_that_can_t_be_one_is_refused_without_being_told(world: World, key: Any) -> None:
    limiter = limiter_of(world, world.client(HOST, 1))
    with pytest.raises(
        InvalidNameError, match=r"^key of a limit: expected text of 1 to 512 printable characters"
    ) as refused:
        world(limiter.check(key))
    assert key in ("", 7, None) or key not in str(refused.value)
    assert limiter.failures == 0


@pytest.mark.parametrize("keys", ["abc", b"abc"])
def test_one_key_is_no_list_of_them(world: World, keys: Any) -> None:
    limiter = limiter_of(world, world.client(HOST, 1))
    with pytest.raises(InvalidNameError, match=r"^key of a limit: expected several of them, such as a list, found"):
        world(limiter.check_many(keys))


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("foreign", [["LPUSH", "x"], ["SET", "x"]], ids=["list", "text"])
def test_a_key_that_others_wrote_is_told(
    world: World, server: PracticeServer, client: redis.Redis, algorithm: Algorithm, foreign: list[str]
) -> None:
    limiter = limiter_of(world, client_of(world, server), algorithm=algorithm, on_failure="open")
    client.execute_command(foreign[0], limiter.key("alice"), foreign[1])
    with pytest.raises(ForeignContentError, match=rf"ratelimit:test:{algorithm}:alice.*delete") as told:
        world(limiter.check("alice"))
    assert isinstance(told.value, redis.ResponseError)
    assert limiter.failures == 0


def test_a_client_of_the_other_world_is_refused(world: World, server: PracticeServer) -> None:
    other = redis.asyncio.Redis if world.name == "blocking" else redis.Redis
    with pytest.raises(ConfigurationError, match=r"client: expected a redis\."):
        limiter_of(world, other(host=server.host, port=server.port))
