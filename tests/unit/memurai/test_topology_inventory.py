"""Whether what the inventory says of a set can be one, before anybody is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from topology_practice import SET, PracticeSet, member

from memurai.exceptions import TopologyError
from memurai.topology import Member, WantedSet, decide, one_set

WANTED = PracticeSet().wanted
PRIMARY, *REPLICAS = WANTED.members


def witness(number: int) -> Member:
    return replace(member(number), port=None)


def refused(wanted: WantedSet) -> TopologyError:
    with pytest.raises(TopologyError) as caught:
        one_set({"cache1": wanted})
    with pytest.raises(TopologyError, match=r"set main: expected"):
        decide(replace(PracticeSet().evidence, wanted=wanted))
    assert caught.value.advice
    return caught.value


def test_hosts_that_say_the_same_have_one_set() -> None:
    assert one_set({"cache1": WANTED, "cache2": WANTED}) == WANTED


def test_hosts_that_name_different_sets() -> None:
    with pytest.raises(TopologyError) as caught:
        one_set({"cache1": WANTED, "cache3": replace(WANTED, name="sessions"), "cache2": WANTED})
    assert caught.value.found == "another one at cache3"
    assert "cache3: sessions of cache1, cache2, cache3; first primary cache1, quorum 2" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"members": (PRIMARY, REPLICAS[0])}, "2 (cache1, cache2)"),
        ({"members": (PRIMARY, *(replace(one, sentinel_port=None) for one in REPLICAS))}, "1 (cache1)"),
        ({"quorum": 1}, "1"),
        ({"quorum": 4}, "4"),
        ({"members": (*WANTED.members, witness(4)), "quorum": 2}, "2"),
        ({"primary": "cache9"}, "'cache9'"),
        ({"members": (*WANTED.members, witness(4)), "quorum": 3, "primary": "cache4"}, "'cache4'"),
        ({"min_replicas_to_write": 3}, "3"),
        ({"members": (PRIMARY, PRIMARY, *REPLICAS), "quorum": 3}, "cache1 twice"),
        ({"members": (*WANTED.members, replace(member(1), name="cache4")), "quorum": 3}, "10.0.0.1:6379 twice"),
        (
            {"members": (*WANTED.members, Member("cache4", ("10.0.0.4", "::ffff:10.0.0.1"), port=None)), "quorum": 3},
            "10.0.0.1:26379 twice",
        ),
    ],
)
def test_what_can_be_no_set(changes: dict[str, object], found: str) -> None:
    assert refused(replace(WANTED, **changes)).found == found


def test_a_host_may_have_a_sentinel_only_and_another_a_server_only() -> None:
    members = (PRIMARY, REPLICAS[0], replace(member(3), sentinel_port=None), witness(4))
    wanted = WantedSet(SET, members, "cache1", 2)
    assert one_set({"cache1": wanted}) == wanted
    assert [one.name for one in wanted.servers] == ["cache1", "cache2", "cache3"]
    assert [one.name for one in wanted.sentinels] == ["cache1", "cache2", "cache4"]


def test_the_message_says_what_to_do() -> None:
    assert str(refused(replace(WANTED, quorum=1))) == (
        "set main: expected a quorum from 2, which is the majority of 3 Sentinels, to 3, which is all of them, "
        "found 1. Write 2 in the inventory."
    )
