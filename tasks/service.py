"""Run Memurai as a service, under an account of its own, restarted by Windows when it fails."""

from pyinfra import host

from memurai import deployment, layout
from winfra.operations import services

MILLISECONDS = 1000

settings = deployment.settings_of(host)
if settings is not None:
    service = settings.service
    # Both are read when the server starts.
    read_at_start = [layout.configuration_file(settings)]
    if settings.package.license_file is not None:
        read_at_start.append(layout.license_file(settings))
    services.service(
        name="Service",
        service=service.name,
        image_path=layout.image_path(settings),
        display_name=service.display_name,
        description="Redis-compatible data store. Managed by pyinfra (memurai-production).",
        account=service.account,
        start_type=service.start_type,
        recovery=services.Recovery(
            reset_seconds=service.recovery_reset_seconds,
            restart_delays_milliseconds=tuple(delay * MILLISECONDS for delay in service.recovery_delays_seconds),
        ),
        running=True,
        restart_after=read_at_start,
    )
