"""Twins of the functions about files and directories."""

from datetime import UTC, datetime

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.registry import Output, twin
from winlab.windows.files import written_path
from winlab.windows.machine import Machine

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_ENTRIES = 1000
_PROTECTED = (
    *("C:\\", "C:\\Windows", "C:\\Windows\\System32", "C:\\Users"),
    *("C:\\Program Files", "C:\\Program Files (x86)", "C:\\ProgramData"),
)


@twin("Get-WinItem", "Path", "Kind", "SizeBytes", "LastWriteTimeUtc", "Sha256")
def get_win_item(machine: Machine, *, path: str, include_hash: bool = False) -> Output:
    """Return what is at a path."""
    files = machine.files
    kind = files.kind(path)
    is_file = kind == "File"
    modified = None
    if kind != "Absent":
        modified = iso_time(datetime.fromtimestamp(files.local_path(path).stat().st_mtime, UTC))
    return {
        "Path": written_path(path),
        "Kind": kind,
        "SizeBytes": files.size(path) if is_file else None,
        "LastWriteTimeUtc": modified,
        "Sha256": files.sha256(path) if is_file and include_hash else None,
    }


@twin("Get-WinDirectorySize", "Path", "SizeBytes")
def get_win_directory_size(machine: Machine, *, path: str) -> Output:
    """Add up the sizes of all files in a directory."""
    return {"Path": written_path(path), "SizeBytes": machine.files.size_of_directory(path)}


@twin("Get-WinDirectoryEntry", "Path", "Entries", "IsComplete")
def get_win_directory_entry(machine: Machine, *, path: str) -> Output:
    """List what stands in a directory."""
    files = machine.files
    names = files.names(path) if files.kind(path) == "Directory" else []
    return {
        "Path": written_path(path),
        "Entries": [{"Name": name, "Kind": _entry_kind(machine, f"{path}/{name}")} for name in names[:_MOST_ENTRIES]],
        "IsComplete": len(names) <= _MOST_ENTRIES,
    }


def _entry_kind(machine: Machine, path: str) -> str:
    kind = machine.files.kind(path)
    return "Link" if kind == "Directory" and machine.files.local_path(path).is_symlink() else kind


@twin(
    "Get-WinTextFile",
    "Path",
    "Exists",
    "Content",
    "HasByteOrderMark",
    "SizeBytes",
    maximum_bytes=range(1073741825),
)
def get_win_text_file(machine: Machine, *, path: str, maximum_bytes: int = 1048576) -> Output:
    """Return the text of a file."""
    files = machine.files
    kind = files.kind(path)
    if kind == "Absent":
        return _text_file(written_path(path), None)
    full_path = written_path(path)
    if kind == "Directory":
        raise TwinError(f"Expected a text file at '{full_path}', found a directory. Give the path of a file.")
    size = files.size(path)
    if size > maximum_bytes:
        raise TwinError(f"Expected at most {maximum_bytes} bytes in '{full_path}', found {size}. Read it in parts.")
    return _text_file(full_path, files.read_bytes(path))


def _text_file(path: str, data: bytes | None) -> Output:
    if data is None:
        return {"Path": path, "Exists": False, "Content": None, "HasByteOrderMark": None, "SizeBytes": None}
    try:
        content = data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError:
        text = f"Expected text in UTF-8 in '{path}', found other bytes. Save the file in UTF-8, or correct the path."
        raise TwinError(text) from None
    return {
        "Path": path,
        "Exists": True,
        "Content": content,
        "HasByteOrderMark": data.startswith(_BYTE_ORDER_MARK),
        "SizeBytes": len(data),
    }


@twin("New-WinDirectory", "Path", "Created")
def new_win_directory(machine: Machine, *, path: str) -> Output:
    """Make sure that a directory exists."""
    if machine.files.kind(path) == "File":
        found = written_path(path)
        text = f"Expected a directory or nothing at '{found}', found a file."
        raise TwinError(f"{text} Remove it or choose another path.")
    created = machine.files.make_directory(path)
    return {"Path": written_path(path), "Created": created}


@twin("Remove-WinItem", "Path", "Removed")
def remove_win_item(machine: Machine, *, path: str, recurse: bool = False) -> Output:
    """Remove a file or directory."""
    files = machine.files
    full_path = written_path(path)
    if full_path.upper() in map(str.upper, _PROTECTED):
        text = f"Expected a path that Windows can do without, found '{full_path}'."
        raise TwinError(f"{text} It is refused; give the folder inside it.")
    if files.kind(path) == "Directory" and not recurse and files.names(path):
        text = f"Expected an empty directory at '{full_path}', found entries in it."
        raise TwinError(f"{text} Ask for Recurse to remove them too.")
    return {"Path": full_path, "Removed": files.remove(path, recurse=recurse)}


@twin("Copy-WinFile", "Path", "Destination")
def copy_win_file(machine: Machine, *, path: str, destination: str) -> Output:
    """Copy a file over another one or to a new name."""
    files = machine.files
    kind = files.kind(path)
    if kind != "File":
        raise TwinError(f"Expected a file to copy at '{written_path(path)}', found: {kind}. Correct the path.")
    if files.kind(destination) == "Directory":
        found = written_path(destination)
        raise TwinError(f"Expected a file or nothing at '{found}', found a directory. Give the name of the copy too.")
    files.copy_file(path, destination)
    return {"Path": written_path(path), "Destination": written_path(destination)}
