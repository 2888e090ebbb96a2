"""Access control of a practice host behaves like NTFS."""

from __future__ import annotations

from pathlib import Path

import pytest

from winlab.windows.accounts import (
    ADMINISTRATORS,
    CREATOR_OWNER,
    NETWORK_SERVICE,
    SYSTEM,
    TRUSTED_INSTALLER,
    USERS,
    Accounts,
    service_sid,
)
from winlab.windows.errors import LabLimitError, Win32Error
from winlab.windows.files import Volume
from winlab.windows.security import (
    BOTH_INHERIT,
    CONTAINER_INHERIT,
    FULL_CONTROL,
    GENERIC_ALL,
    INHERIT_ONLY,
    MODIFY,
    NO_PROPAGATE,
    OBJECT_INHERIT,
    READ,
    READ_AND_EXECUTE,
    SYNCHRONIZE,
    AccessEntry,
    SecurityModel,
)

FOLDER = "C:\\ProgramData\\App"


@pytest.fixture
def files(tmp_path: Path) -> Volume:
    return Volume(tmp_path)


@pytest.fixture
def security(files: Volume) -> SecurityModel:
    model = SecurityModel(files)
    files.make_directory(f"{FOLDER}\\sub")
    files.write_bytes(f"{FOLDER}\\file", b"")
    return model


def protect(security: SecurityModel, path: str, *entries: AccessEntry) -> None:
    security.set(path, owner=SYSTEM, inheritance_enabled=False, entries=entries)


def allow(sid: str, rights: int, inheritance: int = BOTH_INHERIT, propagation: int = 0) -> AccessEntry:
    return AccessEntry(sid, "Allow", rights, inheritance, propagation)


def test_service_sids_are_those_of_windows() -> None:
    assert service_sid("TrustedInstaller") == TRUSTED_INSTALLER
    assert service_sid("memurai") == service_sid("MEMURAI")


@pytest.mark.parametrize(
    ("account", "sid"),
    [
        ("LocalSystem", SYSTEM),
        ("NT AUTHORITY\\NetworkService", NETWORK_SERVICE),
        ("nt authority\\localservice", "S-1-5-19"),
        ("NT SERVICE\\Memurai", service_sid("Memurai")),
        ("NT SERVICE\\Missing", None),
        ("Administrator", None),
    ],
)
def test_accounts_of_services(account: str, sid: str | None) -> None:
    accounts = Accounts("web1", lambda: ["Memurai"])
    assert accounts.service_account_sid(account) == sid


def test_names_of_sids() -> None:
    accounts = Accounts("web1", lambda: ["Memurai"])
    gmsa = accounts.service_account_sid("CORP\\memurai$")
    assert gmsa is not None
    names = [accounts.name_of(sid) for sid in (SYSTEM, service_sid("Memurai"), accounts.administrator_sid, gmsa)]
    assert names == ["NT AUTHORITY\\SYSTEM", "NT SERVICE\\Memurai", "WEB1\\Administrator", "CORP\\memurai$"]
    assert accounts.name_of("S-1-5-21-1-2-3-1000") is None


def test_only_system_services_are_administrators() -> None:
    accounts = Accounts("web1", list)
    assert ADMINISTRATORS in accounts.service_groups(SYSTEM)
    assert ADMINISTRATORS not in accounts.service_groups(NETWORK_SERVICE)
    assert {"S-1-1-0", "S-1-5-11", "S-1-5-6", USERS} < accounts.service_groups(NETWORK_SERVICE)


def test_users_may_read_program_data_and_create_folders_in_it(security: SecurityModel) -> None:
    descriptor = security.descriptor(FOLDER)
    assert (descriptor.owner, descriptor.inheritance_enabled) == (ADMINISTRATORS, True)
    assert all(entry.inherited for entry in descriptor.entries)
    assert security.allows(FOLDER, [USERS], READ_AND_EXECUTE)
    assert security.allows(FOLDER, [USERS], 0x2)
    assert not security.allows(FOLDER, [USERS], MODIFY)
    assert not security.allows(f"{FOLDER}\\file", [USERS], 0x2)


def test_users_may_only_read_program_files(security: SecurityModel, files: Volume) -> None:
    files.make_directory("C:\\Program Files\\App")
    files.write_bytes("C:\\Program Files\\App\\x.exe", b"")
    assert security.allows("C:\\Program Files\\App\\x.exe", [USERS], READ_AND_EXECUTE)
    assert not security.allows("C:\\Program Files\\App", [USERS], 0x2)


def test_what_creator_owner_has_the_owner_gets(security: SecurityModel) -> None:
    entries = security.descriptor(FOLDER).entries
    assert AccessEntry(ADMINISTRATORS, "Allow", FULL_CONTROL, inherited=True) in entries
    assert AccessEntry(CREATOR_OWNER, "Allow", GENERIC_ALL, BOTH_INHERIT, INHERIT_ONLY, inherited=True) in entries
    sids = [entry.sid for entry in security.descriptor(f"{FOLDER}\\file").entries]
    assert sorted(sids) == sorted([SYSTEM, ADMINISTRATORS, USERS])


def test_a_protected_folder_takes_nothing_from_above(security: SecurityModel) -> None:
    protect(security, FOLDER, allow(SYSTEM, FULL_CONTROL), allow(NETWORK_SERVICE, MODIFY))
    assert not security.allows(FOLDER, [USERS], READ)
    for child in ("sub", "file"):
        entries = security.descriptor(f"{FOLDER}\\{child}").entries
        assert [(entry.sid, entry.inherited) for entry in entries] == [(SYSTEM, True), (NETWORK_SERVICE, True)]
    assert security.allows(f"{FOLDER}\\file", [NETWORK_SERVICE], MODIFY)


@pytest.mark.parametrize(
    ("flags", "on_folder", "on_sub", "on_file"),
    [
        ((0, 0), True, None, None),
        ((CONTAINER_INHERIT, 0), True, (CONTAINER_INHERIT, 0), None),
        ((OBJECT_INHERIT, 0), True, (OBJECT_INHERIT, INHERIT_ONLY), (0, 0)),
        ((BOTH_INHERIT, INHERIT_ONLY), False, (BOTH_INHERIT, 0), (0, 0)),
        ((BOTH_INHERIT, NO_PROPAGATE), True, (0, 0), (0, 0)),
        ((OBJECT_INHERIT, NO_PROPAGATE), True, None, (0, 0)),
    ],
)
def test_inheritance_and_propagation(
    security: SecurityModel,
    flags: tuple[int, int],
    on_folder: bool,
    on_sub: tuple[int, int] | None,
    on_file: tuple[int, int] | None,
) -> None:
    protect(security, FOLDER, allow(USERS, READ, *flags))
    assert security.allows(FOLDER, [USERS], READ) == on_folder
    for child, expected in (("sub", on_sub), ("file", on_file)):
        found = [(e.inheritance_flags, e.propagation_flags) for e in security.descriptor(f"{FOLDER}\\{child}").entries]
        assert found == ([] if expected is None else [expected])


def test_a_denial_comes_before_what_is_allowed(security: SecurityModel) -> None:
    denial = AccessEntry(USERS, "Deny", 0x2, BOTH_INHERIT)
    protect(security, FOLDER, allow(NETWORK_SERVICE, MODIFY), denial)
    assert not security.allows(FOLDER, [NETWORK_SERVICE, USERS], MODIFY)
    assert security.allows(FOLDER, [NETWORK_SERVICE, USERS], READ)
    assert [entry.type for entry in security.descriptor(FOLDER).entries] == ["Deny", "Allow"]


def test_an_explicit_entry_wins_over_an_inherited_denial(security: SecurityModel) -> None:
    protect(security, FOLDER, AccessEntry(USERS, "Deny", READ, BOTH_INHERIT))
    entry = AccessEntry(USERS, "Allow", READ)
    security.set(f"{FOLDER}\\file", owner=SYSTEM, inheritance_enabled=True, entries=[entry])
    assert security.allows(f"{FOLDER}\\file", [USERS], READ)
    assert not security.allows(f"{FOLDER}\\sub", [USERS], READ)


def test_setting_removes_every_other_explicit_entry(security: SecurityModel) -> None:
    protect(security, FOLDER, allow(USERS, READ))
    protect(security, FOLDER, allow(SYSTEM, FULL_CONTROL))
    assert [entry.sid for entry in security.descriptor(FOLDER).entries] == [SYSTEM]


def test_moving_keeps_explicit_entries_and_removing_forgets_them(security: SecurityModel, files: Volume) -> None:
    protect(security, f"{FOLDER}\\sub", allow(SYSTEM, FULL_CONTROL))
    files.move(FOLDER, "C:\\ProgramData\\Other")
    assert not security.allows("C:\\ProgramData\\Other\\sub", [USERS], READ)
    files.remove("C:\\ProgramData\\Other", recurse=True)
    files.make_directory("C:\\ProgramData\\Other\\sub")
    assert security.allows("C:\\ProgramData\\Other\\sub", [USERS], READ)


def test_replacing_keeps_the_entries_of_what_was_there(security: SecurityModel, files: Volume) -> None:
    protect(security, f"{FOLDER}\\file", allow(SYSTEM, FULL_CONTROL, 0))
    files.write_bytes(f"{FOLDER}\\new", b"new")
    files.replace(f"{FOLDER}\\new", f"{FOLDER}\\file")
    assert not security.allows(f"{FOLDER}\\file", [USERS], READ)


def test_a_file_renamed_over_another_has_nothing_of_it(security: SecurityModel, files: Volume) -> None:
    protect(security, f"{FOLDER}\\file", allow(SYSTEM, FULL_CONTROL, 0))
    fresh = files.local_path(f"{FOLDER}\\temporary")
    fresh.write_bytes(b"CONFIG REWRITE does this")
    fresh.replace(files.local_path(f"{FOLDER}\\file"))
    assert security.allows(f"{FOLDER}\\file", [USERS], READ)


@pytest.mark.parametrize(
    ("path", "owner", "entry", "error"),
    [
        (FOLDER, "SYSTEM", allow(SYSTEM, READ), Win32Error),
        (FOLDER, SYSTEM, allow("NetworkService", READ), Win32Error),
        (FOLDER, SYSTEM, allow(SYSTEM, READ, 4), Win32Error),
        (f"{FOLDER}\\file", SYSTEM, allow(SYSTEM, READ), Win32Error),
        (f"{FOLDER}\\missing", SYSTEM, allow(SYSTEM, READ), Win32Error),
        (FOLDER, SYSTEM, allow(SYSTEM, GENERIC_ALL), LabLimitError),
        (FOLDER, SYSTEM, allow(SYSTEM, 0), LabLimitError),
    ],
)
def test_what_windows_does_not_take_is_refused(
    security: SecurityModel, path: str, owner: str, entry: AccessEntry, error: type[Exception]
) -> None:
    with pytest.raises(error):
        security.set(path, owner=owner, inheritance_enabled=True, entries=[entry])
    assert not security.allows(FOLDER, [USERS], FULL_CONTROL | SYNCHRONIZE)
