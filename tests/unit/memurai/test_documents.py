"""What the documents name is there: files, headings, tasks' options, settings and alerts."""

import re
from pathlib import Path

import pytest

from memurai.options import OPTIONS
from memurai.settings.loading import GROUPS

PROJECT = Path(__file__).parents[3]
DOCUMENTS = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((PROJECT / "docs").rglob("*.md")),
]
FOLDERS = "tasks|inventories|group_data|templates|files|docs|scripts|src|tests|examples|benchmarks"
# Not where a longer path goes on, as in `config/changes`, nor what a pattern or a placeholder makes.
FILE = re.compile(rf"(?<![\w/.\\-])(?:{FOLDERS})/[\w./-]*[\w/](?![\w*<\[{{])")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
OPTION = re.compile(r"--data '?(\w+)=")
SETTING = re.compile(r"\bmemurai_(\w+?)(?:\.|\[\")([a-z]\w*)")
ALERT = re.compile(r"`(Memurai[A-Z]\w+)`")

by_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@by_document
def test_files_are_there(document: Path) -> None:
    named = set(FILE.findall(document.read_text()))
    assert not [path for path in named if not (PROJECT / path).exists()]


@by_document
def test_links_lead_somewhere(document: Path) -> None:
    for path, heading in LINK.findall(document.read_text()):
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), path
        assert not heading or heading in headings(target), f"{path}#{heading}"


@by_document
def test_options_of_tasks_are_read(document: Path) -> None:
    assert set(OPTION.findall(document.read_text())) <= set(OPTIONS)


@by_document
def test_settings_exist(document: Path) -> None:
    for group, key in SETTING.findall(document.read_text()):
        settings = GROUPS.get(f"memurai_{group}")
        assert settings is None or key in settings.model_fields, f"memurai_{group}.{key}"


def test_alerts_of_the_procedures_exist() -> None:
    known = set(ALERT.findall((PROJECT / "docs" / "alerts.md").read_text()))
    for document in sorted((PROJECT / "docs" / "operator").glob("*.md")):
        assert set(ALERT.findall(document.read_text())) <= known, document.name


def test_every_task_is_told_of() -> None:
    text = (PROJECT / "README.md").read_text()
    assert not [path.name for path in sorted((PROJECT / "tasks").glob("*.py")) if f"tasks/{path.name}" not in text]


def test_the_demonstration_runs_what_is_there() -> None:
    named = set(FILE.findall((PROJECT / "scripts" / "demo.py").read_text()))
    assert named >= {"tasks/failover.py", "inventories/lab_sentinel.py"}
    assert not [path for path in named if not (PROJECT / path).exists()]
