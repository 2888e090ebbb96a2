"""Have the host back itself up and check its health: scripts, their functions and settings, and scheduled tasks."""

from pyinfra import host

from memurai import host_settings, jobs
from memurai.checks import ownership
from memurai.jobs import Job
from memurai.operations import backups
from memurai.settings import Settings, credentials
from winfra.operations import files, tasks


def install(settings: Settings, job: Job) -> None:
    """Put a job's functions, script, settings and password there, and then its task."""
    place, secrets = f"{jobs.folder(settings)}/{job.name}", credentials.resolve(settings)
    for name, text in host.loop(job.modules.items()):
        files.put(
            name=f"Functions: {name}",
            source=text.encode("ascii"),
            path=jobs.module_path(settings, name),
            # Thousands of lines: their hash says whether they are the project's.
            confidential=True,
        )
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


current_settings = host_settings.settings_of(host)
# Run alone, this task has no preflight before it.
reasons = (
    []
    if current_settings is None
    else [*ownership.folder_problems(host, current_settings), *ownership.task_problems(host, current_settings)]
)
if reasons:
    host_settings.refuse(host, reasons)
elif current_settings is not None:
    for wanted in host.loop(jobs.jobs(current_settings)):
        (install if wanted.enabled else remove)(current_settings, wanted)
    for former in jobs.FORMER_MODULE:
        files.absent(name=f"No {former}", path=f"{jobs.folder(current_settings)}/{former}")
    if current_settings.backup.enabled:
        backups.present(
            name="First backup",
            task=jobs.task_name(current_settings, "backup"),
            folder=current_settings.storage.backup,
            timeout_seconds=jobs.backup_limit_seconds(current_settings),
        )
