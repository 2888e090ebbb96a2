"""How Windows programs split their command line."""

from __future__ import annotations

import re


def split_command_line(line: str) -> list[str]:
    r"""Return the arguments of a command line, the program's name first.

    Backslashes count only before a double quote: 2n of them give n, 2n+1 give n and a literal quote; "" within quotes
    is a quote: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
    In the program's name they mean nothing:
    https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw
    """
    name = re.match(r'\s*(?:"([^"]*)"?|([^\s"]*))', line)
    if name is None or not line.strip():
        return []
    first = name[1] if name[1] is not None else name[2]
    return [first, *_arguments(line[name.end() :])]


def _arguments(text: str) -> list[str]:
    arguments: list[str] = []
    current: list[str] = []
    quoted = started = False
    position = 0
    while position < len(text):
        character = text[position]
        if character in " \t\r\n" and not quoted:
            if started:
                arguments.append("".join(current))
            current, started = [], False
            position += 1
            continue
        started = True
        literal, toggles, position = _piece(text, position, quoted=quoted)
        current.append(literal)
        quoted ^= toggles
    if started:
        arguments.append("".join(current))
    return arguments


def _piece(text: str, position: int, *, quoted: bool) -> tuple[str, bool, int]:
    """Return the next literal text, whether a quote toggled after it, and where to go on."""
    slashes = len(text) - position - len(text[position:].lstrip("\\"))
    after = position + slashes
    if text[after : after + 1] != '"':
        return (text[position:after], False, after) if slashes else (text[position], False, position + 1)
    if slashes % 2:
        return "\\" * (slashes // 2) + '"', False, after + 1
    if quoted and text[after + 1 : after + 2] == '"':
        return "\\" * (slashes // 2) + '"', False, after + 2
    return "\\" * (slashes // 2), True, after + 1
