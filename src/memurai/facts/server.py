"""Answers of a running server, asked on the host through memurai-cli with the password in its environment only."""

from dataclasses import dataclass
from typing import cast

from pyinfra.api import HiddenValue
from typing_extensions import TypedDict, override

from memurai.config import quote
from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape
from winfra.secrets import hidden, hidden_values


@dataclass(frozen=True)
class TlsFiles:
    """Files on a host by which its server is reached encrypted.

    ca: the authorities' certificates. certificate, key: the server's own, with which the host itself is a client too.
    """

    ca: str
    certificate: str
    key: str


@dataclass(frozen=True)
class Server:
    """Where a server is reached from its own host, and with what.

    command_line_client: path of memurai-cli.exe. address, port: where it listens. password: of the user.
    user: name of an ACL user; empty for the default user. tls: None for a connection that is not encrypted.
    """

    command_line_client: str
    address: str
    port: int
    password: HiddenValue
    user: str = ""
    tls: TlsFiles | None = None

    def parameters(self) -> dict[str, object]:
        """Return the parameters that every function of the library takes for a server."""
        return {
            "CliPath": self.command_line_client,
            "Address": self.address,
            "Port": self.port,
            "Password": self.password,
            **access_parameters(self.user, self.tls),
        }

    @property
    def command_line(self) -> str:
        """How an operator asks the server on its host, in PowerShell, up to the command; the password is not in it."""
        words = ["&", literal(self.command_line_client), "-h", self.address, "-p", str(self.port)]
        words += ["--user", self.user] if self.user else []
        files = (
            (("--cacert", self.tls.ca), ("--cert", self.tls.certificate), ("--key", self.tls.key)) if self.tls else ()
        )
        words += ["--tls"] if self.tls else []
        return " ".join([*words, *(f"{option} {literal(path)}" for option, path in files if path)])

    def __str__(self) -> str:
        """Return the address as people write it."""
        return f"{self.address}:{self.port}"


def literal(text: str) -> str:
    """Return a text as PowerShell takes it literally."""
    return "'" + text.replace("'", "''") + "'"


@strict_shape
class CommandAnswer(TypedDict):
    """What memurai-cli printed; the exit code is 1 for an error of the server and when it can't be reached."""

    exit_code: int
    output: str
    error_output: str


class Info(PowerShellFact[dict[str, str]]):
    """Read INFO as field: value; empty when the server did not answer it (down, wrong password).

    server: where the server is.
    """

    shape = CommandAnswer

    def command(self, server: Server) -> PowerShellCall:
        """Return the call."""
        return command_call(server, "INFO")

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        answer = cast("CommandAnswer", super().process(output))
        return parse_info(answer["output"]) if answer["exit_code"] == 0 else {}


class Ping(PowerShellFact[str]):
    """Send PING with the password: `PONG`, or what went wrong instead.

    server: where the server is.
    """

    shape = CommandAnswer

    def command(self, server: Server) -> PowerShellCall:
        """Return the call."""
        return command_call(server, "PING")

    @override
    def process(self, output: list[str]) -> str:
        answer = cast("CommandAnswer", super().process(output))
        return " ".join(f"{answer['output']} {answer['error_output']}".split())


class RunningConfiguration(PowerShellFact[dict[str, str]]):
    """Read all values of CONFIG GET; empty when the server did not answer them (down, wrong password).

    server: where the server is. config_command: the present name of CONFIG.
    """

    shape = CommandAnswer

    def command(self, server: Server, config_command: HiddenValue) -> PowerShellCall:
        """Return the call."""
        return command_call(server, config_command, "GET", "*")

    @override
    def process(self, output: list[str]) -> dict[str, str]:
        lines = cast("CommandAnswer", super().process(output))["output"].splitlines()
        # Names and values alternate; a value with a line break in it would not be one that a file can hold.
        return dict(zip(lines[::2], lines[1::2], strict=False)) if len(lines) > 1 else {}


class RunningUsers(PowerShellFact[str]):
    """Read ACL LIST, a line for each user; empty when the server did not answer it (down, wrong password).

    server: where the server is. acl_command: the present name of ACL.
    """

    shape = CommandAnswer

    def command(self, server: Server, acl_command: HiddenValue) -> PowerShellCall:
        """Return the call."""
        return command_call(server, acl_command, "LIST")

    @override
    def process(self, output: list[str]) -> str:
        answer = cast("CommandAnswer", super().process(output))
        return "\n".join(line for line in answer["output"].splitlines() if line.startswith("user "))


class CategoryCommands(PowerShellFact[list[str]]):
    """Read the commands of a category, subcommands as `config|get`; none when the server did not answer.

    server: where the server is. acl_command: the present name of ACL. category: without its @.
    """

    shape = CommandAnswer

    def command(self, server: Server, acl_command: HiddenValue, category: str) -> PowerShellCall:
        """Return the call."""
        return command_call(server, acl_command, "CAT", category)

    @override
    def process(self, output: list[str]) -> list[str]:
        return cast("CommandAnswer", super().process(output))["output"].split()


def command_call(server: Server, *arguments: str | HiddenValue) -> PowerShellCall:
    """Return the call that sends one command to a server; with a secret in it, it stays off the command line."""
    parameters = server.parameters()
    if not hidden_values(list(arguments)):
        return PowerShellCall("Invoke-MemuraiCommand", {**parameters, "Arguments": list(arguments)})
    words = [word.unmask() if isinstance(word, HiddenValue) else word for word in arguments]
    line = hidden(" ".join(quote(word) for word in words))
    return PowerShellCall("Invoke-MemuraiCommand", {**parameters, "SecretCommand": line}, confidential=True)


def access_parameters(user: str, tls: TlsFiles | None) -> dict[str, object]:
    """Return the parameters of a user and of an encrypted connection."""
    files = tls or TlsFiles("", "", "")
    return {"User": user, "TlsCaFile": files.ca, "TlsCertFile": files.certificate, "TlsKeyFile": files.key}


def parse_info(text: str) -> dict[str, str]:
    """Return the fields of an INFO answer; its lines are `field:value`, empty, or `# Section`."""
    pairs = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {field: value for field, colon, value in pairs if colon}
