"""powershell.exe of a practice host: its command line, and what it does with a script.

Source of the options: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_powershell_exe
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from winlab.twin.agent import run_agent
from winlab.twin.entry_script import is_entry_script, run_entry_script
from winlab.twin.interpreter import Interpreter, Session
from winlab.twin.process import Process
from winlab.windows.machine import Machine

_BOOTSTRAP = "# winfra bootstrap"
_UNKNOWN_COMMAND_LINE = 0xFFFD0000
"""What powershell.exe exits with when it cannot make sense of its options (-196608)."""

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
class _Request:
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


def run_powershell(machine: Machine, process: Process, arguments: list[str]) -> int:
    """Do what a powershell.exe with these arguments does; return its exit code.

    Args:
        machine: the host.
        process: its streams, environment and end.
        arguments: what follows the program's name.
    """
    request = _parse(arguments)
    if request.error:
        process.stderr.write(f"{request.error}\r\n")
        return _UNKNOWN_COMMAND_LINE
    if request.kind == "file" and request.value != "-":
        return _run_file(machine, process, request.value, list(request.arguments))
    script = request.value
    if request.kind in ("", "file") or (request.kind == "command" and script == "-"):
        script = process.stdin.read().decode(errors="replace")
    if script.split("\n", 1)[0].strip() == _BOOTSTRAP:
        return run_agent(machine, process)
    return _run_script(machine, process, script)


def _run_file(machine: Machine, process: Process, path: str, arguments: list[str]) -> int:
    if not path.lower().endswith(".ps1") or machine.files.kind(path) != "File":
        process.stderr.write(
            f"The argument '{path}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file "
            "as an argument to the -File parameter.\r\n"
        )
        return _UNKNOWN_COMMAND_LINE
    script = machine.files.read_bytes(path).decode("utf-8-sig")
    if is_entry_script(script):
        return run_entry_script(machine, process, path, arguments)
    if arguments:
        text = f"winlab: this lab knows arguments of entry scripts only, found: {' '.join(arguments)}"
        process.stderr.write(f"{text}\r\n")
        return _UNKNOWN_COMMAND_LINE
    return _run_script(machine, process, script)


def _run_script(machine: Machine, process: Process, script: str) -> int:
    environment = {**machine.environment, **process.environment}
    session = Session(machine, process.terminated, environment, process.directory)
    if "$input" in script.lower():
        session.input_lines = process.stdin.read().decode(errors="replace").splitlines()
    outcome = Interpreter(session).run(script)
    process.stdout.write(session.output_text())
    process.stderr.write(session.error_text())
    return outcome.exit_code if outcome.exit_code is not None else int(outcome.last_failed)


def _parse(arguments: list[str]) -> _Request:
    position = 0
    while position < len(arguments):
        name = _option(arguments[position])
        if name is None:
            if arguments[position][:1] in ("-", "/"):
                return _Request(error=f"winlab: this lab does not know the powershell.exe option {arguments[position]}")
            return _Request("command", " ".join(arguments[position:]))
        position += 1
        if name in _SCRIPT_OPTIONS:
            return _script(name, arguments[position:])
        position += _OPTIONS[name][2]
    return _Request()


def _script(name: str, rest: list[str]) -> _Request:
    if not rest:
        return _Request(error=f"Cannot process the command because of a missing parameter: a value follows -{name}.")
    if name == "command":
        return _Request(name, " ".join(rest))
    if name == "encodedcommand":
        return _encoded(rest)
    return _Request(name, rest[0], tuple(rest[1:]))


def _encoded(rest: list[str]) -> _Request:
    after = _parse(rest[1:])
    if after.kind or after.error:
        return _Request(error=after.error or "winlab: this lab does not know two scripts on one command line")
    try:
        return _Request("encodedcommand", base64.b64decode(rest[0], validate=True).decode("utf-16-le"))
    except ValueError:
        text = "Cannot process the command because the value specified with -EncodedCommand is not properly encoded. "
        return _Request(error=f"{text}The value must be Base64 encoded.")


def _option(argument: str) -> str | None:
    """Return the full name of an option, which may be shortened and begin with a slash."""
    if argument[:1] not in ("-", "/"):
        return None
    given = argument[1:].lower()
    for name, (shortest, aliases, _) in _OPTIONS.items():
        if given in aliases or (name.startswith(given) and given.startswith(shortest)):
            return name
    return None
