"""Which member is the primary, for every way in which members may agree, disagree and be silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from topology_practice import (
    HISTORY,
    OTHER_HISTORY,
    SILENT,
    PracticeSet,
    new_set,
    sentinel_address,
    sentinel_id,
    server_address,
)

from memurai.exceptions import MemuraiError, TopologyError, UnsettledTopologyError
from memurai.topology import (
    Absent,
    Address,
    ConnectedReplica,
    KnownPeer,
    Member,
    SentinelAnswer,
    Silent,
    Situation,
    decide,
    not_reached,
)
from memurai.topology.evidence import Evidence
from memurai.topology.findings import Kind

Change = Callable[[PracticeSet], None]


def kinds(practice: PracticeSet) -> dict[str, set[Kind]]:
    """The kinds of findings about each subject."""
    found: dict[str, set[Kind]] = {}
    for finding in decide(practice.evidence).findings:
        found.setdefault(finding.subject, set()).add(finding.kind)
    return found


def refusal(practice: PracticeSet) -> TopologyError:
    """Why nothing may be done, for good."""
    with pytest.raises(TopologyError) as caught:
        decide(practice.evidence)
    assert not isinstance(caught.value, UnsettledTopologyError), caught.value
    return caught.value


def unsettled(practice: PracticeSet) -> UnsettledTopologyError:
    """Why nothing may be done yet."""
    with pytest.raises(UnsettledTopologyError) as caught:
        decide(practice.evidence)
    return caught.value


# The living set.


@pytest.mark.parametrize("count", [3, 4, 5, 7])
def test_a_healthy_set(count: int) -> None:
    verdict = decide(PracticeSet(count).evidence)
    assert (verdict.situation, verdict.primary, verdict.has_failed_over) == (Situation.LIVING, "cache1", False)
    assert verdict.is_healthy


def test_a_set_that_failed_over_is_as_healthy() -> None:
    verdict = decide(PracticeSet(primary="cache3", epoch=7).evidence)
    assert (verdict.primary, verdict.epoch, verdict.has_failed_over, verdict.is_healthy) == ("cache3", 7, True, True)


def test_members_answer_in_any_order() -> None:
    practice = PracticeSet(5, "cache2", 4)
    practice.servers["cache4"] = SILENT
    turned = replace(practice.wanted, members=practice.wanted.members[::-1])
    assert decide(Evidence(turned, practice.evidence.answers[::-1])) == decide(practice.evidence)


def test_a_stale_sentinel_is_outvoted() -> None:
    practice = PracticeSet(primary="cache2", epoch=3)
    practice.name("cache3", "cache1", 2)
    assert decide(practice.evidence).primary == "cache2"
    assert kinds(practice) == {"cache3": {Kind.STALE_SENTINEL}}


def test_the_newest_epoch_of_the_majority_counts() -> None:
    practice = PracticeSet(epoch=5)
    practice.name("cache2", "cache1", 0)  # it was told to watch a moment ago
    practice.name("cache3", "cache2", 3)
    verdict = decide(practice.evidence)
    assert (verdict.primary, verdict.epoch, verdict.subjects(Kind.STALE_SENTINEL)) == ("cache1", 5, ("cache3",))


@pytest.mark.parametrize("hidden", [("cache2",), ("cache3",)])
def test_the_majority_is_enough(hidden: tuple[str, ...]) -> None:
    practice = PracticeSet()
    practice.hide(*hidden)
    assert decide(practice.evidence).primary == "cache1"
    assert kinds(practice) == {hidden[0]: {Kind.SILENT_SERVER, Kind.SILENT_SENTINEL}}


@pytest.mark.parametrize(
    ("count", "hidden", "is_certain"),
    [
        (3, 1, True),
        (3, 2, False),
        (3, 3, False),
        (4, 1, True),
        (4, 2, False),
        (5, 2, True),
        (5, 3, False),
        (5, 5, False),
    ],
)
def test_the_minority_side_of_a_partition_is_no_truth(count: int, hidden: int, *, is_certain: bool) -> None:
    practice = PracticeSet(count)
    practice.hide(*practice.names[count - hidden :])
    if is_certain:
        assert decide(practice.evidence).primary == "cache1"
    else:
        assert "does not answer: the host is not reached" in str(refusal(practice))


def test_the_majority_side_has_a_new_primary_and_the_minority_the_old_one() -> None:
    practice = PracticeSet(5, "cache3", 1)
    practice.serve("cache1", ["cache1", "cache2"])
    practice.serve("cache3", ["cache3", "cache4", "cache5"])
    for name in ("cache1", "cache2"):
        practice.name(name, "cache1", 0)
    verdict = decide(practice.evidence)
    assert (verdict.primary, verdict.subjects(Kind.RETURNING_SERVER)) == ("cache3", ("cache1",))
    assert verdict.subjects(Kind.STALE_SENTINEL) == ("cache1", "cache2")
    assert verdict.subjects(Kind.CHAINED_REPLICA) == ("cache2",)


def test_only_the_minority_side_is_reached() -> None:
    practice = PracticeSet(5)
    practice.hide("cache3", "cache4", "cache5")
    error = refusal(practice)
    assert error.found == "2 for cache1"
    assert error.expected.startswith("the same primary of at least 3 Sentinels, more than half of the 5")


def test_all_sentinels_are_down() -> None:
    practice = PracticeSet()
    practice.sentinels = dict.fromkeys(practice.names, SILENT)
    error = refusal(practice)
    assert error.found == "none of the Sentinel of cache1, the Sentinel of cache2, the Sentinel of cache3"
    assert len(error.answers) == 3


def test_all_servers_are_down() -> None:
    practice = PracticeSet()
    practice.servers = dict.fromkeys(practice.names, SILENT)
    assert "connection refused" in unsettled(practice).found


def test_a_member_that_was_not_asked_is_silent() -> None:
    practice = PracticeSet()
    evidence = Evidence(practice.wanted, practice.evidence.answers[:2])
    assert decide(evidence).subjects(Kind.SILENT_SERVER) == ("cache3",)
    assert not_reached("cache3", "no route").server == not_reached("cache3", "no route").sentinel


# What Sentinels are about to settle.


def test_a_newer_epoch_of_the_minority_is_about_to_be_followed() -> None:
    practice = PracticeSet()
    practice.name("cache3", "cache2", 1)
    assert "about to follow cache3" in unsettled(practice).advice


def test_no_two_sentinels_of_three_agree() -> None:
    practice = PracticeSet()
    for epoch, name in enumerate(practice.names):
        practice.name(name, name, epoch)
    assert "about to follow the one that names cache3" in unsettled(practice).advice


def test_two_sentinels_of_which_one_is_newer_are_too_few_to_wait_for() -> None:
    practice = PracticeSet(5)
    practice.hide("cache3", "cache4", "cache5")
    practice.name("cache2", "cache2", 1)
    assert refusal(practice).found == "1 for cache1, 1 for cache2"


def test_two_primaries_of_one_epoch_never_agree() -> None:
    practice = PracticeSet()
    practice.name("cache3", "cache3", 0)
    assert "SENTINEL REMOVE main to the Sentinel of cache3" in refusal(practice).advice


def test_four_sentinels_split_in_two_halves() -> None:
    practice = PracticeSet(4)
    practice.name("cache3", "cache3", 0)
    practice.name("cache4", "cache3", 0)
    assert refusal(practice).found == "2 for cache1, 2 for cache3"


@pytest.mark.parametrize("flag", ["failover_in_progress", "o_down"])
def test_a_failover_is_waited_for(flag: str) -> None:
    practice = PracticeSet()
    practice.name("cache2", "cache1", 0, flag)
    assert unsettled(practice).found == "one at cache2"


@pytest.mark.parametrize("followers", [(), ("cache2",), ("cache2", "cache3")])
def test_the_leader_of_a_failover_names_the_old_primary_to_its_end(followers: tuple[str, ...]) -> None:
    practice = PracticeSet()
    practice.serve("cache3")
    practice.servers["cache1"] = SILENT
    practice.name("cache1", "cache1", 1, "failover_in_progress", "o_down", "s_down")  # as a real one did
    for name in followers:
        practice.name(name, "cache3", 1, "disconnected")
    assert unsettled(practice).found == "one at cache1"


def test_one_sentinel_of_many_that_can_not_be_asked_may_not_be_waited_for() -> None:
    practice = PracticeSet()
    practice.hide("cache2", "cache3")
    practice.name("cache1", "cache1", 0, "failover_in_progress", "o_down", "s_down")
    assert refusal(practice).found == "1 for cache1"


def test_a_sentinel_of_a_former_epoch_that_tries_to_replace_a_former_primary_is_stale() -> None:
    practice = PracticeSet(primary="cache2", epoch=3)
    practice.name("cache3", "cache1", 2, "o_down")
    assert kinds(practice) == {"cache3": {Kind.STALE_SENTINEL}}


def test_a_switch_that_a_new_sentinel_was_asked_for_is_waited_for() -> None:
    practice = PracticeSet(epoch=3)
    practice.name("cache3", "cache1", 0, "failover_in_progress")
    assert unsettled(practice).found == "one at cache3"


def test_one_sentinel_that_does_not_reach_the_primary_does_not_unsettle_it() -> None:
    practice = PracticeSet()
    practice.name("cache3", "cache1", 0, "s_down")
    assert kinds(practice) == {"cache3": {Kind.PARTIAL_SENTINEL}}


def test_two_of_three_that_do_not_reach_the_primary_are_about_to_replace_it() -> None:
    practice = PracticeSet()
    for name in ("cache2", "cache3"):
        practice.name(name, "cache1", 0, "s_down")
    assert unsettled(practice).found == "cache2, cache3: not reached from there"


def loading(practice: PracticeSet) -> None:
    practice.change_server("cache1", is_loading=True)


def demoted(practice: PracticeSet) -> None:
    practice.servers["cache1"] = practice.replica("cache1", "cache2")


def silent(practice: PracticeSet) -> None:
    practice.servers["cache1"] = SILENT


@pytest.mark.parametrize("change", [loading, demoted, silent])
def test_the_primary_that_is_named_does_not_serve(change: Change) -> None:
    practice = PracticeSet()
    change(practice)
    assert unsettled(practice).expected == "a primary at cache1, which the Sentinels' majority names"


def test_the_primary_that_is_named_is_not_installed() -> None:
    practice = PracticeSet()
    practice.servers["cache1"] = Absent()
    assert "SENTINEL FAILOVER main" in refusal(practice).advice


def test_a_sentinel_that_does_not_trust_its_clock_has_no_say() -> None:
    practice = PracticeSet()
    for name in ("cache2", "cache3"):
        practice.sentinels[name] = replace(practice.sentinels[name], is_tilted=True)
    error = refusal(practice)
    assert (error.found, "TILT" in str(error)) == ("1 for cache1", True)
    practice.name("cache2", "cache1", 0)
    assert kinds(practice) == {"cache3": {Kind.TILTED_SENTINEL}}


# Members that are not as they should be.


def test_an_old_primary_back_from_the_dead_is_sentinels_business() -> None:
    practice = PracticeSet(primary="cache2", epoch=1)
    practice.lone("cache1", keys=6)
    verdict = decide(practice.evidence)
    assert verdict.primary == "cache2"
    assert verdict.subjects(Kind.RETURNING_SERVER) == ("cache1",)


def test_an_old_primary_that_only_a_stale_sentinel_knows_is_no_stranger() -> None:
    practice = PracticeSet(primary="cache2", epoch=1)
    for name in practice.names:
        practice.change_view(name, replicas=(KnownPeer(server_address("cache3")),))
    practice.name("cache1", "cache1", 0)
    practice.lone("cache1", keys=6)
    assert Kind.RETURNING_SERVER in kinds(practice)["cache1"]


def joining(practice: PracticeSet) -> None:
    """Let cache4 be no part of the set of four."""
    practice.serve("cache1", ["cache1", "cache2", "cache3"])
    for name in ("cache1", "cache2", "cache3"):
        practice.change_view(
            name,
            replicas=tuple(KnownPeer(server_address(other)) for other in ("cache2", "cache3")),
            sentinels=tuple(
                KnownPeer(sentinel_address(other), sentinel_id(other))
                for other in ("cache1", "cache2", "cache3")
                if other != name
            ),
        )
    practice.watch_nothing("cache4")


def test_a_new_node_is_empty_or_not_there_yet() -> None:
    practice = PracticeSet(4)
    joining(practice)
    practice.lone("cache4")
    assert kinds(practice) == {"cache4": {Kind.NEW_SERVER, Kind.NEW_SENTINEL}}
    practice.servers["cache4"] = practice.sentinels["cache4"] = Absent()
    assert kinds(practice) == {"cache4": {Kind.NEW_SERVER, Kind.NEW_SENTINEL}}


def test_a_node_with_other_data_is_refused() -> None:
    practice = PracticeSet(4)
    joining(practice)
    practice.lone("cache4", keys=9, history=OTHER_HISTORY)
    assert refusal(practice).found == "9 keys of another history"
    practice.lone("cache4", history=OTHER_HISTORY)
    practice.change_server("cache4", libraries=1)
    assert "lose its own" in refusal(practice).expected


def test_a_node_with_the_sets_own_data_may_join() -> None:
    practice = PracticeSet(4)
    joining(practice)
    practice.lone("cache4", keys=9)
    practice.change_server("cache4", former_history=HISTORY)
    assert kinds(practice)["cache4"] == {Kind.NEW_SERVER, Kind.NEW_SENTINEL}


def test_removed_nodes_are_told_with_what_removes_them() -> None:
    practice = PracticeSet()
    practice.change_view(
        "cache2",
        replicas=(*(KnownPeer(server_address(name)) for name in ("cache2", "cache3", "cache9")),),
        sentinels=(*(KnownPeer(sentinel_address(name), sentinel_id(name)) for name in ("cache1", "cache3", "cache9")),),
    )
    assert kinds(practice) == {
        "10.0.0.9:6379": {Kind.UNKNOWN_REPLICA},
        "10.0.0.9:26379": {Kind.UNKNOWN_SENTINEL},
    }
    text = decide(practice.evidence).findings[0].text
    assert "to one Sentinel at a time" in text


def test_a_stranger_that_copies_the_data_is_told() -> None:
    practice = PracticeSet()
    practice.change_server(
        "cache1",
        replicas=tuple(
            ConnectedReplica(server_address(name), "online", 100, 0) for name in ("cache2", "cache3", "cache8")
        ),
    )
    assert kinds(practice) == {"10.0.0.8:6379": {Kind.UNKNOWN_REPLICA}}


def test_sentinels_that_the_inventory_does_not_name_have_a_say() -> None:
    practice = PracticeSet()
    practice.hide("cache3")
    strange = tuple(KnownPeer(sentinel_address(name), sentinel_id(name)) for name in ("cache2", "cache3", "cache8"))
    practice.change_view("cache1", sentinels=strange)
    error = refusal(practice)  # the two that answer are half of four
    assert (error.found, "10.0.0.8:26379" in error.advice) == ("2 for cache1", True)


def test_a_replica_of_a_foreign_primary_is_refused() -> None:
    practice = PracticeSet()
    practice.servers["cache3"] = practice.replica("cache3", "cache9")
    assert refusal(practice).found == "a replica of 10.0.0.9:6379, which is none"


def test_a_chained_replica_is_told() -> None:
    practice = PracticeSet()
    practice.servers["cache3"] = practice.replica("cache3", "cache2")
    assert kinds(practice) == {"cache3": {Kind.CHAINED_REPLICA}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_link_up": False}, "its link to cache1 is down"),
        ({"is_loading": True}, "it is loading its data"),
        ({"history": OTHER_HISTORY}, "its data are not yet those of cache1"),
    ],
)
def test_a_replica_that_is_not_in_sync_is_waited_for(changes: dict[str, object], reason: str) -> None:
    practice = PracticeSet()
    practice.change_server("cache2", **changes)
    (finding,) = decide(practice.evidence).findings
    assert (finding.kind, finding.subject) == (Kind.SYNCING_REPLICA, "cache2")
    assert reason in finding.text


@pytest.mark.parametrize(
    ("replicas", "reason"),
    [
        ([], "cache1 does not list it"),
        ([("wait_bgsave", 0)], "cache1 is still sending it all data (wait_bgsave)"),
        ([("online", 11)], "cache1 has not heard of it for 11 s, expected 10 s at most"),
    ],
)
def test_a_replica_that_its_primary_does_not_count_on(replicas: list[tuple[str, int]], reason: str) -> None:
    practice = PracticeSet()
    listed = [ConnectedReplica(server_address("cache2"), state, 100, lag) for state, lag in replicas]
    practice.change_server("cache1", replicas=(*listed, ConnectedReplica(server_address("cache3"), "online", 100, 0)))
    (finding,) = decide(practice.evidence).findings
    assert reason in finding.text


def test_a_replica_that_connected_anew_counts_by_its_newest_connection() -> None:
    practice = PracticeSet()
    listed = [(name, 500) for name in ("cache2", "cache3")] + [(name, 0) for name in ("cache2", "cache3")]
    connections = tuple(ConnectedReplica(server_address(name), "online", 100, lag) for name, lag in listed)
    practice.change_server("cache1", replicas=connections)
    assert decide(practice.evidence).is_healthy


def test_a_primary_that_came_back_empty_does_not_empty_the_others() -> None:
    practice = PracticeSet()
    practice.lone("cache1")
    for name in ("cache2", "cache3"):
        practice.change_server(name, is_link_up=False)
    error = refusal(practice)
    assert error.found == "none there, and 5 keys at cache2"
    assert error.advice.startswith("Stop cache1")


def test_an_empty_primary_may_not_be_all_that_there_is() -> None:
    practice = PracticeSet(primary="cache2", epoch=1)
    practice.servers["cache1"] = SILENT
    (finding,) = decide(practice.evidence).findings
    assert "copy" not in finding.text
    for name in ("cache2", "cache3"):
        practice.change_server(name, keys=0)
    (finding,) = decide(practice.evidence).findings
    assert (finding.kind, finding.subject) == (Kind.SILENT_SERVER, "cache1")
    assert "copy its data folder before it starts: it becomes a replica of cache2" in finding.text


def test_a_set_without_data_yet_has_nothing_to_lose() -> None:
    practice = PracticeSet()
    for name in practice.names:
        practice.change_server(name, keys=0)
    practice.change_server("cache2", history=OTHER_HISTORY, is_link_up=False)
    assert kinds(practice) == {"cache2": {Kind.SYNCING_REPLICA}}


def test_a_primary_that_was_emptied_on_purpose_is_the_primary() -> None:
    practice = PracticeSet()
    practice.change_server("cache1", keys=0)
    assert decide(practice.evidence).is_healthy


def test_another_quorum_and_a_sentinel_cut_off_are_told() -> None:
    practice = PracticeSet()
    practice.change_view("cache2", quorum=3)
    practice.change_view("cache3", quorum_answer="NOQUORUM 1 usable Sentinels.", sentinels=())
    assert kinds(practice) == {
        "cache2": {Kind.OTHER_QUORUM},
        "cache3": {Kind.NO_QUORUM, Kind.PARTIAL_SENTINEL},
    }


def test_a_sentinel_that_can_not_reach_a_replica_is_told() -> None:
    practice = PracticeSet()
    peers = (KnownPeer(server_address("cache2"), is_down=True), KnownPeer(server_address("cache3")))
    practice.change_view("cache1", replicas=peers)
    (finding,) = decide(practice.evidence).findings
    assert "the replica cache2" in finding.text


def test_a_sentinel_that_can_not_reach_another_is_told() -> None:
    practice = PracticeSet()
    peers = [KnownPeer(sentinel_address(name), sentinel_id(name), is_down=name == "cache3") for name in practice.names]
    practice.change_view("cache1", sentinels=tuple(peers[1:]))
    (finding,) = decide(practice.evidence).findings
    assert (finding.subject, "the Sentinel of cache3" in finding.text) == ("cache1", True)


def test_a_sentinel_is_known_by_its_id_at_any_address_and_by_its_address_with_any_id() -> None:
    practice = PracticeSet()
    peers = (
        KnownPeer(Address("192.168.0.2", 26379), sentinel_id("cache2")),
        KnownPeer(sentinel_address("cache3"), sentinel_id("cache3")),
    )
    practice.change_view("cache1", sentinels=peers)
    assert decide(practice.evidence).is_healthy
    practice.sentinels["cache3"] = SILENT
    assert kinds(practice) == {"cache3": {Kind.SILENT_SENTINEL}}
    practice.change_view("cache1", sentinels=(*peers, KnownPeer(Address("10.0.0.3", 26380), "another")))
    assert refusal(practice).found == "2 for cache1"


# Whose set it is.


def test_a_primary_that_the_inventory_does_not_name_is_refused() -> None:
    practice = PracticeSet()
    for name in practice.names:
        practice.name(name, "cache9", 2)
        practice.servers[name] = practice.replica(name, "cache9")
    assert refusal(practice).found == "10.0.0.9:6379, which the Sentinels' majority accepts"


def test_a_member_that_answers_for_another_set() -> None:
    practice = PracticeSet()
    practice.sentinels["cache3"] = SentinelAnswer(sentinel_id("cache3"), None, {"sessions": server_address("cache1")})
    error = refusal(practice)
    assert error.found == "the set sessions of cache1 (10.0.0.1:6379), watched by the Sentinel of cache3"
    assert "SENTINEL REMOVE sessions" in error.advice


def test_a_sentinel_may_watch_sets_of_others_too() -> None:
    practice = PracticeSet()
    practice.sentinels["cache3"] = replace(practice.sentinels["cache3"], others={"sessions": server_address("cache9")})
    assert decide(practice.evidence).is_healthy


def test_two_names_of_one_server_or_sentinel() -> None:
    practice = PracticeSet()
    practice.change_server("cache2", run_id="run-cache3")
    assert "cache2 and cache3" in refusal(practice).found
    practice = PracticeSet()
    practice.sentinels["cache2"] = replace(practice.sentinels["cache2"], identifier=sentinel_id("cache1"))
    assert "sentinel myid" in refusal(practice).advice


@pytest.mark.parametrize("form", ["CACHE1.Example.", "::ffff:10.0.0.1", "fd00:0::0001", "[fd00::1]", "10.0.0.1"])
def test_sentinels_may_name_hosts_in_other_forms(form: str) -> None:
    practice = PracticeSet(primary="cache1")
    hosts = ("10.0.0.1", "cache1.example", "fd00::1")
    practice.wanted = replace(practice.wanted, members=(Member("cache1", hosts), *practice.wanted.members[1:]))
    practice.change_view("cache2", primary=Address.of(form, "6379"))
    for name in ("cache2", "cache3"):
        practice.change_server(name, primary=Address.of(form, 6379))
    assert decide(practice.evidence).is_healthy


def test_another_port_is_another_server() -> None:
    practice = PracticeSet()
    for name in practice.names:
        practice.change_view(name, primary=Address("10.0.0.1", 6380))
    assert "10.0.0.1:6380" in refusal(practice).found


# The beginning.


def test_bare_hosts_begin_with_the_inventorys_primary() -> None:
    verdict = decide(new_set().evidence)
    assert (verdict.situation, verdict.primary) == (Situation.BOOTSTRAP, "cache1")
    assert not verdict.is_healthy


def test_empty_servers_begin_with_the_inventorys_primary() -> None:
    practice = PracticeSet()
    practice.watch_nothing()
    for name in practice.names:
        practice.lone(name)
    assert decide(practice.evidence).situation is Situation.BOOTSTRAP


def test_a_standalone_server_with_data_becomes_the_primary() -> None:
    practice = new_set()
    practice.lone("cache1", keys=1000)
    verdict = decide(practice.evidence)
    assert (verdict.situation, verdict.primary) == (Situation.STANDALONE, "cache1")


def test_data_that_the_inventory_does_not_mean_are_not_overwritten() -> None:
    practice = new_set()
    practice.lone("cache2", keys=1000)
    practice.lone("cache1")
    error = refusal(practice)
    assert error.found == "them on cache2"
    assert error.advice.startswith("Name cache2 as the set's first primary")
    assert "cache2: a primary, 1000 keys" in str(error)


def test_two_servers_with_data_of_their_own() -> None:
    practice = new_set()
    practice.lone("cache1", keys=1000)
    practice.lone("cache3", keys=1)
    assert refusal(practice).found == "data of their own on cache1, cache3"


@pytest.mark.parametrize("what", ["servers", "sentinels"])
def test_a_beginning_with_a_silent_member_is_uncertain(what: str) -> None:
    practice = new_set()
    getattr(practice, what)["cache3"] = SILENT
    assert "cache3" in refusal(practice).found


def test_replicas_without_sentinels_are_a_beginning_too() -> None:
    practice = PracticeSet()
    practice.watch_nothing()
    assert decide(practice.evidence).situation is Situation.STANDALONE
    practice.serve("cache2")
    error = refusal(practice)
    assert error.found == "them on cache2"


def test_replicas_that_follow_each_other_are_no_beginning() -> None:
    practice = new_set()
    practice.lone("cache1")
    practice.servers["cache2"] = practice.replica("cache2", "cache3")
    practice.servers["cache3"] = practice.replica("cache3", "cache2")
    assert refusal(practice).found == "cache2, a replica of cache3 (10.0.0.3:6379)"


@pytest.mark.parametrize("name", ["cache1", "cache2"])
def test_a_replica_of_a_foreign_primary_is_no_beginning(name: str) -> None:
    practice = new_set()
    practice.servers[name] = practice.replica(name, "cache9")
    error = refusal(practice)
    assert error.expected == f"at {name} a server that stands alone or follows a member"
    assert "10.0.0.9:6379" in error.found


def test_a_first_primary_that_follows_itself_is_no_beginning() -> None:
    practice = new_set()
    practice.servers["cache1"] = practice.replica("cache1", "cache1")
    assert refusal(practice).found == "cache1, a replica of cache1 (10.0.0.1:6379)"


def test_replicas_with_the_data_of_a_primary_that_came_back_empty() -> None:
    practice = PracticeSet()
    practice.watch_nothing()
    practice.lone("cache1")
    assert refusal(practice).found == "data of their own on cache2, cache3"
    practice.lone("cache1", history=HISTORY)  # emptied on purpose, or not: nobody knows
    assert refusal(practice).found == "data of their own on cache2, cache3"


def test_a_replica_that_has_not_got_the_primarys_data_has_its_own() -> None:
    practice = PracticeSet()
    practice.watch_nothing()
    practice.change_server("cache3", history=OTHER_HISTORY, is_link_up=False)
    assert refusal(practice).found == "data of their own on cache1, cache3"


def test_a_beginning_that_was_interrupted_goes_on() -> None:
    practice = PracticeSet()
    practice.watch_nothing("cache2")
    practice.sentinels["cache3"] = Absent()
    practice.change_view("cache1", sentinels=())
    verdict = decide(practice.evidence)
    assert (verdict.situation, verdict.primary) == (Situation.STANDALONE, "cache1")


def failed_over_once(practice: PracticeSet) -> None:
    practice.change_view("cache1", epoch=1)


def names_another(practice: PracticeSet) -> None:
    practice.name("cache1", "cache2", 0)


def knows_a_stranger(practice: PracticeSet) -> None:
    practice.change_view("cache1", sentinels=(KnownPeer(sentinel_address("cache8"), sentinel_id("cache8")),))


def one_is_silent(practice: PracticeSet) -> None:
    practice.sentinels["cache2"] = SILENT


@pytest.mark.parametrize("change", [failed_over_once, names_another, knows_a_stranger, one_is_silent])
def test_a_last_sentinel_of_a_set_that_lived_is_no_beginning(change: Change) -> None:
    practice = PracticeSet()
    practice.watch_nothing("cache2", "cache3")
    practice.change_view("cache1", sentinels=())
    change(practice)
    assert refusal(practice).found.startswith("1 for ")


def test_errors_have_one_base() -> None:
    assert issubclass(UnsettledTopologyError, TopologyError)
    assert issubclass(TopologyError, MemuraiError)


def test_an_error_says_what_each_member_said() -> None:
    practice = PracticeSet()
    practice.servers["cache3"] = practice.sentinels["cache3"] = Silent("cut off")
    practice.sentinels["cache2"] = Absent()
    assert str(refusal(practice)).splitlines()[1:] == [
        " - cache1: a primary, 5 keys, offset 100 of aaaaaaaa; its Sentinel names cache1 (10.0.0.1:6379) of epoch 0",
        " - cache2: a replica of cache1 (10.0.0.1:6379), link up, 5 keys, offset 100 of aaaaaaaa; has no Sentinel",
        " - cache3: its server does not answer: cut off; its Sentinel does not answer: cut off",
    ]
