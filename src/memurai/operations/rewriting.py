"""The append-only file, rewritten before a server starts with fewer databases.

While it loads the file, Redis takes a SELECT of a database that does not exist for an error of one command, and runs
those after it in the database before. A rewritten file names only databases that have keys.
"""

import time
from collections.abc import Iterator

from pyinfra import logger
from pyinfra.api import FunctionCommand, HiddenValue, Host, State
from pyinfra.api.command import PyinfraCommand

from memurai.data.effects import Held
from memurai.data.place import DataPlace, increments
from memurai.facts.server import Info, command_call
from memurai.server import Server

# Writes are held up to the restart; after a change that fails they go on by themselves.
PAUSE_MILLISECONDS = 60_000
POLL_SECONDS = 0.2


def rewriting(
    server: Server, place: DataPlace, command: HiddenValue, databases: int, timeout_seconds: int
) -> Iterator[PyinfraCommand]:
    """Yield the command that rewrites a running server's append-only file while no client writes; it may fail the host.

    server, place: how it is reached and where its data is. command: the present name of BGREWRITEAOF. databases: how
    many there will be. timeout_seconds: longest time that it may take.
    """
    yield FunctionCommand(rewritten, (server, place, command, databases, timeout_seconds), {})


def rewritten(  # noqa: PLR0913, PLR0917  # pyinfra looks for the names of the first two
    state: State,  # noqa: ARG001
    host: Host,
    server: Server,
    place: DataPlace,
    command: HiddenValue,
    databases: int,
    timeout_seconds: int,
) -> bool:
    """Rewrite the file until nothing was written since; False fails the host, and writes go on."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        host.run_shell_command(command_call(server, "CLIENT", "PAUSE", str(PAUSE_MILLISECONDS), "WRITE"))
        info = host.get_fact(Info, server=server, _ignore_errors=True) or {}
        if (info.get("aof_rewrite_in_progress"), info.get("aof_rewrite_scheduled")) == ("0", "0"):
            held = Held(info, increments(host, place))
            if any(number >= databases for number in held.keys):
                return _failed(host, server, f"no keys in databases from {databases}, found some that were written now")
            if held.is_rewritten:
                return True
            host.run_shell_command(command_call(server, command))
        time.sleep(POLL_SECONDS)
    return _failed(
        host, server, f"the append-only file to be rewritten within {timeout_seconds} s, found that it is not"
    )


def _failed(host: Host, server: Server, reason: str) -> bool:
    host.run_shell_command(command_call(server, "CLIENT", "UNPAUSE"))
    logger.error(f"{host.print_prefix}server at {server}: expected {reason}; nothing was changed. Look at its log.")
    return False
