"""The Task Scheduler of a practice host: its tasks really run, through the host's own launcher."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from windows_practice import ADDRESS

from winlab.twin.launcher import launch
from winlab.windows.errors import (
    FILE_NOT_FOUND,
    INVALID_PARAMETER,
    NO_ACCOUNT_MAPPING,
    SHUTDOWN_IN_PROGRESS,
    LabLimitError,
    Win32Error,
)
from winlab.windows.machine import Machine
from winlab.windows.process import Process
from winlab.windows.tasks import (
    NO_PROGRAM,
    RUNNING,
    TASK_DISABLED,
    TERMINATED,
    TaskDefinition,
    TaskScheduler,
    Trigger,
)

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
FOREVER = TaskDefinition(POWERSHELL, arguments="-Command \"'begun'; Start-Sleep -Seconds 600\"")
EXIT_5 = TaskDefinition("cmd.exe", arguments="/c exit 5")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


@pytest.fixture
def tasks(machine: Machine) -> TaskScheduler:
    return machine.tasks


def code_of(error: pytest.ExceptionInfo[Win32Error]) -> int:
    return error.value.code


def test_a_task_runs_and_its_exit_code_is_kept(tasks: TaskScheduler) -> None:
    assert tasks.register("Job", EXIT_5)
    task = tasks.get("JOB")
    assert (task.state, task.last_run, task.path) == ("Ready", None, "\\Job")
    assert tasks.run("job") == 5
    assert task.last_run is not None
    assert (task.state, task.last_run.result) == ("Ready", 5)
    assert datetime.now(UTC) - task.last_run.started_at < timedelta(seconds=30)


@pytest.mark.parametrize(("script", "result"), [("exit -1", 0xFFFFFFFF), ("throw 'bad'", 1), ("'ok'", 0)])
def test_what_a_script_comes_to(tasks: TaskScheduler, script: str, result: int) -> None:
    tasks.register("Job", TaskDefinition("powershell.exe", arguments=f'-NoProfile -Command "{script}"'))
    assert tasks.run("Job") == result


def test_a_start_while_it_runs_is_ignored(tasks: TaskScheduler) -> None:
    tasks.register("Job", FOREVER)
    run = tasks.start("Job")
    assert run is not None
    assert tasks.start("Job") is None
    assert (tasks.get("Job").state, run.result) == ("Running", RUNNING)
    with pytest.raises(LabLimitError, match="not to run yet"):
        tasks.run("Job")
    tasks.register("Job", replace(FOREVER, multiple_instances="Queue"))
    with pytest.raises(LabLimitError, match="does not know Queue"):
        tasks.start("Job")


def test_the_time_limit_ends_a_run(tasks: TaskScheduler) -> None:
    tasks.register("Job", replace(FOREVER, execution_time_limit=timedelta(milliseconds=50)))
    assert tasks.run("Job") == TERMINATED
    assert tasks.get("Job").state == "Ready"


def test_a_time_limit_does_no_harm_to_a_run_that_is_over_in_time(tasks: TaskScheduler) -> None:
    tasks.register("Job", replace(EXIT_5, execution_time_limit=timedelta(minutes=1)))
    assert tasks.run("Job") == 5


def test_whatever_runs_ends_with_its_host(tmp_path: Path) -> None:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        machine.tasks.register("Job", replace(FOREVER, execution_time_limit=None))
        run = machine.tasks.start("Job")
        machine.tasks.unregister("Job")
        assert run is not None
        assert not run.ended.is_set()
    assert run.ended.is_set()
    machine.tasks.register("Job", EXIT_5)
    with pytest.raises(Win32Error) as error:
        machine.tasks.start("Job")
    assert code_of(error) == SHUTDOWN_IN_PROGRESS


def test_a_program_that_is_not_there(machine: Machine, tasks: TaskScheduler) -> None:
    for program in ("C:\\none.exe", "C:\\Other\\powershell.exe"):
        tasks.register("Job", TaskDefinition(program))
        assert tasks.run("Job") == NO_PROGRAM
    machine.files.write_bytes("C:\\real.exe", b"MZ")
    for definition, words in (
        (TaskDefinition("C:\\real.exe"), "C:\\\\real.exe"),
        (TaskDefinition(None), "one program"),
    ):
        tasks.register("Job", definition)
        with pytest.raises(LabLimitError, match=words):
            tasks.start("Job")


def test_what_a_program_of_the_lab_fails_with_is_raised_where_it_is_waited_for(
    tmp_path: Path,
) -> None:
    def broken(_machine: Machine, _process: Process) -> int:
        raise ZeroDivisionError

    with Machine("web1", ADDRESS, tmp_path / "host", broken) as machine:
        machine.tasks.register("Job", EXIT_5)
        with pytest.raises(ZeroDivisionError):
            machine.tasks.run("Job")
        assert machine.tasks.get("Job").state == "Ready"


def test_a_disabled_task_does_not_start(tasks: TaskScheduler) -> None:
    tasks.register("Job", replace(EXIT_5, enabled=False, triggers=(Trigger("Daily", "00:00"),)))
    task = tasks.get("Job")
    assert (task.state, task.next_start) == ("Disabled", None)
    with pytest.raises(Win32Error) as error:
        tasks.start("Job")
    assert code_of(error) == TASK_DISABLED


def test_a_task_that_is_removed_is_gone(tasks: TaskScheduler) -> None:
    assert not tasks.unregister("Job")
    tasks.register("Job", EXIT_5)
    assert tasks.unregister("job")
    with pytest.raises(Win32Error) as error:
        tasks.start("Job")
    assert code_of(error) == FILE_NOT_FOUND


@pytest.mark.parametrize(
    ("sid", "code"), [("S-1-5-21-1-2-3-4", NO_ACCOUNT_MAPPING), ("S-1-5-32-544", INVALID_PARAMETER)]
)
def test_a_task_needs_an_account_that_can_log_on(tasks: TaskScheduler, sid: str, code: int) -> None:
    with pytest.raises(Win32Error) as error:
        tasks.register("Job", replace(EXIT_5, user_sid=sid))
    assert code_of(error) == code
    assert tasks.find("Job") is None


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (Trigger("Daily", "12:30"), "2026-05-01T12:30"),
        (Trigger("Daily", "12:29"), "2026-05-02T12:29"),
        (Trigger("Daily", "12:29", enabled=False), None),
        (Trigger("Repetition", "00:00", 5), "2026-05-01T12:30"),
        (Trigger("Repetition", "00:00", 60), "2026-05-01T13:00"),
        (Trigger("Repetition", "00:00", 1440), "2026-05-02T00:00"),
        (Trigger("Other"), None),
    ],
)
def test_when_a_trigger_starts_next(trigger: Trigger, expected: str | None) -> None:
    found = trigger.next_start(datetime(2026, 5, 1, 12, 29, tzinfo=UTC))
    assert found == (None if expected is None else datetime.fromisoformat(f"{expected}:00+00:00"))


def test_a_task_starts_next_at_its_earliest_trigger(tasks: TaskScheduler) -> None:
    tasks.register("Job", replace(EXIT_5, triggers=(Trigger("Daily", "03:00"), Trigger("Repetition", "00:00", 1))))
    following = tasks.get("Job").next_start
    assert following is not None
    assert following - datetime.now(UTC) <= timedelta(minutes=1)


def test_what_a_program_prints_can_be_looked_at(tasks: TaskScheduler) -> None:
    tasks.register("Job", TaskDefinition("cmd.exe", arguments="/c echo Größe"))
    tasks.run("Job")
    run = tasks.get("Job").last_run
    assert run is not None
    assert run.process.stdout.text == "Größe\r\n"


def test_starts_at_once_from_several_sides_make_one_run(tasks: TaskScheduler) -> None:
    tasks.register("Job", FOREVER)
    runs: list[object] = []
    threads = [threading.Thread(target=lambda: runs.append(tasks.start("Job"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 8
    assert [run for run in runs if run is not None] == [tasks.get("Job").last_run]
