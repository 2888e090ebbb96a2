"""How a server is reached from its own host, and with what."""

from dataclasses import dataclass

from pyinfra.api import HiddenValue


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

    def on_wire(self) -> dict[str, object]:
        """Return the object that functions of the library take for a server."""
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


def access_parameters(user: str, tls: TlsFiles | None) -> dict[str, object]:
    """Return the parameters of a user and of an encrypted connection."""
    files = tls or TlsFiles("", "", "")
    return {"User": user, "TlsCaFile": files.ca, "TlsCertFile": files.certificate, "TlsKeyFile": files.key}
