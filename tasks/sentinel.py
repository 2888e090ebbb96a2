"""Run a Sentinel beside the server of a member, as a service of its own, and wait for the member to be whole."""

from pyinfra import host

from memurai import deploys, host_settings, members
from memurai.operations import replication

current_settings = host_settings.settings_of(host)
if current_settings is not None and current_settings.replication.enabled:
    # Run alone, this task has no preflight before it.
    if reasons := members.problems(host):
        host_settings.refuse(host, reasons)
    else:
        evidence, verdict = members.decided(host)
        deploys.sentinel(current_settings, evidence.address(verdict.primary), members.others(host))
        replication.whole(name="Member is whole", timeout_seconds=current_settings.service.ready_timeout_seconds)
