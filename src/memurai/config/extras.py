"""Directives of `memurai_extra`, and of a set's member, that a host still has and its settings do not.

Its file names them in comments. Without those they would look like the lines that CONFIG REWRITE adds, which stay.
CONFIG REWRITE keeps comments.
https://redis.io/docs/latest/commands/config-rewrite/
"""

from collections.abc import Collection, Iterator

from memurai.config import Directive, Document, key, membership, merge
from memurai.config.directives import current_name
from memurai.config.meaning import Key, parts

COMMENT = "# Directives that have no setting (memurai_extra):"
COMMENTS = (COMMENT, membership.COMMENT)


def comment(names: Collection[str]) -> str:
    """Return the line that names the directives, each once."""
    return " ".join((COMMENT, *dict.fromkeys(names)))


def named(document: Document) -> frozenset[str]:
    """Return the names of the directives that a configuration has from `memurai_extra` and of a set's member."""
    lines = [line.partition(":")[2] for line in document.text.splitlines() if line.startswith(COMMENTS)]
    return frozenset(current_name(word.lower()) for line in lines for word in line.split())


def gone(present: Document, desired: Document) -> tuple[Key, ...]:
    """Return what the present configuration has by one of its comments and the desired one does not have."""
    names = named(present)
    return tuple(place for place in present.values if place[0] in names and place not in desired.values)


def without(document: Document, places: Collection[Key]) -> Iterator[Directive]:
    """Return the directives of a configuration but for those."""
    return (part for line in document.directives for part in parts(line) if key(part) not in places)


def merged(present: Document, desired: Document) -> Document:
    """Return the desired configuration with what of the present one stays beside it."""
    return merge(without(present, gone(present, desired)), desired)
