"""The server that a host's service runs now: it is asked before anything is done that concerns it.

Where a server is and what it has is said by the command line of its service and by the configuration named there, and
while it runs by the server itself; the settings only say what is wanted.
"""

import ntpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyinfra.api import Host

from memurai.config import Directive, Document, parse, render
from memurai.config.damage import mended
from memurai.data.effects import Held, Limits, limits_of
from memurai.data.place import DataPlace, increments
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigurationError, ServiceCommandError, UnknownServerError
from memurai.facts.server import Ping, RunningServer
from memurai.instance import Instance
from memurai.server import Server, literal
from memurai.service_command import ServiceCommand
from memurai.settings import Settings
from winfra.facts.files import Item, TextFile
from winfra.facts.services import Service, ServiceState

RUNNING, STOPPED = "Running", "Stopped"
# One that starts just now has all its data on disk, as one that is stopped or has no service.
AT_REST = (RUNNING, STOPPED, "StartPending", "")
DEEPEST_INCLUDE = 4
NO_ANSWER = "no answer"
# What memurai-cli says when no server answers it, also for a certificate that is not trusted or not there.
UNREACHABLE = ("Could not connect", "Could not negotiate", NO_ANSWER)
UNREAD = "expected to read the state of the host, found an error (above); nothing was changed"


@dataclass(frozen=True)
class PresentServer:
    """What a service runs, or ran last.

    service: its name. state: of the service; empty when there is none and only the configuration is left.
    configuration: its path. command_line_client: path of memurai-cli. endpoint: how it is reached. renamed, disabled:
    commands that it has not under their own names, and not at all. filed, filed_limits: where a start of it would look
    for data, and what it could hold. place, limits: where its data is and what it can hold; asked while it runs.
    held: what it holds; None while it does not run. unanswered: why a running server that a deploy made could not be
    asked over its encrypted connections.
    """

    service: str
    state: str
    configuration: str
    command_line_client: str
    endpoint: Endpoint
    renamed: frozenset[str]
    disabled: frozenset[str]
    filed: DataPlace
    filed_limits: Limits
    place: DataPlace
    limits: Limits
    held: Held | None
    unanswered: str = ""

    @property
    def server(self) -> Server:
        """How it is asked."""
        return self.endpoint.server(self.command_line_client)


def find(host: Host, settings: Settings, desired: Document) -> PresentServer | None:
    """Return the server of the settings' service; without that service, of the configuration that an earlier one left.

    desired: the configuration that the deploy writes. In its own file it mends lines that a server refuses, and that
    file may have been changed by hand since the server read it.
    Raises UnknownServerError when there is one and it can't be known what it has.
    """
    service = host.get_fact(Service, service=settings.service.name)
    if service is None:
        raise UnknownServerError(UNREAD)
    command = _command(settings, service)
    file = host.get_fact(TextFile, path=command.configuration, _ignore_errors=True)
    if file is not None and file["content"] is None and not service["exists"]:
        return None
    text = None if file is None else file["content"]
    if text is None:
        raise UnknownServerError(
            f"{_unknown(settings.service.name)}, found that its configuration {command.configuration} "
            f"{'is missing' if file is not None else 'can not be read'}. Put it there as it was (an earlier one of a "
            "deployed server is in the folder history beside it), as text in UTF-8, and run again; or delete the "
            "service when none of its data is wanted. Nothing was changed."
        )
    is_ours = same_path(command.configuration, Instance.of(settings).configuration)
    try:
        document = Document.of(text)
        document = mended(document, desired).document if is_ours else document
        document = Document.of(render(_with_included(host, document.directives, DEEPEST_INCLUDE)))
        return _server(host, settings.service.name, service, command, document, desired if is_ours else None)
    except (ConfigurationError, ValueError) as error:
        path = Instance.of(settings).configuration if is_ours else command.configuration
        raise UnknownServerError(
            f"configuration {path}: {error}. Mend or remove that line on the host and run again: it says where the "
            f"server of the service {settings.service.name} has its data. Nothing was changed."
        ) from None


def _unknown(service: str) -> str:
    return f"service {service}: expected to know where its server has its data"


def _command(settings: Settings, service: ServiceState) -> ServiceCommand:
    if not service["exists"]:
        return ServiceCommand(Instance.of(settings).program, Instance.of(settings).configuration, is_sentinel=False)
    try:
        command = ServiceCommand.of(service["image_path"] or "")
    except ServiceCommandError as error:
        raise UnknownServerError(
            f'{_unknown(settings.service.name)}, by a command line of the form "PROGRAM" --service-run '
            f'[--service-name NAME] "CONFIGURATION.conf" with absolute paths, found {error}. Correct it (sc.exe '
            "config), or give another memurai_service.name. Nothing was changed."
        ) from None
    if command.is_sentinel:
        raise UnknownServerError(
            f"{_unknown(settings.service.name)}, found a Sentinel, which has none. Give another memurai_service.name. "
            "Nothing was changed."
        )
    return command


def _with_included(host: Host, lines: Iterable[Directive], depth: int) -> Iterator[Directive]:
    """Yield directives with those of included files in their place."""
    for line in lines:
        if line.name != "include":
            yield line
            continue
        path = line.arguments[0] if line.arguments else ""
        is_one_file = depth > 0 and ntpath.isabs(path) and not set("*?[") & set(path)
        file = host.get_fact(TextFile, path=path, _ignore_errors=True) if is_one_file else None
        if file is None or file["content"] is None:
            raise ConfigurationError("an include of what is not the absolute path of a text file that can be read")
        yield from _with_included(host, parse(file["content"]), depth - 1)


def _server(  # noqa: PLR0913, PLR0917  # all that is known of it
    host: Host, name: str, service: ServiceState, command: ServiceCommand, document: Document, desired: Document | None
) -> PresentServer:
    values = document.words
    filed = DataPlace.of(values, command.folder)
    endpoint = Endpoint.of(document)
    lines = [line.arguments for line in document.directives if line.name == "rename-command"]
    present = PresentServer(
        service=name,
        state=service["state"] or "" if service["exists"] else "",
        configuration=command.configuration,
        command_line_client=f"{command.folder}\\memurai-cli.exe",
        endpoint=endpoint,
        renamed=frozenset(name.upper() for name, _ in lines),
        disabled=frozenset(name.upper() for name, new in lines if not new),
        filed=filed,
        filed_limits=limits_of(values),
        place=filed,
        limits=limits_of(values),
        held=None,
    )
    if present.state not in AT_REST:
        raise UnknownServerError(
            f"{_unknown(name)}, found the service {present.state}. Wait until it is Running or Stopped and run again. "
            "Nothing was changed."
        )
    if present.state != RUNNING:
        return present
    wanted = None if desired is None else Endpoint.of(desired)
    found = _asked(host, present, command.folder, values, wanted)
    is_confirmed = desired is not None and filed.is_like(DataPlace.of(desired.words, command.folder))
    _require_read_file(host, found, service, is_confirmed=is_confirmed)
    return found


def _asked(
    host: Host, present: PresentServer, folder: str, filed: Mapping[str, str], wanted: Endpoint | None
) -> PresentServer:
    """Return a running server as it says itself that it is.

    wanted: where and how the settings reach it, when it is theirs; None for another one.
    """
    for endpoint in (present.endpoint, *([wanted] if wanted else [])):
        server, name = endpoint.server(present.command_line_client), endpoint.config_command
        found = host.get_fact(RunningServer, server=server, config_command=name, _ignore_errors=True)
        info, values = (found["info"], _values(found["values"])) if found else ({}, {})
        # A CONFIG that is disabled can't have changed anything since the start.
        if info and (values or not name.unmask()):
            asked = {**filed, **(values or _told(info))}
            place = DataPlace.of(asked, folder)
            held = Held(info, increments(host, place) if place.appendonly else [])
            return replace(present, endpoint=endpoint, place=place, limits=_limits(asked, held), held=held)
    server = present.endpoint.server(present.command_line_client)
    reason = host.get_fact(Ping, server=server, _ignore_errors=True) or NO_ANSWER
    unreachable = reason.startswith(UNREACHABLE)
    reason = "no answer to CONFIG GET by the name that it gives CONFIG" if reason == "PONG" else reason.rstrip(".")
    unanswered = (
        f"{_unknown(present.service)}, by asking it at {server} with the password in {present.configuration}, on which "
        f"it runs, found {reason}. Write into that file what the server runs with (bind, port, requirepass, "
        "rename-command CONFIG; nothing restarts by that) and run again. Nothing was changed."
    )
    if wanted and wanted.tls and unreachable:
        # The deploy may mend the files of encrypted connections before it asks again; until then the file counts.
        return replace(present, unanswered=unanswered)
    raise UnknownServerError(unanswered)


def _told(info: Mapping[str, str]) -> Mapping[str, str]:
    """Return the directives that a server tells without CONFIG."""
    appendonly = {"appendonly": "yes" if info["aof_enabled"] == "1" else "no"} if "aof_enabled" in info else {}
    return {**appendonly, **{name: info[name] for name in ("maxmemory",) if name in info}}


def _limits(values: Mapping[str, str], held: Held) -> Limits:
    """Return what a server can hold: at least the databases that have keys, whatever the file of one says."""
    limits = limits_of(values)
    return replace(limits, databases=max([limits.databases, *(number + 1 for number in held.keys)]))


def _require_read_file(host: Host, present: PresentServer, service: ServiceState, *, is_confirmed: bool) -> None:
    """Raise UnknownServerError when a server without CONFIG may have read another text than its file has now.

    is_confirmed: whether the settings name the same place as the file.
    """
    if present.endpoint.config_command.unmask() or is_confirmed:
        return
    file = host.get_fact(Item, path=present.configuration)
    written, started = None if file is None else file["last_write_time_utc"], service["process_start_time_utc"]
    if written is None or started is None:
        raise UnknownServerError(UNREAD)
    if _time(written) > _time(started):
        raise UnknownServerError(
            f"{_unknown(present.service)}, found CONFIG disabled, so that it can't be asked, and its configuration "
            f"{present.configuration} written at {written}, after its start at {started}: it may run with another "
            "place than that says. Write into that file what the server runs with (an earlier one of a deployed server "
            "is in the folder history beside it). When it is known that it runs with what the file says, give the file "
            f"the time of the start, on the host: (Get-Item -LiteralPath {literal(present.configuration)})"
            f".LastWriteTimeUtc = [datetime]::Parse({literal(started)}).ToUniversalTime(); then run again. "
            "Nothing was changed."
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _values(found: Mapping[str, str]) -> Mapping[str, str]:
    """Return what CONFIG GET answered; none when that was an error."""
    return found if "dir" in found else {}


def same_path(first: str, second: str) -> bool:
    """Whether two paths are one to Windows."""
    return ntpath.normpath(first).lower() == ntpath.normpath(second).lower()
