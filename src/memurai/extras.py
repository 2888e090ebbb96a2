"""Directives of `memurai_extra` that a host still has and its settings do not: its file names them in a comment.

Without that they would look like the lines that CONFIG REWRITE adds, which stay. CONFIG REWRITE keeps comments.
https://redis.io/docs/latest/commands/config-rewrite/
"""

from collections.abc import Collection

from memurai.config import key, merge, normal, parse, render
from memurai.config.directives import current_name
from memurai.config.meaning import Key, parts

COMMENT = "# Directives that have no setting (memurai_extra):"


def comment(names: Collection[str]) -> str:
    """Return the line that names the directives, each once."""
    return " ".join((COMMENT, *dict.fromkeys(names)))


def named(text: str) -> frozenset[str]:
    """Return the names of the directives that a configuration has from `memurai_extra`."""
    lines = [line.strip() for line in text.splitlines() if line.startswith(COMMENT)]
    return frozenset(current_name(word.lower()) for line in lines for word in line.removeprefix(COMMENT).split())


def gone(present: str, desired: str) -> tuple[Key, ...]:
    """Return what the present configuration has from `memurai_extra` and the desired one does not have.

    Raises ConfigSyntaxError when one of the texts can't be read.
    """
    names, wanted = named(present), normal(parse(desired))
    return tuple(place for place in normal(parse(present)) if place[0] in names and place not in wanted)


def without(text: str, places: Collection[Key]) -> str:
    """Return the directives of a configuration but for those.

    Raises ConfigSyntaxError when the text can't be read.
    """
    return render(part for line in parse(text) for part in parts(line) if key(part) not in places)


def merged(present: str, desired: str) -> str:
    """Return the desired text with what of the present one stays beside it.

    Raises ConfigSyntaxError when one of the texts can't be read.
    """
    return merge(without(present, gone(present, desired)), desired)
