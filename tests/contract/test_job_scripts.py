"""The entry scripts that the project installs on hosts, as PowerShell source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from powershell_source import parse, read_help, syntax_errors, text_of, walk

SCRIPTS = sorted((Path(__file__).parents[2] / "files" / "jobs").glob("*.ps1"))
CALLED = {"backup": "Invoke-MemuraiBackup", "health": "Invoke-MemuraiHealthCheck"}


def stem(path: Path) -> str:
    return path.stem


def test_these_are_the_scripts() -> None:
    assert [path.stem for path in SCRIPTS] == sorted(CALLED)


@pytest.mark.parametrize("path", SCRIPTS, ids=stem)
def test_a_script_is_plain_powershell(path: Path) -> None:
    text = path.read_bytes().decode("ascii")
    assert syntax_errors(path) == []
    assert [line for line in text.splitlines() if len(line) > 120 or line != line.rstrip() or "\t" in line] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=stem)
def test_a_script_calls_one_function_beside_the_cmdlets_around_it(path: Path) -> None:
    commands = [text_of(node) for node in walk(parse(path)) if node.type == "command_name"]
    assert commands == ["Set-StrictMode", "Import-Module", "Join-Path", CALLED[path.stem], "ConvertTo-Json"]


@pytest.mark.parametrize("path", SCRIPTS, ids=stem)
def test_help_says_how_a_script_is_called_and_what_its_exit_codes_mean(path: Path) -> None:
    found = read_help(re.sub(r"(?m)^", "    ", path.read_text(encoding="ascii")))
    assert list(found.parameters) == ["SettingsPath", "Json"]
    assert f"-File {path.name} -SettingsPath {path.stem}.json" in found.sections["EXAMPLE"]
    assert {"0", "1"} <= set(re.findall(r"(?m)^\s+(\d): \S", found.sections["NOTES"]))
