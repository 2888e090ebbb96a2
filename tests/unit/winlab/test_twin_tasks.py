"""The twins about scheduled tasks: what no test on a real host can bring about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from windows_practice import ADDRESS, wait_until

from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine
from winlab.windows.tasks import TERMINATED, TaskDefinition, Trigger

Call = Callable[..., dict[str, Any]]
SLEEP = TaskDefinition("powershell.exe", arguments='-Command "Start-Sleep -Seconds 600"')


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


@pytest.fixture
def call(machine: Machine) -> Call:
    """Call a twin with JSON parameters."""

    def call(name: str, **parameters: object) -> dict[str, Any]:
        return invoke(FUNCTIONS[name], machine, parameters)

    return call


def test_a_task_that_no_library_made_is_read_as_it_is(machine: Machine, call: Call) -> None:
    by_hand = replace(
        SLEEP,
        execute=None,
        arguments=None,
        triggers=(Trigger("Other", enabled=False),),
        user_sid=machine.accounts.administrator_sid,
        logon_type="Password",
        execution_time_limit=timedelta(seconds=90),
        enabled=False,
    )
    machine.tasks.register("Job", by_hand)
    found = call("Get-WinTask", Name="Job")
    assert found["Triggers"] == [{"Kind": "Other", "At": None, "EveryMinutes": None, "Enabled": False}]
    assert (found["Execute"], found["LogonType"], found["ExecutionTimeLimitMinutes"]) == (None, "Password", None)
    assert (found["Enabled"], found["State"], found["NextRunTimeUtc"]) == (False, "Disabled", None)
    machine.tasks.register("Job", replace(by_hand, execution_time_limit=None))
    assert call("Get-WinTask", Name="Job")["ExecutionTimeLimitMinutes"] == 0


def test_a_run_that_is_under_way_is_waited_for_and_another_one_started(machine: Machine, call: Call) -> None:
    machine.tasks.register("Job", SLEEP)
    first = machine.tasks.start("Job")
    assert first is not None
    assert call("Get-WinTask", Name="Job")["LastTaskResult"] == 267009
    machine.tasks.register("Job", TaskDefinition("cmd.exe", arguments="/c exit 5"))
    answers: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: answers.append(call("Start-WinTask", Name="Job")))
    waiting.start()
    first.process.terminated.set()
    waiting.join(60)
    assert [answer["LastTaskResult"] for answer in answers] == [5]
    assert first.result == TERMINATED
    assert machine.tasks.get("Job").last_run is not first


def test_a_run_that_is_ended_by_its_time_limit_is_a_result(machine: Machine, call: Call) -> None:
    machine.tasks.register("Job", replace(SLEEP, execution_time_limit=timedelta(milliseconds=50)))
    assert call("Start-WinTask", Name="Job")["LastTaskResult"] == TERMINATED


def test_the_deadline_holds_for_a_run_that_is_under_way_too(machine: Machine, call: Call) -> None:
    machine.tasks.register("Job", SLEEP)
    first = machine.tasks.start("Job")
    with pytest.raises(TwinError, match=r"within 1 s, found it Running, last run '20.*', last result '267009'"):
        call("Start-WinTask", Name="Job", TimeoutSeconds=1)
    assert machine.tasks.get("Job").last_run is first


def test_a_disabled_task_does_not_start(machine: Machine, call: Call) -> None:
    machine.tasks.register("Job", replace(SLEEP, enabled=False))
    with pytest.raises(TwinError, match="to be enabled, found it Disabled"):
        call("Start-WinTask", Name="Job")


def test_the_state_is_running_while_it_runs(machine: Machine, call: Call) -> None:
    machine.tasks.register("Job", SLEEP)
    run = machine.tasks.start("Job")
    assert run is not None
    assert call("Get-WinTask", Name="Job")["State"] == "Running"
    run.process.terminated.set()
    wait_until(lambda: call("Get-WinTask", Name="Job")["State"] == "Ready")
