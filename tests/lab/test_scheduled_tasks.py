"""The operation on scheduled tasks: absent, drifted, as desired, dry run; its task really runs. What jobs report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lab_practice import NETWORK
from operation_runner import OperationRunner, Outcome
from pyinfra.api.connect import disconnect_all
from pyinfra.api.facts import get_fact

from winfra.facts.events import EventEntries
from winfra.operations import tasks
from winlab.lab import Lab, LabHost
from winlab.windows.machine import Machine
from winlab.windows.tasks import Trigger

CMD = "C:\\Windows\\System32\\cmd.exe"
DAILY: dict[str, Any] = {
    "task": "Practice",
    "description": "Runs every night",
    "execute": CMD,
    "arguments": "/c exit 5",
    "at": "02:30",
    "execution_time_limit_minutes": 90,
}
REPEATED = {**{key: value for key, value in DAILY.items() if key != "at"}, "every_minutes": 5}


@pytest.fixture(scope="module")
def lab(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    host = LabHost("lab1", f"{NETWORK}.1", "Administrator", variables["WINLAB_PASSWORD"])
    with Lab([host], directory=tmp_path_factory.mktemp("tasks")) as started:
        yield started


@pytest.fixture(scope="module")
def runner(lab: Lab) -> OperationRunner:
    return OperationRunner(lab)


@pytest.fixture
def machine(lab: Lab) -> Iterator[Machine]:
    yield lab.machines["lab1"]
    lab.machines["lab1"].tasks.unregister("Practice")


@pytest.fixture
def registered(runner: OperationRunner, machine: Machine) -> Machine:
    """The host with the daily task."""
    assert runner.run(tasks.task, **DAILY).changed
    return machine


def assert_converges(runner: OperationRunner, *shown: str, **arguments: object) -> None:
    """A dry run plans and changes nothing, the run changes, another one finds everything as desired."""
    for _ in range(2):
        dry = runner.run(tasks.task, dry=True, **arguments)
        assert (dry.planned, dry.changed, dry.succeeded) == (True, False, True), dry.shown
        for text in shown:
            assert text in dry.shown, f"{text} is missing in:\n{dry.shown}"
    done = runner.run(tasks.task, **arguments)
    assert (done.changed, done.succeeded) == (True, True), done.shown
    assert_is_as_desired(runner.run(tasks.task, **arguments))


def assert_is_as_desired(after: Outcome) -> None:
    assert (after.planned, after.changed, after.succeeded) == (False, False, True), after.shown
    assert "noop:" in after.shown


def test_an_absent_task_is_registered_and_runs(runner: OperationRunner, machine: Machine) -> None:
    shown = ("- exists: False", "+ exists: True", "+ triggers: daily at 02:30", f"+ execute: {CMD}")
    assert_converges(runner, *shown, **DAILY)
    assert machine.tasks.run("Practice") == 5
    assert_is_as_desired(runner.run(tasks.task, **DAILY))


def test_a_task_that_repeats(runner: OperationRunner, machine: Machine) -> None:
    assert_converges(runner, "- exists: False", "+ triggers: every 5 minutes from 00:00", **REPEATED)
    assert machine.tasks.get("Practice").definition.triggers == (Trigger("Repetition", "00:00", 5),)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"description": "Other"}, ("- description: Runs every night", "+ description: Other")),
        ({"description": None}, ("- description: Runs every night", "+ description: (none)")),
        ({"execute": "C:\\x.exe"}, (f"- execute: {CMD}", "+ execute: C:\\x.exe")),
        ({"arguments": "/c exit 6"}, ("- arguments: /c exit 5", "+ arguments: /c exit 6")),
        ({"at": "03:00"}, ("- triggers: daily at 02:30", "+ triggers: daily at 03:00")),
        ({"at": None, "every_minutes": 5}, ("- triggers: daily at 02:30", "+ triggers: every 5 minutes from 00:00")),
        ({"execution_time_limit_minutes": 30}, ("- execution_time_limit_minutes: 90",)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_another_setting_is_given_to_the_task(
    runner: OperationRunner, change: dict[str, Any], shown: tuple[str, ...]
) -> None:
    assert_converges(runner, *shown, **{**DAILY, **change})


@pytest.mark.parametrize(
    ("drift", "shown"),
    [
        ({"description": None}, ("- description: (none)", "+ description: Runs every night")),
        ({"execute": None}, ("- execute: (none)", f"+ execute: {CMD}")),
        ({"arguments": None}, ("- arguments: (none)", "+ arguments: /c exit 5")),
        ({"working_directory": "C:\\Other"}, ("- working_directory: C:\\Other", "+ working_directory: (none)")),
        ({"user_sid": "S-1-5-20"}, ("- user_sid: S-1-5-20", "+ user_sid: S-1-5-18")),
        ({"logon_type": "Password"}, ("- logon_type: Password", "+ logon_type: ServiceAccount")),
        ({"run_level": "Limited"}, ("- run_level: Limited", "+ run_level: Highest")),
        ({"triggers": ()}, ("- triggers: (none)", "+ triggers: daily at 02:30")),
        ({"triggers": (Trigger("Daily", "02:30", enabled=False),)}, ("- triggers: daily at 02:30 (disabled)",)),
        ({"triggers": (Trigger("Daily", "02:30"), Trigger("Other"))}, ("- triggers: in another way",)),
        ({"triggers": (Trigger("Repetition", "02:30", 7),)}, ("- triggers: every 7 minutes from 02:30",)),
        ({"start_when_available": False}, ("- start_when_available: False",)),
        ({"multiple_instances": "Parallel"}, ("- multiple_instances: Parallel", "+ multiple_instances: IgnoreNew")),
        ({"execution_time_limit": None}, ("- execution_time_limit_minutes: 0", "+ execution_time_limit_minutes: 90")),
        ({"execution_time_limit": timedelta(seconds=90)}, ("- execution_time_limit_minutes: (none)",)),
        ({"allow_start_on_batteries": False}, ("- allow_start_on_batteries: False",)),
        ({"stop_on_batteries": True}, ("- stop_on_batteries: True", "+ stop_on_batteries: False")),
        ({"enabled": False}, ("- enabled: False", "+ enabled: True")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_somebody_changed_by_hand_is_mended(
    runner: OperationRunner, registered: Machine, drift: dict[str, Any], shown: tuple[str, ...]
) -> None:
    desired = registered.tasks.get("Practice").definition
    registered.tasks.register("Practice", replace(desired, **drift))
    assert_converges(runner, *shown, **DAILY)
    assert registered.tasks.get("Practice").definition == desired


def test_no_task(runner: OperationRunner, registered: Machine) -> None:
    assert_converges(runner, "- exists: True", "+ exists: False", task="Practice", present=False)
    assert registered.tasks.find("Practice") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"task": "Practice", "at": "02:30"},
        {"task": "Practice", "execute": CMD},
        {**DAILY, "every_minutes": 5},
    ],
    ids=["no program", "no time", "two times"],
)
def test_a_task_without_a_program_or_a_time_fails(
    runner: OperationRunner, machine: Machine, wrong: dict[str, Any]
) -> None:
    outcome = runner.run(tasks.task, **wrong)
    assert (outcome.planned, outcome.succeeded) == (True, False)
    assert "scheduled task Practice: expected a program, and either a time of day or minutes" in outcome.shown
    assert machine.tasks.find("Practice") is None


def test_what_a_job_reported_is_a_fact(runner: OperationRunner, machine: Machine) -> None:
    machine.events.write("Application", "Practice", 1001, "Error", "Backup failed.")
    state = runner.state()
    try:
        (host,) = state.inventory
        found = [get_fact(state, host, EventEntries, kwargs={"source": name}) for name in ("Practice", "Nobody")]
    finally:
        disconnect_all(state)
    (entry,) = found[0]["entries"]
    assert (entry["event_id"], entry["entry_type"], entry["message"]) == (1001, "Error", "Backup failed.")
    assert found[1] == {"source": "Nobody", "entries": []}
