"""A lab: several practice hosts with their WinRM servers, started and ended together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from winlab.certificates import CertificateAuthority
from winlab.engines.real_powershell import HostPowerShell, Installation
from winlab.exceptions import WinlabError
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

    Attributes:
        hosts: the hosts.
        machines: what tests read and change, by host name.
        servers: the WinRM servers, with counts of requests, by host name.

    Raises:
        WinlabError: two hosts share a name or an address; on entering, a port is taken.
    """

    def __init__(
        self,
        hosts: Sequence[LabHost],
        *,
        directory: Path,
        request_latency_seconds: float = 0.0,
        process_latency_seconds: float = 0.0,
        powershell: Installation | None = None,
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
        self._running = ExitStack()

    @property
    def ca_bundle(self) -> Path:
        """The certificate of the authority that signed the hosts' certificates, PEM; there while the lab runs."""
        return ca_bundle_path(self._directory)

    def __enter__(self) -> Self:
        """Start all hosts."""
        with ExitStack() as starting:
            self._directory.mkdir(parents=True, exist_ok=True)
            authority = CertificateAuthority(self._directory)
            for host in self.hosts:
                self._prepare(host, authority, starting)
            for server in self.servers.values():
                server.start()
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End all hosts and every process they started."""
        self._running.close()

    def _prepare(self, host: LabHost, authority: CertificateAuthority, starting: ExitStack) -> None:
        root = self._directory / "hosts" / host.name
        root.mkdir(parents=True)
        machine = Machine(host.name, host.address, root, launch, process_latency_seconds=self._process_latency_seconds)
        if self._powershell is not None:
            real = HostPowerShell(self._powershell, machine, self._directory / "wine" / host.name)
            starting.callback(real.close)
            machine.powershell = real.run
        starting.callback(machine.close)
        server = WsmanServer(
            host.address,
            {host.user: host.password},
            machine.launch,
            machine=host.name,
            certificate=authority.issue(host.name, host.address),
            settings=WsmanSettings(request_latency_seconds=self._request_latency_seconds),
        )
        starting.callback(server.close)
        self.machines[host.name], self.servers[host.name] = machine, server


def ca_bundle_path(directory: Path) -> Path:
    """Return where a lab in that directory puts the certificate of its authority."""
    return directory / CA_BUNDLE_NAME


def _refuse_repeats(what: str, values: list[str]) -> None:
    repeated = [value for value, count in Counter(value.casefold() for value in values).items() if count > 1]
    if repeated:
        raise WinlabError(
            f"Every host of a lab needs {what} of its own; more than one has: {', '.join(repeated)}. "
            f"Change the inventory so that each has another {what}."
        )
