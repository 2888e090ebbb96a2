"""A launcher with a few small programs, and clients, for the tests of the WinRM server."""

from __future__ import annotations

import threading
from collections.abc import Callable

from winrm.protocol import Protocol

from winlab.wsman import Process, WsmanServer

ADDRESS = "127.77.1.1"
PASSWORDS = {"Administrator": "secret", "operator": "pa:ss wörd"}


class Programs:
    """A fake host: launches a few programs by the first word of the command line.

    Attributes:
        started: the processes, in the order they were started.
        release: lets the program `stubborn` end.
    """

    def __init__(self) -> None:
        self.started: list[Process] = []
        self.release = threading.Event()
        self.programs: dict[str, Callable[[Process, str], int]] = {
            "echo": self.echo,
            "cat": self.cat,
            "spew": self.spew,
            "hang": self.hang,
            "settings": self.settings,
            "crash": self.crash,
            "stubborn": self.stubborn,
            "powershell": self.echo,
        }

    def __call__(self, process: Process) -> int:
        self.started.append(process)
        name, _, arguments = process.command_line.partition(" ")
        program = self.programs.get(name.rpartition("\\")[2])
        if program is None:
            process.stderr.write(
                f"'{name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
            )
            return 1
        return program(process, arguments)

    def echo(self, process: Process, arguments: str) -> int:
        process.stdout.write(f"{arguments}\r\n")
        return 0

    def cat(self, process: Process, _: str) -> int:
        lines = 0
        for line in process.stdin:
            process.stdout.write(line)
            lines += 1
        return lines

    def spew(self, process: Process, size: str) -> int:
        for _ in range(int(size) // 1000):
            process.stdout.write(b"x" * 1000)
            process.stderr.write(b"e")
        return 7

    def hang(self, process: Process, _: str) -> int:
        process.terminated.wait()
        process.stdout.write("late")
        return 0

    def settings(self, process: Process, _: str) -> int:
        process.stdout.write(repr((process.environment, process.directory, sorted(process.options.items()))))
        return 0

    def crash(self, *_: object) -> int:
        raise RuntimeError("the program broke")

    def stubborn(self, process: Process, _: str) -> int:
        self.release.wait(30)
        for _number in range(10):
            process.stdout.write(b"x" * 1_000_000)
        return 0


def endpoint(server: WsmanServer, *, secure: bool) -> str:
    """Return the URL of one of the server's listeners."""
    if secure:
        return f"https://{server.address}:{server.https_port}/wsman"
    return f"http://{server.address}:{server.http_port}/wsman"


def protocol(
    server: WsmanServer,
    certificate_authority: str | None = None,
    *,
    transport: str = "ntlm",
    user: str = "Administrator",
    password: str | None = None,
    **options: object,
) -> Protocol:
    """Return a pywinrm client: over HTTPS when given a certificate authority, else over HTTP."""
    return Protocol(
        endpoint(server, secure=certificate_authority is not None),
        transport=transport,  # type: ignore[arg-type]
        username=user,
        password=PASSWORDS["Administrator"] if password is None else password,
        ca_trust_path=certificate_authority,  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


def run(client: Protocol, command: str, *arguments: str) -> tuple[bytes, bytes, int]:
    """Run one command in a shell of its own."""
    shell = client.open_shell()
    try:
        command_id = client.run_command(shell, command, arguments)
        output = client.get_command_output(shell, command_id)
        client.cleanup_command(shell, command_id)
        return output
    finally:
        client.close_shell(shell)
