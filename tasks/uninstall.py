"""Remove what the deploy made, and keep what can't be made again: `pyinfra inventories/prod.py tasks/uninstall.py`.

Data, logs, configuration and its history stay, so that a deploy brings the server back with its data.
`--data remove_data=true` removes them too. Backups stay in any case, and the product while another instance uses it.
"""

from pyinfra import host

from memurai import deployment, jobs, layout
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
    services.service(name="No service", service=settings.service.name, present=False, timeout_seconds=STOP_SECONDS)
    product.removed(
        name="No product",
        product=package.product,
        folder=package.folder,
        service=settings.service.name,
        # The log of the removal stays where it can.
        log_folder=storage.backup if remove_data else storage.install,
        license_file=layout.license_file(settings) if package.license_file is not None else None,
    )
    if remove_data:
        for folder in host.loop(layout.removable_folders(settings)):
            files.directory(name=f"No folder: {folder.what}", path=folder.path, present=False, recurse=True)


current_settings = deployment.settings_of(host)
if current_settings is not None:
    given = host.data.get(KEY, False)
    if isinstance(given, bool):
        uninstall(current_settings, remove_data=given)
    else:
        deployment.refuse(host, [f"--data {KEY}: expected true or false, found {given!r}; nothing was changed"])
