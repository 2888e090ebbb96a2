"""Ask the server itself whether it is what its settings say; the host fails when it is not."""

from pyinfra import host

from memurai import configuration, credentials, deployment, layout
from memurai.operations import server

settings = deployment.settings_of(host)
if settings is not None:
    server.verified(
        name="Server is as configured",
        server=layout.server(settings, credentials.resolve(settings).password),
        expected=configuration.expected_info(settings),
        unwanted=configuration.unwanted_info(settings, is_production=deployment.is_production(host)),
        timeout_seconds=settings.service.ready_timeout_seconds,
    )
