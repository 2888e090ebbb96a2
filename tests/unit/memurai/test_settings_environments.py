"""No secret is used by two environments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from practice import CONFIG_COMMAND, PASSWORD

from memurai.exceptions import SettingsError
from memurai.settings import Environments, from_host_data

DEPLOY = (
    "from pyinfra import host\nfrom memurai import host_settings\nprint('SETTINGS', host_settings.settings_of(host))\n"
)
PACKAGE = {"version": "4.1.2", "source": "a.msi", "sha256": "0" * 64}
OTHER_PASSWORD = "unit-test-another-password-0123456789"
OTHER_NAME = "CONFIG_unit_test_another_0123456789"


def shared(host_data: dict[str, object], **others: object) -> list[str]:
    """Return the problems of a host of `prod`, without a secret in any."""
    try:
        from_host_data("cache1", host_data, {}, Environments("prod", others))
    except SettingsError as error:
        problems = list(error.problems)
    else:
        problems = []
    assert not [problem for problem in problems if PASSWORD in problem or CONFIG_COMMAND in problem]
    return problems


def test_the_same_password_from_another_variable_is_refused_naming_both_environments(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGING_PASSWORD", PASSWORD)
    (problem,) = shared(host_data, staging={"password": "env:STAGING_PASSWORD", "renamed_commands": {}})
    assert problem.startswith("memurai_security.password: expected a secret of prod alone, found the same as")
    assert "memurai_security.password of staging" in problem
    assert "python -m memurai secrets generate --environment" in problem


def test_different_secrets_are_right(host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_PASSWORD", OTHER_PASSWORD)
    monkeypatch.setenv("STAGING_NAME", OTHER_NAME)
    other = {"password": "env:STAGING_PASSWORD", "renamed_commands": {"CONFIG": "env:STAGING_NAME", "KEYS": ""}}
    assert shared(host_data, staging=other) == []


def test_every_shared_secret_is_named_also_in_another_place(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "name"
    path.write_text(f"{CONFIG_COMMAND}\n")
    path.chmod(0o600)
    monkeypatch.setenv("DEV_PASSWORD", PASSWORD)
    monkeypatch.setenv("STAGING_PASSWORD", OTHER_PASSWORD)
    found = shared(
        host_data,
        dev={"password": "env:DEV_PASSWORD", "renamed_commands": {}},
        staging={"password": "env:STAGING_PASSWORD", "renamed_commands": {"CONFIG": f"file:{path}"}},
    )
    assert ["memurai_security.password of dev" in problem for problem in found] == [True, False]
    assert ["renamed_commands.CONFIG of staging" in problem for problem in found] == [False, True]


def test_a_source_that_two_environments_name_is_refused(host_data: dict[str, object]) -> None:
    security = {"password": f"cmd:echo {PASSWORD}", "renamed_commands": {}}
    found = shared({**host_data, "memurai_security": security}, dev={**security})
    assert [problem.split(":")[0] for problem in found] == ["memurai_security.password"]
    # What an environment leaves out has the default: the same variables.
    found = shared(host_data, dev={"maxclients": 500})
    assert [problem.split(":")[0] for problem in found] == [
        "memurai_security.password",
        "memurai_security.renamed_commands.CONFIG",
    ]


def test_what_this_machine_does_not_know_is_not_compared(host_data: dict[str, object], tmp_path: Path) -> None:
    readable = tmp_path / "password"
    readable.write_text(PASSWORD)
    readable.chmod(0o644)
    for source in ("env:NOT_SET_AT_ALL", "file:/not/there", f"file:{readable}", "not a source"):
        assert shared(host_data, dev={"password": source, "renamed_commands": {}}) == []


@pytest.mark.parametrize("other", [None, "wrong", {"password": 3, "renamed_commands": ["x"]}, {"pasword": "x"}])
def test_mistakes_of_another_environment_are_its_own(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch, other: object
) -> None:
    monkeypatch.setenv("PROD_PASSWORD", PASSWORD)
    own = {"password": "env:PROD_PASSWORD", "renamed_commands": {}}
    monkeypatch.delenv("MEMURAI_PASSWORD")
    assert shared({**host_data, "memurai_security": own}, dev=other) == []


def test_a_command_of_another_environment_is_never_run(host_data: dict[str, object], tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert shared(host_data, dev={"password": f"cmd:touch {log}", "renamed_commands": {}}) == []
    assert not log.exists()


def group_data(name: str) -> str:
    upper = name.upper()
    commands = f"{{'CONFIG': 'env:T_{upper}_NAME'}}"
    return f"memurai_security = {{'password': 'env:T_{upper}_PASSWORD', 'renamed_commands': {commands}}}\n"


def planned(folder: Path, *options: str, **variables: str) -> str:
    """Let pyinfra read an inventory of `prod` in a project of three environments; return what it printed."""
    files = {
        "group_data/all.py": f"memurai_package = {PACKAGE!r}\n",
        "group_data/prod.py": group_data("prod"),
        "group_data/staging.py": group_data("staging"),
        "group_data/region.py": "memurai_security = {'password': 'env:T_PROD_PASSWORD', 'renamed_commands': {}}\n",
        "inventories/prod.py": "hosts = ['@fake/cache1']\nregion = ['@fake/cache2']\n",
        "code.py": DEPLOY,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    command = [sys.executable, "-m", "pyinfra", "inventories/prod.py", "code.py", "--dry", "-y", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return finished.stdout + finished.stderr


PROD = {"T_PROD_PASSWORD": PASSWORD, "T_PROD_NAME": CONFIG_COMMAND}


def test_a_deploy_knows_the_other_environments_from_their_group_data(tmp_path: Path) -> None:
    text = planned(tmp_path, **PROD, T_STAGING_PASSWORD=PASSWORD)
    assert "group_data/prod.py: memurai_security.password: expected a secret of prod alone" in text
    assert "memurai_security.password of staging" in text
    assert PASSWORD not in text


def test_groups_of_the_same_inventory_are_one_environment(tmp_path: Path) -> None:
    text = planned(tmp_path, **PROD, T_STAGING_PASSWORD=OTHER_PASSWORD)
    assert "expected" not in text, text
    assert text.count("SETTINGS package=") == 2, text
