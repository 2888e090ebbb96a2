"""Changes carried out on a model of a host that fails or dies at every point of every step.

A model is a `ModelHost` with a verb for each function that the change calls. A verb may say in its middle that it is at
a point (`self.point()`): there it can fail or die too, half done. `prove` then shows of one change that it is all or
nothing wherever it ends.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from winfra.call import PowerShellCall
from winfra.change import Change, Step

Verb = Callable[[Any, Mapping[str, Any]], None]
M = TypeVar("M", bound="ModelHost")


class VerbError(Exception):
    """A verb that refuses, as a function of the library does."""


class Death(BaseException):
    """The end of the process that carries a change out."""


class ModelHost:
    """A host; a copy of it (copy.deepcopy) is another one in the same state.

    verbs: what each function does to it, by name.
    """

    verbs: ClassVar[Mapping[str, Verb]]
    _left: int = -1
    _end: BaseException | None = None
    passed: int = 0

    @property
    def seen(self) -> object:
        """All that must be as before when a change was undone."""
        raise NotImplementedError

    def end_at(self, point: int, end: BaseException) -> None:
        """Let the end come at a point, counted from now on."""
        self._left, self._end = point, end

    def point(self) -> None:
        """Be at a point between two effects."""
        self.passed += 1
        if self._left == 0 and self._end is not None:
            end, self._end = self._end, None
            raise end
        self._left -= 1

    def call(self, call: PowerShellCall) -> None:
        """Carry one call out: it may end before it does anything, and when it has done all."""
        self.point()
        self.verbs[call.function](self, call.parameters)
        self.point()


@dataclass
class ModelRunner:
    """What Invoke-WinChange and Undo-WinChange do; the journal stays when the process dies.

    journal: the steps that began.
    """

    host: ModelHost
    change: Change
    journal: list[Step] = field(default_factory=list)
    is_committed: bool = False

    def run(self) -> bool:
        """Carry the change out; return whether it was done, else it was undone."""
        try:
            for step in self.change.steps:
                self.journal.append(step)
                self.host.call(step.do)
        except VerbError:
            self.undo()
            return False
        self.is_committed = True
        for item in self.change.afterwards:
            self.host.call(item.do)
        return True

    def undo(self) -> None:
        """Undo what began, from the last to the first, as whoever comes next does.

        Also after what can't be undone, unless it is a barrier.

        Raises ExceptionGroup of what could not be; then all of it is to be undone again.
        """
        problems = []
        for step in [] if self.is_committed else reversed(self.journal):
            try:
                if step.undo is not None:
                    self.host.call(step.undo)
            except VerbError as error:
                problems.append(error)
                if step.is_barrier:
                    break
        if problems:
            raise ExceptionGroup("could not be undone", problems)
        self.journal.clear()


def prove(change: Change, host: M) -> M:
    """Show that a change is all or nothing, and return the host on which it was done.

    change: what was decided for that host. host: as it is before the change; it stays so.

    At each point the change fails, and at each it dies; each undoing fails, and dies, at each of its own points, and is
    begun again. Every time the host has to be as before.
    """
    done = copy.deepcopy(host)
    assert ModelRunner(done, change).run()
    for at in range(_points(change, host)):
        for end in (VerbError("at a point"), Death()):
            runner = ModelRunner(copy.deepcopy(host), change)
            runner.host.end_at(at, end)
            where = f"point {at} of {change.lines()}"
            try:
                runner.run()
            except Death:
                _prove_undoing(runner, host.seen, f"death at {where}")
            assert runner.host.seen == host.seen, f"failure at {where}"
    return done


def _points(change: Change, host: ModelHost) -> int:
    """Return how many points there are up to the commit."""
    tried = copy.deepcopy(host)
    for step in change.steps:
        tried.call(step.do)
    return tried.passed - host.passed


def _prove_undoing(dead: ModelRunner, before: object, where: str) -> None:
    """Undo on a host whose change died; and anew after an undoing that failed or died at each of its points."""
    tried = copy.deepcopy(dead)
    tried.undo()
    for at in range(tried.host.passed - dead.host.passed):
        for end in (VerbError("at a point"), Death()):
            runner = copy.deepcopy(dead)
            runner.host.end_at(at, end)
            try:
                runner.undo()
            except* (VerbError, Death):
                runner.undo()
            assert runner.host.seen == before, f"{where}, and its undoing ended at point {at}"
    dead.undo()
