"""What runs on a host by itself: its module, and the settings of the backup and of the health check.

The settings are files without secrets; the password of a job's user stands in a file of its own, which only SYSTEM and
administrators may read. A task's command line names the settings' file and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai import layout
from memurai.credentials import Credentials
from memurai.layout import backslashes
from memurai.settings import Settings

MODULE = layout.MODULE
EVENT_SOURCE = "MemuraiProduction"
SCRIPTS = "files/jobs"
POWER_SHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
# Longest time of one health check, in minutes: it asks a server that may be blocked.
HEALTH_LIMIT_MINUTES = 10


@dataclass(frozen=True)
class Job:
    """A script that the Task Scheduler starts.

    name: of its files, e.g. `backup`. description: of its task. enabled: whether the task exists. at: time of day, or
    every_minutes. limit_minutes: after which a run is ended. role: what its user is for. values: its settings.
    """

    name: str
    description: str
    enabled: bool
    at: str | None
    every_minutes: int | None
    limit_minutes: int
    role: str
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
            values=_health_values(settings),
        ),
    )


def folder(settings: Settings) -> str:
    """Return the folder of the jobs on the host."""
    return layout.jobs_folder(settings)


def task_name(settings: Settings, name: str) -> str:
    """Return the name of a job's scheduled task."""
    return f"{settings.service.name}-{name}"


def backup_limit_seconds(settings: Settings) -> int:
    """Return how long a backup may take."""
    return settings.backup.time_limit_minutes * 60


def secret_path(settings: Settings, job: Job) -> str:
    """Return the path of the file that holds the password of a job's user."""
    return f"{folder(settings)}/{job.name}.secret"


def arguments(settings: Settings, job: Job) -> str:
    """Return the command line that a task gives to PowerShell."""
    place = backslashes(folder(settings))
    options = "-NoProfile -NonInteractive -ExecutionPolicy Bypass"
    return f'{options} -File "{place}\\{job.name}.ps1" -SettingsPath "{place}\\{job.name}.json"'


def settings_text(job: Job) -> str:
    """Return the content of a job's settings file."""
    return json.dumps(job.values, indent=2) + "\n"


def password(settings: Settings, credentials: Credentials, job: Job) -> HiddenValue:
    """Return the password of a job's user."""
    return credentials.users[job.role] if settings.users.enabled else credentials.password


def _access(settings: Settings, name: str, user: str) -> dict[str, object]:
    """Return how a job reaches the server."""
    tls = layout.tls_files(settings) if settings.tls.enabled else None
    return {
        "CliPath": layout.command_line_client(settings),
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
        "CheckPath": layout.check_program(settings),
        "ProgramPath": layout.program(settings),
        "ConfigurationPath": layout.configuration_file(settings),
        "DataFolder": settings.storage.data,
        "SnapshotName": settings.persistence.dbfilename,
        "AppendOnlyFolder": layout.APPEND_ONLY_FOLDER,
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
        "EventSource": EVENT_SOURCE,
    }


def _health_values(settings: Settings) -> dict[str, object]:
    monitoring = settings.monitoring.model_dump(exclude={"enabled", "every_minutes", "textfile_folder"})
    return {
        **_access(settings, "health", settings.users.monitoring),
        "ServiceName": settings.service.name,
        "DataFolder": settings.storage.data,
        "BackupFolder": settings.storage.backup,
        "BackupEnabled": settings.backup.enabled,
        "AppendOnly": settings.persistence.appendonly,
        "MetricsFolder": settings.monitoring.textfile_folder,
        "EventSource": EVENT_SOURCE,
        "StatePath": f"{folder(settings)}/health-state.json",
        **{"".join(word.capitalize() for word in name.split("_")): value for name, value in monitoring.items()},
    }
