"""Addresses of servers and Sentinels, in the one form in which they can be compared."""

import ipaddress
from dataclasses import dataclass

from memurai.exceptions import UnreadableAnswerError


@dataclass(frozen=True, order=True)
class Address:
    """A host and a port, as `Address.of` makes them.

    host: an IP address in its shortest form, or a name in lower case.
    """

    host: str
    port: int

    @classmethod
    def of(cls, host: str, port: str | int) -> "Address":
        """Return the address that a server, a Sentinel or an inventory writes.

        Raises UnreadableAnswerError when the port is no number.
        """
        try:
            return cls(plain_host(host), int(port))
        except ValueError:
            raise UnreadableAnswerError(f"expected a host and the number of a port, found {host!r}, {port!r}") from None

    def __str__(self) -> str:
        """Return the address as people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def plain_host(host: str) -> str:
    """Return the one form of a host: an IPv4 address that is written as an IPv6 address is the IPv4 address."""
    text = host.strip().strip("[]").rstrip(".").lower()
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text  # a name
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
