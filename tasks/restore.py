"""Give the server the data of a backup: the newest good one, or `--data backup=NAME`.

    pyinfra inventories/prod.py tasks/restore.py --dry --diff
    pyinfra inventories/prod.py tasks/restore.py --data backup=20261122T020000Z

The server goes down while it loads the data. The data it has now is kept aside, and comes back if anything fails.
"""

import secrets
from datetime import UTC, datetime

from pyinfra import host

from memurai import credentials, layout, ownership
from memurai.operations.backups import RestorePlace, restored
from memurai.settings import Settings

KEY = "backup"


def place(settings: Settings) -> RestorePlace:
    """Return what the restore meets on the host."""
    storage = settings.storage
    return RestorePlace(
        folder=storage.backup,
        server=layout.server(settings, credentials.resolve(settings).password),
        check_program=layout.check_program(settings),
        service=settings.service.name,
        configuration=layout.configuration_file(settings),
        data=storage.data,
        snapshot=settings.persistence.dbfilename,
        append_only_folder=layout.APPEND_ONLY_FOLDER,
        # On the same drive: what is moved there need not be copied. Two restores may fall into one second.
        aside=f"{storage.data}-before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        append_only=settings.persistence.appendonly,
        start_type=settings.service.start_type,
        timeout_seconds=settings.service.ready_timeout_seconds,
    )


current_settings = ownership.settings_of(host)
if current_settings is not None:
    chosen = host.data.get(KEY)
    restored(name="Restore", place=place(current_settings), backup=None if chosen is None else str(chosen))
