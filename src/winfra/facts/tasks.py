"""Scheduled tasks."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class TriggerState(TypedDict):
    """When a task starts. at: HH:mm by the host's clock."""

    kind: Literal["Daily", "Repetition", "Other"]
    at: str | None
    every_minutes: int | None
    enabled: bool


@strict_shape
class TaskState(TypedDict):
    """A task as the Task Scheduler has it; what follows exists is None or empty when absent.

    last_task_result: exit code of the last run or a code of the Task Scheduler; None when it never ran, as
    last_run_time_utc.
    """

    name: str
    exists: bool
    description: str | None
    execute: str | None
    arguments: str | None
    working_directory: str | None
    user_sid: str | None
    run_level: str | None
    logon_type: str | None
    triggers: list[TriggerState]
    start_when_available: bool | None
    multiple_instances: str | None
    execution_time_limit_minutes: int | None
    allow_start_on_batteries: bool | None
    stop_on_batteries: bool | None
    enabled: bool | None
    state: str | None
    last_run_time_utc: str | None
    last_task_result: int | None
    next_run_time_utc: str | None


class Task(PowerShellFact[TaskState]):
    """Read the scheduled task of a name in the Task Scheduler's root folder."""

    shape = TaskState

    def command(self, task: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinTask", {"Name": task})
