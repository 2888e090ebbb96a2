"""Reads single directives of a server's configuration, as the library does: what the file includes is not read."""

from __future__ import annotations

import re

from winlab.windows.machine import Machine

_WORD = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)""")


def directive_words(machine: Machine, path: str, name: str) -> list[list[str]]:
    """Return what follows a directive's name, unquoted, for each of its lines.

    Args:
        machine: the host.
        path: absolute Windows path of the configuration file.
        name: name of the directive.
    """
    lines = machine.files.read_bytes(path).decode(errors="replace").splitlines()
    found = [_words(line) for line in lines if not line.lstrip().startswith("#")]
    return [words[1:] for words in found if words and words[0].lower() == name.lower()]


def directive_value(machine: Machine, path: str, name: str, default: str) -> str:
    """Return the first word after the last line of a directive, the default when there is no such line."""
    lines = directive_words(machine, path, name)
    return lines[-1][0] if lines and lines[-1] else default


def _words(line: str) -> list[str]:
    return [next((part for part in match.groups() if part is not None), "") for match in _WORD.finditer(line)]
