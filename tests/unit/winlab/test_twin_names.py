"""Names that hold a time: two of one moment never meet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest
from windows_practice import ADDRESS

from winlab.twin.binder import invoke
from winlab.twin.functions import FUNCTIONS, upgrade
from winlab.windows.machine import Machine

MOMENT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
UPGRADES = 18


class Stopped(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> Self:  # noqa: ARG003 - the clock is in UTC
        return cls(*MOMENT.timetuple()[:6], tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host") as machine:
        yield machine


def test_the_data_of_two_upgrades_of_one_moment_is_kept_apart(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "datetime", Stopped)
    monkeypatch.setattr(
        upgrade._Update, "run", lambda self: {"AsideFolder": self.instances[0].aside, "RebootRequired": False}
    )
    given = {
        "Path": "C:\\new.msi",
        "Sha256": "0" * 64,
        "Version": "4.3.0",
        "FormerPath": "C:\\old.msi",
        "FormerSha256": "0" * 64,
        "FormerVersion": "4.2.2",
        "ProductName": "Memurai*",
        "ProductFolder": "C:\\Program Files\\Memurai",
        "LogFolder": "C:\\logs",
        "ServiceName": "Memurai",
        "ConfigurationPath": "C:\\server.conf",
        "CliPath": "C:\\cli.exe",
        "Address": ADDRESS,
        "Port": 6379,
        "DataFolder": "C:\\data",
        "DataNames": ["dump.rdb"],
        "BackupFolder": "C:\\Backups",
    }
    update = FUNCTIONS["Update-MemuraiProduct"]
    places = [str(invoke(update, machine, given)["AsideFolder"]) for _ in range(UPGRADES)]
    assert len(set(places)) == UPGRADES
    start = "C:\\Backups\\data-of-4.2.2-before-4.3.0-20261126T020000000Z-"
    assert all(place.startswith(start) for place in places)
