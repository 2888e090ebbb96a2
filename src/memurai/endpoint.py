"""Where a server that runs on some configuration is reached from its host, and with what: read from that text."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai.config import Directive, parse, quote
from memurai.facts.server import Server
from memurai.settings.groups import local_address
from winfra.secrets import hidden

# Redis' defaults for what a configuration leaves out.
DEFAULT_PORT = 6379
DEFAULT_BIND = ("127.0.0.1",)
CONFIG = "CONFIG"
ACL = "ACL"


@dataclass(frozen=True)
class Endpoint:
    """A server as its configuration makes it.

    address, port: where its host reaches it. password: of the default user. config_command: the present name of
    CONFIG; empty when it is disabled. acl_command: likewise of ACL. appendonly: whether it writes an append-only file.
    is_replica: whether it replicates another server.
    """

    address: str
    port: int
    password: HiddenValue
    config_command: HiddenValue
    acl_command: HiddenValue
    appendonly: bool
    is_replica: bool

    @classmethod
    def of(cls, text: str) -> "Endpoint":
        """Return the endpoint of a configuration.

        Raises ConfigSyntaxError when it can't be read.
        """
        lines = parse(text)
        renamed = {line.arguments[0].upper(): line.arguments[1] for line in lines if _renames(line)}
        return cls(
            address=local_address(_last(lines, "bind") or DEFAULT_BIND),
            port=int(_first_argument(lines, "port") or DEFAULT_PORT),
            password=hidden(_first_argument(lines, "requirepass")),
            config_command=hidden(renamed.get(CONFIG, CONFIG)),
            acl_command=hidden(renamed.get(ACL, ACL)),
            appendonly=_first_argument(lines, "appendonly").lower() == "yes",
            is_replica=bool(_last(lines, "replicaof") or _last(lines, "slaveof")),
        )

    def server(self, command_line_client: str) -> Server:
        """Return how it is asked through a command line client."""
        return Server(command_line_client, self.address, self.port, self.password)

    def config_set(self, arguments: Iterable[str]) -> HiddenValue:
        """Return the whole command line of one CONFIG SET, under its present name."""
        words = [self.config_command.unmask(), "SET", *arguments]
        return hidden(" ".join(quote(word) for word in words))


def _renames(line: Directive) -> bool:
    return line.name == "rename-command" and len(line.arguments) == 2  # noqa: PLR2004 - old name, new name


def _last(lines: Iterable[Directive], name: str) -> tuple[str, ...]:
    return next((line.arguments for line in reversed(list(lines)) if line.name == name), ())


def _first_argument(lines: Iterable[Directive], name: str) -> str:
    return next(iter(_last(lines, name)), "")
