"""The host itself."""

from __future__ import annotations

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class Volume(TypedDict):
    """One fixed drive; sizes in bytes."""

    root: str
    size_bytes: int
    free_bytes: int


@strict_shape
class HostSummaryState(TypedDict):
    """What a deploy must know of a host before it begins; sizes in bytes, times in UTC."""

    computer_name: str
    operating_system: str
    operating_system_version: str
    power_shell_version: str
    user_name: str
    user_sid: str
    elevated: bool
    processor_count: int
    memory_bytes: int
    memory_free_bytes: int
    volumes: list[Volume]
    pending_reboot: bool
    pending_reboot_reasons: list[str]
    last_boot_time_utc: str


class HostSummary(PowerShellFact[HostSummaryState]):
    """Tell the operating system, PowerShell, elevation, memory, drives and pending reboot of a host."""

    shape = HostSummaryState

    def command(self) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinHostSummary", {})
