"""Names by which what stands in a folder is known to be of one's own making.

A name is a pattern of a file (`dump.rdb`, `install-*.log`), of a file in a folder (`history/*.conf`), or, with a slash
at its end, of a folder that is known with all that is in it (`trial/`). Case makes no difference, as on Windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from winfra.facts.files import DirectoryEntry


def is_known(entry: DirectoryEntry, names: Sequence[str]) -> bool:
    """Whether something in a folder bears one of its names.

    A link is never known: what is in it stands elsewhere, and may be another's.
    """
    if entry["kind"] == "Directory":
        return bool(below(entry, names))
    return entry["kind"] == "File" and any("/" not in name and _matches(entry["name"], name) for name in names)


def below(entry: DirectoryEntry, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what is in a folder that stands in the folder of these names; none when it is not known."""
    if entry["kind"] != "Directory":
        return ()
    split = [name.partition("/") for name in names if "/" in name]
    return tuple(rest for first, _, rest in split if _matches(entry["name"], first))


def is_whole(names: Sequence[str]) -> bool:
    """Whether a folder is known with all that is in it; its names as `below` returns them."""
    return "" in names


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())
