"""The twins of the PowerShell library, by what they are about."""

from winlab.twin.functions import (
    configuration,
    files,
    firewall,
    host,
    memurai,
    network,
    products,
    security,
    services,
    upgrade,
    users,
)
from winlab.twin.registry import FUNCTIONS, TwinFunction

__all__ = [
    "FUNCTIONS",
    "TwinFunction",
    "configuration",
    "files",
    "firewall",
    "host",
    "memurai",
    "network",
    "products",
    "security",
    "services",
    "upgrade",
    "users",
]
