"""Let named clients, and the other members of a set, in when the server listens beyond loopback; otherwise nobody."""

from collections.abc import Sequence

from pyinfra import host

from memurai import host_settings, members
from memurai.exceptions import TopologyError
from memurai.instance import Instance
from memurai.settings import Settings
from winfra.operations import firewall


def let_in(settings: Settings, others: Sequence[str]) -> None:
    """Ensure the rule for the server's ports; others: addresses of the set's other members, who copy and watch it."""
    ports = Instance.of(settings).open_ports
    who = "the set and named clients" if others else "named clients"
    firewall.rule(
        name="Firewall rule",
        rule=Instance.of(settings).firewall_rule,
        present=settings.network.is_remote,
        display_name=f"{settings.service.display_name} (TCP {', '.join(map(str, ports))}, {who})",
        local_ports=ports,
        remote_addresses=list(dict.fromkeys((*others, *settings.network.allowed_addresses))),
    )


current_settings = host_settings.settings_of(host)
if current_settings is not None:
    try:
        others = members.others(host) if current_settings.replication.enabled else []
    except TopologyError as error:
        # Run alone, this task has no preflight before it.
        host_settings.refuse(host, [str(error)])
    else:
        let_in(current_settings, others)
