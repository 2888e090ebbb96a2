"""Run Memurai as a service, under an account of its own, restarted by Windows when it fails."""

from pyinfra import host

from memurai import host_settings, stops
from memurai.checks import present_data, restores
from memurai.instance import Instance
from memurai.operations import server
from memurai.operations.service import present
from memurai.settings import Settings, credentials
from winfra.operations import services

MILLISECONDS = 1000


def run(settings: Settings) -> None:
    """Ensure that the service is as the settings say."""
    service = settings.service
    # Read when the server starts. For its configuration, tasks/configure.py restarts the server where that is needed.
    read_at_start = [] if settings.package.license_file is None else [Instance.of(settings).license_file]
    present(
        name="Service",
        instance=Instance.of(settings),
        before_stop=stops.saving(settings),
        program=Instance.of(settings).program,
        image_path=Instance.of(settings).image_path,
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
    # At once, before anything works with it: one that has not read its configuration is open to anyone.
    server.answering(
        name="Server answers",
        service=service.name,
        server=Instance.of(settings).server(credentials.resolve(settings).password),
        timeout_seconds=service.ready_timeout_seconds,
    )


current_settings = host_settings.settings_of(host)
if current_settings is not None:
    # Run alone, this task has no preflight before it.
    interruption = restores.problem(host, current_settings)
    reasons = (
        [interruption]
        if interruption
        else present_data.problems(host, current_settings) or present_data.stop_problems(host, current_settings)
    )
    if reasons:
        host_settings.refuse(host, reasons)
    else:
        run(current_settings)
