"""Whether a change runs or was left unfinished on a host, and how the last ones ended."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict, override

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class ChangeOutcome(TypedDict):
    """How a change ended; reason: why it was undone; problem: what could not be."""

    name: str
    outcome: Literal["Done", "Undone", "Broken"]
    reason: str
    problem: str | None
    began_utc: str
    ended_utc: str


@strict_shape
class ChangesState(TypedDict):
    """The changes of one folder.

    state: Unfinished: its process is gone, and whoever comes next undoes it; Unreadable: its journal is
        damaged.
    name, step, process_id: of the change that is under way or unfinished.
    problem: why the journal can't be read.
    outcomes: of the last changes, the latest at the end.
    """

    folder: str
    state: Literal["None", "UnderWay", "Unfinished", "Unreadable"]
    name: str | None
    step: str | None
    process_id: int | None
    problem: str | None
    outcomes: list[ChangeOutcome]


class Changes(PowerShellFact[ChangesState]):
    """The changes of a folder of changes.

    folder: its Windows path; it need not exist.
    """

    shape = ChangesState

    @override
    def command(self, folder: str) -> PowerShellCall:
        return PowerShellCall("Get-WinChange", {"Folder": folder})
