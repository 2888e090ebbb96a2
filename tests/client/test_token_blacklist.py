"""Revoked tokens stay revoked for as long as they live, at a server that does not forget them."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from practice_server import HOST, PracticeServer
from worlds import World

from memurai_client import TokenBlacklist
from memurai_client.exceptions import ConfigurationError, ForgetfulServerError, InvalidNameError, MemuraiClientError

DURABLE = "appendonly yes"
HOUR = 3600


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    server = PracticeServer(tmp_path_factory.mktemp("durable"), DURABLE)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def blacklist(world: World, server: PracticeServer) -> Any:
    return world.library.TokenBlacklist(world.client(server.host, server.port))


def in_an_hour() -> float:
    return time.time() + HOUR


def test_a_revoked_token_is_revoked_and_others_are_not(world: World, blacklist: Any) -> None:
    world(blacklist.revoke("jti-1", expires_at=in_an_hour()))
    assert world(blacklist.is_revoked("jti-1")) is True
    assert world(blacklist.is_revoked("jti-2")) is False


def test_the_key_is_the_one_that_the_guide_s_monitoring_looks_for_and_lives_as_long_as_the_token(
    world: World, blacklist: Any, client: redis.Redis
) -> None:
    world(blacklist.revoke("jti-1", expires_at=in_an_hour()))
    assert list(client.scan_iter("token:blacklist:*")) == ["token:blacklist:jti-1"]
    assert HOUR < client.ttl("token:blacklist:jti-1") <= HOUR + 62, "the token's life and a minute's grace"


def test_what_other_code_revoked_by_setex_is_revoked(world: World, blacklist: Any, client: redis.Redis) -> None:
    client.execute_command("SETEX", "token:blacklist:jti-9", 60, "1")
    assert world(blacklist.is_revoked("jti-9")) is True


def test_a_second_revocation_makes_none_shorter(world: World, blacklist: Any, client: redis.Redis) -> None:
    later = in_an_hour()
    world(blacklist.revoke("a", expires_at=later))
    world(blacklist.revoke("a", expires_at=later - 1800))
    world(blacklist.register("a", user="alice", expires_at=later - 1800))
    world(blacklist.revoke_user("alice"))
    assert client.ttl("token:blacklist:a") > HOUR
    world(blacklist.revoke("a", expires_at=later + 1800))
    assert client.ttl("token:blacklist:a") > HOUR + 1800
    client.set("token:blacklist:for ever", "1")
    world(blacklist.revoke("for ever", expires_at=later))
    assert client.ttl("token:blacklist:for ever") == -1


def test_without_grace_a_token_is_revoked_up_to_its_end(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    blacklist = world.library.TokenBlacklist(world.client(server.host, server.port), grace=0)
    end = in_an_hour()
    world(blacklist.revoke("a", expires_at=end))
    world(blacklist.register("b", user="alice", expires_at=end))
    world(blacklist.revoke_user("alice"))
    assert {client.expiretime(f"token:blacklist:{jti}") for jti in "ab"} == {math.ceil(end)}


def test_a_token_that_has_ended_needs_no_entry(world: World, blacklist: Any, client: redis.Redis) -> None:
    world(blacklist.revoke("jti-1", expires_at=time.time() - HOUR))
    assert not client.exists("token:blacklist:jti-1")
    world(blacklist.revoke("jti-2", expires_at=time.time() - 5))
    assert world(blacklist.is_revoked("jti-2")) is True, "who checks tokens may forgive a clock some seconds"


def test_many_tokens_are_checked_in_one_round_trip(world: World, blacklist: Any, client: redis.Redis) -> None:
    world(blacklist.revoke("b", expires_at=in_an_hour()))
    client.config_resetstat()
    assert world(blacklist.are_revoked(["a", "b", "c", "b"])) == {"a": False, "b": True, "c": False}
    assert client.info("commandstats")["cmdstat_mget"]["calls"] == 1
    assert world(blacklist.are_revoked([])) == {}


def test_all_registered_tokens_of_a_user_are_revoked_and_later_ones_are_not(
    world: World, blacklist: Any, client: redis.Redis
) -> None:
    for jti in ("a1", "a2"):
        world(blacklist.register(jti, user="alice", expires_at=in_an_hour()))
    world(blacklist.register("b1", user="bob", expires_at=in_an_hour()))
    assert world(blacklist.revoke_user("alice")) == 2
    # At once, within the same second: a changed password and a fresh login.
    world(blacklist.register("a3", user="alice", expires_at=in_an_hour()))
    assert world(blacklist.are_revoked(["a1", "a2", "a3", "b1"])) == {"a1": True, "a2": True, "a3": False, "b1": False}
    assert HOUR + 50 < client.ttl("token:blacklist:a1") <= HOUR + 62
    assert world(blacklist.revoke_user("alice")) == 1
    assert world(blacklist.revoke_user("nobody")) == 0


def test_a_user_s_list_holds_no_ended_tokens_and_ends_with_the_last(
    world: World, blacklist: Any, client: redis.Redis
) -> None:
    world(blacklist.register("new", user="alice", expires_at=in_an_hour()))
    world(blacklist.register("old", user="alice", expires_at=time.time() - HOUR))
    world(blacklist.register("other", user="alice", expires_at=in_an_hour()))
    assert client.zrange("token:user:alice", 0, -1) == ["new", "other"]
    assert HOUR < client.ttl("token:user:alice") <= HOUR + 62


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("register"), st.sampled_from("abcdef"), st.sampled_from(["alice", "bob"])),
            st.tuples(st.just("revoke"), st.sampled_from("abcdef"), st.just("")),
            st.tuples(st.just("revoke user"), st.just(""), st.sampled_from(["alice", "bob"])),
        ),
        max_size=25,
    )
)
def test_it_agrees_with_a_set_of_revoked_tokens(server: PracticeServer, steps: list[tuple[str, str, str]]) -> None:
    with server.plain_client() as client:
        client.flushall()
        blacklist = TokenBlacklist(client)
        revoked: set[str] = set()
        owned: dict[str, set[str]] = {"alice": set(), "bob": set()}
        for step, jti, user in steps:
            if step == "register":
                blacklist.register(jti, user=user, expires_at=in_an_hour())
                owned[user].add(jti)
            elif step == "revoke":
                blacklist.revoke(jti, expires_at=in_an_hour())
                revoked.add(jti)
            else:
                assert blacklist.revoke_user(user) == len(owned[user])
                revoked |= owned[user]
                owned[user] = set()
        assert blacklist.are_revoked(list("abcdef")) == {jti: jti in revoked for jti in "abcdef"}


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru", "volatile-ttl", "allkeys-random"])
def test_a_server_that_evicts_is_refused_with_an_explanation(
    world: World, own_server: Callable[..., PracticeServer], policy: str
) -> None:
    server = own_server(DURABLE, f"maxmemory-policy {policy}", "maxmemory 64mb", 'rename-command CONFIG ""')
    blacklist = world.library.TokenBlacklist(world.client(server.host, server.port))
    with pytest.raises(ForgetfulServerError) as refused:
        world(blacklist.start())
    assert f"its maxmemory-policy is {policy}, which may evict them (expected noeviction)" in str(refused.value)
    assert "accept_forgotten_revocations=True" in str(refused.value)


@pytest.mark.parametrize(
    "option", ["user default on nopass ~* +@all -info", 'rename-command INFO ""'], ids=["forbidden", "renamed"]
)
def test_a_server_that_can_t_be_asked_is_refused_with_an_explanation(
    world: World, own_server: Callable[..., PracticeServer], option: str
) -> None:
    server = own_server(DURABLE, option)
    blacklist = world.library.TokenBlacklist(world.client(server.host, server.port))
    with pytest.raises(ForgetfulServerError, match=r"does not answer INFO.*accept_forgotten_revocations=True"):
        world(blacklist.start())


def test_a_server_without_an_append_only_file_is_refused_by_every_call(
    world: World, own_server: Callable[..., PracticeServer]
) -> None:
    server = own_server("appendonly no")
    shared = world.client(server.host, server.port)
    blacklist = world.library.TokenBlacklist(shared)
    limiter = world.library.RateLimiter(shared, name="x", limit=1, window=1, on_failure="open")
    validator = world.library.RequestValidator(blacklist, limiter)
    calls: list[Callable[[], Any]] = [
        blacklist.start,
        lambda: blacklist.revoke("a", expires_at=in_an_hour()),
        lambda: blacklist.is_revoked("a"),
        lambda: blacklist.are_revoked(["a"]),
        lambda: blacklist.register("a", user="alice", expires_at=in_an_hour()),
        lambda: blacklist.revoke_user("alice"),
        lambda: validator.validate(jti="a", limit_key="alice"),
    ]
    for call in calls:
        with pytest.raises(ForgetfulServerError, match="its append-only file is off"):
            world(call())


def test_a_forgetful_server_is_accepted_if_told_so(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("appendonly no", "maxmemory-policy allkeys-lru")
    blacklist = world.library.TokenBlacklist(world.client(server.host, server.port), accept_forgotten_revocations=True)
    world(blacklist.start())
    world(blacklist.revoke("a", expires_at=in_an_hour()))
    assert world(blacklist.is_revoked("a")) is True


def test_revocations_are_there_after_a_crash(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server(DURABLE, "appendfsync always")
    blacklist = world.library.TokenBlacklist(world.client(server.host, server.port))
    world(blacklist.register("a", user="alice", expires_at=in_an_hour()))
    world(blacklist.revoke_user("alice"))
    server.kill()
    with pytest.raises(redis.ConnectionError):
        world(blacklist.is_revoked("a"))
    server.start()
    with server.plain_client() as waiting:
        waiting.ping()  # tries again while the server loads its data
    assert world(blacklist.is_revoked("a")) is True


@pytest.mark.parametrize("jti", ["", "a\x00b", "a\nb", "\x1b[2J", "x" * 513, 7, None])
def test_a_jti_that_can_t_be_one_is_refused_without_being_told(world: World, jti: Any) -> None:
    blacklist = world.library.TokenBlacklist(world.client(HOST, 1))
    for call in (
        lambda: blacklist.is_revoked(jti),
        lambda: blacklist.revoke(jti, expires_at=1),
        lambda: blacklist.register(jti, user="alice", expires_at=1),
    ):
        with pytest.raises(InvalidNameError, match=r"^jti: expected text of 1 to 512 printable characters") as refused:
            world(call())
        assert jti in ("", 7, None) or jti not in str(refused.value)


@pytest.mark.parametrize("jtis", ["abc", b"abc"])
def test_one_jti_is_no_list_of_them(world: World, jtis: Any) -> None:
    blacklist = world.library.TokenBlacklist(world.client(HOST, 1))
    with pytest.raises(InvalidNameError, match=r"^jti: expected several of them, such as a list, found"):
        world(blacklist.are_revoked(jtis))


@pytest.mark.parametrize("end", [-1, float("inf"), float("nan"), "soon", None, True, 1_900_000_000_000])
def test_an_end_that_can_t_be_one_is_refused(world: World, end: Any) -> None:
    blacklist = world.library.TokenBlacklist(world.client(HOST, 1))
    with pytest.raises(MemuraiClientError, match=r"^expires_at: expected seconds since 1970"):
        world(blacklist.revoke("a", expires_at=end))


def test_a_grace_that_can_t_be_one_is_refused(world: World) -> None:
    with pytest.raises(ConfigurationError, match=r"^grace: expected a number of seconds"):
        world.library.TokenBlacklist(world.client(HOST, 1), grace=-5)
