"""The version of a Windows Installer package, read on this machine.

A package is a compound file; its streams are the tables of a database. A cell of text is a number: that of a text in
the string pool. Microsoft describes neither. Sources: Wine's dlls/msi/table.c and string.c,
https://github.com/mdsteele/rust-msi (streamname.rs, stringpool.rs).
"""

import struct
from itertools import accumulate, pairwise
from pathlib import Path

import olefile

from winfra.exceptions import PackageError

VERSION = "ProductVersion"
_TABLES = ("_StringPool", "_StringData", "Property")
# Two characters of a stream's name are one of UTF-16, in 6 bits each.
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE_MARK, _PAIR_BASE, _SINGLE_BASE = "\u4840", 0x3800, 0x4800
_BITS = 6
_LONG_REFERENCES = 0x8000


def product_version(path: Path) -> str:
    """Return the ProductVersion of a package, which Windows shows as the version of the installed product.

    Raises PackageError when the file is no package, or says nothing of its version.
    """
    try:
        with olefile.OleFileIO(str(path)) as package:
            pool, data, table = (package.openstream([_stream(name)]).read() for name in _TABLES)
        properties = _properties(pool, data, table)
    except (OSError, LookupError, ValueError, struct.error) as error:
        raise PackageError(f"expected a Windows Installer package, found another file ({error})") from error
    if not properties.get(VERSION):
        raise PackageError(f"expected a Windows Installer package with a {VERSION}, found none in its Property table")
    return properties[VERSION]


def _stream(table: str) -> str:
    """Return the name of the stream that holds a table."""
    codes = [_ALPHABET.index(character) for character in table]
    pairs = zip(codes[::2], codes[1::2], strict=False)
    names = [chr(_PAIR_BASE + first + (second << _BITS)) for first, second in pairs]
    last = [chr(_SINGLE_BASE + codes[-1])] if len(codes) % 2 else []
    return "".join((_TABLE_MARK, *names, *last))


def _properties(pool: bytes, data: bytes, table: bytes) -> dict[str, str]:
    """Return the Property table; a table holds all cells of its first column, then those of the second."""
    texts = _texts(pool, data)
    (flags,) = struct.unpack_from("<H", pool, 2)
    size = 3 if flags & _LONG_REFERENCES else 2
    cells = [texts[int.from_bytes(table[at : at + size], "little")] for at in range(0, len(table), size)]
    rows = len(cells) // 2
    return dict(zip(cells[:rows], cells[rows:], strict=True))


def _texts(pool: bytes, data: bytes) -> list[str]:
    """Return the texts of the string pool by their number; number 0 is no text.

    The sources differ in how the length of a text beyond 64 KB is written; only one of the two adds up to the data.
    """
    entries = list(struct.iter_unpack("<HH", pool[4:]))
    for reading in (_lengths(entries, is_split=False), _lengths(entries, is_split=True)):
        ends = list(accumulate(reading, initial=0))
        if ends[-1] == len(data):
            # The version is ASCII in every code page.
            return ["", *(data[start:end].decode("ascii", "replace") for start, end in pairwise(ends))]
    raise ValueError("its string pool does not fit its texts")


def _lengths(entries: list[tuple[int, int]], *, is_split: bool) -> list[int]:
    """Return the lengths of the texts in bytes; an entry is a text's length and how often it is referred to.

    is_split: the high half of a great length stands in its first entry; otherwise all of it is the second one.
    """
    lengths, rest = [], iter(entries)
    for length, references in rest:
        if length or not references:
            lengths.append(length)
        else:
            low, high = next(rest, (0, 0))
            lengths.append(low | (references if is_split else high) << 16)
    return lengths
