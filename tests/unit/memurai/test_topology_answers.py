"""Raw answers, as memurai-cli and redis-py give them, become facts."""

from __future__ import annotations

import pytest

from memurai.exceptions import UnreadableAnswerError
from memurai.facts.server import parse_info
from memurai.topology import Address, ConnectedReplica, KnownPeer, RawSentinelAnswers, sentinel_answer, server_answer
from memurai.topology.answers import Answer

HISTORY, FORMER = "f7ef18eaafa9e6715ae248d297eab24036601a86", "669ea1aacbf79248a1a263f865e1454ee9b5de5c"
PRIMARY_INFO = f"""# Server
run_id:660957e00598b63b25cfb522f306823c74f5f2b9
number_of_libraries:1
loading:0
async_loading:0
# Replication
role:master
connected_slaves:2
slave0:ip=10.0.0.2,port=6379,state=online,offset=270,lag=1
slave1:ip=fd00::3,port=6380,state=wait_bgsave,offset=0,lag=0
master_replid:{HISTORY}
master_replid2:{FORMER}
master_repl_offset:284
second_repl_offset:-1
# Keyspace
db0:keys=40,expires=1,avg_ttl=0
db11:keys=2,expires=0,avg_ttl=0
"""
REPLICA_INFO = f"""run_id:e3567d69f0bcbc5d16d35600c11f0481940b40ed
number_of_libraries:0
loading:1
role:slave
master_host:Cache1.Example
master_port:6379
master_link_status:down
slave_read_repl_offset:14
slave_repl_offset:14
slave_priority:0
master_replid:{HISTORY}
master_replid2:0000000000000000000000000000000000000000
master_repl_offset:0
"""
MASTER = {"name": "main", "ip": "10.0.0.1", "port": "6379", "runid": "", "flags": "master,o_down,s_down"} | {
    "config-epoch": "7",
    "num-other-sentinels": "2",
    "quorum": "2",
}
OTHER = {**MASTER, "name": "sessions", "ip": "10.0.0.9", "flags": "master"}
REPLICAS = [
    {"name": "10.0.0.2:6379", "ip": "10.0.0.2", "port": "6379", "runid": "", "flags": "slave,disconnected"},
    {"name": "10.0.0.3:6379", "ip": "10.0.0.3", "port": "6379", "runid": "c3", "flags": "slave"},
]
SENTINELS = [{"name": "id-2", "ip": "10.0.0.2", "port": "26379", "runid": "id-2", "flags": "sentinel"}]


def test_a_primary() -> None:
    answer = server_answer(parse_info(PRIMARY_INFO))
    assert (answer.primary, answer.keys, answer.libraries, answer.offset, answer.is_loading) == (
        None,
        42,
        1,
        284,
        False,
    )
    assert answer.histories == {HISTORY, FORMER}
    assert answer.replicas == (
        ConnectedReplica(Address("10.0.0.2", 6379), "online", 270, 1),
        ConnectedReplica(Address("fd00::3", 6380), "wait_bgsave", 0, 0),
    )


def test_a_replica_as_a_client_for_windows_writes_it() -> None:
    answer = server_answer(parse_info(REPLICA_INFO.replace("\n", "\r\r\n")))
    assert answer.primary == Address("cache1.example", 6379)
    assert (answer.offset, answer.is_link_up, answer.is_loading, answer.priority) == (14, False, True, 0)
    assert answer.histories == {HISTORY}
    assert answer.has_data  # what it is loading


@pytest.mark.parametrize("field", ["loading", "async_loading"])
def test_a_server_that_loads_data_beside_the_old_ones_is_loading_too(field: str) -> None:
    assert server_answer({**parse_info(PRIMARY_INFO), field: "1"}).is_loading


def test_a_server_that_has_functions_only_has_data() -> None:
    empty = PRIMARY_INFO.partition("# Keyspace")[0]
    assert server_answer(parse_info(empty)).has_data
    assert not server_answer(parse_info(empty.replace("libraries:1", "libraries:0"))).has_data


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("redis_mode:sentinel", "expected the field role, found none"),
        (PRIMARY_INFO.replace("run_id", "x"), "expected the field run_id, found none"),
        (PRIMARY_INFO.replace("offset:284", "offset:"), "expected a number as master_repl_offset, found ''"),
        (PRIMARY_INFO.replace("keys=40", "keys=many"), "expected a number as keys, found 'many'"),
        (REPLICA_INFO.replace("port:6379", "port:none"), "found 'Cache1.Example', 'none'"),
    ],
)
def test_what_is_no_servers_answer(text: str, found: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=found):
        server_answer(parse_info(text))


def lines(*things: dict[str, str]) -> str:
    """What memurai-cli writes for Windows when its output is no console: nested lists are flat."""
    return "".join(f"{word}\r\n" for thing in things for pair in thing.items() for word in pair)


def flat(thing: dict[str, str]) -> list[bytes]:
    return [word.encode() for pair in thing.items() for word in pair]


def typed(thing: dict[str, str]) -> dict[str, object]:
    """What redis-py's own methods make of it."""
    return {name: int(value) if value.isdigit() else value for name, value in thing.items()} | {"is_master": True}


MASTERS, NONE = [MASTER, OTHER], "\r\n"


@pytest.mark.parametrize(
    ("masters", "replicas", "sentinels"),
    [
        (lines(*MASTERS), lines(*REPLICAS), lines(*SENTINELS)),
        ([flat(one) for one in MASTERS], [flat(one) for one in REPLICAS], [flat(one) for one in SENTINELS]),
        (MASTERS, REPLICAS, SENTINELS),
        ({one["name"]: typed(one) for one in MASTERS}, [typed(one) for one in REPLICAS], [typed(SENTINELS[0])]),
    ],
    ids=["memurai-cli", "second protocol", "third protocol", "redis-py"],
)
def test_a_sentinel(masters: Answer, replicas: Answer, sentinels: Answer) -> None:
    raw = RawSentinelAnswers("id-1\r\n", {"sentinel_tilt": "1"}, masters, replicas, sentinels, "OK 3 usable\r\n")
    answer = sentinel_answer("main", raw)
    assert (answer.identifier, answer.is_tilted, answer.others) == (
        "id-1",
        True,
        {"sessions": Address("10.0.0.9", 6379)},
    )
    assert answer.view is not None
    assert (answer.view.primary, answer.view.epoch, answer.view.quorum) == (Address("10.0.0.1", 6379), 7, 2)
    assert answer.view.flags == {"master", "o_down", "s_down"}
    assert answer.view.replicas == (
        KnownPeer(Address("10.0.0.2", 6379), is_down=True),
        KnownPeer(Address("10.0.0.3", 6379)),
    )
    assert answer.view.sentinels == (KnownPeer(Address("10.0.0.2", 26379), "id-2"),)
    assert answer.view.can_fail_over


@pytest.mark.parametrize("masters", [NONE, "", [], {}])
def test_a_sentinel_that_watches_nothing(masters: Answer) -> None:
    answer = sentinel_answer("main", RawSentinelAnswers("id-1", {"sentinel_tilt": "0"}, masters))
    assert (answer.view, answer.others, answer.is_tilted) == (None, {}, False)


@pytest.mark.parametrize(
    ("masters", "found"),
    [
        (
            "ERR unknown command\r\n",
            "expected names and values of sets, replicas or Sentinels, found 'ERR unknown command'",
        ),
        ("ip\r\n10.0.0.1\r\n", "found 'ip'"),
        ([{"name": "main", "ip": "10.0.0.1"}], "SENTINEL MASTERS: expected the field port, found none"),
        ([{**MASTER, "config-epoch": "new"}], "expected a number as config-epoch, found 'new'"),
    ],
)
def test_what_is_no_sentinels_answer(masters: Answer, found: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=found):
        sentinel_answer("main", RawSentinelAnswers("id-1", {}, masters))


@pytest.mark.parametrize(
    ("host", "text"),
    [
        ("10.0.0.1", "10.0.0.1:6379"),
        ("::FFFF:10.0.0.1", "10.0.0.1:6379"),
        ("[FD00:0:0::1]", "[fd00::1]:6379"),
        ("Cache1.Example.", "cache1.example:6379"),
    ],
)
def test_an_address_has_one_form(host: str, text: str) -> None:
    assert str(Address.of(host, "6379")) == text
