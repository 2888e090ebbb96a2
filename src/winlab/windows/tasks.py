"""The Task Scheduler of a practice host.

Nothing runs by the clock here: a task runs when somebody starts it. When it would run next is computed all the same.
Names and numbers: https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-reference
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from winlab.windows.accounts import LOCAL_SERVICE, NETWORK_SERVICE, SYSTEM, Accounts
from winlab.windows.errors import (
    FILE_NOT_FOUND,
    INVALID_PARAMETER,
    NO_ACCOUNT_MAPPING,
    SHUTDOWN_IN_PROGRESS,
    LabLimitError,
    Win32Error,
)
from winlab.windows.files import Volume

RUNNING = 0x41301
"""What is said of the last run while it is under way (SCHED_S_TASK_RUNNING, 267009)."""

TERMINATED = 0x41306
"""The result of a run that was ended (SCHED_S_TASK_TERMINATED, 267014)."""

NO_PROGRAM = 0x80070000 + FILE_NOT_FOUND
"""The result of a run whose program is not there."""

TASK_DISABLED = 0x80041326
"""SCHED_E_TASK_DISABLED."""

TaskState = Literal["Ready", "Running", "Disabled"]

_FIRST_START = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_JOIN_SECONDS = 30.0
_SYSTEM_FOLDER = "C:\\Windows\\System32"
_PROGRAMS = {
    "powershell.exe": f"{_SYSTEM_FOLDER}\\WindowsPowerShell\\v1.0",
    **dict.fromkeys(("cmd.exe", "hostname.exe", "ipconfig.exe", "whoami.exe"), _SYSTEM_FOLDER),
}


@dataclass(frozen=True)
class Trigger:
    """When a task starts; the clock of a practice host shows UTC.

    Attributes:
        kind: every day, every so many minutes for ever, or any other of the many kinds.
        at: time of day as HH:mm, None for another kind; a repetition counts from then.
        every_minutes: minutes between two starts, None unless a repetition.
        enabled: whether it is in force.
    """

    kind: Literal["Daily", "Repetition", "Other"]
    at: str | None = None
    every_minutes: int | None = None
    enabled: bool = True

    def next_start(self, now: datetime) -> datetime | None:
        """Return the first start after a time, None when there is none or it is not known."""
        if not self.enabled or self.at is None:
            return None
        hours, minutes = map(int, self.at.split(":"))
        period = timedelta(minutes=self.every_minutes) if self.every_minutes else _DAY
        first = _FIRST_START + timedelta(hours=hours, minutes=minutes)
        return first + ((now - first) // period + 1) * period


@dataclass(frozen=True)
class TaskDefinition:
    """What a task does, when, and as whom.

    Attributes:
        execute: its program, None for anything but one program.
        triggers: when it starts.
        arguments: of the program.
        working_directory: folder the program starts in.
        description: text for people.
        user_sid: whom it runs as.
        run_level: with all rights of that account or without those of an administrator.
        logon_type: how the account logs on.
        start_when_available: whether a missed start is made up for.
        multiple_instances: what becomes of a start while it runs.
        execution_time_limit: after which a run is ended, None for never.
        allow_start_on_batteries: whether it starts on batteries.
        stop_on_batteries: whether a run is ended when the host goes on batteries.
        enabled: whether it can run at all.
    """

    execute: str | None
    triggers: tuple[Trigger, ...] = ()
    arguments: str | None = None
    working_directory: str | None = None
    description: str | None = None
    user_sid: str = SYSTEM
    run_level: Literal["Highest", "Limited"] = "Highest"
    logon_type: str = "ServiceAccount"
    start_when_available: bool = True
    multiple_instances: Literal["IgnoreNew", "Queue", "Parallel", "StopExisting"] = "IgnoreNew"
    execution_time_limit: timedelta | None = timedelta(minutes=60)
    allow_start_on_batteries: bool = True
    stop_on_batteries: bool = False
    enabled: bool = True

    @property
    def command_line(self) -> str:
        """The command line of its program."""
        return f'"{self.execute}" {self.arguments or ""}'.rstrip()


class TaskOutput:
    """What a program of a task prints; Windows keeps it nowhere, tests may look at it."""

    def __init__(self) -> None:
        self._data = bytearray()

    @property
    def text(self) -> str:
        """All that was printed so far."""
        return self._data.decode()

    def write(self, data: bytes | str, /, timeout_seconds: float | None = None) -> object:  # noqa: ARG002 - never full
        """Write bytes, or text as UTF-8."""
        self._data += data.encode() if isinstance(data, str) else data
        return None


@dataclass
class TaskProcess:
    """The process of a run, as the launcher takes it.

    Attributes:
        command_line: program and arguments.
        directory: working directory.
        environment: nothing beside the host's own.
        options: the program is started without a shell.
        stdin: an empty input.
        stdout: what it prints.
        stderr: what it prints as errors.
        terminated: set when it has to end.
    """

    command_line: str
    directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=lambda: {"WINRS_SKIP_CMD_SHELL": "TRUE"})
    stdin: io.BytesIO = field(default_factory=io.BytesIO)
    stdout: TaskOutput = field(default_factory=TaskOutput)
    stderr: TaskOutput = field(default_factory=TaskOutput)
    terminated: threading.Event = field(default_factory=threading.Event)

    def interrupt(self) -> None:
        """End it."""
        self.terminated.set()


class TaskRun:
    """One run of a task.

    Attributes:
        process: of its program.
        started_at: UTC.
        ended: set when it is over.
        result: how it ended, RUNNING before.
        error: what a program of the lab itself failed with, None when it ended as a program does.
    """

    def __init__(self, process: TaskProcess) -> None:
        self.process = process
        self.started_at = datetime.now(UTC)
        self.ended = threading.Event()
        self.result = RUNNING
        self.error: Exception | None = None

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until it is over; return False when that takes too long.

        Raises:
            Exception: what a program of the lab itself failed with.
        """
        is_over = self.ended.wait(timeout_seconds)
        if self.error is not None:
            raise self.error
        return is_over

    def finish(self, result: int) -> None:
        """Record how it ended."""
        self.result = result
        self.ended.set()


@dataclass
class Task:
    """A task with its state.

    Attributes:
        name: its name.
        definition: what it does.
        last_run: its last run, None when it never ran.
    """

    name: str
    definition: TaskDefinition
    last_run: TaskRun | None = None

    @property
    def path(self) -> str:
        """Its name with the folder, which is the root."""
        return f"\\{self.name}"

    @property
    def state(self) -> TaskState:
        """What it is doing."""
        if self.last_run is not None and not self.last_run.ended.is_set():
            return "Running"
        return "Ready" if self.definition.enabled else "Disabled"

    @property
    def next_start(self) -> datetime | None:
        """When it starts next, None when that is never."""
        if not self.definition.enabled:
            return None
        now = datetime.now(UTC)
        starts = [trigger.next_start(now) for trigger in self.definition.triggers]
        return min((start for start in starts if start is not None), default=None)


class TaskScheduler:
    """Keeps the tasks of a host and runs them when they are started.

    Args:
        volume: the host's drive.
        accounts: whom tasks can run as.
        launch: runs a process to its end and returns its exit code.
    """

    def __init__(self, volume: Volume, accounts: Accounts, launch: Callable[[TaskProcess], int]) -> None:
        self._volume = volume
        self._accounts = accounts
        self._launch = launch
        self._tasks: dict[str, Task] = {}
        self._runs: list[tuple[threading.Thread, TaskRun]] = []
        self._lock = threading.RLock()
        self._closed = False

    # Tasks

    def find(self, name: str) -> Task | None:
        """Return a task, None when there is none of that name (in any case)."""
        return self._tasks.get(name.upper())

    def get(self, name: str) -> Task:
        """Return a task.

        Raises:
            Win32Error: there is none of that name.
        """
        task = self.find(name)
        if task is None:
            raise Win32Error(FILE_NOT_FOUND, f"The system cannot find the file specified. ('\\{name}')")
        return task

    def register(self, name: str, definition: TaskDefinition) -> bool:
        """Create the task of a name or replace it; return whether there was none.

        Assumed: a task that is replaced keeps what is known of its last run, and a run under way goes on.

        Raises:
            Win32Error: its account is not known, or is no service account.
        """
        self._require_valid(definition)
        with self._lock:
            task = self.find(name)
            if task is not None:
                task.definition = definition
                return False
            self._tasks[name.upper()] = Task(name, definition)
            return True

    def unregister(self, name: str) -> bool:
        """Remove the task of a name; return whether there was one. Assumed: a run under way goes on."""
        with self._lock:
            return self._tasks.pop(name.upper(), None) is not None

    def _require_valid(self, definition: TaskDefinition) -> None:
        if self._accounts.name_of(definition.user_sid) is None:
            text = "No mapping between account names and security IDs was done."
            raise Win32Error(NO_ACCOUNT_MAPPING, f"{text} ('{definition.user_sid}')")
        is_service_account = definition.user_sid in (SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE)
        if definition.logon_type == "ServiceAccount" and not is_service_account:
            raise Win32Error(INVALID_PARAMETER, f"'{definition.user_sid}' is no account of a ServiceAccount logon.")

    # Runs

    def run(self, name: str, timeout_seconds: float = 60.0) -> int:
        """Start a task, wait for that run and return its result.

        Raises:
            Win32Error: there is no such task, or it is disabled.
            LabLimitError: the lab does not know how to run it, or it runs already or longer than expected.
            Exception: what a program of the lab itself failed with.
        """
        run = self.start(name)
        if run is None:
            raise LabLimitError(f"expected the task '\\{name}' not to run yet, found it Running")
        if not run.wait(timeout_seconds):
            raise LabLimitError(f"expected the task '\\{name}' to end within {timeout_seconds:g} s")
        return run.result

    def start(self, name: str) -> TaskRun | None:
        """Start a task in the background; return its run, None when it runs already and the start was ignored.

        Raises:
            Win32Error: there is no such task, it is disabled, or the host is closed.
            LabLimitError: the lab does not know how to run it.
        """
        with self._lock:
            task = self.get(name)
            if self._closed:
                text = "A system shutdown is in progress. (The practice host is closed.)"
                raise Win32Error(SHUTDOWN_IN_PROGRESS, text)
            if not task.definition.enabled:
                raise Win32Error(TASK_DISABLED, f"The task is disabled: '{task.path}'.")
            if task.state == "Running":
                _require_ignoring(task)
                return None
            task.last_run = self._begin(task.definition)
            return task.last_run

    def _begin(self, definition: TaskDefinition) -> TaskRun:
        run = TaskRun(TaskProcess(definition.command_line, definition.working_directory or _SYSTEM_FOLDER))
        if not self._has_program(definition):
            run.finish(NO_PROGRAM)
            return run
        # A daemon: a program that would not end must not keep the lab's process alive.
        name = "winlab task scheduler"
        thread = threading.Thread(target=self._run, args=(run,), name=name, daemon=True)
        self._runs = [(other, its_run) for other, its_run in self._runs if other.is_alive()]
        self._runs.append((thread, run))
        thread.start()
        if definition.execution_time_limit is not None:
            self._end_after(run, definition.execution_time_limit)
        return run

    def _has_program(self, definition: TaskDefinition) -> bool:
        if definition.execute is None:
            raise LabLimitError("this lab does not know tasks that do anything but run one program")
        folder, _, name = definition.execute.rpartition("\\")
        known = _PROGRAMS.get(name.lower())
        if known is not None and folder.lower() in ("", known.lower()):
            return True
        if self._volume.kind(definition.execute) == "File":
            raise LabLimitError(f"this lab does not know how to run '{definition.execute}' as a task")
        return False

    def _run(self, run: TaskRun) -> None:
        result = 1
        try:
            result = self._launch(run.process) & 0xFFFFFFFF
        except Exception as error:  # noqa: BLE001 - nobody would see it in this thread; who waits for the run does
            run.error = error
        run.finish(TERMINATED if run.process.terminated.is_set() else result)

    def _end_after(self, run: TaskRun, limit: timedelta) -> None:
        def end() -> None:
            if not run.ended.wait(limit.total_seconds()):
                run.process.terminated.set()

        threading.Thread(target=end, name="winlab task time limit", daemon=True).start()

    # Closing

    def close(self) -> None:
        """Tell every run to end, before all processes of the host are ended; nothing starts any more."""
        with self._lock:
            self._closed = True
        for _, run in self._runs:
            run.process.terminated.set()

    def boot(self) -> None:
        """Let tasks be started again. Nothing starts them by itself, those that start with Windows neither."""
        self._closed = False

    def join(self) -> None:
        """Wait for the runs that were told to end.

        Raises:
            LabLimitError: one does not end.
        """
        for thread, run in self._runs:
            thread.join(_JOIN_SECONDS)
            if thread.is_alive():
                line = run.process.command_line
                raise LabLimitError(f"expected the task's program to end with its host, found it running: {line}")


def _require_ignoring(task: Task) -> None:
    policy = task.definition.multiple_instances
    if policy != "IgnoreNew":
        raise LabLimitError(f"this lab does not know {policy} for a second start of a task, only IgnoreNew")
