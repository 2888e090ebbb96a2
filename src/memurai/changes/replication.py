"""The steps by which a server follows another one: told to the running server, which writes it into its file itself."""

from memurai.changes.configuration import COMMAND_SECONDS, MARGIN_SECONDS, sending
from memurai.config import Document, quote
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.server import Server
from memurai.topology import Address
from winfra.call import PowerShellCall
from winfra.change import Change, Step
from winfra.secrets import hidden

MIN_REPLICAS = "min-replicas-to-write"


def followed(instance: Instance, server: Server, document: Document, rewrite: str, roles: tuple[str, str]) -> Change:
    """Return what has a server follow another one than before.

    server: how it is reached. document: its configuration. rewrite: the command CONFIG REWRITE by its present name.
    roles: the commands of its present role and of its new one, as `following` gives them.
    """
    before, after = roles

    def told(purpose: str, command: str) -> PowerShellCall:
        return sending(instance, purpose, hidden(command), [server], document)

    fit = {"Server": server.on_wire(), "TimeoutSeconds": instance.timeout_seconds}
    write, seconds = "write its role into its file", COMMAND_SECONDS + MARGIN_SECONDS
    steps = (
        # Undone last: what is written back is the role that the server has got back by then.
        Step("find the server fit", PowerShellCall("Wait-MemuraiServer", fit), told(write, rewrite), seconds),
        Step(after, told("take its new role", after), told("take its former role", before), seconds),
        Step("keep the role for the next start", told(write, rewrite), timeout_seconds=seconds),
    )
    return Change(f"role of {instance.service}", instance.changes, steps)


def unbound(instance: Instance, server: Server, document: Document, endpoint: Endpoint) -> Change:
    """Return what has a primary take writes without any replica, as long as it runs.

    server, document: as `followed` takes them. endpoint: the server as its configuration makes it.
    """
    former = document.words[MIN_REPLICAS]

    def told(value: str) -> PowerShellCall:
        command = endpoint.config_set((MIN_REPLICAS, value))
        return sending(instance, f"take writes with {value} replicas or more", command, [server], document)

    step = Step("need no replica for writes", told("0"), told(former), COMMAND_SECONDS + MARGIN_SECONDS)
    return Change(f"writes of {instance.service}", instance.changes, (step,))


def following(primary: Address | None) -> str:
    """Return the command by which a server follows a primary, or is one itself."""
    return "REPLICAOF NO ONE" if primary is None else f"REPLICAOF {quote(primary.host)} {primary.port}"
