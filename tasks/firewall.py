"""Let the named clients in when the server listens beyond loopback; otherwise let nobody in."""

from pyinfra import host

from memurai import deployment, layout
from winfra.operations import firewall

settings = deployment.settings_of(host)
if settings is not None:
    ports = layout.open_ports(settings)
    firewall.rule(
        name="Firewall rule",
        rule=layout.firewall_rule(settings),
        present=settings.network.is_remote,
        display_name=f"{settings.service.display_name} (TCP {', '.join(map(str, ports))}, named clients)",
        local_ports=ports,
        remote_addresses=settings.network.allowed_addresses,
    )
