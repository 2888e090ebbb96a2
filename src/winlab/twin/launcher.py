"""Starts what a WinRM client asks for on a practice host."""

from __future__ import annotations

from winlab.twin.cmd import CommandShell
from winlab.windows.machine import Machine
from winlab.windows.process import Process

_SKIP_SHELL = "WINRS_SKIP_CMD_SHELL"


def launch(machine: Machine, process: Process) -> int:
    """Run a process to its end and return its exit code.

    A command goes through cmd.exe unless the client asked to skip it:
    https://learn.microsoft.com/openspecs/windows_protocols/ms-wsmv (2.2.4.8, WINRS_SKIP_CMD_SHELL)
    """
    shell = CommandShell(machine, process)
    if process.options.get(_SKIP_SHELL, "FALSE").upper() == "TRUE":
        return shell.run_program(process.command_line)
    machine.process_starts["cmd.exe"] += 1
    return shell.run(process.command_line)
