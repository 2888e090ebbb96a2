"""The programs of a practice host, among them those that went to the background."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from windows_practice import ADDRESS, wait_until

from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

# Goes to the background, as with `daemonize yes`, and opens and closes files without end, as a server does that starts.
RESTLESS = """#!{python}
import os
if os.fork():
    os._exit(0)
os.setsid()
while True:
    os.close(os.open(os.devnull, os.O_RDONLY))
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


def go_to_the_background(machine: Machine, folder: Path) -> None:
    """Start the restless program and wait for the end of its parent."""
    program = folder / "restless"
    program.write_text(RESTLESS.format(python=sys.executable))
    program.chmod(0o755)
    process = machine.processes.start(program, [], folder / "output", [])
    wait_until(lambda: process.poll() is not None)


def test_a_program_in_the_background_that_opens_and_closes_files_is_found_each_time(
    machine: Machine, tmp_path: Path
) -> None:
    go_to_the_background(machine, tmp_path)
    assert [len(machine.processes.strays()) for _ in range(100)] == [1] * 100
    machine.processes.end_strays()
    assert machine.processes.strays() == []
