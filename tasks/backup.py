"""Take a backup now and wait for what comes of it: `pyinfra inventories/prod.py tasks/backup.py`.

It is the scheduled task that runs, so what is proven is what runs every night.
"""

from pyinfra import host

from memurai import host_settings, jobs
from memurai.operations.backups import taken

settings = host_settings.settings_of(host)
if settings is not None:
    taken(
        name="Backup",
        task=jobs.task_name(settings, "backup"),
        folder=settings.storage.backup,
        timeout_seconds=jobs.backup_limit_seconds(settings),
    )
