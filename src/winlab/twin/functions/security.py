"""Twins of the functions about access control."""

from dataclasses import replace
from typing import Any

from winlab.twin.errors import TwinError
from winlab.twin.registry import Output, twin
from winlab.windows.errors import LabLimitError
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.security import AccessEntry

_ENTRY_FIELDS = {"Sid": str, "Type": str, "Rights": int, "InheritanceFlags": int, "PropagationFlags": int}


@twin("Get-WinAcl", "Path", "Kind", "OwnerSid", "OwnerName", "InheritanceEnabled", "Entries")
def get_win_acl(machine: Machine, *, path: str) -> Output:
    """Return owner and access entries of a file or directory."""
    kind = machine.files.kind(path)
    if kind == "Absent":
        return {
            "Path": written_path(path),
            "Kind": kind,
            "OwnerSid": None,
            "OwnerName": None,
            "InheritanceEnabled": None,
            "Entries": [],
        }
    descriptor = machine.security.descriptor(path)
    return {
        "Path": written_path(path),
        "Kind": kind,
        "OwnerSid": descriptor.owner,
        "OwnerName": machine.accounts.name_of(descriptor.owner),
        "InheritanceEnabled": descriptor.inheritance_enabled,
        "Entries": [_shown(machine, entry) for entry in descriptor.entries],
    }


def _shown(machine: Machine, entry: AccessEntry) -> dict[str, Any]:
    return {
        "Sid": entry.sid,
        "Name": machine.accounts.name_of(entry.sid),
        "Type": entry.type,
        "Rights": entry.rights,
        "InheritanceFlags": entry.inheritance_flags,
        "PropagationFlags": entry.propagation_flags,
        "Inherited": entry.inherited,
    }


@twin("Set-WinAcl", "Path")
def set_win_acl(
    machine: Machine, *, path: str, owner_sid: str, inheritance_enabled: bool, entries: list[dict[str, Any]]
) -> Output:
    """Make owner, inheritance and explicit entries exactly these."""
    if machine.files.kind(path) == "Absent":
        found = written_path(path)
        raise TwinError(f"Expected a file or directory at '{found}', found nothing. Create it first.")
    machine.security.set(
        path,
        owner=owner_sid,
        inheritance_enabled=inheritance_enabled,
        entries=_merged([_entry(given) for given in entries]),
    )
    return {"Path": written_path(path)}


def _merged(entries: list[AccessEntry]) -> list[AccessEntry]:
    """Return the entries as .NET keeps them: those that differ in nothing but their rights are one.

    Source: MergeAces in https://github.com/dotnet/runtime/blob/main/src/libraries/System.Security.AccessControl/src/
    System/Security/AccessControl/ACL.cs
    """
    merged: dict[AccessEntry, int] = {}
    for entry in entries:
        scope = replace(entry, rights=0)
        merged[scope] = merged.get(scope, 0) | entry.rights
    found = [replace(scope, rights=rights) for scope, rights in merged.items()]
    if len({(entry.sid, entry.type, entry.rights) for entry in found}) < len(found):
        raise LabLimitError("this lab does not know how .NET merges entries that differ in their inheritance alone")
    return found


def _entry(given: dict[str, Any]) -> AccessEntry:
    missing = next((name for name in _ENTRY_FIELDS if name not in given), None)
    if missing is not None:
        wanted = ", ".join(_ENTRY_FIELDS)
        raise TwinError(f"Expected an entry with {wanted}, found one without {missing}. Give all of them.")
    for name, kind in _ENTRY_FIELDS.items():
        if type(given.get(name)) is not kind:
            found = repr(given.get(name))
            raise TwinError(f"Expected the property {name} of type {kind.__name__} in each entry, found {found}.")
    unknown = set(given) - set(_ENTRY_FIELDS)
    if unknown:
        raise TwinError(f"Expected only {', '.join(_ENTRY_FIELDS)} in an entry, found {', '.join(sorted(unknown))}.")
    if given["Type"] not in ("Allow", "Deny"):
        raise TwinError(f"Expected the type Allow or Deny for {given['Sid']}, found '{given['Type']}'.")
    # Significant only where something is inherited:
    # https://learn.microsoft.com/dotnet/api/system.security.accesscontrol.authorizationrule.propagationflags
    propagation = given["PropagationFlags"] if given["InheritanceFlags"] else 0
    return AccessEntry(given["Sid"], given["Type"], given["Rights"], given["InheritanceFlags"], propagation)
