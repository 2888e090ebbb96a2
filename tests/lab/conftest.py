"""End to end: pyinfra's own command line, over WinRM, onto practice hosts in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from judge import ANSWERS, engines, expect_differences, installation
from lab_practice import CANARY, CONFIG_COMMAND, WARM, Practice, practice_hosts

from winlab.engines.real_powershell import Installation
from winlab.environment import lab_variables


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of all labs of this session; the stand-in package is built once."""
    given = {"MEMURAI_LAB_PASSWORD": CANARY, "MEMURAI_LAB_CONFIG_COMMAND": CONFIG_COMMAND}
    return lab_variables(tmp_path_factory.mktemp("variables"), None, {**os.environ, **given})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "powershell" in metafunc.fixturenames:
        judged = metafunc.definition.get_closest_marker("judged") is not None
        named = [engine for engine in engines() if judged and engine != ANSWERS]
        values = [pytest.param(ANSWERS, id=pytest.HIDDEN_PARAM), *named]
        metafunc.parametrize("powershell", values, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        expect_differences(item)


@pytest.fixture(scope="session")
def powershell(request: pytest.FixtureRequest) -> Installation | None:
    """What the hosts run as powershell.exe: a real one, or None for the answers in Python."""
    return None if request.param == ANSWERS else installation()


@pytest.fixture
def bare(variables: dict[str, str], tmp_path: Path, powershell: Installation | None) -> Iterator[Practice]:
    """One bare practice host."""
    yield from practice_hosts(1, variables, tmp_path, powershell)


@pytest.fixture
def bare_pair(variables: dict[str, str], tmp_path: Path) -> Iterator[Practice]:
    """Two bare practice hosts."""
    yield from practice_hosts(2, variables, tmp_path)


@pytest.fixture(scope="module")
def deployed(
    variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory, powershell: Installation | None
) -> Iterator[Practice]:
    """One practice host that was deployed once; the tests of a module share it and leave it deployed."""
    for practice in practice_hosts(1, variables, tmp_path_factory.mktemp("deployed"), powershell):
        first = practice.deploy()
        assert first.exit_code == 0, first.output
        yield practice


@pytest.fixture(scope="session", autouse=True)
def _no_process_left() -> Iterator[None]:
    """Fail the session when a practice host left a process behind."""
    import psutil  # noqa: PLC0415  # only this check needs it

    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    for started in WARM.values():
        started.close()
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    names = [process.name() for process in left if process.status() != psutil.STATUS_ZOMBIE]
    assert not names, f"expected no process left behind, found {names}"
