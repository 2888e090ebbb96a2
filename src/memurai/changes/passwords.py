"""The steps that give a server other passwords: without a restart, and beside them in its file for the next start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyinfra.api import HiddenValue

from memurai.changes import configuration
from memurai.changes.history import History
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from winfra.change import Change, Step


@dataclass(frozen=True)
class Passwords:
    """What the passwords of a server come to.

    before, after: its configuration as it is, and the new one; None when that is as desired. endpoint: the server as
    its configuration has it. live, undo: commands for the running server, and what takes them back; None when there is
    nothing to do there. ways: passwords by which it is reached, those that work now first; the last one is that of the
    new configuration, too.
    """

    before: Document
    after: Document | None
    endpoint: Endpoint
    live: HiddenValue | None
    undo: HiddenValue | None
    ways: Sequence[HiddenValue]


def change(instance: Instance, passwords: Passwords, history: History) -> Change | None:
    """Return the change; None when there is nothing to do.

    history: what is kept of earlier configurations.
    """
    steps: list[Step] = []
    after = passwords.after
    if after is not None:
        steps += configuration.trial(instance, after, replace(passwords.endpoint, password=passwords.ways[-1]))
        steps += configuration.kept(instance, history)
    if passwords.live is not None and passwords.undo is not None:
        ways = [
            replace(passwords.endpoint, password=password).server(instance.command_line_client)
            for password in passwords.ways
        ]
        commands = (passwords.live, passwords.undo)
        steps.append(configuration.sent(instance, "take the new values", commands, ways, passwords.before))
    if after is not None:
        steps.append(configuration.put(instance, after, history))
    if not steps:
        return None
    afterwards = tuple(configuration.tidied(history)) if after is not None else ()
    return Change(f"passwords of {instance.service}", instance.changes, tuple(steps), afterwards)
