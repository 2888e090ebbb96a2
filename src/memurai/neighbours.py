"""The other servers that run on one product: several instances on one host share the folder it is installed in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from pyinfra.api import Host

from memurai.config import parse
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.server import Server
from winfra.facts.files import TextFile
from winfra.facts.services import FolderService, FolderServices

STOPPED = "Stopped"
# The configuration on a service's command line; the last one counts.
CONFIGURATION = re.compile(r'"([^"]+\.conf)"|(\S+\.conf)(?=\s|$)', re.IGNORECASE)
# https://docs.memurai.com/en/server-roles: the option, or a program of that name.
SENTINEL = re.compile(r"--sentinel(\s|$)|memurai-sentinel\.exe", re.IGNORECASE)
# Redis' defaults.
DATA_DEFAULTS = {"dir": ".", "dbfilename": "dump.rdb", "appenddirname": "appendonlydir"}


@dataclass(frozen=True)
class Data:
    """Where a server's data is: its folder, and the names of files and folders in it that are its data."""

    folder: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Neighbour:
    """A running service of the product, besides the one that is deployed.

    configuration: path of what it runs on. endpoint, data: of its server; None for a Sentinel, which holds no data.
    """

    service: str
    configuration: str
    endpoint: Endpoint | None
    data: Data | None

    def parameters(self, command_line_client: str) -> dict[str, object]:
        """Return what Update-MemuraiProduct takes for it."""
        server = Server(command_line_client, "", 0, Endpoint.of("").password)
        if self.endpoint is not None:
            server = self.endpoint.server(command_line_client)
        reached = {name: value for name, value in server.parameters().items() if name != "CliPath"}
        data = self.data or Data("", ())
        return {
            "ServiceName": self.service,
            "ConfigurationPath": self.configuration,
            "HoldsData": self.endpoint is not None,
            **reached,
            "DataFolder": data.folder,
            "DataNames": list(data.names),
        }


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
    outcomes = [_neighbour(host, folder, item) for item in items]
    return Neighbours(
        tuple(item for item in outcomes if isinstance(item, Neighbour)),
        tuple(item for item in outcomes if isinstance(item, str)),
    )


def _neighbour(host: Host, folder: str, item: FolderService) -> Neighbour | str:
    unknown = (
        f"expected to know where the server of the service {item['name']}, which runs from {folder} too, keeps its "
        "data and how it is asked to save it, found "
    )
    advice = "Stop that service by hand, when its data is on disk, and run again."
    names = [quoted or plain for quoted, plain in CONFIGURATION.findall(item["image_path"])]
    if not names:
        return f"{unknown}no configuration (*.conf) on its command line. {advice}"
    if SENTINEL.search(item["image_path"]):
        return Neighbour(item["name"], names[-1], None, None)
    file = host.get_fact(TextFile, path=names[-1])
    if file is None or file["content"] is None:
        return f"{unknown}that its configuration {names[-1]} can't be read. {advice}"
    try:
        return Neighbour(item["name"], names[-1], Endpoint.of(file["content"]), data_of(file["content"], folder))
    except ConfigSyntaxError as error:
        return f"{unknown}in its configuration {names[-1]}: {error}. {advice}"


def data_of(configuration: str, program_folder: str) -> Data:
    """Return where a server keeps its data that runs on a configuration, and with which program.

    Raises ConfigSyntaxError when the configuration can't be read.
    """
    values = {**DATA_DEFAULTS, **dict(_data_directives(configuration))}
    # A service runs in the folder of its program.
    folder = str(PureWindowsPath(program_folder) / values["dir"])
    return Data(folder, (values["dbfilename"], values["appenddirname"]))


def _data_directives(configuration: str) -> Iterator[tuple[str, str]]:
    for line in parse(configuration):
        if line.name in DATA_DEFAULTS and line.arguments:
            yield line.name, line.arguments[0]
