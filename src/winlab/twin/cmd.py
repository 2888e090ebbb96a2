"""cmd.exe of a practice host, and the few programs the lab knows beside powershell.exe."""

from __future__ import annotations

import re
from collections.abc import Callable

from winlab.twin.powershell import run_powershell
from winlab.windows.command_line import split_command_line
from winlab.windows.machine import Machine
from winlab.windows.process import Process

_LONGEST_LINE = 8191
"""https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation"""

_SPECIAL = re.compile(r'[&|<>^](?=(?:[^"]*"[^"]*")*[^"]*$)')
_PROGRAMS = ("hostname", "whoami", "ipconfig", "powershell", "cmd")


class CommandShell:
    """Runs one command line."""

    def __init__(self, machine: Machine, process: Process) -> None:
        self._machine = machine
        self._process = process
        self._builtins: dict[str, Callable[[str], int]] = {
            "echo": self._echo,
            "exit": self._exit,
            "set": self._set,
            "type": self._type,
            "ver": self._ver,
        }

    def run(self, line: str) -> int:
        """Run a line as cmd.exe does and return its exit code."""
        if len(line) >= _LONGEST_LINE:
            return self._fail("The command line is too long.\r\n")
        line = line.strip()
        name = _program_name(line)
        if name != "powershell" and _SPECIAL.search(line):
            return self._fail(f"winlab: this lab does not know this cmd.exe command line: {line}\r\n")
        if name != "powershell":
            line = self._expand(line)
        if name in self._builtins:
            return self._builtins[name](line[len(name) :])
        return self.run_program(line)

    def run_program(self, line: str) -> int:
        """Run a program without a shell and return its exit code."""
        name = _program_name(line)
        if name not in _PROGRAMS:
            return self._fail(f"winlab: this lab does not know the program {name}\r\n")
        self._machine.process_starts[f"{name}.exe"] += 1
        arguments = split_command_line(line)[1:]
        match name:
            case "powershell":
                self._process.terminated.wait(self._machine.process_latency_seconds)
                return run_powershell(self._machine, self._process, arguments)
            case "cmd":
                return self._nested(line)
            case "ipconfig":
                return self._ipconfig(arguments)
        if arguments:
            return self._fail(f"winlab: this lab does not know arguments of {name}: {' '.join(arguments)}\r\n")
        summary = self._machine.summary
        return self._say(summary.computer_name if name == "hostname" else summary.user_name.lower())

    # Programs and builtin commands

    def _nested(self, line: str) -> int:
        match = re.fullmatch(r'\S+\s+/[cC]\s+"?(.*?)"?', line.strip(), re.DOTALL)
        if match is None:
            return self._fail(f"winlab: this lab knows cmd.exe only with /c: {line}\r\n")
        return self.run(match[1])

    def _ipconfig(self, arguments: list[str]) -> int:
        if [argument.lower() for argument in arguments] not in ([], ["/all"]):
            return self._fail(f"\r\nError: unrecognized or incomplete command line: {' '.join(arguments)}\r\n")
        lines = ["", "Windows IP Configuration", ""]
        if arguments:
            lines += [f"   Host Name . . . . . . . . . . . . : {self._machine.summary.computer_name}", ""]
        lines += ["Ethernet adapter Ethernet:", ""]
        lines.append(f"   IPv4 Address. . . . . . . . . . . : {self._machine.address}")
        return self._say("\r\n".join(lines))

    def _echo(self, rest: str) -> int:
        return self._say(rest[1:] if rest.strip() else "ECHO is on.")

    def _exit(self, rest: str) -> int:
        match = re.fullmatch(r"\s*(?:/[bB]\s*)?(-?\d+)?\s*", rest)
        return int(match[1] or 0) if match else self._fail(f"winlab: this lab does not know: exit{rest}\r\n")

    def _set(self, rest: str) -> int:
        wanted = rest.strip()
        if "=" in wanted:
            return self._fail(f"winlab: this lab does not know: set{rest}\r\n")
        found = sorted(name for name in self._environment if name.upper().startswith(wanted.upper()))
        if not found:
            return self._fail(f"Environment variable {wanted} not defined\r\n")
        return self._say("\r\n".join(f"{name}={self._environment[name]}" for name in found))

    def _type(self, rest: str) -> int:
        path = rest.strip().strip('"')
        if not re.match(r"[A-Za-z]:[\\/]", path):
            return self._fail(f"winlab: this lab knows type only with an absolute path: {path}\r\n")
        if self._machine.files.kind(path) != "File":
            return self._fail("The system cannot find the file specified.\r\n")
        self._process.stdout.write(self._machine.files.read_bytes(path))
        return 0

    def _ver(self, _: str) -> int:
        return self._say(f"\r\nMicrosoft Windows [Version {self._machine.summary.operating_system_version}]")

    # Helpers

    @property
    def _environment(self) -> dict[str, str]:
        return {**self._machine.environment, **self._process.environment}

    def _expand(self, line: str) -> str:
        names = {name.upper(): value for name, value in self._environment.items()}
        return re.sub(r"%(\w+)%", lambda found: names.get(found[1].upper(), found[0]), line)

    def _say(self, text: str) -> int:
        self._process.stdout.write(f"{text}\r\n")
        return 0

    def _fail(self, text: str) -> int:
        self._process.stderr.write(text)
        return 1


def _program_name(line: str) -> str:
    """Return the name a line begins with, without folder and .exe; some builtins take arguments without a blank."""
    words = split_command_line(line)
    name = re.split(r"[\\/]", words[0])[-1].lower() if words else ""
    return name.removesuffix(".exe")
