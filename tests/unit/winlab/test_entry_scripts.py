"""powershell.exe -File on a practice host: the project's entry scripts, exactly as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from windows_practice import ADDRESS, PracticeProcess

from winfra.library import module_text
from winlab.twin.errors import TwinError
from winlab.twin.launcher import launch
from winlab.twin.registry import FUNCTIONS, Output, TwinFunction
from winlab.windows.machine import Machine
from winlab.windows.tasks import TaskDefinition

JOBS = Path(__file__).parents[3] / "files" / "jobs"
FOLDER = "C:\\ProgramData\\Memurai\\jobs"
OPTIONS = "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File"
SETTINGS_PATH = f"{FOLDER}\\with blanks.json"
SETTINGS = f'"{SETTINGS_PATH}"'
RESULT: dict[str, Any] = {"ExitCode": 2, "Text": "two checks\r\nfailed: Größe", "Checks": [{"Name": "x", "Notes": []}]}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        machine.files.make_directory(FOLDER)
        for name, function in (("backup", "Invoke-MemuraiBackup"), ("health", "Invoke-MemuraiHealthCheck")):
            module = module_text(function).encode()
            machine.files.write_bytes(f"{FOLDER}\\MemuraiProduction.{name}.psm1", module)
            machine.files.write_bytes(f"{FOLDER}\\{name}.ps1", (JOBS / f"{name}.ps1").read_bytes())
        yield machine


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the functions that the scripts call; the settings' paths they were called with."""
    paths: list[str] = []

    def function(_: Machine, *, settings_path: str) -> Output:
        paths.append(settings_path)
        if "missing" in settings_path:
            raise TwinError(f"Expected settings in '{settings_path}', found none.")
        return dict(RESULT)

    for name in ("Invoke-MemuraiBackup", "Invoke-MemuraiHealthCheck"):
        monkeypatch.setitem(FUNCTIONS, name, TwinFunction(name, function, tuple(RESULT)))
    return paths


def run(machine: Machine, rest: str) -> tuple[int | None, str, str]:
    process = PracticeProcess(f"powershell.exe {OPTIONS} {rest}", []).run(machine)
    return process.exit_code, process.stdout.text, process.stderr.text


def change(machine: Machine, path: str, old: str, new: str) -> None:
    text = machine.files.read_bytes(path).decode()
    assert old in text
    machine.files.write_bytes(path, text.replace(old, new).encode())


@pytest.mark.parametrize("name", ["backup", "health"])
def test_a_script_prints_the_text_and_exits_with_the_code(machine: Machine, calls: list[str], name: str) -> None:
    found = run(machine, f'"{FOLDER}\\{name}.ps1" -SettingsPath {SETTINGS}')
    assert found == (2, "two checks\r\nfailed: Größe\r\n", "")
    assert calls == [SETTINGS_PATH]


def test_a_script_prints_json(machine: Machine, calls: list[str]) -> None:
    code, output, errors = run(machine, f"{FOLDER}\\health.ps1 -json -settingspath {SETTINGS}")
    assert (code, errors, len(calls)) == (2, "", 1)
    assert json.loads(output) == RESULT


def test_a_task_runs_a_script(machine: Machine, calls: list[str]) -> None:
    arguments = f"{OPTIONS} {FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}"
    machine.tasks.register("Job", TaskDefinition("powershell.exe", arguments=arguments))
    assert machine.tasks.run("Job") == 2
    assert len(calls) == 1


def test_line_ends_of_windows_make_no_difference_to_a_script(machine: Machine, calls: list[str]) -> None:
    change(machine, f"{FOLDER}\\backup.ps1", "\n", "\r\n")
    assert run(machine, f"{FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}")[0] == 2
    assert len(calls) == 1


def test_an_error_of_the_function_is_exit_code_1_and_its_message(machine: Machine, calls: list[str]) -> None:
    found = run(machine, f"{FOLDER}\\backup.ps1 -SettingsPath C:\\missing.json")
    assert found == (1, "", "Expected settings in 'C:\\missing.json', found none.\r\n")
    assert calls == ["C:\\missing.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "missing mandatory parameters: SettingsPath"),
        ("-SettingsPath", "found '-SettingsPath'"),
        ('-SettingsPath ""', "missing mandatory parameters: SettingsPath"),
        ("-SettingsPath C:\\x.json -Force", "found '-Force'"),
        ("C:\\x.json", "found 'C:\\x.json'"),
    ],
)
def test_wrong_arguments(machine: Machine, calls: list[str], arguments: str, words: str) -> None:
    code, output, errors = run(machine, f"{FOLDER}\\backup.ps1 {arguments}")
    assert (code, output, calls) == (1, "", [])
    assert words in errors


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("#Requires -Version 5.1", "#Requires -Version 7.0", "expected the entry script"),
        ("<#\n", "\n<#\n", "expected the entry script"),
        (".NOTES\n", "hidden #> Get-Date <#\n", "expected the entry script"),
        ("Set-StrictMode -Version 3.0", "Set-StrictMode -Version 2.0", "found: Set-StrictMode -Version 2.0"),
        ("    $result = Invoke", "    $other = Invoke", "found: $other = Invoke-MemuraiBackup"),
        ("-SettingsPath $SettingsPath\n", "-SettingsPath $SettingsPath -WhatIf\n", "-WhatIf"),
        ("    exit $result.ExitCode\n", "", "expected in line 48 of"),
        ("    exit 1\n}\n", "    exit 1\n}\nGet-Date\n", "found: Get-Date"),
        ("-ChildPath 'MemuraiProduction.backup.psm1'", "-ChildPath 'Other'", "found: Import-Module"),
        ("[switch]$Json", "[switch]$Json = $true", "[switch]$Json = $true"),
    ],
)
def test_a_script_of_another_form_is_refused(
    machine: Machine, calls: list[str], old: str, new: str, words: str
) -> None:
    change(machine, f"{FOLDER}\\backup.ps1", old, new)
    code, output, errors = run(machine, f"{FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}")
    assert (code, output, calls) == (1, "", [])
    assert errors.startswith("winlab: ")
    assert words in errors


def test_the_module_is_of_the_library_and_stands_beside_the_script(machine: Machine, calls: list[str]) -> None:
    module = f"{FOLDER}\\MemuraiProduction.backup.psm1"
    change(machine, module, "function Write-WinEvent {", "function Write-WinEvent { ")
    code, _, errors = run(machine, f"{FOLDER}/backup.ps1 -SettingsPath {SETTINGS}")
    assert (code, calls) == (1, [])
    assert f"expected in '{module}' the text of the library" in errors
    machine.files.remove(module)
    code, _, errors = run(machine, f"{FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}")
    assert (code, calls) == (1, [])
    assert f"The specified module '{module}' was not loaded" in errors


def test_a_function_without_a_twin_is_an_error(machine: Machine) -> None:
    change(machine, f"{FOLDER}\\backup.ps1", "$result = Invoke-MemuraiBackup", "$result = Invoke-MemuraiNothing")
    code, _, errors = run(machine, f"{FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}")
    assert code == 1
    assert "The term 'Invoke-MemuraiNothing' is not recognized" in errors


def test_a_result_without_a_code_or_too_deep_for_json_is_an_error(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep: dict[str, Any] = {"ExitCode": 0, "Text": "", "Deep": [[[[[[]]]]]]}

    def give(result: dict[str, Any]) -> None:
        def function(_: Machine, *, settings_path: str) -> Output:
            return {**result, "Text": settings_path}

        monkeypatch.setitem(
            FUNCTIONS, "Invoke-MemuraiBackup", TwinFunction("Invoke-MemuraiBackup", function, tuple(result))
        )

    give(deep)
    line = f"{FOLDER}\\backup.ps1 -SettingsPath {SETTINGS}"
    assert run(machine, line) == (0, f"{SETTINGS_PATH}\r\n", "")
    code, output, errors = run(machine, f"{line} -Json")
    assert (code, output) == (1, "")
    assert "at most 6 levels" in errors
    give({"Text": "no code"})
    assert "The property 'ExitCode' cannot be found on this object" in run(machine, line)[2]


def test_other_scripts_are_run_as_before(machine: Machine) -> None:
    machine.files.write_bytes("C:\\x.ps1", b"'from a file'\nexit 3")
    assert run(machine, "C:\\x.ps1") == (3, "from a file\r\n", "")
