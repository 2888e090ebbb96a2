"""Access control of a practice host's drive, as NTFS does it.

Each object has an owner and explicit entries; inherited ones are computed when they are asked for, from the folders
above, up to one that is protected. How an entry is inherited: MS-DTYP 2.5.3.4 (CreateSecurityDescriptor, ComputeACL)
and https://learn.microsoft.com/windows/win32/secauthz/ace-inheritance-rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from winlab.windows.accounts import (
    ADMINISTRATORS,
    CREATOR_OWNER,
    EVERYONE,
    SYSTEM,
    TRUSTED_INSTALLER,
    USERS,
    is_sid,
)
from winlab.windows.errors import FILE_NOT_FOUND, INVALID_PARAMETER, LabLimitError, Win32Error
from winlab.windows.files import Volume

# FileSystemRights: https://learn.microsoft.com/dotnet/api/system.security.accesscontrol.filesystemrights
WRITE_DATA = 0x2
APPEND_DATA = 0x4
WRITE_EXTENDED_ATTRIBUTES = 0x10
EXECUTE = 0x20
WRITE_ATTRIBUTES = 0x100
READ = 0x20089
READ_AND_EXECUTE = 0x200A9
MODIFY = 0x301BF
FULL_CONTROL = 0x1F01FF
SYNCHRONIZE = 0x100000

# ACCESS_MASK: https://learn.microsoft.com/windows/win32/secauthz/access-mask-format
GENERIC_READ = 0x80000000
GENERIC_WRITE = 0x40000000
GENERIC_EXECUTE = 0x20000000
GENERIC_ALL = 0x10000000
# https://learn.microsoft.com/windows/win32/fileio/file-security-and-access-rights
_GENERIC = {
    GENERIC_READ: 0x120089,
    GENERIC_WRITE: 0x120116,
    GENERIC_EXECUTE: 0x1200A0,
    GENERIC_ALL: FULL_CONTROL,
}

CONTAINER_INHERIT = 1
OBJECT_INHERIT = 2
BOTH_INHERIT = 3
NO_PROPAGATE = 1
INHERIT_ONLY = 2


@dataclass(frozen=True)
class AccessEntry:
    """One access control entry.

    Attributes:
        sid: whom it is about.
        type: whether it allows or denies.
        rights: FileSystemRights mask, unsigned 32 bits.
        inheritance_flags: 0 this object only, 1 sub-folders too, 2 files too, 3 both.
        propagation_flags: 0, 1 children only once, 2 children only, 3 both.
        inherited: whether it comes from a folder above.
    """

    sid: str
    type: Literal["Allow", "Deny"]
    rights: int
    inheritance_flags: int = 0
    propagation_flags: int = 0
    inherited: bool = False


@dataclass(frozen=True)
class SecurityDescriptor:
    """Owner and access entries of an object, as they apply.

    Attributes:
        owner: SID.
        inheritance_enabled: False for a protected list, which takes nothing from above.
        entries: explicit ones first, each part with denials first (canonical order).
    """

    owner: str
    inheritance_enabled: bool
    entries: tuple[AccessEntry, ...]


@dataclass(frozen=True)
class _Explicit:
    inode: int
    owner: str
    protected: bool
    entries: tuple[AccessEntry, ...]


class SecurityModel:
    """The owners and access entries of all objects on a volume.

    Args:
        volume: the drive; the model follows its removals and moves.
    """

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._explicit: dict[str, _Explicit] = {}
        volume.watchers.append(self)
        for path, owner, entries in _default_security():
            self._store(volume.local_path(path), owner, protected=True, entries=entries)

    def descriptor(self, path: str) -> SecurityDescriptor:
        """Return owner and entries of an object.

        Raises:
            Win32Error: nothing is there.
        """
        local = self._volume.local_path(path)
        if not local.exists():
            raise _missing(path)
        return self._descriptor(local)

    def set(self, path: str, *, owner: str, inheritance_enabled: bool, entries: Sequence[AccessEntry]) -> None:
        """Make owner, inheritance and the explicit entries of an object exactly these.

        Args:
            path: absolute Windows path.
            owner: SID.
            inheritance_enabled: whether entries of the folders above apply too.
            entries: the explicit entries.

        Raises:
            Win32Error: nothing is there, or an entry that Windows does not take.
            LabLimitError: generic rights or none at all, which Windows changes before it stores them.
        """
        local = self._volume.local_path(path)
        if not local.exists():
            raise _missing(path)
        _require_sid(owner)
        for entry in entries:
            _require_valid(entry, is_file=local.is_file())
        kept = dict.fromkeys(replace(entry, inherited=False) for entry in entries)
        self._store(local, owner, protected=not inheritance_enabled, entries=tuple(kept))

    def allows(self, path: str, sids: Iterable[str], rights: int) -> bool:
        """Say whether an account has all of these rights on an existing object.

        Source of the order: https://learn.microsoft.com/windows/win32/secauthz/how-dacls-control-access-to-an-object

        Args:
            path: absolute Windows path.
            sids: the account's own SID and those of its groups.
            rights: FileSystemRights mask.
        """
        token = frozenset(sids)
        missing = rights
        for entry in self.descriptor(path).entries:
            if entry.propagation_flags & INHERIT_ONLY or entry.sid not in token:
                continue
            mask = _mapped(entry.rights)
            if entry.type == "Deny" and mask & missing:
                return False
            if entry.type == "Allow":
                missing &= ~mask
            if not missing:
                return True
        return False

    # What the volume tells

    def removed(self, path: Path) -> None:
        """Forget an object and all below it."""
        for key in self._keys_below(path):
            del self._explicit[key]

    def moved(self, source: Path, destination: Path) -> None:
        """Keep the explicit entries of an object under its new name."""
        for key in self._keys_below(source):
            self._explicit[_key(destination) + key[len(_key(source)) :]] = self._explicit.pop(key)

    def replaced(self, path: Path) -> None:
        """Keep the entries of an object that got new content by ReplaceFile."""
        present = self._explicit.get(_key(path))
        if present is not None:
            self._explicit[_key(path)] = replace(present, inode=path.stat().st_ino)

    def _keys_below(self, path: Path) -> list[str]:
        key = _key(path)
        return [found for found in self._explicit if found == key or found.startswith(key + "/")]

    # Reading and storing

    def _store(self, local: Path, owner: str, *, protected: bool, entries: tuple[AccessEntry, ...]) -> None:
        ordered = tuple(sorted(entries, key=lambda entry: entry.type == "Allow"))
        self._explicit[_key(local)] = _Explicit(local.stat().st_ino, owner, protected, ordered)

    def _stored(self, local: Path) -> _Explicit:
        """Return what was set on an object; one that took the name of another (CONFIG REWRITE) has nothing of it."""
        stored = self._explicit.get(_key(local))
        if stored is None or stored.inode != local.stat().st_ino:
            # Objects made by a member of Administrators with elevated rights belong to the group.
            return _Explicit(0, ADMINISTRATORS, False, ())
        return stored

    def _descriptor(self, local: Path) -> SecurityDescriptor:
        stored = self._stored(local)
        inherited: tuple[AccessEntry, ...] = ()
        if not stored.protected and local != self._volume.drive:
            above = self._descriptor(local.parent).entries
            inherited = _inherit(above, owner=stored.owner, is_file=local.is_file())
        return SecurityDescriptor(stored.owner, not stored.protected, stored.entries + inherited)


def _inherit(above: Iterable[AccessEntry], *, owner: str, is_file: bool) -> tuple[AccessEntry, ...]:
    passed = [entry for parent in above for entry in (_to_file if is_file else _to_folder)(parent, owner)]
    # NTFS keeps one of several entries that say the same.
    unique = dict.fromkeys(replace(entry, inherited=True) for entry in passed)
    return tuple(sorted(unique, key=lambda entry: entry.type == "Allow"))


def _to_file(parent: AccessEntry, owner: str) -> list[AccessEntry]:
    if not parent.inheritance_flags & OBJECT_INHERIT:
        return []
    return [_applied(parent, owner)]


def _to_folder(parent: AccessEntry, owner: str) -> list[AccessEntry]:
    passes_on = not parent.propagation_flags & NO_PROPAGATE
    if not parent.inheritance_flags & CONTAINER_INHERIT:
        is_for_files = bool(parent.inheritance_flags & OBJECT_INHERIT) and passes_on
        return [replace(parent, propagation_flags=INHERIT_ONLY)] if is_for_files else []
    if not passes_on:
        return [_applied(parent, owner)]
    if parent.sid != CREATOR_OWNER and _mapped(parent.rights) == parent.rights:
        return [replace(parent, propagation_flags=0)]
    # What means something else on this object than further down becomes two entries.
    return [_applied(parent, owner), replace(parent, propagation_flags=INHERIT_ONLY)]


def _applied(parent: AccessEntry, owner: str) -> AccessEntry:
    sid = owner if parent.sid == CREATOR_OWNER else parent.sid
    return AccessEntry(sid, parent.type, _mapped(parent.rights))


def _mapped(rights: int) -> int:
    mapped = rights & 0x0FFFFFFF
    for generic, specific in _GENERIC.items():
        if rights & generic:
            mapped |= specific
    return mapped


def _require_valid(entry: AccessEntry, *, is_file: bool) -> None:
    _require_sid(entry.sid)
    if not 0 < entry.rights <= FULL_CONTROL:
        text = (
            f"this lab does not know what Windows makes of the access mask {entry.rights} in an entry for {entry.sid}"
        )
        raise LabLimitError(text)
    if is_file and (entry.inheritance_flags or entry.propagation_flags):
        raise Win32Error(INVALID_PARAMETER, "No flags can be set. (A file has nothing below it to inherit.)")
    if not (0 <= entry.inheritance_flags <= BOTH_INHERIT and 0 <= entry.propagation_flags <= BOTH_INHERIT):
        text = f"Expected inheritance and propagation flags from 0 to 3 for {entry.sid}."
        raise Win32Error(INVALID_PARAMETER, text)


def _require_sid(text: str) -> None:
    if not is_sid(text):
        raise Win32Error(INVALID_PARAMETER, f"Value was invalid. Expected a SID such as S-1-5-18, found '{text}'.")


def _missing(path: str) -> Win32Error:
    return Win32Error(FILE_NOT_FOUND, f"Cannot find path '{path}' because it does not exist.")


def _key(local: Path) -> str:
    return str(local).upper()


def _allow(sid: str, rights: int, inheritance_flags: int = 0, propagation_flags: int = 0) -> AccessEntry:
    return AccessEntry(sid, "Allow", rights, inheritance_flags, propagation_flags)


def _full_below(*sids: str) -> tuple[AccessEntry, ...]:
    return tuple(_allow(sid, FULL_CONTROL, BOTH_INHERIT) for sid in sids)


def _default_security() -> list[tuple[str, str, tuple[AccessEntry, ...]]]:
    """Return path, owner and entries of the folders a fresh host has.

    Assumed: what `icacls` prints on a fresh Windows Server 2019/2022, less the entries of app packages, which no
    service has in its token. Microsoft documents the rule (Users may read Program Files and Windows, and create in
    ProgramData) and not the lists.
    """
    creator = _allow(CREATOR_OWNER, GENERIC_ALL, BOTH_INHERIT, INHERIT_ONLY)
    drive = (
        *_full_below(SYSTEM, ADMINISTRATORS),
        _allow(USERS, READ_AND_EXECUTE | SYNCHRONIZE, BOTH_INHERIT),
        _allow(USERS, APPEND_DATA, CONTAINER_INHERIT),
        _allow(USERS, WRITE_DATA, CONTAINER_INHERIT, INHERIT_ONLY),
        creator,
    )
    programs = (
        _allow(TRUSTED_INSTALLER, FULL_CONTROL),
        _allow(TRUSTED_INSTALLER, GENERIC_ALL, CONTAINER_INHERIT, INHERIT_ONLY),
        *(_allow(sid, MODIFY | SYNCHRONIZE) for sid in (SYSTEM, ADMINISTRATORS)),
        *(_allow(sid, GENERIC_ALL, BOTH_INHERIT, INHERIT_ONLY) for sid in (SYSTEM, ADMINISTRATORS)),
        _allow(USERS, READ_AND_EXECUTE | SYNCHRONIZE),
        _allow(USERS, GENERIC_READ | GENERIC_EXECUTE, BOTH_INHERIT, INHERIT_ONLY),
        creator,
    )
    create = WRITE_DATA | APPEND_DATA | WRITE_EXTENDED_ATTRIBUTES | WRITE_ATTRIBUTES
    program_data = (
        *_full_below(SYSTEM, ADMINISTRATORS),
        creator,
        _allow(USERS, READ_AND_EXECUTE | SYNCHRONIZE, BOTH_INHERIT),
        _allow(USERS, create, CONTAINER_INHERIT),
    )
    readers = tuple(
        entry
        for sid in (USERS, EVERYONE)
        for entry in (
            _allow(sid, READ_AND_EXECUTE | SYNCHRONIZE),
            _allow(sid, GENERIC_READ | GENERIC_EXECUTE, BOTH_INHERIT, INHERIT_ONLY),
        )
    )
    return [
        ("C:\\", TRUSTED_INSTALLER, drive),
        ("C:\\Windows", TRUSTED_INSTALLER, programs),
        ("C:\\Windows\\System32", TRUSTED_INSTALLER, programs),
        ("C:\\Program Files", TRUSTED_INSTALLER, programs),
        ("C:\\Program Files\\Common Files", TRUSTED_INSTALLER, programs),
        ("C:\\Program Files (x86)", TRUSTED_INSTALLER, programs),
        ("C:\\ProgramData", SYSTEM, program_data),
        ("C:\\Users", SYSTEM, (*_full_below(SYSTEM, ADMINISTRATORS), *readers)),
    ]
