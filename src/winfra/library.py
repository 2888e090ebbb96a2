"""The PowerShell library as text: handed to a host once per run, or installed on it as a module.

Every installed package may contribute functions: it names a package of .ps1 files under the entry point group
`winfra.powershell`. Directly in that package and in its folder `windows` stand the functions that are called from
outside the library; the folders below hold what only the library calls, by subject. What touches something that only
Windows has stands in `windows` and below: an engine that is no Windows answers that, and runs the text of all others.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable

from winfra.powershell_text import reached_functions, without_comments

ENTRY_POINT_GROUP = "winfra.powershell"
AGENT_FOLDER = "agent"
SEAM_FOLDER = "windows"
# How the help of a function says that a step of a change may name it as what undoes it.
UNDOES = ".FUNCTIONALITY\n        Undoes steps of changes.\n"
# A module takes no preferences over from the script that imports it.
MODULE_RULES = """\
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
"""


@cache
def bootstrap_script() -> str:
    """Return the text that starts PowerShell on the agent; it goes on a command line."""
    return _agent_file("bootstrap").read_text(encoding="ascii")


@cache
def agent_script() -> str:
    """Return the text of the agent, without its comments."""
    return without_comments(_agent_file("agent").read_text(encoding="ascii"))


@cache
def library_text() -> str:
    """Return all library functions of all installed packages as one script, without their comments."""
    return "".join(_functions().values())


@cache
def public_functions() -> tuple[str, ...]:
    """Return the names of the functions that are called from outside the library, sorted."""
    folders = [place for folder in _folders() for place in (folder, folder.joinpath(SEAM_FOLDER)) if place.is_dir()]
    items = (item.name for folder in folders for item in folder.iterdir())
    return tuple(sorted(name.removesuffix(".ps1") for name in items if name.endswith(".ps1")))


@cache
def seam_functions() -> tuple[str, ...]:
    """Return the names of those public functions that touch what only Windows has, sorted."""
    folders = [folder.joinpath(SEAM_FOLDER) for folder in _folders()]
    names = [item.name for folder in folders if folder.is_dir() for item in folder.iterdir()]
    return tuple(sorted(name.removesuffix(".ps1") for name in names if name.endswith(".ps1")))


@cache
def undo_functions() -> tuple[str, ...]:
    """Return the names of the functions that may undo a step of a change, as their help says, sorted."""
    return tuple(sorted(name for name, text in _sources().items() if UNDOES in text))


@cache
def module_text(*exported: str, called_by_name: tuple[str, ...] = ()) -> str:
    """Return a module (.psm1) that can be installed on a host, for a script that stays there.

    exported: names of the functions that the script calls. With them the module has those that they call, and no
    other: PowerShell keeps the text of what it loads in its event log, each time.
    called_by_name: further ones that they call without their text naming them.
    """
    functions = _functions()
    body = "".join(functions[name] for name in reached_functions(functions, (*exported, *called_by_name)))
    names = ", ".join(f"'{name}'" for name in exported)
    return f"{MODULE_RULES}{body}Export-ModuleMember -Function {names}\n"


@cache
def undo_module_text() -> str:
    """Return the module by which a host undoes unfinished changes by itself: its function is Undo-WinChange."""
    return module_text("Undo-WinChange", called_by_name=undo_functions())


def _agent_file(name: str) -> Traversable:
    return files("winfra.powershell").joinpath(AGENT_FOLDER, f"{name}.ps1")


def _folders() -> list[Traversable]:
    return [files(package) for package in sorted(entry.value for entry in entry_points(group=ENTRY_POINT_GROUP))]


@cache
def _functions() -> dict[str, str]:
    """Return the text of each function by its name, without its comments."""
    return {name: without_comments(text) for name, text in _sources().items()}


@cache
def _sources() -> dict[str, str]:
    """Return the text of each function by its name."""
    paths = [path for folder in _folders() for path in _function_files(folder)]
    return {path.name.removesuffix(".ps1"): path.read_text(encoding="ascii") for path in paths}


def _function_files(folder: Traversable) -> list[Traversable]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and item.name != AGENT_FOLDER:
            found += _function_files(item)
        elif item.name.endswith(".ps1"):
            found.append(item)
    return found
