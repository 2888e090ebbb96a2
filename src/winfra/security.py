"""Windows identities and access entries, by SID: names are translated on localised Windows, SIDs never are.

Rights are FileSystemRights masks:
https://learn.microsoft.com/dotnet/api/system.security.accesscontrol.filesystemrights
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Literal

# https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
SYSTEM = "S-1-5-18"
LOCAL_SERVICE = "S-1-5-19"
NETWORK_SERVICE = "S-1-5-20"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
# The service that installs Windows' own files, and owns them.
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

# For people to read. They are never compared: Windows translates them.
NAMES = {
    SYSTEM: "SYSTEM",
    LOCAL_SERVICE: "LOCAL SERVICE",
    NETWORK_SERVICE: "NETWORK SERVICE",
    ADMINISTRATORS: "Administrators",
    USERS: "Users",
    TRUSTED_INSTALLER: "TrustedInstaller",
}

CONTAINER_AND_OBJECT = 3
SYNCHRONIZE = 0x100000


class Rights(IntFlag):
    """File system rights as Windows shows them for an Allow entry, Synchronize included."""

    READ = 0x120089
    WRITE = 0x100116
    READ_AND_EXECUTE = 0x1200A9
    MODIFY = 0x1301BF
    FULL_CONTROL = 0x1F01FF


RIGHTS_NAMES = {
    Rights.FULL_CONTROL: "FullControl",
    Rights.MODIFY: "Modify",
    Rights.READ_AND_EXECUTE: "ReadAndExecute",
    Rights.READ: "Read",
    Rights.WRITE: "Write",
}


@dataclass(frozen=True, order=True)
class AccessEntry:
    """One explicit access control entry (ACE).

    sid: whom it is for.
    rights: FileSystemRights mask.
    inheritance_flags: 0 this object only, 1 sub-folders too, 2 files too, 3 both.
    propagation_flags: 0, 1 no further than the children, 2 the children only.
    label: name of whom it is for, for people; it makes no difference.
    """

    sid: str
    rights: int
    type: Literal["Allow", "Deny"] = "Allow"
    inheritance_flags: int = 0
    propagation_flags: int = 0
    label: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Access:
    """Who may do what with a file or folder, completely.

    owner: SID. entries: all explicit entries. inheritance: whether entries of the parent folder apply too.
    """

    owner: str
    entries: tuple[AccessEntry, ...]
    inheritance: bool = False


def allow(sid: str, rights: Rights, label: str | None = None) -> AccessEntry:
    """Return an entry that allows rights on a folder, its sub-folders and files.

    label: name of whom it is for; not needed for the well-known ones.
    """
    return AccessEntry(sid, int(rights), inheritance_flags=CONTAINER_AND_OBJECT, label=label or NAMES.get(sid))


def service_sid(service: str) -> str:
    r"""Return the SID of a service, which is also that of its virtual account `NT SERVICE\<service>`.

    It follows from the name alone (SHA-1 of the upper-case name in UTF-16LE as five 32-bit numbers), so access
    can be granted before the service exists. `sc.exe showsid NAME` prints the same.
    """
    digest = hashlib.sha1(service.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(str(number) for number in struct.unpack("<5I", digest))


def rights_name(rights: int) -> str:
    """Return a mask in words where it is one of the usual sets, else in hexadecimal."""
    return next((name for known, name in RIGHTS_NAMES.items() if known == rights), hex(rights))
