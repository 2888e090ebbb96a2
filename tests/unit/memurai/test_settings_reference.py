"""docs/settings.md says what the model says."""

import re
from pathlib import Path

import pytest

from memurai.settings import from_host_data
from memurai.settings.examples import EXAMPLES
from memurai.settings.groups import Group
from memurai.settings.loading import GROUPS
from memurai.settings.model import Settings
from memurai.settings.reference import reference

PROJECT = Path(__file__).parents[3]
COLUMNS = 5


def section(key: str) -> str:
    return reference().partition(f"\n## `{key}`\n")[2].partition("\n## ")[0]


def rows(key: str) -> dict[str, list[str]]:
    lines = [line for line in section(key).splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {row[0].strip("`"): row for row in cells}


def test_the_page_is_up_to_date() -> None:
    written = (PROJECT / "docs" / "settings.md").read_text()
    assert written == reference(), (
        "docs/settings.md is not what the model says; write it again: python -m memurai settings > docs/settings.md"
    )


def test_every_setting_has_a_complete_row() -> None:
    for key, group in GROUPS.items():
        assert set(rows(key)) == set(group.model_fields), key
        for name, row in rows(key).items():
            bounds_needed = row[1] != "True or False"
            assert len(row) == COLUMNS, (key, name)
            assert row[1], (key, name)
            assert row[2] or not bounds_needed, (key, name)
            assert row[3], (key, name)
            assert row[4], (key, name)


def test_rows_say_type_bounds_and_default() -> None:
    assert rows("memurai_network")["port"][1:4] == ["number", "1024 to 49151", "`6379`"]
    assert rows("memurai_memory")["maxmemory"][1:4] == ["size", "16mb to 1024gb", '`"2gb"`']
    assert rows("memurai_persistence")["save"][2] == "0 to 16 values; each: (1 to 604800, 1 to 1000000000)"
    assert rows("memurai_persistence")["appendfsync"][2] == "`always`, `everysec`, `no`"
    assert rows("memurai_storage")["data"][3] == '`"C:/ProgramData/Memurai/data"`'
    assert rows("memurai_package")["version"][3] == "required"
    assert rows("memurai_security")["password"][1:4:2] == ["source", '`"env:MEMURAI_PASSWORD"`']


def test_the_examples_are_right_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MEMURAI_PROD_CONFIG_COMMAND", "CONFIG_unit_test_0123456789")
    for role in ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA", "REPLICATION_SENTINEL"):
        monkeypatch.setenv(f"MEMURAI_{role}_PASSWORD", f"unit-test-password-of-{role}")
    password = tmp_path / ".memurai" / "prod-password"
    password.parent.mkdir()
    password.write_text("unit-test-password-0123456789\n")
    password.chmod(0o600)
    data: dict[str, object] = {}
    for key, example in EXAMPLES.items():
        assert example.strip() in section(key)
        exec(example, data)  # noqa: S102 - our own example
    assert set(GROUPS) <= set(data)
    assert from_host_data("cache1", {key: data[key] for key in GROUPS}).memory.policy == "noeviction"


def test_every_check_of_values_together_is_said_in_words() -> None:
    checks = reference().partition("## Values that must fit together\n")[2]
    for key, group in {**GROUPS, "": Settings}.items():
        checked = group.combination_problems is not Group.combination_problems
        assert bool(group.RULES) or not checked, key
        assert all(rule in checks for rule in group.RULES), key
    for word in ("volatile-*", "two environments", "published password"):
        assert word in checks
