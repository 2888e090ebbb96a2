"""The drive C: of a practice host, kept in a folder of the lab's machine.

Names keep their case on disk and are found without regard to it, as on NTFS
(https://learn.microsoft.com/windows/win32/fileio/naming-a-file). To Linux `C:/ProgramData` is a relative path, which is
why a real redis-server started in the host's root understands the configuration deployed to Windows; see `processes`.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

from winlab.windows.errors import (
    ACCESS_DENIED,
    ALREADY_EXISTS,
    DIRECTORY_NOT_EMPTY,
    DISK_FULL,
    FILE_NOT_FOUND,
    INVALID_NAME,
    PATH_NOT_FOUND,
    SHARING_VIOLATION,
    Win32Error,
)

DRIVE = "C:"
"""Name of the only drive, of the folder that holds it, and of the link services need in the folder they run in."""

Kind = Literal["Absent", "File", "Directory"]

# A fresh host has more; these are the ones that a deploy could be pointed at by mistake.
_FOLDERS = (
    *("Windows/Temp", "Windows/System32", "ProgramData", "Users"),
    *("Program Files/Common Files", "Program Files (x86)"),
)
_FORBIDDEN = re.compile(
    # The names of devices, with any extension: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
    r'[<>:"|?*\x00-\x1f]|\A(CON|PRN|AUX|NUL|(COM|LPT)[1-9]) *(\.|\Z)',
    re.IGNORECASE,
)
_GIBIBYTE = 1024**3


class VolumeWatcher(Protocol):
    """Who is told when objects of the volume go or take another's place."""

    def removed(self, path: Path) -> None:
        """Take note that the object and all below it is gone."""

    def moved(self, source: Path, destination: Path) -> None:
        """Take note that the object has another name now."""

    def replaced(self, path: Path) -> None:
        """Take note that new content took the place of the object and keeps its security (ReplaceFile)."""


class Volume:
    """The drive C: of a host. Paths are absolute Windows paths, with either slash and in any case.

    Args:
        root: folder of the host; the drive is its sub-folder `C:`.
        before_change: called before anything is changed; raises where the present process may change nothing any more.

    Attributes:
        capacity_bytes: size of the drive.
        reserved_bytes: what is taken by things the lab does not keep (Windows itself, the page file).
        watchers: told about removals and moves.
        locked_paths: returns the files and folders that running programs hold open.
        before_change: as it was given.
    """

    def __init__(self, root: Path, before_change: Callable[[], None] = lambda: None) -> None:
        self.root = root
        self.before_change = before_change
        self.drive = root / DRIVE
        self.capacity_bytes = 128 * _GIBIBYTE
        self.reserved_bytes = 24 * _GIBIBYTE
        self.watchers: list[VolumeWatcher] = []
        self.locked_paths: Callable[[], frozenset[Path]] = frozenset
        self._held: set[Path] = set()
        self._lock = threading.RLock()
        for folder in _FOLDERS:
            (self.drive / folder).mkdir(parents=True, exist_ok=True)

    # Names

    def local_path(self, path: str) -> Path:
        """Return where a Windows path lies on the lab's machine, whether something is there or not.

        Raises:
            Win32Error: not an absolute path of this drive, or one with illegal characters.
        """
        local = self.drive
        for name in _names(path):
            local = _child(local, name)
        return local

    def windows_path(self, local: Path) -> str:
        """Return the full Windows path of something on the drive."""
        return f"{DRIVE}\\" + "\\".join(local.relative_to(self.drive).parts)

    def full_path(self, path: str) -> str:
        """Return the full Windows path with backslashes, in the case on disk as far as it exists.

        Raises:
            Win32Error: not an absolute path of this drive, or one with illegal characters.
        """
        return self.windows_path(self.local_path(path))

    def without_root(self, text: str) -> str:
        """Return a text in which absolute paths of the lab's machine are Windows' again.

        Redis answers and rewrites its `dir` as an absolute path; a practice host must not show where it lives.
        """
        return text.replace(str(self.drive), DRIVE)

    # Reading

    def kind(self, path: str) -> Kind:
        """Say what is at a path; on another drive that is nothing.

        Raises:
            Win32Error: not an absolute path, or one with illegal characters.
        """
        if _drive_letter(path) != DRIVE:
            return "Absent"
        local = self.local_path(path)
        if local.is_dir():
            return "Directory"
        return "File" if local.is_file() else "Absent"

    @staticmethod
    def is_read_only(local: Path) -> bool:
        """Say whether a file on the lab's machine has the attribute: nobody may write it."""
        return local.is_file() and not local.stat().st_mode & 0o222

    def read_bytes(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return the bytes of a file.

        Args:
            path: the file.
            offset: where to begin, in bytes; beyond the end there is nothing.
            length: how many bytes at most, None for all.

        Raises:
            Win32Error: missing, or a directory.
        """
        local = self._existing_file(path)
        if self._holds_paths(local):
            content = self._shown_content(local)
            return content[offset:] if length is None else content[offset : offset + length]
        with local.open("rb") as stream:
            stream.seek(offset)
            return stream.read() if length is None else stream.read(length)

    def size(self, path: str) -> int:
        """Return the length of a file in bytes.

        Raises:
            Win32Error: missing, or a directory.
        """
        local = self._existing_file(path)
        return len(self._shown_content(local)) if self._holds_paths(local) else local.stat().st_size

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file in lower-case hexadecimal.

        Raises:
            Win32Error: missing, or a directory.
        """
        local = self._existing_file(path)
        if self._holds_paths(local):
            return hashlib.sha256(self._shown_content(local)).hexdigest()
        with local.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def names(self, path: str) -> list[str]:
        """Return the names in a directory, sorted as NTFS does.

        Raises:
            Win32Error: no directory there.
        """
        local = self.local_path(path)
        if not local.is_dir():
            raise Win32Error(PATH_NOT_FOUND, f"Could not find a part of the path '{path}'.")
        return sorted(_visible_names(local), key=str.upper)

    def size_of_directory(self, path: str) -> int:
        """Return the sizes of all files in a directory and below it in bytes; 0 when there is none."""
        return sum(_file_sizes(self.local_path(path))) if self.kind(path) == "Directory" else 0

    @property
    def used_bytes(self) -> int:
        """What lies on the drive, in bytes, with the reserve."""
        return self.reserved_bytes + sum(_file_sizes(self.drive))

    @property
    def free_bytes(self) -> int:
        """What is left of the drive, in bytes."""
        return max(0, self.capacity_bytes - self.used_bytes)

    # Changing

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            self.before_change()
            yield

    def write_bytes(self, path: str, data: bytes) -> None:
        """Write a file, whole; what was there is overwritten in place.

        Raises:
            Win32Error: no such folder, a directory in the way, in use, or the disk is full (then nothing is changed).
        """
        with self._changing():
            target = self._writable_file(path)
            present = target.stat().st_size if target.exists() else 0
            self._require_space(len(data) - present)
            target.write_bytes(data)

    def append_bytes(self, path: str, data: bytes) -> None:
        """Append to a file, which is created when absent.

        Raises:
            Win32Error: no such folder, a directory in the way, in use, or the disk is full (then nothing is changed).
        """
        with self._changing():
            target = self._writable_file(path)
            self._require_space(len(data))
            with target.open("ab") as stream:
                stream.write(data)

    def hold(self, path: str, data: bytes) -> None:
        """Write a file and keep it open so that others may read it only, until `release`.

        Raises:
            Win32Error: it cannot be written, or somebody holds it.
        """
        with self._changing():
            self.write_bytes(path, data)
            self._held.add(self.local_path(path))

    def extend(self, path: str, data: bytes) -> None:
        """Append to a file that the caller holds.

        Raises:
            Win32Error: the disk is full (then nothing is changed).
        """
        with self._changing():
            self._require_space(len(data))
            with self.local_path(path).open("ab") as stream:
                stream.write(data)

    def let_go(self, path: str) -> None:
        """Close a file that is held; it stays."""
        with self._lock:
            self._held.discard(self.local_path(path))

    def release(self, path: str) -> None:
        """Close and remove a file that is held (FILE_FLAG_DELETE_ON_CLOSE)."""
        # Windows itself does it for a process that was ended.
        with self._lock:
            self.let_go(path)
            self._remove(path, recurse=False)

    def make_directory(self, path: str) -> bool:
        """Make sure that a directory and its parents exist; return whether it had to be created.

        Raises:
            Win32Error: a file is in the way.
        """
        with self._changing():
            target = self.local_path(path)
            for place in (target, *target.parents):
                if place == self.root:
                    break
                if place.is_file():
                    found = self.windows_path(place)
                    text = f"Cannot create '{found}' because a file or directory with the same name already exists."
                    raise Win32Error(ALREADY_EXISTS, text)
            created = not target.is_dir()
            target.mkdir(parents=True, exist_ok=True)
            return created

    def remove(self, path: str, *, recurse: bool = False) -> bool:
        """Remove a file or directory; return whether there was one.

        Raises:
            Win32Error: a directory with content without recurse, the drive itself, or something in use.
        """
        with self._changing():
            return self._remove(path, recurse=recurse)

    def _remove(self, path: str, *, recurse: bool) -> bool:
        target = self.local_path(path)
        if not target.exists():
            return False
        self._require_removable(target, recurse=recurse)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()
        for watcher in self.watchers:
            watcher.removed(target)
        return True

    def copy_file(self, path: str, destination: str) -> None:
        """Copy a file, over an existing one if need be; a copied program is a program.

        Raises:
            Win32Error: the source is missing or a directory, or the destination cannot be written.
        """
        # A running server may remove it as soon as it was read.
        mode = self._existing_file(path).stat().st_mode
        self.write_bytes(destination, self.read_bytes(path))
        self.local_path(destination).chmod(mode)

    def move(self, path: str, destination: str) -> None:
        """Give a file or directory another name; it keeps its explicit access entries.

        Raises:
            Win32Error: the source is missing or in use, the destination exists or its folder does not.
        """
        with self._changing():
            source, target = self.local_path(path), self.local_path(destination)
            if not source.exists():
                raise Win32Error(FILE_NOT_FOUND, f"Could not find file '{path}'.")
            if target.exists():
                raise Win32Error(ALREADY_EXISTS, "Cannot create a file when that file already exists.")
            self._require_parent(target, destination)
            self._require_unlocked(source)
            source.rename(target)
            for watcher in self.watchers:
                watcher.moved(source, target)

    def replace(self, path: str, destination: str, backup: str | None = None) -> None:
        """Put a file in the place of another one, which passes on its access entries (File.Replace).

        Args:
            path: the new file.
            destination: the other one.
            backup: what that one is called from then on, instead of a file of this name; None: it goes.

        Source: https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-replacefilew ("the replacement file
        assumes ... attributes ... DACLs").

        Raises:
            Win32Error: one of them is missing, a directory, or in use.
        """
        with self._changing():
            source, target = self._existing_file(path), self._existing_file(destination)
            self._require_unlocked(source)
            self._require_changeable(target)
            if backup is not None:
                kept = self._writable_file(backup)
                kept.unlink(missing_ok=True)
                kept.hardlink_to(target)
            source.replace(target)
            for watcher in self.watchers:
                watcher.removed(source)
                watcher.replaced(target)

    # Checks

    def _existing_file(self, path: str) -> Path:
        local = self.local_path(path)
        if local.is_dir():
            raise Win32Error(ACCESS_DENIED, f"Access to the path '{self.windows_path(local)}' is denied.")
        if not local.is_file():
            self._require_parent(local, path)
            raise Win32Error(FILE_NOT_FOUND, f"Could not find file '{self.windows_path(local)}'.")
        return local

    def _writable_file(self, path: str) -> Path:
        local = self.local_path(path)
        self._require_parent(local, path)
        if local.is_dir():
            raise Win32Error(ACCESS_DENIED, f"Access to the path '{self.windows_path(local)}' is denied.")
        self._require_changeable(local)
        return local

    def _require_changeable(self, local: Path) -> None:
        if self.is_read_only(local):
            raise Win32Error(ACCESS_DENIED, f"Access to the path '{self.windows_path(local)}' is denied.")
        self._require_unlocked(local)

    def _require_parent(self, local: Path, path: str) -> None:
        if not local.parent.is_dir():
            raise Win32Error(PATH_NOT_FOUND, f"Could not find a part of the path '{path}'.")

    def _require_space(self, more_bytes: int) -> None:
        if more_bytes > self.free_bytes:
            raise Win32Error(DISK_FULL, "There is not enough space on the disk.")

    def _require_removable(self, target: Path, *, recurse: bool) -> None:
        if target == self.drive:
            raise Win32Error(ACCESS_DENIED, f"Access to the path '{DRIVE}\\' is denied.")
        if target.is_dir() and not recurse and _visible_names(target):
            found = self.windows_path(target)
            raise Win32Error(DIRECTORY_NOT_EMPTY, f"The directory is not empty. : '{found}'")
        self._require_unlocked(target)

    def _require_unlocked(self, target: Path) -> None:
        if any(locked == target or target in locked.parents for locked in self.locked_paths() | self._held):
            found = self.windows_path(target)
            text = f"The process cannot access the file '{found}' because it is being used by another process."
            raise Win32Error(SHARING_VIOLATION, text)

    def _holds_paths(self, local: Path) -> bool:
        # Only configuration files are rewritten by the servers, and only there an absolute path can come back.
        return local.suffix.lower() == ".conf"

    def _shown_content(self, local: Path) -> bytes:
        return local.read_bytes().replace(str(self.drive).encode(), DRIVE.encode())


def written_path(path: str) -> str:
    """Return the full form of an absolute path, in the case in which it was written, as [IO.Path]::GetFullPath does.

    Source: https://learn.microsoft.com/dotnet/api/system.io.path.getfullpath (it does not look at the disk).

    Raises:
        Win32Error: not an absolute path, or one with illegal characters.
    """
    _drive_letter(path)
    return f"{path[:2]}\\" + "\\".join(_written_names(path))


def _drive_letter(path: str) -> str:
    # The library takes no device path such as \\?\C:\, which would get past its checks.
    if re.match(r"[\\/]{2}[^\\/?.]", path):
        raise Win32Error(PATH_NOT_FOUND, f"The network path was not found: '{path}'.")
    if not re.match(r"[A-Za-z]:[\\/]", path):
        raise Win32Error(INVALID_NAME, f"Expected an absolute path such as C:\\Folder, found '{path}'.")
    return path[:2].upper()


def _names(path: str) -> list[str]:
    if _drive_letter(path) != DRIVE:
        raise Win32Error(PATH_NOT_FOUND, f"Could not find a part of the path '{path}'.")
    return _written_names(path)


def _written_names(path: str) -> list[str]:
    names: list[str] = []
    for written in re.split(r"[\\/]+", path[3:]):
        # Windows resolves `..` in the text, stops at the drive, and drops dots and blanks at the end of a name.
        if written == "..":
            del names[-1:]
            continue
        name = written.rstrip(" .")
        if _FORBIDDEN.search(name):
            raise Win32Error(INVALID_NAME, f"Illegal characters in path '{path}'.")
        if name:
            names.append(name)
    return names


def _child(folder: Path, name: str) -> Path:
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    wanted = name.upper()
    return next((folder / found for found in _visible_names(folder) if found.upper() == wanted), exact)


def _visible_names(folder: Path) -> list[str]:
    return [entry.name for entry in os.scandir(folder) if entry.name != DRIVE]


def _file_sizes(folder: Path) -> Iterator[int]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _file_sizes(Path(entry.path))
        elif not entry.is_symlink():
            # A running server may remove a temporary file meanwhile: then it takes no room.
            with suppress(FileNotFoundError):
                yield entry.stat().st_size
