"""Ask the server itself whether it is what its settings say; the host fails when it is not."""

from pyinfra import host

from memurai import host_settings
from memurai.checks import server as server_checks
from memurai.instance import Instance
from memurai.operations import server
from memurai.settings import credentials

settings = host_settings.settings_of(host)
if settings is not None:
    server.verified(
        name="Server is as configured",
        server=Instance.of(settings).server(credentials.resolve(settings).password),
        expected=server_checks.expected_info(settings),
        unwanted=server_checks.unwanted_info(settings, is_production=host_settings.is_production(host)),
        timeout_seconds=settings.service.ready_timeout_seconds,
    )
