"""Entries of the Application event log."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class EventEntryState(TypedDict):
    """One entry."""

    event_id: int
    entry_type: Literal["Information", "Warning", "Error"]
    time_utc: str
    message: str


@strict_shape
class EventEntriesState(TypedDict):
    """Entries of a source, newest first; none when the source does not exist."""

    source: str
    entries: list[EventEntryState]


class EventEntries(PowerShellFact[EventEntriesState]):
    """Read what a source wrote into the Application event log.

    newest: how many entries at most. since_utc: only from this time on, ISO 8601 in UTC with Z.
    """

    shape = EventEntriesState

    def command(self, source: str, newest: int = 20, since_utc: str | None = None) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinEventEntry", {"Source": source, "Newest": newest, "SinceUtc": since_utc})
