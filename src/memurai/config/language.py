"""Lines of a configuration: text to directives and back, exactly as Redis 7 reads them.

A line is one directive. A `#` begins a comment only at the start of a line, so nothing may follow a directive's last
argument. Inside double quotes a backslash starts an escape, which can make any byte: text that is not UTF-8 travels in
a str as lone surrogates (Python's "surrogateescape").
https://github.com/redis/redis/blob/7.2/src/sds.c sdssplitargs(),
https://github.com/redis/redis/blob/7.2/src/config.c loadServerConfigFromString()
"""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from memurai.config.values import quote
from memurai.exceptions import ConfigSyntaxError

LINE_BLANKS = " \t\r\n"
# isspace() of the C locale; inside a word without quotes a vertical tab or a form feed is a character like others.
BLANKS = re.compile(r"[ \t\n\v\f\r]*")
WORD = re.compile(r"[^ \t\n\r\"']*")
QUOTED = re.compile(r""""((?:\\.|[^"\\])*+)"|'((?:\\'|[^'])*+)\'""", re.DOTALL)
AFTER_QUOTE = re.compile(r"[ \t\n\v\f\r]|\Z")
ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
CONTROL_CHARACTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}
# What is read back equal without quotes.
PLAIN = re.compile(r"[!$-&(-~][!#-&(-~]*")
LOWER_CASE = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True)
class Directive:
    """One line of a configuration; its arguments may be secret and are left out of its representation.

    name: in lower case.
    arguments: what follows the name, unquoted.
    line: number of the line it was read from, from 1.
    """

    name: str
    arguments: tuple[str, ...] = field(repr=False)
    line: int | None = field(default=None, compare=False)


def split_arguments(line: str) -> tuple[str, ...]:
    """Return the arguments of one line.

    Raises ConfigSyntaxError at the column where a quote is never closed or is followed by more than a blank.
    """
    return tuple(_arguments(line, None))


def parse(text: str) -> tuple[Directive, ...]:
    """Return the directives of a text with LF or CRLF line ends, without its comments and blank lines.

    Raises ConfigSyntaxError at the first line that Redis cannot read: one with a byte order mark, or with a NUL byte,
    after which Redis goes on with the next line as if it were the same, even in a comment.
    """
    if text.startswith("\ufeff"):
        raise ConfigSyntaxError(
            "expected a directive, found a byte order mark: save the file as UTF-8 without it", line=1, column=1
        )
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1)]
    for number, line in numbered:
        _require_no_nul(line, number)
    lines = ((number, line) for number, line in numbered if _says_something(line))
    read = ((number, tuple(_arguments(line, number))) for number, line in lines)
    return tuple(Directive(words[0].translate(LOWER_CASE), words[1:], number) for number, words in read if words)


def render(directives: Iterable[Directive]) -> str:
    """Return the text, one line a directive, that `parse` reads back equal."""
    return "".join(
        f"{' '.join(_word(word) for word in (directive.name, *directive.arguments))}\n" for directive in directives
    )


def _says_something(line: str) -> bool:
    return line.strip(LINE_BLANKS)[:1] not in {"", "#"}


def _word(value: str) -> str:
    return value if PLAIN.fullmatch(value) else quote(value)


def _arguments(line: str, number: int | None) -> Iterator[str]:
    _require_no_nul(line, number)
    position = _skip(BLANKS, line, 0)
    while position < len(line):
        start, position = position, _skip(WORD, line, position)
        word = line[start:position]
        if line[position : position + 1] in {'"', "'"}:
            quoted = _quoted(line, position, number)
            word += _unescaped(quoted)
            position = quoted.end()
        yield word
        position = _skip(BLANKS, line, position)


def _require_no_nul(line: str, number: int | None) -> None:
    if "\x00" in line:
        raise ConfigSyntaxError("expected text, found a NUL byte", line=number, column=line.index("\x00") + 1)


def _skip(pattern: re.Pattern[str], line: str, position: int) -> int:
    match = pattern.match(line, position)
    return position if match is None else match.end()


def _quoted(line: str, position: int, number: int | None) -> re.Match[str]:
    match = QUOTED.match(line, position)
    if match is None:
        raise ConfigSyntaxError(
            "expected a closing quote, found the end of the line (a backslash before a quote escapes it)",
            line=number,
            column=position + 1,
        )
    if AFTER_QUOTE.match(line, match.end()) is None:
        raise ConfigSyntaxError(
            "expected a blank after the closing quote, found another character", line=number, column=match.end() + 1
        )
    return match


def _unescaped(quoted: re.Match[str]) -> str:
    double, single = quoted.groups()
    if double is None:
        return str(single).replace("\\'", "'")
    return ESCAPE.sub(_escaped_byte, double.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _escaped_byte(match: re.Match[bytes]) -> bytes:
    code, character = match.groups()
    return bytes.fromhex(code.decode()) if code else CONTROL_CHARACTERS.get(character, character)
