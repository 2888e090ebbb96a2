"""The other servers that run on one product: several instances on one host share the folder it is installed in."""

import ntpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from pyinfra.api import Host

from memurai.config import Document
from memurai.data.place import DataPlace
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError, ServiceCommandError
from memurai.facts.server import RunningConfiguration
from memurai.service_command import ServiceCommand
from winfra.facts.files import TextFile
from winfra.facts.services import FolderService, FolderServices

STOPPED = "Stopped"
ADVICE = "Stop that service by hand, when its data is on disk, and run again."


@dataclass(frozen=True)
class Neighbour:
    """A service of the product.

    configuration: path of what it runs on. endpoint, data: of its server; None for a Sentinel, which holds no data.
    """

    service: str
    configuration: str
    endpoint: Endpoint | None
    data: DataPlace | None


@dataclass(frozen=True)
class Neighbours:
    """The running ones that could be understood, and a sentence for each that could not."""

    running: tuple[Neighbour, ...]
    problems: tuple[str, ...]


def others(services: Sequence[FolderService], service: str) -> list[FolderService]:
    """Return the services of a product besides one."""
    return [item for item in services if item["name"].lower() != service.lower()]


def running(host: Host, folder: str, service: str) -> Neighbours | None:
    """Return the servers that run on the product in a folder besides one service; None when that can't be read.

    What does not run needs nothing: its data is on disk, and it is not started.
    """
    found = host.get_fact(FolderServices, folder=folder)
    if found is None:
        return None
    items = [item for item in others(found["services"], service) if item["state"] != STOPPED]
    outcomes = [_running_neighbour(host, folder, item) for item in items]
    return Neighbours(
        tuple(item for item in outcomes if isinstance(item, Neighbour)),
        tuple(item for item in outcomes if isinstance(item, str)),
    )


def places(host: Host, folder: str) -> dict[str, tuple[PureWindowsPath, ...]] | None:
    """Return the folders of configuration and data of all services of a product by their names, running or not.

    One that can't be understood has none here. None when the services can't be read.
    """
    found = host.get_fact(FolderServices, folder=folder)
    if found is None:
        return None
    outcomes = [_neighbour(host, folder, item) for item in found["services"]]
    return {item.service: _folders(item) for item in outcomes if isinstance(item, Neighbour)}


def _folders(neighbour: Neighbour) -> tuple[PureWindowsPath, ...]:
    data = [neighbour.data.folder] if neighbour.data else []
    return tuple(PureWindowsPath(path) for path in (ntpath.dirname(neighbour.configuration), *data))


def _running_neighbour(host: Host, folder: str, item: FolderService) -> Neighbour | str:
    found = _neighbour(host, folder, item)
    if not isinstance(found, Neighbour) or found.endpoint is None or found.data is None:
        return found
    problem = drift_problem(host, folder, found.endpoint, found.data)
    return f"{_unknown(folder, item)}that {problem}. {ADVICE}" if problem else found


def _neighbour(host: Host, folder: str, item: FolderService) -> Neighbour | str:
    unknown = _unknown(folder, item)
    try:
        command = ServiceCommand.of(item["image_path"])
    except ServiceCommandError as error:
        return f"{unknown}{error}. {ADVICE}"
    path = command.configuration
    if command.is_sentinel:
        return Neighbour(item["name"], path, None, None)
    file = host.get_fact(TextFile, path=path, _ignore_errors=True)
    if file is None or file["content"] is None:
        return f"{unknown}that its configuration {path} can't be read. {ADVICE}"
    try:
        document = Document.of(file["content"])
        endpoint, values = Endpoint.of(document), document.words
    except ConfigSyntaxError as error:
        return f"{unknown}in its configuration {path}: {error}. {ADVICE}"
    return Neighbour(item["name"], path, endpoint, DataPlace.of(values, folder))


def _unknown(folder: str, item: FolderService) -> str:
    return (
        f"expected to know where the server of the service {item['name']}, which runs from {folder} too, keeps its "
        "data and how it is asked to save it, found "
    )


def drift_problem(host: Host, folder: str, endpoint: Endpoint, filed: DataPlace) -> str | None:
    """Return that a server runs with another place than its file, by which it would start again.

    folder: of the product. filed: the place by its file.
    """
    command, server = endpoint.config_command, endpoint.server(f"{folder}\\memurai-cli.exe")
    if not command.unmask():
        return None
    found = host.get_fact(RunningConfiguration, server=server, config_command=command, _ignore_errors=True)
    if not found:
        return f"no answer at {server} with the password and the name of CONFIG in its configuration"
    if DataPlace.of(found, folder).key == filed.key:
        return None
    return (
        "it runs with another dir, dbfilename, appenddirname, appendfilename or appendonly than its configuration "
        "says, on which it would start again (CONFIG REWRITE has it write what it runs with)"
    )
