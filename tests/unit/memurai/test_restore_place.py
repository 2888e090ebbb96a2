"""Where a restore puts the present data."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from memurai import ownership
from memurai.settings import Settings

TASK = Path(__file__).parents[3] / "tasks" / "restore.py"
RESTORES = 18


def test_two_restores_of_one_second_never_have_one_place(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # The task alone, on no host.
    monkeypatch.setattr(ownership, "settings_of", lambda _: None)
    place = runpy.run_path(str(TASK))["place"]
    places = [place(settings).aside for _ in range(RESTORES)]
    assert len(set(places)) == RESTORES
    start = re.escape(f"{settings.storage.data}-before-restore-")
    assert all(re.fullmatch(rf"{start}\d{{8}}T\d{{6}}Z-[0-9a-f]{{8}}", item) for item in places)
