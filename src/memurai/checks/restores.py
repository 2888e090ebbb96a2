"""A restore that was interrupted, as the next run finds it."""

import ntpath

from jinja2 import TemplateError
from pyinfra.api import Host

from memurai import instance
from memurai.checks.present_server import find, same_path
from memurai.config import Document
from memurai.data.place import ASIDE, STAGE, DataPlace, files_at
from memurai.exceptions import ConfigurationError, UnknownServerError
from memurai.rendering import configuration
from memurai.settings import Settings, credentials
from winfra.facts.files import DirectoryEntries, Item
from winfra.facts.services import Service


def problem(host: Host, settings: Settings) -> str | None:
    """Return why a host's service may not be started or made: its data is aside, or half of a backup is in its place.

    None also when the host could not be asked: whoever starts the service asks the same.
    """
    return interruption(host, settings) or _left_aside(host, settings)


def interruption(host: Host, settings: Settings) -> str | None:
    """Return why what the service of a host has is not its data; None, too, without a service."""
    name = settings.service.name
    service = host.get_fact(Service, service=name)
    if service is None or not service["exists"] or service["start_type"] != "Disabled":
        return None
    data = next(
        (place.folder for place in _places(host, settings) if _is_there(host, f"{place.folder}\\{STAGE}")), None
    )
    if data is None:
        return None
    former = "" if same_path(data, settings.storage.data) else " with memurai_storage as it was"
    return (
        f"service {name}: expected it to be startable, found it Disabled and {data}\\{STAGE}: a restore was "
        f"interrupted, and the service would start without its data. Run tasks/restore.py again{former}, which gives "
        f"it the data of a backup. What it had before is in {data}{ASIDE}* and stays there"
    )


def _left_aside(host: Host, settings: Settings) -> str | None:
    """Return that a server which is gone left its data aside; what a complete restore put aside lies beside data."""
    service = host.get_fact(Service, service=settings.service.name)
    if service is None or service["exists"]:
        return None
    for place in _places(host, settings):
        found = [path for path in (f"{place.folder}\\{STAGE}",) if _is_there(host, path)]
        aside = _aside(host, place.folder)
        files = files_at(host, place) if aside and not found else None
        if found or (files is not None and not files.present):
            return (
                f"memurai_storage.data: expected the data of an earlier server in {place.folder}, found "
                f"{', '.join([*found, *aside])}: a restore was interrupted, and a new server would start without that "
                f"data. Move what is in {place.folder}{ASIDE}* back to {place.folder} and delete {STAGE} there; or "
                "give these folders other names when their data is not wanted. Then run again. Nothing was changed."
            )
    return None


def _places(host: Host, settings: Settings) -> list[DataPlace]:
    """Return where the settings have the data, and where the present server has it."""
    persistence = settings.persistence
    data = ntpath.normpath(settings.storage.data)
    names = (persistence.dbfilename, instance.APPEND_ONLY_FOLDER, persistence.appendfilename)
    wanted = DataPlace(data, *names, appendonly=persistence.appendonly)
    try:
        desired = Document.of(configuration.rendered(settings, credentials.resolve(settings)).unmask())
        present = find(host, settings, desired)
    except (UnknownServerError, ConfigurationError, TemplateError):
        # What can't be known of it refuses the host elsewhere.
        present = None
    return [wanted] if present is None or present.filed.is_like(wanted) else [present.filed, wanted]


def _is_there(host: Host, path: str) -> bool:
    item = host.get_fact(Item, path=path)
    return item is not None and item["kind"] != "Absent"


def _aside(host: Host, data: str) -> list[str]:
    """Return the folders with what restores found in that of the data."""
    folder, name = ntpath.split(data)
    found = host.get_fact(DirectoryEntries, path=folder)
    names = [entry["name"] for entry in found["entries"] if entry["kind"] == "Directory"] if found else []
    return [f"{folder}\\{item}" for item in names if item.lower().startswith(f"{name}{ASIDE}".lower())]
