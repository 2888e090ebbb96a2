"""Members of a set go down one at a time, the replicas first and the primary after a failover; others whenever.

pyinfra carries an operation out on all hosts side by side. In one that may take servers down, each member says whether
its own has to go down; when all have said it, they do so in turn, and each only while the rest of the set is whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import gevent  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]
from gevent.lock import BoundedSemaphore  # type: ignore[import-untyped]
from pyinfra import state as current_state
from pyinfra.api import Host

from memurai import host_settings, members
from memurai.exceptions import TopologyError
from memurai.operations import failover
from memurai.topology import Action, Evidence, Phase, Situation, decide, may_go_on, phases

ARRIVAL_SECONDS = 600


@dataclass
class _Round:
    """One operation on the members of a set.

    expected: names of those that take part. present: of those that have said whether they go down; down: of those that
    do. ended: of those that are through. failed: of those that are not. order: of what is done, once all are present.
    changed: set, and replaced, when any of that changes. ordering: held while the order is made.
    """

    expected: frozenset[str]
    present: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    order: tuple[Phase, ...] | None = None
    changed: Event = field(default_factory=Event)
    ordering: BoundedSemaphore = field(default_factory=BoundedSemaphore)

    def tell(self, names: set[str], name: str) -> None:
        """Put a member among others, and have those that wait look again."""
        names.add(name)
        self.changed.set()
        self.changed = Event()


# By the set's name and the operation.
_rounds: dict[tuple[str, str], _Round] = {}


class Turn:
    """The part of a member in an operation."""

    def __init__(self, host: Host, current: _Round, timeout_seconds: int) -> None:
        self._host, self._name, self._round = host, members.name_of(host), current
        self._timeout_seconds = timeout_seconds

    @property
    def is_to_come(self) -> bool:
        """Whether this member's server may not go down yet."""
        return self._name not in self._round.down

    def begin(self) -> str:
        """Wait until this member's server may go down; return why it must not, or nothing.

        Meanwhile it may have got another role: what was read of it before is not true any more.
        """
        self._round.tell(self._round.down, self._name)
        self._round.tell(self._round.present, self._name)
        try:
            return self._arrival() or self._turn()
        except TopologyError as error:
            return str(error)
        finally:
            host_settings.forget(self._host)

    def _arrival(self) -> str:
        """Wait until all members have said whether they go down."""
        with gevent.Timeout(ARRIVAL_SECONDS, False):
            while missing := self._round.expected - self._round.present:
                self._round.changed.wait()
            return ""
        return (
            f"expected all members of the set at this step, found none of {', '.join(sorted(missing))} within "
            f"{ARRIVAL_SECONDS} s. Nothing was stopped. Run again."
        )

    def _turn(self) -> str:
        with self._round.ordering:
            self._round.order = self._order() if self._round.order is None else self._round.order
        mine = [phase for phase in self._round.order if phase.member == self._name]
        if not mine:
            return ""
        before = {phase.member for phase in self._round.order[: self._round.order.index(mine[0])]}
        while not (self._round.failed or before <= self._round.ended):
            self._round.changed.wait()
        if self._round.failed:
            failed = ", ".join(sorted(self._round.failed))
            return f"not begun, because {failed} failed: the others serve on as they are. Mend that, and run again."
        if mine[0].action is Action.FAIL_OVER and not failover.switch(current_state, self._host, self._timeout_seconds):
            return f"{self._name}: it is still the primary (above), so it was not stopped."
        failover.wait_for(self._host, "a set that can do without it", self._problems, self._timeout_seconds)
        return ""

    def _order(self) -> tuple[Phase, ...]:
        """Return the order in which members go down; a set that does not live yet has none."""
        evidence = members.decided(self._host)[0]
        if decide(evidence).situation is not Situation.LIVING:
            return ()
        return phases(evidence, self._round.down)

    def _problems(self, evidence: Evidence) -> Iterable[str]:
        return may_go_on(Phase(Action.CHANGE, self._name), evidence)


class _Alone(Turn):
    """That of a server of its own."""

    def __init__(self) -> None:
        """Take part in nothing."""

    @property
    def is_to_come(self) -> bool:
        """Never."""
        return False

    def begin(self) -> str:
        """Go down at once."""
        return ""


@contextmanager
def turn(host: Host, timeout_seconds: int) -> Iterator[Turn]:
    """Give a host's part in the present operation, whose body is in the block.

    timeout_seconds: longest wait for a set that is whole. The member counts as failed when the block is left before its
    end once it has begun.
    """
    current = _round(host)
    if current is None:
        yield _Alone()
        return
    name = members.name_of(host)
    # Sentinels have servers change their configuration.
    host_settings.forget(host)
    try:
        yield Turn(host, current, timeout_seconds)
        current.tell(current.ended, name)
    finally:
        if name in current.down - current.ended:
            current.tell(current.failed, name)
        current.tell(current.present, name)


def _round(host: Host) -> _Round | None:
    """Return the present operation of a host's set; None outside of one, and while it is only planned."""
    set_name, operation = members.set_name(host), host.current_op_hash
    if set_name is None or not current_state.is_executing or operation is None:
        return None
    if (set_name, operation) not in _rounds:
        taking_part = (
            members.name_of(other)
            for other in host.inventory.get_active_hosts()
            if members.set_name(other) == set_name and operation in current_state.ops[other]
        )
        _rounds[set_name, operation] = _Round(frozenset(taking_part))
    return _rounds[set_name, operation]
