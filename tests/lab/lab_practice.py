"""Practice hosts in this process, and pyinfra's own command line to work on them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import redis
from warm_pyinfra import PYINFRA, WarmPyinfra

from winlab.engines.real_powershell import Installation
from winlab.lab import Lab, LabHost
from winlab.own_network import refusal
from winlab.windows.machine import Machine

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TIMEOUT_SECONDS = 600
WAIT_SECONDS = 120
# As in inventories/lab.py: another network lets two runs of these tests share a machine.
NETWORK = os.environ.get("WINLAB_NETWORK") or "127.77.0"
# Recognisable, so that a test can look for it everywhere; long and mixed enough to be accepted as a password.
CANARY = "Canary-7391-must-not-show-anywhere"
CONFIG_COMMAND = "CONFIG_canary_5528_must_not_show"
# Without the plugins of this project's own tests, which an operator does not have: they are half of such a run's time.
AS_AN_OPERATOR = " ".join(f"-p no:{plugin}" for plugin in ("anyio", "hypothesispytest", "locust", "xdist"))


# By network: a lab may have one of its own.
WARM: dict[str, WarmPyinfra] = {}


@dataclass(frozen=True)
class Run:
    """What a command printed and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything it printed, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self.stdout + self.stderr)

    @property
    def totals(self) -> dict[str, int]:
        """The totals of a run with --json: success (changed), no_change, error."""
        results: dict[str, int] = json.loads(self.stdout)["results"]["totals"]
        return results

    @property
    def changed(self) -> list[str]:
        """Names of the operations that changed something, without their task, of a run with --json."""
        operations = json.loads(self.stdout)["results"]["operations"]
        return [operation["name"].rpartition(" | ")[2] for operation in operations if operation["success"]]

    @property
    def failed_hosts(self) -> list[str]:
        """Short names of the hosts that failed, of a run with --json."""
        return [name.rsplit("/", 1)[-1] for name in json.loads(self.stdout)["results"]["failed_hosts"]]


@dataclass
class Practice:
    """Practice hosts, and pyinfra to work on them.

    outputs: everything that any command printed so far.
    """

    lab: Lab
    environment: dict[str, str]
    working_folder: Path
    outputs: list[str] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        """The first host."""
        return next(iter(self.lab.machines.values()))

    def run(self, *command: str, environment: Mapping[str, str] | None = None) -> Run:
        """Run one of the project's commands as a user would."""
        everything = {**os.environ, "PYTEST_ADDOPTS": AS_AN_OPERATOR, **self.environment, **(environment or {})}
        if command[0] == PYINFRA.name:
            run = Run(*warm_pyinfra().run(command[1:], PROJECT, everything, TIMEOUT_SECONDS))
        else:
            run = _started(command, everything)
        self.outputs += [run.stdout, run.stderr]
        return run

    def deploy(self, *options: str, inventory: str = "inventories/lab.py", **environment: str) -> Run:
        """Deploy, answering yes."""
        return self.run("pyinfra", inventory, "deploy.py", "-y", *options, environment=environment)

    def plan(self, *options: str, inventory: str = "inventories/lab.py") -> Run:
        """Show what a deploy would change."""
        return self.run("pyinfra", inventory, "deploy.py", "--dry", "--diff", *options)

    def inventory(self, **extra: Mapping[str, Any]) -> str:
        """Write an inventory of the lab's hosts with more or other data for some; return its path.

        It is a file `lab.py` too, so that group_data/lab.py applies.
        """
        hosts = []
        for number, name in enumerate(self.lab.machines, start=1):
            data: dict[str, Any] = {
                "winrm_hostname": self.lab.machines[name].address,
                "memurai_network": {"bind": [f"{NETWORK}.{number}"]},
            }
            hosts.append((f"@winrm/{name}", {**data, **extra.get(name, {})}))
        path = self.working_folder / "lab.py"
        path.write_text(f"hosts = {hosts!r}\n")
        return str(path)

    def ask(self, *command: str) -> str:
        """Return what the first host's server answers to a command."""
        client = redis.Redis(host=self.machine.address, password=CANARY, decode_responses=True)
        try:
            answer = client.execute_command(*command)  # type: ignore[no-untyped-call]
        finally:
            client.close()
        return "OK" if answer is True else str(answer)

    def deploy_code(self, text: str, *options: str) -> Run:
        """Run pyinfra code of a test's own on the first host, answering yes, with --json."""
        path = self.working_folder / "code.py"
        path.write_text(textwrap.dedent(text))
        return self.run("pyinfra", "inventories/lab.py", str(path), "-y", "--json", *options)


def warm_pyinfra() -> WarmPyinfra:
    """Return what starts pyinfra in the network that this thread is in now, until its end."""
    network = str(Path("/proc/thread-self/ns/net").readlink())
    if network not in WARM:
        WARM[network] = WarmPyinfra()
    return WARM[network]


def _started(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def snapshot(machine: Machine) -> dict[str, tuple[str, float]]:
    """Return every file and folder of a host's drive with its content's hash and its time of writing."""
    drive = machine.root / "C:"
    return {
        str(path.relative_to(drive)): (sha256(path.read_bytes()).hexdigest() if path.is_file() else "", mtime(path))
        for path in sorted(drive.rglob("*"))
    }


def mtime(path: Path) -> float:
    """Return when a path, not what it links to, was written."""
    return path.lstat().st_mtime


def practice_hosts(
    count: int,
    variables: Mapping[str, str],
    folder: Path,
    powershell: Installation | None = None,
    *,
    own_network: bool = False,
) -> Iterator[Practice]:
    """Give practice hosts lab1, lab2, ... as inventories/lab.py has them.

    powershell: a real one, else answers. own_network: one that the lab can divide; skips the test where the system lets
    nobody have one.
    """
    hosts = [
        LabHost(f"lab{number}", f"{NETWORK}.{number}", "Administrator", variables["WINLAB_PASSWORD"])
        for number in range(1, count + 1)
    ]
    working_folder = folder / "work"
    working_folder.mkdir()
    if own_network and (reason := refusal()):
        pytest.skip(reason)
    with Lab(hosts, directory=folder / "lab", powershell=powershell, own_network=own_network) as lab:
        own = {"WINLAB_HOSTS": str(count), "WINLAB_CA_BUNDLE": str(lab.ca_bundle)}
        yield Practice(lab, {**variables, **own}, working_folder)


def wait_until(condition: Callable[[], bool], what: str, *, pause: float = 0.05) -> None:
    """Wait for a condition, for two minutes at most; pause: between two looks, in seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"expected {what} within {WAIT_SECONDS} s"
        time.sleep(pause)
