"""What on a host is ours to change: folders, the service and the scheduled tasks. Whatever is another's is refused.

A folder is ours when there is none yet or nothing in it, when everything in it bears a name that the deploy or the
server gives (instance.py), or when it has the access that only the deploy gives. Names alone prove nothing where every
server gives the same, and nothing at all makes a folder ours that another service uses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PureWindowsPath

from pyinfra.api import Host

from memurai import folders, host_settings, jobs, sentinel
from memurai.checks import neighbours
from memurai.folders import FolderAccess
from memurai.instance import Instance
from memurai.settings import Settings
from winfra import known_names
from winfra.facts.files import Acl, AclState, DirectoryEntries, DirectoryEntriesState
from winfra.facts.services import Service, ServiceState
from winfra.facts.tasks import Task, TaskState
from winfra.operations.files import explicit_entries
from winfra.operations.services import foreign_problem
from winfra.security import TRUSTED_INSTALLER, service_sid

# The SIDs of services and their virtual accounts.
SERVICE_SID = "S-1-5-80-"
# What stands in these bears the same names for every server: dump.rdb, server.key.
NAMED_BY_ALL = ("data", "certificate")
UNREADABLE = "expected to read what is on the host already, found an error (above); nothing was changed"
MOST_SHOWN = 5


def problems(host: Host, settings: Settings) -> list[str]:
    """Return everything that a deploy would take from somebody else on this host."""
    found = [*folder_problems(host, settings), *service_problems(host, settings), *task_problems(host, settings)]
    return list(dict.fromkeys(found))


def settings_of(host: Host) -> Settings | None:
    """Return the settings of a host whose service is ours or not there yet, as host_settings.settings_of does.

    For what stops, starts or changes the service and may run without the preflight before it.
    """
    settings = host_settings.settings_of(host)
    reasons = [] if settings is None else service_problems(host, settings)
    if reasons:
        host_settings.refuse(host, reasons)
        return None
    return settings


def folder_problems(host: Host, settings: Settings) -> list[str]:
    """Return the folders of somebody else that would be given other access."""
    others = [item for item in host_settings.instances_beside(host).values() if isinstance(item, Settings)]
    places = neighbours.places(host, settings.package.folder)
    product = host.get_fact(Acl, path=settings.package.folder)
    if places is None or product is None:
        return [UNREADABLE]
    own = [path for name, used in places.items() if _is_own(settings, name) for path in used]
    found = [
        *(use_problem(settings, folder, places) for folder in folders.folders(settings)),
        *(_folder_problem(host, settings, folder, others, own) for folder in _folders(settings)),
        owner_problem("memurai_package.folder", product),
    ]
    return list(dict.fromkeys(problem for problem in found if problem))


def _is_own(settings: Settings, service: str) -> bool:
    return service.lower() in [name.lower() for name in sentinel.services(settings)]


def _folders(settings: Settings) -> tuple[FolderAccess, ...]:
    tls = [folders.tls_folder(settings)] if settings.tls.enabled else []
    return (*folders.folders(settings), *tls)


def use_problem(
    settings: Settings, folder: FolderAccess, places: Mapping[str, Sequence[PureWindowsPath]]
) -> str | None:
    """Return that another service of the product has its configuration or data in a folder.

    places: the folders that each service uses. Those of other instances may stand in the base folder.
    """
    path = PureWindowsPath(folder.path)
    for name, used in places.items():
        inside = [item for item in used if item == path or (folder.what != "base" and item.is_relative_to(path))]
        if inside and not _is_own(settings, name):
            return (
                f"{folder.setting}: expected a folder that no other service uses, found {path}, where the service "
                f"{name} has its configuration or data ({inside[0]}); choose other folders (memurai_storage) for the "
                f"service {settings.service.name}, or, when it is the same server, give it its name, {name}"
            )
    return None


def _folder_problem(
    host: Host, settings: Settings, folder: FolderAccess, others: Sequence[Settings], own: Sequence[PureWindowsPath]
) -> str | None:
    """Return why a folder is not ours.

    own: the folders in which the present server of our service has its configuration and data.
    """
    acl = host.get_fact(Acl, path=folder.path)
    if acl is None:
        return UNREADABLE
    is_made = is_made_by_deploy(settings, folder, acl)
    # Administrators give their folders of scripts the same access, and a script of theirs may have the name of ours.
    if acl["kind"] != "Directory" or (is_made and folder.what != "job"):
        return owner_problem(folder.setting, acl)
    found = host.get_fact(DirectoryEntries, path=folder.path)
    if found is None:
        return UNREADABLE
    known = folders.known_names(folder, _names(found))
    if is_made and known:
        return None
    names = folders.base_names(settings, *others) if folder.what == "base" else known
    is_proven = _is_private(settings, folder, acl) or _is_used(folder, own)
    return (
        owner_problem(folder.setting, acl)
        or (None if is_proven else access_problem(folder.setting, acl))
        or content_problem(folder.setting, found, names)
        or (None if is_proven else proof_problem(settings, folder, found))
    )


def _names(found: DirectoryEntriesState) -> list[str]:
    return [entry["name"] for entry in found["entries"]]


def _is_used(folder: FolderAccess, own: Sequence[PureWindowsPath]) -> bool:
    path = PureWindowsPath(folder.path)
    return (path.parent if folder.what == "certificate" else path) in own


def access_problem(setting: str, acl: AclState) -> str | None:
    """Return that another service was given access to a folder that our service has none to."""
    entries = (entry for entry in acl["entries"] if not entry["inherited"] and entry["sid"].startswith(SERVICE_SID))
    entry = next(entries, None)
    return entry and (
        f"{setting}: expected a folder of its own, found {acl['path']}, to which another service has access "
        f"({entry['name'] or 'one that is no more'}, {entry['sid']}) and would lose it; choose another folder, or, "
        "when it is the same server, give it its former name (memurai_service.name)"
    )


def proof_problem(settings: Settings, folder: FolderAccess, found: DirectoryEntriesState) -> str | None:
    """Return that nothing shows that what stands in a folder is this server's, because any server's looks the same."""
    if folder.what not in NAMED_BY_ALL or not found["entries"]:
        return None
    names = ", ".join(_names(found)[:MOST_SHOWN])
    return (
        f"{folder.setting}: expected a folder that is not there yet, is empty or was made by the deploy, found "
        f"{found['path']} with {names} in it, but without the access that the deploy gives: it may be another "
        f"server's. Choose another folder; when it is data of the service {settings.service.name}, run "
        "tasks/storage.py, copy it into the new folder while no server uses either, and deploy"
    )


def is_made_by_deploy(settings: Settings, folder: FolderAccess, acl: AclState) -> bool:
    """Whether a folder has the access that the deploy gives, or what nobody else gives: an entry of a service of ours.

    Where the service has none, the whole list must be the deploy's: to SYSTEM and Administrators alone others give
    theirs, too.
    """
    entries = set(explicit_entries(acl))
    if acl["inheritance_enabled"] or acl["owner_sid"] != folder.access.owner:
        return False
    ours = {service_sid(name) for name in sentinel.services(settings)}
    return entries == set(folder.access.entries) or any(entry.sid in ours for entry in entries)


def owner_problem(setting: str, acl: AclState) -> str | None:
    """Return that a folder is one of Windows' own, or that it is none."""
    path = acl["path"]
    if acl["kind"] == "File":
        return f"{setting}: {path}: expected a folder or nothing, found a file. Move it away and run again."
    if acl["owner_sid"] == TRUSTED_INSTALLER:
        return (
            f"{setting}: expected a folder of its own, found {path}, which is one of Windows' own (its owner is "
            "TrustedInstaller); choose another folder"
        )
    return None


def content_problem(setting: str, found: DirectoryEntriesState, names: Sequence[str]) -> str | None:
    """Return what of somebody else stands in a folder that is to be ours alone."""
    foreign = [entry["name"] for entry in found["entries"] if not known_names.is_known(entry, names)]
    if not foreign:
        return None
    more = f" and {len(foreign) - MOST_SHOWN} more" if len(foreign) > MOST_SHOWN else ""
    more = more if found["is_complete"] else " and more"
    return (
        f"{setting}: expected a folder of its own, which is not there yet, is empty or was made by the deploy, found "
        f"{found['path']} with {', '.join(foreign[:MOST_SHOWN])}{more} in it, which would lose the access it has; "
        "choose another folder, or, when nothing uses them any more, move them out of it"
    )


def service_problems(host: Host, settings: Settings) -> list[str]:
    """Return that the service, or that of the Sentinel beside it, is somebody else's."""
    found = [host.get_fact(Service, service=name) for name in sentinel.services(settings)]
    return [
        problem for state in found if (problem := UNREADABLE if state is None else service_problem(settings, state))
    ]


def service_problem(settings: Settings, found: ServiceState) -> str | None:
    """Return that a service runs another program than the product's."""
    problem = foreign_problem(found, Instance.of(settings).program)
    return problem and (
        f"memurai_service.name: {problem}; choose another name, or, when it is Memurai in another folder, give that "
        "folder as memurai_package.folder"
    )


def task_problems(host: Host, settings: Settings) -> list[str]:
    """Return the scheduled tasks of somebody else that have the names of ours."""
    found = [(job, host.get_fact(Task, task=jobs.task_name(settings, job.name))) for job in jobs.jobs(settings)]
    return [
        problem
        for job, state in found
        if (problem := UNREADABLE if state is None else task_problem(settings, job, state))
    ]


def task_problem(settings: Settings, job: jobs.Job, found: TaskState) -> str | None:
    """Return that a task neither says that it is ours nor runs the script of its job; its arguments are not shown."""
    place = rf'"[^"]*\\{PureWindowsPath(jobs.folder(settings)).name}\\{job.name}'
    command = re.compile(rf'-File {place}\.ps1" -SettingsPath {place}\.json"', re.IGNORECASE)
    is_ours = found["description"] == job.description or command.search(found["arguments"] or "") is not None
    if not found["exists"] or is_ours:
        return None
    return (
        f"memurai_service.name: expected no scheduled task {jobs.task_name(settings, job.name)}, or the deploy's, "
        f"which runs {job.name}.ps1 with its settings, found one that runs {found['execute'] or 'something else'}: it "
        "is another's and stays as it is; choose another name, or rename that task"
    )


def removable(host: Host, settings: Settings) -> tuple[list[FolderAccess], list[str]]:
    """Return the folders from which what the deploy made may be removed, and why of the others nothing is."""
    ours, reasons = [], []
    for folder in folders.removable_folders(settings):
        acl = host.get_fact(Acl, path=folder.path)
        if acl is None or acl["kind"] != "Directory" or _is_private(settings, folder, acl):
            found = host.get_fact(DirectoryEntries, path=folder.path)
            ours.append(replace(folder, names=folders.known_names(folder, _names(found) if found else ())))
        else:
            reasons.append(
                f"folder {folder.path} stays as it is: expected one with the access that the deploy gives, found "
                "another's; if it is a deployed server's, run tasks/storage.py first, which mends it"
            )
    return ours, reasons


def _is_private(settings: Settings, folder: FolderAccess, acl: AclState) -> bool:
    """Whether a folder has the access that the deploy gives, and perhaps more by hand."""
    more = set(explicit_entries(acl)) >= set(folder.access.entries)
    is_protected = not acl["inheritance_enabled"] and acl["owner_sid"] == folder.access.owner
    return is_made_by_deploy(settings, folder, acl) or (is_protected and more)
