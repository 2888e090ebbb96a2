"""A pin that is wrong, or older than what is installed, is refused before the server is touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from lab_practice import Practice, Run

from winlab.package import build

FOLDER = "C:/ProgramData/Memurai"
BACKUP = "C:/Backups/Redis"
STEPS = ["deploy.py", "tasks/install.py"]


def pin(path: Path, version: str) -> dict[str, str]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"WINLAB_PACKAGE": str(path), "WINLAB_PACKAGE_VERSION": version, "WINLAB_PACKAGE_SHA256": digest}


def traces(practice: Practice) -> tuple[object, ...]:
    """What an installation leaves: another run of the server, a copy of its data, a package, a product."""
    machine = practice.machine
    run_id = next(line for line in practice.ask("INFO", "server").split(",") if "run_id" in line)
    products = [product.version for product in machine.products.find("Memurai*")]
    return run_id, machine.files.names(BACKUP), machine.files.names(f"{FOLDER}/install"), products


def refused(practice: Practice, step: str, pinned: dict[str, str], *expected: str) -> Run:
    """Run a step twice; each time it is refused with the reason and leaves nothing."""
    before = traces(practice)
    for _ in range(2):
        run = practice.run("pyinfra", "inventories/lab.py", step, "-y", environment=pinned)
        assert run.exit_code == 1, run.output
        for text in expected:
            assert text in run.output, f"{text} is missing in:\n{run.output}"
        assert traces(practice) == before
    return run


@pytest.mark.parametrize("step", STEPS)
def test_the_right_package_under_a_wrong_version_is_refused(
    deployed: Practice, variables: dict[str, str], step: str
) -> None:
    source = variables["WINLAB_PACKAGE"]
    expected = f"expected version 9.9.9 in {source}, found 4.2.2. Pin 4.2.2 if this is the package that is meant"
    refused(deployed, step, pin(Path(source), "9.9.9"), expected)


@pytest.mark.parametrize("step", STEPS)
def test_another_package_under_the_installed_version_is_refused(deployed: Practice, tmp_path: Path, step: str) -> None:
    """It would be kept as the way back to what is installed."""
    newer = build("4.3.0", tmp_path / "newer.msi")
    refused(deployed, step, pin(newer, "4.2.2"), f"expected version 4.2.2 in {newer}, found 4.3.0")


@pytest.mark.parametrize("step", STEPS)
def test_an_older_version_than_the_installed_one_is_refused(deployed: Practice, tmp_path: Path, step: str) -> None:
    older = build("4.1.9", tmp_path / "older.msi")
    expected = "expected 4.1.9 or an older version to be installed, found 4.2.2", "Pin 4.2.2 to keep it"
    refused(deployed, step, pin(older, "4.1.9"), *expected)


@pytest.mark.parametrize("step", STEPS)
def test_a_file_that_is_no_package_is_refused(deployed: Practice, tmp_path: Path, step: str) -> None:
    page = tmp_path / "page.msi"
    page.write_text("<html>The link has expired.</html>")
    refused(deployed, step, pin(page, "4.3.0"), f"{page}: expected a Windows Installer package, found another file")


def test_the_pinned_version_may_have_a_fourth_field(deployed: Practice, variables: dict[str, str]) -> None:
    run = deployed.run(
        "pyinfra",
        "inventories/lab.py",
        "tasks/preflight.py",
        "-y",
        environment=pin(Path(variables["WINLAB_PACKAGE"]), "4.2.2.0"),
    )
    assert run.exit_code == 0, run.output
