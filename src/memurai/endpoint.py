"""Where a server that runs on some configuration is reached from its host, and with what: read from that text."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai.config import Directive, Document, check, quote
from memurai.config.kinds import unfold
from memurai.exceptions import ConfigSyntaxError
from memurai.server import Server, TlsFiles
from memurai.settings.groups import local_address
from winfra.secrets import hidden

# Redis' defaults for what a configuration leaves out.
DEFAULT_PORT = 6379
DEFAULT_BIND = ("127.0.0.1",)
LAST_PORT = 65535
CONFIG = "CONFIG"
ACL = "ACL"
# With an ACL file there is always this user; `requirepass` then says its password to those who may read the file, and
# has no meaning for the server.
ADMINISTRATOR = "administrator"
# What tells how a server is reached. A line that a server refuses tells nothing.
READ = frozenset(
    {
        "aclfile",
        "appendonly",
        "bind",
        "port",
        "rename-command",
        "replicaof",
        "requirepass",
        "slaveof",
        "tls-ca-cert-file",
        "tls-cert-file",
        "tls-key-file",
        "tls-port",
    }
)


@dataclass(frozen=True)
class Endpoint:
    """A server as its configuration makes it.

    address, port: where its host reaches it. user: the administrator; empty for the default user. password: of that
    user. tls: files for an encrypted connection, None without one. config_command: the present name of
    CONFIG; empty when it is disabled. acl_command: likewise of ACL. appendonly: whether it writes an append-only file.
    is_replica: whether it replicates another server.
    """

    address: str
    port: int
    user: str
    password: HiddenValue
    tls: TlsFiles | None
    config_command: HiddenValue
    acl_command: HiddenValue
    appendonly: bool
    is_replica: bool

    @classmethod
    def of(cls, document: Document) -> "Endpoint":
        """Return the endpoint of a configuration.

        Raises ConfigSyntaxError when a server would refuse what it says of the endpoint.
        """
        lines = document.directives
        for line in lines:
            if line.name in READ:
                check(line)
        tls_port = _port(lines, "tls-port", 0)
        return cls(
            address=local_address(unfold(_last(lines, "bind")) or DEFAULT_BIND),
            port=tls_port or _port(lines, "port", DEFAULT_PORT),
            user=ADMINISTRATOR if _first_argument(lines, "aclfile") else "",
            password=hidden(_first_argument(lines, "requirepass")),
            tls=_tls_files(lines) if tls_port else None,
            config_command=hidden(present_name(CONFIG, lines)),
            acl_command=hidden(present_name(ACL, lines)),
            appendonly=_first_argument(lines, "appendonly").lower() == "yes",
            is_replica=bool(document.values.get(("replicaof",))),
        )

    def server(self, command_line_client: str) -> Server:
        """Return how it is asked through a command line client."""
        return Server(command_line_client, self.address, self.port, self.password, self.user, self.tls)

    def config_set(self, arguments: Iterable[str]) -> HiddenValue:
        """Return the whole command line of one CONFIG SET, under its present name."""
        words = [self.config_command.unmask(), "SET", *arguments]
        return hidden(" ".join(quote(word) for word in words))


def present_name(command: str, lines: Iterable[Directive]) -> str:
    """Return the name that a command has by a configuration, in which it may be a secret; empty when it is disabled."""
    renamed = (line.arguments for line in lines if line.name == "rename-command")
    return {name.upper(): new for name, new in renamed}.get(command, command)


def _port(lines: Iterable[Directive], name: str, default: int) -> int:
    line = next((line for line in reversed(list(lines)) if line.name == name), None)
    port = default if line is None else int(line.arguments[0])
    if line is not None and not 0 <= port <= LAST_PORT:
        what = f"{name}: expected a port, from 0 to {LAST_PORT}, found another number"
        raise ConfigSyntaxError(what, line=line.line, column=1)
    return port


def _tls_files(lines: Iterable[Directive]) -> TlsFiles:
    names = ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")
    return TlsFiles(*(_first_argument(lines, name) for name in names))


def _last(lines: Iterable[Directive], name: str) -> tuple[str, ...]:
    return next((line.arguments for line in reversed(list(lines)) if line.name == name), ())


def _first_argument(lines: Iterable[Directive], name: str) -> str:
    return next(iter(_last(lines, name)), "")
