"""A change whose process died: the host's own health check brings the server back, without a control node."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest
from lab_practice import BIN, CANARY, CONFIG_COMMAND, PROJECT, WAIT_SECONDS, Practice
from present_practice import client, fill

from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.registry import Output
from winlab.windows.machine import Machine

CHANGES = "C:/ProgramData/Memurai/config/changes"
KEYS = 500
# Read at the start only.
AT_START = "disable-thp"
# A real PowerShell takes its time.
RUN_SECONDS = 600


@pytest.fixture
def filled(deployed: Practice) -> Practice:
    """The deployed host, whose server has keys."""
    fill(deployed, CANARY, KEYS)
    return deployed


class Start:
    """The next start of a service, or of a server: it waits, and does not come about."""

    def __init__(self) -> None:
        self.reached, self.released = threading.Event(), threading.Event()

    def instead(self, name: str) -> None:
        """Take the place of a function, for one call of any of those whose place was taken."""
        function = FUNCTIONS[name].function

        @wraps(function)
        def wait(machine: Machine, **parameters: Any) -> Output:
            if self.reached.is_set():
                return function(machine, **parameters)
            self.reached.set()
            assert self.released.wait(RUN_SECONDS)
            machine.powershells.require_alive()
            raise TwinError("its process was ended")

        FUNCTIONS[name] = replace(FUNCTIONS[name], function=wait)


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    # Answers in Python are asked for the first, a real PowerShell asks for the second.
    found = Start()
    for name in ("Start-MemuraiServer", "Start-WinService"):
        monkeypatch.setitem(FUNCTIONS, name, FUNCTIONS[name])
        found.instead(name)
    return found


@contextmanager
def running(practice: Practice, *command: str) -> Iterator[subprocess.Popen[str]]:
    everything = {**os.environ, **practice.environment}
    with subprocess.Popen(
        [str(BIN / "pyinfra"), *command],
        cwd=PROJECT,
        env=everything,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process


def kill_at_the_start(practice: Practice, start: Start, *command: str) -> None:
    """Have a change end with its process when it is to start the server."""
    with running(practice, *command) as process:
        assert start.reached.wait(RUN_SECONDS)
        number = holder(practice.machine)
        ended = practice.run("pyinfra", "inventories/lab.py", "-y", "exec", "--", f"Stop-Process -Id {number} -Force")
        assert ended.exit_code == 0, ended.output
        start.released.set()
        output, _ = process.communicate(timeout=WAIT_SECONDS)
        assert process.returncode == 1, output
    assert practice.machine.files.kind(f"{CHANGES}/journal") == "File"
    assert practice.machine.services.get("Memurai").state == "Stopped"


def holder(machine: Machine) -> int:
    """Return the id of the process whose change is under way."""
    lock = machine.files.local_path(f"{CHANGES}/lock")
    told = machine.powershells.told(lock)
    return int(told["process_id"] if told is not None else json.loads(lock.read_text())["ProcessId"])


def check(practice: Practice) -> tuple[int, str]:
    """Run the scheduled health check; return its exit code and what it wrote of its last event."""
    code = practice.machine.tasks.run("Memurai-health", timeout_seconds=RUN_SECONDS)
    return code, practice.machine.events.find(source="MemuraiProduction")[-1].message


def assert_as_before(practice: Practice, name: str) -> None:
    """The health check has undone a change, tells so once, and leaves nothing of it."""
    code, told = check(practice)
    assert (code, f"'{name}' was left unfinished and was undone" in told) == (2, True), told
    with client(practice, CANARY) as connection:
        assert connection.dbsize() == KEYS
        assert connection.execute_command(CONFIG_COMMAND, "GET", AT_START)[AT_START] == "yes"
    files, service = practice.machine.files, practice.machine.services.get("Memurai")
    assert (service.state, service.settings.start_type) == ("Running", "Automatic")
    assert sorted(files.names(CHANGES)) == ["lock", "outcomes"]
    assert files.kind("C:/ProgramData/Memurai/trial") == "Absent"
    assert "restore.partial" not in files.names("C:/ProgramData/Memurai/data")
    code, told = check(practice)
    assert (code, "[OK]   changes: none is unfinished" in told) == (0, True), told
    again = practice.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


@pytest.mark.judged
def test_a_configuration_that_needs_a_restart(filled: Practice, start: Start) -> None:
    inventory = filled.inventory(lab1={"memurai_extra": {"directives": {AT_START: "no"}}})
    kill_at_the_start(filled, start, inventory, "deploy.py", "-y")
    assert_as_before(filled, "configuration of Memurai")


@pytest.mark.judged
def test_a_restore(filled: Practice, start: Start) -> None:
    (name,) = {entry for entry in filled.machine.files.names("C:/Backups/Redis") if entry.endswith("Z")}
    restore = ("inventories/lab.py", "tasks/restore.py", "-y", "--data", f"backup={name}")
    kill_at_the_start(filled, start, *restore)
    assert_as_before(filled, f"restore of {name} to Memurai")
