"""Reads from the replicas that Sentinels name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from practice_server import PracticeServer, wait_until
from prometheus_client import CollectorRegistry, generate_latest
from sentinel_set import SERVICE, SentinelSet
from worlds import World

import memurai_client.replicas
from memurai_client.exceptions import ConfigurationError, MemuraiClientError, ReadOnlyPool
from memurai_client.prometheus import PoolCollector
from memurai_client.replicas import Members, Turns, members

# The Sentinels need about a second to promote a replica, and as long to see that the other one follows it.
BUDGET_SECONDS = 10.0
CONNECTIONS = 4
Address = tuple[str, int]


@pytest.fixture(scope="module")
def calm_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelSet]:
    """A primary with two replicas, shared by tests that leave it as it is."""
    servers = SentinelSet(tmp_path_factory.mktemp("set"), replicas=2)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def own_set(tmp_path: Path) -> Iterator[SentinelSet]:
    """The same, for a test that does harm to it."""
    servers = SentinelSet(tmp_path, replicas=2)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def reading_pool(world: World, servers: SentinelSet) -> Any:
    return world.pool(servers.url, role="replica", max_connections=CONNECTIONS, budget_seconds=BUDGET_SECONDS)


def address(server: PracticeServer) -> Address:
    return server.host, server.port


def addresses(world: World, pool: Any) -> list[Address]:
    """Where the pool's connections go, if all are used at once."""
    taken = [world(pool.connection_pool.get_connection()) for _ in range(CONNECTIONS)]
    found = [(connection.host, connection.port) for connection in taken]
    for connection in taken:
        world(pool.connection_pool.release(connection))
    return sorted(found)


def write_everywhere(servers: SentinelSet) -> None:
    """Write the key that tests read, and wait until the replicas have it."""
    with servers.primary.plain_client() as primary:
        primary.set("key", "value")
    for replica in servers.replicas:
        with replica.plain_client() as reader:
            wait_until(lambda reader=reader: reader.get("key") == "value", "a replica with the data")


def replicas_up(servers: SentinelSet) -> list[bool]:
    """What each Sentinel says of each replica."""
    found = []
    for sentinel in servers.sentinels:
        with sentinel.plain_client() as asking:
            found += [not replica["is_sdown"] for replica in asking.sentinel_slaves(SERVICE)]
    return found


def read_until(world: World, pool: Any, condition: Callable[[], object], what: str) -> None:
    """Read until the condition is true: no read may fail, nor find something else than was written."""

    def read() -> object:
        assert world(pool.client.get("key")) == "value"
        return condition()

    wait_until(read, what)


def test_reads_reach_all_replicas_and_not_the_primary(calm_set: SentinelSet, world: World) -> None:
    pool = reading_pool(world, calm_set)
    write_everywhere(calm_set)

    assert world(pool.client.get("key")) == "value"
    assert addresses(world, pool) == sorted(2 * [address(replica) for replica in calm_set.replicas])
    assert world(pool.health_check())
    assert pool.get_pool_status()["metrics"]["connections_to_primary"] == 0


def test_a_write_is_refused_at_once_and_told_where_to_go(calm_set: SentinelSet, world: World) -> None:
    pool = reading_pool(world, calm_set)

    for write in (
        lambda: pool.client.set("written", "value"),
        lambda: pool.client.eval("return redis.call('INCR', KEYS[1])", 1, "written"),
        lambda: pool.client.pipeline(transaction=False).get("key").incr("written").execute(),
        lambda: pool.client.pipeline().get("key").incr("written").execute(),
    ):
        with pytest.raises(
            ReadOnlyPool, match=r"role='replica'\) is for reads.*use the pool of get_optimized_redis_pool"
        ):
            world(write())
    assert issubclass(ReadOnlyPool, MemuraiClientError)
    assert issubclass(ReadOnlyPool, redis.exceptions.ReadOnlyError)
    assert pool.get_pool_status()["metrics"]["retries"] == 0
    assert world(pool.client.get("written")) is None


def test_it_is_another_pool_than_that_of_the_primary_and_says_so(calm_set: SentinelSet, world: World) -> None:
    writing, reading = world.pool(calm_set.url), world.pool(calm_set.url, role="replica")
    assert reading is not writing
    assert world.pool(calm_set.url, role="replica") is reading
    assert world.pool(calm_set.url, role="primary") is writing
    assert (writing.get_pool_status()["role"], reading.get_pool_status()["role"]) == ("primary", "replica")
    world(reading.health_check())

    registry = CollectorRegistry()
    registry.register(PoolCollector(writing, reading))
    scraped = generate_latest(registry).decode().splitlines()

    checks = "memurai_client_pool_health_checks_total"
    assert f'{checks}{{environment="development",role="primary"}} 0.0' in scraped
    assert f'{checks}{{environment="development",role="replica"}} 1.0' in scraped
    assert sum(line.startswith(f"# TYPE {checks} ") for line in scraped) == 1


def test_what_writes_does_not_take_it(calm_set: SentinelSet, world: World) -> None:
    client = world.pool(calm_set.url, role="replica").client
    library = world.library

    for make in (
        lambda: library.RateLimiter(client, name="search", limit=1, window=1, on_failure="open"),
        lambda: library.TokenBlacklist(client),
        lambda: library.Sessions(client),
    ):
        with pytest.raises(ConfigurationError, match=r"client: expected one whose pool writes, found one of .*replica"):
            make()


class TestConfiguration:
    def test_a_role_that_there_is_not_is_refused(self, world: World) -> None:
        with pytest.raises(ConfigurationError, match="role: expected one of primary, replica, found 'slave'"):
            world.pool("redis+sentinel://one/main", role="slave")

    def test_replicas_need_sentinels(self, world: World) -> None:
        with pytest.raises(ConfigurationError, match=r"role: expected Sentinels .* found the address of one server"):
            world.pool("redis://db", role="replica")


def test_a_replica_is_killed_and_no_read_fails(own_set: SentinelSet, world: World) -> None:
    write_everywhere(own_set)
    pool = reading_pool(world, own_set)
    killed, left = own_set.replicas
    assert address(killed) in addresses(world, pool)

    killed.kill()
    assert [world(pool.health_check()) for _ in range(2)] == [True, True]

    read_until(world, pool, lambda: addresses(world, pool) == CONNECTIONS * [address(left)], "the other replica")
    assert pool.get_pool_status()["metrics"]["connections_to_primary"] == 0


def test_a_frozen_replica_costs_one_call_and_is_left_alone_then(own_set: SentinelSet, world: World) -> None:
    write_everywhere(own_set)
    for sentinel in own_set.sentinels:
        with sentinel.plain_client() as asking:
            asking.execute_command("SENTINEL SET", SERVICE, "down-after-milliseconds", 600_000)
    pool = world.pool(own_set.url, role="replica", max_connections=1, budget_seconds=2)
    own_set.replicas[0].freeze()

    failures = 0
    for _ in range(6):
        try:
            assert world(pool.client.get("key")) == "value"
        except redis.TimeoutError:
            failures += 1
        world(pool.connection_pool.disconnect())

    assert failures <= 1


def test_without_replicas_reads_go_to_the_primary_and_back_when_there_are_some(
    own_set: SentinelSet, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memurai_client.replicas, "ASK_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(memurai_client.replicas, "AVOID_SECONDS", 0.1)
    caplog.set_level(logging.INFO, "memurai_client")
    write_everywhere(own_set)
    pool = reading_pool(world, own_set)
    assert world(pool.client.get("key")) == "value"

    for replica in own_set.replicas:
        replica.kill()
    primary = CONNECTIONS * [address(own_set.primary)]
    read_until(world, pool, lambda: addresses(world, pool) == primary, "reads at the primary")

    read_until(world, pool, lambda: not any(replicas_up(own_set)), "Sentinels that know it")
    assert addresses(world, pool) == primary
    assert pool.get_pool_status()["metrics"]["connections_to_primary"] >= CONNECTIONS
    assert (
        "Sentinel set main: no replica that is up and linked can be reached: reads go to the primary" in caplog.messages
    )

    for replica in own_set.replicas:
        replica.start()
    own_set.wait_for_replicas()
    both = {address(replica) for replica in own_set.replicas}
    read_until(world, pool, lambda: set(addresses(world, pool)) == both, "reads at the replicas")
    assert "Sentinel set main: reads go to replicas again" in caplog.messages


@pytest.mark.slow
def test_the_primary_is_killed_and_no_read_fails_and_the_promoted_replica_is_left(
    own_set: SentinelSet, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memurai_client.replicas, "ASK_AGAIN_SECONDS", 0.1)
    write_everywhere(own_set)
    pool = reading_pool(world, own_set)
    looking = [replica.plain_client() for replica in own_set.replicas]

    def replicas() -> list[Address]:
        return [
            address(server)
            for server, client in zip(own_set.replicas, looking, strict=True)
            if client.info("replication")["role"] == "slave"
        ]

    own_set.primary.kill()

    read_until(world, pool, lambda: len(replicas()) == 1, "a promotion")
    read_until(
        world, pool, lambda: addresses(world, pool) == CONNECTIONS * replicas(), "reads at the replica that is left"
    )
    for client in looking:
        client.close()


A, B, C, PRIMARY = (("127.77.254.1", port) for port in range(1, 5))


def state(server: Address, *flags: str, link: str = "ok", role: str = "slave") -> dict[str, Any]:
    """What redis-py makes of what a Sentinel says of a server."""
    said = {f"is_{flag}": flag in flags for flag in ("sdown", "odown", "disconnected")}
    return {"ip": server[0], "port": server[1], "master-link-status": link, "role-reported": role, **said}


class TestMembers:
    def test_a_replica_counts_that_is_up_and_linked(self) -> None:
        assert members(state(PRIMARY), [state(B), state(A)]) == Members((A, B), (), PRIMARY)

    @pytest.mark.parametrize("flag", ["sdown", "odown", "disconnected"])
    def test_what_is_down_is_none(self, flag: str) -> None:
        assert members(state(PRIMARY, flag), [state(A), state(B, flag)]) == Members((A,), (), None)
        assert not members(state(PRIMARY, flag), [state(A, flag)]).are_any

    def test_a_replica_without_a_link_is_told_apart(self) -> None:
        assert members(state(PRIMARY), [state(A), state(B, link="err")]) == Members((A,), (B,), PRIMARY)

    def test_a_replica_that_was_promoted_is_none(self) -> None:
        assert members(state(PRIMARY, "odown"), [state(A), state(B, role="master")]) == Members((A,), (), None)


class TestTurns:
    def test_each_connection_gets_the_next_replica(self) -> None:
        turns = Turns("main")

        found = [turns.next(Members((A, B, C), (), PRIMARY)) for _ in range(6)]

        assert found[:3] == found[3:]
        assert set(found) == {A, B, C}

    def test_what_can_t_be_reached_is_left_out_for_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 100.0
        monkeypatch.setattr(memurai_client.replicas, "monotonic", lambda: now)
        turns, known = Turns("main"), Members((A, B), (C,), PRIMARY)
        turns.next(known)

        assert turns.avoid(A)
        assert {turns.next(known) for _ in range(4)} == {B}
        assert turns.avoid(B)
        assert {turns.next(known) for _ in range(4)} == {PRIMARY}
        assert turns.avoid(PRIMARY)
        assert {turns.next(known) for _ in range(4)} == {C}
        assert not turns.avoid(C), "there is nothing left to try"
        assert {turns.next(known) for _ in range(4)} == {A, B}, "the call may try them again all the same"

        for server in (A, B):
            turns.avoid(server)
        now += memurai_client.replicas.AVOID_SECONDS
        assert {turns.next(known) for _ in range(4)} == {A, B}

    @pytest.mark.parametrize(
        ("known", "kept", "left"),
        [
            (Members((A, B), (), PRIMARY), {A, B}, {PRIMARY, C}),
            (Members((), (A,), PRIMARY), {PRIMARY}, {A, B}),
            (Members((), (A,), None), {A}, {PRIMARY}),
        ],
    )
    def test_a_connection_is_kept_where_new_ones_would_go(
        self, known: Members, kept: set[Address], left: set[Address]
    ) -> None:
        turns = Turns("main")
        turns.next(known)

        assert {server for server in (A, B, C, PRIMARY) if turns.keeps(server)} & (kept | left) == kept

    def test_now_and_then_one_connection_is_opened_anew_to_ask(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 100.0
        monkeypatch.setattr(memurai_client.replicas, "monotonic", lambda: now)
        turns = Turns("main")
        turns.next(Members((A,), (), PRIMARY))

        assert turns.keeps(A)
        now += memurai_client.replicas.ASK_AGAIN_SECONDS
        assert [turns.keeps(A) for _ in range(4)] == [False, True, True, True]
