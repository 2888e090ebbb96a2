"""A change is a list of steps that people can read, and that holds no secret where it waits on the host."""

from __future__ import annotations

import json

import pytest

from winfra.call import PowerShellCall
from winfra.change import AROUND_SECONDS, STEP_SECONDS, Afterwards, Change, Step
from winfra.exceptions import ChangeError
from winfra.secrets import hidden

PUT = PowerShellCall("Set-It", {"Path": "C:\\it", "Content": hidden("canary-7391"), "Left": None})
BACK = PowerShellCall("Restore-WinFile", {"Path": "C:\\it", "Copy": "C:\\it.good"})
TIDY = PowerShellCall("Remove-WinItem", {"Path": "C:\\it.good"})


def change() -> Change:
    steps = (Step("put it", PUT, BACK), Step("prove it", PowerShellCall("Test-It", {}), timeout_seconds=7))
    return Change("it", "C:\\changes", steps, (Afterwards("tidy up", TIDY, timeout_seconds=5),))


def test_it_is_one_call_with_secrets_marked_and_undos_as_text() -> None:
    call = change().call
    assert (call.function, call.secrets) == ("Invoke-WinChange", {"canary-7391"})
    wire = call.wire_parameters()
    put, prove = wire["Steps"]
    assert (wire["Name"], wire["Folder"]) == ("it", "C:\\changes")
    assert put["Do"] == {
        "Function": "Set-It",
        "Parameters": {"Path": "C:\\it", "Content": {"$secret": "canary-7391"}},
    }
    assert json.loads(put["Undo"]) == {
        "Function": "Restore-WinFile",
        "Parameters": {"Path": "C:\\it", "Copy": "C:\\it.good"},
    }
    assert (put["TimeoutSeconds"], prove["TimeoutSeconds"]) == (STEP_SECONDS, 7)
    assert prove["Undo"] is None
    assert [(item["Why"], item["Undo"]) for item in wire["Afterwards"]] == [("tidy up", None)]


def test_it_is_waited_for_as_long_as_the_host_may_take() -> None:
    assert change().longest_seconds == 2 * (STEP_SECONDS + 7) + 5 + AROUND_SECONDS
    assert change().call.connector_arguments["_timeout"] == change().longest_seconds


def test_it_reads_as_what_would_be_done_and_what_would_bring_it_back() -> None:
    assert change().lines() == [
        "1. put it",
        "   do:   Set-It -Path 'C:\\it' -Content <secret>",
        "   undo: Restore-WinFile -Path 'C:\\it' -Copy 'C:\\it.good'",
        "2. prove it",
        "   do:   Test-It",
        "afterwards: tidy up",
        "   do:   Remove-WinItem -Path 'C:\\it.good'",
    ]


def test_a_long_text_is_read_by_its_length() -> None:
    long = Step("put it", PowerShellCall("Set-It", {"Content": "one\ntwo\n", "Name": "x" * 201}))
    assert Change("it", "C:\\changes", (long,)).lines()[1] == (
        "   do:   Set-It -Content '(8 characters, 2 lines)' -Name '(201 characters, 1 lines)'"
    )


def test_secrets_of_undos_are_kept_apart_and_named_by_their_position() -> None:
    server = {"Port": 6379, "Password": hidden("canary-7391")}
    one = Step("a", PUT, PowerShellCall("Send-MemuraiCommand", {"Given": hidden("canary-8402"), "Servers": [server]}))
    two = Step("b", PUT, PowerShellCall("Send-MemuraiCommand", {"Given": hidden("canary-7391")}))
    wire = Change("it", "C:\\changes", (one, two)).call.wire_parameters()
    assert wire["KeptSecrets"] == [{"$secret": "canary-8402"}, {"$secret": "canary-7391"}]
    first, second = (json.loads(step["Undo"])["Parameters"] for step in wire["Steps"])
    assert first == {"Given": {"$kept": 0}, "Servers": [{"Port": 6379, "Password": {"$kept": 1}}]}
    assert second == {"Given": {"$kept": 1}}


def test_a_change_has_steps() -> None:
    with pytest.raises(ChangeError, match="expected at least one step"):
        Change("it", "C:\\changes", ())


def test_what_undoes_a_step_is_what_hosts_have_by_themselves() -> None:
    unknown = Change("it", "C:\\changes", (Step("put it", PUT, BACK), Step("stop it", PUT, PUT)))
    with pytest.raises(ChangeError, match=r"undoes the step 'stop it' .* found Set-It"):
        unknown.call  # noqa: B018 - a property that refuses


def test_what_may_hold_secrets_is_not_printed() -> None:
    steps = (Step("read it", PowerShellCall("Get-It", {}, confidential=True)),)
    assert Change("it", "C:\\changes", steps).call.confidential
    assert not change().call.confidential
