"""Twins of the functions that put a server's data aside and bring it back."""

from collections.abc import Iterator

from winlab.twin.errors import TwinError
from winlab.twin.functions.files import copy_win_file
from winlab.twin.registry import Output, twin
from winlab.windows.files import written_path
from winlab.windows.machine import Machine

_PARTIAL = ".partial"


@twin("Move-MemuraiData", "DataFolder", "AsideFolder")
def move_memurai_data(
    machine: Machine, *, data_folder: str, aside_folder: str, names: list[str], by_copy: bool = False
) -> Output:
    """Put a stopped server's data into a folder of its own."""
    data, aside = written_path(data_folder), written_path(aside_folder)
    for path in (aside, aside + _PARTIAL):
        if machine.files.kind(path) != "Absent":
            raise TwinError(f"Expected nothing at '{path}', found something. Give another path.")
    _carry(machine, data, aside + _PARTIAL, names, by_copy=by_copy)
    machine.files.move(aside + _PARTIAL, aside)
    return {"DataFolder": data, "AsideFolder": aside}


@twin("Restore-MemuraiData", "DataFolder", "Restored")
def restore_memurai_data(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    data_folder: str,
    aside_folder: str,
    kept_folder: str,
    names: list[str],
    by_copy: bool = False,
) -> Output:
    """Bring back the data that was put aside, and keep what is in its place."""
    files = machine.files
    data, aside, kept = (written_path(path) for path in (data_folder, aside_folder, kept_folder))
    if files.kind(aside + _PARTIAL) == "Directory":
        if not by_copy:
            _carry(machine, aside + _PARTIAL, data, names, by_copy=False)
        files.remove(aside + _PARTIAL, recurse=by_copy)
    is_aside = files.kind(aside) == "Directory"
    is_other = is_aside and (not by_copy or _digests(machine, data, names) != _digests(machine, aside, names))
    if is_other:
        if files.kind(kept) == "Absent":
            _carry(machine, data, kept + _PARTIAL, names, by_copy=by_copy)
            files.move(kept + _PARTIAL, kept)
        for name in names if by_copy else ():
            files.remove(f"{data}\\{name}", recurse=True)
        _carry(machine, aside, data, names, by_copy=by_copy)
    if is_aside:
        files.move(aside, aside + _PARTIAL)
        files.remove(aside + _PARTIAL, recurse=by_copy)
    if files.kind(kept) == "Directory" and not files.names(kept):
        files.remove(kept)
    return {"DataFolder": data, "Restored": is_other}


def _carry(machine: Machine, folder: str, destination: str, names: list[str], *, by_copy: bool) -> None:
    files = machine.files
    files.make_directory(destination)
    if by_copy:
        for path, digest in _digests(machine, folder, names).items():
            files.make_directory(f"{destination}{path}".rpartition("\\")[0])
            copy_win_file(machine, path=f"{folder}{path}", destination=f"{destination}{path}", sha256=digest)
        return
    for name in names:
        if files.kind(f"{folder}\\{name}") != "Absent":
            files.move(f"{folder}\\{name}", f"{destination}\\{name}")


def _digests(machine: Machine, folder: str, names: list[str]) -> dict[str, str]:
    """Return the SHA-256 of each file of a server's data by its path in the folder."""
    paths = [path for name in names for path in _files_of(machine, f"{folder}\\{name}")]
    return {path.removeprefix(folder): machine.files.sha256(path) for path in paths}


def _files_of(machine: Machine, path: str) -> Iterator[str]:
    kind = machine.files.kind(path)
    if kind == "File":
        yield path
    elif kind == "Directory":
        for name in machine.files.names(path):
            yield from _files_of(machine, f"{path}\\{name}")
