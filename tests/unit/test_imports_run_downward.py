"""Who may import whom: each room's modules import only rooms that stand below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
# From the ground up. What stands beside each other in a line may not import each other.
FLOORS = {
    "winfra": (
        {"exceptions"},
        {"secrets", "powershell_text"},
        {"call", "redaction", "library"},
        {"change"},
        {"session", "facts", "msi", "security", "refusal"},
        {"known_names", "interruption", "memory"},
        {"operations", "connector"},
    ),
    "memurai": (
        {"exceptions", "options"},
        {"config", "topology"},
        {"settings"},
        {"server"},
        {"endpoint", "service_command", "host_settings"},
        {"instance"},
        {"sentinel"},
        {"folders", "facts", "rendering", "health"},
        {"data", "jobs", "symptoms", "members", "writing"},
        {"checks", "changes", "survey"},
        {"operations"},
        {"stops", "diagnosis", "monitoring", "deploys"},
        {"__main__"},
    ),
    "winlab": (
        {"exceptions"},
        {"credentials", "certificates", "package"},
        {"windows", "wsman", "own_network"},
        {"twin"},
        {"engines"},
        {"lab"},
        {"inventory"},
        {"environment"},
        {"cli"},
    ),
}
PACKAGES = {
    "winfra": {"winfra"},
    "memurai": {"memurai", "winfra"},
    "memurai_client": {"memurai_client"},
    "winlab": {"winlab", "winfra"},
}


def rooms(package: str) -> dict[str, int]:
    """Return the floor of each room of a package."""
    return {room: height for height, floor in enumerate(FLOORS[package]) for room in floor}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file names, below its packages."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def files(package: str) -> list[Path]:
    return sorted((SOURCE / package).rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[1].removesuffix(".py")


@pytest.mark.parametrize("package", list(FLOORS))
def test_every_room_stands_on_a_floor(package: str) -> None:
    here = {room_of(path) for path in files(package)} - {"__init__", "powershell"}
    assert here == set(rooms(package))


@pytest.mark.parametrize("package", list(FLOORS))
def test_imports_run_downward(package: str) -> None:
    heights = rooms(package)
    upward = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in files(package)
        for name in imported(path)
        if name.split(".")[0] == package
        and (room := name.split(".")[1]) in heights
        and (own := room_of(path)) in heights
        and room != own
        and heights[room] >= heights[own]
    ]
    assert upward == []


@pytest.mark.parametrize("package", list(PACKAGES))
def test_packages_import_only_those_below_them(package: str) -> None:
    ours = {path.name for path in SOURCE.iterdir() if path.is_dir() and not path.name.endswith(".egg-info")}
    above = [
        f"{path.relative_to(SOURCE)} imports {name}"
        for path in files(package)
        for name in imported(path)
        if name.split(".")[0] in ours - PACKAGES[package]
    ]
    assert above == []
