"""Runs the programs of a practice host's product: the check tools to their end, the server for a trial."""

from __future__ import annotations

import codecs
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from winlab.twin.errors import TwinError
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.processes import base_environment
from winlab.windows.server_paths import configured_paths

_CHECK_SECONDS = 3600
_PROCESS_START = "[Diagnostics.Process]::Start("
_INPUT_ENCODING = re.compile(r"^\s*\[Console\]::InputEncoding = \[Text\.UTF8Encoding\]::new\(\$false\)$", re.MULTILINE)
_TOLD_LINES = 3


def count_snapshot(machine: Machine, check_path: str, path: str) -> int:
    """Check a snapshot by memurai-check-rdb and return the number of keys in it, those that have expired too.

    Raises:
        TwinError: the tool refuses it, or counts nothing.
    """
    output = _check(machine, check_path, path)
    keys = re.search(r"^\[info\] (\d+) keys read\s*$", output, re.MULTILINE)
    if keys is None:
        raise TwinError(f"Expected the number of keys in '{path}' from the check tool, found: {_told(output)}")
    return int(keys[1])


def check_append_only(machine: Machine, check_path: str, folder: str) -> None:
    """Check an append-only file by memurai-check-aof, which stands beside the check tool of snapshots.

    Raises:
        TwinError: the tool refuses it, or the folder has no manifest or several.
    """
    manifests = [name for name in machine.files.names(folder) if name.endswith(".manifest")]
    if len(manifests) != 1:
        raise TwinError(f"Expected one manifest of an append-only file in '{folder}', found {len(manifests)}.")
    tool = f"{machine.files.full_path(check_path).rpartition(chr(92))[0]}\\memurai-check-aof.exe"
    _check(machine, tool, f"{folder}\\{manifests[0]}")


def _check(machine: Machine, tool: str, path: str) -> str:
    program = require_program(machine, tool)
    try:
        done = subprocess.run(
            [program, machine.processes.readable_argument(path)],
            cwd=machine.root,
            env=base_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_CHECK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TwinError(f"Expected {program.name} to check '{path}' within {_CHECK_SECONDS} s, it did not.") from error
    output = machine.files.without_root(done.stdout.decode(errors="replace"))
    if done.returncode:
        raise TwinError(
            f"Expected {program.name} to accept '{path}', found exit code {done.returncode}: {_told(output)}"
        )
    return output


def _told(output: str) -> str:
    """Return the last lines of a check tool; its additional information may name a key."""
    lines = [line.strip() for line in output.splitlines()]
    told = [line for line in lines if line and not line.startswith(("[info]", "[additional info]"))]
    return "; ".join(told[-_TOLD_LINES:])


def standard_input(text: str | None, source: str | None = None) -> bytes:
    """Return what a program that the library starts finds on its standard input.

    Before anything else Process.Start of .NET Framework writes the preamble of the console's input encoding to it: a
    byte order mark under the code page 65001, which a session asks for. (Assumed of all sessions here.) Source:
    https://github.com/dotnet/runtime/issues/28929

    Args:
        text: what the library gives it, None for nothing.
        source: text of the function that starts it, whose own setting of that encoding counts; default: the library's.
    """
    place = resources.files("winfra.powershell").joinpath("internal", "programs", "Invoke-WinProgram.ps1")
    starting = place.read_text(encoding="ascii")
    before = (source or starting).partition(_PROCESS_START)[0]
    preamble = b"" if _INPUT_ENCODING.search(before) else codecs.BOM_UTF8
    return preamble + (b"" if text is None else f"{text}\n".encode())


def require_program(machine: Machine, path: str) -> Path:
    """Return where a program lies on the lab's machine, or fail when there is none."""
    if machine.files.kind(path) != "File":
        found = written_path(path)
        raise TwinError(f"Expected the program '{found}', found no such file. Install it, or correct the path.")
    return machine.files.local_path(path)


def require_empty(machine: Machine, path: str) -> None:
    """Fail unless a path is that of an empty or missing folder."""
    kind = machine.files.kind(path)
    if kind == "File" or (kind == "Directory" and machine.files.names(path)):
        text = f"Expected an empty or missing folder at '{path}', found something. Give another path."
        raise TwinError(text)


def require_free_port(machine: Machine, port: int) -> None:
    """Fail when somebody listens on the port of a trial."""
    listeners = machine.network.listeners(port)
    if listeners:
        raise TwinError(
            f"Expected the port {port} to be free for the trial, found process {listeners[0].process_id} listening "
            "there. Nothing was changed; choose another port."
        )


@dataclass(frozen=True)
class Trial:
    """A start of the server besides its service.

    Attributes:
        program: full Windows path of memurai.exe.
        configuration: full Windows path of the file it starts on.
        arguments: what follows the file on its command line.
        scratch: full Windows path of the folder it works in.
    """

    program: str
    configuration: str
    arguments: Sequence[str]
    scratch: str


@contextmanager
def trial_server(machine: Machine, trial: Trial, printed: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server for a trial, and end it whatever happens; what it prints goes to a file of the lab's machine.

    Raises:
        TwinError: there is no such program.
    """
    files, processes = machine.files, machine.processes
    program = require_program(machine, trial.program)
    data_folder = configured_paths(files, trial.program, trial.configuration).data_folder
    # It passes through the folders of the program and of the data before it is in its own.
    links = [trial.program.rpartition("\\")[0], trial.scratch]
    links += [data_folder] if files.kind(data_folder) == "Directory" else []
    process = processes.start(program, [trial.configuration, *trial.arguments], printed, links)
    try:
        yield process
    finally:
        # One whose own process was ended ends nothing any more.
        machine.powershells.require_alive()
        # A server that goes to the background ends the process that was started here.
        if process.poll() is not None:
            processes.end_strays()
        process.kill()
        process.wait()
        processes.forget(process)
