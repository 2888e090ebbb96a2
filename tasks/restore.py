"""Give the server the data of a backup: the newest good one, or `--data backup=NAME`.

    pyinfra inventories/prod.py tasks/restore.py --dry --diff
    pyinfra inventories/prod.py tasks/restore.py --data backup=20261122T020000Z

The server goes down while it loads the data. The data it has now is kept aside, and comes back if anything fails.

In a set, its primary gets a backup that it took itself, and the replicas copy the data from it. Meanwhile the Sentinels
replace nobody; should the run be ended in between, the next deploy has them watch as before.
"""

from pyinfra import host

from memurai import deploys, folders, host_settings, members, options, survey
from memurai.checks import ownership
from memurai.exceptions import TopologyError
from memurai.instance import Instance
from memurai.operations import replication
from memurai.operations.backups import restored
from memurai.settings import Settings
from memurai.topology import Situation
from winfra.facts.together import Together

# In one request, before the first of them is asked for by itself.
wanted = host_settings.settings_of(host)
if wanted is not None:
    host.get_fact(Together, calls=survey.restore_calls(wanted))


def restore(settings: Settings) -> None:
    """Give a server the data of a backup."""
    chosen = host.data.get(options.BACKUP)
    restored(
        name="Restore",
        instance=Instance.of(settings),
        stamp=folders.new_stamp(),
        backup=None if chosen is None else str(chosen),
    )


def restore_set(settings: Settings) -> None:
    """Give the primary of a set the data of a backup, and wait until a member has them.

    Raises TopologyError when it is not certain which member that is.
    """
    evidence, verdict = members.decided(host)
    here = {members.name_of(one) for one in host.inventory.get_active_hosts()}
    if left_out := sorted({member.name for member in evidence.wanted.members} - here):
        raise evidence.refusal(
            "all members in this run, because each one's Sentinel has to let the primary be down",
            f"none of {', '.join(left_out)}",
            "Run without --limit, on hosts that are all reached.",
        )
    if verdict.situation is not Situation.LIVING:
        raise evidence.refusal("a set that its Sentinels watch", verdict.situation.value, "Deploy it first.")
    primary = evidence.address(verdict.primary)
    deploys.configured_sentinel("Sentinels replace nobody", deploys.patient(settings), primary)
    if verdict.primary == members.name_of(host):
        restore(settings)
    deploys.configured_sentinel("Sentinels watch as before", settings, primary)
    replication.whole(name="Member is whole", timeout_seconds=settings.service.ready_timeout_seconds)


current_settings = ownership.settings_of(host)
if current_settings is not None and not current_settings.replication.enabled:
    restore(current_settings)
elif current_settings is not None:
    try:
        restore_set(current_settings)
    except TopologyError as error:
        host_settings.refuse(host, [str(error)])
