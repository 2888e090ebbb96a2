"""What the answers of the library's functions look like: their properties in order, and the types of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from powershell_source import public_functions
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from winfra.facts.base import snake_keys, strict_shape
from winfra.facts.events import EventEntriesState
from winfra.facts.files import AclState, ItemState, TextFileState
from winfra.facts.firewall import RuleState
from winfra.facts.host import HostSummaryState
from winfra.facts.network import TcpListenersState
from winfra.facts.packages import ProductsState
from winfra.facts.services import ServiceState
from winfra.facts.tasks import TaskState


@strict_shape
class CreatedPath(TypedDict):
    path: str
    created: bool


@strict_shape
class RemovedPath(TypedDict):
    path: str
    removed: bool


@strict_shape
class CopiedPath(TypedDict):
    path: str
    destination: str


@strict_shape
class ChangedPath(TypedDict):
    path: str


@strict_shape
class CreatedName(TypedDict):
    name: str
    created: bool


@strict_shape
class RemovedName(TypedDict):
    name: str
    removed: bool


@strict_shape
class RunState(TypedDict):
    name: str
    state: Literal["Running", "Stopped"]
    process_id: int


@strict_shape
class InstallerRun(TypedDict):
    exit_code: Literal[0, 1641, 3010]
    reboot_required: bool
    log_path: str


@strict_shape
class CommandRun(TypedDict):
    exit_code: int
    output: str
    error_output: str


@strict_shape
class Readiness(TypedDict):
    ready: Literal[True]
    elapsed_milliseconds: int


@strict_shape
class SavedData(TypedDict):
    saved: bool


@strict_shape
class AclFileChange(TypedDict):
    path: str
    applied: Literal["File", "Live"]


@strict_shape
class ProductUpdate(TypedDict):
    aside_folder: str
    reboot_required: bool


@strict_shape
class TaskRun(TypedDict):
    name: str
    last_task_result: int
    elapsed_milliseconds: int


@strict_shape
class WrittenEvent(TypedDict):
    source: str
    event_id: int


SHAPES: dict[str, type] = {
    "Copy-WinFile": CopiedPath,
    "Get-WinAcl": AclState,
    "Get-WinEventEntry": EventEntriesState,
    "Get-WinFirewallRule": RuleState,
    "Get-WinHostSummary": HostSummaryState,
    "Get-WinItem": ItemState,
    "Get-WinProduct": ProductsState,
    "Get-WinService": ServiceState,
    "Get-WinTask": TaskState,
    "Get-WinTcpListener": TcpListenersState,
    "Get-WinTextFile": TextFileState,
    "Install-WinPackage": InstallerRun,
    "Invoke-MemuraiCommand": CommandRun,
    "New-WinDirectory": CreatedPath,
    "Register-WinTask": CreatedName,
    "Remove-WinFirewallRule": RemovedName,
    "Remove-WinItem": RemovedPath,
    "Remove-WinService": RemovedName,
    "Restart-WinService": RunState,
    "Save-MemuraiData": SavedData,
    "Set-MemuraiAclFile": AclFileChange,
    "Set-WinAcl": ChangedPath,
    "Set-WinFirewallRule": CreatedName,
    "Set-WinService": CreatedName,
    "Start-WinService": RunState,
    "Start-WinTask": TaskRun,
    "Stop-WinService": RunState,
    "Uninstall-WinPackage": InstallerRun,
    "Unregister-WinTask": RemovedName,
    "Update-MemuraiProduct": ProductUpdate,
    "Wait-MemuraiServer": Readiness,
    "Write-WinEvent": WrittenEvent,
}
FUNCTIONS = public_functions()


def check_shape(function: str, answer: Mapping[str, Any]) -> None:
    """Fail unless an answer has exactly the documented properties, in that order and of those types."""
    assert tuple(answer) == FUNCTIONS[function].help.outputs, function
    TypeAdapter(SHAPES[function]).validate_python(snake_keys(answer), strict=True)
