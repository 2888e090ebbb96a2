"""One practice Windows host."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from winlab.windows.accounts import Accounts
from winlab.windows.events import EventLog
from winlab.windows.files import Volume
from winlab.windows.firewall import Firewall
from winlab.windows.network import Network
from winlab.windows.processes import ProcessTable
from winlab.windows.products import ProductStore
from winlab.windows.security import SecurityModel
from winlab.windows.services import ServiceManager
from winlab.windows.summary import HostSummary
from winlab.windows.tasks import TaskProcess, TaskScheduler


class Machine:
    """The state of one practice host; what WinRM commands read and change.

    Args:
        name: computer name.
        address: its own loopback address, such as 127.78.0.1.
        root: folder that holds its drive `C:`.
        process_latency_seconds: how long a powershell.exe takes to start.

    Attributes:
        files: the drive C:.
        security: owners and access entries on it.
        accounts: names and SIDs.
        services: the service control manager; its services are real processes.
        products: what Windows Installer has installed.
        tasks: the Task Scheduler; its tasks run when they are started.
        firewall: the firewall's rules.
        network: who listens on its address.
        events: the event logs.
        summary: what the host says about itself.
        environment: system environment variables.
        process_starts: how often each program was started over WinRM, by name such as powershell.exe.
        agent_withholds_output: an antivirus that holds back what PowerShell prints until it ends.
    """

    def __init__(self, name: str, address: str, root: Path, *, process_latency_seconds: float = 0.0) -> None:
        self.name = name
        self.address = address
        self.root = root.resolve()
        self.process_latency_seconds = process_latency_seconds
        self.process_starts: Counter[str] = Counter()
        self.agent_withholds_output = False
        self.environment = _system_environment(name)
        self.files = Volume(self.root)
        self.security = SecurityModel(self.files)
        self.events = EventLog()
        self.firewall = Firewall()
        self.processes = ProcessTable(self.files)
        self.accounts = Accounts(name, self._service_names)
        self.services = ServiceManager(self.files, self.security, self.accounts, self.processes, self.events)
        self.files.locked_paths = self.services.locked_paths
        self.network = Network(address, self.services)
        user = f"{name.upper()}\\Administrator"
        self.summary = HostSummary(name.upper(), user, self.accounts.administrator_sid)
        self.products = ProductStore(self)
        self.tasks = TaskScheduler(self.files, self.accounts, self._launch)

    def close(self) -> None:
        """End every process the host started and wait until they are gone."""
        self.services.close()
        self.tasks.close()
        self.processes.close()
        self.services.join()
        self.tasks.join()

    def _launch(self, process: TaskProcess) -> int:
        from winlab.twin.launcher import launch  # noqa: PLC0415 - programs of a host know the host itself

        return launch(self, process)

    def _service_names(self) -> list[str]:
        # The manager and the accounts know each other; this one is asked only when both are there.
        return self.services.names()

    def __enter__(self) -> Self:
        """Return the host; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the host."""
        self.close()


def _system_environment(name: str) -> dict[str, str]:
    return {
        "COMPUTERNAME": name.upper(),
        "ProgramData": "C:\\ProgramData",
        "ProgramFiles": "C:\\Program Files",
        "Path": "C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\",
        "SystemDrive": "C:",
        "SystemRoot": "C:\\Windows",
        "TEMP": "C:\\Windows\\Temp",
    }
