"""The PowerShell library as a module that is installed on a host."""

from __future__ import annotations

import re

from winfra.library import library_text, module_manifest, module_text, public_functions


def test_the_module_is_the_whole_library_under_its_rules() -> None:
    text = module_text()
    assert text.startswith("Set-StrictMode -Version 3.0\n$ErrorActionPreference = 'Stop'\n")
    assert library_text() in text
    assert text.isascii()


def test_the_module_exports_what_is_called_from_outside_and_nothing_else() -> None:
    exported = re.findall(
        r"^    '([\w-]+)',?$", module_text().rpartition("Export-ModuleMember -Function @(")[2], re.MULTILINE
    )
    assert exported == list(public_functions())
    assert {"Get-WinService", "Register-WinTask", "Invoke-MemuraiCommand"} <= set(exported)
    assert "Get-WinServiceInstance" not in exported
    defined = re.findall(r"(?m)^function ([\w-]+)", library_text())
    assert set(exported) < set(defined)


def test_the_manifest_names_the_module_and_its_functions() -> None:
    manifest = module_manifest("Practice", "1.2.0")
    assert "RootModule        = 'Practice.psm1'" in manifest
    assert "ModuleVersion     = '1.2.0'" in manifest
    assert re.search(r"GUID              = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'", manifest)
    assert all(f"'{name}'" in manifest for name in public_functions())


def test_the_identity_of_the_module_is_that_of_its_name() -> None:
    def identity(manifest: str) -> str:
        return re.findall(r"GUID\s+= '(.+)'", manifest)[0]

    assert identity(module_manifest("Practice", "1.2.0")) == identity(module_manifest("Practice", "1.3.0"))
    assert identity(module_manifest("Other", "1.2.0")) != identity(module_manifest("Practice", "1.2.0"))
