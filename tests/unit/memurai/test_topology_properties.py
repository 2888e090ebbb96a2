"""What holds for whatever members say, and whoever of them can be asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings
from topology_practice import (
    HISTORY,
    OTHER_HISTORY,
    SILENT,
    PracticeSet,
    evidence_of,
    server_address,
)

from memurai.exceptions import TopologyError
from memurai.topology import (
    Absent,
    Action,
    ConnectedReplica,
    Evidence,
    MemberAnswers,
    Phase,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    Situation,
    Verdict,
    View,
    decide,
    may_go_on,
    phases,
)

NAMES = ("cache1", "cache2", "cache3", "cache4", "cache5")
Change = Callable[[PracticeSet, str], None]


def mostly_none(changes: strategies.SearchStrategy[Change]) -> strategies.SearchStrategy[Change]:
    """No change, three times in four."""
    nothing = strategies.just(lambda _practice, _name: None)
    return strategies.integers(0, 3).flatmap(lambda number: nothing if number else changes)


def sentinel(answer: SentinelAnswer | Silent | Absent) -> Change:
    return lambda practice, name: practice.sentinels.update({name: answer})


def server(answer: Silent | Absent) -> Change:
    return lambda practice, name: practice.servers.update({name: answer})


def naming(primary: str, epoch: int, flags: Sequence[str]) -> Change:
    return lambda practice, name: practice.name(name, primary, epoch, *flags)


def tilted(practice: PracticeSet, name: str) -> None:
    practice.sentinels[name] = replace(practice.sentinels[name], is_tilted=True)


def replica_of(primary: str) -> Change:
    return lambda practice, name: practice.servers.update({name: practice.replica(name, primary)})


def alone(keys: int, history: str) -> Change:
    return lambda practice, name: practice.lone(name, keys, history)


def saying(**changes: object) -> Change:
    return lambda practice, name: practice.change_server(name, **changes)


def late(practice: PracticeSet, name: str) -> None:
    others = tuple(
        ConnectedReplica(server_address(other), "online", 1, 99) for other in practice.names if other != name
    )
    practice.change_server(name, replicas=others)


ANYBODY = strategies.sampled_from([*NAMES, "cache9"])
FLAGS = strategies.sampled_from([[], [], ["s_down"], ["o_down"], ["failover_in_progress"]])
SENTINEL_CHANGES = strategies.one_of(
    strategies.builds(naming, ANYBODY, strategies.integers(0, 3), FLAGS),
    strategies.sampled_from([tilted, sentinel(Absent()), sentinel(SILENT)]),
    strategies.just(lambda practice, name: practice.watch_nothing(name)),
)
SERVER_CHANGES = strategies.one_of(
    strategies.builds(replica_of, ANYBODY),
    strategies.builds(alone, strategies.integers(0, 1), strategies.sampled_from([HISTORY, OTHER_HISTORY])),
    strategies.sampled_from([late, server(Absent()), server(SILENT), saying(is_link_up=False)]),
    strategies.sampled_from([saying(is_loading=True), saying(history=OTHER_HISTORY), saying(keys=0)]),
)


def changed(practice: PracticeSet, changes: Sequence[tuple[Change, Change]]) -> PracticeSet:
    for name, (change_sentinel, change_server) in zip(practice.names, changes, strict=False):
        change_sentinel(practice, name)
        change_server(practice, name)
    return practice


def beginning(practice: PracticeSet) -> PracticeSet:
    """A set that nobody watches yet, whose servers stand alone, one of them with data."""
    practice.watch_nothing()
    for name in practice.names:
        practice.lone(name, keys=int(name == "cache1"))
    return practice


LIVING = strategies.builds(
    PracticeSet, strategies.sampled_from([3, 4, 5]), strategies.sampled_from(NAMES[:3]), strategies.integers(0, 2)
)
CHANGES = strategies.lists(
    strategies.tuples(mostly_none(SENTINEL_CHANGES), mostly_none(SERVER_CHANGES)), min_size=5, max_size=5
)
# Sets of which most is as it should be, and anything may not be.
SETS = strategies.builds(changed, strategies.one_of(LIVING, LIVING, LIVING.map(beginning)), CHANGES)


def verdict_of(evidence: Evidence) -> Verdict | None:
    """What is certain, None for nothing."""
    try:
        return decide(evidence)
    except TopologyError:
        return None


def seen(practice: PracticeSet, hidden: Sequence[str]) -> Evidence:
    """What is known where some Sentinels can't be asked."""
    sentinels = {name: SILENT if name in hidden else answer for name, answer in practice.sentinels.items()}
    return evidence_of(practice.wanted, practice.servers, sentinels)


def accepting(practice: PracticeSet, primary: str) -> list[str]:
    """Sentinels that accept a member, by a rule of the test's own."""
    views: dict[str, View] = {
        name: answer.view
        for name, answer in practice.sentinels.items()
        if isinstance(answer, SentinelAnswer) and answer.view and not answer.is_tilted
    }
    return [
        name
        for name, view in views.items()
        if view.primary == server_address(primary) and not view.flags & {"s_down", "o_down", "failover_in_progress"}
    ]


SOME = strategies.lists(strategies.sampled_from(NAMES), unique=True)


@given(SETS, SOME)
@hypothesis_settings(deadline=None, max_examples=400)
def test_whoever_is_hidden_a_living_primary_is_accepted_by_a_majority(practice: PracticeSet, hidden: list[str]) -> None:
    verdict = verdict_of(seen(practice, hidden))
    if verdict and verdict.situation is Situation.LIVING:
        assert len(accepting(practice, verdict.primary)) > len(practice.names) / 2
        answer = practice.servers[verdict.primary]
        assert isinstance(answer, ServerAnswer)
        assert answer.primary is None


@given(SETS, SOME, SOME)
@hypothesis_settings(deadline=None, max_examples=400)
def test_two_who_see_different_sentinels_never_go_on_with_different_primaries(
    practice: PracticeSet, hidden: list[str], hidden_from_another: list[str]
) -> None:
    one, another = verdict_of(seen(practice, hidden)), verdict_of(seen(practice, hidden_from_another))
    if one and another:
        assert one.primary == another.primary


@given(SETS)
@hypothesis_settings(deadline=None, max_examples=400)
def test_a_set_begins_only_where_everybody_was_asked(practice: PracticeSet) -> None:
    verdict = verdict_of(practice.evidence)
    if verdict and verdict.situation is not Situation.LIVING:
        answers = [*practice.servers.values(), *practice.sentinels.values()]
        assert not any(isinstance(answer, Silent) for answer in answers)
        assert verdict.primary == practice.wanted.primary
        with_data = [
            name
            for name, answer in practice.servers.items()
            if isinstance(answer, ServerAnswer) and answer.has_data and answer.primary is None
        ]
        assert with_data in ([], [verdict.primary])


@given(SETS, strategies.randoms(use_true_random=False))
@hypothesis_settings(deadline=None, max_examples=200)
def test_the_order_of_members_never_matters(practice: PracticeSet, chance: random.Random) -> None:
    def shuffled(items: Sequence[object]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))

    def told(evidence: Evidence) -> object:
        try:
            return decide(evidence)
        except TopologyError as error:
            return str(error)

    wanted = replace(practice.wanted, members=shuffled(practice.wanted.members))
    assert told(Evidence(wanted, shuffled(practice.evidence.answers))) == told(practice.evidence)


def in_sync(practice: PracticeSet, primary: str) -> set[str]:
    """Replicas with a present copy of the primary's data, by a rule of the test's own."""
    copied = practice.servers[primary]
    assert isinstance(copied, ServerAnswer)
    heard = {replica.address for replica in copied.replicas if replica.state == "online" and replica.lag <= 10}
    return {
        name
        for name, answer in practice.servers.items()
        if isinstance(answer, ServerAnswer)
        and (answer.primary, answer.is_link_up, answer.is_loading) == (server_address(primary), True, False)
        and answer.history == copied.history
        and server_address(name) in heard
    }


@given(SETS, strategies.sampled_from(NAMES), strategies.sampled_from(Action), strategies.integers(0, 3))
@hypothesis_settings(deadline=None, max_examples=600)
def test_a_phase_never_leaves_fewer_copies_than_required(
    practice: PracticeSet, member: str, action: Action, needed: int
) -> None:
    practice.wanted = replace(practice.wanted, min_replicas_to_write=needed)
    if may_go_on(Phase(action, member), practice.evidence):
        return
    primary = decide(practice.evidence).primary
    copies = in_sync(practice, primary) - {member}
    if action is Action.CHANGE:
        assert member != primary
    # Of the other members all serve: never two are down.
    assert copies | {primary, member} >= set(practice.names)
    assert len(copies) >= max(1, needed if action is Action.CHANGE else 1)


@given(
    strategies.sampled_from([3, 4, 5]),
    strategies.lists(strategies.integers(0, 3), min_size=5, max_size=5),
    strategies.sets(strategies.sampled_from(NAMES)),
    strategies.sampled_from(NAMES[:3]),
)
@hypothesis_settings(deadline=None, max_examples=200)
def test_a_roll_comes_to_its_end_and_changes_each_once(
    count: int, priorities: list[int], wished: set[str], first: str
) -> None:
    practice = PracticeSet(count, first)
    for name, priority in zip(practice.names, priorities, strict=False):
        practice.change_server(name, priority=priority)
    members = wished & set(practice.names)
    primary, changed = first, []
    for phase in phases(practice.evidence, members):
        reasons = may_go_on(phase, practice.evidence)
        if reasons:  # nobody may be promoted: the primary is left as it is
            assert all(priorities[practice.names.index(name)] == 0 for name in practice.names if name != primary)
            return
        if phase.action is Action.FAIL_OVER:
            primary = next(name for name in practice.names if name != primary)
            practice.serve(primary)
            for name in practice.names:
                practice.name(name, primary, 1)
            continue
        changed.append(phase.member)
        practice.servers[phase.member] = SILENT
        assert all(
            may_go_on(Phase(Action.CHANGE, other), practice.evidence) for other in set(practice.names) - {phase.member}
        )
        practice.servers[phase.member] = practice.replica(phase.member, primary)
    assert sorted(changed) == sorted(members)
    if first in members:
        assert changed[-1] == first


def test_every_answer_is_looked_at_by_name() -> None:
    practice = PracticeSet()
    strange = MemberAnswers("cache9", practice.servers["cache1"], practice.sentinels["cache1"])
    assert decide(Evidence(practice.wanted, (*practice.evidence.answers, strange))).is_healthy
