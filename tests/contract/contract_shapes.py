"""What the answers of the library's functions look like: their properties in order, and the types of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from powershell_source import public_functions
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from memurai.facts.backups import BackupsState
from winfra.facts.base import snake_keys, strict_shape
from winfra.facts.changes import ChangesState
from winfra.facts.events import EventEntriesState
from winfra.facts.files import AclState, DirectoryEntriesState, DirectorySizeState, ItemState, TextFileState
from winfra.facts.firewall import RuleState
from winfra.facts.host import HostSummaryState
from winfra.facts.network import TcpListenersState
from winfra.facts.packages import ProductsState
from winfra.facts.services import FolderServicesState, ServiceState
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
class ProductUse(TypedDict):
    product_code: str
    services: list[str]


@strict_shape
class ProductReturn(TypedDict):
    uninstalled: list[str]
    installed: bool


@strict_shape
class TaskRun(TypedDict):
    name: str
    last_task_result: int
    elapsed_milliseconds: int


@strict_shape
class WrittenEvent(TypedDict):
    source: str
    event_id: int


@strict_shape
class HealthResult(TypedDict):
    name: str
    status: Literal["ok", "warning", "critical"]
    value: str
    message: str


@strict_shape
class HealthSample(TypedDict):
    name: str
    label: str
    value: float


@strict_shape
class Health(TypedDict):
    exit_code: Literal[0, 1, 2]
    status: Literal["ok", "warning", "critical"]
    text: str
    checks: list[HealthResult]
    metrics: list[HealthSample]


@strict_shape
class BackupResult(TypedDict):
    exit_code: Literal[0, 1, 2, 3, 4]
    text: str
    backup: str | None
    problems: list[str]


@strict_shape
class RehearsalResult(TypedDict):
    name: str
    ok: bool
    reason: str | None
    keys: int | None
    expected_keys: int | None
    duration_milliseconds: int


@strict_shape
class WholeBackup(TypedDict):
    name: str
    keys: int


@strict_shape
class LoadedKeys(TypedDict):
    keys: int
    expired_keys: int


@strict_shape
class AsideData(TypedDict):
    data_folder: str
    aside_folder: str


@strict_shape
class RestoredData(TypedDict):
    data_folder: str
    restored: bool


@strict_shape
class HungService(TypedDict):
    name: str
    ended: bool


@strict_shape
class EndedProcesses(TypedDict):
    folder: str
    process_ids: list[int]


@strict_shape
class ProtectedFolders(TypedDict):
    paths: list[str]


@strict_shape
class BatchAnswer(TypedDict):
    answer: dict[str, Any] | None
    problem: str | None


@strict_shape
class BatchAnswers(TypedDict):
    answers: list[BatchAnswer]


@strict_shape
class ProtectedSecret(TypedDict):
    text: str


@strict_shape
class ClearSecret(TypedDict):
    secret: str


@strict_shape
class ChangeRun(TypedDict):
    name: str
    results: list[dict[str, Any]]
    warnings: list[str]
    former: str | None
    elapsed_milliseconds: int


@strict_shape
class ChangeEnd(TypedDict):
    name: str | None
    outcome: Literal["None", "UnderWay", "Done", "Undone", "Broken"]
    problem: str | None


@strict_shape
class StartedServer(TypedDict):
    name: str
    elapsed_milliseconds: int


@strict_shape
class StoppedServer(TypedDict):
    name: str
    stopped: bool
    saved: bool


@strict_shape
class SentCommand(TypedDict):
    sent: bool


@strict_shape
class TriedConfiguration(TypedDict):
    elapsed_milliseconds: int


@strict_shape
class WrittenFile(TypedDict):
    path: str
    sha256: str


@strict_shape
class RestoredFile(TypedDict):
    path: str
    restored: bool


SHAPES: dict[str, type] = {
    "Assert-MemuraiBackup": WholeBackup,
    "Assert-MemuraiLoad": LoadedKeys,
    "Assert-MemuraiProduct": ProductUse,
    "Copy-WinFile": CopiedPath,
    "Get-MemuraiBackup": BackupsState,
    "Get-WinAcl": AclState,
    "Get-WinChange": ChangesState,
    "Get-WinEventEntry": EventEntriesState,
    "Get-WinDirectoryEntry": DirectoryEntriesState,
    "Get-WinDirectorySize": DirectorySizeState,
    "Get-WinFirewallRule": RuleState,
    "Get-WinFolderService": FolderServicesState,
    "Get-WinHostSummary": HostSummaryState,
    "Get-WinItem": ItemState,
    "Get-WinProduct": ProductsState,
    "Get-WinProtectedFolder": ProtectedFolders,
    "Get-WinService": ServiceState,
    "Get-WinTask": TaskState,
    "Get-WinTcpListener": TcpListenersState,
    "Get-WinTextFile": TextFileState,
    "Install-WinPackage": InstallerRun,
    "Invoke-MemuraiBackup": BackupResult,
    "Invoke-MemuraiCommand": CommandRun,
    "Invoke-MemuraiRestore": ChangeRun,
    "Invoke-MemuraiHealthCheck": Health,
    "Invoke-WinBatch": BatchAnswers,
    "Invoke-WinChange": ChangeRun,
    "Protect-WinSecret": ProtectedSecret,
    "Unprotect-WinSecret": ClearSecret,
    "Move-MemuraiData": AsideData,
    "Move-WinItem": CopiedPath,
    "New-WinDirectory": CreatedPath,
    "Register-WinTask": CreatedName,
    "Remove-WinFirewallRule": RemovedName,
    "Remove-WinItem": RemovedPath,
    "Remove-WinService": RemovedName,
    "Restart-WinService": RunState,
    "Restore-WinFile": RestoredFile,
    "Restore-MemuraiData": RestoredData,
    "Restore-MemuraiProduct": ProductReturn,
    "Save-MemuraiData": SavedData,
    "Send-MemuraiCommand": SentCommand,
    "Set-WinAcl": ChangedPath,
    "Set-WinFirewallRule": CreatedName,
    "Set-WinService": CreatedName,
    "Start-MemuraiServer": StartedServer,
    "Start-WinService": RunState,
    "Start-WinTask": TaskRun,
    "Stop-MemuraiServer": StoppedServer,
    "Stop-WinFolderProcess": EndedProcesses,
    "Stop-MemuraiHungServer": HungService,
    "Stop-WinHungService": HungService,
    "Stop-WinService": RunState,
    "Test-MemuraiBackup": RehearsalResult,
    "Test-MemuraiConfiguration": TriedConfiguration,
    "Undo-WinChange": ChangeEnd,
    "Uninstall-WinPackage": InstallerRun,
    "Unregister-WinTask": RemovedName,
    "Wait-MemuraiServer": Readiness,
    "Write-WinEvent": WrittenEvent,
    "Write-WinFile": WrittenFile,
}
FUNCTIONS = public_functions()


def check_shape(function: str, answer: Mapping[str, Any]) -> None:
    """Fail unless an answer has exactly the documented properties, in that order and of those types."""
    assert tuple(answer) == FUNCTIONS[function].help.outputs, function
    TypeAdapter(SHAPES[function]).validate_python(snake_keys(answer), strict=True)
