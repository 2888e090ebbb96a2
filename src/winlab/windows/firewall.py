"""The firewall rules of a practice host."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Literal

from winlab.windows.errors import INVALID_PARAMETER, LabLimitError, Win32Error

Direction = Literal["Inbound", "Outbound"]
Action = Literal["Allow", "Block"]
Protocol = Literal["TCP", "UDP"]
Profile = Literal["Any", "Domain", "Private", "Public"]

_KEYWORDS = ("Any", "LocalSubnet", "DNS", "DHCP", "WINS", "DefaultGateway", "Internet", "Intranet")
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class FirewallRule:
    """One rule.

    Attributes:
        name: its unique name.
        display_name: what people see.
        direction: of the connections it is about.
        action: what becomes of them.
        protocol: TCP or UDP.
        local_ports: ports or ranges, or Any.
        remote_addresses: addresses, networks or ranges, or a keyword.
        profiles: network profiles it applies to.
        enabled: whether it applies at all.
        program: path of the only program it is about, None for any.
    """

    name: str
    display_name: str
    direction: Direction
    action: Action
    protocol: Protocol
    local_ports: tuple[str, ...]
    remote_addresses: tuple[str, ...]
    profiles: tuple[Profile, ...]
    enabled: bool = True
    program: str | None = None


class Firewall:
    """All rules of a host, by name without regard to case."""

    def __init__(self) -> None:
        self._rules: dict[str, FirewallRule] = {}

    def find(self, name: str) -> FirewallRule | None:
        """Return a rule, None when there is none of that name."""
        return self._rules.get(name.upper())

    def put(self, rule: FirewallRule) -> bool:
        """Create or replace the rule of that name; return whether it was created.

        Networks are kept as Get-NetFirewallAddressFilter shows them, with the mask written out:
        https://github.com/dsccommunity/NetworkingDsc/issues/404

        Raises:
            Win32Error: a port or address Windows does not take.
        """
        ports = tuple(_checked_port(port) for port in rule.local_ports)
        addresses = tuple(_as_shown(address) for address in rule.remote_addresses)
        profiles: tuple[Profile, ...] = ("Any",) if _is_every(rule.profiles) else rule.profiles
        created = self.find(rule.name) is None
        self._rules[rule.name.upper()] = replace(rule, local_ports=ports, remote_addresses=addresses, profiles=profiles)
        return created

    def remove(self, name: str) -> bool:
        """Remove the rule of that name; return whether there was one."""
        return self._rules.pop(name.upper(), None) is not None


def _is_every(profiles: tuple[Profile, ...]) -> bool:
    return "Any" in profiles or {"Domain", "Private", "Public"} <= set(profiles)


def _checked_port(text: str) -> str:
    if text.lower() == "any":
        return "Any"
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if match is None or not all(int(number) <= _HIGHEST_PORT for number in match.groups() if number):
        raise Win32Error(INVALID_PARAMETER, f"The port is invalid: expected a port, a range or Any, found '{text}'.")
    return text


def _as_shown(text: str) -> str:
    keyword = next((known for known in _KEYWORDS if known.lower() == text.lower()), None)
    if keyword is not None:
        return keyword
    try:
        return _address_as_shown(text)
    except ValueError as error:
        message = f"The address is invalid: expected an address, network, range or keyword, found '{text}' ({error})."
        raise Win32Error(INVALID_PARAMETER, message) from None


def _address_as_shown(text: str) -> str:
    if "-" in text:
        first, last = (ipaddress.ip_address(part) for part in text.split("-", 1))
        return f"{first}-{last}"
    if "/" not in text:
        return str(ipaddress.ip_address(text))
    network = ipaddress.ip_network(text, strict=False)
    if str(network.network_address) != text.split("/", maxsplit=1)[0]:
        raise LabLimitError(f"this lab does not know what Windows makes of the host bits in the network '{text}'")
    if network.num_addresses == 1:
        return str(network.network_address)
    return network.with_netmask if network.version == 4 else str(network)  # noqa: PLR2004 - IP versions
