"""Rules of the Windows firewall."""

from __future__ import annotations

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class RuleState(TypedDict):
    """One rule as the firewall has it; everything but name and exists is None or empty when absent."""

    name: str
    exists: bool
    display_name: str | None
    enabled: bool | None
    direction: str | None
    action: str | None
    protocol: str | None
    local_ports: list[str]
    remote_addresses: list[str]
    profiles: list[str]
    program: str | None


class Rule(PowerShellFact[RuleState]):
    """Read the firewall rule of a name (its stable Name, not its display name, which is translated)."""

    shape = RuleState

    def command(self, rule: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinFirewallRule", {"Name": rule})
