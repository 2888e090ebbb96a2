"""One practice Windows host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet

from winlab.windows.accounts import Accounts
from winlab.windows.errors import LabLimitError
from winlab.windows.events import EventLog
from winlab.windows.files import Volume
from winlab.windows.firewall import Firewall
from winlab.windows.moments import Moment
from winlab.windows.network import Network
from winlab.windows.powershell_options import PowerShellRequest
from winlab.windows.powershells import PowerShells
from winlab.windows.process import Process
from winlab.windows.processes import ProcessTable
from winlab.windows.products import PENDING_FILES, ProductStore
from winlab.windows.security import SecurityModel
from winlab.windows.services import ServiceManager
from winlab.windows.summary import HostSummary
from winlab.windows.tasks import TaskScheduler


class Machine:
    """The state of one practice host; what WinRM commands read and change.

    Args:
        name: computer name.
        address: its own loopback address, such as 127.78.0.1.
        root: folder that holds its drive `C:`.
        launch: runs a process on a host to its end and returns its exit code.
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
        powershells: its powershell.exe processes.
        summary: what the host says about itself.
        environment: system environment variables.
        key: by which it protects secrets in the machine's name.
        process_starts: how often each program was started over WinRM, by name such as powershell.exe.
        powershell: what runs as its powershell.exe, given the process and what its command line asks for; None: the
            answers in Python.
        reach: called at each moment of a change, in the process that is at work on it.
        agent_withholds_output: an antivirus that holds back what PowerShell prints until it ends.
    """

    def __init__(
        self,
        name: str,
        address: str,
        root: Path,
        launch: Callable[[Machine, Process], int],
        *,
        process_latency_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self.address = address
        self.root = root.resolve()
        self._launch = launch
        self.process_latency_seconds = process_latency_seconds
        self.process_starts: Counter[str] = Counter()
        self.powershell: Callable[[Process, PowerShellRequest], int] | None = None
        self.reach: Callable[[Moment], None] = lambda _: None
        self.agent_withholds_output = False
        self.environment = _system_environment(name)
        self.key = Fernet.generate_key()
        self.powershells = PowerShells()
        self.files = Volume(self.root, self.powershells.require_alive)
        self.security = SecurityModel(self.files)
        self.events = EventLog()
        self.firewall = Firewall()
        self.processes = ProcessTable(self.files)
        self.accounts = Accounts(name, self._service_names)
        self.services = ServiceManager(self.files, self.security, self.accounts, self.processes, self.events)
        self.files.locked_paths = lambda: self.services.locked_paths() | self.powershells.locked_paths()
        self.network = Network(address, self.services)
        user = f"{name.upper()}\\Administrator"
        self.summary = HostSummary(name.upper(), user, self.accounts.administrator_sid)
        self.products = ProductStore(self)
        self.tasks = TaskScheduler(self.files, self.accounts, self.launch)

    def shut_down(self) -> None:
        """End every process the host started and wait until they are gone; no service saves anything.

        Windows in order or a cut of the power: the lab does not tell them apart. Assumed: Memurai does no more when
        Windows shuts down than when its service is stopped, as its open source ancestor does.
        """
        self._end(self.processes.end_all)

    def boot(self) -> None:
        """Start Windows after `shut_down`, with the services that start with it.

        Raises:
            LabLimitError: files wait for this to be replaced.
        """
        if PENDING_FILES in self.summary.pending_reboot_reasons:
            raise LabLimitError("this lab does not know how Windows replaces files when it starts")
        self.summary.pending_reboot_reasons.clear()
        self.summary.last_boot_time = datetime.now(UTC)
        self.tasks.boot()
        self.services.boot()

    def close(self) -> None:
        """End every process the host started, for good."""
        self._end(self.processes.close)

    def _end(self, end_processes: Callable[[], None]) -> None:
        self.services.close()
        self.tasks.close()
        end_processes()
        self.services.join()
        self.tasks.join()

    def launch(self, process: Process) -> int:
        """Run a process to its end and return its exit code."""
        return self._launch(self, process)

    def _service_names(self) -> list[str]:
        # The manager and the accounts know each other; this one is asked only when both are there.
        return self.services.names()

    def __enter__(self) -> Self:
        """Return the host; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
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
