"""Twins of the functions about the host as a whole."""

from datetime import UTC, datetime

from winlab.twin.registry import Output, twin
from winlab.windows.machine import Machine


def iso_time(time: datetime) -> str:
    """Return a time as .NET's round-trip format writes UTC: seven digits after the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


@twin(
    "Get-WinHostSummary",
    "ComputerName",
    "OperatingSystem",
    "OperatingSystemVersion",
    "PowerShellVersion",
    "UserName",
    "UserSid",
    "Elevated",
    "ProcessorCount",
    "MemoryBytes",
    "MemoryFreeBytes",
    "Volumes",
    "PendingReboot",
    "PendingRebootReasons",
    "LastBootTimeUtc",
)
def get_win_host_summary(machine: Machine) -> Output:
    """Return what the host says about itself."""
    summary, files = machine.summary, machine.files
    return {
        "ComputerName": summary.computer_name,
        "OperatingSystem": summary.operating_system,
        "OperatingSystemVersion": summary.operating_system_version,
        "PowerShellVersion": summary.powershell_version,
        "UserName": summary.user_name,
        "UserSid": summary.user_sid,
        "Elevated": summary.elevated,
        "ProcessorCount": summary.processor_count,
        "MemoryBytes": summary.memory_bytes,
        "MemoryFreeBytes": summary.memory_free_bytes,
        "Volumes": [{"Root": "C:\\", "SizeBytes": files.capacity_bytes, "FreeBytes": files.free_bytes}],
        "PendingReboot": bool(summary.pending_reboot_reasons),
        "PendingRebootReasons": list(summary.pending_reboot_reasons),
        "LastBootTimeUtc": iso_time(summary.last_boot_time),
    }
