"""The steps that give a server other files of encrypted connections: put together, tried, and taken by the running one.

The running server reads them by one CONFIG SET, which also takes a name that it has already, and refuses files of no
use together without losing the former ones (VOLATILE_CONFIG and `tlsConfigure` in Redis' sources:
https://github.com/redis/redis/blob/7.2/src/config.c; tried with 7.0.15). Before that a server of its own is tried on
them: one that took a certificate which its own authorities don't know could be reached by nobody any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from pyinfra.api import HiddenValue

from memurai.changes import configuration
from memurai.config import Directive, Document, render
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.server import TlsFiles
from winfra.call import PowerShellCall
from winfra.change import Afterwards, Change, Step

# What the former files are named until the server has taken the new ones.
KEPT = ".last-known-good"


@dataclass(frozen=True)
class Running:
    """The running server, whose configuration names the files.

    configuration, endpoint: what it runs on, and the server as that has it. files: those files. has_read: whether the
    server is known to run with what they hold now, so that it can be given that back.
    """

    configuration: Document
    endpoint: Endpoint
    files: TlsFiles
    has_read: bool

    @property
    def copies(self) -> TlsFiles:
        """The copies that are kept of the former files."""
        return TlsFiles(*map(_copy_of, astuple(self.files)))


def change(
    instance: Instance,
    contents: Mapping[str, HiddenValue],
    present: Collection[str],
    running: Running | None,
    left: Sequence[str],
) -> Change:
    """Return the change.

    contents: new text of each file by its path: authorities, certificate, private key. present: paths of those that
    there are. running: None when no server runs with them. left: paths of what earlier runs left, which goes.
    """
    steps = [_kept(path) for path in contents if path in present]
    if running is not None and running.has_read:
        steps.append(_found(instance, running))
    steps += [_put(path, content, is_present=path in present) for path, content in contents.items()]
    if running is not None:
        steps += [*_tried(instance, running), _read(instance, running), _answering(instance, running)]
    former = (PowerShellCall("Remove-WinItem", {"Path": _copy_of(path)}) for path in contents)
    afterwards = (*(Afterwards("remove the former file", call) for call in former), *configuration.gone(left))
    return Change(f"certificates of {instance.service}", instance.changes, tuple(steps), afterwards)


def returned(instance: Instance, kept: Mapping[str, str]) -> Change:
    """Return what completes the way back of a run of an earlier version: the server runs with the kept files.

    kept: path of each of those by the path of the file.
    """
    steps = (
        Step("bring the file back", PowerShellCall("Restore-WinFile", {"Path": path, "Copy": copy}))
        for path, copy in kept.items()
    )
    return Change(f"certificates of {instance.service}, as they were", instance.changes, tuple(steps))


def _copy_of(path: str) -> str:
    return f"{path}{KEPT}"


def _kept(path: str) -> Step:
    copy = _copy_of(path)
    do = PowerShellCall("Restore-WinFile", {"Path": copy, "Copy": path})
    # All copies, or from the last to the first: the server may have to read them as long as the last one is there.
    return Step("keep the present file", do, PowerShellCall("Restore-WinFile", {"Path": copy}), is_barrier=True)


def _put(path: str, content: HiddenValue, *, is_present: bool) -> Step:
    do = PowerShellCall("Write-WinFile", {"Path": path, "Content": content})
    undo = PowerShellCall("Restore-WinFile", {"Path": path, **({"Copy": _copy_of(path)} if is_present else {})})
    # As long as it is not back, its copy has to stay.
    return Step("put the new file", do, undo, is_barrier=True)


def _found(instance: Instance, running: Running) -> Step:
    """Return the step that asks the running server; undone, it has read the files that are back in their places."""
    undo = _reading(instance, running, running.files, "read its former certificates again")
    why = "find that the running server answers with its present certificates"
    return replace(_answering(instance, running), why=why, undo=undo, is_barrier=True)


def _answering(instance: Instance, running: Running) -> Step:
    server = running.endpoint.server(instance.command_line_client).on_wire()
    call = PowerShellCall("Wait-MemuraiServer", {"Server": server, "TimeoutSeconds": configuration.TRIAL_SECONDS})
    return Step("reach the running server with its new certificates", call)


def _tried(instance: Instance, running: Running) -> Iterator[Step]:
    lines = [line for line in running.configuration.directives if line.name.startswith("tls-")]
    password = running.endpoint.password.unmask()
    secret = [Directive("requirepass", (password,))] if password else []
    yield from configuration.trial(instance, Document.of(render([*secret, *lines])), replace(running.endpoint, user=""))


def _read(instance: Instance, running: Running) -> Step:
    """Return the step by which the running server reads the new files.

    Undone, it has read the copies of the former ones; as long as it has not, the new files stay, without which nobody
    would reach it.
    """
    call = _reading(instance, running, running.copies, "read its former certificates")
    # The last copy, which is the first to go when all has been taken back.
    undo = PowerShellCall(call.function, {**call.parameters, "RequiredFile": running.copies.key})
    do = _reading(instance, running, running.files, "read its new certificates")
    why = "have the running server read its new certificates"
    return Step(why, do, undo if running.has_read else None, is_barrier=True)


def _reading(instance: Instance, running: Running, files: TlsFiles, purpose: str) -> PowerShellCall:
    """Return what has the running server read some files, reached with its former ones or with those in their place."""
    names = ("tls-ca-cert-file", files.ca, "tls-cert-file", files.certificate, "tls-key-file", files.key)
    endpoints = (replace(running.endpoint, tls=running.copies), running.endpoint)
    ways = [endpoint.server(instance.command_line_client) for endpoint in endpoints]
    return configuration.sending(instance, purpose, running.endpoint.config_set(names), ways, running.configuration)
