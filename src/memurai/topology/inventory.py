"""Whether what the inventory says of a set can be one."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from memurai.exceptions import TopologyError
from memurai.topology.facts import WantedSet

LEAST_SENTINELS = 3


def one_set(declared: Mapping[str, WantedSet]) -> WantedSet:
    """Return what all hosts of a set say of it.

    declared: what the data of each host say, by its name; at least one. Raises TopologyError when they differ.
    """
    first_host = min(declared)
    first = declared[first_host]
    others = [host for host in sorted(declared) if declared[host] != first]
    if others:
        raise TopologyError(
            first.name,
            f"the same set in the data of all its hosts, as {first_host} has it",
            f"another one at {', '.join(others)}",
            [f"{host}: {_description(declared[host])}" for host in sorted(declared)],
            "Give them the same data, in the group that they are in.",
        )
    check(first)
    return first


def _description(wanted: WantedSet) -> str:
    members = ", ".join(sorted(member.name for member in wanted.members))
    return f"{wanted.name} of {members}; first primary {wanted.primary}, quorum {wanted.quorum}"


def check(wanted: WantedSet) -> None:
    """Raise TopologyError when no set can be as it is wanted."""
    for expected, found, advice in _problems(wanted):
        raise TopologyError(wanted.name, expected, found, [], advice)


def _problems(wanted: WantedSet) -> Iterator[tuple[str, str, str]]:
    """Yield what was expected, what was found, and what to do."""
    yield from _doubles(wanted)
    servers = [member.name for member in wanted.servers]
    if wanted.primary not in servers:
        yield (
            f"a member with a server as the first primary, one of {', '.join(servers) or 'none'}",
            repr(wanted.primary),
            "Name one of them in the inventory.",
        )
    yield from _vote_problems(wanted)
    if wanted.min_replicas_to_write >= len(servers):
        yield (
            f"at most {len(servers) - 1} replicas without which the primary takes no writes, as many as there are",
            str(wanted.min_replicas_to_write),
            "Lower min-replicas-to-write in the inventory.",
        )


def _vote_problems(wanted: WantedSet) -> Iterator[tuple[str, str, str]]:
    count = len(wanted.sentinels)
    majority = count // 2 + 1
    if count < LEAST_SENTINELS:
        yield (
            f"at least {LEAST_SENTINELS} Sentinels, so that a majority is left when one is lost",
            f"{count} ({', '.join(member.name for member in wanted.sentinels) or 'none'})",
            "Add hosts with a Sentinel to the inventory; a host needs no server for that.",
        )
    elif not majority <= wanted.quorum <= count:
        yield (
            f"a quorum from {majority}, which is the majority of {count} Sentinels, to {count}, which is all of them",
            str(wanted.quorum),
            f"Write {majority} in the inventory.",
        )


def _doubles(wanted: WantedSet) -> Iterator[tuple[str, str, str]]:
    """Yield names and addresses that two members have."""
    names = [[member.name] for member in wanted.members]
    servers = [member.addresses(member.port) for member in wanted.servers]
    sentinels = [member.addresses(member.sentinel_port) for member in wanted.sentinels]
    for what, found in (("name", names), ("address of a server", servers), ("address of a Sentinel", sentinels)):
        doubles = sorted(value for value, count in Counter(itertools.chain(*found)).items() if count > 1)
        if doubles:
            yield f"each {what} once", f"{', '.join(doubles)} twice", "Correct the inventory."
