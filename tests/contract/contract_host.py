"""The host that the behaviours are tried on: a practice host of the lab, or a real one that the environment names."""

from __future__ import annotations

import io
import itertools
import json
import os
import random
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

from contract_shapes import check_shape
from typing_extensions import override

from winfra.session.frames import Reply
from winfra.session.options import ConnectionOptions
from winfra.session.session import Session
from winlab.windows.machine import Machine

VARIABLE = "WINFRA_TEST_"
SECONDS = 120
MEMURAI_FOLDER = "C:\\Program Files\\Memurai"
# Not privileged, and below the ports that Windows gives to outgoing connections (49152 and up).
PORTS = range(20000, 40000)

Answer = dict[str, Any]


class ContractHost(ABC):
    """A host with a scratch name that everything made on it carries, and a scratch folder of that name.

    options: how it is reached.
    """

    server_address: str
    """Where a server of the tests listens."""

    def __init__(self, options: ConnectionOptions) -> None:
        self.options = options
        self.name = f"winfra-contract-{secrets.token_hex(4)}"
        self.scratch = f"C:\\{self.name}"
        self.session = self.connect()
        self.services: list[str] = []
        self.rules: list[str] = []
        self.tasks: list[str] = []
        self.event_sources: list[str] = []
        self._numbers = itertools.count(1)

    @property
    @abstractmethod
    def without_server(self) -> str | None:
        """Why there is no memurai.exe to start; None when there is one."""

    def connect(self) -> Session:
        """Return a session of its own with the host."""
        session = Session("contract", self.options, print)
        session.open()
        return session

    def call(self, function: str, **parameters: Any) -> Answer:
        """Return the answer of a library function, checked for its shape."""
        reply = self.ask(function, **parameters)
        assert (reply.exit_code, reply.stderr) == (0, b""), reply.stderr.decode()
        assert b"\n" not in reply.stdout
        answer: Answer = json.loads(reply.stdout)
        check_shape(function, answer)
        return answer

    def refusal(self, function: str, **parameters: Any) -> str:
        """Return why a library function refused."""
        reply = self.ask(function, **parameters)
        assert (reply.exit_code, reply.stdout) == (1, b""), reply
        return reply.stderr.decode()

    def ask(self, function: str, **parameters: Any) -> Reply:
        """Return the reply to a call."""
        return self.session.call(function, parameters, {}, SECONDS)

    def run(self, script: str, **options: Any) -> Reply:
        """Return the reply to a script. Options as the agent takes them."""
        return self.session.run(script, options, SECONDS)

    def put(self, path: str, content: bytes, temporary: str | None = None) -> str:
        """Upload a file and return its SHA-256."""
        return self.session.upload(io.BytesIO(content), path, temporary, SECONDS)

    def read(self, path: str) -> bytes:
        """Download a file."""
        content = io.BytesIO()
        self.session.download(path, content, SECONDS)
        return content.getvalue()

    def kind(self, path: str) -> str:
        """Say whether something is Absent, a File or a Directory."""
        return str(self.call("Get-WinItem", Path=path)["Kind"])

    def new_name(self) -> str:
        """Return a name that nothing else has."""
        return f"{self.name}-{next(self._numbers)}"

    def new_folder(self) -> str:
        """Create an empty folder in the scratch folder and return its path."""
        path = f"{self.scratch}\\{next(self._numbers)}"
        assert self.call("New-WinDirectory", Path=path)["Created"]
        return path

    def new_service(self, **settings: Any) -> str:
        """Create a service that never runs unless a test has it do so, and return its name."""
        name = self.new_service_name()
        given = {"ImagePath": self.image_path, "StartType": "Disabled", **settings}
        assert self.call("Set-WinService", Name=name, **given) == {"Name": name, "Created": True}
        return name

    def new_service_name(self) -> str:
        """Return the name of a service to make."""
        self.services.append(self.new_name())
        return self.services[-1]

    def new_rule_name(self) -> str:
        """Return the name of a firewall rule to make."""
        self.rules.append(self.new_name())
        return self.rules[-1]

    def new_task_name(self) -> str:
        """Return the name of a scheduled task to make."""
        self.tasks.append(self.new_name())
        return self.tasks[-1]

    def new_event_source(self) -> str:
        """Return the name of an event source to make."""
        self.event_sources.append(self.new_name())
        return self.event_sources[-1]

    @abstractmethod
    def make_read_only(self, path: str) -> None:
        """Give a file the attribute of that name."""

    @abstractmethod
    def remove_event_source(self, name: str) -> None:
        """Remove an event source, if there is one of that name."""

    @property
    def image_path(self) -> str:
        """The command line of a program that is not there."""
        return f'"{self.scratch}\\no program.exe" --folder "{self.scratch}\\no folder\\\\"'

    def free_port(self) -> int:
        """Return a TCP port that nobody listens on."""
        candidates = random.sample(PORTS, 20)
        return next(port for port in candidates if not self.call("Get-WinTcpListener", Port=port)["Listeners"])

    def clean_up(self) -> None:
        """Remove everything that was made, over a connection of its own, and fail if something stays."""
        former, self.session = self.session, self.connect()
        steps: list[Callable[[], object]] = [
            former.close,
            *(partial(self.call, "Remove-WinService", Name=name) for name in self.services),
            *(partial(self.call, "Remove-WinFirewallRule", Name=name) for name in self.rules),
            *(partial(self.call, "Unregister-WinTask", Name=name) for name in self.tasks),
            *(partial(self.remove_event_source, name) for name in self.event_sources),
            partial(self.call, "Remove-WinItem", Path=self.scratch, Recurse=True),
        ]
        failures = [failure for failure in map(failure_of, steps) if failure is not None]
        self.session.close()
        if failures:
            raise ExceptionGroup(f"something of {self.name} stays on the host", failures)


class PracticeHost(ContractHost):
    """A practice host of the lab."""

    without_server = None

    def __init__(self, options: ConnectionOptions, machine: Machine) -> None:
        self.machine = machine
        self.server_address = machine.address
        super().__init__(options)

    @override
    def make_read_only(self, path: str) -> None:
        self.machine.files.local_path(path).chmod(0o444)

    @override
    def remove_event_source(self, name: str) -> None:
        self.machine.events.unregister(name)


class WindowsHost(ContractHost):
    """A real Windows host."""

    server_address = "127.0.0.1"

    @property
    @override
    def without_server(self) -> str | None:
        if self.kind(f"{MEMURAI_FOLDER}\\memurai.exe") == "File":
            return None
        return f"{self.options.hostname} has no {MEMURAI_FOLDER}\\memurai.exe"

    @override
    def make_read_only(self, path: str) -> None:
        # No function of the library does that: nothing but these tests needs it.
        reply = self.run(f"[IO.File]::SetAttributes('{path}', 'ReadOnly')")
        assert reply.exit_code == 0, reply.stderr.decode()

    @override
    def remove_event_source(self, name: str) -> None:
        # No function of the library does that: nothing but these tests needs it.
        log = "[Diagnostics.EventLog]"
        reply = self.run(f"if ({log}::SourceExists('{name}')) {{ {log}::DeleteEventSource('{name}') }}")
        assert reply.exit_code == 0, reply.stderr.decode()


def failure_of(step: Callable[[], object]) -> Exception | None:
    """Return what a step raised, so that the steps after it are done too."""
    try:
        step()
    except Exception as error:  # noqa: BLE001  # raised together at the end
        return error
    return None


def windows_options() -> ConnectionOptions:
    """Return how the host of the environment is reached."""
    names = ("user", "scheme", "transport", "ca_bundle")
    given: dict[str, object] = {
        f"winrm_{name}": os.environ[VARIABLE + name.upper()]
        for name in names
        if os.environ.get(VARIABLE + name.upper())
    }
    if os.environ.get(f"{VARIABLE}PORT"):
        given["winrm_port"] = int(os.environ[f"{VARIABLE}PORT"])
    if os.environ.get(f"{VARIABLE}PASSWORD"):
        given["winrm_password"] = f"env:{VARIABLE}PASSWORD"
    hostname = os.environ[f"{VARIABLE}HOST"]
    return ConnectionOptions.from_host_data(hostname, {"winrm_hostname": hostname, **given})
