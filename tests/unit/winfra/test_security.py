"""SIDs and rights are those of Windows."""

from __future__ import annotations

from winfra.security import SYSTEM, AccessEntry, Rights, allow, rights_name, service_sid


def test_the_sid_of_a_service_is_the_one_windows_computes() -> None:
    # Public in every Windows: the owner of the system's files.
    assert service_sid("TrustedInstaller") == ("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464")
    assert service_sid("trustedinstaller") == service_sid("TRUSTEDINSTALLER")


def test_allow_covers_a_folder_and_everything_in_it() -> None:
    assert allow(SYSTEM, Rights.FULL_CONTROL) == AccessEntry(SYSTEM, 0x1F01FF, "Allow", 3, 0)


def test_rights_are_named_where_they_have_a_name() -> None:
    assert [rights_name(mask) for mask in (0x1F01FF, 0x1301BF, 0x1200A9, 0x1)] == [
        "FullControl",
        "Modify",
        "ReadAndExecute",
        "0x1",
    ]
