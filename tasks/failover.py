"""Have another member of a set become its primary, with no write lost: for work on the primary's host.

    pyinfra inventories/prod.py tasks/failover.py --dry --diff
    pyinfra inventories/prod.py tasks/failover.py

Or a drill, which ends the primary's process under a client that writes from this machine, and reports how long writes
failed and how many acknowledged ones were lost:

    pyinfra inventories/prod.py tasks/failover.py --data drill=true --data report=drill.json
"""

from pyinfra import host

from memurai import host_settings, members, options
from memurai.exceptions import TopologyError
from memurai.instance import Instance
from memurai.operations.drill import drilled
from memurai.operations.failover import switched
from memurai.settings import Settings, credentials
from memurai.writing import Access


def access(settings: Settings) -> Access:
    """Return how a client on this machine reaches a host's set."""
    secrets, set_members = credentials.resolve(settings), members.wanted(host)
    sentinels = [(member.hosts[0], member.sentinel_port or 0) for member in set_members.sentinels]
    here = Instance.of(settings)
    ca = settings.tls.ca if settings.tls.enabled else None
    return Access(set_members.name, sentinels, secrets.sentinel or secrets.password, secrets.password, here.user, ca)


def fail_over(settings: Settings) -> None:
    """Replace the primary, as a planned switch or as a drill."""
    timeout_seconds = settings.service.ready_timeout_seconds
    if host.data.get(options.DRILL):
        drilled(
            name="Drill",
            instance=Instance.of(settings),
            access=access(settings),
            timeout_seconds=timeout_seconds,
            report=host.data.get(options.REPORT),
        )
    else:
        switched(name="Planned switch", timeout_seconds=timeout_seconds)


current_settings = host_settings.settings_of(host)
if current_settings is not None and not current_settings.replication.enabled:
    host_settings.refuse(host, ["memurai_replication.enabled: expected True, because only a set can fail over"])
elif current_settings is not None:
    try:
        is_primary = members.decided(host)[1].primary == members.name_of(host)
    except TopologyError as error:
        host_settings.refuse(host, [str(error)])
    else:
        # Decided for all hosts before any of them acts.
        if is_primary:
            fail_over(current_settings)
