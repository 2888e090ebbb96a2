"""Remove what the deploy made, and keep what can't be made again: `pyinfra inventories/prod.py tasks/uninstall.py`.

Data, logs, configuration and its history stay, so that a deploy brings the server back with its data.
`--data remove_data=true` removes them too, by the names that the deploy and the server give; what bears another name
stays, and its folder. Backups stay in any case, and the product while another instance uses it.
"""

from pyinfra import host, logger

from memurai import deploys, host_settings, jobs, options
from memurai.checks import ownership, restores
from memurai.instance import Instance
from memurai.operations import product, server, service
from memurai.sentinel import Sentinel
from memurai.settings import Settings
from winfra.operations import files, firewall, tasks


def uninstall(settings: Settings, *, remove_data: bool) -> None:
    """Remove the server from the outside in: first nobody comes in any more, last what it stood on goes."""
    storage, package = settings.storage, settings.package
    firewall.rule(name="No firewall rule", rule=Instance.of(settings).firewall_rule, present=False)
    if settings.replication.enabled:
        deploys.no_sentinel(Sentinel.of(settings))
    if not remove_data:
        server.saved(
            name="Data is saved",
            service=settings.service.name,
            configuration=Instance.of(settings).configuration,
            command_line_client=Instance.of(settings).command_line_client,
            timeout_seconds=settings.service.ready_timeout_seconds,
        )
    # After what may refuse to go on: a server that stays keeps its backups.
    for job in host.loop(jobs.jobs(settings)):
        tasks.task(name=f"No scheduled task: {job.name}", task=jobs.task_name(settings, job.name), present=False)
        files.absent(name=f"No password: {job.name}", path=jobs.secret_path(settings, job))
    # It was in use since it saved.
    service.removed(name="No service", instance=Instance.of(settings), saving=not remove_data)
    product.removed(
        name="No product",
        product=package.product,
        instance=Instance.of(settings),
        # The log of the removal stays where it can.
        logs=storage.backup if remove_data else storage.install,
        license_file=Instance.of(settings).license_file if package.license_file is not None else None,
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
    given = host.data.get(options.REMOVE_DATA, False)
    wrong = (
        []
        if isinstance(given, bool)
        else [f"--data {options.REMOVE_DATA}: expected true or false, found {given!r}; nothing was changed"]
    )
    problems = [
        *wrong,
        *ownership.task_problems(host, current_settings),
        *filter(None, [restores.interruption(host, current_settings)]),
    ]
    if problems:
        host_settings.refuse(host, problems)
    else:
        uninstall(current_settings, remove_data=given)
