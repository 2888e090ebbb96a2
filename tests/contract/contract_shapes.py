"""What the answers of the library's functions look like: their properties in order, and the types of these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from powershell_source import public_functions
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from memurai.facts.backups import BackupsState
from memurai.facts.configuration import HistoryState, LeftoverState
from memurai.facts.diagnosis import DiagnosisState
from winfra.facts.base import snake_keys, strict_shape
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
class AclFileChange(TypedDict):
    path: str
    applied: Literal["File", "Live"]


@strict_shape
class ConfigurationChange(TypedDict):
    applied: Literal["Unchanged", "File", "Live", "Restart"]
    history_path: str | None
    trial_milliseconds: int | None
    elapsed_milliseconds: int


@strict_shape
class CertificateChange(TypedDict):
    path: str
    reloaded: bool


@strict_shape
class ProductUpdate(TypedDict):
    aside_folder: str | None
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


@strict_shape
class HealthResult(TypedDict):
    name: str
    status: Literal["ok", "warning", "critical"]
    value: str
    message: str


@strict_shape
class DriveMetrics(TypedDict):
    volume: str
    size_bytes: int | None
    free_bytes: int | None


@strict_shape
class HealthMetrics(TypedDict):
    up: Literal[0, 1]
    service_running: Literal[0, 1]
    used_memory_bytes: int | None
    maxmemory_bytes: int | None
    memory_fragmentation_ratio: float | None
    keyspace_hits: int | None
    keyspace_misses: int | None
    keyspace_hit_ratio: float | None
    connected_clients: int | None
    blocked_clients: int | None
    maxclients: int | None
    rejected_connections: int | None
    evicted_keys: int | None
    commands_processed: int | None
    operations_per_second: int | None
    aof_enabled: int | None
    aof_last_write_ok: int | None
    aof_last_rewrite_ok: int | None
    rdb_last_save_ok: int | None
    rdb_last_save_timestamp: int | None
    slowlog_entries: int | None
    is_primary: int | None
    connected_replicas: int | None
    primary_link_up: int | None
    primary_last_io_seconds: int | None
    volumes: list[DriveMetrics]


@strict_shape
class Health(TypedDict):
    exit_code: Literal[0, 1, 2]
    status: Literal["ok", "warning", "critical"]
    text: str
    checks: list[HealthResult]
    metrics: HealthMetrics


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
class RestoreResult(TypedDict):
    name: str
    keys: int
    expected_keys: int
    aside_folder: str
    elapsed_milliseconds: int


@strict_shape
class ProductRemoval(TypedDict):
    removed: bool
    used_by: list[str]


SHAPES: dict[str, type] = {
    "Copy-WinFile": CopiedPath,
    "Get-MemuraiDiagnosis": DiagnosisState,
    "Get-MemuraiBackup": BackupsState,
    "Get-MemuraiConfigurationHistory": HistoryState,
    "Get-MemuraiLeftover": LeftoverState,
    "Get-WinAcl": AclState,
    "Get-WinEventEntry": EventEntriesState,
    "Get-WinDirectoryEntry": DirectoryEntriesState,
    "Get-WinDirectorySize": DirectorySizeState,
    "Get-WinFirewallRule": RuleState,
    "Get-WinFolderService": FolderServicesState,
    "Get-WinHostSummary": HostSummaryState,
    "Get-WinItem": ItemState,
    "Get-WinProduct": ProductsState,
    "Get-WinService": ServiceState,
    "Get-WinTask": TaskState,
    "Get-WinTcpListener": TcpListenersState,
    "Get-WinTextFile": TextFileState,
    "Install-WinPackage": InstallerRun,
    "Invoke-MemuraiBackup": BackupResult,
    "Invoke-MemuraiCommand": CommandRun,
    "Invoke-MemuraiHealthCheck": Health,
    "New-WinDirectory": CreatedPath,
    "Register-WinTask": CreatedName,
    "Remove-MemuraiProduct": ProductRemoval,
    "Remove-WinFirewallRule": RemovedName,
    "Remove-WinItem": RemovedPath,
    "Remove-WinService": RemovedName,
    "Restart-WinService": RunState,
    "Restore-MemuraiBackup": RestoreResult,
    "Save-MemuraiData": SavedData,
    "Set-MemuraiAclFile": AclFileChange,
    "Set-MemuraiCertificate": CertificateChange,
    "Set-MemuraiConfiguration": ConfigurationChange,
    "Set-WinAcl": ChangedPath,
    "Set-WinFirewallRule": CreatedName,
    "Set-WinService": CreatedName,
    "Start-WinService": RunState,
    "Start-WinTask": TaskRun,
    "Stop-WinService": RunState,
    "Test-MemuraiBackup": RehearsalResult,
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
