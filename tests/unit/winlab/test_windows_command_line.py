"""Command lines are split as Windows programs split them."""

from __future__ import annotations

import pytest

from winlab.windows.command_line import split_command_line


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("", []),
        ("a.exe", ["a.exe"]),
        ('"C:\\Program Files\\a.exe" -x  b', ["C:\\Program Files\\a.exe", "-x", "b"]),
        ('a.exe "b c" d"e f"g', ["a.exe", "b c", "de fg"]),
        ('a.exe "" x', ["a.exe", "", "x"]),
        # The table of Microsoft's page on parsing C command-line arguments.
        ('a.exe "a b c" d e', ["a.exe", "a b c", "d", "e"]),
        ('a.exe "ab\\"c" "\\\\" d', ["a.exe", 'ab"c', "\\", "d"]),
        ('a.exe a\\\\\\b d"e f"g h', ["a.exe", "a\\\\\\b", "de fg", "h"]),
        ('a.exe a\\\\\\"b c d', ["a.exe", 'a\\"b', "c", "d"]),
        ('a.exe a\\\\\\\\"b c" d e', ["a.exe", "a\\\\b c", "d", "e"]),
        ('a.exe a"b"" c d', ["a.exe", 'ab" c d']),
    ],
)
def test_splitting(line: str, arguments: list[str]) -> None:
    assert split_command_line(line) == arguments
