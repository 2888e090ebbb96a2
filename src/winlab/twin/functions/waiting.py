"""Twin of the function that waits for a server, and has one that lacks its password stopped."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from winlab.twin.errors import TwinError
from winlab.twin.functions.memurai import READY, ServerAccess, ask, is_open, unfitness
from winlab.twin.functions.saving import save
from winlab.twin.functions.services import stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_POLL_SECONDS = 0.1


@twin("Wait-MemuraiServer", "Ready", "ElapsedMilliseconds", timeout_seconds=TIMEOUT_SECONDS)
def wait_for_server(
    machine: Machine,
    *,
    server: dict[str, Any],
    service_name: str | None = None,
    expected: dict[str, Any] | None = None,
    timeout_seconds: int = 60,
) -> Output:
    """Wait until a server answers, has loaded its data and reports what is expected."""
    return wait(machine, ServerAccess.of(server), expected or {}, timeout_seconds, service_name)


def wait(
    machine: Machine,
    access: ServerAccess,
    expected: Mapping[str, Any],
    timeout_seconds: int,
    service_name: str | None,
) -> Output:
    """Wait until a server is fit; fail at the deadline, or once its service stops or it runs without password."""
    fields = READY | {name: str(value) for name, value in expected.items()}
    place = f"{access.address}:{access.port}"
    started = time.monotonic()
    while wrong := unfitness(machine, access, fields):
        if is_open(wrong):
            raise TwinError(
                f"Expected a server with the password of its configuration at {place}, found one without it: {wrong}. "
                "Look at the path of the configuration: [, * and ? have a meaning in it. Or was the password taken "
                "from the server while it ran?"
            )
        service = machine.services.find(service_name) if service_name else None
        if service is not None and service.state == "Stopped":
            raise TwinError(
                f"Expected the service '{service_name}' to run, found that it stopped again (Win32 exit code "
                f"{service.exit_code}). Its server: {wrong}. Look at its log."
            )
        if time.monotonic() - started >= timeout_seconds:
            raise TwinError(
                f"Expected PONG and {', '.join(f'{name}:{value}' for name, value in fields.items())} from {place} "
                f"within {timeout_seconds} s, found: {wrong}. Look at the server's log, and whether its service runs "
                "and the password is right."
            )
        time.sleep(_POLL_SECONDS)
    return {"Ready": True, "ElapsedMilliseconds": int((time.monotonic() - started) * 1000)}


def stop_open_server(machine: Machine, server: ServerAccess, service_name: str, timeout_seconds: int) -> str:
    """Stop a service whose server runs without the password of its configuration, and say so; else do nothing."""
    if not is_open(unfitness(machine, server) or ""):
        return ""
    access = replace(server, password=None)
    keyspace = str(ask(machine, access, "INFO", "keyspace")["Output"])
    # An empty one would write an empty set over a good snapshot.
    if "# Keyspace" not in keyspace or re.search(r"db\d+:keys=", keyspace):
        try:
            save(machine, access, timeout_seconds)
        except TwinError as error:
            return (
                f"; the service '{service_name}' was not stopped, although anyone can read and write its server, "
                f"because what that holds was not saved: {error}"
            )
    stop_win_service(machine, name=service_name, timeout_seconds=timeout_seconds)
    return f"; the service '{service_name}' was stopped, because anyone could have read and written its server"
