"""Twins of the functions that start, stop and command the server of a service."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.memurai import ServerAccess, ask, told
from winlab.twin.functions.saving import save, save_ready_server
from winlab.twin.functions.services import start_win_service, stop_win_hung_service, stop_win_service
from winlab.twin.functions.waiting import stop_open_server, wait
from winlab.twin.registry import NOT_EMPTY, TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_TAIL_LINES = 20
# What a server quotes: the refused line, an ACL rule (which may be a password), an unknown command with its arguments.
_QUOTED = (
    (re.compile(r"^(>>> '[^\s']*).*$", re.MULTILINE), r"\1 ...'"),
    (re.compile(r"(user declaration|ACL rule|SETUSER modifier) '.*'(:| for )"), r"\1 '...'\2"),
    (re.compile(r"(unknown command).*", re.IGNORECASE), r"\1"),
)


@twin(
    "Start-MemuraiServer",
    "Name",
    "ElapsedMilliseconds",
    service_name=NOT_EMPTY,
    timeout_seconds=TIMEOUT_SECONDS,
)
def start_memurai_server(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    service_name: str,
    server: dict[str, Any],
    running_servers: list[dict[str, Any]] = [],  # noqa: B006 - never changed; the library's default
    expected: dict[str, Any] | None = None,
    log_path: str | None = None,
    configuration_path: str | None = None,
    sha256: str | None = None,
    timeout_seconds: int = 300,
) -> Output:
    """Start a service unless it runs, and wait until its server is fit."""
    started, access = time.monotonic(), ServerAccess.of(server)
    service = machine.services.find(service_name)
    try:
        is_running = service is not None and service.state == "Running"
        if not is_running and configuration_path:
            _require_file(machine, configuration_path, sha256)
        if running_servers and is_running:
            access = reached(machine, [server, *running_servers], service_name)
        start_win_service(machine, name=service_name, timeout_seconds=timeout_seconds)
        wait(machine, access, expected or {}, timeout_seconds, service_name)
    except WinlabError as error:
        reason = f"{error}{stop_open_server(machine, access, service_name, timeout_seconds)}"
        state, log = machine.services.get(service_name).state, log_end(machine, log_path, [access.password])
        raise TwinError(
            f"Expected a healthy server of the service '{service_name}', found: {reason}; the service is now "
            f"{state}{log}"
        ) from error
    return {"Name": service_name, "ElapsedMilliseconds": int((time.monotonic() - started) * 1000)}


def _require_file(machine: Machine, path: str, sha256: str | None) -> None:
    if machine.files.kind(path) != "File" or machine.files.sha256(path) != sha256:
        full = machine.files.full_path(path)
        raise TwinError(f"another file than expected at '{full}', on which it is not started")


@twin("Stop-MemuraiServer", "Name", "Stopped", "Saved", service_name=NOT_EMPTY, timeout_seconds=TIMEOUT_SECONDS)
def stop_memurai_server(
    machine: Machine,
    *,
    service_name: str,
    servers: list[dict[str, Any]],
    snapshot: bool = False,
    timeout_seconds: int = 300,
) -> Output:
    """Have a server save all that it holds, then stop its service."""
    service = machine.services.find(service_name)
    if service is None or service.state == "Stopped":
        return {"Name": service_name, "Stopped": False, "Saved": False}
    access = reached(machine, servers, service_name)
    saved = save(machine, access, timeout_seconds, snapshot=snapshot)["Saved"]
    stop_win_service(machine, name=service_name, timeout_seconds=timeout_seconds)
    return {"Name": service_name, "Stopped": True, "Saved": saved}


@twin("Stop-MemuraiHungServer", "Name", "Ended", service_name=NOT_EMPTY, timeout_seconds=TIMEOUT_SECONDS)
def stop_memurai_hung_server(
    machine: Machine, *, service_name: str, server: dict[str, Any], timeout_seconds: int = 300
) -> Output:
    """Stop a service on a way back and disable it."""
    service = machine.services.find(service_name)
    if service is not None and service.state == "Running":
        save_ready_server(machine, ServerAccess.of(server), timeout_seconds)
    return stop_win_hung_service(machine, name=service_name, disable=True, timeout_seconds=timeout_seconds)


@twin("Send-MemuraiCommand", "Sent", purpose=NOT_EMPTY, service_name=NOT_EMPTY, timeout_seconds=TIMEOUT_SECONDS)
def send_memurai_command(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    servers: list[dict[str, Any]],
    secret_command: SecretStr,
    purpose: str,
    service_name: str,
    required_file: str | None = None,
    log_path: str | None = None,
    timeout_seconds: int = 60,
) -> Output:
    """Send one command to a running server, which must answer OK, or how many it found to do it to."""
    service = machine.services.find(service_name)
    if service is None or service.state != "Running":
        return {"Sent": False}
    if required_file and machine.files.kind(required_file) != "File":
        return {"Sent": False}
    access = reached(machine, servers, service_name)
    answer = ask(machine, access, secret_command=secret_command, seconds=timeout_seconds)
    if re.fullmatch(r"OK|\d+", answer["Output"].strip()) is None:
        secrets = [access.password]
        text = safe(machine, told(answer), secrets)
        log = log_end(machine, log_path, secrets)
        raise TwinError(f"Expected the running server to {purpose} and to answer OK, found: {text}{log}")
    return {"Sent": True}


def reached(machine: Machine, servers: Sequence[Mapping[str, Any]], service_name: str) -> ServerAccess:
    """Return the first way to reach a service's server by which it answers; else the first."""
    ways = [ServerAccess.of(server) for server in servers]
    for way in ways:
        if len(ways) > 1 and service_name not in _services(machine, way.port):
            continue
        if ask(machine, way, "PING")["Output"].strip() == "PONG":
            return way
    return ways[0]


def _services(machine: Machine, port: int) -> Iterator[str]:
    for listener in machine.network.listeners(port):
        yield from listener.services


def log_end(machine: Machine, path: str | None, secrets: Sequence[SecretStr | None]) -> str:
    """Return the last lines of a log file, without secrets, as the end of an error; nothing of no file."""
    if not path:
        return ""
    full = machine.files.full_path(path)
    if machine.files.kind(full) != "File":
        return f"; log: (there is no {full})"
    lines = [line for line in machine.files.read_bytes(full).decode(errors="replace").splitlines() if line]
    return "; log:\n" + safe(machine, "\n".join(lines[-_TAIL_LINES:]), secrets)


def safe(machine: Machine, text: str, secrets: Sequence[SecretStr | None]) -> str:
    """Return what a server or its client said, without the values of directives and without passwords."""
    text = machine.files.without_root(text)
    for pattern, replacement in _QUOTED:
        text = pattern.sub(replacement, text)
    for secret in secrets:
        if secret is not None and secret.get_secret_value():
            text = text.replace(secret.get_secret_value(), "***")
    return text.strip()
