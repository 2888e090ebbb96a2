"""The certificates of encrypted connections on a host: put together, and taken by the running server."""

import hashlib
from collections.abc import Generator, Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from pyinfra import host as current_host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes.certificates import Running, change, returned
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.configuration import Leftover, leftover_of
from memurai.facts.server import PONG, Ping
from memurai.instance import Instance
from memurai.server import TlsFiles
from winfra.facts.files import Item, ItemState, TextFile
from winfra.facts.services import Service
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import failure, plan_write, refuse, show_difference
from winfra.redaction import CHANGED
from winfra.secrets import MASK, hidden, too_long


@dataclass(frozen=True)
class Present:
    """What a host has.

    items, leftovers: what stands at the path of each file, and what a run left beside it that was ended half way.
    configuration: an empty one without a file. running: the server that runs with the files, None without one.
    """

    items: Mapping[str, ItemState]
    leftovers: Mapping[str, Leftover]
    configuration: Document
    running: Endpoint | None

    @property
    def left(self) -> list[str]:
        """Paths of what was left."""
        return [path for item in self.leftovers.values() for path in item.paths(running=True)]

    @property
    def kept(self) -> dict[str, str]:
        """Path of each former file that was left, by the path of the file."""
        found = {path: item.last_known_good for path, item in self.leftovers.items()}
        return {path: kept for path, kept in found.items() if kept is not None}

    def has(self, contents: Mapping[str, bytes]) -> bool:
        """Whether the files are as desired, and nothing was left that says that their server may have others."""
        return not self.left and all(self.items[path]["sha256"] == _sha256(text) for path, text in contents.items())


@operation()
def installed(instance: Instance, sources: Mapping[str, str]) -> Generator[PyinfraCommand, None, None]:
    """Ensure that the files of encrypted connections are on a host, and that its running server has read them.

    A server that does not run with these very files is left alone: its configuration has to name them first.

    + instance: the server
    + sources: path on the control node, where it must be, of each of these files by its path on the host
    """
    yield from settle(instance.changes)
    subject = f"certificates of {instance.service}"
    contents = {path: Path(sources[path]).read_bytes() for path in astuple(instance.tls_files)}
    try:
        present = _present(instance)
    except ConfigSyntaxError as error:
        yield from refuse(instance.line_problem(error))
        return
    if present is None:
        yield failure(f"{subject}: their present state could not be read, nothing was changed")
    elif present.has(contents):
        current_host.noop(f"the {subject} are as desired")
    elif problem := next(filter(None, (_problem(sources[path], text) for path, text in contents.items())), None):
        yield from refuse(f"{subject}: {problem}.")
    elif present.running is not None and not present.running.config_command.unmask():
        yield from refuse(_no_config(instance))
    else:
        _show(instance, present, contents)
        yield from _commands(instance, present, contents)


def _present(instance: Instance) -> Present | None:
    """Return what the host has, None when that can't be read.

    Raises ConfigSyntaxError when a server would refuse what its configuration says of how it is reached.
    """
    paths = astuple(instance.tls_files)
    items = {path: current_host.get_fact(Item, path=path, include_hash=True) for path in paths}
    leftovers = {path: found for path in paths if (found := leftover_of(current_host, path)) is not None}
    text = current_host.get_fact(TextFile, path=instance.configuration)
    service = current_host.get_fact(Service, service=instance.service)
    if None in (*items.values(), text, service) or len(leftovers) < len(paths):
        return None
    configuration = Document.of(text["content"] or "")
    endpoint = Endpoint.of(configuration) if service["state"] == "Running" else None
    running = endpoint if endpoint is not None and endpoint.tls == instance.tls_files else None
    return Present(items, leftovers, configuration, running)


def _commands(
    instance: Instance, present: Present, contents: Mapping[str, bytes]
) -> Generator[PyinfraCommand, None, None]:
    paths = {path for path, item in present.items.items() if item["kind"] == "File"}
    files, running = instance.tls_files, None
    if present.running is not None:
        has_read = _answers(instance, present.running, files)
        former = TlsFiles(*(present.kept.get(path, path) for path in astuple(files)))
        if present.kept and not has_read and _answers(instance, present.running, former):
            yield from carry_out(returned(instance, present.kept))
            paths, has_read = paths | set(present.kept), True
        running = Running(present.configuration, present.running, files, has_read)
    for path in contents:
        plan_write(path)
    new = {path: hidden(text.decode()) for path, text in contents.items()}
    staged = [path for item in present.leftovers.values() for path in item.staged_files]
    yield from carry_out(change(instance, new, paths, running, staged))


def _answers(instance: Instance, endpoint: Endpoint, files: TlsFiles) -> bool:
    """Whether the running server is reached with some files: then it runs with them."""
    server = replace(endpoint, tls=files).server(instance.command_line_client)
    return bool(current_host.get_fact(Ping, server=server) == PONG)


def _problem(source: str, content: bytes) -> str | None:
    try:
        problem = too_long(content.decode())
    except UnicodeDecodeError:
        problem = "expected a text in UTF-8, found other bytes"
    return problem and f"{source}: {problem}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _show(instance: Instance, present: Present, contents: Mapping[str, bytes]) -> None:
    key = instance.tls_files.key
    show_difference(f"left by a run that was ended half way, beside {key}", present.left, [])
    for path, content in contents.items():
        before, after = present.items[path]["sha256"], _sha256(content)
        shown = (MASK, CHANGED) if path == key else (f"SHA-256 {before}", f"SHA-256 {after}")
        old = [shown[0]] if before else []
        show_difference(f"file {path}", old, old if before == after else [shown[1]])
    if present.running is not None:
        show_difference(
            f"server of {instance.service}", ["runs with what it read before"], ["reads them again, without a restart"]
        )


def _no_config(instance: Instance) -> str:
    return (
        f"certificates of {instance.service}: expected the command CONFIG, by which the running server reads them, "
        f"found it disabled by rename-command in {instance.configuration}. Give it a secret new name in "
        "memurai_security.renamed_commands and deploy with the former certificates first; or stop the service and run "
        "again."
    )
