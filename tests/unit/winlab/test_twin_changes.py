"""What only a practice host can be made to suffer amidst a change."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from windows_practice import ADDRESS

from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.launcher import launch
from winlab.twin.registry import Output
from winlab.windows.machine import Machine
from winlab.windows.powershells import ProcessEndedError

FOLDER = "C:\\changes"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("lab1", ADDRESS, tmp_path, launch) as host:
        yield host


def call(machine: Machine, function: str, **parameters: object) -> Output:
    return invoke(FUNCTIONS[function], machine, parameters)


def copy(source: str, target: str) -> dict[str, Any]:
    return {"Function": "Copy-WinFile", "Parameters": {"Path": f"C:\\{source}", "Destination": f"C:\\{target}"}}


def step(why: str, do: dict[str, Any], undo: dict[str, Any]) -> dict[str, Any]:
    return {"Why": why, "Do": do, "Undo": json.dumps(undo), "TimeoutSeconds": 60}


def fill_up(machine: Machine, left: int) -> None:
    machine.files.reserved_bytes += machine.files.free_bytes - left


def test_a_disk_that_is_full_amidst_a_step_is_an_error_and_all_is_undone(machine: Machine) -> None:
    machine.files.write_bytes("C:\\large", b"x" * 100_000)
    fill_up(machine, 150_000)
    undos = [{"Function": "Remove-WinItem", "Parameters": {"Path": f"C:\\{name}"}} for name in "ab"]
    steps = [step("one", copy("large", "a"), undos[0]), step("two", copy("large", "b"), undos[1])]
    expected = r"^two: There is not enough space on the disk\. All that was done was undone\.$"
    with pytest.raises(TwinError, match=expected):
        call(machine, "Invoke-WinChange", Name="trial", Folder=FOLDER, Steps=steps)
    assert {machine.files.kind(f"C:\\{name}") for name in "ab"} == {"Absent"}
    (outcome,) = call(machine, "Get-WinChange", Folder=FOLDER)["Outcomes"]
    assert outcome["Outcome"] == "Undone"


def test_a_disk_that_is_full_to_the_last_byte_keeps_nothing_from_being_undone(machine: Machine) -> None:
    machine.files.write_bytes("C:\\a", b"x")
    undo = {"Function": "Remove-WinItem", "Parameters": {"Path": "C:\\b"}}
    call(machine, "Invoke-WinChange", Name="first", Folder=FOLDER, Steps=[step("one", copy("a", "b"), undo)])
    journal = f"{FOLDER}\\journal"
    # Room for the first line, the first step's and its file, and not for the second step's.
    fill_up(machine, 600)
    steps = [step("one", copy("a", "b"), undo), step("t" * 600, copy("a", "c"), undo)]
    with pytest.raises(TwinError, match=r"There is not enough space on the disk\. All that was done was undone"):
        call(machine, "Invoke-WinChange", Name="second", Folder=FOLDER, Steps=steps)
    assert {machine.files.kind(path) for path in (journal, "C:\\b", "C:\\c")} == {"Absent"}
    assert call(machine, "Get-WinChange", Folder=FOLDER)["State"] == "None"


def test_a_process_that_was_ended_changes_nothing_any_more_and_holds_nothing(machine: Machine) -> None:
    lock = machine.files.local_path("C:\\lock")
    terminated = threading.Event()
    with machine.powershells.running(terminated, terminated.set) as process:
        machine.powershells.hold(lock)
        assert machine.powershells.locked_paths() == {lock}
        assert machine.powershells.end(process.id)
        assert machine.powershells.locked_paths() == frozenset()
        with pytest.raises(ProcessEndedError):
            machine.files.write_bytes("C:\\a", b"x")
        with pytest.raises(ProcessEndedError):
            machine.services.stop("Memurai")
    assert not machine.powershells.end(process.id)
    machine.files.write_bytes("C:\\a", b"x")
