"""Give the server the data of a backup: the newest good one, or `--data backup=NAME`.

    pyinfra inventories/prod.py tasks/restore.py --dry --diff
    pyinfra inventories/prod.py tasks/restore.py --data backup=20261122T020000Z

The server goes down while it loads the data. The data it has now is kept aside, and comes back if anything fails.
"""

from pyinfra import host

from memurai import folders, host_settings, options, survey
from memurai.checks import ownership
from memurai.instance import Instance
from memurai.operations.backups import restored
from winfra.facts.together import Together

# In one request, before the first of them is asked for by itself.
wanted = host_settings.settings_of(host)
if wanted is not None:
    host.get_fact(Together, calls=survey.restore_calls(wanted))
current_settings = ownership.settings_of(host)
if current_settings is not None:
    chosen = host.data.get(options.BACKUP)
    restored(
        name="Restore",
        instance=Instance.of(current_settings),
        stamp=folders.new_stamp(),
        backup=None if chosen is None else str(chosen),
    )
