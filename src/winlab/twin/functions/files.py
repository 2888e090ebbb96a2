"""Twins of the functions about files and directories."""

from datetime import UTC, datetime

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.registry import Output, twin
from winlab.windows.errors import Win32Error
from winlab.windows.files import written_path
from winlab.windows.machine import Machine

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_ENTRIES = 1000
_PROTECTED = (
    *("C:\\Windows", "C:\\Windows\\System32", "C:\\Program Files", "C:\\Program Files (x86)", "C:\\ProgramData"),
    "C:\\Users",
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


@twin("Get-WinProtectedFolder", "Paths")
def get_win_protected_folder(machine: Machine) -> Output:  # noqa: ARG001 - every lab's Windows stands there
    """List the folders that are never removed."""
    return {"Paths": list(_PROTECTED)}


@twin("Remove-WinItem", "Path", "Removed")
def remove_win_item(machine: Machine, *, path: str, recurse: bool = False) -> Output:
    """Remove a file or directory."""
    files = machine.files
    full_path = written_path(path)
    if full_path.upper() in map(str.upper, ("C:\\", *_PROTECTED)):
        text = f"Expected a path that Windows can do without, found '{full_path}'."
        raise TwinError(f"{text} It is refused; give the folder inside it.")
    if files.kind(path) == "Directory" and not recurse and files.names(path):
        text = f"Expected an empty directory at '{full_path}', found entries in it."
        raise TwinError(f"{text} Ask for Recurse to remove them too.")
    return {"Path": full_path, "Removed": files.remove(path, recurse=recurse)}


@twin("Move-WinItem", "Path", "Destination")
def move_win_item(machine: Machine, *, path: str, destination: str) -> Output:
    """Give a file or folder another name or place; here nothing has a file open for a moment only."""
    source, target = written_path(path), written_path(destination)
    try:
        machine.files.move(source, target)
    except Win32Error as error:
        text = f"Expected to move '{source}' to '{target}', found: {error} Both have to be on one volume, and nothing"
        raise TwinError(f"{text} at the second.") from error
    return {"Path": source, "Destination": target}


@twin("Copy-WinFile", "Path", "Destination", sha256=r"^[0-9A-Fa-f]{64}$")
def copy_win_file(machine: Machine, *, path: str, destination: str, sha256: str | None = None) -> Output:
    """Copy a file over another one or to a new name."""
    files = machine.files
    kind = files.kind(path)
    if kind != "File":
        raise TwinError(f"Expected a file to copy at '{written_path(path)}', found: {kind}. Correct the path.")
    if files.kind(destination) == "Directory":
        found = written_path(destination)
        raise TwinError(f"Expected a file or nothing at '{found}', found a directory. Give the name of the copy too.")
    files.copy_file(path, destination)
    found = files.sha256(destination)
    if sha256 and found != sha256.lower():
        target = written_path(destination)
        raise TwinError(f"Expected SHA-256 {sha256.lower()} of the copy '{target}', found {found}. Check the disk.")
    return {"Path": written_path(path), "Destination": written_path(destination)}


@twin("Write-WinFile", "Path", "Sha256")
def write_win_file(machine: Machine, *, path: str, content: SecretStr) -> Output:
    """Write a text file that holds a secret, whole or not at all."""
    files, full_path = machine.files, written_path(path)
    if files.kind(path) == "Directory":
        text = f"Expected a file or nothing at '{full_path}', found a directory. Correct the path."
        raise TwinError(text)
    new = f"{full_path}.new"
    try:
        files.write_bytes(new, content.get_secret_value().encode())
        move_file(machine, new, full_path)
    except Win32Error:
        files.remove(new)
        raise
    return {"Path": full_path, "Sha256": files.sha256(path)}


def move_file(machine: Machine, path: str, destination: str) -> None:
    """Put a file in the place of another one, whose access list stays, or where nothing is (Move-WinFile)."""
    if machine.files.kind(destination) == "Absent":
        machine.files.move(path, destination)
    else:
        machine.files.replace(path, destination)


@twin("Restore-WinFile", "Path", "Restored")
def restore_win_file(machine: Machine, *, path: str, copy: str | None = None) -> Output:
    """Bring back what a file was before it was written."""
    files, full_path = machine.files, written_path(path)
    new = f"{full_path}.new"
    files.remove(new)
    if not copy:
        return {"Path": full_path, "Restored": files.remove(full_path)}
    is_same = files.kind(path) == "File" and files.kind(copy) == "File" and files.sha256(path) == files.sha256(copy)
    if files.kind(copy) != "File" or is_same:
        return {"Path": full_path, "Restored": False}
    files.write_bytes(new, files.read_bytes(copy))
    move_file(machine, new, full_path)
    return {"Path": full_path, "Restored": True}
