"""Scheduled tasks."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand

from winfra.call import PowerShellCall
from winfra.facts.tasks import Task, TaskState, TriggerState
from winfra.operations.shape import converge, refuse
from winfra.security import SYSTEM

# What Register-WinTask gives to every task.
ALWAYS: dict[str, object] = {
    "working_directory": None,
    "user_sid": SYSTEM,
    "run_level": "Highest",
    "logon_type": "ServiceAccount",
    "start_when_available": True,
    "multiple_instances": "IgnoreNew",
    "allow_start_on_batteries": True,
    "stop_on_batteries": False,
    "enabled": True,
}


@operation()
def task(  # noqa: PLR0913  # one argument a property of a task
    task: str,
    *,
    present: bool = True,
    description: str | None = None,
    execute: str | None = None,
    arguments: str | None = None,
    at: str | None = None,
    every_minutes: int | None = None,
    execution_time_limit_minutes: int = 60,
) -> Generator[PyinfraCommand, None, None]:
    r"""Ensure that a scheduled task of SYSTEM exists exactly like this and is enabled, or that it does not exist.

    A start that was missed is made up for, a start while it runs is ignored, and batteries make no difference.

    + task: name of the task, in the root folder of the Task Scheduler
    + present: False: it is removed, a run that is under way goes on; the rest does not count then
    + execute, arguments: program and its command line. No secrets: everybody on the host may read them
    + at: daily at this time, HH:mm by the host's clock
    + every_minutes: every so many minutes for ever, counted from a midnight; either this or at
    + execution_time_limit_minutes: a run that takes longer is ended

    **Example:**

    .. code:: python

        tasks.task(
            name="Nightly report", task="Report", execute=r"C:\Windows\System32\cmd.exe", arguments="/c report.cmd",
            at="02:30",
        )
    """
    found = host.get_fact(Task, task=task)
    subject = f"scheduled task {task}"
    if not present:
        removing = PowerShellCall("Unregister-WinTask", {"Name": task})
        before = None if found is None else {"exists": found["exists"]}
        yield from converge(subject, before, {"exists": False}, lambda: [removing])
        return
    if execute is None or (at is None) == (every_minutes is None):
        yield from refuse(
            f"{subject}: expected a program, and either a time of day or minutes. Give execute and one of both."
        )
        return
    registering = PowerShellCall(
        "Register-WinTask",
        {
            "Name": task,
            "Description": description,
            "Execute": execute,
            "Arguments": arguments,
            "At": at,
            "EveryMinutes": every_minutes,
            "ExecutionTimeLimitMinutes": execution_time_limit_minutes,
        },
    )
    after: dict[str, object] = {
        "exists": True,
        "description": description or None,
        "execute": execute,
        "arguments": arguments or None,
        "triggers": [f"daily at {at}" if at is not None else f"every {every_minutes} minutes from 00:00"],
        "execution_time_limit_minutes": execution_time_limit_minutes,
        **ALWAYS,
    }
    yield from converge(subject, None if found is None else _present(found, after), after, lambda: [registering])


def _present(found: TaskState, after: dict[str, object]) -> dict[str, object]:
    triggers = [_in_words(trigger) for trigger in found["triggers"]]
    return {key: triggers if key == "triggers" else found.get(key) for key in after}


def _in_words(trigger: TriggerState) -> str:
    words = {
        "Daily": f"daily at {trigger['at']}",
        "Repetition": f"every {trigger['every_minutes']} minutes from {trigger['at']}",
        "Other": "in another way",
    }[trigger["kind"]]
    return words if trigger["enabled"] else f"{words} (disabled)"
