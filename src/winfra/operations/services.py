"""Windows services."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from pyinfra import host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand

from winfra.call import PowerShellCall
from winfra.facts.files import Item
from winfra.facts.services import Service, ServiceState
from winfra.operations.shape import Commands, converge, is_write_planned, normal_path, refuse

# The program of a command line as it is written, with quotation marks or without.
PROGRAM = re.compile(r'\s*(?:"([^"]*)"|(.+?\.exe)(?=\s|$)|(\S+))', re.IGNORECASE)
# Changing one of these has no effect on a process that already runs.
NEEDS_RESTART = ("image_path", "account")
WIRE_NAMES = {
    "image_path": "ImagePath",
    "display_name": "DisplayName",
    "description": "Description",
    "account": "Account",
    "start_type": "StartType",
    "recovery_reset_seconds": "RecoveryResetSeconds",
    "recovery_actions": "RecoveryActions",
    "recover_on_non_crash_failures": "RecoverOnNonCrashFailures",
}


@dataclass(frozen=True)
class Recovery:
    """What Windows does when the service fails.

    reset_seconds: the count of failures starts anew after that long without one.
    restart_delays_milliseconds: wait before the first, second, ... restart.
    on_non_crash_failures: also when it stops with an error, not only when it crashes.
    """

    reset_seconds: int
    restart_delays_milliseconds: tuple[int, ...]
    on_non_crash_failures: bool = True


@operation()
def service(  # noqa: PLR0913  # one argument a property of a service
    service: str,
    *,
    present: bool = True,
    program: str | None = None,
    image_path: str | None = None,
    display_name: str | None = None,
    description: str | None = None,
    account: str | None = None,
    start_type: str | None = None,
    recovery: Recovery | None = None,
    running: bool | None = None,
    restart_after: Sequence[str] = (),
    before_stop: Commands | None = None,
    timeout_seconds: int = 60,
) -> Generator[PyinfraCommand, None, None]:
    r"""Ensure that a service exists, is configured and runs (or not), or that it does not exist.

    What is not given is left alone.

    + service: name of the service (not its display name)
    + present: False: its process is stopped and it is deleted; of the rest before_stop and timeout_seconds count then
    + program: path of the program that a service of this name runs if it is the one that is meant; another one is
      refused, and neither changed nor removed
    + image_path: command line of its process; needed when the service does not exist yet
    + account: LocalSystem, NT AUTHORITY\NetworkService, NT AUTHORITY\LocalService, NT SERVICE\<name> or a gMSA
      that has been given the right to log on as a service
    + start_type: Automatic, Manual or Disabled
    + recovery: what Windows does when it fails
    + running: True, False, or None to leave it
    + restart_after: files that its process read when it started: it is restarted when one was written since. That is
      read from the host, so a run that was interrupted in between is completed by the next
    + before_stop: makes the commands that come first when its process is stopped, for one whose end would lose
      something; when one fails, nothing is changed
    + timeout_seconds: longest wait for it to start or stop

    **Example:**

    .. code:: python

        services.service(name="Memurai runs", service="Memurai", start_type="Automatic", running=True)
    """
    found = host.get_fact(Service, service=service)
    desired = _given(
        image_path=image_path,
        display_name=display_name,
        description=description,
        account=account,
        start_type=start_type,
        recovery=recovery,
    )
    if problem := _problem(found, program, is_needed=present and image_path is None):
        yield from refuse(problem)
    elif present:
        yield from _configuration(service, found, desired, _Run(running, restart_after, before_stop, timeout_seconds))
    else:
        yield from _removal(service, found, before_stop, timeout_seconds)


@dataclass(frozen=True)
class _Run:
    """How a service that exists is to run, and is stopped; the arguments of `service` of these names."""

    running: bool | None
    restart_after: Sequence[str]
    before_stop: Commands | None
    timeout_seconds: int


def _problem(found: ServiceState | None, program: str | None, *, is_needed: bool) -> str | None:
    if found is None:
        return None
    if program is not None and (problem := foreign_problem(found, program)):
        return problem
    if is_needed and not found["exists"]:
        return f"service {found['name']}: expected it to exist, found none. Install it, or give its image_path."
    return None


def _configuration(
    service: str, found: ServiceState | None, desired: dict[str, object], run: _Run
) -> Generator[PyinfraCommand, None, None]:
    stale = [] if found is None else _stale_reasons(found, desired, run.restart_after)
    after = {"exists": True, **desired, **_desired_run(run.running, stale)}
    before = None if found is None else _present(found, after)
    yield from converge(
        f"service {service}", before, after, lambda: _commands(found, desired, run, restart=bool(stale))
    )


def foreign_problem(found: ServiceState, program: str) -> str | None:
    """Return what is wrong with a service that runs another program; None when it runs this one or is not there.

    Of its command line only the program is named: the arguments may hold a secret.
    """
    path = program_of(found["image_path"] or "")
    if not found["exists"] or normal_path(path) == normal_path(program):
        return None
    wanted = program.replace("/", "\\")
    return (
        f"service {found['name']}: expected none, or one whose program is {wanted}, found one whose program is "
        f"{path or '(none)'}: it is another's and stays as it is"
    )


def program_of(image_path: str) -> str:
    """Return the program of a service's command line as it is written there."""
    found = PROGRAM.match(image_path)
    return next(part for part in found.groups() if part is not None) if found else ""


def _removal(
    service: str, found: ServiceState | None, before_stop: Commands | None, timeout_seconds: int
) -> Generator[PyinfraCommand, None, None]:
    removing = PowerShellCall("Remove-WinService", {"Name": service, "TimeoutSeconds": timeout_seconds})
    before = None if found is None else {"exists": found["exists"], "state": found["state"]}
    yield from converge(
        f"service {service}",
        before,
        {"exists": False, "state": None},
        lambda: [*(before_stop() if before_stop and _is_stopping(found, False) else ()), removing],
    )


def _is_stopping(found: ServiceState | None, running: bool | None, *, restart: bool = False) -> bool:
    if found is None or found["state"] != "Running":
        return False
    return restart if running else running is False


def _given(*, recovery: Recovery | None, **values: str | None) -> dict[str, object]:
    desired: dict[str, object] = {key: value for key, value in values.items() if value is not None}
    if recovery is not None:
        desired["recovery_reset_seconds"] = recovery.reset_seconds
        desired["recovery_actions"] = [f"restart/{delay}" for delay in recovery.restart_delays_milliseconds]
        desired["recover_on_non_crash_failures"] = recovery.on_non_crash_failures
    return desired


def _desired_run(running: bool | None, stale: Sequence[str]) -> dict[str, object]:
    if running is None:
        return {}
    if not running:
        return {"state": "Stopped"}
    return {"state": "Running", **({"process": "restarted: " + "; ".join(stale)} if stale else {})}


def _present(found: ServiceState, after: dict[str, object]) -> dict[str, object]:
    values: dict[str, object] = {key: found.get(key) for key in after if key != "process"}
    account = values.get("account")
    # Windows compares account names without regard to case.
    if isinstance(account, str) and account.lower() == str(after["account"]).lower():
        values["account"] = after["account"]
    if "process" in after:
        values["process"] = f"started {found['process_start_time_utc']}"
    return values


def _stale_reasons(found: ServiceState, desired: dict[str, object], restart_after: Sequence[str]) -> list[str]:
    """Return why a running process has to be restarted: what it was started with is no longer what is there."""
    started = found["process_start_time_utc"]
    if found["state"] != "Running" or started is None:
        return []
    present = _present(found, {key: desired[key] for key in NEEDS_RESTART if key in desired})
    reasons = [f"{key} changes" for key in NEEDS_RESTART if key in desired and present[key] != desired[key]]
    return reasons + [f"{path} is newer" for path in restart_after if _is_newer(path, started)]


def _is_newer(path: str, started: str) -> bool:
    if is_write_planned(path):
        return True
    found = host.get_fact(Item, path=path)
    written = found["last_write_time_utc"] if found is not None else None
    # Both are UTC in the fixed-width 'o' format, which sorts as text.
    return written is not None and written > started


def _commands(
    found: ServiceState | None, desired: dict[str, object], run: _Run, *, restart: bool
) -> Generator[PyinfraCommand, None, None]:
    if found is None:
        return
    if run.before_stop and _is_stopping(found, run.running, restart=restart):
        yield from run.before_stop()
    if _present(found, {"exists": True, **desired}) != {"exists": True, **desired}:
        parameters = {WIRE_NAMES[key]: value for key, value in desired.items()}
        yield PowerShellCall("Set-WinService", {"Name": found["name"], **parameters})
    timing = {"Name": found["name"], "TimeoutSeconds": run.timeout_seconds}
    if run.running is True and restart:
        yield PowerShellCall("Restart-WinService", timing)
    elif run.running is True and found["state"] != "Running":
        yield PowerShellCall("Start-WinService", timing)
    elif run.running is False and found["state"] not in (None, "Stopped"):
        yield PowerShellCall("Stop-WinService", timing)
