"""The options of tasks: what --data gives that nothing reads is an error, not as good as none."""

from pathlib import Path

import pytest
from test_settings_environments import PROD, planned

from memurai.options import OPTIONS, problems

KNOWN = ("region", "winrm_user")
PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "key", [*OPTIONS, *KNOWN, "memurai_memory", "memurai_unknown", "winrm_port", "_sudo"], ids=lambda key: key
)
def test_what_is_read_somewhere_is_right(key: str) -> None:
    assert list(problems([key], KNOWN)) == []


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("backp", "did you mean backup?"),
        ("rollback-to", "did you mean rollback_to?"),
        ("regions", "did you mean region?"),
        ("xyz", "leave it out"),
    ],
)
def test_what_nothing_reads_is_told_with_what_was_meant(key: str, hint: str) -> None:
    (problem,) = problems([key], KNOWN)
    assert problem.startswith(f"--data {key}: expected ")
    assert problem.endswith(hint)
    assert "backup, drill, drop_password, patterns, remove_data, report, rollback_to" in problem


def test_tasks_read_no_other_options() -> None:
    texts = [path.read_text() for path in (PROJECT / "tasks").glob("*.py")]
    assert sum(text.count("host.data.get(options.") for text in texts) == len(OPTIONS)
    assert sum(text.count("host.data") for text in texts) == len(OPTIONS)


def test_a_misspelt_option_refuses_the_host(tmp_path: Path) -> None:
    text = planned(tmp_path, "--data", "backp=20261122T020000Z", **PROD)
    assert "--data backp: expected a setting" in text
    assert "SETTINGS package=" not in text


def test_what_the_inventory_has_too_may_be_given(tmp_path: Path) -> None:
    text = planned(tmp_path, "--data", "winrm_port=5986", **PROD)
    assert "expected" not in text, text
