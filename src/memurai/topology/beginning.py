"""Which member becomes the primary of a set that no majority of Sentinels watches yet."""

from memurai.topology.evidence import Evidence
from memurai.topology.facts import ServerAnswer, Silent
from memurai.topology.identities import check_followed


def is_beginning(evidence: Evidence) -> bool:
    """Whether a set is to be made, or to be made to the end.

    No Sentinel watches it; or some that were told to, by a deploy that was ended half way, and nothing has happened
    since: all Sentinels are known, and those few name the inventory's first primary, in the epoch in which they began.
    """
    if not evidence.views:
        return True
    known = all(not isinstance(evidence.sentinel(one.name), Silent) for one in evidence.wanted.sentinels)
    return (
        known
        and not evidence.strangers
        and len(evidence.views) < evidence.majority
        and all(view.epoch == 0 and _names_first(evidence, name) for name, view in evidence.views.items())
    )


def _names_first(evidence: Evidence, name: str) -> bool:
    member = evidence.member_at(evidence.views[name].primary)
    return member is not None and member.name == evidence.wanted.primary


def check_beginning(evidence: Evidence) -> None:
    """Raise TopologyError when it is not certain that the inventory's first primary has all data that there are."""
    _check_all_answer(evidence)
    check_followed(evidence)
    primary = evidence.wanted.primary
    holders = data_holders(evidence)
    if len(holders) > 1:
        raise evidence.refusal(
            "data on one member at most, because all others get a copy of them",
            f"data of their own on {', '.join(holders)}",
            "Decide which are right, make a backup of the others, and empty those members (FLUSHALL; where that is "
            "disabled, stop their services and move their data away); then name the one with the data as the first "
            "primary, and run again.",
        )
    if holders and holders != [primary]:
        raise evidence.refusal(
            f"the data on {primary}, which the inventory names as the first primary",
            f"them on {holders[0]}",
            f"Name {holders[0]} as the set's first primary in the inventory, and run again.",
        )
    _check_replicas(evidence)


def _check_all_answer(evidence: Evidence) -> None:
    """Raise when a member does not answer: it may have the data, or watch the set."""
    silent = [
        f"the server of {one.name}" for one in evidence.wanted.servers if isinstance(evidence.server(one.name), Silent)
    ]
    silent += [
        f"the Sentinel of {one.name}"
        for one in evidence.wanted.sentinels
        if isinstance(evidence.sentinel(one.name), Silent)
    ]
    if silent:
        raise evidence.refusal(
            "an answer of every server and Sentinel, because no majority of Sentinels watches the set yet",
            f"none of {', '.join(silent)}",
            "Start what is stopped, make reachable what is not, or take it out of the inventory; then run again.",
        )


def data_holders(evidence: Evidence) -> list[str]:
    """Return the members with data that are not a copy of another member's."""
    return [
        name
        for name, answer in evidence.answering_servers.items()
        if answer.has_data and not _is_copy(evidence, answer)
    ]


def _is_copy(evidence: Evidence, answer: ServerAnswer) -> bool:
    """Whether a server has the data of the member that it is a replica of."""
    followed = evidence.member_at(answer.primary) if answer.primary else None
    original = evidence.answering_servers.get(followed.name) if followed else None
    return (
        original is not None
        and original is not answer
        and original.has_data
        and bool(answer.histories & original.histories)
    )


def _check_replicas(evidence: Evidence) -> None:
    """Raise when a replica follows another one than the first primary, or when that is a replica itself."""
    for name, answer in evidence.answering_servers.items():
        if answer.primary is None:
            continue
        followed = evidence.member_at(answer.primary)
        if name == evidence.wanted.primary or followed is None or followed.name != evidence.wanted.primary:
            raise evidence.refusal(
                f"replicas of {evidence.wanted.primary} only, which the inventory names as the first primary",
                f"{name}, a replica of {evidence.label(answer.primary)}",
                "Name the primary that is there as the first primary in the inventory; or, if what that replica "
                "follows is wrong, make it stand alone (REPLICAOF NO ONE, then CONFIG REWRITE).",
            )
