"""The running server."""

from collections.abc import Generator, Mapping, Sequence

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai.checks.server import Unwanted
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.server import PONG, Info, Report
from memurai.server import Server
from winfra.call import PowerShellCall
from winfra.facts.files import Item, TextFile
from winfra.facts.services import Service
from winfra.operations.shape import converge, failure, refuse

NO_ANSWER = "(no answer)"


@operation()
def verified(
    server: Server, expected: Mapping[str, str], unwanted: Sequence[Unwanted] = (), timeout_seconds: int = 300
) -> Generator[PyinfraCommand, None, None]:
    """Prove that the server answers and reports about itself what is expected; fail the host when it does not.

    + server: where the server is reached from its host
    + expected: fields of INFO and their values, e.g. `{"aof_enabled": "1"}`; a PONG to PING is always expected
    + unwanted: what fails the host when the server reports it
    + timeout_seconds: longest wait for a server that starts or loads its data

    **Example:**

    .. code:: python

        server.verified(
            name="Server is as configured", server=Server("C:/Program Files/Memurai/memurai-cli.exe", "127.0.0.1", 6379,
            password), expected={"aof_enabled": "1", "role": "master"},
        )
    """
    wanted = {"PING": PONG, **expected}
    waiting = PowerShellCall("Wait-MemuraiServer", {"Server": server.on_wire(), "TimeoutSeconds": timeout_seconds})
    found = reported(current_host, server)
    bad = [item for item in unwanted if item.is_in(found)]
    yield from converge(
        f"server at {server}",
        {field: found.get(field, NO_ANSWER) for field in (*wanted, *(item.field for item in bad))},
        {**wanted, **{item.field: item.wanted for item in bad}},
        lambda: [waiting, FunctionCommand(check, (server, wanted, tuple(unwanted)), {})],
    )


@operation()
def answering(
    service: str, server: Server, timeout_seconds: int = 300, expected: Mapping[str, str] | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a server that was started answers with its password; one that has none is stopped.

    A server that has not read its configuration runs with Redis' defaults: anyone reads and writes it.

    + service: its service
    + server: where the server is reached from its host
    + timeout_seconds: longest wait for a server that starts or loads its data
    + expected: fields of INFO and their values, e.g. `{"redis_mode": "sentinel"}`

    **Example:**

    .. code:: python

        server.answering(
            name="Server answers", service="Memurai", server=Server("C:/Program Files/Memurai/memurai-cli.exe",
            "127.0.0.1", 6379, password),
        )
    """
    parameters: dict[str, object] = {"ServiceName": service, "Server": server.on_wire()}
    parameters |= {"TimeoutSeconds": timeout_seconds, **({"Expected": dict(expected)} if expected else {})}
    wanted, found = {"PING": PONG, **(expected or {})}, reported(current_host, server)
    yield from converge(
        f"server of {service} at {server}",
        {field: found.get(field, NO_ANSWER) for field in wanted},
        wanted,
        lambda: [PowerShellCall("Start-MemuraiServer", parameters)],
    )


def reported(host: Host, server: Server) -> dict[str, str]:
    """Return what the server reports in INFO, and its answer to PING as PING.

    A server that can't be asked, because it is down or not installed yet, is a difference and no failure of the host.
    """
    # Asking with a client that is not there yet would print an error in each first dry run.
    client = host.get_fact(Item, path=server.command_line_client)
    if client is None or client["kind"] != "File":
        return {}
    found = host.get_fact(Report, server=server, _ignore_errors=True) or {}
    return {**found, "PING": found.get("PING") or NO_ANSWER}


def check(  # pyinfra looks for the names of the first two
    state: State,  # noqa: ARG001
    host: Host,
    server: Server,
    wanted: Mapping[str, str],
    unwanted: Sequence[Unwanted] = (),
) -> bool:
    """Compare what the server reports now; False fails the host."""
    found = reported(host, server)
    problems = [
        f"expected {field} to be {value}, found {found.get(field, NO_ANSWER)}; look at the server's log and at the "
        "Application event log"
        for field, value in wanted.items()
        if found.get(field, NO_ANSWER) != value
    ]
    problems += [
        f"expected {item.field} to be {item.wanted}, found {found[item.field]}; {item.advice}"
        for item in unwanted
        if item.is_in(found)
    ]
    for problem in problems:
        logger.error(f"{host.print_prefix}server at {server}: {problem}")
    return not problems


@operation()
def saved(
    service: str, configuration: str, command_line_client: str, timeout_seconds: int = 300
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that all that a running server holds is on disk too, and refuse a server that can't be asked for it.

    What it takes after this is saved by `saving`, right before its service is stopped.

    + service: its service; one that does not run holds nothing
    + configuration: path of the configuration it runs on, which says where it listens and with what password
    + command_line_client: path of memurai-cli.exe
    + timeout_seconds: longest time that saving may take

    **Example:**

    .. code:: python

        server.saved(
            name="Data is saved", service="Memurai", configuration="C:/ProgramData/Memurai/config/memurai.conf",
            command_line_client="C:/Program Files/Memurai/memurai-cli.exe",
        )
    """
    found = current_host.get_fact(Service, service=service)
    if found is None:
        yield failure(f"service {service}: its present state could not be read, so nothing was changed")
        return
    if found["state"] != "Running":
        current_host.noop(f"service {service} does not run: its data is on disk")
        return
    running = running_server(configuration, command_line_client)
    info = {} if running is None else current_host.get_fact(Info, server=running, _ignore_errors=True)
    if running is None or not info:
        yield from refuse(_not_asked(service, configuration))
        return
    yield from converge(
        f"data of service {service}",
        {"on disk": "not all" if _holds_unsaved(info) else "all"},
        {"on disk": "all"},
        lambda: [_saving_call(running, timeout_seconds)],
    )


def saving(service: str, configuration: str, command_line_client: str, timeout_seconds: int) -> list[PyinfraCommand]:
    """Return the commands after which a service may be stopped: a stop saves nothing.

    They fail when its server can't be asked or can't save. A service that does not run needs none.

    service: its name. configuration: path of the file that its server runs on. command_line_client: path of
    memurai-cli.exe. timeout_seconds: longest time that saving may take.
    """
    found = current_host.get_fact(Service, service=service)
    if found is None or found["state"] != "Running":
        return []
    running = running_server(configuration, command_line_client)
    if running is None:
        return [failure(_not_asked(service, configuration))]
    return [_saving_call(running, timeout_seconds)]


def running_server(configuration: str, command_line_client: str) -> Server | None:
    """Return how the server is reached by its configuration; None when that can't be read.

    configuration: path of the file that it runs on. command_line_client: path of memurai-cli.exe.
    """
    file = current_host.get_fact(TextFile, path=configuration)
    if file is None or file["content"] is None:
        return None
    try:
        return Endpoint.of(Document.of(file["content"])).server(command_line_client)
    except ConfigSyntaxError:
        # Told by the caller: the server can't be asked.
        return None


def _saving_call(running: Server, timeout_seconds: int) -> PowerShellCall:
    return PowerShellCall("Save-MemuraiData", {"Server": running.on_wire(), "TimeoutSeconds": timeout_seconds})


def _not_asked(service: str, configuration: str) -> str:
    return (
        f"service {service}: expected its server to answer with the password in {configuration}, so that it can "
        "save its data, found no such answer. Stop the service by hand if its data is on disk or not wanted."
    )


def _holds_unsaved(info: Mapping[str, str]) -> bool:
    """Return what Save-MemuraiData would find."""
    if info.get("loading") == "1":
        return False
    if info.get("aof_enabled") == "1":
        return info.get("aof_last_write_status") != "ok" or info.get("aof_buffer_length") != "0"
    # Before its first save the server counts the changes since its start, which says nothing of its snapshot.
    return info.get("rdb_changes_since_last_save") != "0" or info.get("rdb_saves", "0") == "0"
