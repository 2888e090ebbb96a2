"""The command `winlab`: practice hosts for a person, or around a command."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Self

from winlab.engines.real_powershell import Installation
from winlab.environment import lab_variables
from winlab.exceptions import WinlabError
from winlab.inventory import read_hosts
from winlab.lab import Lab

DEFAULT_INVENTORY = Path("inventories/lab.py")
ERROR_EXIT_CODE = 2
SIGNAL_EXIT_CODE_BASE = 128
"""A shell reports a command that signal N ended with 128 + N; so do we."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: the command line without the program's name, default: this process's.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    split = words.index("--") if "--" in words else len(words)
    parser = _parser()
    options = parser.parse_args(words[:split])
    command = words[split + 1 :]
    if (options.action == "run") != bool(command):
        parser.error("`winlab run [options] -- COMMAND ...` needs a command, and only `run` takes one")
    try:
        with Signals() as signals:
            return _up(options, signals) if options.action == "up" else _run(options, command, signals)
    except WinlabError as error:
        print(f"winlab: {error}", file=sys.stderr)
        return ERROR_EXIT_CODE


class Signals:
    """SIGINT, SIGTERM and SIGHUP while a lab runs: they end the lab in order, or go on to the command inside it."""

    def __init__(self) -> None:
        self.first: int | None = None
        self._arrived = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._passed_on = False
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        """Take the signals over."""
        self._before = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def wait(self) -> None:
        """Wait for one of them."""
        self._arrived.wait()

    def wait_for(self, child: subprocess.Popen[bytes]) -> int:
        """Wait for a child process, pass the signals on to it and return its exit code."""
        self._child = child
        if self.first is not None and not self._passed_on:  # it came while the child was being started
            self._pass_on(self.first)
        exit_code = child.wait()
        self._child = None
        return exit_code if exit_code >= 0 else SIGNAL_EXIT_CODE_BASE - exit_code

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.first = self.first or number
        self._arrived.set()
        self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        # A terminal sends Ctrl+C to the child by itself; a second one would cut its own cleaning up short.
        from_terminal = number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty()
        if self._child is not None and not from_terminal:
            self._passed_on = True
            self._child.send_signal(number)


def _up(options: argparse.Namespace, signals: Signals) -> int:
    with _lab(options) as (lab, variables):
        if signals.first is None:
            print(_describe(lab, variables), flush=True)
            signals.wait()
        print("winlab: ending the practice hosts", flush=True)
    return 0


def _run(options: argparse.Namespace, command: list[str], signals: Signals) -> int:
    with _lab(options) as (_, variables):
        if signals.first is not None:
            return SIGNAL_EXIT_CODE_BASE + signals.first
        try:
            child = subprocess.Popen(command, env={**os.environ, **variables})
        except OSError as error:
            raise WinlabError(f"Could not run {command[0]!r}: {error.strerror}. Check the command after --.") from error
        return signals.wait_for(child)


@contextmanager
def _lab(options: argparse.Namespace) -> Iterator[tuple[Lab, dict[str, str]]]:
    process_latency, request_latency = options.latency
    powershell = None if options.powershell is None else Installation.open(options.powershell)
    with tempfile.TemporaryDirectory(prefix="winlab-") as name:
        directory = Path(name)
        variables = lab_variables(directory, options.hosts, os.environ)
        hosts = read_hosts(options.inventory, {**os.environ, **variables}, options.hosts)
        with Lab(
            hosts,
            directory=directory,
            request_latency_seconds=request_latency,
            process_latency_seconds=process_latency,
            powershell=powershell,
        ) as lab:
            yield lab, variables


def _describe(lab: Lab, variables: Mapping[str, str]) -> str:
    lines = [
        f"{host.name}: {host.address}, user {host.user}, C: is {lab.machines[host.name].root / 'C:'}"
        for host in lab.hosts
    ]
    lines += ["", "In another terminal (these lines hold the lab's passwords):"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join([*lines, "", "Ctrl+C ends the hosts and removes their files."])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="winlab", description="Practice Windows hosts on this machine.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    up = actions.add_parser("up", help="start practice hosts and keep them until Ctrl+C")
    run = actions.add_parser("run", help="start practice hosts, run a command (after --), end them", usage=_RUN_USAGE)
    for with_hosts in (up, run):
        with_hosts.add_argument(
            "--inventory", type=Path, default=DEFAULT_INVENTORY, help="pyinfra inventory (default: %(default)s)"
        )
        with_hosts.add_argument("--hosts", type=_positive, help="how many hosts; sets WINLAB_HOSTS for the inventory")
        with_hosts.add_argument(
            "--powershell",
            type=Path,
            metavar="DIR",
            help="folder of a PowerShell for Windows that the hosts run, under Wine (docs/developer/powershell.md); "
            "default: answers in Python",
        )
        with_hosts.add_argument(
            "--latency",
            type=_latency,
            default=(0.0, 0.0),
            metavar="PROCESS[,REQUEST]",
            help="seconds added to every start of a process, and to every HTTP request",
        )
    return parser


_RUN_USAGE = "winlab run [-h] [--inventory INVENTORY] [--hosts HOSTS] [--latency PROCESS[,REQUEST]] -- COMMAND ..."


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number of hosts, 1 or more, found {text!r}")
    return int(text)


def _latency(text: str) -> tuple[float, float]:
    process, _, request = text.partition(",")
    try:
        latencies = float(process), float(request or 0)
    except ValueError:
        latencies = (-1.0, -1.0)
    if min(latencies) < 0:
        raise argparse.ArgumentTypeError(f"expected seconds such as 0.4 or 0.4,0.005, found {text!r}")
    return latencies
