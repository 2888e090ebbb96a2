"""The running server."""

from collections.abc import Generator, Mapping

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai.facts.server import Info, Ping, Server
from winfra.call import PowerShellCall
from winfra.facts.files import Item
from winfra.operations.shape import converge

NO_ANSWER = "(no answer)"


@operation()
def verified(
    server: Server, expected: Mapping[str, str], timeout_seconds: int = 300
) -> Generator[PyinfraCommand, None, None]:
    """Prove that the server answers and reports about itself what is expected; fail the host when it does not.

    + server: where the server is reached from its host
    + expected: fields of INFO and their values, e.g. `{"aof_enabled": "1"}`; a PONG to PING is always expected
    + timeout_seconds: longest wait for a server that starts or loads its data

    **Example:**

    .. code:: python

        server.verified(
            name="Server is as configured", server=Server("C:/Program Files/Memurai/memurai-cli.exe", "127.0.0.1", 6379,
            password), expected={"aof_enabled": "1", "role": "master"},
        )
    """
    wanted = {"PING": "PONG", **expected}
    waiting = PowerShellCall("Wait-MemuraiServer", {**server.parameters(), "TimeoutSeconds": timeout_seconds})
    yield from converge(
        f"server at {server}",
        reported(current_host, server, wanted),
        wanted,
        lambda: [waiting, FunctionCommand(check, (server, wanted), {})],
    )


def reported(host: Host, server: Server, fields: Mapping[str, str]) -> dict[str, str]:
    """Return what the server reports of these fields; `(no answer)` for those it does not report.

    A server that can't be asked, because it is down or not installed yet, is a difference and no failure of the host.
    """
    # Asking with a client that is not there yet would print an error in each first dry run.
    client = host.get_fact(Item, path=server.command_line_client)
    if client is None or client["kind"] != "File":
        return dict.fromkeys(fields, NO_ANSWER)
    info = host.get_fact(Info, server=server, _ignore_errors=True) or {}
    ping = host.get_fact(Ping, server=server, _ignore_errors=True) or NO_ANSWER
    return {field: {**info, "PING": ping}.get(field, NO_ANSWER) for field in fields}


def check(state: State, host: Host, server: Server, wanted: Mapping[str, str]) -> bool:  # noqa: ARG001  # pyinfra's names
    """Compare what the server reports now; False fails the host."""
    found = reported(host, server, wanted)
    for field, value in wanted.items():
        if found[field] != value:
            logger.error(
                f"{host.print_prefix}server at {server}: expected {field} to be {value}, found {found[field]}; look at "
                "the server's log and at the Application event log"
            )
    return found == dict(wanted)
