"""Write-WinEvent and Get-WinEventEntry."""

from __future__ import annotations

from typing import Any

import pytest
from contract_host import ContractHost


def write(host: ContractHost, source: str, event_id: int, message: str, entry_type: str = "Information") -> None:
    given = {"Source": source, "EventId": event_id, "EntryType": entry_type, "Message": message}
    assert host.call("Write-WinEvent", **given) == {"Source": source, "EventId": event_id}


def entries(host: ContractHost, source: str, **options: Any) -> list[dict[str, Any]]:
    answer = host.call("Get-WinEventEntry", Source=source, **options)
    assert answer["Source"] == source
    found: list[dict[str, Any]] = answer["Entries"]
    return found


def test_a_source_that_does_not_exist_has_no_entries(host: ContractHost) -> None:
    assert entries(host, host.new_event_source()) == []


@pytest.mark.parametrize("entry_type", ["Information", "Warning", "Error"])
def test_an_entry_is_read_as_it_was_written(host: ContractHost, entry_type: str) -> None:
    source = host.new_event_source()
    write(host, source, 1022, "Größe Ω\r\nsecond line with 'quotes' & <more>", entry_type)
    (entry,) = entries(host, source)
    assert (entry["EventId"], entry["EntryType"]) == (1022, entry_type)
    assert entry["Message"].splitlines() == ["Größe Ω", "second line with 'quotes' & <more>"]


def test_entries_come_newest_first_and_as_many_as_wanted(host: ContractHost) -> None:
    source, other = host.new_event_source(), host.new_event_source()
    for number in (1, 65535, 3):
        write(host, source, number, f"number {number}")
    write(host, other, 4, "of another source")
    assert [entry["EventId"] for entry in entries(host, source)] == [3, 65535, 1]
    assert [entry["EventId"] for entry in entries(host, source, Newest=2)] == [3, 65535]


def test_entries_from_a_time_on(host: ContractHost) -> None:
    source = host.new_event_source()
    write(host, source, 1, "first")
    write(host, source, 2, "second")
    second, first = entries(host, source)
    assert entries(host, source, SinceUtc=first["TimeUtc"]) == [second, first]
    assert entries(host, source, SinceUtc="2999-12-31T00:00:00Z") == []
    assert entries(host, source, SinceUtc="1999-12-31T00:00:00.5Z", Newest=1) == [second]


def test_a_long_message_is_cut(host: ContractHost) -> None:
    source = host.new_event_source()
    write(host, source, 1, "x" * 40_000)
    assert entries(host, source)[0]["Message"] == "x" * 31_000


def test_a_source_of_another_log_is_refused(host: ContractHost) -> None:
    given = {"EventId": 1, "EntryType": "Error", "Message": "not written"}
    refusal = host.refusal("Write-WinEvent", Source="Service Control Manager", **given)
    assert (
        "Expected the event source 'Service Control Manager' in the log Application, found it in 'System'." in refusal
    )


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("EventId", 0),
        ("EventId", 65536),
        ("EntryType", "Critical"),
        ("Message", ""),
        ("Source", "it's"),
        ("Source", ""),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_parameter(host: ContractHost, parameter: str, value: object) -> None:
    source = host.new_event_source()
    given = {"Source": source, "EventId": 1, "EntryType": "Error", "Message": "text", parameter: value}
    assert f"'{parameter}'" in host.refusal("Write-WinEvent", **given)
    assert entries(host, source) == []


@pytest.mark.parametrize(("parameter", "value"), [("Newest", 0), ("SinceUtc", "yesterday"), ("SinceUtc", "2026-01-31")])
def test_a_wrong_choice_of_entries_is_an_error(host: ContractHost, parameter: str, value: object) -> None:
    assert f"'{parameter}'" in host.refusal("Get-WinEventEntry", Source=host.new_event_source(), **{parameter: value})
