"""Configurations that a server had before, and what a change that was ended half way left."""

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


@strict_shape
class LeftoverState(TypedDict):
    """What stands beside a file; the last known good is null when there is none."""

    path: str
    staged_files: list[str]
    last_known_good: str | None


class Leftover(PowerShellFact[LeftoverState]):
    """List what a change of a file that holds secrets left beside it when it was ended half way.

    path: of the file.
    """

    shape = LeftoverState

    def command(self, path: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-MemuraiLeftover", {"Path": path})


def left(state: LeftoverState, *, running: bool) -> list[str]:
    """Return the files that the next change takes away.

    running: whether the file's service runs; only then the new file can be proven, and the last known good one goes.
    """
    kept = [state["last_known_good"]] if running and state["last_known_good"] else []
    return [*state["staged_files"], *kept]
