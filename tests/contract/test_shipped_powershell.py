"""What hosts get of the PowerShell: the same code without its comments, and for a job all that it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter
from powershell_source import AGENT_FOLDER, LIBRARY_FOLDERS, parse, parse_text, text_of, walk

from memurai.jobs import jobs
from memurai.settings import Settings
from winfra.powershell_text import without_comments

FILES = sorted({*(path for folder in LIBRARY_FOLDERS for path in folder.rglob("*.ps1")), AGENT_FOLDER / "agent.ps1"})
PACKAGE = {"version": "4.1.2", "source": "memurai.msi", "sha256": "0" * 64}
MODULES = {
    name: text for job in jobs(Settings.model_validate({"package": PACKAGE})) for name, text in job.modules.items()
}
# What is run otherwise than by its name: script blocks; what undoes a change, which the health check takes from the
# module for that; and there the functions that may undo a step, all of which it has.
RUN_OTHERWISE = {
    "backup": {"& $step", "& $Action"},
    "health": {"& $step", "& $Action", "& $undo -Folder $full -Reason 'It was found unfinished by the health check.'"},
    "undo": {"& $step", "& $Action", "& $name @parameters"},
}


def words(root: tree_sitter.Node) -> list[str]:
    """Return the words of a script without its comments."""
    return [text_of(node) for node in walk(root) if node.child_count == 0 and node.type != "comment" and text_of(node)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_but_comments_is_left_out(path: Path) -> None:
    shipped = parse_text(without_comments(path.read_text(encoding="ascii")))
    assert words(shipped) == words(parse(path))
    assert [text_of(node) for node in walk(shipped) if node.type == "comment"] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_job_has_every_function_that_its_functions_call_and_none_twice(name: str) -> None:
    root = parse_text(MODULES[name])
    defined = [text_of(node) for node in walk(root) if node.type == "function_name"]
    called = {text_of(node) for node in walk(root) if node.type == "command_name"}
    assert len(set(defined)) == len(defined)
    assert {name for name in called if re.fullmatch(r"\w+-(Win(?!Event$)|Memurai)\w+", name)} <= set(defined)


@pytest.mark.parametrize("name", MODULES)
def test_no_function_of_a_job_is_named_where_it_would_not_be_found(name: str) -> None:
    """No text becomes the name of a function but that of one that undoes a step."""
    root = parse_text(MODULES[name])
    operators = [node for node in walk(root) if node.type == "command_invokation_operator"]
    assert {text_of(node.parent) for node in operators} <= RUN_OTHERWISE[name]
