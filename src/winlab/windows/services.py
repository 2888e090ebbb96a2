"""The service control manager of a practice host. Its services are real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from winlab.windows.accounts import LOCAL_SYSTEM_ACCOUNT, Accounts
from winlab.windows.command_line import split_command_line
from winlab.windows.errors import (
    ACCESS_DENIED,
    BAD_EXECUTABLE,
    DUPLICATE_SERVICE_NAME,
    FILE_NOT_FOUND,
    INVALID_PARAMETER,
    INVALID_SERVICE_ACCOUNT,
    PROCESS_ABORTED,
    SERVICE_ALREADY_RUNNING,
    SERVICE_CANNOT_ACCEPT_CONTROL,
    SERVICE_DISABLED,
    SERVICE_DOES_NOT_EXIST,
    SERVICE_EXISTS,
    SERVICE_MARKED_FOR_DELETE,
    SERVICE_NEVER_STARTED,
    SERVICE_NOT_ACTIVE,
    SERVICE_REQUEST_TIMEOUT,
    SHUTDOWN_IN_PROGRESS,
    LabLimitError,
    Win32Error,
)
from winlab.windows.events import EventLog, Level
from winlab.windows.files import Volume
from winlab.windows.processes import ProcessTable, is_listening, is_suspended
from winlab.windows.security import EXECUTE, MODIFY, READ, SecurityModel
from winlab.windows.server_paths import ServerPaths, read_server_paths

StartType = Literal["Automatic", "Manual", "Disabled"]
State = Literal["Stopped", "StartPending", "Running", "StopPending"]

_SETTLE_SECONDS = 0.02
_SECRET_DIRECTIVE = re.compile(r"^(>>> '(?:sentinel )?(?:\S*(?:pass|auth)\S*|user))\s.*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class RecoveryAction:
    """What the manager does after a failure.

    Attributes:
        kind: restart the service, or nothing.
        delay_milliseconds: how long it waits before.
    """

    kind: Literal["restart", "none"]
    delay_milliseconds: int


@dataclass(frozen=True)
class ServiceSettings:
    """The stored configuration of a service.

    Attributes:
        image_path: command line of the program.
        display_name: name shown to people.
        description: what it is for.
        account: what it runs under, as the service control manager says it.
        start_type: whether it starts with the host, on demand or not at all.
        recovery_reset_seconds: after how long without a failure the count starts again.
        recovery_actions: first, second, ... failure; the last one stands for all later ones.
        recover_on_non_crash_failures: whether a stop with an exit code other than 0 is a failure too.
    """

    image_path: str
    display_name: str
    description: str = ""
    account: str = LOCAL_SYSTEM_ACCOUNT
    start_type: StartType = "Manual"
    recovery_reset_seconds: int = 0
    recovery_actions: tuple[RecoveryAction, ...] = ()
    recover_on_non_crash_failures: bool = False


@dataclass
class Service:
    """A service with its state.

    Attributes:
        name: its key name.
        settings: its configuration.
        state: as the manager reports it.
        exit_code: system error code of the last end; 1077 before the first start, 0 while it runs.
        process_id: of the running process, 0 when there is none.
        started_at: when that process started, UTC.
    """

    name: str
    settings: ServiceSettings
    state: State = "Stopped"
    exit_code: int = SERVICE_NEVER_STARTED
    started_at: datetime | None = None
    process: subprocess.Popen[bytes] | None = None
    program: Path | None = None
    paths: ServerPaths | None = None
    failures: int = 0
    last_failure: float | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def process_id(self) -> int:
        """The id of the running process, 0 when there is none."""
        return self.process.pid if self.process else 0


class ServiceManager:
    """Creates, starts, watches and stops the services of a host.

    Args:
        volume: the host's drive.
        security: who may do what on it.
        accounts: what services can run under.
        processes: where programs are started.
        events: gets the manager's reports.
    """

    def __init__(
        self,
        volume: Volume,
        security: SecurityModel,
        accounts: Accounts,
        processes: ProcessTable,
        events: EventLog,
    ) -> None:
        self._volume = volume
        self._accounts = accounts
        self._security = security
        self._processes = processes
        self._events = events
        self._services: dict[str, Service] = {}
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    # Configuration

    def names(self) -> list[str]:
        """Return the names of all services."""
        return [service.name for service in list(self._services.values())]

    def find(self, name: str) -> Service | None:
        """Return a service, None when there is none of that name (in any case)."""
        return self._services.get(name.upper())

    def get(self, name: str) -> Service:
        """Return a service.

        Raises:
            Win32Error: there is none of that name.
        """
        service = self.find(name)
        if service is None:
            raise Win32Error(SERVICE_DOES_NOT_EXIST, f"Cannot find any service with service name '{name}'.")
        return service

    def create(self, name: str, settings: ServiceSettings) -> Service:
        """Create a service; it is not started.

        Raises:
            Win32Error: there is one of that name, or its settings are not taken.
        """
        self._volume.before_change()
        if self.find(name) is not None:
            raise Win32Error(SERVICE_EXISTS, f"The specified service already exists: '{name}'.")
        service = Service(name, settings)
        self._services[name.upper()] = service
        try:
            self._require_valid(name, settings)
        except Win32Error:
            del self._services[name.upper()]
            raise
        return service

    def change(self, name: str, settings: ServiceSettings) -> None:
        """Give a service other settings; a running process keeps what it was started with.

        Raises:
            Win32Error: there is none of that name, or the settings are not taken.
        """
        self._volume.before_change()
        service = self.get(name)
        self._require_valid(service.name, settings)
        service.settings = settings

    def delete(self, name: str) -> None:
        """Remove a stopped service.

        Raises:
            Win32Error: there is none of that name, or it has not been stopped.
        """
        self._volume.before_change()
        service = self.get(name)
        with service.lock:
            if service.process is not None:
                text = f"The service '{name}' has been marked for deletion; expected Stopped, found {service.state}."
                raise Win32Error(SERVICE_MARKED_FOR_DELETE, text)
            del self._services[name.upper()]

    # Running

    def start(self, name: str, timeout_seconds: float = 60.0) -> None:
        """Start a service and wait until its server listens.

        Raises:
            Win32Error: missing, disabled, running already, its program or account cannot be used, or the process ended.
        """
        self._volume.before_change()
        service = self.get(name)
        with service.lock:
            self._require_startable(service)
            self._start(service, timeout_seconds)

    def stop(self, name: str, timeout_seconds: float = 60.0) -> None:
        """Stop a service: its process ends without saving anything; one that is late is left stopping.

        Assumed: Memurai does nothing else, for its open source ancestor's handler of the control STOP lets the process
        end, and saves neither a snapshot nor what waits to be appended. What was written survives in the system.

        Raises:
            Win32Error: missing, not running, still starting, or not ended in time.
        """
        self._volume.before_change()
        service = self.get(name)
        with service.lock:
            process = service.process
            if process is None:
                raise Win32Error(SERVICE_NOT_ACTIVE, f"The service '{name}' has not been started.")
            if service.state == "StartPending":
                text = f"The service '{name}' cannot accept control messages at this time: it is StartPending."
                raise Win32Error(SERVICE_CANNOT_ACCEPT_CONTROL, text)
            service.state = "StopPending"
            if not self._end(process, time.monotonic() + timeout_seconds):
                self._run_in_background(lambda: self._end(process, None))
                text = f"Service '{name}' did not stop within {timeout_seconds:g} seconds."
                raise Win32Error(SERVICE_REQUEST_TIMEOUT, f"{text} Look at the server's log.")
            self._stopped(service, process)

    def end_process(self, name: str, *, recover: bool = True) -> None:
        """End a service's process at once, as Stop-Process does; to the manager that is a failure of the service.

        Args:
            name: the service.
            recover: whether its recovery follows; without, it stays down as if that had failed.

        Raises:
            Win32Error: there is none of that name.
        """
        self._volume.before_change()
        service = self.get(name)
        with service.lock:
            process = service.process
            if process is None:
                return
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if recover:
                self._failed(service, process)
            else:
                self._ended(service, process, PROCESS_ABORTED)

    def locked_paths(self) -> frozenset[Path]:
        """Return what running services hold open: their programs and working directories."""
        paths: set[Path] = set()
        for service in list(self._services.values()):
            if service.process is None or service.program is None:
                continue
            paths.add(service.program)
            if service.paths is not None:
                paths.add(self._volume.local_path(service.paths.data_folder))
        return frozenset(paths)

    def by_process(self, process_id: int) -> list[Service]:
        """Return the services a process runs."""
        return [service for service in list(self._services.values()) if service.process_id == process_id != 0]

    def close(self) -> None:
        """Stop recovering, and start nothing any more, before all processes of the host are ended."""
        self._closing.set()

    def join(self) -> None:
        """Wait for the threads that watched processes, after those were ended; no service runs any more."""
        for thread in self._threads:
            thread.join()
        self._services = {key: Service(item.name, item.settings) for key, item in self._services.items()}

    def boot(self) -> None:
        """Start what starts with Windows, after the host was shut down; the event log has the starts that failed."""
        self._closing.clear()
        for service in list(self._services.values()):
            if service.settings.start_type == "Automatic":
                with suppress(Win32Error):
                    self.start(service.name)

    # Starting

    def _require_valid(self, name: str, settings: ServiceSettings) -> None:
        """Refuse settings that Windows refuses.

        A display name may be that of no other service, nor its name:
        https://learn.microsoft.com/windows/win32/api/winsvc/nf-winsvc-createservicew (ERROR_DUPLICATE_SERVICE_NAME)
        """
        others = [service for service in list(self._services.values()) if service.name.upper() != name.upper()]
        taken = {text.upper() for other in others for text in (other.name, other.settings.display_name)}
        if settings.display_name.upper() in taken:
            text = "The name is already in use as either a service name or a service display name"
            raise Win32Error(DUPLICATE_SERVICE_NAME, f"{text}: '{settings.display_name}'.")
        if not settings.image_path.strip():
            raise Win32Error(INVALID_PARAMETER, "Expected the command line of a program as ImagePath, found none.")
        if self._accounts.service_account_sid(settings.account) is None:
            text = "The account name is invalid or does not exist, or the password is invalid for the account name"
            raise Win32Error(INVALID_SERVICE_ACCOUNT, f"{text} specified: '{settings.account}'.")

    def _require_startable(self, service: Service) -> None:
        if self._closing.is_set():
            raise Win32Error(SHUTDOWN_IN_PROGRESS, "A system shutdown is in progress.")
        if service.settings.start_type == "Disabled":
            text = f"Service '{service.name}' cannot be started: The service cannot be started because it is disabled."
            raise Win32Error(SERVICE_DISABLED, text)
        if service.settings.account.endswith("$"):
            # The domain knows the account; the right to log on as a service is the host's, and nobody grants it here.
            account = service.settings.account
            raise LabLimitError(f"this lab does not know whether {account} may log on as a service")
        if service.process is not None:
            text = f"An instance of the service is already running: '{service.name}'."
            raise Win32Error(SERVICE_ALREADY_RUNNING, text)

    def _start(self, service: Service, timeout_seconds: float) -> None:
        service.state = "StartPending"
        try:
            arguments = self._prepare(service)
            denial = self._denial(service)
            process = self._launch(service, arguments) if denial is None else None
        except Win32Error as error:
            service.state, service.exit_code = "Stopped", error.code
            text = f"The {service.settings.display_name} service failed to start due to the following error: {error}"
            self._report(7000, "Error", text)
            raise
        if process is None:
            raise self._crashed_by(service, denial or "")
        if not self._await_listening(process, time.monotonic() + timeout_seconds):
            self._run_in_background(lambda: self._finish_start(service, process))
            text = "The service did not respond to the start or control request in a timely fashion"
            raise Win32Error(SERVICE_REQUEST_TIMEOUT, f"Service '{service.name}' cannot be started: {text}.")
        if process.poll() is not None:
            self._raise_died(service, process)
        self._entered_running(service, process)

    def _finish_start(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        """Go on with a start that nobody waits for any more: the process stays, and the service StartPending."""
        self._await_listening(process, None)
        with service.lock:
            if service.process is not process or self._closing.is_set():
                return
            if process.poll() is None:
                self._entered_running(service, process)
            else:
                self._failed(service, process)

    def _entered_running(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        service.state, service.exit_code = "Running", 0
        self._report(7036, "Information", f"The {service.settings.display_name} service entered the running state.")
        self._run_in_background(lambda: self._watch(service, process))

    def _prepare(self, service: Service) -> list[str]:
        """Find the service's program and paths as the manager does, and return the program's arguments."""
        words = split_command_line(service.settings.image_path)
        program = words[0]
        if self._volume.kind(program) != "File":
            raise Win32Error(FILE_NOT_FOUND, f"The system cannot find the file specified. ('{program}')")
        local = self._volume.local_path(program)
        if not os.access(local, os.X_OK):
            raise Win32Error(BAD_EXECUTABLE, f"{program} is not a valid Win32 application.")
        if not self._has_rights(service, program, EXECUTE):
            raise Win32Error(ACCESS_DENIED, _access_denied(service, program, "ReadAndExecute"))
        service.program = local
        service.paths = read_server_paths(self._volume, self._volume.windows_path(local), words[1:])
        return words[1:]

    def _launch(self, service: Service, arguments: list[str]) -> subprocess.Popen[bytes]:
        assert service.program is not None  # noqa: S101 - _prepare has set it
        folders = [self._volume.windows_path(service.program.parent)]
        folders += [service.paths.data_folder] if service.paths else []
        service.process = self._processes.start(service.program, arguments, self._output(service), folders)
        service.started_at = datetime.now(UTC)
        return service.process

    def _denial(self, service: Service) -> str | None:
        """Say what Windows would refuse the program; redis on the lab's machine may do anything on the drive."""
        for path, rights, words in _needed_rights(service.paths):
            if self._volume.kind(path) != "Absent" and not self._has_rights(service, path, rights):
                return _access_denied(service, self._volume.full_path(path), words)
        return None

    def _crashed_by(self, service: Service, denial: str) -> Win32Error:
        """Record what happens on Windows: the program starts, is denied what it opens, says so and ends."""
        self._events.write("Application", "Memurai", 1, "Error", denial)
        service.state, service.exit_code = "Stopped", PROCESS_ABORTED
        self._recover(service)
        return Win32Error(ACCESS_DENIED, denial)

    def _has_rights(self, service: Service, path: str, rights: int) -> bool:
        sid = self._accounts.service_account_sid(service.settings.account)
        return sid is not None and self._security.allows(path, self._accounts.service_groups(sid), rights)

    def _await_listening(self, process: subprocess.Popen[bytes], deadline: float | None) -> bool:
        """Wait until a process listens or ends; False when it did neither by the deadline, or the host is closed."""
        while process.poll() is None and not is_listening(process.pid):
            if self._closing.is_set() or (deadline is not None and time.monotonic() > deadline):
                return False
            self._closing.wait(_SETTLE_SECONDS)
        return True

    def _raise_died(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        went_away = bool(self._processes.strays())
        self._processes.end_strays()
        self._failed(service, process)
        reason = f"its process ended with exit code {process.returncode}"
        if went_away:
            reason = "its process went to the background (daemonize), where no service control manager can follow it"
        raise Win32Error(
            PROCESS_ABORTED,
            f"Service '{service.name}' cannot be started: The process terminated unexpectedly (1067): {reason}. "
            "Look at the Application event log, source Memurai, and at the server's log file.",
        )

    # Ending

    def _end(self, process: subprocess.Popen[bytes], deadline: float | None) -> bool:
        """End a process, with those of its own, as soon as it can take the request; False when it cannot in time."""
        while process.poll() is None and is_suspended(process.pid):
            if self._closing.is_set() or (deadline is not None and time.monotonic() > deadline):
                return False
            self._closing.wait(_SETTLE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True

    def _watch(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        with service.lock:
            if service.process is not process or self._closing.is_set():
                return
            if service.state == "StopPending":
                self._stopped(service, process)
            else:
                self._failed(service, process)

    def _stopped(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        # A process that the stop ended reports its end as one of its own will.
        exit_code = max(process.returncode, 0)
        self._ended(service, process, exit_code)
        self._report(7036, "Information", f"The {service.settings.display_name} service entered the stopped state.")
        if exit_code and service.settings.recover_on_non_crash_failures:
            self._recover(service)

    def _failed(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        self._ended(service, process, PROCESS_ABORTED)
        printed = _SECRET_DIRECTIVE.sub(r"\1 ...'", self._output(service).read_text(errors="replace")).strip()
        if printed:
            self._events.write("Application", "Memurai", 1, "Error", self._volume.without_root(printed[-4000:]))
        self._recover(service)

    def _ended(self, service: Service, process: subprocess.Popen[bytes], exit_code: int) -> None:
        self._processes.forget(process)
        service.process, service.started_at = None, None
        service.state, service.exit_code = "Stopped", exit_code

    def _recover(self, service: Service) -> None:
        """Count the failure and do what the service's recovery says.

        Source: https://learn.microsoft.com/windows/win32/api/winsvc/ns-winsvc-service_failure_actionsw
        """
        action = self._count_failure(service)
        name, count = service.settings.display_name, service.failures
        text = f"The {name} service terminated unexpectedly.  It has done this {count} time(s)."
        if action is None or action.kind == "none":
            self._report(7034, "Error", text)
            return
        delay = action.delay_milliseconds
        taken = f"The following corrective action will be taken in {delay} milliseconds: Restart the service."
        self._report(7031, "Error", f"{text}  {taken}")
        self._run_in_background(lambda: self._restart_later(service, delay / 1000))

    def _count_failure(self, service: Service) -> RecoveryAction | None:
        settings, now = service.settings, time.monotonic()
        if service.last_failure is not None and now - service.last_failure > settings.recovery_reset_seconds > 0:
            service.failures = 0
        service.failures += 1
        service.last_failure = now
        actions = settings.recovery_actions
        return actions[min(service.failures, len(actions)) - 1] if actions else None

    def _restart_later(self, service: Service, delay_seconds: float) -> None:
        if self._closing.wait(delay_seconds):
            return
        with service.lock:
            if service.process is not None or self.find(service.name) is not service:
                return
            try:
                self._require_startable(service)
                self._start(service, timeout_seconds=60.0)
            except Win32Error as error:
                # Nobody waits for this start: the event log is where Windows tells.
                text = f"tried to take a corrective action (Restart the service), but this failed: {error}"
                self._report(7032, "Error", f"The Service Control Manager {text}")

    def _report(self, event_id: int, level: Level, message: str) -> None:
        self._events.write("System", "Service Control Manager", event_id, level, message)

    def _run_in_background(self, work: Callable[[], object]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=work, name="winlab service control manager", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _output(self, service: Service) -> Path:
        return self._volume.root / "output" / f"{service.name}.txt"


def _access_denied(service: Service, path: str, words: str) -> str:
    reason = f"Access is denied. ({service.settings.account} needs {words} on '{path}'.)"
    return f"Service '{service.name}' cannot be started: {reason}"


def _needed_rights(paths: ServerPaths | None) -> list[tuple[str, int, str]]:
    """Return path, rights and their name for all a server opens at its start."""
    if paths is None:
        return []
    needed = [(paths.configuration, READ, "Read"), (paths.data_folder, MODIFY, "Modify")]
    if paths.log_folder is not None:
        needed.append((paths.log_folder, MODIFY, "Modify"))
    if paths.is_sentinel:
        needed.append((paths.configuration.rpartition("\\")[0], MODIFY, "Modify"))
    return needed
