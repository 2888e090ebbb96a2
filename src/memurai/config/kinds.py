"""Kinds of values: how the arguments of a directive are read, and the one form that stands for all equal ones.

https://github.com/redis/redis/blob/7.2/src/config.c: the `set` and `get` functions of each type of configuration.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from memurai.config.language import LOWER_CASE, split_arguments
from memurai.config.values import parse_size
from memurai.exceptions import ConfigSyntaxError, ConfigurationError

Arguments = tuple[str, ...]
# What a directive amounts to: argument tuples in canonical form; none at all where an empty value clears a list.
Value = tuple[Arguments, ...]

MAXIMUM_PERCENTAGE = 100
SAVE_POINT_LENGTH = 2
LIMIT_LENGTH = 4
OOM_SCORE_COUNT = 3
MAXIMUM_OOM_SCORE = 2000
CLIENT_CLASSES = {"normal": "normal", "replica": "replica", "slave": "replica", "pubsub": "pubsub"}
# In the order in which Redis writes them; `A` stands for the first ten.
EVENT_CLASSES = "g$lshzxetdnKEm"
ALL_EVENTS = "g$lshzxetd"


@dataclass(frozen=True)
class Kind:
    """How the arguments of a directive are read.

    expected: what a right value is, for messages.
    canonical: the canonical form of arguments; None for arguments that Redis refuses.
    """

    expected: str
    canonical: Callable[[Arguments], Value | None]


def single(expected: str, canonical: Callable[[str], str | None]) -> Kind:
    """Return the kind of a directive with exactly one argument."""

    def read(arguments: Arguments) -> Value | None:
        value = canonical(arguments[0]) if len(arguments) == 1 else None
        return None if value is None else ((value,),)

    return Kind(expected, read)


def several(expected: str, canonical: Callable[[Arguments], Value | None]) -> Kind:
    """Return the kind of a directive with several arguments; a single one is split once more, as Redis does."""

    def read(arguments: Arguments) -> Value | None:
        try:
            return canonical(unfold(arguments))
        except ConfigSyntaxError:
            return None

    return Kind(expected, read)


def unfold(arguments: Arguments) -> Arguments:
    """Return the arguments of a directive with several of them: `"900 1"` are two, `""` none.

    Raises ConfigSyntaxError when a single argument holds quotes that are not closed.
    """
    return split_arguments(arguments[0]) if len(arguments) == 1 else arguments


def choice(*values: str, synonyms: tuple[tuple[str, str], ...] = ()) -> Kind:
    """Return the kind of a directive that takes one of a few words, in any case; synonyms are (word, canonical)."""
    meanings = {value: value for value in values} | dict(synonyms)
    return single(f"one of {', '.join(meanings)}", lambda text: meanings.get(text.translate(LOWER_CASE)))


def words(*values: str, none: str) -> Kind:
    """Return the kind of a directive that takes any of a few words in any order; `none` stands for no word."""

    def read(arguments: Arguments) -> Value | None:
        found = {argument.translate(LOWER_CASE) for argument in arguments}
        if not found or found - {*values, none}:
            return None
        return (tuple(value for value in values if value in found) or (none,),)

    return several(f"{none}, or some of {', '.join(values)}", read)


def _size(text: str) -> str | None:
    try:
        return str(parse_size(text))
    except ConfigurationError:
        return None


def _size_or_percentage(text: str) -> str | None:
    if re.fullmatch(r"(?:0|[1-9][0-9]?|100)%", text):
        return "0" if text == "0%" else text
    return _size(text)


def _integer(text: str) -> str | None:
    return text if re.fullmatch(r"0|-?[1-9][0-9]*", text) else None


def _octal(text: str) -> str | None:
    return format(int(text, 8), "o") if re.fullmatch(r"[0-7]+", text) else None


def _path(text: str) -> str | None:
    if re.search(r"[\x00-\x1f]", text):
        return None
    path = text.replace("\\", "/")
    stripped = path.rstrip("/")
    return path if stripped in {"", path[:2]} else stripped


def _keyspace_events(text: str) -> str | None:
    found = set(text.replace("A", ALL_EVENTS))
    if found - set(EVENT_CLASSES):
        return None
    ordered = "".join(letter for letter in EVENT_CLASSES if letter in found)
    if not found.issuperset(ALL_EVENTS):
        return ordered
    # Redis itself leaves out the `n` beside an `A`.
    return "A" + "".join(letter for letter in ordered if letter in "KEm")


def _save_points(arguments: Arguments) -> Value | None:
    numbers = [int(text) if re.fullmatch(r"[0-9]+", text) else -1 for text in arguments]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    if len(numbers) % SAVE_POINT_LENGTH or any(seconds < 1 or changes < 0 for seconds, changes in points):
        return None
    return tuple((str(seconds), str(changes)) for seconds, changes in points)


def _buffer_limits(arguments: Arguments) -> Value | None:
    limits = [
        _buffer_limit(arguments[start : start + LIMIT_LENGTH]) for start in range(0, len(arguments), LIMIT_LENGTH)
    ]
    read = tuple(limit for limit in limits if limit is not None)
    return read if len(read) == len(limits) > 0 else None


def _buffer_limit(arguments: Arguments) -> Arguments | None:
    if len(arguments) != LIMIT_LENGTH:
        return None
    name = CLIENT_CLASSES.get(arguments[0].translate(LOWER_CASE))
    hard, soft, seconds = _size(arguments[1]), _size(arguments[2]), arguments[3]
    if name is None or hard is None or soft is None or not re.fullmatch(r"[0-9]+", seconds):
        return None
    return (name, hard, soft, str(int(seconds)))


def _oom_scores(arguments: Arguments) -> Value | None:
    numbers = [int(text) for text in arguments if re.fullmatch(r"-?[0-9]+", text)]
    if len(arguments) != OOM_SCORE_COUNT or len(numbers) != OOM_SCORE_COUNT:
        return None
    if any(abs(number) > MAXIMUM_OOM_SCORE for number in numbers):
        return None
    return (tuple(str(number) for number in numbers),)


def _addresses(arguments: Arguments) -> Value | None:
    return (arguments,) if arguments else ()


def _percentiles(arguments: Arguments) -> Value | None:
    if not all(re.fullmatch(r"[0-9]+(?:\.[0-9]*)?", text) for text in arguments):
        return None
    numbers = [float(text) for text in arguments]
    if any(number > MAXIMUM_PERCENTAGE for number in numbers):
        return None
    return (tuple(f"{number:f}".rstrip("0").rstrip(".") for number in numbers),) if numbers else ()


def _primary(arguments: Arguments) -> Value | None:
    if tuple(argument.translate(LOWER_CASE) for argument in arguments) == ("no", "one"):
        return ()
    return (arguments,) if len(arguments) == len(("host", "port")) and arguments[1].isdecimal() else None


FLAG = choice("yes", "no")
SIZE = single("a size such as 2gb, 64mb or 1024, without a blank", _size)
SIZE_OR_PERCENTAGE = single("a size such as 2gb, or a percentage such as 5%", _size_or_percentage)
INTEGER = single("a whole number", _integer)
OCTAL = single("an octal number such as 700", _octal)
TEXT = single("one value, in double quotes when it holds a blank", lambda text: text)
PATH = single('one path, written "C:/folder/file": in double quotes a backslash starts an escape', _path)
KEYSPACE_EVENTS = single(f"letters of A{EVENT_CLASSES}", _keyspace_events)
SAVE_POINTS = several('pairs of seconds and changes, or ""', _save_points)
BUFFER_LIMITS = several("a class (normal, replica, pubsub), two sizes and seconds", _buffer_limits)
OOM_SCORES = several("three whole numbers from -2000 to 2000", _oom_scores)
ADDRESSES = several('addresses, or ""', _addresses)
PERCENTILES = several('numbers from 0 to 100, or ""', _percentiles)
PRIMARY = several("a host and a port, or no one", _primary)
