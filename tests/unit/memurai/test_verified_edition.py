"""The verification after a deploy asks for the edition as the deploy does."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from memurai import host_settings
from memurai.settings import Settings

VERIFICATION = Path(__file__).parents[2] / "verify"
DEVELOPER = {"memurai_edition": "Memurai Developer"}


@pytest.fixture
def verification(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module with the checks, which pytest collects only with an inventory."""
    monkeypatch.syspath_prepend(VERIFICATION)
    yield importlib.import_module("test_server")
    for name in ("test_server", "server"):
        sys.modules.pop(name, None)


class Answers:
    """A server that reports something."""

    def __init__(self, info: dict[str, str]) -> None:
        self.info = lambda: info


def check(
    verification: ModuleType,
    settings: Settings,
    info: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_prod: bool,
) -> None:
    monkeypatch.setattr(host_settings, "is_production", lambda _: is_prod)
    host: Any = None
    verification.test_edition(Answers(info), settings, host)


def test_a_developer_edition_in_production_fails(
    verification: ModuleType, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AssertionError, match="stops by itself after ten days"):
        check(verification, settings, DEVELOPER, monkeypatch, is_prod=True)


def test_elsewhere_where_it_is_allowed_or_not_reported_it_is_fine(
    verification: ModuleType, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowing = settings.package.model_copy(update={"allow_developer_edition": True})
    check(verification, settings, DEVELOPER, monkeypatch, is_prod=False)
    check(verification, settings, {}, monkeypatch, is_prod=True)
    check(verification, settings.model_copy(update={"package": allowing}), DEVELOPER, monkeypatch, is_prod=True)
