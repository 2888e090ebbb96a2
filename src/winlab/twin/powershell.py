"""powershell.exe of a practice host: a real one where the host has one, else the answers in Python."""

from __future__ import annotations

from winlab.twin.agent import run_agent
from winlab.twin.entry_script import is_entry_script, run_entry_script
from winlab.twin.interpreter import Interpreter, Session
from winlab.windows.machine import Machine
from winlab.windows.powershell_options import PowerShellRequest, read_request
from winlab.windows.powershells import ProcessEndedError
from winlab.windows.process import Process

_BOOTSTRAP = "# winfra bootstrap"
_ENDED = 0xFFFFFFFF
_UNKNOWN_COMMAND_LINE = 0xFFFD0000
"""What powershell.exe exits with when it cannot make sense of its options (-196608)."""


def run_powershell(machine: Machine, process: Process, arguments: list[str]) -> int:
    """Do what a powershell.exe with these arguments does; return its exit code."""
    request = read_request(arguments)
    error = request.error or _missing_file(machine, request)
    if error:
        process.stderr.write(f"{error}\r\n")
        return _UNKNOWN_COMMAND_LINE
    if machine.powershell is not None:
        return machine.powershell(process, request)
    with machine.powershells.running(process.terminated, process.interrupt):
        try:
            return _run(machine, process, request)
        except ProcessEndedError:
            return _ENDED


def _run(machine: Machine, process: Process, request: PowerShellRequest) -> int:
    if request.kind == "file" and request.value != "-":
        return _run_file(machine, process, request.value, list(request.arguments))
    script = request.value
    if request.kind in ("", "file") or (request.kind == "command" and script == "-"):
        script = process.stdin.read().decode(errors="replace")
    if script.split("\n", 1)[0].strip() == _BOOTSTRAP:
        return run_agent(machine, process)
    return _run_script(machine, process, script)


def _missing_file(machine: Machine, request: PowerShellRequest) -> str:
    path = request.value
    if request.kind != "file" or path == "-" or (path.lower().endswith(".ps1") and machine.files.kind(path) == "File"):
        return ""
    return (
        f"The argument '{path}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file "
        "as an argument to the -File parameter."
    )


def _run_file(machine: Machine, process: Process, path: str, arguments: list[str]) -> int:
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
