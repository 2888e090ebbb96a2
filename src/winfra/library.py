"""The PowerShell library as text: handed to a host once per run, or installed on it as a module.

Every installed package may contribute functions: it names a package of .ps1 files under the entry point group
`winfra.powershell`.
"""

from __future__ import annotations

import uuid
from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable

ENTRY_POINT_GROUP = "winfra.powershell"
AGENT_FOLDER = "agent"
# A module takes no preferences over from the script that imports it.
MODULE_RULES = """\
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
"""


@cache
def agent_script(name: str) -> str:
    """Return the text of one of the agent's own scripts: `bootstrap` or `agent`."""
    return files("winfra.powershell").joinpath(AGENT_FOLDER, f"{name}.ps1").read_text(encoding="ascii")


@cache
def library_text() -> str:
    """Return all library functions of all installed packages as one script."""
    return "\n".join(text for folder in _folders() for text in _function_texts(folder))


@cache
def public_functions() -> tuple[str, ...]:
    """Return the names of the functions that are called from outside the library, sorted."""
    items = (item.name for folder in _folders() for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".ps1") for name in items if name.endswith(".ps1")))


@cache
def module_text() -> str:
    """Return the library as a module (.psm1) that can be installed on a host, for scripts that stay there."""
    exported = ",\n".join(f"    '{name}'" for name in public_functions())
    return f"{MODULE_RULES}\n{library_text()}\nExport-ModuleMember -Function @(\n{exported}\n)\n"


def module_manifest(name: str, version: str) -> str:
    """Return the manifest (.psd1) that goes with the module.

    name: of the module, which is the name of both files without their endings.
    version: of the project, e.g. 1.2.0.
    """
    exported = ",\n".join(f"        '{function}'" for function in public_functions())
    # The same for every version of the module, as a module's identity has to be.
    identity = uuid.uuid5(uuid.NAMESPACE_OID, name)
    return (
        "@{\n"
        f"    RootModule        = '{name}.psm1'\n"
        f"    ModuleVersion     = '{version}'\n"
        f"    GUID              = '{identity}'\n"
        "    PowerShellVersion = '5.1'\n"
        f"    FunctionsToExport = @(\n{exported}\n    )\n"
        "    CmdletsToExport   = @()\n"
        "    VariablesToExport = @()\n"
        "    AliasesToExport   = @()\n"
        "}\n"
    )


def _folders() -> list[Traversable]:
    return [files(package) for package in sorted(entry.value for entry in entry_points(group=ENTRY_POINT_GROUP))]


def _function_texts(folder: Traversable) -> list[str]:
    texts = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and item.name != AGENT_FOLDER:
            texts += _function_texts(item)
        elif item.name.endswith(".ps1"):
            texts.append(item.read_text(encoding="ascii"))
    return texts
