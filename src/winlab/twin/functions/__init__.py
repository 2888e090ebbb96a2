"""The twins of the PowerShell library, by what they are about."""

from winlab.twin.functions import (
    configuration,
    events,
    files,
    firewall,
    host,
    memurai,
    network,
    products,
    security,
    services,
    tasks,
    upgrade,
    users,
)
from winlab.twin.registry import FUNCTIONS, TwinFunction

__all__ = [
    "FUNCTIONS",
    "TwinFunction",
    "configuration",
    "events",
    "files",
    "firewall",
    "host",
    "memurai",
    "network",
    "products",
    "security",
    "services",
    "tasks",
    "upgrade",
    "users",
]
