"""A call prints as PowerShell without secrets, and travels with them."""

from __future__ import annotations

from winfra.call import PowerShellCall
from winfra.secrets import hidden


def call() -> PowerShellCall:
    return PowerShellCall(
        "Set-Thing",
        {"Path": "C:\\it's", "Password": hidden("canary-7391"), "On": True, "Ports": [1, 2], "Left": None},
    )


def test_it_prints_as_powershell_with_secrets_masked() -> None:
    expected = "Set-Thing -Path 'C:\\it''s' -Password <secret> -On $true -Ports @(1, 2)"
    assert str(call()) == expected
    assert repr(call()) == f"PowerShellCall({expected})"
    assert call().get_raw_value() == expected


def test_it_travels_with_its_secrets_marked() -> None:
    assert call().wire_parameters() == {
        "Path": "C:\\it's",
        "Password": {"$secret": "canary-7391"},
        "On": True,
        "Ports": [1, 2],
    }
    assert call().secrets == {"canary-7391"}


def test_objects_print_as_hashtables() -> None:
    assert str(PowerShellCall("Set-It", {"Entries": [{"Sid": "S-1", "Rights": 3}]})) == (
        "Set-It -Entries @(@{Sid = 'S-1'; Rights = 3})"
    )


def test_a_secret_inside_an_object_stays_one() -> None:
    nested = PowerShellCall("Set-It", {"Entries": ({"Name": "x", "Password": hidden("canary-7391")},)})
    assert "canary" not in f"{nested} {nested!r}"
    assert nested.wire_parameters() == {"Entries": [{"Name": "x", "Password": {"$secret": "canary-7391"}}]}
    assert nested.secrets == {"canary-7391"}
