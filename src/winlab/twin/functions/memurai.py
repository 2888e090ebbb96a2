"""Twins of the functions that talk to a Memurai server. They run the memurai-cli.exe on the host's drive."""

import os
import subprocess
import time

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.registry import Output, twin
from winlab.windows.machine import Machine
from winlab.windows.processes import base_environment

_POLL_SECONDS = 0.1
_ATTEMPT_SECONDS = 5


@twin("Invoke-MemuraiCommand", "ExitCode", "Output", "ErrorOutput")
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
    timeout_seconds: int = 10,
) -> Output:
    """Run one command by memurai-cli; its password is in the child's environment only, a secret command on stdin."""
    if bool(arguments) == (secret_command is not None):
        raise TwinError("Expected either Arguments or SecretCommand, found both or none. Give one of them.")
    options = ["-e", "-h", address, "-p", str(port), "--no-auth-warning"]
    options += ["--user", user] if user is not None else []
    call = [*options, *arguments]
    done = _run(machine, cli_path, call, password, timeout_seconds, secret_command=secret_command)
    return {
        "ExitCode": done.returncode,
        "Output": _text(machine, done.stdout),
        "ErrorOutput": _text(machine, done.stderr),
    }


@twin("Wait-MemuraiServer", "Ready", "ElapsedMilliseconds")
def wait_memurai_server(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    timeout_seconds: int = 60,
) -> Output:
    """Wait until a server answers and has loaded its data."""
    started = time.monotonic()
    while True:
        answers = [
            invoke_memurai_command(
                machine,
                cli_path=cli_path,
                address=address,
                port=port,
                arguments=arguments,
                password=password,
                timeout_seconds=_ATTEMPT_SECONDS,
            )
            for arguments in (["PING"], ["INFO", "persistence"])
        ]
        elapsed = time.monotonic() - started
        if answers[0]["Output"] == "PONG" and "loading:0" in answers[1]["Output"].splitlines():
            return {"Ready": True, "ElapsedMilliseconds": int(elapsed * 1000)}
        if elapsed > timeout_seconds:
            last = answers[0]["Output"] or answers[0]["ErrorOutput"]
            raise TwinError(
                f"Expected PONG and loading:0 from {address}:{port} within {timeout_seconds} seconds, found: {last}"
            )
        time.sleep(_POLL_SECONDS)


def _run(
    machine: Machine,
    cli_path: str,
    arguments: list[str],
    password: SecretStr | None,
    timeout_seconds: int,
    *,
    secret_command: SecretStr | None = None,
) -> subprocess.CompletedProcess[bytes]:
    if machine.files.kind(cli_path) != "File":
        raise TwinError(f"Expected memurai-cli.exe at '{cli_path}', found no file.")
    program = machine.files.local_path(cli_path)
    if not os.access(program, os.X_OK):
        raise TwinError(f"Expected a program at '{cli_path}', found a file that cannot be run.")
    secret = {} if password is None else {"REDISCLI_AUTH": password.get_secret_value()}
    try:
        return subprocess.run(
            [program, *arguments],
            cwd=machine.root,
            env=base_environment() | secret,
            input=b"" if secret_command is None else secret_command.get_secret_value().encode() + b"\n",
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TwinError(
            f"Expected memurai-cli to end within {timeout_seconds} seconds, found it still running; it was killed."
        ) from None


def _text(machine: Machine, data: bytes) -> str:
    return machine.files.without_root(data.decode(errors="replace")).rstrip("\r\n")
