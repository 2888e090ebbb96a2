"""Twin of the function that waits for a server, and has one that lacks its password stopped."""

import re
import time
from dataclasses import replace

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command, is_open, readiness
from winlab.twin.functions.saving import save_memurai_data
from winlab.twin.functions.services import stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_POLL_SECONDS = 0.1
_ATTEMPT_SECONDS = 5


@twin("Wait-MemuraiServer", "Ready", "ElapsedMilliseconds", port=range(1, 65536), timeout_seconds=TIMEOUT_SECONDS)
def wait_memurai_server(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    service_name: str | None = None,
    timeout_seconds: int = 60,
) -> Output:
    """Wait until a server answers and has loaded its data."""
    server = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    started = time.monotonic()
    while True:
        answer = readiness(machine, server)
        elapsed = time.monotonic() - started
        if answer is None:
            return {"Ready": True, "ElapsedMilliseconds": int(elapsed * 1000)}
        if is_open(answer):
            stopped = stop_open_server(machine, server, service_name, timeout_seconds) if service_name else ""
            raise TwinError(
                f"Expected a server with the password of its configuration at {address}:{port}, found one without it: "
                f"{answer}{stopped}. Look at the path of the configuration: [, * and ? have a meaning in it. Or was "
                "the password taken from the server while it ran?"
            )
        if elapsed >= timeout_seconds:
            raise TwinError(
                f"Expected PONG and loading:0 from {address}:{port} within {timeout_seconds} s, found: {answer}. Look "
                "at the server's log, and whether its service runs and the password is right."
            )
        time.sleep(_POLL_SECONDS)


def stop_open_server(machine: Machine, server: ServerAccess, service_name: str, timeout_seconds: int) -> str:
    """Stop a service whose server runs without the password of its configuration, and say so; else do nothing."""
    if not is_open(readiness(machine, server) or ""):
        return ""
    access = vars(replace(server, password=None))
    asked = {"arguments": ["INFO", "keyspace"], "timeout_seconds": _ATTEMPT_SECONDS}
    keyspace = str(invoke_memurai_command(machine, **access, **asked)["Output"])
    # An empty one would write an empty set over a good snapshot.
    if "# Keyspace" not in keyspace or re.search(r"db\d+:keys=", keyspace):
        try:
            save_memurai_data(machine, **access, timeout_seconds=timeout_seconds)
        except TwinError as error:
            return (
                f"; the service '{service_name}' was not stopped, although anyone can read and write its server, "
                f"because what that holds was not saved: {error}"
            )
    stop_win_service(machine, name=service_name, timeout_seconds=timeout_seconds)
    return f"; the service '{service_name}' was stopped, because anyone could have read and written its server"
