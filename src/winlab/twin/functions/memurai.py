"""Twins of the functions that talk to a Memurai server. They run the memurai-cli.exe on the host's drive."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.programs import require_program, standard_input
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine
from winlab.windows.processes import base_environment

_ATTEMPT_SECONDS = 5
READY = {"loading": "0"}
"""What a server that has loaded its data says of itself."""

_SERVER = ("CliPath", "Address", "Port", "Password", "User", "TlsCaFile", "TlsCertFile", "TlsKeyFile")


@twin("Invoke-MemuraiCommand", "ExitCode", "Output", "ErrorOutput", timeout_seconds=TIMEOUT_SECONDS)
def ask_memurai_server(
    machine: Machine,
    *,
    server: dict[str, Any],
    arguments: list[str] = [],  # noqa: B006 - never changed; the default of the library function
    secret_command: SecretStr | None = None,
    timeout_seconds: int = 10,
) -> Output:
    """Run one command by memurai-cli."""
    if bool(arguments) == (secret_command is not None):
        raise TwinError("Expected either Arguments or SecretCommand, found both or none. Give one of them.")
    return ask(machine, ServerAccess.of(server), *arguments, secret_command=secret_command, seconds=timeout_seconds)


def ask(
    machine: Machine,
    server: ServerAccess,
    *arguments: str,
    secret_command: SecretStr | None = None,
    seconds: int = _ATTEMPT_SECONDS,
) -> Output:
    """Return what a server answers to one command."""
    answer = try_to_ask(machine, server, *arguments, secret_command=secret_command, seconds=seconds)
    if answer is None:
        # Only the command's first word: an argument may be a secret.
        word = arguments[0] if arguments else "a command"
        raise TwinError(
            f"Expected an answer to {word} from {server.address}:{server.port} within {seconds} s, found none. "
            "Is the server busy or blocked? Look at its log, or allow more time."
        )
    return answer


def try_to_ask(
    machine: Machine,
    server: ServerAccess,
    *arguments: str,
    secret_command: SecretStr | None = None,
    seconds: int = _ATTEMPT_SECONDS,
) -> Output | None:
    """Return what a server answers to one command, None at the deadline, at which memurai-cli is killed."""
    machine.powershells.require_alive()  # so whoever waits for a server ends with its process
    password = server.password
    # An empty one would be sent too, and be refused.
    secret = {"REDISCLI_AUTH": password.get_secret_value()} if password else {}
    try:
        done = subprocess.run(
            [_program(machine, server.cli_path), *_options(machine, server), *arguments],
            cwd=machine.root,
            env=base_environment() | secret,
            input=standard_input(None if secret_command is None else secret_command.get_secret_value()),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    output, errors = (machine.files.without_root(data.decode(errors="replace")) for data in (done.stdout, done.stderr))
    return {"ExitCode": done.returncode, "Output": re.sub(r"\r?\n\Z", "", output), "ErrorOutput": errors}


def told(answer: Output) -> str:
    """Return all that memurai-cli printed, as one text."""
    return f"{answer['Output'].strip()} {answer['ErrorOutput'].strip()}".strip()


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

    @classmethod
    def of(cls, server: Mapping[str, Any]) -> Self:
        """Return what a server object says (ConvertTo-MemuraiServer)."""
        found: dict[str, Any] = {name: server.get(name) for name in _SERVER}
        wrong = [f"no {name}" for name in _SERVER[:3] if not found[name]]
        if not isinstance(found["Password"], SecretStr | None):
            wrong.append("a 'Password' that is no secret")
        if wrong:
            text = f"Expected of a server CliPath, Address, Port and a secret as Password, found {', '.join(wrong)}."
            raise TwinError(text)
        return cls(*found.values())

    @classmethod
    def of_job(cls, machine: Machine, settings: Mapping[str, Any]) -> Self:
        """Return what the settings of a job say, with the password beside them (Get-MemuraiJobServer)."""
        path = settings["SecretPath"]
        if machine.files.kind(path) != "File":
            return cls.of(settings)
        text = machine.files.read_bytes(path).decode("utf-8-sig").rstrip("\r\n")
        return cls.of({**settings, "Password": SecretStr(text)})


def is_open(text: str) -> bool:
    """Return whether a server has no password although one was sent to it, by all that PING printed."""
    return re.search(r"PONG\s+(Warning: )?AUTH failed", text) is not None


def unfitness(machine: Machine, server: ServerAccess, expected: Mapping[str, str] = READY) -> str | None:
    """Return what of a server's answers to PING and INFO is not as expected, None when it is fit."""
    ping = try_to_ask(machine, server, "PING")
    if ping is None:
        return "no answer to PING"
    if ping["Output"].strip() != "PONG" or is_open(told(ping)):
        return told(ping)
    info = try_to_ask(machine, server, "INFO")
    if info is None or info["ExitCode"] != 0:
        return f"no answer to INFO {'' if info is None else told(info)}".strip()
    found = information_fields(info["Output"])
    if found.get("redis_mode") == "sentinel":
        # It loads nothing, and says nothing of it.
        found |= READY
    wrong = {name: value for name, value in expected.items() if found.get(name) != value}
    return (
        ", ".join(f"expected {name}:{value}, found {name}:{found.get(name)}" for name, value in wrong.items()) or None
    )


def information(machine: Machine, server: ServerAccess) -> dict[str, str]:
    """Return the fields of INFO, none when there is no answer."""
    answer = try_to_ask(machine, server, "INFO")
    # Part of an answer is none: a field that is missing would be taken for one that the server does not have.
    return information_fields(answer["Output"] if answer is not None and answer["ExitCode"] == 0 else "")


def _program(machine: Machine, cli_path: str) -> Path:
    program = require_program(machine, cli_path)
    if not os.access(program, os.X_OK):
        raise TwinError(f"Expected a program at '{cli_path}', found a file that cannot be run.")
    return program


def _options(machine: Machine, server: ServerAccess) -> list[str]:
    options = ["-e", "-h", server.address, "-p", str(server.port), "--no-auth-warning"]
    options += ["--user", server.user] if server.user else []
    local = machine.files.local_path
    options += ["--tls", "--cacert", str(local(server.tls_ca_file))] if server.tls_ca_file else []
    if server.tls_ca_file and server.tls_cert_file:
        options += ["--cert", str(local(server.tls_cert_file)), "--key", str(local(server.tls_key_file or ""))]
    return options
