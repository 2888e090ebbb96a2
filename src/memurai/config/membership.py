"""A member of a set: its configuration says so in a comment, and its role in the set is its server's own.

Sentinel has CONFIG REWRITE called at every change of roles, which keeps comments, writes whose replica the server is,
and adds a line `user default` that says nothing but what `requirepass` says.
https://redis.io/docs/latest/commands/config-rewrite/; tried with redis-server 7.0.15.
"""

from memurai.config.directives import current_name
from memurai.config.document import Document
from memurai.config.language import render

COMMENT = "# Directives of a set's member (memurai_replication):"
ROLE = "replicaof"
# Those that only a member's configuration has. A server that leaves its set gets their defaults back.
DIRECTIVES = (
    "bind-source-addr",
    "masterauth",
    "masteruser",
    "min-replicas-max-lag",
    "min-replicas-to-write",
    "replica-announce-ip",
    "replica-announce-port",
    "replica-priority",
    "tls-replication",
)


def comment() -> str:
    """Return the line by which a configuration is that of a member."""
    return " ".join((COMMENT, *DIRECTIVES))


def is_member(document: Document) -> bool:
    """Whether a configuration is that of a member."""
    return any(line.startswith(COMMENT) for line in document.text.splitlines())


def with_role(document: Document, present: Document) -> Document:
    """Return a member's configuration with the role of a present one."""
    own = without_role(document)
    roles = [line for line in present.directives if current_name(line.name) == ROLE]
    end = "\r\n" if "\r\n" in own.text else "\n"
    return Document.of(own.text.rstrip() + end + render(roles).replace("\n", end)) if roles else own


def without_role(document: Document) -> Document:
    """Return a member's configuration without whose replica it is; any other as it is."""
    roles = {line.line for line in document.directives if current_name(line.name) == ROLE}
    if not roles or not is_member(document):
        return document
    lines = enumerate(document.text.split("\n"), 1)
    return Document.of("\n".join(line for number, line in lines if number not in roles))
