"""Refuse a host that cannot become what its settings say, with all the reasons at once; changes nothing."""

from pyinfra import host, logger

from memurai import deployment, preflight
from memurai.settings import Settings
from winfra.facts.files import Item
from winfra.facts.host import HostSummary
from winfra.facts.network import TcpListeners
from winfra.facts.services import Service


def data_files(settings: Settings) -> preflight.DataFiles | None:
    """Return where data stands, None when it could not be read."""
    found = [host.get_fact(Item, path=path) for path in preflight.data_paths(settings)]
    return None if None in found else preflight.DataFiles(*found)


def problems(settings: Settings) -> list[str]:
    """Return everything that speaks against this host."""
    summary, listeners = host.get_fact(HostSummary), host.get_fact(TcpListeners, port=settings.network.port)
    service = host.get_fact(Service, service=settings.service.name)
    files = data_files(settings)
    found = list(preflight.package_problems(settings.package))
    if summary is None or listeners is None or files is None or service is None:
        return [*found, "expected to read the state of the host, found an error (above); nothing was changed"]
    if summary["pending_reboot"]:
        host.log(f"a reboot is pending: {', '.join(summary['pending_reboot_reasons'])}", logger.warning)
    return [
        *found,
        *preflight.host_problems(settings, summary, files.folder),
        *preflight.port_problems(settings, listeners),
        *preflight.data_problems(settings, files, is_running=service["state"] == "Running"),
    ]


current_settings = deployment.settings_of(host)
if current_settings is not None and (reasons := problems(current_settings)):
    deployment.refuse(host, reasons)
