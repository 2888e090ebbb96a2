"""Rules of the Windows firewall."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator, Sequence

from pyinfra import host
from pyinfra.api import operation
from pyinfra.api.command import PyinfraCommand

from winfra.call import PowerShellCall
from winfra.facts.firewall import Rule, RuleState
from winfra.operations.shape import converge

WIRE_NAMES = {
    "display_name": "DisplayName",
    "enabled": "Enabled",
    "direction": "Direction",
    "action": "Action",
    "protocol": "Protocol",
    "local_ports": "LocalPorts",
    "remote_addresses": "RemoteAddresses",
    "profiles": "Profiles",
    "program": "Program",
}


@operation()
def rule(  # noqa: PLR0913  # one argument a property of a rule
    rule: str,
    *,
    present: bool = True,
    display_name: str | None = None,
    protocol: str = "TCP",
    local_ports: Sequence[int] = (),
    remote_addresses: Sequence[str] = (),
    profiles: Sequence[str] = ("Any",),
    direction: str = "Inbound",
    action: str = "Allow",
    program: str | None = None,
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that one firewall rule exists exactly like this, or that it does not exist.

    + rule: stable name of the rule; its display name is translated and not unique
    + local_ports, remote_addresses: ports of this host, and who may (or may not) reach them
    + profiles: Any, or of Domain, Private, Public
    + direction: Inbound or Outbound; action: Allow or Block; protocol: TCP or UDP
    + program: only for this executable

    **Example:**

    .. code:: python

        firewall.rule(name="Memurai clients", rule="memurai", local_ports=[6379], remote_addresses=["10.0.4.0/24"])
    """
    desired: dict[str, object] = {
        "display_name": display_name or rule,
        "enabled": True,
        "direction": direction,
        "action": action,
        "protocol": protocol,
        "local_ports": sorted(str(port) for port in local_ports),
        "remote_addresses": sorted(canonical_address(address) for address in remote_addresses),
        "profiles": sorted(profiles),
        "program": program,
    }
    found = host.get_fact(Rule, rule=rule)
    if present:
        parameters = {"Name": rule, **{WIRE_NAMES[key]: value for key, value in desired.items()}}
        after, call = {"exists": True, **desired}, PowerShellCall("Set-WinFirewallRule", parameters)
    else:
        after, call = {"exists": False}, PowerShellCall("Remove-WinFirewallRule", {"Name": rule})
    yield from converge(
        f"firewall rule {rule}", None if found is None else _present(found, after), after, lambda: [call]
    )


def _present(found: RuleState, after: dict[str, object]) -> dict[str, object]:
    values: dict[str, object] = {key: found.get(key) for key in after}
    for key in ("local_ports", "profiles"):
        if key in values:
            values[key] = sorted(found[key])
    if "remote_addresses" in values:
        values["remote_addresses"] = sorted(canonical_address(address) for address in found["remote_addresses"])
    return values


def canonical_address(address: str) -> str:
    """Return an address or network in one form: Windows may answer 10.0.4.0/255.255.255.0 for 10.0.4.0/24.

    Ranges (10.0.0.1-10.0.0.9) and keywords (LocalSubnet) are left as they are.
    """
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return address
    return str(network.network_address) if network.num_addresses == 1 else str(network)
