"""Twins of the functions that talk to a Memurai server. They run the memurai-cli.exe on the host's drive."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.programs import standard_input
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.processes import base_environment

_PORTS = range(1, 65536)
_ATTEMPT_SECONDS = 5


@twin("Invoke-MemuraiCommand", "ExitCode", "Output", "ErrorOutput", port=_PORTS, timeout_seconds=TIMEOUT_SECONDS)
def invoke_memurai_command(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    arguments: list[str] = [],  # noqa: B006 - never changed; the default of the library function
    secret_command: SecretStr | None = None,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    timeout_seconds: int = 10,
) -> Output:
    """Run one command by memurai-cli; its password is in the child's environment only, a secret command on stdin."""
    if bool(arguments) == (secret_command is not None):
        raise TwinError("Expected either Arguments or SecretCommand, found both or none. Give one of them.")
    server = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    done = _Client(machine, server).run(arguments, timeout_seconds, secret_command)
    if done is None:
        # Only the command's first word: an argument may be a secret.
        word = arguments[0] if arguments else "a command"
        raise TwinError(
            f"Expected an answer to {word} from {address}:{port} within {timeout_seconds} s, found none. "
            "Is the server busy or blocked? Look at its log, or allow more time."
        )
    return {
        "ExitCode": done.exit_code,
        "Output": re.sub(r"\r?\n\Z", "", done.output),
        "ErrorOutput": done.error_output,
    }


def information_fields(text: str) -> dict[str, str]:
    """Return the fields of an answer to INFO by name, none of an empty one."""
    # The server ends its lines with \r\n, of which memurai-cli makes \r\r\n.
    pairs = (line.partition(":") for line in re.split(r"[\r\n]+", text))
    return {name: value for name, colon, value in pairs if colon}


@dataclass(frozen=True)
class ServerAccess:
    """How memurai-cli reaches a server: the parameters that every function of the library takes for one."""

    cli_path: str
    address: str
    port: int
    password: SecretStr | None = None
    user: str | None = None
    tls_ca_file: str | None = None
    tls_cert_file: str | None = None
    tls_key_file: str | None = None


def is_open(text: str) -> bool:
    """Return whether a server has no password although one was sent to it: it has not read its configuration.

    Args:
        text: what memurai-cli printed as its answer to PING, standard error after output.
    """
    return re.search(r"PONG\s+(Warning: )?AUTH failed", text) is not None


def readiness(machine: Machine, server: ServerAccess) -> str | None:
    """Return None when a server answers PING and has loaded its data, else what it said."""
    return _Client(machine, server).readiness()


@dataclass(frozen=True)
class _Answer:
    exit_code: int
    output: str
    error_output: str


@dataclass(frozen=True)
class _Client:
    """memurai-cli with the server it asks."""

    machine: Machine
    server: ServerAccess

    def readiness(self) -> str | None:
        """Return None when the server answers PING and has loaded its data, else what it said."""
        for command, ready in (["PING"], r"PONG"), (["INFO", "persistence"], r"loading:0"):
            answer = self.run(command, _ATTEMPT_SECONDS)
            if answer is None:
                return f"no answer to {command[0]}"
            told = f"{answer.output.strip()} {answer.error_output.strip()}".strip()
            if is_open(told) or not re.search(rf"^{ready}\s*$", answer.output, re.MULTILINE):
                return told
        return None

    def run(
        self, arguments: list[str], timeout_seconds: int, secret_command: SecretStr | None = None
    ) -> _Answer | None:
        """Run one command; return None when memurai-cli had to be killed at its deadline."""
        password = self.server.password
        # An empty one would be sent too, and be refused.
        secret = {"REDISCLI_AUTH": password.get_secret_value()} if password else {}
        try:
            done = subprocess.run(
                [self._program(), *self._options(), *arguments],
                cwd=self.machine.root,
                env=base_environment() | secret,
                input=standard_input(None if secret_command is None else secret_command.get_secret_value()),
                capture_output=True,
                timeout=timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        return _Answer(done.returncode, self._shown(done.stdout), self._shown(done.stderr))

    def _program(self) -> Path:
        cli_path = self.server.cli_path
        if self.machine.files.kind(cli_path) != "File":
            path = written_path(cli_path)
            raise TwinError(f"Expected the program '{path}', found no such file. Install it, or correct the path.")
        program = self.machine.files.local_path(cli_path)
        if not os.access(program, os.X_OK):
            raise TwinError(f"Expected a program at '{cli_path}', found a file that cannot be run.")
        return program

    def _options(self) -> list[str]:
        server = self.server
        options = ["-e", "-h", server.address, "-p", str(server.port), "--no-auth-warning"]
        options += ["--user", server.user] if server.user else []
        options += ["--tls", "--cacert", self._local(server.tls_ca_file)] if server.tls_ca_file else []
        if server.tls_ca_file and server.tls_cert_file:
            options += ["--cert", self._local(server.tls_cert_file), "--key", self._local(server.tls_key_file or "")]
        return options

    def _local(self, path: str) -> str:
        return str(self.machine.files.local_path(path))

    def _shown(self, data: bytes) -> str:
        return self.machine.files.without_root(data.decode(errors="replace"))
