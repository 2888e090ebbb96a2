"""What a practice host says about itself. Tests change it to see what a deploy makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

_GIBIBYTE = 1024**3


@dataclass
class HostSummary:
    """Facts about a host.

    Attributes:
        computer_name: NetBIOS name.
        user_name: whom remote sessions run as.
        user_sid: that account's SID.
        elevated: whether those sessions hold the rights of Administrators.
        operating_system: product name.
        operating_system_version: version with build.
        powershell_version: of Windows PowerShell.
        language_mode: ConstrainedLanguage is what application control leaves of PowerShell.
        processor_count: logical processors.
        memory_bytes: physical memory.
        memory_free_bytes: what of it is free.
        pending_reboot_reasons: why Windows wants a restart, empty when it does not.
        last_boot_time: UTC.
    """

    computer_name: str
    user_name: str
    user_sid: str
    elevated: bool = True
    operating_system: str = "Microsoft Windows Server 2022 Standard"
    operating_system_version: str = "10.0.20348"
    powershell_version: str = "5.1.20348.1"
    language_mode: Literal["FullLanguage", "ConstrainedLanguage"] = "FullLanguage"
    processor_count: int = 4
    memory_bytes: int = 16 * _GIBIBYTE
    memory_free_bytes: int = 12 * _GIBIBYTE
    pending_reboot_reasons: list[str] = field(default_factory=list)
    last_boot_time: datetime = field(default_factory=lambda: datetime.now(UTC))
