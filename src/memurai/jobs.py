"""What runs on a host by itself: the functions it has, and the settings of the backup and of the health check.

The settings are files without secrets; the password of a job's user stands in a file of its own, which only SYSTEM and
administrators may read. A task's command line names the settings' file and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai import folders, instance
from memurai.health.checks import checks
from memurai.health.metrics import METRICS
from memurai.health.model import FIELDS, REPLICA_FIELDS, wire
from memurai.instance import Instance, backslashes
from memurai.sentinel import Sentinel
from memurai.settings import Settings
from memurai.settings.credentials import Credentials
from winfra.library import module_text, undo_module_text

# The whole library in one module, which earlier versions had put beside the jobs.
FORMER_MODULE = (f"{folders.MODULE}.psm1", f"{folders.MODULE}.psd1")
EVENT_SOURCE = "MemuraiProduction"
SCRIPTS = "files/jobs"
POWER_SHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
# Longest time of one health check, in minutes. It takes seconds, unless it has to undo an upgrade: that installs the
# former version and copies the data of all its servers back. Ended before, it would begin anew each time.
HEALTH_LIMIT_MINUTES = 720
UNDO_MODULE = "undo"
_LINE_LENGTH = 160
# What the backup's metrics mean.
BACKUP_METRICS = {
    "memurai_backup_last_run_timestamp_seconds": "When the backup job ran last.",
    "memurai_backup_last_exit_code": "Its exit code: 0 is success.",
    "memurai_backup_copy_ok": "Whether it copied a backup to the second place.",
    "memurai_backup_good_backups": "Backups that can be read and have failed no rehearsal.",
    "memurai_backup_unproven": "Whether the newest good backup has not been rehearsed.",
    "memurai_backup_future_backups": "Backups that were taken in the future.",
    "memurai_backup_last_success_timestamp_seconds": "When the newest good backup was taken.",
    "memurai_backup_duration_seconds": "How long it took.",
    "memurai_backup_size_bytes": "Its size.",
    "memurai_backup_keys": "Keys in it.",
    "memurai_rehearsal_last_run_timestamp_seconds": "When a backup was rehearsed last.",
    "memurai_rehearsal_last_ok": "Whether that rehearsal passed.",
    "memurai_rehearsal_duration_seconds": "How long it took.",
    "memurai_rehearsal_last_success_timestamp_seconds": "When one passed last.",
}


@dataclass(frozen=True)
class Job:
    """A script that the Task Scheduler starts.

    name: of its files, e.g. `backup`. description: of its task. enabled: whether the task exists. at: time of day, or
    every_minutes. limit_minutes: after which a run is ended. role: what its user is for. modules: texts of its
    functions, by name: that which its script imports, and what that imports. values: its settings.
    """

    name: str
    description: str
    enabled: bool
    at: str | None
    every_minutes: int | None
    limit_minutes: int
    role: str
    modules: Mapping[str, str]
    values: Mapping[str, object]


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Return the jobs of a host."""
    backup, monitoring = settings.backup, settings.monitoring
    return (
        Job(
            name="backup",
            description=f"Backs up the data of the service {settings.service.name}. Managed by pyinfra.",
            enabled=backup.enabled,
            at=backup.at,
            every_minutes=None,
            limit_minutes=backup.time_limit_minutes,
            role="backup",
            modules={"backup": module_text("Invoke-MemuraiBackup")},
            values=_backup_values(settings),
        ),
        Job(
            name="health",
            description=f"Checks the health of the service {settings.service.name}. Managed by pyinfra.",
            enabled=monitoring.enabled,
            at=None,
            every_minutes=monitoring.every_minutes,
            limit_minutes=HEALTH_LIMIT_MINUTES,
            role="monitoring",
            modules={"health": module_text("Invoke-MemuraiHealthCheck"), UNDO_MODULE: undo_module_text()},
            values=_health_values(settings),
        ),
    )


def folder(settings: Settings) -> str:
    """Return the folder of the jobs on the host."""
    return Instance.of(settings).jobs


def task_name(settings: Settings, name: str) -> str:
    """Return the name of a job's scheduled task."""
    return f"{settings.service.name}-{name}"


def backup_limit_seconds(settings: Settings) -> int:
    """Return how long a backup may take."""
    return settings.backup.time_limit_minutes * 60


def secret_path(settings: Settings, job: Job) -> str:
    """Return the path of the file that holds the password of a job's user."""
    return f"{folder(settings)}/{job.name}.secret"


def module_path(settings: Settings, name: str) -> str:
    """Return the path of a module with functions of a job."""
    return f"{folder(settings)}/{folders.MODULE}.{name}.psm1"


def arguments(settings: Settings, job: Job) -> str:
    """Return the command line that a task gives to PowerShell."""
    place = backslashes(folder(settings))
    options = "-NoProfile -NonInteractive -ExecutionPolicy Bypass"
    return f'{options} -File "{place}\\{job.name}.ps1" -SettingsPath "{place}\\{job.name}.json"'


def settings_text(job: Job) -> str:
    """Return the content of a job's settings file."""
    return _json(job.values, "\n") + "\n"


def _json(value: object, line_end: str) -> str:
    """Return a value as JSON, in one line where that is short: somebody may have to read it on the host."""
    text, inner = json.dumps(value), f"{line_end}  "
    if isinstance(value, list) and len(text) > _LINE_LENGTH:
        return f"[{inner}{f',{inner}'.join(_json(item, inner) for item in value)}{line_end}]"
    if isinstance(value, dict) and len(text) > _LINE_LENGTH:
        items = (f"{json.dumps(name)}: {_json(item, inner)}" for name, item in value.items())
        return f"{{{inner}{f',{inner}'.join(items)}{line_end}}}"
    return text


def password(settings: Settings, credentials: Credentials, job: Job) -> HiddenValue:
    """Return the password of a job's user."""
    return credentials.users[job.role] if settings.users.enabled else credentials.password


def _access(settings: Settings, name: str, user: str) -> dict[str, object]:
    """Return how a job reaches the server."""
    tls = Instance.of(settings).tls_files if settings.tls.enabled else None
    return {
        "CliPath": Instance.of(settings).command_line_client,
        "Address": settings.network.local_address,
        "Port": settings.tls.port if settings.tls.enabled else settings.network.port,
        "User": user if settings.users.enabled else "",
        "TlsCaFile": tls.ca if tls else "",
        "TlsCertFile": tls.certificate if tls else "",
        "TlsKeyFile": tls.key if tls else "",
        "SecretPath": f"{folder(settings)}/{name}.secret",
    }


def _backup_values(settings: Settings) -> dict[str, object]:
    backup = settings.backup
    return {
        **_access(settings, "backup", settings.users.backup),
        "CheckPath": Instance.of(settings).check_program,
        "ProgramPath": Instance.of(settings).program,
        "DataFolder": settings.storage.data,
        "SnapshotName": settings.persistence.dbfilename,
        "AppendOnlyFolder": instance.APPEND_ONLY_FOLDER,
        "BackupFolder": settings.storage.backup,
        "IncludeAppendOnly": backup.include_append_only and settings.persistence.appendonly,
        "KeepDays": backup.keep_days,
        "KeepAtLeast": backup.keep_at_least,
        "KeepAtMost": backup.keep_at_most,
        "CopyTo": backup.copy_to,
        "Rehearse": backup.rehearse,
        "RehearsalPort": backup.rehearsal_port,
        "ServiceName": settings.service.name,
        "MetricsFolder": settings.monitoring.textfile_folder,
        "Metrics": BACKUP_METRICS,
        "EventSource": EVENT_SOURCE,
    }


def _health_values(settings: Settings) -> dict[str, object]:
    # A change of the product may hold one of the server's.
    change_folders = [Instance.of(settings).product_changes, Instance.of(settings).changes]
    change_folders += [Sentinel.of(settings).changes] if settings.replication.enabled else []
    return {
        **_access(settings, "health", settings.users.monitoring),
        "ServiceName": settings.service.name,
        "DataFolder": settings.storage.data,
        "BackupFolder": settings.storage.backup,
        "MetricsFolder": settings.monitoring.textfile_folder,
        "EventSource": EVENT_SOURCE,
        "StatePath": f"{folder(settings)}/health-state.json",
        "ChangeFolders": change_folders,
        "UndoModule": module_path(settings, UNDO_MODULE),
        "Fields": list(FIELDS),
        "ReplicaFields": list(REPLICA_FIELDS),
        "Checks": wire(checks(settings, change_folders=change_folders, event_source=EVENT_SOURCE)),
        "Metrics": wire(METRICS),
    }
