"""Let the named clients in when the server listens beyond loopback; otherwise let nobody in."""

from pyinfra import host

from memurai import host_settings
from memurai.instance import Instance
from winfra.operations import firewall

settings = host_settings.settings_of(host)
if settings is not None:
    ports = Instance.of(settings).open_ports
    firewall.rule(
        name="Firewall rule",
        rule=Instance.of(settings).firewall_rule,
        present=settings.network.is_remote,
        display_name=f"{settings.service.display_name} (TCP {', '.join(map(str, ports))}, named clients)",
        local_ports=ports,
        remote_addresses=settings.network.allowed_addresses,
    )
