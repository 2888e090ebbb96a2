"""Whether the members are different ones, and belong to this set and no other."""

from collections.abc import Iterable

from memurai.topology.evidence import Evidence


def check_identities(evidence: Evidence) -> None:
    """Raise TopologyError when two members are one, or when a member answers for another set."""
    _check_doubles(
        evidence,
        "server",
        ((name, answer.run_id) for name, answer in evidence.answering_servers.items()),
        "Both names lead to the same server: correct their addresses in the inventory.",
    )
    _check_doubles(
        evidence,
        "Sentinel",
        ((name, answer.identifier) for name, answer in evidence.answering_sentinels.items()),
        "Either both names lead to the same Sentinel: correct their addresses; or its configuration was copied from "
        "the other one: take the line `sentinel myid` out of one, with its Sentinel stopped.",
    )
    _check_other_sets(evidence)


def _check_doubles(evidence: Evidence, what: str, identifiers: Iterable[tuple[str, str]], advice: str) -> None:
    seen: dict[str, str] = {}
    for name, identifier in identifiers:
        if identifier in seen:
            raise evidence.refusal(
                f"a {what} of its own at each member", f"the id {identifier} at {seen[identifier]} and {name}", advice
            )
        seen[identifier] = name


def _check_other_sets(evidence: Evidence) -> None:
    """Raise when a Sentinel watches a member of this set under another name: both would fail over, each for itself."""
    for name, answer in evidence.answering_sentinels.items():
        for other, address in sorted(answer.others.items()):
            member = evidence.member_at(address)
            if member is not None:
                raise evidence.refusal(
                    f"no Sentinel that watches {member.name} under another name than {evidence.wanted.name}",
                    f"the set {other} of {evidence.label(address)}, watched by the Sentinel of {name}",
                    f"Write {other} as the set's name in the inventory if it is this set, else send "
                    f"SENTINEL REMOVE {other} to every Sentinel that watches it.",
                )


def check_followed(evidence: Evidence) -> None:
    """Raise TopologyError when a member is a replica of a server that is no member."""
    for name, answer in evidence.answering_servers.items():
        if answer.primary is not None and evidence.member_at(answer.primary) is None:
            raise evidence.refusal(
                f"at {name} a server that stands alone or follows a member",
                f"a replica of {answer.primary}, which is none",
                "If that is a member under another address, add it to that host's addresses; if it belongs to another "
                f"set, take {name} out of the inventory, or make it stand alone (REPLICAOF NO ONE) and empty it.",
            )
