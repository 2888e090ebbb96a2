"""Files, folders and their access control lists."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class ItemState(TypedDict):
    """What stands at a path; the size in bytes, the time in UTC."""

    path: str
    kind: Literal["Absent", "File", "Directory"]
    size_bytes: int | None
    last_write_time_utc: str | None
    sha256: str | None


class Item(PowerShellFact[ItemState]):
    """Tell whether a path is a file, a folder or absent.

    path: Windows path. include_hash: read the whole file for its SHA-256.
    """

    shape = ItemState

    def command(self, path: str, include_hash: bool = False) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinItem", {"Path": path, "IncludeHash": include_hash})


@strict_shape
class DirectorySizeState(TypedDict):
    """The sizes of all files in a folder and below it, added up; 0 when there is none."""

    path: str
    size_bytes: int


class DirectorySize(PowerShellFact[DirectorySizeState]):
    """Add up the sizes of all files in a folder."""

    shape = DirectorySizeState

    def command(self, path: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinDirectorySize", {"Path": path})


@strict_shape
class DirectoryEntry(TypedDict):
    """One thing in a folder; a link is a folder that is another place's."""

    name: str
    kind: Literal["File", "Directory", "Link"]


@strict_shape
class DirectoryEntriesState(TypedDict):
    """What stands in a folder, by name: nothing when there is none, a thousand at most; is_complete: whether all."""

    path: str
    entries: list[DirectoryEntry]
    is_complete: bool


class DirectoryEntries(PowerShellFact[DirectoryEntriesState]):
    """List what stands in a folder, not what is further down."""

    shape = DirectoryEntriesState

    def command(self, path: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinDirectoryEntry", {"Path": path})


@strict_shape
class TextFileState(TypedDict):
    """The text of a file, without its byte order mark."""

    path: str
    exists: bool
    content: str | None
    has_byte_order_mark: bool | None
    size_bytes: int | None


class TextFile(PowerShellFact[TextFileState]):
    """Read a text file of up to 1 MiB. Its content is never printed, as it may hold secrets."""

    shape = TextFileState

    def command(self, path: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinTextFile", {"Path": path}, confidential=True)


@strict_shape
class AccessEntryState(TypedDict):
    """One access control entry as the host has it; numbers as in winfra.security.AccessEntry."""

    sid: str
    name: str | None
    type: Literal["Allow", "Deny"]
    rights: int
    inheritance_flags: int
    propagation_flags: int
    inherited: bool


@strict_shape
class AclState(TypedDict):
    """Owner, inheritance and all entries of a file or folder."""

    path: str
    kind: Literal["Absent", "File", "Directory"]
    owner_sid: str | None
    owner_name: str | None
    inheritance_enabled: bool | None
    entries: list[AccessEntryState]


class Acl(PowerShellFact[AclState]):
    """Read the NTFS access control list of a file or folder."""

    shape = AclState

    def command(self, path: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinAcl", {"Path": path})
