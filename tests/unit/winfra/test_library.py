"""The PowerShell library as text, and the part of it that is installed on a host as a module."""

from __future__ import annotations

import re

from winfra.library import (
    agent_script,
    bootstrap_script,
    library_text,
    module_text,
    public_functions,
    undo_functions,
    undo_module_text,
)


def defined(text: str) -> list[str]:
    return re.findall(r"(?m)^function ([\w-]+)", text)


def test_a_host_gets_every_function_once_and_no_comment() -> None:
    text = library_text()
    assert len(defined(text)) == len(set(defined(text)))
    assert set(public_functions()) < set(defined(text))
    assert "Get-WinServiceInstance" in defined(text)
    assert ".SYNOPSIS" not in text + agent_script()
    assert (text + agent_script()).isascii()


def test_the_bootstrap_keeps_the_comment_that_it_is_known_by() -> None:
    assert bootstrap_script().startswith("# winfra bootstrap\n")


def test_a_module_has_what_its_function_reaches_under_the_rules_of_the_library() -> None:
    text = module_text("Get-WinDirectoryEntry")
    assert text.startswith("Set-StrictMode -Version 3.0\n$ErrorActionPreference = 'Stop'\n")
    assert defined(text) == ["Get-WinDirectoryEntry", "Get-WinPathKind", "Resolve-WinPath"]
    assert text.endswith("}\nExport-ModuleMember -Function 'Get-WinDirectoryEntry'\n")


def test_a_module_may_have_several_functions() -> None:
    text = module_text("Get-WinAcl", "Get-WinTask")
    assert {"Get-WinAcl", "Get-WinTask", "Get-WinTaskInstance"} <= set(defined(text)) < set(defined(library_text()))
    assert text.endswith("Export-ModuleMember -Function 'Get-WinAcl', 'Get-WinTask'\n")


def test_a_module_has_what_its_functions_call_by_name_and_shows_none_of_it() -> None:
    text = module_text("Get-WinAcl", called_by_name=("Get-WinTask",))
    assert defined(text) == defined(module_text("Get-WinAcl", "Get-WinTask"))
    assert text.endswith("Export-ModuleMember -Function 'Get-WinAcl'\n")


def test_what_undoes_changes_has_every_function_that_undoes_a_step() -> None:
    assert {"Restore-WinFile", "Start-MemuraiServer", "Undo-WinChange"} <= set(undo_functions())
    assert set(undo_functions()) < set(public_functions())
    assert set(undo_functions()) <= set(defined(undo_module_text()))
    assert undo_module_text().endswith("Export-ModuleMember -Function 'Undo-WinChange'\n")
