"""End to end: pyinfra's own command line, over WinRM, onto practice hosts in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import CANARY, CONFIG_COMMAND, Practice, practice_hosts

from winlab.environment import lab_variables


@pytest.fixture(scope="session")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of all labs of this session; the stand-in package is built once."""
    given = {"MEMURAI_LAB_PASSWORD": CANARY, "MEMURAI_LAB_CONFIG_COMMAND": CONFIG_COMMAND}
    return lab_variables(tmp_path_factory.mktemp("variables"), None, {**os.environ, **given})


@pytest.fixture
def bare(variables: dict[str, str], tmp_path: Path) -> Iterator[Practice]:
    """One bare practice host."""
    yield from practice_hosts(1, variables, tmp_path)


@pytest.fixture
def bare_pair(variables: dict[str, str], tmp_path: Path) -> Iterator[Practice]:
    """Two bare practice hosts."""
    yield from practice_hosts(2, variables, tmp_path)


@pytest.fixture(scope="module")
def deployed(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice host that was deployed once; the tests of a module share it and leave it deployed."""
    for practice in practice_hosts(1, variables, tmp_path_factory.mktemp("deployed")):
        first = practice.deploy()
        assert first.exit_code == 0, first.output
        yield practice


@pytest.fixture(scope="session", autouse=True)
def _no_process_left() -> Iterator[None]:
    """Fail the session when a practice host left a process behind."""
    import psutil  # noqa: PLC0415  # only this check needs it

    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    names = [process.name() for process in left if process.status() != psutil.STATUS_ZOMBIE]
    assert not names, f"expected no process left behind, found {names}"
