"""Names that come from outside and become part of keys; replies that may be bytes or text."""

import math
from collections.abc import Iterable

from memurai_client.exceptions import ConfigurationError, InvalidNameError

LONGEST_NAME = 512
LATEST_TIME = 253_402_300_799  # the end of the year 9999


def checked_name(value: str, what: str) -> str:
    """Return `value` if it may become part of a key.

    Args:
        value: A token's id, a session's id, a user, or what a limit is for.
        what: What it is, for the error's text; the value itself is never told.

    Raises:
        InvalidNameError: It is no text, empty, too long, or holds characters that can't be printed.
    """
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable():
        return value
    raise InvalidNameError(
        f"{what}: expected text of 1 to {LONGEST_NAME} printable characters, found {_found(value)}; "
        "refuse what came from outside before it gets here"
    )


def checked_names(values: Iterable[str], what: str) -> list[str]:
    """Return `values` if each may become part of a key, and they are no text alone: it would be taken for its letters.

    Raises:
        InvalidNameError: They are one text, or one of them can't be a name; none is ever told.
    """
    if isinstance(values, str | bytes):
        raise InvalidNameError(f"{what}: expected several of them, such as a list, found a single one")
    return [checked_name(value, what) for value in values]


def _found(value: object) -> str:
    if not isinstance(value, str):
        return f"a value of type {type(value).__name__}"
    if not 0 < len(value) <= LONGEST_NAME:
        return f"{len(value)} characters"
    position = next(index for index, character in enumerate(value) if not character.isprintable())
    return f"a control character or another one that can't be printed at position {position}"


def checked_duration(seconds: float, what: str, least: float = 0.001) -> int:
    """Return `seconds` in whole milliseconds.

    Raises:
        ConfigurationError: It is no number, or less than `least`, or more than the end of time.
    """
    if _is_number(seconds) and least <= seconds <= LATEST_TIME:
        return round(seconds * 1000)
    raise ConfigurationError(f"{what}: expected a number of seconds, at least {least:g}, found {seconds!r}")


def checked_time(seconds: float, what: str) -> int:
    """Return a point in time, in seconds since 1970 like a token's `exp`, rounded up to a whole second.

    Raises:
        ConfigurationError: It is no number, or lies before 1970 or after the year 9999 (as milliseconds would).
    """
    if _is_number(seconds) and 0 <= seconds <= LATEST_TIME:
        return math.ceil(seconds)
    raise ConfigurationError(
        f"{what}: expected seconds since 1970 up to the year 9999 (like `exp`, not milliseconds), found {seconds!r}"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def texts(replies: list[str] | list[bytes]) -> list[str]:
    """Return the texts of a reply that is a list."""
    return [text(reply) for reply in replies]


def text(reply: str | bytes) -> str:
    """Return a reply's text, whether the client decodes replies or not."""
    return reply.decode() if isinstance(reply, bytes) else reply
