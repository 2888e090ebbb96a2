"""Where a server keeps its data, and which of it a start would load."""

import ntpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pyinfra.api import Host

from winfra.facts.files import Item, ItemState, TextFile

# Redis' defaults.
DEFAULTS = {
    "dir": ".",
    "dbfilename": "dump.rdb",
    "appenddirname": "appendonlydir",
    "appendfilename": "appendonly.aof",
    "appendonly": "no",
}
# https://github.com/redis/redis/blob/7.2/src/aof.c: base files and increments; history files are not loaded.
MANIFEST_FILE = re.compile(r'file (?:"([^"]+)"|(\S+)) seq \d+ type ([bi])(?:\s|$)')
INCREMENT = "i"
STAGE = "restore.partial"
"""The folder in that of the data in which a backup becomes the data of a server; it goes when the restore has ended."""
ASIDE = "-before-restore-"
"""What follows the name of the data's folder in that of the folder to which a restore moves what was there."""

# What a start loads: the append-only file of Redis 7 (a folder), that of earlier ones (one file), or the snapshot.
Source = Literal["append_only", "earlier_append_only", "snapshot"]


@dataclass(frozen=True)
class DataPlace:
    """Where a server's data is.

    folder: full path. snapshot_name, append_only_folder_name, append_only_name: dbfilename, appenddirname and
    appendfilename. appendonly: whether it writes, and a start loads, an append-only file.
    """

    folder: str
    snapshot_name: str
    append_only_folder_name: str
    append_only_name: str
    appendonly: bool

    @classmethod
    def of(cls, values: Mapping[str, str], program_folder: str) -> "DataPlace":
        """Return the place by a server's directives, which may leave all of it to the defaults.

        program_folder: a service runs in the folder of its program.
        """
        found = {**DEFAULTS, **{name: value for name, value in values.items() if name in DEFAULTS}}
        folder = ntpath.normpath(ntpath.join(program_folder.replace("/", "\\"), found["dir"]))
        is_on = found["appendonly"].lower() == "yes"
        return cls(folder, found["dbfilename"], found["appenddirname"], found["appendfilename"], is_on)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of files and folders in the folder that are its data."""
        return (self.snapshot_name, self.append_only_folder_name)

    @property
    def manifest(self) -> str:
        """The path of the file that names the files of the append-only file."""
        return f"{self.path('append_only')}\\{self.append_only_name}.manifest"

    def path(self, source: Source) -> str:
        """Return the path of what a start would load."""
        names = {
            "append_only": self.append_only_folder_name,
            "earlier_append_only": self.append_only_name,
            "snapshot": self.snapshot_name,
        }
        return f"{self.folder}\\{names[source]}"

    def is_like(self, other: "DataPlace") -> bool:
        """Whether another one is the same folder with the same names, as Windows compares them."""
        return replace(self, appendonly=False).key == replace(other, appendonly=False).key

    @property
    def key(self) -> tuple[object, ...]:
        """What two places of the same files have in common."""
        names = (self.folder, self.snapshot_name, self.append_only_folder_name, self.append_only_name)
        return (*(name.lower() for name in names), self.appendonly)


@dataclass(frozen=True)
class DataFiles:
    """What stands at a place."""

    place: DataPlace
    snapshot: ItemState
    append_only: ItemState
    earlier_append_only: ItemState
    manifest: ItemState

    @property
    def loaded(self) -> Source | None:
        """What a start loads; with an append-only file it looks at no snapshot, and without any it begins empty."""
        if not self.place.appendonly:
            return "snapshot" if exists(self.snapshot) else None
        if exists(self.manifest):
            return "append_only"
        return "earlier_append_only" if exists(self.earlier_append_only) else None

    @property
    def at_stake(self) -> Source | None:
        """What is the server's data: also a snapshot that its own start would not load."""
        return self.loaded or ("snapshot" if exists(self.snapshot) else None)

    @property
    def present(self) -> tuple[str, ...]:
        """The paths of all that is there."""
        return tuple(
            item["path"] for item in (self.snapshot, self.append_only, self.earlier_append_only) if exists(item)
        )


def exists(item: ItemState) -> bool:
    """Whether something stands at a path."""
    return item["kind"] != "Absent"


def files_at(host: Host, place: DataPlace) -> DataFiles | None:
    """Return what stands at a place; None when that can't be read."""
    paths = (place.path("snapshot"), place.path("append_only"), place.path("earlier_append_only"), place.manifest)
    items = [host.get_fact(Item, path=path) for path in paths]
    return None if None in items else DataFiles(place, *items)


def same_content(host: Host, source: Source, first: DataPlace, second: DataPlace) -> bool:
    """Whether two places have, of what a start loads, the same files with the same content."""
    if source != "append_only":
        hashes = [_hash(host, place.path(source)) for place in (first, second)]
        return None not in hashes and hashes[0] == hashes[1]
    texts = [manifest_text(host, place) for place in (first, second)]
    if texts[0] is None or texts[0] != texts[1]:
        return False
    names = [name for name, _ in manifest_files(texts[0])]
    folders = [place.path(source) for place in (first, second)]
    found = [[_hash(host, f"{folder}\\{name}") for name in names] for folder in folders]
    return None not in found[0] and found[0] == found[1]


def increments(host: Host, place: DataPlace) -> list[ItemState] | None:
    """Return the files that hold what was written since the append-only file was rewritten; None when not known."""
    text = manifest_text(host, place)
    if text is None:
        return None
    names = [name for name, kind in manifest_files(text) if kind == INCREMENT]
    items = [host.get_fact(Item, path=f"{place.path('append_only')}\\{name}") for name in names]
    return None if None in items else items


def append_only_files(host: Host, files: DataFiles) -> list[ItemState] | None:
    """Return the manifest and the files that it has a start load; None when that can't be read."""
    text = manifest_text(host, files.place)
    if text is None:
        return None
    folder = files.place.path("append_only")
    items = [host.get_fact(Item, path=f"{folder}\\{name}") for name, _ in manifest_files(text)]
    return None if None in items else [files.manifest, *items]


def manifest_text(host: Host, place: DataPlace) -> str | None:
    """Return the text that names the files of an append-only file; None when there is none."""
    file = host.get_fact(TextFile, path=place.manifest)
    return None if file is None else file["content"]


def manifest_files(text: str) -> Sequence[tuple[str, str]]:
    """Return name and kind of the files that a manifest has a start load."""
    return list(_manifest_files(text))


def _manifest_files(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        match = MANIFEST_FILE.match(line)
        if match is not None:
            yield match[1] or match[2], match[3]


def _hash(host: Host, path: str) -> str | None:
    item: ItemState | None = host.get_fact(Item, path=path, include_hash=True)
    return None if item is None else item["sha256"]
