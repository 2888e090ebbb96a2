"""The order of a change that keeps the set in service, and what must hold before each next phase."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from topology_practice import SILENT, PracticeSet, new_set, server_address

from memurai.exceptions import TopologyError
from memurai.topology import Action, ConnectedReplica, Phase, may_go_on, phases

ALL = ("cache1", "cache2", "cache3")
CHANGE_2, CHANGE_3 = Phase(Action.CHANGE, "cache2"), Phase(Action.CHANGE, "cache3")
FAIL_OVER, CHANGE_1 = Phase(Action.FAIL_OVER, "cache1"), Phase(Action.CHANGE, "cache1")


def lagging(practice: PracticeSet, name: str, lag: int = 60) -> None:
    """Let the primary not have heard of a replica for a while."""
    listed = [(other, lag if other == name else 0) for other in practice.names if other != "cache1"]
    replicas = tuple(ConnectedReplica(server_address(other), "online", 100, seconds) for other, seconds in listed)
    practice.change_server("cache1", replicas=replicas)


def test_replicas_first_and_the_primary_last() -> None:
    assert phases(PracticeSet().evidence, ALL) == (CHANGE_2, CHANGE_3, FAIL_OVER, CHANGE_1)
    after_failover = phases(PracticeSet(primary="cache3", epoch=4).evidence, ALL)
    assert after_failover == (CHANGE_1, CHANGE_2, Phase(Action.FAIL_OVER, "cache3"), CHANGE_3)


def test_only_those_that_are_to_be_changed() -> None:
    assert phases(PracticeSet().evidence, ["cache3"]) == (CHANGE_3,)
    assert phases(PracticeSet().evidence, ["cache1"]) == (FAIL_OVER, CHANGE_1)
    assert phases(PracticeSet().evidence, []) == ()


def furthest_behind(practice: PracticeSet) -> None:
    practice.change_server("cache3", offset=90)


def least_preferred(practice: PracticeSet) -> None:
    practice.change_server("cache3", priority=101)
    furthest_behind(practice)
    practice.change_server("cache2", offset=10)


def never_promoted(practice: PracticeSet) -> None:
    practice.change_server("cache2", priority=200)
    practice.change_server("cache3", priority=0)


def down(practice: PracticeSet) -> None:
    practice.change_server("cache2", priority=0)
    practice.servers["cache3"] = SILENT


@pytest.mark.parametrize("change", [furthest_behind, least_preferred, never_promoted, down])
def test_whom_sentinel_would_promote_last_is_changed_first(change: Callable[[PracticeSet], None]) -> None:
    practice = PracticeSet()
    change(practice)
    assert phases(practice.evidence, ALL)[:2] == (CHANGE_3, CHANGE_2)


def test_a_set_that_does_not_live_has_no_order() -> None:
    with pytest.raises(TopologyError, match="Deploy it first"):
        phases(new_set().evidence, ALL)
    with pytest.raises(TopologyError, match="cache9"):
        phases(PracticeSet().evidence, ["cache9"])
    assert "expected a set that its Sentinels watch" in may_go_on(CHANGE_2, new_set().evidence)[0]


@pytest.mark.parametrize("phase", [CHANGE_2, CHANGE_3, FAIL_OVER])
def test_a_healthy_set_may_go_on(phase: Phase) -> None:
    assert may_go_on(phase, PracticeSet().evidence) == ()


def test_the_former_primary_may_be_changed_once_another_is_accepted() -> None:
    (reason,) = may_go_on(CHANGE_1, PracticeSet().evidence)
    assert reason == "cache1: expected a replica, found the primary; make the order of the change anew"
    assert may_go_on(CHANGE_1, PracticeSet(primary="cache2", epoch=1).evidence) == ()
    (reason,) = may_go_on(FAIL_OVER, PracticeSet(primary="cache2", epoch=1).evidence)
    assert reason == "cache1: expected the primary, found a replica: cache2 has been promoted already"


def test_a_former_primary_is_not_changed_before_sentinel_has_made_it_a_replica() -> None:
    practice = PracticeSet(primary="cache2", epoch=1)
    practice.lone("cache1", keys=6)
    (reason,) = may_go_on(CHANGE_1, practice.evidence)
    assert reason.startswith("cache1: says it is a primary")


def replica_down(practice: PracticeSet) -> None:
    practice.servers["cache2"] = SILENT


def replica_syncing(practice: PracticeSet) -> None:
    practice.change_server("cache2", is_link_up=False)


def replica_behind(practice: PracticeSet) -> None:
    lagging(practice, "cache2")


def sentinel_down(practice: PracticeSet) -> None:
    practice.sentinels["cache2"] = SILENT


def sentinel_stale(practice: PracticeSet) -> None:
    for name in practice.names:
        practice.name(name, "cache1", 2)
    practice.name("cache2", "cache3", 1)


@pytest.mark.parametrize("change", [replica_down, replica_syncing, replica_behind, sentinel_down, sentinel_stale])
def test_never_two_members_down(change: Callable[[PracticeSet], None]) -> None:
    practice = PracticeSet()
    change(practice)
    assert any("cache2" in reason for reason in may_go_on(CHANGE_3, practice.evidence))
    assert may_go_on(FAIL_OVER, practice.evidence)
    # What is down already may be changed: nothing more is down then.
    assert may_go_on(CHANGE_2, practice.evidence) == ()


def test_no_certain_primary_is_a_reason() -> None:
    practice = PracticeSet()
    practice.name("cache1", "cache1", 0, "failover_in_progress")
    (reason,) = may_go_on(CHANGE_2, practice.evidence)
    assert reason.startswith("set main: expected no failover under way")


@pytest.mark.parametrize(("needed", "may"), [(0, True), (1, True), (2, False)])
def test_writes_must_be_taken_while_a_replica_is_down(needed: int, *, may: bool) -> None:
    practice = PracticeSet()
    practice.wanted = replace(practice.wanted, min_replicas_to_write=needed)
    assert (may_go_on(CHANGE_2, practice.evidence) == ()) is may


def test_a_set_of_two_servers_can_be_rolled_where_its_primary_takes_writes_alone() -> None:
    practice = PracticeSet()
    members = (*practice.wanted.members[:2], replace(practice.wanted.members[2], port=None))
    practice.wanted = replace(practice.wanted, members=members)
    practice.serve("cache1", ["cache1", "cache2"])
    for name in practice.names:
        practice.change_view(name, replicas=practice.sentinels["cache3"].view.replicas[:1])  # type: ignore[union-attr]
    assert phases(practice.evidence, ["cache1", "cache2"]) == (CHANGE_2, FAIL_OVER, CHANGE_1)
    assert may_go_on(CHANGE_2, practice.evidence) == ()
    practice.wanted = replace(practice.wanted, min_replicas_to_write=1)
    assert (
        "expected 1 or more in sync of the other replicas while it is down, found none"
        in may_go_on(CHANGE_2, practice.evidence)[0]
    )


def test_a_failover_needs_a_replica_that_may_be_promoted() -> None:
    practice = PracticeSet()
    for name in ("cache2", "cache3"):
        practice.change_server(name, priority=0)
    (reason,) = may_go_on(FAIL_OVER, practice.evidence)
    assert "replica-priority above 0" in reason
    practice.change_server("cache3", priority=1)
    assert may_go_on(FAIL_OVER, practice.evidence) == ()
