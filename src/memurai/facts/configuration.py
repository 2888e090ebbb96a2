"""Configurations that a server had before."""

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class HistoryEntry(TypedDict):
    """One earlier configuration; the size in bytes, the time in UTC."""

    name: str
    sha256: str
    size_bytes: int
    last_write_time_utc: str


@strict_shape
class HistoryState(TypedDict):
    """The earlier configurations, the newest first."""

    history_folder: str
    entries: list[HistoryEntry]


class History(PowerShellFact[HistoryState]):
    """List the earlier configurations of a server.

    folder: where they are kept.
    """

    shape = HistoryState

    def command(self, folder: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-MemuraiConfigurationHistory", {"HistoryFolder": folder})
