"""Single values as the configuration says them: quoted text, sizes, yes and no."""

import re

from memurai.exceptions import ConfigurationError

ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
# A byte that is not UTF-8 travels in a str as a lone surrogate (Python's "surrogateescape").
NEEDS_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\\udc80-\udcff]')

# memtoull() in https://github.com/redis/redis/blob/7.2/src/util.c: without "b" decimal, with it binary.
UNITS = {
    "": 1,
    "b": 1,
    "k": 1000,
    "kb": 1024,
    "m": 1000**2,
    "mb": 1024**2,
    "g": 1000**3,
    "gb": 1024**3,
}


def quote(value: str) -> str:
    """Return a value as one argument of a directive, in double quotes, whatever characters it holds."""
    return f'"{NEEDS_ESCAPE.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return ESCAPES.get(character, f"\\x{ord(character) & 0xFF:02x}")


def parse_size(text: str) -> int:
    """Return a size in bytes: `2gb` is 2147483648, `2g` is 2000000000, `100` is 100.

    Raises ConfigurationError when the text is no size; a blank before the unit and fractions are not read by Redis.
    """
    match = re.fullmatch(r"([0-9]+)([A-Za-z]*)", text)
    if match is None or match[2].lower() not in UNITS:
        raise ConfigurationError(f"expected a size such as 2gb, 64mb or 1024, found {text!r}")
    return int(match[1]) * UNITS[match[2].lower()]


def format_size(size: int) -> str:
    """Return a size in bytes in its largest binary unit that divides it: 2147483648 is `2gb`."""
    for unit in ("gb", "mb", "kb"):
        if size and size % UNITS[unit] == 0:
            return f"{size // UNITS[unit]}{unit}"
    return str(size)


def flag(value: bool) -> str:
    """Return a boolean as the configuration says it: `yes` or `no`."""
    return "yes" if value else "no"
