"""The data of a server that does not run, before it gets an earlier configuration: nobody can tell what it holds."""

from collections.abc import Iterator

from pyinfra.api import Host

from memurai.checks.present_server import UNREAD
from memurai.config import Document
from memurai.data.effects import limits_of
from memurai.data.place import DataPlace, files_at
from memurai.exceptions import ConfigurationError


def problem(host: Host, before: Document, after: Document, program_folder: str) -> str:
    """Return why a stopped server may not get another configuration; empty when its next start loads what it has.

    before, after: the present configuration and the one that is to come. program_folder: where its service runs.
    """
    place = DataPlace.of(before.words, program_folder)
    try:
        found = list(_differences(before, after, program_folder))
    except ConfigurationError as error:
        found = [f"a limit that can't be read ({error})"]
    if not found:
        return ""
    files = files_at(host, place)
    if files is None:
        return UNREAD
    if not files.present:
        return ""
    return (
        f"expected a start to load what the server has ({', '.join(files.present)}), found that the service does not "
        f"run and the other configuration has {', '.join(found)}. Start the service first: its server can then be "
        "asked and switched without a loss. Nothing was changed."
    )


def _differences(before: Document, after: Document, program_folder: str) -> Iterator[str]:
    """Yield what of the other configuration could make a start lose data.

    Raises ConfigurationError at a limit that is no number or size.
    """
    present, other = before.words, after.words
    places = DataPlace.of(present, program_folder), DataPlace.of(other, program_folder)
    if not places[0].is_like(places[1]):
        yield "another place of the data (dir, dbfilename, appenddirname, appendfilename)"
    if places[0].appendonly != places[1].appendonly:
        yield f"appendonly {other.get('appendonly', 'no')}"
    limits = limits_of(present), limits_of(other)
    if limits[1].databases < limits[0].databases:
        yield f"databases {limits[1].databases}"
    if limits[1].maxmemory and not 0 < limits[0].maxmemory <= limits[1].maxmemory:
        yield f"maxmemory {limits[1].maxmemory}"
