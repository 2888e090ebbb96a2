"""The service of a server."""

from collections.abc import Generator, Iterable
from typing import Any

from pyinfra import host as current_host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes import service as changes
from memurai.instance import Instance
from memurai.operations.server import running_server
from memurai.operations.turns import turn
from memurai.server import Server
from winfra.facts.services import Service, ServiceState
from winfra.operations import services
from winfra.operations.changes import carry_out, settle
from winfra.operations.services import foreign_problem
from winfra.operations.shape import Commands, converge, failure, refuse


@operation()
def present(instance: Instance, before_stop: Commands, **properties: Any) -> Generator[PyinfraCommand, None, None]:
    """Ensure that there is a service, and that it runs; that of a set's member is only stopped when its turn comes.

    + instance: the server of the service
    + before_stop: as services.service takes it
    + properties: its other arguments
    """
    with turn(current_host, instance.timeout_seconds) as mine:

        def stopping() -> Iterable[PyinfraCommand]:
            problem = mine.begin()
            return [failure(problem)] if problem else before_stop()

        yield from services.service._inner(service=instance.service, before_stop=stopping, **properties)  # noqa: SLF001  # pyinfra's way to an operation inside another


@operation()
def removed(instance: Instance, saving: bool = True) -> Generator[PyinfraCommand, None, None]:
    """Ensure that there is no service.

    + instance: the server of the service; another program's is refused
    + saving: whether its server saves all that it holds first, and a service whose server can't is not removed
    """
    yield from settle(instance.changes)
    found = current_host.get_fact(Service, service=instance.service)
    is_saved = found is not None and saving and found["state"] == "Running"
    server = running_server(instance.configuration, instance.command_line_client) if is_saved else None
    if found is not None and (problem := foreign_problem(found, instance.program)):
        yield from refuse(problem)
    elif is_saved and server is None:
        yield from refuse(
            f"service {instance.service}: expected its server to answer with the password in {instance.configuration}, "
            "so that it can save its data, found no such file, or a line in it that can't be read. Stop the service by "
            "hand if its data is on disk or not wanted."
        )
    else:
        yield from converge(
            f"service {instance.service}",
            None if found is None else {"exists": found["exists"], "state": found["state"]},
            {"exists": False, "state": None},
            lambda: _commands(instance, found, server),
        )


def _commands(
    instance: Instance, found: ServiceState | None, server: Server | None
) -> Generator[PyinfraCommand, None, None]:
    if found is not None:
        yield from carry_out(changes.removed(instance, found, server))
