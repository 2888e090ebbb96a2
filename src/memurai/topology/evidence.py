"""What is wanted and what was answered, side by side; and how it is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from memurai.exceptions import TopologyError, UnsettledTopologyError
from memurai.topology.addresses import Address
from memurai.topology.facts import (
    Absent,
    Member,
    MemberAnswers,
    SentinelAnswer,
    ServerAnswer,
    Silent,
    View,
    WantedSet,
    not_reached,
)


@dataclass(frozen=True)
class Evidence:
    """All that is known of a set at one moment.

    wanted: what the inventory says. answers: of its members; one that is not among them was not asked, so it is silent.
    """

    wanted: WantedSet
    answers: tuple[MemberAnswers, ...]

    @cached_property
    def _by_name(self) -> dict[str, MemberAnswers]:
        return {answers.name: answers for answers in self.answers}

    def of(self, name: str) -> MemberAnswers:
        """Return what a member answered."""
        return self._by_name.get(name) or not_reached(name, "it was not asked")

    def server(self, name: str) -> ServerAnswer | Silent | Absent:
        """Return what a member's server answered."""
        return self.of(name).server

    def sentinel(self, name: str) -> SentinelAnswer | Silent | Absent:
        """Return what a member's Sentinel answered."""
        return self.of(name).sentinel

    @cached_property
    def answering_servers(self) -> dict[str, ServerAnswer]:
        """The servers that answered, by their members' names."""
        found = ((one.name, self.server(one.name)) for one in self.wanted.servers)
        return {name: answer for name, answer in found if isinstance(answer, ServerAnswer)}

    @cached_property
    def answering_sentinels(self) -> dict[str, SentinelAnswer]:
        """The Sentinels that answered, by their members' names."""
        found = ((one.name, self.sentinel(one.name)) for one in self.wanted.sentinels)
        return {name: answer for name, answer in found if isinstance(answer, SentinelAnswer)}

    @cached_property
    def views(self) -> dict[str, View]:
        """What Sentinels say of the set, by their members' names; not of those that watch no such set."""
        return {name: answer.view for name, answer in self.answering_sentinels.items() if answer.view}

    def member_at(self, address: Address) -> Member | None:
        """Return the member whose server has an address."""
        return next((one for one in self.wanted.servers if one.has_server_at(address)), None)

    def address(self, name: str) -> Address:
        """Return the announced address of a member's server."""
        return next(one.server for one in self.wanted.servers if one.name == name and one.server)

    def label(self, address: Address) -> str:
        """Return the member whose server has an address, or the address, for people."""
        member = self.member_at(address)
        return f"{member.name} ({address})" if member else str(address)

    @cached_property
    def strangers(self) -> dict[str, Address]:
        """Sentinels that are known to those of the inventory and are none of them, by their ids."""
        own = {answer.identifier for answer in self.answering_sentinels.values()}
        return {
            peer.identifier: peer.address
            for view in self.views.values()
            for peer in view.sentinels
            if peer.identifier not in own
            and not any(one.has_sentinel_at(peer.address) for one in self.wanted.sentinels)
        }

    @property
    def majority(self) -> int:
        """How many Sentinels are more than half of those that may have a say, whether they answered or not."""
        return (len(self.wanted.sentinels) + len(self.strangers)) // 2 + 1

    def refusal(self, expected: str, found: str, advice: str) -> TopologyError:
        """Return why the set must not be touched, with what each member said."""
        return TopologyError(self.wanted.name, expected, found, list(self.lines()), advice)

    def unsettled(self, expected: str, found: str, advice: str) -> UnsettledTopologyError:
        """Return why the set must not be touched yet, with what each member said."""
        return UnsettledTopologyError(self.wanted.name, expected, found, list(self.lines()), advice)

    def lines(self) -> Iterator[str]:
        """Yield what each member said, one line each, by name."""
        for member in sorted(self.wanted.members, key=lambda one: one.name):
            parts = [] if member.port is None else [self._server_text(self.server(member.name))]
            parts += [] if member.sentinel_port is None else [self._sentinel_text(self.sentinel(member.name))]
            yield f"{member.name}: {'; '.join(parts)}"

    def _server_text(self, answer: ServerAnswer | Silent | Absent) -> str:
        if isinstance(answer, Absent):
            return "has no server"
        if isinstance(answer, Silent):
            return f"its server does not answer: {answer.reason}"
        role = "a primary" if answer.primary is None else f"a replica of {self.label(answer.primary)}"
        link = "" if answer.primary is None else f", link {'up' if answer.is_link_up else 'down'}"
        loading = ", loading" if answer.is_loading else ""
        return f"{role}{link}{loading}, {answer.keys} keys, offset {answer.offset} of {answer.history[:8] or 'nothing'}"

    def _sentinel_text(self, answer: SentinelAnswer | Silent | Absent) -> str:
        if isinstance(answer, Absent):
            return "has no Sentinel"
        if isinstance(answer, Silent):
            return f"its Sentinel does not answer: {answer.reason}"
        tilt = ", is in TILT mode" if answer.is_tilted else ""
        if answer.view is None:
            others = f", but {', '.join(sorted(answer.others))}" if answer.others else ""
            return f"its Sentinel watches no set {self.wanted.name}{others}{tilt}"
        flags = ", ".join(sorted(answer.view.flags - {"master"}))
        seen = f" ({flags})" if flags else ""
        return f"its Sentinel names {self.label(answer.view.primary)}{seen} of epoch {answer.view.epoch}{tilt}"
