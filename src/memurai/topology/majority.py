"""Whom the Sentinels' majority accepts as the primary."""

from collections.abc import Mapping
from dataclasses import dataclass

from memurai.topology.addresses import Address
from memurai.topology.evidence import Evidence
from memurai.topology.facts import Absent, ServerAnswer, Silent, View


@dataclass(frozen=True)
class Accepted:
    """The primary that a majority of the Sentinels accepts, and that says of itself that it is one.

    member: its name. answer: what its server says. epoch: the config-epoch under which it became the primary.
    """

    member: str
    answer: ServerAnswer
    epoch: int


def accepted_primary(evidence: Evidence) -> Accepted:
    """Return the primary that a majority accepts; raise TopologyError when there is none, or not for certain."""
    views = voting_views(evidence)
    # The Sentinel that leads a failover names the old primary to its end, of the same epoch as others the new one.
    newest = max((view.epoch for view in views.values()), default=0)
    if len(views) >= evidence.majority:
        _check_no_failover(evidence, {name: view for name, view in views.items() if view.epoch == newest})
    candidate, epoch = _named(evidence, views)
    _check_overruling(evidence, views, candidate, epoch)
    naming = {name: view for name, view in views.items() if place(evidence, view) == candidate}
    _check_no_failover(evidence, naming)
    _check_reached(evidence, naming)
    member = evidence.member_at(next(iter(naming.values())).primary)
    if member is None:
        raise evidence.refusal(
            "a primary that the inventory names",
            f"{candidate}, which the Sentinels' majority accepts",
            "Add that host to the inventory; to leave it out, switch to another member first. A Sentinel that names a "
            "host by another address than the inventory has: add that to the host's addresses.",
        )
    return Accepted(member.name, _living(evidence, member.name), epoch)


def voting_views(evidence: Evidence) -> dict[str, View]:
    """Return what the Sentinels say that have a say: one that does not trust its clock has none."""
    return {name: view for name, view in evidence.views.items() if not evidence.answering_sentinels[name].is_tilted}


def place(evidence: Evidence, view: View) -> str | Address:
    """Return whom a Sentinel names: a member, in whatever form its address is written, or an address."""
    member = evidence.member_at(view.primary)
    return member.name if member else view.primary


def _check_no_failover(evidence: Evidence, views: Mapping[str, View]) -> None:
    moving = sorted(name for name, view in views.items() if view.flags & {"failover_in_progress", "o_down"})
    if moving:
        advice = "Wait until it has ended, and run again."
        raise evidence.unsettled("no failover under way", f"one at {', '.join(moving)}", advice)


def _named(evidence: Evidence, views: Mapping[str, View]) -> tuple[str | Address, int]:
    """Return whom a majority names, and the highest epoch of that."""
    named: dict[str | Address, list[int]] = {}
    for view in views.values():
        named.setdefault(place(evidence, view), []).append(view.epoch)
    for candidate, epochs in named.items():
        if len(epochs) >= evidence.majority:
            return candidate, max(epochs)
    votes = ", ".join(sorted(f"{len(epochs)} for {candidate}" for candidate, epochs in named.items())) or "none"
    wanted = f"the same primary of at least {evidence.majority} Sentinels, more than half of {_electorate(evidence)}"
    highest = max((max(epochs) for epochs in named.values()), default=0)
    leading = [candidate for candidate, epochs in named.items() if max(epochs) == highest]
    if len(views) >= evidence.majority and len(leading) == 1:
        advice = f"The Sentinels are about to follow the one that names {leading[0]}: wait, and run again."
        raise evidence.unsettled(wanted, votes, advice)
    raise evidence.refusal(wanted, votes, _advice_without_majority(evidence))


def _electorate(evidence: Evidence) -> str:
    own, others = len(evidence.wanted.sentinels), len(evidence.strangers)
    return f"the {own} of the inventory" + (f" and {others} that it does not name" if others else "")


def _advice_without_majority(evidence: Evidence) -> str:
    advice = (
        "Bring the Sentinels that do not answer back, and run again. If they are lost for ever: make certain that none "
        "of them runs anywhere, replace their hosts or take them out of the inventory, look which member has the "
        "newest data, send SENTINEL REMOVE to those that are left, name that member as the first primary, run again."
    )
    if evidence.strangers:
        found = ", ".join(sorted(str(address) for address in evidence.strangers.values()))
        advice += (
            f" {found}: add it to the inventory, or stop it and have the others forget it (SENTINEL RESET, one by one)."
        )
    return advice


def _check_overruling(evidence: Evidence, views: Mapping[str, View], candidate: str | Address, epoch: int) -> None:
    """Raise when a Sentinel of the minority names another primary that the others would follow, or never agrees."""
    for name, view in views.items():
        other = place(evidence, view)
        if other == candidate or view.epoch < epoch:
            continue
        expected = f"{candidate} of epoch {epoch}, which a majority names, or an older primary at {name}"
        found = f"{other} of epoch {view.epoch}"
        if view.epoch > epoch:
            advice = f"The other Sentinels are about to follow {name}: wait, and run again."
            raise evidence.unsettled(expected, found, advice)
        advice = (
            f"Neither follows the other, because their epochs are the same. If {candidate} is right, send "
            f"SENTINEL REMOVE {evidence.wanted.name} to the Sentinel of {name}, and run again."
        )
        raise evidence.refusal(expected, found, advice)


def _check_reached(evidence: Evidence, views: Mapping[str, View]) -> None:
    """Raise when too many of those that name the primary do not reach it."""
    down = sorted(name for name, view in views.items() if view.sees_primary_down)
    if len(views) - len(down) < evidence.majority:
        raise evidence.unsettled(
            f"at least {evidence.majority} Sentinels that reach the primary",
            f"{', '.join(down)}: not reached from there",
            "A failover is about to begin, or the members can't reach each other: look at the network between them.",
        )


def _living(evidence: Evidence, name: str) -> ServerAnswer:
    """Return what the server says that the Sentinels name; raise when it is not a primary that answers."""
    answer = evidence.server(name)
    expected = f"a primary at {name}, which the Sentinels' majority names"
    if isinstance(answer, Absent):
        raise evidence.refusal(
            expected,
            "no server at all",
            f"Bring it back, or switch to another member: SENTINEL FAILOVER {evidence.wanted.name}.",
        )
    if isinstance(answer, Silent):
        raise evidence.unsettled(
            expected,
            f"no answer: {answer.reason}",
            "The Sentinels replace it when they don't reach it either: wait, and run again. If they do reach it, mend "
            "the way to it from here.",
        )
    if answer.primary is not None or answer.is_loading:
        found = (
            "one that is still loading" if answer.primary is None else f"a replica of {evidence.label(answer.primary)}"
        )
        raise evidence.unsettled(expected, found, "The Sentinels are about to settle that: wait, and run again.")
    return answer
