"""The twins of the PowerShell library, by what they are about."""

from winlab.twin.functions import files, firewall, host, memurai, network, products, security, services
from winlab.twin.registry import FUNCTIONS, TwinFunction

__all__ = [
    "FUNCTIONS",
    "TwinFunction",
    "files",
    "firewall",
    "host",
    "memurai",
    "network",
    "products",
    "security",
    "services",
]
