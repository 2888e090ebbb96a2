"""The PowerShell text that a host is handed once per run.

Every installed package may contribute functions: it names a package of .ps1 files under the entry point group
`winfra.powershell`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable

ENTRY_POINT_GROUP = "winfra.powershell"
AGENT_FOLDER = "agent"


@cache
def agent_script(name: str) -> str:
    """Return the text of one of the agent's own scripts: `bootstrap` or `agent`."""
    return files("winfra.powershell").joinpath(AGENT_FOLDER, f"{name}.ps1").read_text(encoding="ascii")


@cache
def library_text() -> str:
    """Return all library functions of all installed packages as one script."""
    packages = sorted(entry.value for entry in entry_points(group=ENTRY_POINT_GROUP))
    return "\n".join(text for package in packages for text in _function_texts(files(package)))


def _function_texts(folder: Traversable) -> list[str]:
    texts = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and item.name != AGENT_FOLDER:
            texts += _function_texts(item)
        elif item.name.endswith(".ps1"):
            texts.append(item.read_text(encoding="ascii"))
    return texts
