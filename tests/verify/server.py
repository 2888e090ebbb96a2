"""The server of a host, asked on the host itself through memurai-cli."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from pyinfra.api import HiddenValue, Host

from memurai.facts.server import CommandAnswer, command_call, parse_info
from memurai.instance import Instance
from memurai.server import Server
from memurai.settings import Settings, credentials
from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact

DEADLINE_SECONDS = 60


class Answer(PowerShellFact[CommandAnswer]):
    """Send one command and read whatever the server answers."""

    shape = CommandAnswer

    def command(self, server: Server, arguments: tuple[str | HiddenValue, ...]) -> PowerShellCall:
        """Return the call."""
        return command_call(server, *arguments)


class ServerOnHost:
    """The server of one host.

    windows: the host. settings: what it is to be.
    """

    def __init__(self, windows: Host, settings: Settings) -> None:
        self._windows = windows
        secrets = credentials.resolve(settings)
        self.renamed_commands = secrets.renamed_commands
        self.users = secrets.users
        self._names = settings.users.model_dump()
        self._server = Instance.of(settings).server(secrets.password)
        self._plain_port = settings.network.port

    def ask(self, *arguments: str | HiddenValue, password: HiddenValue | None = None, role: str | None = None) -> str:
        """Return what the server answers to a command, errors included.

        password: another one than the host's own. role: what a user is for whose password and rights are used, e.g.
        `monitoring`; not given, it is the administrator.
        """
        server = self._server
        if role is not None:
            server = replace(server, user=self._names[role], password=self.users[role])
        if password is not None:
            server = replace(server, password=password)
        return self._answer(server, arguments)

    def ask_unencrypted(self, *arguments: str) -> str:
        """Return what is answered at the port of connections that are not encrypted, errors included."""
        return self._answer(replace(self._server, port=self._plain_port, tls=None), arguments)

    def _answer(self, server: Server, arguments: tuple[str | HiddenValue, ...]) -> str:
        answer = self._windows.get_fact(Answer, server=server, arguments=arguments)
        assert answer is not None, f"{arguments[0]} could not be sent: see the error above"
        return f"{answer['output']}\n{answer['error_output']}".strip()

    def command_named(self, name: str | HiddenValue) -> str:
        """Return the original name of the command that the server has under a name, an empty text for none.

        COMMAND INFO runs nothing. To try a command that is to be disabled would run it where it is not.
        """
        return self.ask("COMMAND", "INFO", name).partition("\n")[0].strip()

    def may(self, role: str, *arguments: str) -> bool:
        """Return whether a user has the right to a command: ACL DRYRUN runs nothing.

        role: what the user is for.
        """
        answer = self.ask(self._present_name("ACL"), "DRYRUN", self._names[role], *arguments)
        assert answer == "OK" or "no permissions" in answer, f"expected a verdict of ACL DRYRUN, found: {answer}"
        return answer == "OK"

    def rights(self, user: str) -> list[str]:
        """Return the words of ACL GETUSER."""
        return self.ask(self._present_name("ACL"), "GETUSER", user).split()

    def user(self) -> str:
        """Return the name of the user that asks."""
        return self.ask(self._present_name("ACL"), "WHOAMI")

    def save(self) -> None:
        """Have the server save what only its memory holds."""
        self.call("Save-MemuraiData", Server=self._server.on_wire())

    def info(self) -> dict[str, str]:
        """Return the fields of INFO."""
        return parse_info(self.ask("INFO"))

    def configured(self, directive: str) -> str:
        """Return a value as the running server has it, by CONFIG under its new name."""
        answer = self.ask(self._present_name("CONFIG"), "GET", directive)
        return answer.partition("\n")[2].strip()

    def _present_name(self, command: str) -> str | HiddenValue:
        return self.renamed_commands.get(command, command)

    def is_disabled(self, command: str) -> bool:
        """Whether the settings disable a command."""
        new_name = self.renamed_commands.get(command)
        return new_name is not None and not new_name.unmask()

    def call(self, function: str, **parameters: Any) -> None:
        """Call a function of the PowerShell library that changes something."""
        success, output = self._windows.run_shell_command(cast("str", PowerShellCall(function, parameters)))
        assert success, output.stderr


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, for a minute at most."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"expected {what} within {DEADLINE_SECONDS} s"
        time.sleep(0.2)
