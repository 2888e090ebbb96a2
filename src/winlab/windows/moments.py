"""The moments of a change of a practice host, at which a test may end what is at work there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """What comes next in a change.

    Attributes:
        folder: the folder of changes in which it runs.
        number: the step that is done next, from 1, or undone next; past the last one, what is next is the commit, and
            before the first one, the end of the undoing.
        steps: how many steps the change has, or how many of them were begun.
        is_undoing: whether it is undone.
    """

    folder: str
    number: int
    steps: int
    is_undoing: bool = False
