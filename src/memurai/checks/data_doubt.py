"""A server that does not run and has both an append-only file and a snapshot: which of them is its data.

Its configuration says which one a start loads, not which one it wrote last: that may have been changed by hand, in the
file or in the server while it ran. Where the times speak against the configuration, only an operator knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyinfra.api import Host

from memurai.checks.data_ways import RULE, DataMove, aside_command
from memurai.data.place import DataFiles, Source, append_only_files, exists
from memurai.exceptions import UnknownServerError
from winfra.facts.files import ItemState

# A snapshot of a server that writes an append-only file too is newer than that by as long as nothing was written: of
# the save points that Redis has by default, the longest is a quarter of an hour.
IDLE = timedelta(minutes=16)
# What a snapshot says of the server, besides its data.
HEADER_BYTES = 512


@dataclass(frozen=True)
class Copy:
    """One of the two: where it stands, its size in bytes, and when it was written last."""

    path: str
    size: int
    written: datetime

    @classmethod
    def of(cls, path: str, items: list[ItemState]) -> "Copy":
        """Return it by its files, of which there is at least one."""
        times = [item["last_write_time_utc"] for item in items]
        written = max(datetime.fromisoformat(time).astimezone(UTC) for time in times if time)
        return cls(path, sum(item["size_bytes"] or 0 for item in items), written)

    def __str__(self) -> str:
        """Return what an operator needs to know it again."""
        return f"{self.path} ({self.size} bytes, written last at {self.written:%Y-%m-%dT%H:%M:%SZ})"


@dataclass(frozen=True)
class NamedBy:
    """What says which of the two a start loads, and how it comes to say the append-only file."""

    what: str
    to_append_only: str


BY_SETTINGS = NamedBy(
    "memurai_persistence.appendonly", 'on this machine: set "appendonly": True in memurai_persistence'
)


def problems(host: Host, move: DataMove) -> Iterator[str]:
    """Yield that it is not known what the data of a server that does not run is."""
    present = move.present
    named_by = NamedBy(
        f"the configuration {present.configuration} of the service {present.service}",
        f"on the host: write appendonly yes into {present.configuration}",
    )
    yield from found_problems(host, move.files, named_by)


def found_problems(host: Host, files: DataFiles, named_by: NamedBy) -> Iterator[str]:
    """Yield that it is not known which of some files is the data."""
    source: Source = "append_only" if exists(files.manifest) else "earlier_append_only"
    path = files.place.path(source)
    items = append_only_files(host, files) if exists(files.manifest) else [files.earlier_append_only]
    if items is None:
        raise UnknownServerError(f"expected to read the append-only file {path}, found an error; nothing was changed")
    written = [item for item in items if exists(item)]
    if not written:
        return
    append_only = Copy.of(path, written)
    if exists(files.snapshot):
        snapshot = Copy.of(files.place.path("snapshot"), [files.snapshot])
        if is_doubtful(append_only, snapshot, appendonly=files.place.appendonly):
            yield _either(append_only, snapshot, named_by, appendonly=files.place.appendonly)
    elif append_only.size > HEADER_BYTES and not files.place.appendonly:
        yield _unnamed(append_only, named_by)


def is_doubtful(append_only: Copy, snapshot: Copy, *, appendonly: bool) -> bool:
    """Whether the one that the configuration names may be older than the other, and lack what that one has."""
    if not appendonly:
        return append_only.written > snapshot.written
    return snapshot.written > append_only.written and (
        snapshot.written - append_only.written > IDLE or snapshot.size > append_only.size + HEADER_BYTES
    )


def _either(append_only: Copy, snapshot: Copy, named_by: NamedBy, *, appendonly: bool) -> str:
    named, other = ("append-only file", "snapshot") if appendonly else ("snapshot", "append-only file")
    reason = (
        f"memurai_storage.data: expected the {named}, which {named_by.what} names, to be the data of this server, "
        f"which does not run and can't be asked, found the {other} newer: {append_only} and {snapshot}. One of them "
        f"may lack what the other has. {RULE} Which one is wanted can't be known from here; nothing writes to what "
        "gets another name:"
    )
    return _choice(reason, append_only, f"on the host: {aside_command(snapshot.path)}" if appendonly else "", named_by)


def _unnamed(append_only: Copy, named_by: NamedBy) -> str:
    reason = (
        f"memurai_storage.data: expected {named_by.what} to name the data of this server, which does not run and can't "
        f"be asked, found an append-only file that it does not name, {append_only}, and no snapshot beside it: the "
        f"server would start empty. {RULE} Whether it is wanted can't be known from here:"
    )
    return _choice(reason, append_only, "", named_by)


def _choice(reason: str, append_only: Copy, to_append_only: str, named_by: NamedBy) -> str:
    """Return a reason with the two ways on."""
    ways = (
        f"      For the append-only file, {to_append_only or named_by.to_append_only}; then deploy again",
        f"      For a start without it, on the host: {aside_command(append_only.path)}; then deploy again",
    )
    return "\n".join([reason, *ways])
