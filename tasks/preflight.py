"""Refuse a host that cannot become what its settings say, with all the reasons at once; changes nothing."""

from pyinfra import host, logger

from memurai import host_settings, members
from memurai.checks import certificates, instances, neighbours, ownership, present_data, restores, set_changes
from memurai.checks import host as host_checks
from memurai.exceptions import SettingsError
from memurai.sentinel import listened_ports
from memurai.settings import Settings
from winfra.facts.files import DirectorySize, Item
from winfra.facts.host import HostSummary
from winfra.facts.network import TcpListeners
from winfra.facts.packages import Products, ProductsState
from winfra.operations.packages import comparable


def aside_bytes(settings: Settings, products: ProductsState) -> int | None:
    """Return the size of the data that an upgrade in this run will put aside, None when it could not be read."""
    package = settings.package
    versions = [comparable(product["version"] or "") for product in products["products"]]
    if not versions or versions == [comparable(package.version)]:
        return 0
    beside = neighbours.running(host, package.folder, settings.service.name)
    if beside is None:
        return None
    folders = [settings.storage.data, *(item.data.folder for item in beside.running if item.data)]
    sizes = [host.get_fact(DirectorySize, path=folder) for folder in folders]
    return None if None in sizes else sum(size["size_bytes"] for size in sizes)


def instances_beside() -> dict[str, Settings]:
    """Return the settings of the other instances on this host; one whose data is wrong is only told of."""
    found = host_settings.instances_beside(host)
    for name, other in found.items():
        if isinstance(other, SettingsError):
            count = len(other.problems)
            host.log(f"not compared with {name} on the same host, whose data has {count} error(s)", logger.warning)
    return {name: other for name, other in found.items() if isinstance(other, Settings)}


def problems(settings: Settings) -> list[str]:
    """Return everything that speaks against this host."""
    summary = host.get_fact(HostSummary)
    listeners = [host.get_fact(TcpListeners, port=port) for port in listened_ports(settings)]
    products = host.get_fact(Products, product=settings.package.product)
    folder = host.get_fact(Item, path=settings.storage.data)
    aside = None if products is None else aside_bytes(settings, products)
    others = instances_beside()
    found = [
        *host_checks.package_problems(settings.package),
        *certificates.problems(settings.tls),
        *instances.problems(settings, others),
        *ownership.problems(host, settings),
    ]
    if summary is None or None in listeners or folder is None or aside is None:
        return [*found, "expected to read the state of the host, found an error (above); nothing was changed"]
    if summary["pending_reboot"]:
        host.log(f"a reboot is pending: {', '.join(summary['pending_reboot_reasons'])}", logger.warning)
    if not found:
        for warning in certificates.warnings(settings.tls):
            host.log(warning, logger.warning)
    return [
        *found,
        *host_checks.downgrade_problems(settings.package, products),
        *host_checks.host_problems(settings, summary, folder, others=list(others.values()), aside_bytes=aside),
        *(problem for state in listeners for problem in host_checks.port_problems(settings, state)),
        *(present_data.problems(host, settings) or present_data.upgrade_problems(host, settings)),
        *filter(None, [restores.problem(host, settings)]),
        *set_changes.problems(host, settings),
        *members.problems(host),
    ]


current_settings = host_settings.settings_of(host)
if current_settings is not None and (reasons := problems(current_settings)):
    host_settings.refuse(host, reasons)
