"""Get-WinAcl and Set-WinAcl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from contract_host import Answer, ContractHost

from winfra.security import (
    ADMINISTRATORS,
    LOCAL_SERVICE,
    NETWORK_SERVICE,
    RIGHTS_NAMES,
    SYSTEM,
    USERS,
    AccessEntry,
    Rights,
    allow,
    service_sid,
)

# Administrators keep the right to remove what a test leaves.
BASE = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))
BASE_OF_FILES = tuple(AccessEntry(entry.sid, entry.rights) for entry in BASE)
DELETE = 0x10000


def set_acl(
    host: ContractHost,
    path: str,
    entries: Sequence[AccessEntry],
    *,
    owner: str = ADMINISTRATORS,
    inheritance: bool = False,
) -> None:
    parameters: dict[str, Any] = {
        "Path": path,
        "OwnerSid": owner,
        "InheritanceEnabled": inheritance,
        "Entries": [wire(entry) for entry in entries],
    }
    assert host.call("Set-WinAcl", **parameters) == {"Path": path}


def wire(entry: AccessEntry) -> dict[str, object]:
    return {
        "Sid": entry.sid,
        "Type": entry.type,
        "Rights": int(entry.rights),
        "InheritanceFlags": entry.inheritance_flags,
        "PropagationFlags": entry.propagation_flags,
    }


def entries_of(acl: Answer, *, inherited: bool) -> list[AccessEntry]:
    """Return the explicit or the inherited entries of an answer; Windows gives no order within one kind."""
    return sorted(
        AccessEntry(item["Sid"], item["Rights"], item["Type"], item["InheritanceFlags"], item["PropagationFlags"])
        for item in acl["Entries"]
        if item["Inherited"] == inherited
    )


def test_an_absent_path_has_no_access_list(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\none"
    nothing: dict[str, Any] = {"OwnerSid": None, "OwnerName": None, "InheritanceEnabled": None, "Entries": []}
    assert host.call("Get-WinAcl", Path=path) == {"Path": path, "Kind": "Absent", **nothing}


def test_what_is_new_inherits(host: ContractHost, folder: str) -> None:
    acl = host.call("Get-WinAcl", Path=folder)
    assert (acl["Kind"], acl["InheritanceEnabled"]) == ("Directory", True)
    assert entries_of(acl, inherited=False) == []
    assert entries_of(acl, inherited=True)


@pytest.mark.parametrize("rights", RIGHTS_NAMES)
@pytest.mark.parametrize("sid", [NETWORK_SERVICE, USERS, service_sid("winfra-contract-none")])
def test_an_access_list_of_a_folder_is_read_as_it_was_set(
    host: ContractHost, folder: str, sid: str, rights: Rights
) -> None:
    entries = [*BASE, allow(sid, rights)]
    set_acl(host, folder, entries)
    acl = host.call("Get-WinAcl", Path=folder)
    assert (acl["Path"], acl["OwnerSid"], acl["InheritanceEnabled"]) == (folder, ADMINISTRATORS, False)
    assert entries_of(acl, inherited=False) == sorted(entries)
    assert entries_of(acl, inherited=True) == []
    set_acl(host, folder, entries)
    assert host.call("Get-WinAcl", Path=folder) == acl


@pytest.mark.parametrize(("inheritance_flags", "propagation_flags"), [(0, 0), (1, 0), (2, 0), (3, 1), (3, 2), (1, 3)])
@pytest.mark.parametrize("kind", ["Allow", "Deny"])
def test_masks_and_flags_are_kept_as_they_are(
    host: ContractHost, folder: str, kind: Any, inheritance_flags: int, propagation_flags: int
) -> None:
    # Without Synchronize, which the usual constructor of an access rule adds to one kind and takes from the other:
    # https://learn.microsoft.com/dotnet/api/system.security.accesscontrol.filesystemrights
    entry = AccessEntry(LOCAL_SERVICE, 0x116, kind, inheritance_flags, propagation_flags)
    set_acl(host, folder, [*BASE, entry])
    assert entries_of(host.call("Get-WinAcl", Path=folder), inherited=False) == sorted([*BASE, entry])


def test_denials_come_first(host: ContractHost, folder: str) -> None:
    # https://learn.microsoft.com/windows/win32/secauthz/order-of-aces-in-a-dacl
    set_acl(host, folder, [*BASE, AccessEntry(NETWORK_SERVICE, DELETE, "Deny")])
    assert [item["Type"] for item in host.call("Get-WinAcl", Path=folder)["Entries"]] == ["Deny", "Allow", "Allow"]


def test_entries_that_were_there_before_go(host: ContractHost, folder: str) -> None:
    stale = [allow(USERS, Rights.MODIFY), AccessEntry(LOCAL_SERVICE, int(Rights.WRITE), "Deny", 3)]
    set_acl(host, folder, [*BASE, *stale], inheritance=True)
    set_acl(host, folder, [*BASE, allow(NETWORK_SERVICE, Rights.READ)])
    acl = host.call("Get-WinAcl", Path=folder)
    assert entries_of(acl, inherited=False) == sorted([*BASE, allow(NETWORK_SERVICE, Rights.READ)])
    assert len(acl["Entries"]) == 3


def test_entries_of_one_account_and_scope_become_one(host: ContractHost, folder: str) -> None:
    # CommonAcl.MergeAces: https://github.com/dotnet/runtime/blob/main/src/libraries/System.Security.AccessControl/src/
    # System/Security/AccessControl/ACL.cs
    parts = [allow(NETWORK_SERVICE, Rights.READ), allow(NETWORK_SERVICE, Rights.WRITE)]
    set_acl(host, folder, [*BASE, *parts])
    whole = AccessEntry(NETWORK_SERVICE, Rights.READ | Rights.WRITE, "Allow", 3)
    assert entries_of(host.call("Get-WinAcl", Path=folder), inherited=False) == sorted([*BASE, whole])


def test_propagation_means_nothing_without_inheritance(host: ContractHost, folder: str) -> None:
    # https://learn.microsoft.com/dotnet/api/system.security.accesscontrol.authorizationrule.propagationflags
    set_acl(host, folder, [*BASE, AccessEntry(NETWORK_SERVICE, DELETE, "Allow", 0, 2)])
    found = entries_of(host.call("Get-WinAcl", Path=folder), inherited=False)
    assert AccessEntry(NETWORK_SERVICE, DELETE, "Allow", 0, 0) in found


@pytest.mark.parametrize("owner", [SYSTEM, ADMINISTRATORS, LOCAL_SERVICE])
def test_the_owner_is_set(host: ContractHost, folder: str, owner: str) -> None:
    set_acl(host, folder, BASE, owner=owner)
    acl = host.call("Get-WinAcl", Path=folder)
    assert acl["OwnerSid"] == owner
    assert acl["OwnerName"]


def test_children_inherit_whether_they_were_there_before_or_not(host: ContractHost, folder: str) -> None:
    host.call("New-WinDirectory", Path=f"{folder}\\old")
    host.put(f"{folder}\\old.txt", b"")
    entries = [*BASE, allow(NETWORK_SERVICE, Rights.MODIFY)]
    set_acl(host, folder, entries)
    host.call("New-WinDirectory", Path=f"{folder}\\new")
    host.put(f"{folder}\\new.txt", b"")
    for_files = sorted(AccessEntry(entry.sid, entry.rights) for entry in entries)
    for name, expected in {"old": sorted(entries), "new": sorted(entries), "old.txt": for_files}.items():
        acl = host.call("Get-WinAcl", Path=f"{folder}\\{name}")
        assert (acl["InheritanceEnabled"], entries_of(acl, inherited=False)) == (True, []), name
        assert entries_of(acl, inherited=True) == expected, name


def test_how_far_an_entry_is_inherited(host: ContractHost, folder: str) -> None:
    # https://learn.microsoft.com/windows/win32/secauthz/ace-inheritance-rules
    rights = int(Rights.READ)
    no_further = AccessEntry(NETWORK_SERVICE, rights, "Allow", 3, 1)
    files_only = AccessEntry(LOCAL_SERVICE, rights, "Allow", 2, 2)
    set_acl(host, folder, [*BASE, no_further, files_only])
    host.call("New-WinDirectory", Path=f"{folder}\\below")
    host.put(f"{folder}\\below\\file", b"")
    below = entries_of(host.call("Get-WinAcl", Path=f"{folder}\\below"), inherited=True)
    assert below == sorted([*BASE, AccessEntry(NETWORK_SERVICE, rights), files_only])
    file = entries_of(host.call("Get-WinAcl", Path=f"{folder}\\below\\file"), inherited=True)
    assert file == sorted([*BASE_OF_FILES, AccessEntry(LOCAL_SERVICE, rights)])


def test_explicit_entries_stand_beside_inherited_ones(host: ContractHost, folder: str) -> None:
    set_acl(host, folder, BASE)
    host.call("New-WinDirectory", Path=f"{folder}\\below")
    own = allow(NETWORK_SERVICE, Rights.READ)
    set_acl(host, f"{folder}\\below", [own], inheritance=True)
    acl = host.call("Get-WinAcl", Path=f"{folder}\\below")
    assert acl["InheritanceEnabled"]
    assert (entries_of(acl, inherited=False), entries_of(acl, inherited=True)) == ([own], sorted(BASE))
    set_acl(host, f"{folder}\\below", [], inheritance=True)
    acl = host.call("Get-WinAcl", Path=f"{folder}\\below")
    assert (entries_of(acl, inherited=False), entries_of(acl, inherited=True)) == ([], sorted(BASE))


def test_an_access_list_of_a_file_is_read_as_it_was_set(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\Größe Ω.txt"
    host.put(path, b"content")
    entries = [*BASE_OF_FILES, AccessEntry(NETWORK_SERVICE, int(Rights.READ))]
    set_acl(host, path, entries, owner=SYSTEM)
    acl = host.call("Get-WinAcl", Path=path)
    assert (acl["OwnerSid"], acl["InheritanceEnabled"]) == (SYSTEM, False)
    assert entries_of(acl, inherited=False) == sorted(entries)
    assert host.read(path) == b"content"


@pytest.mark.parametrize(
    "wrong",
    [
        {"Sid": "Administrators"},
        {"Rights": 0},
        {"Type": "Perhaps"},
        {"InheritanceFlags": 4},
        {"InheritanceFlags": 1},
    ],
)
def test_a_wrong_entry_changes_nothing(host: ContractHost, folder: str, wrong: dict[str, object]) -> None:
    path = f"{folder}\\file"
    host.put(path, b"")
    before = host.call("Get-WinAcl", Path=path)
    entry = {**wire(AccessEntry(NETWORK_SERVICE, DELETE)), **wrong}
    assert host.refusal("Set-WinAcl", Path=path, OwnerSid=SYSTEM, InheritanceEnabled=False, Entries=[entry])
    assert host.call("Get-WinAcl", Path=path) == before


@pytest.mark.parametrize("missing", ["Sid", "Type", "Rights", "InheritanceFlags", "PropagationFlags"])
def test_an_incomplete_entry_is_an_error_that_says_what_is_missing(
    host: ContractHost, folder: str, missing: str
) -> None:
    entry = wire(AccessEntry(NETWORK_SERVICE, DELETE))
    del entry[missing]
    refusal = host.refusal("Set-WinAcl", Path=folder, OwnerSid=SYSTEM, InheritanceEnabled=False, Entries=[entry])
    needed = "Sid, Type, Rights, InheritanceFlags, PropagationFlags"
    assert f"Expected an entry with {needed}, found one without {missing}." in refusal


def test_an_absent_path_gets_no_access_list(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\none"
    entries = [wire(entry) for entry in BASE]
    refusal = host.refusal("Set-WinAcl", Path=path, OwnerSid=SYSTEM, InheritanceEnabled=False, Entries=entries)
    assert f"Expected a file or directory at '{path}', found nothing." in refusal


def test_an_owner_is_a_sid(host: ContractHost, folder: str) -> None:
    before = host.call("Get-WinAcl", Path=folder)
    entries = [wire(entry) for entry in BASE]
    assert host.refusal("Set-WinAcl", Path=folder, OwnerSid="SYSTEM", InheritanceEnabled=False, Entries=entries)
    assert host.call("Get-WinAcl", Path=folder) == before
