"""testinfra's hosts, taken from a pyinfra inventory and reached by its connector."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, ClassVar

from living_set import LivingSet
from pyinfra.api import Config, Host, State
from pyinfra.api.exceptions import ConnectError
from pyinfra.api.state import StateStage
from pyinfra.context import ctx_config, ctx_state
from pyinfra_cli.inventory import make_inventory
from testinfra.backend.base import BaseBackend, CommandResult

from memurai import members
from memurai.exceptions import TopologyError


class Hosts:
    """The hosts of an inventory, connected when first used.

    obstacles: why nothing of a host can be verified, by its short name. silent: short names of those whose server does
    not answer. unsettled: short names of those whose set has no certain primary.
    """

    def __init__(self, inventory: str) -> None:
        self.obstacles: dict[str, str] = {}
        self.silent: set[str] = set()
        self.unsettled: set[str] = set()
        self._sets: dict[str | None, LivingSet | TopologyError] = {}
        self.state = State()
        self.state.cwd = os.getcwd()  # noqa: PTH109  # pyinfra wants a text
        ctx_state.set(self.state)
        config = Config()
        ctx_config.set(config)
        self._inventory = make_inventory(inventory, cwd=self.state.cwd)
        self.state.init(self._inventory, config)
        self.state.set_stage(StateStage.Prepare)

    def specifications(self) -> list[str]:
        """What testinfra is given as hosts: the part of the name behind the connector's."""
        return [f"{InventoryBackend.NAME}://{short_name(host)}" for host in self._inventory]

    def named(self, name: str) -> Host:
        """Return the host of that short name, connected.

        Raises pyinfra's ConnectError when it can't be reached, and again without trying: each sign-in with a wrong
        password brings the account nearer to being locked out.
        """
        host = next(host for host in self._inventory if short_name(host) == name)
        if name in self.obstacles:
            raise ConnectError(self.obstacles[name])
        if not host.connected:
            try:
                host.connect(show_errors=False, raise_exceptions=True)
            except ConnectError as error:
                self.obstacles[name] = str(error)
                members.give_up(host, str(error))
                raise
            self.state.activate_host(host)
        return host

    def is_member(self, name: str) -> bool:
        """Whether the host of that short name is a member of a set, by its data."""
        return any(members.set_name(host) is not None for host in self._inventory if short_name(host) == name)

    def living_set(self, member: Host) -> LivingSet:
        """Return the set of a member; it is asked once, so that one moment is told of all its members.

        Raises TopologyError when it is not certain which of them is the primary.
        """
        name = members.set_name(member)
        if name not in self._sets:
            self._sets[name] = self._asked(member)
        found = self._sets[name]
        if isinstance(found, TopologyError):
            raise found
        return found

    def _asked(self, member: Host) -> LivingSet | TopologyError:
        for host in self._inventory:
            if members.set_name(host) == members.set_name(member):
                with suppress(ConnectError):  # told at that host
                    self.named(short_name(host))
        try:
            return LivingSet.of(member)
        except TopologyError as error:
            return error

    def disconnect(self) -> None:
        """Leave nothing open on any host."""
        for host in self._inventory:
            if host.connected:
                host.disconnect()


def short_name(host: Host) -> str:
    """Return `cache1` for `@winrm/cache1`."""
    return str(host.name).rsplit("/", 1)[-1]


class InventoryBackend(BaseBackend):
    """A testinfra backend that runs commands as PowerShell through the inventory's connector."""

    NAME = "inventory"
    hosts: ClassVar[Hosts]

    def __init__(self, hostspec: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(hostspec, *args, **kwargs)
        self._name = hostspec

    def connected_host(self) -> Host:
        """Return the pyinfra host."""
        return self.hosts.named(self._name)

    def run(self, command: str, *args: str, **_: Any) -> CommandResult:
        """Run PowerShell text; its exit code is 0 or 1."""
        text = self.get_command(command, *args)
        success, output = self.connected_host().run_shell_command(text)
        return self.result(0 if success else 1, self.encode(text), output.stdout, output.stderr)
