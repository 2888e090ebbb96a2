"""Many facts in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict, override

from winfra.call import PowerShellBatch, PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class TogetherAnswer(TypedDict):
    """What one call answered, or why it failed."""

    answer: dict[str, Any] | None
    problem: str | None


@strict_shape
class TogetherState(TypedDict):
    """One answer a call, in their order."""

    answers: list[TogetherAnswer]


class Together(PowerShellFact[TogetherState]):
    """Ask for facts that are known to be needed in one request, and have later ones answered from memory.

    From now on all facts of the host are remembered until anything on it is changed.

    calls: those of the facts, `Service().command(service="Memurai")`.
    """

    shape = TogetherState

    @override
    def command(self, calls: Sequence[PowerShellCall]) -> PowerShellCall:
        return PowerShellBatch(calls)
