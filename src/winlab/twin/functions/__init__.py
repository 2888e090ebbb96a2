"""The twins of the PowerShell library, by what they are about."""

from winlab.twin.functions import (
    configuration,
    diagnosis,
    events,
    files,
    firewall,
    health,
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
    "diagnosis",
    "events",
    "files",
    "firewall",
    "health",
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
