"""The replicas that Sentinels name, each in its turn; and the primary, where there is none."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from itertools import count
from time import monotonic
from typing import Any, NamedTuple

from redis.sentinel import MasterNotFoundError

from memurai_client.sentinels import NO_ANSWER, Sentinels

# A Sentinel takes its time to find out that a replica is down (down-after-milliseconds): who could not connect knows
# before. That long it is left alone.
AVOID_SECONDS = 5.0
# After so long one connection is opened anew, and with it the Sentinels are asked: as often as these ask the servers.
# Source: Sentinel's INFO period, src/sentinel.c of Redis 7, SENTINEL_INFO_PERIOD.
ASK_AGAIN_SECONDS = 10.0
_SEEDS = 1_000
NOBODY = "neither its primary nor a replica is up"
# What is told of each tier when reads begin to go there, and which of them is the primary's.
_TOLD = (
    "reads go to replicas again",
    "no replica that is up and linked can be reached: reads go to the primary",
    "no primary can be reached either: reads go to a replica that does not hear from it, so what they find may be old",
)
_PRIMARY = 1

Address = tuple[str, int]
logger = logging.getLogger("memurai_client")


class Members(NamedTuple):
    """The servers of a set that are up, host and port of each, as the Sentinels see them.

    linked: replicas that hear from their primary.
    unlinked: replicas that don't: what they have may be old.
    primary: None: it is down.
    """

    linked: tuple[Address, ...] = ()
    unlinked: tuple[Address, ...] = ()
    primary: Address | None = None

    @property
    def are_any(self) -> bool:
        """Whether there is one at all."""
        return self != Members()


def members(primary: Any, replicas: Any) -> Members:
    """Return the servers that are up.

    primary: what a Sentinel says of the primary, as redis-py reads it.
    replicas: what it says of each replica.
    """
    # A replica that was promoted stays a replica here until its failover is over, but for what it reports itself.
    up = [state for state in replicas if _is_up(state) and state["role-reported"] == "slave"]
    linked = sorted(_address(state) for state in up if state["master-link-status"] == "ok")
    unlinked = sorted({_address(state) for state in up} - set(linked))
    return Members(tuple(linked), tuple(unlinked), _address(primary) if _is_up(primary) else None)


def _is_up(state: Mapping[str, Any]) -> bool:
    return not (state["is_sdown"] or state["is_odown"] or state["is_disconnected"])


def _address(state: Mapping[str, Any]) -> Address:
    return str(state["ip"]), int(state["port"])


def _tiers(known: Members) -> tuple[tuple[Address, ...], ...]:
    return known.linked, (known.primary,) if known.primary else (), known.unlinked


class Turns:
    """Whose turn it is: the next replica for each connection that is opened.

    While no replica that is linked can be reached it is the primary's, and without a primary one that is not linked.

    service: the name under which the Sentinels watch the set.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        # Processes that begin at the same time don't all begin with the same replica.
        self._number = count(random.randrange(_SEEDS))  # noqa: S311
        self._avoided: dict[Address, float] = {}
        self._tiers = _tiers(Members())
        self._told = 0
        self._ask_again_at = 0.0

    def next(self, known: Members) -> Address:
        """Return host and port of the server whose turn it is.

        known: what the Sentinels say now; at least one server.
        """
        tiers = self._tiers = _tiers(known)
        self._ask_again_at = monotonic() + ASK_AGAIN_SECONDS
        found = next(filter(None, map(self._reachable, tiers)), None)
        if found is None:  # nothing is lost by another try
            self._avoided.clear()
            found = next(filter(None, tiers))
        return found[next(self._number) % len(found)]

    def _reachable(self, tier: tuple[Address, ...]) -> tuple[Address, ...]:
        return tuple(filter(self._is_reachable, tier))

    def _is_reachable(self, address: Address) -> bool:
        return self._avoided.get(address, 0) <= monotonic()

    def opened(self, address: Address) -> bool:
        """Note that a connection was opened, and return whether it is one to the primary."""
        tier = next((n for n, tier in enumerate(self._tiers) if address in tier), self._told)
        if tier != self._told:
            self._told = tier
            logger.log(logging.WARNING if tier else logging.INFO, "Sentinel set %s: %s", self._service, _TOLD[tier])
        return tier == _PRIMARY

    def avoid(self, address: Address) -> bool:
        """Leave a server alone for a while that could not be reached, and return whether there is another one."""
        self._avoided[address] = monotonic() + AVOID_SECONDS
        return any(map(self._reachable, self._tiers))

    def keeps(self, address: Address) -> bool:
        """Tell whether a connection there may serve another caller, as far as is known.

        From time to time one may not: it is opened anew, and what the Sentinels say then is known to all.
        """
        if monotonic() >= self._ask_again_at:
            self._ask_again_at = monotonic() + ASK_AGAIN_SECONDS
            return False
        for tier in self._tiers:
            if address in tier:
                return True
            if self._reachable(tier):
                return False
        return True


class SentinelReplicas(Sentinels[Members]):
    """The replicas that Sentinels name, for threads; `Sentinels` describes its arguments.

    turns: whose turn it is.
    """

    def __init__(self, sentinels: list[Address], service: str, sentinel_kwargs: dict[str, Any]) -> None:
        super().__init__(sentinels, service, sentinel_kwargs)
        self.turns = Turns(service)

    def address(self, seconds: float) -> Address:
        """Return host and port of the server whose turn it is, of those that the Sentinels name now.

        seconds: how long to wait for other threads that are asking already.

        Raises MasterNotFoundError, one of redis-py's ConnectionErrors, when no Sentinel names a server.
        """
        return self.turns.next(self.answer(seconds))

    def _discover(self) -> Members:
        asked = self._sentinel.sentinels
        for place, sentinel in enumerate(asked):
            try:
                state, replicas = sentinel.sentinel_master(self._service), sentinel.sentinel_slaves(self._service)
                found = members(state, replicas)
            except NO_ANSWER:
                continue
            if found.are_any:
                asked[0], asked[place] = asked[place], asked[0]  # whoever answers is asked first
                return found
        raise MasterNotFoundError(NOBODY)
