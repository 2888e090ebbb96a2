"""Have a server that was a member of a set stand alone, with all its data; nothing for one that never was.

The Sentinels go first, on all hosts: one that is left would make a replica of the server again.
"""

from pyinfra import host

from memurai import deploys, host_settings, members
from memurai.checks import ownership
from memurai.instance import Instance
from memurai.operations import replication
from memurai.sentinel import Sentinel
from memurai.settings import Settings


def stand_alone(here: Instance) -> None:
    """Have the server follow nobody; the next configuration says nothing of a set any more."""
    replication.unbound(name="Writes without replicas", instance=here)
    replication.alone(name="Server stands alone", instance=here)


def leave_set(settings: Settings, *, has_sentinel: bool) -> None:
    """Remove the Sentinel, and then the role."""
    if has_sentinel:
        deploys.forgotten_sentinel(Sentinel.of(settings))
    if members.has_membership(host, settings):
        stand_alone(Instance.of(settings))


current_settings = ownership.settings_of(host)
if current_settings is not None and not current_settings.replication.enabled:
    is_watched = members.has_sentinel(host, current_settings)
    if is_watched and (reason := members.leaving_problem(host, current_settings)):
        host_settings.refuse(host, [reason])
    else:
        leave_set(current_settings, has_sentinel=is_watched)
