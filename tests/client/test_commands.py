"""Which commands may be sent twice: held against what the server says of them, and against sending them twice."""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from practice_server import PracticeServer

from memurai_client.commands import READING, REPEATABLE, is_repeatable, own_wait


def test_what_is_said_to_read_only_reads(server: PracticeServer) -> None:
    with server.plain_client() as client:
        known = client.command()
    # They read the server rather than data, or in the case of scripts keep what is sent for later.
    of_the_server = {"ECHO", "INFO", "PING", "ROLE", "TIME", "SCRIPT LOAD", "SCRIPT EXISTS"}
    for name in READING - of_the_server:
        flags = known[name.split()[0].lower()]["flags"]
        subcommands = {"MEMORY USAGE", "OBJECT ENCODING"}
        assert name in subcommands or "readonly" in flags, name


KEYS = ["a", "b"]
VALUES = ["1", "2"]
key = st.sampled_from(KEYS)
value = st.sampled_from(VALUES)
COMMANDS = st.one_of(
    st.tuples(st.just("SET"), key, value),
    st.tuples(st.just("SET"), key, value, st.sampled_from(["NX", "XX", "GET", "KEEPTTL"])),
    st.tuples(st.just("SET"), key, value, st.just("EX"), st.just(100)),
    st.tuples(st.just("SETEX"), key, st.just(100), value),
    st.tuples(st.just("MSET"), key, value, key, value),
    st.tuples(st.sampled_from(["GET", "DEL", "INCR", "TTL", "STRLEN", "TYPE", "GETDEL", "EXISTS", "PERSIST"]), key),
    st.tuples(st.sampled_from(["APPEND", "INCRBY", "SETNX", "GETSET"]), key, value),
    st.tuples(st.sampled_from(["LPUSH", "SADD", "LPOP", "LLEN", "SMEMBERS"]), st.just("collection"), value),
    st.tuples(st.just("HSET"), st.just("hash"), key, value),
    st.tuples(st.just("HMSET"), st.just("hash"), key, value),
    st.tuples(st.just("HGETALL"), st.just("hash")),
)


def state(client: redis.Redis) -> dict[str, object]:
    return {name: client.dump(name) for name in [*KEYS, "collection", "hash"]}


def answer(client: redis.Redis, command: tuple[object, ...]) -> object:
    try:
        return client.execute_command(*command)
    except redis.ResponseError as error:
        return str(error)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(COMMANDS, max_size=4), command=COMMANDS)
def test_what_may_be_sent_twice_leaves_the_same_and_answers_the_same(
    server: PracticeServer, before: list[tuple[object, ...]], command: tuple[object, ...]
) -> None:
    with redis.Redis(host=server.host, port=server.port) as client:
        client.flushall()
        for earlier in before:
            answer(client, earlier)
        first, after_first = answer(client, command), state(client)
        second, after_second = answer(client, command), state(client)
    if is_repeatable(command):
        assert (second, after_second) == (first, after_first)


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "k", "v"),
        ("SET", "k", "v", "EX", "10", b"xx", "KEEPTTL"),
        ("SET", "k", "v", "pxat", 1_900_000_000_000),
        (b"get", "k"),
        ("get", "k"),
        ("SCRIPT EXISTS", "sha"),
    ],
)
def test_repeatable(command: tuple[object, ...]) -> None:
    assert is_repeatable(command)


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "k", "v", "NX"),
        ("SET", "k", "v", "EX", 10, b"nx"),
        ("SET", "k", "v", "GET"),
        # Of Valkey 8.1 and Redis 8.4; and whatever comes next.
        ("SET", "k", "v", "IFEQ", "old"),
        ("SET", "k", "v", "EX", 10, "ifne", "old"),
        ("SET", "k", "v", b"IFDEQ", "digest"),
        ("SET", "k", "v", "IFDNE", "digest"),
        ("SET", "k", "v", memoryview(b"NX")),
        ("SET", "k", "v", "UNHEARD"),
        ("INCR", "k"),
        ("DEL", "k"),
        ("EVALSHA", "sha", 0),
        ("FCALL", "f", 0),
        ("PUBLISH", "c", "m"),
        ("UNHEARD.OF",),
    ],
)
def test_not_repeatable(command: tuple[object, ...]) -> None:
    assert not is_repeatable(command)


def test_a_value_is_no_option() -> None:
    assert is_repeatable(("SET", "k", "NX"))
    assert not REPEATABLE & {"INCR", "DEL", "EVAL", "EVALSHA"}


@pytest.mark.parametrize(
    ("command", "seconds"),
    [
        (("GET", "k"), 0),
        (("BLPOP", "k", 5), 5),
        (("BLPOP", "k", 0), None),
        (("blpop", "k", "0.5"), 0.5),
        (("BLPOP", "k", "soon"), 0),
        (("BLPOP", "k", -1), 0),
        (("BLMPOP", 2, 1, "k", "LEFT"), 2),
        (("BZMPOP", b"3", 1, "k", "MIN"), 3),
        (("BLPOP", "k", 1e12), None),
        (("BLPOP", "k", "inf"), 0),
        (("BLPOP", "k", float("nan")), 0),
        (("WAIT", 1, 250), 0.25),
        (("WAIT", 1, 0), None),
        (("XREAD", "COUNT", 1, "BLOCK", 1500, "STREAMS", "s", "$"), 1.5),
        (("XREAD", b"BLOCK", 0, b"STREAMS", "s", "$"), None),
        (("XREAD", "STREAMS", "s", "0"), 0),
    ],
)
def test_how_long_commands_wait_themselves(command: tuple[object, ...], seconds: float | None) -> None:
    assert own_wait(command) == seconds
