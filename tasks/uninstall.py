"""Remove what the deploy made, and keep what can't be made again: `pyinfra inventories/prod.py tasks/uninstall.py`.

Data, logs, configuration and its history stay, so that a deploy brings the server back with its data.
`--data remove_data=true` removes them too, by the names that the deploy and the server give; what bears another name
stays, and its folder. Backups stay in any case, and the product while another instance uses it.
"""

from pyinfra import host, logger

from memurai import deployment, jobs, layout, ownership, restores, stops
from memurai.operations import product, server
from memurai.settings import Settings
from winfra.operations import files, firewall, services, tasks

KEY = "remove_data"
# A server with much data takes its time to save it.
STOP_SECONDS = 300


def uninstall(settings: Settings, *, remove_data: bool) -> None:
    """Remove the server from the outside in: first nobody comes in any more, last what it stood on goes."""
    storage, package = settings.storage, settings.package
    firewall.rule(name="No firewall rule", rule=layout.firewall_rule(settings), present=False)
    if not remove_data:
        server.saved(
            name="Data is saved",
            service=settings.service.name,
            configuration=layout.configuration_file(settings),
            command_line_client=layout.command_line_client(settings),
            timeout_seconds=settings.service.ready_timeout_seconds,
        )
    # After what may refuse to go on: a server that stays keeps its backups.
    for job in host.loop(jobs.jobs(settings)):
        tasks.task(name=f"No scheduled task: {job.name}", task=jobs.task_name(settings, job.name), present=False)
        files.absent(name=f"No password: {job.name}", path=jobs.secret_path(settings, job))
    services.service(
        name="No service",
        service=settings.service.name,
        present=False,
        program=layout.program(settings),
        # It was in use since it saved.
        before_stop=None if remove_data else stops.saving(settings),
        timeout_seconds=STOP_SECONDS,
    )
    product.removed(
        name="No product",
        product=package.product,
        folder=package.folder,
        program=layout.program(settings),
        service=settings.service.name,
        # The log of the removal stays where it can.
        log_folder=storage.backup if remove_data else storage.install,
        license_file=layout.license_file(settings) if package.license_file is not None else None,
    )
    if remove_data:
        clear(settings)


def clear(settings: Settings) -> None:
    """Remove what the deploy and the server made, from folders that are ours; backups and the base folder stay."""
    folders, reasons = ownership.removable(host, settings)
    for reason in reasons:
        host.log(reason, logger.warning)
    for folder in host.loop(folders):
        files.cleared(name=f"No folder: {folder.what}", path=folder.path, names=folder.names)


current_settings = ownership.settings_of(host)
if current_settings is not None:
    given = host.data.get(KEY, False)
    wrong = (
        []
        if isinstance(given, bool)
        else [f"--data {KEY}: expected true or false, found {given!r}; nothing was changed"]
    )
    problems = [
        *wrong,
        *ownership.task_problems(host, current_settings),
        *filter(None, [restores.interruption(host, current_settings)]),
    ]
    if problems:
        deployment.refuse(host, problems)
    else:
        uninstall(current_settings, remove_data=given)
