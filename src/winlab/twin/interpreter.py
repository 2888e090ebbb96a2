"""A very small part of PowerShell's language: what tests and people use to see that a host answers.

Whatever it does not know is an error that says so; it never pretends. Assumed: the layout of what it prints.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from winlab.exceptions import WinlabError
from winlab.twin.binder import invoke
from winlab.twin.functions import FUNCTIONS
from winlab.windows.errors import Win32Error
from winlab.windows.files import written_path
from winlab.windows.machine import Machine

_LITERAL = re.compile(r"""'((?:[^']|'')*)'|"([^"`]*)"|(-?\d+(?:\.\d+)?)|\$env:(\w+)|\$(true|false)\b""", re.IGNORECASE)
_WORD = re.compile(r"[\w.:\\/][\w.:\\/-]*")
_STATEMENT = re.compile(r"""(?:'(?:[^']|'')*'|"[^"]*"|#[^\n]*|[^;\n'"#])+""")
_VARIABLE = re.compile(r"\$env:(\w+)", re.IGNORECASE)

_SET_BY_WINDOWS = frozenset(
    [
        *("ALLUSERSPROFILE", "APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS"),
        *("OS", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PSMODULEPATH", "PUBLIC", "USERDOMAIN", "USERNAME", "USERPROFILE"),
        "WINDIR",
    ]
)
"""Environment variables that every process on Windows has, and one on a practice host does not."""

Value = str | int | float | bool


@dataclass
class Session:
    """What a script runs in.

    Attributes:
        machine: the host.
        terminated: ends waiting.
        environment: variables; scripts may set them.
        directory: working directory.
        library_functions: lower-case names of the library functions that can be called.
        input_lines: what $input gives.
        output: texts printed so far.
        errors: texts of error records so far.
    """

    machine: Machine
    terminated: threading.Event
    environment: dict[str, str]
    directory: str
    library_functions: frozenset[str] = frozenset()
    input_lines: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def output_text(self) -> str:
        """Return all output, each line ended as on Windows."""
        return "".join(f"{line}\r\n" for line in self.output)

    def error_text(self) -> str:
        """Return all errors, each line ended as on Windows."""
        return "".join(f"{line}\r\n" for line in self.errors)

    def variable(self, name: str) -> str:
        """Return an environment variable, empty when unset; Windows ignores the case of names."""
        found = [value for key, value in self.environment.items() if key.lower() == name.lower()]
        if not found and name.upper() in _SET_BY_WINDOWS:
            raise _unknown(f"$env:{name}")
        return found[0] if found else ""


@dataclass(frozen=True)
class Outcome:
    """How a script ended.

    Attributes:
        exit_code: of its exit statement, None when it had none.
        error_count: how many error records there were.
        last_failed: whether the last statement that ran failed.
    """

    exit_code: int | None
    error_count: int
    last_failed: bool


class _ExitError(Exception):
    """The script's exit statement."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _ThrownError(WinlabError):
    """An error that ends the script."""


class _RecordedError(WinlabError):
    """An error that is recorded; the script goes on."""


class Interpreter:
    """Runs scripts of the known statements."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._statements: list[tuple[re.Pattern[str], Callable[[re.Match[str]], None]]] = [
            (_pattern(r"\$env:(\w+)\s*=\s*(.+)"), self._set_variable),
            (_pattern(r"\$psversiontable\.psversion"), self._print_version),
            (_pattern(r"\$input"), self._print_input),
            (_pattern(r"\$pwd\.path"), self._print_directory),
            (_pattern(r"(?:write-output|echo)\s+(?:-inputobject\s+)?(.+)"), self._print_values),
            (_pattern(r"get-date"), self._print_date),
            (_pattern(r"hostname(?:\.exe)?"), self._print_host_name),
            (_pattern(r"whoami(?:\.exe)?"), self._print_user_name),
            (_pattern(r"exit(?:\s+(-?\d+))?"), self._exit),
            (_pattern(r"throw\s+(.+)"), self._throw),
            (_pattern(r"write-error\s+(?:-message\s+)?(.+)"), self._write_error),
            (_pattern(r"(?:start-sleep|sleep)\s+(?:-s\w*\s+)?(\d+(?:\.\d+)?)"), self._sleep),
            (_pattern(r"(?:start-sleep|sleep)\s+-m\w*\s+(\d+)"), self._sleep_milliseconds),
            (_pattern(r"get-process\s+-id\s+(\d+)"), self._get_process),
            (_pattern(r"stop-process\s+-id\s+(\d+)\s+-force"), self._stop_process),
            (_pattern(r"(get|start|stop|restart)-service\s+(?:-name\s+)?(\S+)"), self._service),
            (_pattern(r"(\w+-\w+)((?:\s+-\w+\s+.+)?)"), self._call_library),
            (_pattern(r"""(['"$\d].*)"""), self._print_values),
        ]

    def run(self, script: str) -> Outcome:
        """Run a script; what it prints is in the session afterwards."""
        before = len(self._session.errors)
        failed = False
        for statement in _split(script):
            if self._session.terminated.is_set():
                break
            try:
                failed = False
                self._run_statement(statement)
            except _ExitError as stop:
                return Outcome(stop.code, len(self._session.errors) - before, last_failed=False)
            except _RecordedError as error:
                failed = True
                self._session.errors.append(str(error))
            except WinlabError as error:
                self._session.errors.append(str(error))
                return Outcome(None, len(self._session.errors) - before, last_failed=True)
        return Outcome(None, len(self._session.errors) - before, last_failed=failed)

    def _run_statement(self, statement: str) -> None:
        for pattern, action in self._statements:
            match = pattern.fullmatch(statement)
            if match is not None:
                action(match)
                return
        raise _unknown(statement)

    # Statements

    def _set_variable(self, match: re.Match[str]) -> None:
        values = self._values(match[2], match[0])
        present = next((key for key in self._session.environment if key.lower() == match[1].lower()), match[1])
        self._session.environment[present] = " ".join(map(_shown, values))

    def _print_values(self, match: re.Match[str]) -> None:
        self._session.output += map(_shown, self._values(match[1], match[0]))

    def _print_version(self, _: re.Match[str]) -> None:
        numbers = self._session.machine.summary.powershell_version.split(".")
        names = ("Major", "Minor", "Build", "Revision")
        widths = [max(len(name), len(number)) for name, number in zip(names, numbers, strict=False)]
        rows = (names, tuple("-" * len(name) for name in names), tuple(numbers))
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in rows]
        self._session.output += ["", *lines, "", ""]

    def _print_input(self, _: re.Match[str]) -> None:
        self._session.output += self._session.input_lines

    def _print_directory(self, _: re.Match[str]) -> None:
        self._session.output.append(written_path(self._session.directory))

    def _print_date(self, _: re.Match[str]) -> None:
        now = datetime.now().astimezone()
        self._session.output += ["", now.strftime("%A, %B %d, %Y %I:%M:%S %p"), ""]

    def _print_host_name(self, _: re.Match[str]) -> None:
        self._session.output.append(self._session.machine.summary.computer_name)

    def _print_user_name(self, _: re.Match[str]) -> None:
        self._session.output.append(self._session.machine.summary.user_name.lower())

    def _exit(self, match: re.Match[str]) -> None:
        raise _ExitError(int(match[1] or 0))

    def _throw(self, match: re.Match[str]) -> None:
        raise _ThrownError(" ".join(map(_shown, self._values(match[1], match[0]))))

    def _write_error(self, match: re.Match[str]) -> None:
        raise _RecordedError(" ".join(map(_shown, self._values(match[1], match[0]))))

    def _sleep(self, match: re.Match[str]) -> None:
        self._session.terminated.wait(float(match[1]))

    def _sleep_milliseconds(self, match: re.Match[str]) -> None:
        self._session.terminated.wait(int(match[1]) / 1000)

    def _get_process(self, match: re.Match[str]) -> None:
        if not self._session.machine.powershells.is_running(int(match[1])):
            raise _RecordedError(f"Cannot find a process with the process identifier {match[1]}.")
        self._session.output.append(f"{match[1]} powershell")

    def _stop_process(self, match: re.Match[str]) -> None:
        if not self._session.machine.powershells.end(int(match[1])):
            raise _RecordedError(f"Cannot find a process with the process identifier {match[1]}.")

    def _service(self, match: re.Match[str]) -> None:
        verb, services = match[1].lower(), self._session.machine.services
        name = _shown(self._argument(match[2], match[0]))
        try:
            service = services.get(name)
            if verb in ("stop", "restart") and service.state != "Stopped":
                services.stop(name)
            if verb in ("start", "restart") and service.state != "Running":
                services.start(name)
        except Win32Error as error:
            raise _RecordedError(str(error)) from error
        if verb == "get":
            row = f"{service.state:<8} {service.name:<18} {service.settings.display_name}"
            heads = ("Status   Name               DisplayName", "------   ----               -----------")
            self._session.output += ["", *heads, row, "", ""]

    def _call_library(self, match: re.Match[str]) -> None:
        twin = next((item for item in FUNCTIONS.values() if item.name.lower() == match[1].lower()), None)
        if twin is None or match[1].lower() not in self._session.library_functions:
            raise _unknown(match[0])
        parameters: dict[str, object] = {}
        for name, text in self._parameters(match[2], match[0]):
            value = self._values(text, match[0])
            known = {key.lower(): parameter for key, parameter in twin.parameters.items()}.get(name.lower())
            takes_list = known is not None and "list[" in str(known.annotation)
            parameters[name] = value if takes_list else value[0] if len(value) == 1 else value
        output = invoke(twin, self._session.machine, parameters)
        width = max(map(len, output))
        self._session.output += [f"{name:<{width}} : {_property(value)}" for name, value in output.items()]

    # Values

    def _parameters(self, text: str, statement: str) -> Iterator[tuple[str, str]]:
        """Yield name and written value of each -Name value."""
        position = 0
        while position < len(text.rstrip()):
            match = re.compile(r"\s+-(\w+)[:\s]\s*").match(text, position)
            if match is None:
                raise _unknown(statement)
            end = self._end_of_values(text, match.end(), statement)
            yield match[1], text[match.end() : end]
            position = end

    def _end_of_values(self, text: str, start: int, statement: str) -> int:
        end = start
        while True:
            literal = _LITERAL.match(text, end) or _WORD.match(text, end)
            if literal is None:
                raise _unknown(statement)
            comma = re.compile(r"\s*,\s*").match(text, literal.end())
            if comma is None:
                return literal.end()
            end = comma.end()

    def _values(self, text: str, statement: str) -> list[Value]:
        """Return the literals of a comma list."""
        values: list[Value] = []
        position = 0
        text = text.strip()
        while True:
            match = _LITERAL.match(text, position)
            if match is None:
                match = _WORD.match(text, position)
                if match is None:
                    raise _unknown(statement)
                values.append(match[0])
            else:
                values.append(self._literal(match, statement))
            position = match.end()
            if position == len(text):
                return values
            comma = re.compile(r"\s*,\s*").match(text, position)
            if comma is None:
                raise _unknown(statement)
            position = comma.end()

    def _argument(self, text: str, statement: str) -> Value:
        values = self._values(text, statement)
        if len(values) != 1:
            raise _unknown(statement)
        return values[0]

    def _literal(self, match: re.Match[str], statement: str) -> Value:
        single, double, number, variable, boolean = match.groups()
        if single is not None:
            return str(single).replace("''", "'")
        if double is not None:
            if "$" in _VARIABLE.sub("", double):
                raise _unknown(statement)
            return _VARIABLE.sub(lambda found: self._session.variable(found[1]), double)
        if number is not None:
            return float(number) if "." in number else int(number)
        return self._session.variable(variable) if variable is not None else boolean.lower() == "true"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _split(script: str) -> list[str]:
    """Return the statements; comments go."""
    pieces = (piece.strip() for piece in _STATEMENT.findall(script.replace("\r\n", "\n")))
    without_comments = (re.sub(r"(?:^|\s)#[^\n]*$", "", piece).strip() for piece in pieces if not piece.startswith("#"))
    return [piece for piece in without_comments if piece]


def _unknown(statement: str) -> WinlabError:
    return _ThrownError(f"winlab: this lab does not know this PowerShell: {statement}")


def _shown(value: Value) -> str:
    return str(value)


def _property(value: object) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(_property(item) for item in value) + "}"
    if isinstance(value, dict):
        return "@{" + "; ".join(f"{name}={_property(item)}" for name, item in value.items()) + "}"
    return "" if value is None else str(value)
