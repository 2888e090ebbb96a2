"""The command line of powershell.exe.

Source of the options: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_powershell_exe
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

# Full name: shortest abbreviation, further names, whether a value follows.
_OPTIONS: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "command": ("c", (), True),
    "encodedcommand": ("e", ("ec",), True),
    "executionpolicy": ("ex", ("ep",), True),
    "file": ("f", (), True),
    "inputformat": ("i", ("if",), True),
    "mta": ("mta", (), False),
    "noexit": ("noe", (), False),
    "nologo": ("nol", (), False),
    "noninteractive": ("noni", (), False),
    "noprofile": ("nop", (), False),
    "outputformat": ("o", ("of",), True),
    "sta": ("sta", (), False),
    "version": ("v", (), True),
    "windowstyle": ("w", (), True),
}
_SCRIPT_OPTIONS = ("command", "encodedcommand", "file")


@dataclass(frozen=True)
class PowerShellRequest:
    """What a command line asks for.

    Attributes:
        kind: command, encodedcommand or file; empty for none.
        value: the text after it.
        arguments: those of a script file.
        error: what is wrong with the line, empty when nothing.
    """

    kind: str = ""
    value: str = ""
    arguments: tuple[str, ...] = ()
    error: str = ""


def read_request(arguments: list[str]) -> PowerShellRequest:
    """Return what a command line asks for."""
    position = 0
    while position < len(arguments):
        name = _option(arguments[position])
        if name is None:
            if arguments[position][:1] in ("-", "/"):
                return PowerShellRequest(
                    error=f"winlab: this lab does not know the powershell.exe option {arguments[position]}"
                )
            return PowerShellRequest("command", " ".join(arguments[position:]))
        position += 1
        if name in _SCRIPT_OPTIONS:
            return _script(name, arguments[position:])
        position += _OPTIONS[name][2]
    return PowerShellRequest()


def _script(name: str, rest: list[str]) -> PowerShellRequest:
    if not rest:
        return PowerShellRequest(
            error=f"Cannot process the command because of a missing parameter: a value follows -{name}."
        )
    if name == "command":
        return PowerShellRequest(name, " ".join(rest))
    if name == "encodedcommand":
        return _encoded(rest)
    return PowerShellRequest(name, rest[0], tuple(rest[1:]))


def _encoded(rest: list[str]) -> PowerShellRequest:
    after = read_request(rest[1:])
    if after.kind or after.error:
        return PowerShellRequest(error=after.error or "winlab: this lab does not know two scripts on one command line")
    try:
        return PowerShellRequest("encodedcommand", base64.b64decode(rest[0], validate=True).decode("utf-16-le"))
    except ValueError:
        text = "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. "
        return PowerShellRequest(error=f"{text}The value must be Base64 encoded.")


def _option(argument: str) -> str | None:
    """Return the full name of an option, which may be shortened and begin with a slash."""
    if argument[:1] not in ("-", "/"):
        return None
    given = argument[1:].lower()
    for name, (shortest, aliases, _) in _OPTIONS.items():
        if given in aliases or (name.startswith(given) and given.startswith(shortest)):
            return name
    return None
