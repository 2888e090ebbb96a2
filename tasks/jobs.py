"""Have the host back itself up and check its health: a module, scripts, their settings and scheduled tasks."""

from importlib.metadata import version

from pyinfra import host

from memurai import credentials, deployment, jobs, ownership
from memurai.jobs import Job
from memurai.operations import backups
from memurai.settings import Settings
from winfra.library import module_manifest, module_text
from winfra.operations import files, tasks


def install_module(settings: Settings) -> None:
    """Put the PowerShell library there as a module."""
    texts = {"psm1": module_text(), "psd1": module_manifest(jobs.MODULE, version("memurai-production"))}
    for ending, text in texts.items():
        path = f"{jobs.folder(settings)}/{jobs.MODULE}.{ending}"
        # Thousands of lines: their hash says whether they are the project's.
        files.put(name=f"Module ({ending})", source=text.encode("ascii"), path=path, confidential=True)


def install(settings: Settings, job: Job) -> None:
    """Put a job's script, settings and password there, and then its task."""
    place, secrets = f"{jobs.folder(settings)}/{job.name}", credentials.resolve(settings)
    files.put(name=f"Script: {job.name}", source=f"{jobs.SCRIPTS}/{job.name}.ps1", path=f"{place}.ps1")
    files.put(name=f"Settings: {job.name}", source=jobs.settings_text(job).encode("ascii"), path=f"{place}.json")
    files.put(
        name=f"Password: {job.name}", source=jobs.password(settings, secrets, job), path=jobs.secret_path(settings, job)
    )
    tasks.task(
        name=f"Scheduled task: {job.name}",
        task=jobs.task_name(settings, job.name),
        description=job.description,
        execute=jobs.POWER_SHELL,
        arguments=jobs.arguments(settings, job),
        at=job.at,
        every_minutes=job.every_minutes,
        execution_time_limit_minutes=job.limit_minutes,
    )


def remove(settings: Settings, job: Job) -> None:
    """Take a job's task away, and its password."""
    tasks.task(name=f"No scheduled task: {job.name}", task=jobs.task_name(settings, job.name), present=False)
    files.absent(name=f"No password: {job.name}", path=jobs.secret_path(settings, job))


current_settings = deployment.settings_of(host)
# Run alone, this task has no preflight before it.
reasons = (
    []
    if current_settings is None
    else [*ownership.folder_problems(host, current_settings), *ownership.task_problems(host, current_settings)]
)
if reasons:
    deployment.refuse(host, reasons)
elif current_settings is not None:
    install_module(current_settings)
    for wanted in host.loop(jobs.jobs(current_settings)):
        (install if wanted.enabled else remove)(current_settings, wanted)
    if current_settings.backup.enabled:
        backups.present(
            name="First backup",
            task=jobs.task_name(current_settings, "backup"),
            folder=current_settings.storage.backup,
            timeout_seconds=jobs.backup_limit_seconds(current_settings),
        )
