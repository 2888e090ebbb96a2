"""Twins of the functions about firewall rules."""

from typing import Any, Literal

from winlab.twin.errors import TwinError
from winlab.twin.registry import NOT_EMPTY, Output, twin
from winlab.windows.firewall import FirewallRule
from winlab.windows.machine import Machine

_NAME = r"^[^*?\[\]]+$"
_PROFILES = ("Any", "Domain", "Private", "Public")
_PROPERTIES = (
    "Name",
    "Exists",
    "DisplayName",
    "Enabled",
    "Direction",
    "Action",
    "Protocol",
    "LocalPorts",
    "RemoteAddresses",
    "Profiles",
    "Program",
)


@twin("Get-WinFirewallRule", *_PROPERTIES, name=_NAME)
def get_win_firewall_rule(machine: Machine, *, name: str) -> Output:
    """Return a firewall rule."""
    rule = machine.firewall.find(name)
    if rule is None:
        absent: dict[str, Any] = dict.fromkeys(_PROPERTIES)
        return absent | {"Name": name, "Exists": False, "LocalPorts": [], "RemoteAddresses": [], "Profiles": []}
    return {
        "Name": name,
        "Exists": True,
        "DisplayName": rule.display_name,
        "Enabled": rule.enabled,
        "Direction": rule.direction,
        "Action": rule.action,
        "Protocol": rule.protocol,
        "LocalPorts": list(rule.local_ports),
        "RemoteAddresses": list(rule.remote_addresses),
        "Profiles": list(rule.profiles),
        "Program": rule.program,
    }


@twin("Set-WinFirewallRule", "Name", "Created", name=_NAME, program=NOT_EMPTY)
def set_win_firewall_rule(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    name: str,
    display_name: str,
    direction: Literal["Inbound", "Outbound"],
    action: Literal["Allow", "Block"],
    protocol: Literal["TCP", "UDP"],
    local_ports: list[str],
    remote_addresses: list[str],
    profiles: list[Literal["Any", "Domain", "Private", "Public"]],
    enabled: bool = True,
    program: str | None = None,
) -> Output:
    """Create or update the rule of a name."""
    if "Any" in profiles and len(profiles) > 1:
        raise TwinError(f"Expected Any alone or a choice of profiles, found {', '.join(profiles)}.")
    present = machine.firewall.find(name)
    kept_program = present.program if present is not None else None
    rule = FirewallRule(
        name=present.name if present is not None else name,
        display_name=display_name,
        direction=direction,
        action=action,
        protocol=protocol,
        local_ports=tuple(local_ports),
        remote_addresses=tuple(remote_addresses),
        # Flags, which are named by rising value.
        profiles=tuple(sorted(profiles, key=_PROFILES.index)),
        enabled=enabled,
        program=program if program is not None else kept_program,
    )
    return {"Name": name, "Created": machine.firewall.put(rule)}


@twin("Remove-WinFirewallRule", "Name", "Removed", name=_NAME)
def remove_win_firewall_rule(machine: Machine, *, name: str) -> Output:
    """Remove a firewall rule."""
    return {"Name": name, "Removed": machine.firewall.remove(name)}
