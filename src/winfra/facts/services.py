"""Windows services."""

from __future__ import annotations

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class ServiceState(TypedDict):
    """A service as the service control manager has it; everything but name and exists is None when absent.

    recovery_actions: in order, e.g. `restart/5000` (milliseconds). process_id: 0 when it does not run.
    """

    name: str
    exists: bool
    display_name: str | None
    description: str | None
    image_path: str | None
    account: str | None
    start_type: str | None
    state: str | None
    process_id: int | None
    process_start_time_utc: str | None
    exit_code: int | None
    recovery_reset_seconds: int | None
    recovery_actions: list[str]
    recover_on_non_crash_failures: bool | None


@strict_shape
class FolderService(TypedDict):
    """One service whose program lies in a folder; its state as Windows says it, without blanks."""

    name: str
    image_path: str
    state: str


@strict_shape
class FolderServicesState(TypedDict):
    """The services whose programs lie in a folder, by name."""

    folder: str
    services: list[FolderService]


class FolderServices(PowerShellFact[FolderServicesState]):
    """List the services whose program lies in a folder."""

    shape = FolderServicesState

    def command(self, folder: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinFolderService", {"Folder": folder})


class Service(PowerShellFact[ServiceState]):
    """Read the configuration and the state of a service."""

    shape = ServiceState

    def command(self, service: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinService", {"Name": service})
