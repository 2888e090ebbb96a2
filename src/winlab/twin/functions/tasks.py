"""Twins of the functions about scheduled tasks."""

import time
from datetime import timedelta
from typing import Any

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.registry import NOT_EMPTY, TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine
from winlab.windows.tasks import Task, TaskDefinition, TaskRun, Trigger

_NAME = r'^[^\\/:*?"<>|\[\]]+$'
_MINUTE = timedelta(minutes=1)
_POLL_SECONDS = 0.1
_PROPERTIES = (
    "Name",
    "Exists",
    "Description",
    "Execute",
    "Arguments",
    "WorkingDirectory",
    "UserSid",
    "RunLevel",
    "LogonType",
    "Triggers",
    "StartWhenAvailable",
    "MultipleInstances",
    "ExecutionTimeLimitMinutes",
    "AllowStartOnBatteries",
    "StopOnBatteries",
    "Enabled",
    "State",
    "LastRunTimeUtc",
    "LastTaskResult",
    "NextRunTimeUtc",
)


@twin("Get-WinTask", *_PROPERTIES, name=_NAME)
def get_win_task(machine: Machine, *, name: str) -> Output:
    """Return a scheduled task."""
    task = machine.tasks.find(name)
    if task is None:
        absent: dict[str, Any] = dict.fromkeys(_PROPERTIES)
        return absent | {"Name": name, "Exists": False, "Triggers": []}
    return {"Name": name, "Exists": True, **_definition(task.definition), **_run(task)}


def _definition(definition: TaskDefinition) -> Output:
    return {
        "Description": definition.description,
        "Execute": definition.execute,
        "Arguments": definition.arguments,
        "WorkingDirectory": definition.working_directory,
        "UserSid": definition.user_sid,
        "RunLevel": definition.run_level,
        "LogonType": definition.logon_type,
        "Triggers": [
            {"Kind": item.kind, "At": item.at, "EveryMinutes": item.every_minutes, "Enabled": item.enabled}
            for item in definition.triggers
        ],
        "StartWhenAvailable": definition.start_when_available,
        "MultipleInstances": definition.multiple_instances,
        "ExecutionTimeLimitMinutes": _minutes(definition.execution_time_limit),
        "AllowStartOnBatteries": definition.allow_start_on_batteries,
        "StopOnBatteries": definition.stop_on_batteries,
        "Enabled": definition.enabled,
    }


def _run(task: Task) -> Output:
    run, following = task.last_run, task.next_start
    return {
        "State": task.state,
        # Windows keeps whole seconds.
        "LastRunTimeUtc": iso_time(run.started_at.replace(microsecond=0)) if run is not None else None,
        "LastTaskResult": run.result if run is not None else None,
        "NextRunTimeUtc": iso_time(following) if following is not None else None,
    }


def _minutes(limit: timedelta | None) -> int | None:
    if limit is None:
        return 0
    return limit // _MINUTE if limit % _MINUTE == timedelta() else None


@twin(
    "Register-WinTask",
    "Name",
    "Created",
    name=_NAME,
    execute=NOT_EMPTY,
    user_sid=r"^S-1-5-(18|19|20)$",
    at=r"^([01]\d|2[0-3]):[0-5]\d$",
    every_minutes=range(1, 1441),
    execution_time_limit_minutes=range(1, 44641),
)
def register_win_task(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    name: str,
    description: str | None = None,
    execute: str,
    arguments: str | None = None,
    working_directory: str | None = None,
    user_sid: str = "S-1-5-18",
    at: str | None = None,
    every_minutes: int | None = None,
    execution_time_limit_minutes: int = 60,
) -> Output:
    """Create or replace a scheduled task."""
    if (at is None) == (every_minutes is None):
        text = f"Expected either At or EveryMinutes for the scheduled task '\\{name}', found both or none."
        raise TwinError(f"{text} Give one.")
    trigger = Trigger("Daily", at) if at is not None else Trigger("Repetition", "00:00", every_minutes)
    definition = TaskDefinition(
        execute,
        (trigger,),
        # What is empty is none.
        arguments=arguments or None,
        working_directory=working_directory or None,
        description=description or None,
        user_sid=user_sid,
        execution_time_limit=timedelta(minutes=execution_time_limit_minutes),
    )
    return {"Name": name, "Created": machine.tasks.register(name, definition)}


@twin("Unregister-WinTask", "Name", "Removed", name=_NAME)
def unregister_win_task(machine: Machine, *, name: str) -> Output:
    """Remove a scheduled task."""
    return {"Name": name, "Removed": machine.tasks.unregister(name)}


@twin(
    "Start-WinTask",
    "Name",
    "LastTaskResult",
    "ElapsedMilliseconds",
    name=_NAME,
    timeout_seconds=TIMEOUT_SECONDS,
)
def start_win_task(machine: Machine, *, name: str, timeout_seconds: int = 600) -> Output:
    """Start a scheduled task and wait for the end of that run; a run under way is waited for first."""
    path, deadline = f"\\{name}", time.monotonic() + timeout_seconds
    task = machine.tasks.find(name)
    if task is None:
        raise TwinError(f"Expected the scheduled task '{path}', found none of that name. Register it first.")
    if not task.definition.enabled:
        text = f"Expected the scheduled task '{path}' to be enabled, found it Disabled."
        raise TwinError(f"{text} Enable or register it again.")
    if task.last_run is not None:
        _await_end(machine, task, task.last_run, deadline, timeout_seconds)
    started = time.monotonic()
    run = machine.tasks.start(name)
    while run is None:
        # Somebody else's start came first.
        _await_end(machine, task, task.last_run, deadline, timeout_seconds)
        run = machine.tasks.start(name)
    _await_end(machine, task, run, deadline, timeout_seconds)
    elapsed = int((time.monotonic() - started) * 1000)
    return {"Name": name, "LastTaskResult": run.result, "ElapsedMilliseconds": elapsed}


def _await_end(machine: Machine, task: Task, run: TaskRun | None, deadline: float, timeout_seconds: int) -> None:
    while run is not None and not run.wait(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic()))):
        machine.powershells.require_alive()
        if time.monotonic() >= deadline:
            break
    else:
        return
    found = _run(task)
    raise TwinError(
        f"Expected a run of the scheduled task '{task.path}' to end within {timeout_seconds} s, found it "
        f"{found['State']}, last run '{found['LastRunTimeUtc']}', last result '{found['LastTaskResult']}'. Look at the "
        "log of its program and at the event log Microsoft-Windows-TaskScheduler/Operational, or allow more time."
    )
