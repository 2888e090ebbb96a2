"""All that the PowerShell uses is there in Windows PowerShell 5.1 with .NET Framework 4.6.1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter
from powershell_source import all_files, parse, parse_text, text_of, walk
from windows_powershell import Script, Windows

WINDOWS = Windows.read()
FILES = [*all_files(), *sorted((Path(__file__).parents[2] / "files" / "jobs").glob("*.ps1"))]

# Properties of what Python sends.
OF_THE_WIRE = {
    *("Function", "Parameters", "Why", "Do", "Undo"),
    *("When", "Expected", "Advice", "Remarks", "Fact", "Comparison", "Kind", "Meaning", "Label", "Is"),
}


def scripts(path: Path) -> list[tree_sitter.Node]:
    """Return the trees of a file and of the scripts that it has as text."""
    texts = [text_of(node) for node in walk(parse(path)) if node.type == "verbatim_here_string_characters"]
    return [parse(path), *(parse_text(text[2:-2].strip()) for text in texts if "param(" in text)]


def own_names() -> set[str]:
    """Return the names that the project's scripts give to properties, functions and types, in lower case."""
    found = set(OF_THE_WIRE)
    for node in (node for path in FILES for script in scripts(path) for node in walk(script)):
        text = text_of(node)
        if node.type in {"hash_entry", "assignment_expression"}:
            found.add(text_of(node.children[0]).rpartition(".")[2].strip("'"))
        elif node.type == "function_name":
            found.add(text)
        elif node.type == "verbatim_string_characters":
            found.add(text.strip("'"))
        elif "DllImport" in text:
            found |= set(re.findall(r"public static \w+ (\w+)\(", text))
            found |= {f"Winfra.{name}" for name in re.findall(r"public static class (\w+)", text)}
    return {name.lower() for name in found}


OWN = own_names()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_script_uses_is_there(path: Path) -> None:
    problems = [problem for script in scripts(path) for problem in Script(script, WINDOWS, OWN).problems()]
    advice = "Not in Windows PowerShell 5.1, or not yet in the list: data/list-windows-powershell.ps1 makes a new one."
    assert problems == [], advice


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[IO.Path]::Join('a', 'b')", "no member ::Join with 2 arguments of System.IO.Path"),
        ("[IO.File]::Move('a', 'b', $true)", "no member ::Move with 3 arguments of System.IO.File"),
        ("$x = [IO.FileInfo]::new('a'); $x.LinkTarget", "no member .LinkTarget of System.IO.FileInfo"),
        ("'a'.Contains('b', 'Ordinal')", "no member .Contains with 2 arguments of System.String"),
        ("([string]$y).ReplaceLineEndings()", "no member .ReplaceLineEndings with 0 arguments of System.String"),
        (
            "function F { param([Diagnostics.Process]$P) $P.Kill($true) }",
            "no member .Kill with 1 arguments of System.Diagnostics.Process",
        ),
        ("$z.WaitForExitAsync()", "no member .WaitForExitAsync with 0 arguments of any type"),
        ("[Convert]::ToHexString($y)", "no member ::ToHexString with 1 arguments of System.Convert"),
        ("[Text.Json.JsonDocument]::Parse('')", "no type [Text.Json.JsonDocument]"),
        ("[IO.FileShare]'ReadWrite, Everything'", "no value everything of [IO.FileShare]"),
        ("ConvertFrom-Json -InputObject $y -AsHashtable", "no parameter -AsHashtable of ConvertFrom-Json"),
        ("Get-Uptime", "no command Get-Uptime"),
    ],
)
def test_what_is_not_there_is_told(text: str, problem: str) -> None:
    found = Script(parse_text(text), WINDOWS, set()).problems()
    assert f"1: {problem}" in found


@pytest.mark.parametrize(
    "text",
    [
        "[IO.Path]::Combine('a', 'b', 'c').TrimEnd('\\').Length",
        "$x = [Collections.Generic.List[string]]::new(); $x.Add('a'); $x.ToArray()",
        "[IO.FileShare]'ReadWrite, Delete'",
        "Get-Item -LiteralPath 'a' -ErrorAction Stop",
        "([string]$y).Split('a').Length",
        "$table.get_Keys()",
    ],
)
def test_what_is_there_is_no_problem(text: str) -> None:
    windows = Windows(
        WINDOWS.types, WINDOWS.objects, {**WINDOWS.commands, "get-item": {"literalpath"}}, WINDOWS.short_names
    )
    assert Script(parse_text(text), windows, set()).problems() == []
