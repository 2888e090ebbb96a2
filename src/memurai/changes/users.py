"""The steps that give a server other users: first the running one, which may refuse them, then its ACL file.

Not by ACL LOAD, in neither direction: up to Redis 7.2 it ends the connections of every user that the file names, also
of those that it leaves as they are (seen with redis-server 7.0.15); ACL SETUSER leaves connections open.
https://github.com/redis/redis/pull/12171
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from memurai.changes import configuration
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.rendering.users import Users
from winfra.call import PowerShellCall
from winfra.change import Change, Step
from winfra.secrets import hidden


@dataclass(frozen=True)
class AclFile:
    """The ACL file.

    path: where it stands. before: its text, None without one. after: the new text.
    """

    path: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Running:
    """A running server, as far as its users change.

    configuration, endpoint: its configuration, and the server as that has it. before, after: rules of the users that
    change; who goes, or comes, is in one of them only.
    """

    configuration: Document
    endpoint: Endpoint
    before: Users
    after: Users


def change(instance: Instance, running: Running | None, file: AclFile | None, left: Sequence[str]) -> Change | None:
    """Return the change; None when there is nothing to do.

    running: None when no running server is to be changed; likewise file. left: paths of what earlier runs left, which
    goes.
    """
    steps = [*(_given(instance, running) if running is not None else ()), *([_put(file)] if file is not None else [])]
    if not steps:
        return None
    return Change(f"users of {instance.service}", instance.changes, tuple(steps), tuple(configuration.gone(left)))


def _given(instance: Instance, running: Running) -> Iterator[Step]:
    ways = [running.endpoint.server(instance.command_line_client)]
    for name in dict.fromkeys((*running.after, *running.before)):
        purpose = f"forget the user {name}"
        if name in running.after:
            purpose = f"take the user {name} of templates/users.acl.j2 and memurai_users"
        commands = (hidden(_command(running, name, running.after)), hidden(_command(running, name, running.before)))
        yield configuration.sent(instance, purpose, commands, ways, running.configuration)


def _command(running: Running, name: str, users: Users) -> str:
    """Return the command after which the server has a user as it is among some users, from nothing, or not at all."""
    acl = running.endpoint.acl_command.unmask()
    return f"{acl} SETUSER {name} reset {' '.join(users[name])}" if name in users else f"{acl} DELUSER {name}"


def _put(file: AclFile) -> Step:
    do = PowerShellCall("Write-WinFile", {"Path": file.path, "Content": hidden(file.after)})
    undo = PowerShellCall("Restore-WinFile", {"Path": file.path})
    if file.before is not None:
        undo = PowerShellCall("Write-WinFile", {"Path": file.path, "Content": hidden(file.before)})
    return Step("put the new ACL file", do, undo)
