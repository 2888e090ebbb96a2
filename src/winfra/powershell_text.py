"""PowerShell source as text: what a host needs of it, and which functions it names.

Source of the rules: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_comments and
about_quoting_rules.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

# Whatever may hold a number sign or a quotation mark that means something else.
_TOKEN = re.compile(
    r"""
      (?P<comment> [ \t]*<\#.*?\#> | (?:^|(?<=[(){};,|&])|[ \t]+)\#[^\n]* )
    | (?P<literal> @'[ \t]*\n.*?\n'@ | '(?:[^']|'')*' )
    | @"[ \t]*\n.*?\n"@ | "(?:[^"`]|`.|"")*" | `.
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_FUNCTION_NAME = re.compile(r"\b[A-Z][A-Za-z]*-[A-Z]\w*")


def without_comments(text: str) -> str:
    """Return a script without its comments; every line keeps its number, which errors name.

    text: whose lines end in line feeds. A comment in an expression inside a string is not found.
    """
    return _TOKEN.sub(lambda token: "\n" * token[0].count("\n") if token["comment"] else token[0], text)


def reached_functions(texts: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """Return the names of functions and of all that these call, directly or not, sorted.

    texts: the functions there are, by name. wanted: where it begins.

    Raises KeyError when a wanted function is not there.
    """
    reached: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += _named_functions(texts[name], texts)
    return sorted(reached)


def _named_functions(text: str, known: Collection[str]) -> list[str]:
    # In single quotation marks a name is a word for people; in double ones an expression may call the function.
    code = _TOKEN.sub(lambda token: "" if token["comment"] or token["literal"] else token[0], text)
    return [name for name in _FUNCTION_NAME.findall(code) if name in known]
