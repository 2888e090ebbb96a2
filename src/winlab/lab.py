"""A lab: several practice hosts with their WinRM servers, started and ended together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from winlab.certificates import CertificateAuthority, HostCertificate
from winlab.engines.real_powershell import HostPowerShell, Installation
from winlab.exceptions import WinlabError
from winlab.own_network import OwnNetwork
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine
from winlab.wsman import WsmanServer, WsmanSettings

CA_BUNDLE_NAME = "ca.pem"


@dataclass(frozen=True)
class LabHost:
    """A host the lab is to have.

    Attributes:
        name: its computer name.
        address: its own loopback address; it listens on ports 5985 (HTTP) and 5986 (HTTPS).
        user: its administrator.
        password: that account's password.
    """

    name: str
    address: str
    user: str
    password: str = field(repr=False)


class Lab:
    """Practice hosts in this process; a context manager that starts all of them or none.

    Args:
        hosts: the hosts to have.
        directory: an existing folder for their files; it is the caller's to remove.
        request_latency_seconds: added to every HTTP request.
        process_latency_seconds: added to every start of a process on a host.
        powershell: a real PowerShell for all of them; None: powershell.exe is answered in Python.
        own_network: give the lab a network of its own, of this thread and what it starts, so that `cut_off` can work.

    Attributes:
        hosts: the hosts.
        machines: what tests read and change, by host name.
        servers: the WinRM servers, with counts of requests, by host name.

    Raises:
        WinlabError: two hosts share a name or an address; on entering, a port is taken, or no network of its own to be
            had.
    """

    def __init__(  # noqa: PLR0913  # what a lab can be given, each by its name
        self,
        hosts: Sequence[LabHost],
        *,
        directory: Path,
        request_latency_seconds: float = 0.0,
        process_latency_seconds: float = 0.0,
        powershell: Installation | None = None,
        own_network: bool = False,
    ) -> None:
        _refuse_repeats("name", [host.name for host in hosts])
        _refuse_repeats("address", [host.address for host in hosts])
        self.hosts = list(hosts)
        self.machines: dict[str, Machine] = {}
        self.servers: dict[str, WsmanServer] = {}
        self._directory = directory
        self._request_latency_seconds = request_latency_seconds
        self._process_latency_seconds = process_latency_seconds
        self._powershell = powershell
        self._network = OwnNetwork() if own_network else None
        self._cut_off: set[str] = set()
        self._certificates: dict[str, HostCertificate] = {}
        self._running = ExitStack()

    @property
    def ca_bundle(self) -> Path:
        """The certificate of the authority that signed the hosts' certificates, PEM; there while the lab runs."""
        return ca_bundle_path(self._directory)

    def __enter__(self) -> Self:
        """Start all hosts."""
        with ExitStack() as starting:
            if self._network is not None:
                starting.enter_context(self._network)
            self._directory.mkdir(parents=True, exist_ok=True)
            authority = CertificateAuthority(self._directory)
            for host in self.hosts:
                self._certificates[host.name] = authority.issue(host.name, host.address)
                self._prepare(host, starting)
            for server in self.servers.values():
                server.start()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End all hosts and every process they started."""
        self._running.close()

    def shut_down(self, name: str) -> None:
        """Shut a host down: its WinRM server and all its processes end, and nothing is saved.

        Raises:
            WinlabError: a process goes on after it was told to end.
        """
        machine = self.machines[name]
        machine.services.close()  # nobody waits for a start any more
        self.servers[name].close()
        machine.shut_down()

    def boot(self, name: str) -> None:
        """Start a host that was shut down, with the services that start with Windows, and its WinRM server.

        Raises:
            LabLimitError: files wait for this to be replaced.
        """
        self.machines[name].boot()
        self._listen(next(host for host in self.hosts if host.name == name), self._running)
        self.servers[name].start()

    def cut_off(self, name: str) -> None:
        """Let nothing pass any more between the servers of a host and those of the others, both ways, until `join`.

        It shows a network that is divided, with all hosts alive on both sides. It does not cut what connects from
        127.0.0.1: tests, programs on the control node, memurai-cli on a host; they reach both sides. What was connected
        falls silent, as on a real network; what connects anew fails at once, where most real networks let it wait.

        Raises:
            WinlabError: the lab has no network of its own, or a server does not connect from its host's address.
        """
        network = self._divisible()
        for machine in self.machines.values():
            _require_bound(machine, {other.address for other in self.hosts} - {machine.address})
        for other in self._reached_by(name):
            network.cut(self.machines[name].address, other)
        self._cut_off.add(name)

    def join(self, name: str) -> None:
        """Undo `cut_off`; others that are cut off stay so."""
        self._cut_off.remove(name)
        for other in self._reached_by(name):
            self._divisible().join(self.machines[name].address, other)

    def _divisible(self) -> OwnNetwork:
        if self._network is None:
            raise WinlabError("Only a lab with a network of its own can be divided: give it own_network=True.")
        return self._network

    def _reached_by(self, name: str) -> list[str]:
        return [host.address for host in self.hosts if host.name not in {name, *self._cut_off}]

    def _prepare(self, host: LabHost, starting: ExitStack) -> None:
        root = self._directory / "hosts" / host.name
        root.mkdir(parents=True)
        machine = Machine(host.name, host.address, root, launch, process_latency_seconds=self._process_latency_seconds)
        if self._powershell is not None:
            real = HostPowerShell(self._powershell, machine, self._directory / "wine" / host.name)
            starting.callback(real.close)
            machine.powershell = real.run
        starting.callback(machine.close)
        self.machines[host.name] = machine
        self._listen(host, starting)

    def _listen(self, host: LabHost, running: ExitStack) -> None:
        server = WsmanServer(
            host.address,
            {host.user: host.password},
            self.machines[host.name].launch,
            machine=host.name,
            certificate=self._certificates[host.name],
            settings=WsmanSettings(request_latency_seconds=self._request_latency_seconds),
        )
        running.callback(server.close)
        self.servers[host.name] = server


def ca_bundle_path(directory: Path) -> Path:
    """Return where a lab in that directory puts the certificate of its authority."""
    return directory / CA_BUNDLE_NAME


def _require_bound(machine: Machine, others: set[str]) -> None:
    """Refuse a server that connects to others from 127.0.0.1, as every program here does that is not told otherwise."""
    for service in map(machine.services.get, machine.services.names()):
        wrong = _connects_from(service.process_id, others) - {machine.address}
        if wrong:
            raise WinlabError(
                f"Expected the service {service.name} of {machine.name} to connect from {machine.address}, found "
                f"{', '.join(wrong)}, where it can't be told from others. Write in its configuration: "
                f"bind-source-addr {machine.address}"
            )


def _connects_from(process_id: int, addresses: set[str]) -> set[str]:
    """Return from where a process is connected to other hosts' addresses; nothing when it does not run."""
    try:
        connections = psutil.Process(process_id).net_connections("tcp")
    except psutil.NoSuchProcess:
        return set()
    return {item.laddr.ip for item in connections if item.raddr and item.raddr.ip in addresses}


def _refuse_repeats(what: str, values: list[str]) -> None:
    repeated = [value for value, count in Counter(value.casefold() for value in values).items() if count > 1]
    if repeated:
        raise WinlabError(
            f"Every host of a lab needs {what} of its own; more than one has: {', '.join(repeated)}. "
            f"Change the inventory so that each has another {what}."
        )
