"""What a deploy, a rotation and a restore are known to ask a host, from its settings alone.

A fact that is missing here is asked for when it is needed; one too many costs the host a moment. Both show in the count
of requests that they make.
"""

import ntpath
from collections.abc import Iterator

from memurai import folders, jobs
from memurai.data.place import STAGE, DataPlace
from memurai.facts.backups import Backups
from memurai.instance import Instance, backslashes
from memurai.sentinel import Sentinel, listened_ports
from memurai.settings import Settings
from winfra.call import PowerShellCall
from winfra.facts.changes import Changes
from winfra.facts.files import Acl, DirectoryEntries, Item, TextFile
from winfra.facts.firewall import Rule
from winfra.facts.host import HostSummary
from winfra.facts.network import TcpListeners
from winfra.facts.packages import Products
from winfra.facts.services import FolderServices, Service
from winfra.facts.tasks import Task


def deploy_calls(settings: Settings) -> list[PowerShellCall]:
    """Return the calls of the facts of a deploy."""
    return [
        *_server_calls(settings),
        *_host_calls(settings),
        *_file_calls(settings),
        *_data_calls(settings),
        *_job_calls(settings),
        *(_sentinel_calls(settings) if settings.replication.enabled else ()),
    ]


def rotation_calls(settings: Settings) -> list[PowerShellCall]:
    """Return the calls of the facts of a rotation."""
    return [*_server_calls(settings), Item().command(path=jobs.folder(settings))]


def restore_calls(settings: Settings) -> list[PowerShellCall]:
    """Return the calls of the facts of a restore."""
    backups = Backups().command(folder=settings.storage.backup)
    stage = Item().command(path=f"{backslashes(settings.storage.data)}\\{STAGE}")
    return [*_server_calls(settings), HostSummary().command(), backups, stage]


def _server_calls(settings: Settings) -> Iterator[PowerShellCall]:
    here = Instance.of(settings)
    yield Service().command(service=here.service)
    yield Changes().command(folder=here.changes)
    yield TextFile().command(path=here.configuration)


def _sentinel_calls(settings: Settings) -> Iterator[PowerShellCall]:
    here = Sentinel.of(settings)
    yield Service().command(service=here.service)
    yield Changes().command(folder=here.changes)
    yield TextFile().command(path=here.configuration)
    yield Rule().command(rule=here.firewall_rule)


def _host_calls(settings: Settings) -> Iterator[PowerShellCall]:
    here, package = Instance.of(settings), settings.package
    yield HostSummary().command()
    yield from (TcpListeners().command(port=port) for port in listened_ports(settings))
    yield Products().command(product=package.product)
    yield FolderServices().command(folder=package.folder)
    yield Rule().command(rule=here.firewall_rule)
    yield Changes().command(folder=here.product_changes)


def _file_calls(settings: Settings) -> Iterator[PowerShellCall]:
    here, version = Instance.of(settings), settings.package.version
    places = [folder.path for folder in folders.folders(settings)]
    if settings.tls.enabled:
        places.append(folders.tls_folder(settings).path)
    yield from (Acl().command(path=path) for path in (settings.package.folder, *places))
    yield DirectoryEntries().command(path=here.jobs)
    yield Item().command(path=here.package(version), include_hash=True)
    yield TextFile().command(path=here.package_digest(version))
    # As the service's command line spells it.
    yield TextFile().command(path=backslashes(here.configuration))
    yield from (DirectoryEntries().command(path=path) for path in (ntpath.dirname(here.configuration), here.history))
    yield Item().command(path=here.configuration, include_hash=True)
    yield Item().command(path=here.command_line_client)
    yield Item().command(path=here.users_file)


def _data_calls(settings: Settings) -> Iterator[PowerShellCall]:
    place = DataPlace.of(
        {"dir": settings.storage.data, "dbfilename": settings.persistence.dbfilename}, settings.package.folder
    )
    yield Item().command(path=settings.storage.data)
    paths = (place.path("snapshot"), place.path("append_only"), place.path("earlier_append_only"), place.manifest)
    yield from (Item().command(path=path) for path in paths)
    if settings.persistence.appendonly:
        yield TextFile().command(path=place.manifest)


def _job_calls(settings: Settings) -> Iterator[PowerShellCall]:
    folder = jobs.folder(settings)
    for job in jobs.jobs(settings):
        yield Task().command(task=jobs.task_name(settings, job.name))
        modules = (jobs.module_path(settings, name) for name in job.modules)
        files = (*modules, f"{folder}/{job.name}.ps1", f"{folder}/{job.name}.json")
        yield from (Item().command(path=path, include_hash=True) for path in (*files, jobs.secret_path(settings, job)))
    yield from (Item().command(path=f"{folder}/{name}") for name in jobs.FORMER_MODULE)
    if settings.backup.enabled:
        yield Backups().command(folder=settings.storage.backup)
