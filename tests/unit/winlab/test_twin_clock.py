"""Backups of a host whose clock was wrong, or is: no age is taken from a time in the future."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backup_practice import (
    BACKUPS,
    JOB_RULES,
    PROTECTED,
    ask,
    back_up,
    change,
    check_refused,
    checked,
    damage,
    events,
    fill,
    last_run,
    metrics,
    names,
    prepare,
    stored,
)
from backup_times import in_days, name_of, retaken, text_of
from windows_practice import ADDRESS, CONF, NETWORK_SERVICE_SID, deploy, grant, install, wait_until

from winlab.twin.functions import backup as job
from winlab.twin.functions import snapshots
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A host whose server has some keys and one good backup."""
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        install(machine, tmp_path)
        prepare(machine)
        deploy(machine, PROTECTED, JOB_RULES)
        grant(machine, CONF.rpartition("\\")[0], NETWORK_SERVICE_SID)
        machine.services.start("Memurai")
        wait_until(lambda: ask("PING") == "PONG")
        fill(5)
        assert back_up(machine)["ExitCode"] == 0
        yield machine


def add(machine: Machine, days: float) -> str:
    """Add a copy of the first backup that was taken in so many days, and return its name."""
    source, time = f"{BACKUPS}\\{names(machine)[-1]}", in_days(days)
    files = {name: machine.files.read_bytes(f"{source}\\{name}") for name in machine.files.names(source)}
    machine.files.make_directory(f"{BACKUPS}\\{name_of(time)}")
    for name, content in retaken(files, time).items():
        machine.files.write_bytes(f"{BACKUPS}\\{name_of(time)}\\{name}", content)
    return name_of(time)


def listed(machine: Machine) -> list[str]:
    return [entry["Name"] for entry in stored(machine)["Backups"]]


def warned(machine: Machine) -> list[str]:
    """Return what the event log says of times."""
    return [event.message for event in machine.events.find(source="MemuraiProduction", event_id=1004)]


def test_a_backup_of_the_future_is_not_the_newest_and_a_problem(machine: Machine) -> None:
    (good,) = names(machine)
    future = add(machine, 365)
    found = stored(machine)
    assert [(entry["Name"], entry["IsAgeKnown"]) for entry in found["Backups"]] == [(good, True), (future, False)]
    (problem,) = found["Problems"]
    assert problem.startswith(f"{future}: Expected a backup that was taken before now")
    assert "taken in the future: the clock was wrong, or is" in problem


def test_a_clock_that_is_some_minutes_off_is_no_problem(machine: Machine) -> None:
    soon = add(machine, 4 / 1440)
    assert (listed(machine)[0], stored(machine)["Problems"]) == (soon, [])


def test_a_rehearsal_of_the_future_does_not_prove_this_week(machine: Machine) -> None:
    (good,) = names(machine)
    path = f"{BACKUPS}\\{good}\\rehearsal.json"
    record = json.loads(machine.files.read_bytes(path)) | {"RehearsedUtc": text_of(in_days(365))}
    machine.files.write_bytes(path, json.dumps(record).encode())
    (problem,) = stored(machine)["Problems"]
    assert "rehearsed in the future: the clock was wrong, or is" in problem
    change(machine, Rehearse="weekly")
    assert "passed" in back_up(machine)["Text"]
    assert metrics(machine)["memurai_rehearsal_last_run_timestamp_seconds"] < in_days(1).timestamp()


def test_monitoring_is_told_of_the_newest_one_whose_age_is_known(machine: Machine) -> None:
    future = add(machine, 365)
    made = back_up(machine)
    found = metrics(machine)
    assert found["memurai_backup_last_success_timestamp_seconds"] < in_days(1).timestamp()
    assert (found["memurai_backup_good_backups"], found["memurai_backup_future_backups"]) == (2, 1)
    assert made["ExitCode"] == 0
    assert any(future in problem for problem in made["Problems"])


def test_retention_counts_what_has_an_age_and_keeps_what_it_has_made(machine: Machine) -> None:
    (good,) = names(machine)
    futures = [add(machine, 365 + day) for day in range(3)]
    change(machine, KeepAtMost=3, KeepAtLeast=1)
    made = [back_up(machine)["Backup"] for _ in range(3)]
    assert (last_run(machine)["ExitCode"], last_run(machine)["Backup"]) == (0, made[-1])
    assert names(machine) == [*reversed(futures), *reversed(made)]
    assert good not in names(machine)


def test_a_backup_that_is_gone_at_the_end_of_its_run_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names(machine)
    monkeypatch.setattr(job, "expired_backups", lambda backups, *_, **__: [backups[0].name])
    result = back_up(machine)
    assert names(machine) == before
    assert result["ExitCode"] == last_run(machine)["ExitCode"] == 1
    assert f"{BACKUPS}\\{result['Backup']}" in result["Text"]
    assert events(machine)[-1] == 1001


def test_one_night_a_year_ahead_removes_nothing_by_age(machine: Machine) -> None:
    # As that night sees it: what was taken every night until yesterday is a year old.
    first = names(machine)[-1]
    nights = [add(machine, -365 - day) for day in range(8)]
    machine.files.remove(f"{BACKUPS}\\{first}", recurse=True)
    made = back_up(machine)
    assert names(machine) == [made["Backup"], *nights]
    assert made["ExitCode"] == 0
    (problem,) = made["Problems"]
    assert f"{nights[0]} and {made['Backup']}" in problem
    assert last_run(machine)["Problems"] == warned(machine) == [problem]
    second = back_up(machine)
    assert names(machine) == [second["Backup"], made["Backup"], *nights]


def test_what_stood_before_a_gap_still_goes_by_number(machine: Machine) -> None:
    nights = [add(machine, -365 - day) for day in range(8)]
    change(machine, KeepAtMost=4, KeepAtLeast=1)
    made = back_up(machine)["Backup"]
    assert names(machine)[0] == made
    assert names(machine)[2:] == nights[:2]


def test_a_few_nights_without_a_backup_are_no_gap(machine: Machine) -> None:
    first = names(machine)[-1]
    nights = [add(machine, -5 - day) for day in range(5)]
    machine.files.remove(f"{BACKUPS}\\{first}", recurse=True)
    change(machine, KeepAtLeast=1)
    made = back_up(machine)
    assert (names(machine), made["Problems"]) == ([made["Backup"], *nights[:2]], [])


def test_a_restore_offers_the_newest_whole_one_whose_age_is_known(machine: Machine) -> None:
    (good,) = names(machine)
    future, older = add(machine, 365), add(machine, -1)
    damage(machine, f"{BACKUPS}\\{good}\\dump.rdb", 20)
    assert f"The newest whole one is {older}." in check_refused(machine, good)
    assert checked(machine, future)["Keys"] == 5


def test_two_backups_of_one_second_have_two_names(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = names(machine)
    # A clock that was set back lives through the same second again.
    snapshot = snapshots.take_snapshot
    moment = datetime.strptime(first, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    monkeypatch.setattr(job, "take_snapshot", lambda run: (moment, snapshot(run)[1]))
    made = back_up(machine)
    assert (made["ExitCode"], made["Problems"]) == (0, [])
    assert names(machine) == [made["Backup"], first]
    assert made["Backup"] > first


def test_a_server_that_saved_in_the_future_is_backed_up(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    before, saved, asked = ask("LASTSAVE"), str(int(in_days(365).timestamp())), snapshots.information
    wait_until(lambda: ask("TIME").split()[0] != before)

    def information(run: Any) -> dict[str, str]:
        fields = asked(run)
        # Until it has saved again the server tells when it last did: before its host's clock was set right.
        if fields["rdb_last_save_time"] == before:
            fields["rdb_last_save_time"] = saved
        return fields

    monkeypatch.setattr(snapshots, "information", information)
    monkeypatch.setattr(snapshots, "_SNAPSHOT_SECONDS", 10)
    assert back_up(machine)["ExitCode"] == 0
