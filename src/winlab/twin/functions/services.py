"""Twins of the functions about services."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.registry import NOT_EMPTY, TIMEOUT_SECONDS, Output, twin
from winlab.windows.errors import (
    ACCESS_DENIED,
    BAD_EXECUTABLE,
    FILE_NOT_FOUND,
    PROCESS_ABORTED,
    SERVICE_ALREADY_RUNNING,
    SERVICE_DISABLED,
    SERVICE_NOT_ACTIVE,
    SERVICE_REQUEST_TIMEOUT,
    Win32Error,
)
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.services import RecoveryAction, Service, ServiceSettings

_POLL_SECONDS = 0.05
_HINT = "The reason is in the Application and System event logs and in the service's own log file: look there."
# Win32_Service.StartService: https://learn.microsoft.com/windows/win32/cimwin32prov/startservice-method-in-class-win32-service
_RETURN_VALUES = {
    ACCESS_DENIED: "2: access denied",
    BAD_EXECUTABLE: "8: unknown failure",
    FILE_NOT_FOUND: "9: its program was not found",
    SERVICE_DISABLED: "14: it is disabled",
}
_PROPERTIES = (
    "Name",
    "Exists",
    "DisplayName",
    "Description",
    "ImagePath",
    "Account",
    "StartType",
    "State",
    "ProcessId",
    "ProcessStartTimeUtc",
    "ExitCode",
    "RecoveryResetSeconds",
    "RecoveryActions",
    "RecoverOnNonCrashFailures",
)


@twin("Get-WinService", *_PROPERTIES)
def get_win_service(machine: Machine, *, name: str) -> Output:
    """Return configuration and state of a service."""
    service = machine.services.find(name)
    if service is None:
        absent: dict[str, Any] = dict.fromkeys(_PROPERTIES)
        return absent | {"Name": name, "Exists": False, "RecoveryActions": []}
    settings = service.settings
    return {
        "Name": service.name,
        "Exists": True,
        "DisplayName": settings.display_name,
        # Windows keeps no empty description.
        "Description": settings.description or None,
        "ImagePath": settings.image_path,
        "Account": settings.account,
        "StartType": settings.start_type,
        "State": service.state,
        "ProcessId": service.process_id,
        "ProcessStartTimeUtc": iso_time(service.started_at) if service.started_at else None,
        "ExitCode": service.exit_code,
        "RecoveryResetSeconds": settings.recovery_reset_seconds,
        "RecoveryActions": [f"{action.kind}/{action.delay_milliseconds}" for action in settings.recovery_actions],
        "RecoverOnNonCrashFailures": settings.recover_on_non_crash_failures,
    }


@twin("Get-WinFolderService", "Folder", "Services")
def get_win_folder_service(machine: Machine, *, folder: str) -> Output:
    """List the services whose program lies in a folder."""
    full = written_path(folder)
    services = [machine.services.get(name) for name in sorted(machine.services.names(), key=str.upper)]
    return {
        "Folder": full,
        "Services": [
            {"Name": service.name, "ImagePath": service.settings.image_path, "State": service.state}
            for service in services
            if is_program_in(full, service.settings.image_path)
        ],
    }


def is_program_in(folder: str, image_path: str) -> bool:
    """Whether the program of a command line lies in a folder, whose full path is given."""
    return image_path.lstrip(' \t"').replace("/", "\\").upper().startswith(f"{folder}\\".upper())


@twin(
    "Set-WinService",
    "Name",
    "Created",
    image_path=NOT_EMPTY,
    display_name=NOT_EMPTY,
    description=NOT_EMPTY,
    account=r"^(LocalSystem|NT AUTHORITY\\(LocalService|NetworkService)|NT SERVICE\\[^\\/]+|.+\$)$",
    recovery_reset_seconds=range(2**32),
    recovery_actions=r"^(restart|none)/\d+$",
)
def set_win_service(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    name: str,
    image_path: str | None = None,
    display_name: str | None = None,
    description: str | None = None,
    account: str | None = None,
    start_type: Literal["Automatic", "Manual", "Disabled"] | None = None,
    recovery_reset_seconds: int | None = None,
    recovery_actions: list[str] | None = None,
    recover_on_non_crash_failures: bool | None = None,
) -> Output:
    """Create a service or change what was given."""
    given = {
        "image_path": image_path,
        "display_name": display_name,
        "description": description,
        "account": account,
        "start_type": start_type,
        "recovery_reset_seconds": recovery_reset_seconds,
        "recovery_actions": _actions(recovery_actions),
        "recover_on_non_crash_failures": recover_on_non_crash_failures,
    }
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    service = machine.services.find(name)
    if service is not None:
        machine.services.change(service.name, _changed(service.settings, changes))
        return {"Name": name, "Created": False}
    if image_path is None:
        text = f"Expected the service '{name}' or an ImagePath to create it with, found neither. Give its ImagePath."
        raise TwinError(text)
    # New-Service makes services that start with Windows and run as LocalSystem.
    created = ServiceSettings(image_path, display_name=name, start_type="Automatic")
    machine.services.create(name, _changed(created, changes))
    return {"Name": name, "Created": True}


def _changed(settings: ServiceSettings, changes: dict[str, Any]) -> ServiceSettings:
    """Return settings with changes; setting no recovery actions deletes the reset period as well.

    Source: https://learn.microsoft.com/windows/win32/api/winsvc/ns-winsvc-service_failure_actionsw
    """
    changed = replace(settings, **changes)
    return changed if changed.recovery_actions else replace(changed, recovery_reset_seconds=0)


def _actions(texts: list[str] | None) -> tuple[RecoveryAction, ...] | None:
    if texts is None:
        return None
    return tuple(_action(*text.lower().split("/")) for text in texts)


def _action(kind: str, delay: str) -> RecoveryAction:
    return RecoveryAction("restart" if kind == "restart" else "none", int(delay))


@twin("Start-WinService", "Name", "State", "ProcessId", timeout_seconds=TIMEOUT_SECONDS)
def start_win_service(machine: Machine, *, name: str, timeout_seconds: int = 60) -> Output:
    """Start a service and wait for Running."""
    service, started = _existing(machine, name), time.monotonic()
    if service.state == "StopPending":
        _wait(service, ("Stopped",), started, timeout_seconds)
    if service.state == "Stopped":
        try:
            machine.services.start(name, timeout_seconds)
        except Win32Error as error:
            # Its recovery may have come first.
            if error.code != SERVICE_ALREADY_RUNNING:
                raise _start_error(service, timeout_seconds, error) from error
    _wait(service, ("Running", "Stopped"), started, timeout_seconds)
    if service.state == "Stopped":
        text = f"Expected the service '{name}' to be Running, found that it stopped at once"
        raise TwinError(f"{text} ({_exit_text(service)}). {_HINT}")
    return _state(service)


@twin("Stop-WinService", "Name", "State", "ProcessId", timeout_seconds=TIMEOUT_SECONDS)
def stop_win_service(machine: Machine, *, name: str, timeout_seconds: int = 60) -> Output:
    """Stop a service and wait until its process is gone."""
    service, started = _existing(machine, name), time.monotonic()
    if service.state == "StartPending":
        _wait(service, ("Running", "Stopped"), started, timeout_seconds)
    if service.state != "Stopped":
        try:
            machine.services.stop(name, timeout_seconds)
        except Win32Error as error:
            # It may have ended by itself meanwhile, or go on stopping.
            if error.code not in (SERVICE_NOT_ACTIVE, SERVICE_REQUEST_TIMEOUT):
                raise
    _wait(service, ("Stopped",), started, timeout_seconds)
    return _state(service)


@twin("Stop-WinHungService", "Name", "Ended", timeout_seconds=TIMEOUT_SECONDS)
def stop_win_hung_service(machine: Machine, *, name: str, disable: bool = False, timeout_seconds: int = 60) -> Output:
    """Stop a service, and end its process when it does not start or stop by itself."""
    service = _existing(machine, name)
    if disable:
        set_win_service(machine, name=name, start_type="Disabled")
    if service.state != "StartPending":
        # Whether it has stopped is asked below.
        with suppress(TwinError):
            stop_win_service(machine, name=name, timeout_seconds=timeout_seconds)
    ended = service.state != "Stopped"
    if ended:
        machine.services.end_process(name)
    return {"Name": name, "Ended": ended}


@twin("Stop-WinFolderProcess", "Folder", "ProcessIds", timeout_seconds=TIMEOUT_SECONDS)
def stop_win_folder_process(machine: Machine, *, folder: str, timeout_seconds: int = 60) -> Output:  # noqa: ARG001 - here none resists
    """End the processes that work in a folder: in the lab those are the ones whose command line names it."""
    processes = machine.processes.working_in(folder)
    for process in processes:
        machine.processes.end(process)
    return {"Folder": written_path(folder), "ProcessIds": [process.pid for process in processes]}


@twin("Restart-WinService", "Name", "State", "ProcessId", timeout_seconds=TIMEOUT_SECONDS)
def restart_win_service(machine: Machine, *, name: str, timeout_seconds: int = 60) -> Output:
    """Stop a service if it runs, and start it; each may take the time given."""
    stop_win_service(machine, name=name, timeout_seconds=timeout_seconds)
    return start_win_service(machine, name=name, timeout_seconds=timeout_seconds)


@twin("Remove-WinService", "Name", "Removed", timeout_seconds=TIMEOUT_SECONDS)
def remove_win_service(machine: Machine, *, name: str, timeout_seconds: int = 60) -> Output:
    """Stop and delete a service; in the lab no program holds a service open."""
    if machine.services.find(name) is None:
        return {"Name": name, "Removed": False}
    stop_win_service(machine, name=name, timeout_seconds=timeout_seconds)
    machine.services.delete(name)
    return {"Name": name, "Removed": True}


def _start_error(service: Service, timeout_seconds: int, error: Win32Error) -> TwinError:
    """Return the library's words for a failed start, and after them what the lab knows better."""
    if error.code == SERVICE_REQUEST_TIMEOUT:
        text = f"to be Running within {timeout_seconds} s, found it {service.state}"
    elif service.exit_code == PROCESS_ABORTED:
        text = "to be Running, found that it stopped at once"
    else:
        value = _RETURN_VALUES.get(error.code, "8: unknown failure")
        text = f"Expected to start the service '{service.name}', found return value {value}."
        return TwinError(f"{text} {_HINT}\n{error}")
    return TwinError(f"Expected the service '{service.name}' {text} ({_exit_text(service)}). {_HINT}\n{error}")


def _wait(service: Service, states: tuple[str, ...], started: float, timeout_seconds: int) -> None:
    while service.state not in states:
        if time.monotonic() - started >= timeout_seconds:
            text = f"to be {' or '.join(states)} within {timeout_seconds} s, found it {service.state}"
            raise TwinError(f"Expected the service '{service.name}' {text} ({_exit_text(service)}). {_HINT}")
        time.sleep(_POLL_SECONDS)


def _exit_text(service: Service) -> str:
    return f"Win32 exit code {service.exit_code}, service-specific exit code 0"


def _existing(machine: Machine, name: str) -> Service:
    service = machine.services.find(name)
    if service is None:
        raise TwinError(f"Expected the service '{name}', found none of that name. Create or install it first.")
    return service


def _state(service: Service) -> Output:
    return {"Name": service.name, "State": service.state, "ProcessId": service.process_id}
