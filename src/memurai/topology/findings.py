"""What is not as it should be in a set whose primary is certain."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from memurai.topology.addresses import Address
from memurai.topology.evidence import Evidence
from memurai.topology.facts import Absent, KnownPeer, Member, SentinelAnswer, ServerAnswer, Silent, View
from memurai.topology.majority import Accepted, place


class Kind(Enum):
    """What a finding is about, and so who brings it in order."""

    NEW_SERVER = "a server that is not part of the set yet: it is made a replica"
    NEW_SENTINEL = "a Sentinel that does not watch the set yet: it is told to"
    OTHER_QUORUM = "a Sentinel with another quorum than the inventory's: it is told that"
    CHAINED_REPLICA = "a replica of a replica: it is pointed at the primary, by Sentinel if that knows it"
    RETURNING_SERVER = "a former primary, back from the dead or just replaced: Sentinel makes it a replica, nobody else"
    SYNCING_REPLICA = "a replica that does not have all data yet: waited for"
    STALE_SENTINEL = "a Sentinel that names a former primary: it follows the others when it hears of them"
    PARTIAL_SENTINEL = "a Sentinel that does not reach all members: waited for"
    NO_QUORUM = "a Sentinel that does not reach enough others for a failover: waited for"
    TILTED_SENTINEL = "a Sentinel that does not trust its clock: waited for"
    SILENT_SERVER = "a server that does not answer: an operator brings it back"
    SILENT_SENTINEL = "a Sentinel that does not answer: an operator brings it back"
    UNKNOWN_REPLICA = "a replica that the inventory does not name: an operator stops it and has it forgotten"
    UNKNOWN_SENTINEL = "a Sentinel that the inventory does not name: an operator stops it and has it forgotten"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    subject: the member's name, or the address of what is no member. text: what was found and what happens next.
    """

    kind: Kind
    subject: str
    text: str


def findings(evidence: Evidence, primary: Accepted) -> tuple[Finding, ...]:
    """Return what is not as it should be, by member.

    Raises TopologyError for a member with data that are not the set's: as a replica it would lose them.
    """
    found = [*_server_findings(evidence, primary), *_sentinel_findings(evidence, primary), *_unknown(evidence, primary)]
    return tuple(sorted(found, key=lambda one: (one.subject, one.kind.name)))


def _server_findings(evidence: Evidence, primary: Accepted) -> Iterator[Finding]:
    for member in evidence.wanted.servers:
        name, answer = member.name, evidence.server(member.name)
        if isinstance(answer, Silent):
            yield _silent_server(primary, name, answer)
        elif isinstance(answer, Absent):
            yield Finding(
                Kind.NEW_SERVER, name, f"{name}: has no server yet; it becomes a replica of {primary.member}."
            )
        elif answer.primary is not None:
            yield from _replica_findings(evidence, primary, name, answer)
        elif name != primary.member:
            yield _second_primary(evidence, primary, member, answer)


def _silent_server(primary: Accepted, name: str, answer: Silent) -> Finding:
    text = f"{name}: its server does not answer ({answer.reason}). Bring it back, and run again."
    if not primary.answer.has_data:
        text += (
            f" {primary.member} has no data: should {name} have the set's, copy its data folder before it starts: it "
            f"becomes a replica of {primary.member} and loses them."
        )
    return Finding(Kind.SILENT_SERVER, name, text)


def _replica_findings(evidence: Evidence, primary: Accepted, name: str, answer: ServerAnswer) -> Iterator[Finding]:
    followed = evidence.member_at(answer.primary) if answer.primary else None
    if followed is not None and followed.name != primary.member:
        text = f"{name}: follows {followed.name}, which is not the primary; it is to follow {primary.member}."
        yield Finding(Kind.CHAINED_REPLICA, name, text)
    elif reason := why_not_in_sync(evidence, primary, name):
        yield Finding(Kind.SYNCING_REPLICA, name, f"{name}: {reason}. It is waited for.")


def why_not_in_sync(evidence: Evidence, primary: Accepted, name: str) -> str:
    """Return why a member has no full and present copy of the primary's data; empty when it has one.

    The primary's own measure, by which it takes writes: a replica that is online and was heard of lately.
    """
    answer = evidence.server(name)
    followed = evidence.member_at(answer.primary) if isinstance(answer, ServerAnswer) and answer.primary else None
    if not isinstance(answer, ServerAnswer) or followed is None or followed.name != primary.member:
        return f"it is no replica of {primary.member}"
    if answer.is_loading:
        return "it is loading its data"
    if not answer.is_link_up:
        return f"its link to {primary.member} is down, or it is being sent all data"
    if answer.history != primary.answer.history:
        return f"its data are not yet those of {primary.member}"
    return _why_not_online(evidence, primary, name)


def _why_not_online(evidence: Evidence, primary: Accepted, name: str) -> str:
    mine = [
        one for one in primary.answer.replicas if (member := evidence.member_at(one.address)) and member.name == name
    ]
    limit = evidence.wanted.min_replicas_max_lag
    if not mine:
        return f"{primary.member} does not list it under an address of the inventory (replica-announce-ip)"
    best = min(mine, key=lambda one: (one.state != "online", one.lag))
    if best.state != "online":
        return f"{primary.member} is still sending it all data ({best.state})"
    return (
        f"{primary.member} has not heard of it for {best.lag} s, expected {limit} s at most" if best.lag > limit else ""
    )


def _second_primary(evidence: Evidence, primary: Accepted, member: Member, answer: ServerAnswer) -> Finding:
    """Return what a server is that takes itself for a primary beside the one that the majority accepts."""
    name = member.name
    if _is_known(evidence, member):
        text = (
            f"{name}: says it is a primary, which the Sentinels' majority does not accept (any more). Sentinel makes "
            f"it a replica of {primary.member}; what only it has is lost then."
        )
        return Finding(Kind.RETURNING_SERVER, name, text)
    if answer.has_data and not answer.histories & primary.answer.histories:
        raise evidence.refusal(
            f"at {name} an empty server, or one with data of this set, because it would become a replica of "
            f"{primary.member} and lose its own",
            f"{answer.keys} keys of another history",
            f"Make a backup of them and empty {name} (FLUSHALL; where that is disabled, stop its service and move its "
            "data away), or take it out of the inventory.",
        )
    return Finding(Kind.NEW_SERVER, name, f"{name}: stands alone; it becomes a replica of {primary.member}.")


def _is_known(evidence: Evidence, member: Member) -> bool:
    """Whether a Sentinel knows a server: as a replica, or, of a stale Sentinel, as the primary."""
    return any(
        member.has_server_at(address)
        for view in evidence.views.values()
        for address in (view.primary, *(peer.address for peer in view.replicas))
    )


def _sentinel_findings(evidence: Evidence, primary: Accepted) -> Iterator[Finding]:
    for member in evidence.wanted.sentinels:
        name, answer = member.name, evidence.sentinel(member.name)
        if isinstance(answer, Silent):
            text = f"{name}: its Sentinel does not answer ({answer.reason}). Bring it back, and run again."
            yield Finding(Kind.SILENT_SENTINEL, name, text)
        elif isinstance(answer, Absent) or answer.view is None:
            yield Finding(Kind.NEW_SENTINEL, name, f"{name}: its Sentinel does not watch the set; it is told to.")
        elif place(evidence, answer.view) != primary.member:
            text = (
                f"{name}: its Sentinel names {evidence.label(answer.view.primary)} of epoch {answer.view.epoch}; the "
                f"majority names {primary.member} of epoch {primary.epoch}, which it follows when it hears of that."
            )
            yield Finding(Kind.STALE_SENTINEL, name, text)
        else:
            yield from _view_findings(evidence, primary, name, answer, answer.view)


def _view_findings(
    evidence: Evidence, primary: Accepted, name: str, answer: SentinelAnswer, view: View
) -> Iterator[Finding]:
    if answer.is_tilted:
        text = f"{name}: its Sentinel is in TILT mode and acts on nothing: look at the host's clock."
        yield Finding(Kind.TILTED_SENTINEL, name, text)
    if view.quorum != evidence.wanted.quorum:
        text = f"{name}: its Sentinel has the quorum {view.quorum}, expected {evidence.wanted.quorum}; it is told."
        yield Finding(Kind.OTHER_QUORUM, name, text)
    if not view.can_fail_over:
        text = f"{name}: expected its Sentinel to reach enough others for a failover, found {view.quorum_answer!r}."
        yield Finding(Kind.NO_QUORUM, name, text)
    unreached = list(_unreached(evidence, primary, name, view))
    if unreached:
        text = f"{name}: its Sentinel does not know or reach {', '.join(unreached)}. That is waited for."
        yield Finding(Kind.PARTIAL_SENTINEL, name, text)


def _unreached(evidence: Evidence, primary: Accepted, name: str, view: View) -> Iterator[str]:
    """Yield the members that belong to the set and that a Sentinel does not know, or does not reach."""
    if view.sees_primary_down:
        yield f"the primary {primary.member}"
    for member, answer in evidence.answering_servers.items():
        if answer.primary is not None and not _reaches_server(evidence, member, view.replicas):
            yield f"the replica {member}"
    for member, answer_of_other in evidence.answering_sentinels.items():
        identifier = answer_of_other.identifier
        known = {peer.identifier for peer in view.sentinels if not peer.is_down}
        if member != name and answer_of_other.view and identifier not in known:
            yield f"the Sentinel of {member}"


def _reaches_server(evidence: Evidence, name: str, peers: tuple[KnownPeer, ...]) -> bool:
    at = ((evidence.member_at(peer.address), peer) for peer in peers)
    return any(member is not None and member.name == name and not peer.is_down for member, peer in at)


def _unknown(evidence: Evidence, primary: Accepted) -> Iterator[Finding]:
    """Yield replicas and Sentinels that the set has and the inventory does not."""
    known = {peer.address for view in evidence.views.values() for peer in view.replicas}
    known |= {replica.address for replica in primary.answer.replicas}
    for address in known:
        if evidence.member_at(address) is None:
            yield Finding(Kind.UNKNOWN_REPLICA, str(address), _how_to_forget(evidence, primary, "a replica", address))
    for address in set(evidence.strangers.values()):
        yield Finding(Kind.UNKNOWN_SENTINEL, str(address), _how_to_forget(evidence, primary, "a Sentinel", address))


def _how_to_forget(evidence: Evidence, primary: Accepted, what: str, address: Address) -> str:
    return (
        f"{address}: {what} of the set that the inventory does not name. Name it there, or stop it for good and have "
        f"it forgotten: SENTINEL RESET {evidence.wanted.name}, to one Sentinel at a time, while {primary.member} is up "
        "and no failover is under way; RESET forgets all replicas and Sentinels, so before the next one wait until "
        "that Sentinel knows all that are left again (SENTINEL REPLICAS, SENTINEL CKQUORUM)."
    )
