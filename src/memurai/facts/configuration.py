"""What a change of files that hold secrets left, when an earlier version was ended half way."""

import ntpath
import re
from dataclasses import dataclass

from pyinfra.api import Host

from winfra.facts.files import DirectoryEntries, DirectoryEntriesState


@dataclass(frozen=True)
class Leftover:
    """Full paths of what stands beside a file: contents that were to take its place, and the last known good one."""

    staged_files: tuple[str, ...]
    last_known_good: str | None

    def paths(self, *, running: bool) -> list[str]:
        """Return the files that the next change takes away.

        running: whether the file's service runs; only then the new file can be proven, and the last known good one
            goes.
        """
        kept = [self.last_known_good] if running and self.last_known_good else []
        return [*self.staged_files, *kept]


def leftover_of(host: Host, path: str) -> Leftover | None:
    """Return what was left beside a file on a host; None when that can't be read."""
    found = host.get_fact(DirectoryEntries, path=ntpath.dirname(path))
    return None if found is None else leftover(path, found)


def leftover(path: str, found: DirectoryEntriesState) -> Leftover:
    """Return what was left beside a file, of all that stands in its folder."""
    name = re.escape(ntpath.basename(path))
    files = [entry["name"] for entry in found["entries"] if entry["kind"] == "File"]

    def matching(ending: str) -> list[str]:
        pattern = re.compile(name + ending, re.IGNORECASE)
        return [f"{found['path']}\\{file}" for file in files if pattern.fullmatch(file)]

    kept = matching(r"\.last-known-good")
    return Leftover(tuple(matching(r"(\.[0-9a-f]{8})?\.staged")), kept[0] if kept else None)
