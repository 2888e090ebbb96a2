"""A restore that was interrupted, as the next run finds it."""

from pyinfra.api import Host

from memurai.settings import Settings
from winfra.facts.files import Item
from winfra.facts.services import Service

STAGE = "restore.partial"
"""The folder in that of the data from which a restore takes the backup; it goes when the restore has ended."""


def interruption(host: Host, settings: Settings) -> str | None:
    """Return why a host's service may not be started: its data is aside, or half of a backup is in its place.

    None also when the host could not be asked: whoever starts the service asks the same.
    """
    name, data = settings.service.name, settings.storage.data
    service = host.get_fact(Service, service=name)
    if service is None or service["start_type"] != "Disabled":
        return None
    stage = host.get_fact(Item, path=f"{data}/{STAGE}")
    if stage is None or stage["kind"] == "Absent":
        return None
    return (
        f"service {name}: expected it to be startable, found it Disabled and {data}/{STAGE}: a restore was "
        f"interrupted, and the service would start without its data. Run tasks/restore.py again, which gives it the "
        f"data of a backup. What it had before is in {data}-before-restore-* and stays there"
    )
