"""In which order a set is changed that stays in service, and what must hold before each next change."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from memurai.exceptions import TopologyError
from memurai.topology.decision import Situation, Verdict, decide
from memurai.topology.evidence import Evidence
from memurai.topology.facts import ServerAnswer
from memurai.topology.findings import Finding, Kind, why_not_in_sync
from memurai.topology.majority import accepted_primary


class Action(Enum):
    """What a phase does."""

    CHANGE = "change the member while it is a replica"
    FAIL_OVER = "have another member become the primary"


@dataclass(frozen=True)
class Phase:
    """One thing after which the set must be whole again.

    member: that is changed, or that is the primary before the failover.
    """

    action: Action
    member: str


def phases(evidence: Evidence, members: Collection[str]) -> tuple[Phase, ...]:
    """Return the order of a change that takes members down one at a time.

    First the replicas, those first that Sentinel would promote last; then a failover, and the primary, a replica by
    then. Without the failover when the primary is not among them.

    members: names of those that are to be changed. Raises TopologyError when the primary is not certain or the set
    does not live yet.
    """
    verdict = decide(evidence)
    strange = sorted(set(members) - {one.name for one in evidence.wanted.servers})
    if strange:
        raise evidence.refusal("members with a server", ", ".join(strange), "Correct the inventory.")
    if verdict.situation is not Situation.LIVING:
        raise evidence.refusal("a set that its Sentinels watch", verdict.situation.value, "Deploy it first.")
    replicas = sorted(set(members) - {verdict.primary}, key=lambda name: _reluctance(evidence, name))
    changes = tuple(Phase(Action.CHANGE, name) for name in replicas)
    last = (Phase(Action.FAIL_OVER, verdict.primary), Phase(Action.CHANGE, verdict.primary))
    return changes + (last if verdict.primary in members else ())


def _reluctance(evidence: Evidence, name: str) -> tuple[bool, bool, int, int, str]:
    """Return what sorts those first that don't work, or that Sentinel promotes never, last, or with the fewest data."""
    answer = evidence.server(name)
    if not isinstance(answer, ServerAnswer):
        return (False, False, 0, 0, name)
    return (True, answer.priority != 0, -answer.priority, answer.offset, name)


def may_go_on(phase: Phase, evidence: Evidence) -> tuple[str, ...]:
    """Return why a phase must not begin, nothing when it may; asked again until it may, or a deadline has passed.

    The member that is changed may be down or out of sync, as after a change that failed; all others must be as they
    should be.
    """
    try:
        verdict = decide(evidence)
    except TopologyError as error:
        return (str(error),)
    if verdict.situation is not Situation.LIVING:
        return (f"expected a set that its Sentinels watch, found: {verdict.situation.value}",)
    if phase.action is Action.FAIL_OVER:
        return tuple(_failover_problems(phase, verdict, evidence))
    return tuple(_change_problems(phase, verdict, evidence))


def _change_problems(phase: Phase, verdict: Verdict, evidence: Evidence) -> Iterator[str]:
    if phase.member == verdict.primary:
        yield f"{phase.member}: expected a replica, found the primary; make the order of the change anew"
    yield from (finding.text for finding in verdict.findings if _forbids_change(phase, finding))
    copies = [name for name in copies_in_sync(evidence) if name != phase.member]
    # Where there are other replicas, one must have all data: the primary may fail while this member is down.
    needed = max(evidence.wanted.min_replicas_to_write, min(1, len(evidence.wanted.servers) - 2))
    if len(copies) < needed:
        yield (
            f"{phase.member}: expected {needed} or more in sync of the other replicas while it is down, found "
            f"{', '.join(copies) or 'none'}"
        )


def _forbids_change(phase: Phase, finding: Finding) -> bool:
    """Whether something keeps a member from being changed: all about others, and that it still takes writes itself."""
    return finding.subject != phase.member or finding.kind is Kind.RETURNING_SERVER


def _failover_problems(phase: Phase, verdict: Verdict, evidence: Evidence) -> Iterator[str]:
    if phase.member != verdict.primary:
        yield f"{phase.member}: expected the primary, found a replica: {verdict.primary} has been promoted already"
    yield from (finding.text for finding in verdict.findings)
    if not any(_is_promotable(evidence, name) for name in copies_in_sync(evidence)):
        yield f"{phase.member}: expected a replica in sync that may be promoted (replica-priority above 0), found none"


def copies_in_sync(evidence: Evidence) -> tuple[str, ...]:
    """Return the replicas that have a full and present copy of the primary's data, by name.

    Raises TopologyError when it is not certain which member is the primary.
    """
    primary = accepted_primary(evidence)
    return tuple(name for name in evidence.answering_servers if not why_not_in_sync(evidence, primary, name))


def _is_promotable(evidence: Evidence, name: str) -> bool:
    answer = evidence.server(name)
    return isinstance(answer, ServerAnswer) and answer.priority > 0
