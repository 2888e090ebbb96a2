"""Which backups stay: days and weeks of them, without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pytest
from backup_practice import BACKUPS, names, stored
from windows_practice import ADDRESS, grant

from winlab.twin.functions.backup_store import BackupStore, StoredBackup, expired_backups
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

NOW = datetime(2026, 3, 31, 2, 0, tzinfo=UTC)
FILES = ["dump.rdb", "manifest.json", "manifest.sha256", "rehearsal.json"]
State = Literal["passed", "failed", "none"]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        machine.files.make_directory(BACKUPS)
        grant(machine, BACKUPS)
        yield machine


def backup(taken: datetime, state: State = "passed") -> StoredBackup:
    """Return a backup of a time."""
    manifest = {
        "Name": f"{taken:%Y%m%dT%H%M%SZ}",
        "Host": "WEB1",
        "Service": "Memurai",
        "Role": "master",
        "ServerVersion": "4.2.2",
        "TakenUtc": f"{taken:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "Keys": 1,
        "DurationSeconds": 1.5,
        "Files": [{"Path": "dump.rdb", "SizeBytes": 4, "Sha256": sha256(b"data").hexdigest()}],
    }
    rehearsal = {
        "Ok": state == "passed",
        "Reason": None if state == "passed" else "damaged",
        "Keys": 1,
        "RehearsedUtc": manifest["TakenUtc"],
        "DurationSeconds": 0.5,
    }
    return StoredBackup(str(manifest["Name"]), manifest, None if state == "none" else rehearsal, NOW)


def put(machine: Machine, made: StoredBackup) -> None:
    """Write a backup's files."""
    folder = f"{BACKUPS}\\{made.name}"
    machine.files.make_directory(folder)
    text = json.dumps(made.manifest).encode()
    files = {"dump.rdb": b"data", "manifest.json": text, "manifest.sha256": sha256(text).hexdigest().encode()}
    if made.rehearsal is not None:
        files["rehearsal.json"] = json.dumps(made.rehearsal).encode()
    for name, content in files.items():
        machine.files.write_bytes(f"{folder}\\{name}", content)


def daily(*states: State) -> list[StoredBackup]:
    """Return backups of one a day, newest first, the newest of now."""
    return [backup(NOW - timedelta(days=age), state) for age, state in enumerate(states)]


def days(**limits: int) -> Any:
    """Return limits, those not given so wide that they do not matter."""
    return {"keep_days": 3650, "keep_at_least": 1, "keep_at_most": 1000, **limits}


def left(backups: list[StoredBackup], **limits: int) -> list[int]:
    """Return the places of the backups that stay, 0 the newest."""
    gone = expired_backups(backups, NOW, made=backups[0].name, **days(**limits))
    return [place for place, item in enumerate(backups) if item.name not in gone]


def test_thirty_days_leave_what_they_should_to_the_file(machine: Machine) -> None:
    store = BackupStore(machine, BACKUPS)
    first = NOW - timedelta(days=29)
    for day in range(30):
        now = first + timedelta(days=day)
        # Two a day; every fifth day nothing at noon, on the tenth day a rehearsal fails.
        put(machine, backup(now, "failed" if day == 10 else "passed"))
        if day % 5:
            put(machine, backup(now - timedelta(hours=14)))
        backups, problems = store.backups()
        assert problems == []
        limits = {"keep_days": 7, "keep_at_least": 3, "keep_at_most": 12}
        store.remove(expired_backups(backups, now, made=backups[0].name, **limits))
    expected = [
        NOW - timedelta(days=age, hours=hours) for age in range(8) for hours in (0, 14) if hours == 0 or (29 - age) % 5
    ]
    expected = sorted((time for time in expected if time >= NOW - timedelta(days=7)), reverse=True)[:12]
    assert names(machine) == [f"{time:%Y%m%dT%H%M%SZ}" for time in expected]
    assert machine.files.names(BACKUPS) == sorted(names(machine))
    assert all(machine.files.names(f"{BACKUPS}\\{name}") == FILES for name in names(machine))
    assert [entry["Name"] for entry in stored(machine)["Backups"]] == names(machine)


def test_age() -> None:
    assert left(daily(*["passed"] * 12), keep_days=7) == list(range(8))


def test_the_greatest_number() -> None:
    assert left(daily(*["passed"] * 12), keep_at_most=5) == list(range(5))


def test_the_least_number_stays_however_old() -> None:
    old = [backup(NOW - timedelta(days=100 + age)) for age in range(6)]
    assert left(old, keep_days=7, keep_at_least=3) == [0, 1, 2]


def test_those_that_failed_do_not_count_as_good() -> None:
    states: tuple[State, ...] = ("failed", "passed", "failed", "none", "passed", "passed")
    old = [backup(NOW - timedelta(days=100 + age), state) for age, state in enumerate(states)]
    assert left(old, keep_days=7, keep_at_least=2) == [0, 1, 3]


@pytest.mark.parametrize("state", ["failed", "none"])
def test_the_last_one_that_is_proven_always_stays(state: State) -> None:
    states: list[State] = [state] * 10
    assert left(daily(*states, "passed", "passed"), keep_days=2, keep_at_most=2)[-1] == 10


def test_the_newest_stays_even_if_all_failed() -> None:
    old = [backup(NOW - timedelta(days=100 + age), "failed") for age in range(3)]
    assert left(old, keep_days=1, keep_at_most=1) == [0]


def test_nothing_to_keep() -> None:
    assert expired_backups([], NOW, made="", **days()) == []


def test_what_is_no_backup_stays(machine: Machine) -> None:
    store = BackupStore(machine, BACKUPS)
    for folder in ("data-of-4.2.2-before-4.3.0-20200101T000000000Z", "20200101T000000Z"):
        machine.files.make_directory(f"{BACKUPS}\\{folder}")
    put(machine, backup(NOW))
    backups, problems = store.backups()
    assert [item.name for item in backups] == [backup(NOW).name]
    assert len(problems) == 1
    assert problems[0].startswith("20200101T000000Z: ")
    assert "20200101T000000Z\\manifest.sha256" in problems[0]
    limits = {"keep_days": 1, "keep_at_least": 1, "keep_at_most": 1}
    store.remove(expired_backups(backups, NOW, made=backups[0].name, **limits))
    assert len(machine.files.names(BACKUPS)) == 3


def test_a_folder_that_is_not_there_has_no_backups(machine: Machine) -> None:
    machine.files.remove(BACKUPS, recurse=True)
    assert stored(machine) == {"BackupFolder": BACKUPS, "Backups": [], "LastRun": None, "Problems": []}
