"""From a running server to none, and back with its data; to another version, and back when that one fails."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from lab_practice import CANARY, Practice, Run, snapshot

import winlab.package
from winlab.package import build
from winlab.windows.machine import Machine

FOLDER = "C:/ProgramData/Memurai"
NO_JOBS = (
    "No scheduled task: backup",
    "No password: backup",
    "No scheduled task: health",
    "No password: health",
)
BACKUP = "C:/Backups/Redis"


def uninstall(practice: Practice, *options: str) -> Run:
    """Uninstall, answering yes."""
    return practice.run("pyinfra", "inventories/lab.py", "tasks/uninstall.py", *options)


def install(practice: Practice, **environment: str) -> Run:
    """Run the step that installs the product alone."""
    command = ("pyinfra", "inventories/lab.py", "tasks/install.py", "-y", "--json")
    return practice.run(*command, environment=environment)


def state(machine: Machine) -> tuple[bool, int, list[str]]:
    """Return whether there is a service, how many products, and what stands in the program's folder."""
    folder = "C:/Program Files/Memurai"
    names = machine.files.names(folder) if machine.files.kind(folder) == "Directory" else []
    return machine.services.find("Memurai") is not None, len(machine.products.find("Memurai*")), names


def test_an_uninstalled_server_comes_back_with_its_data(bare: Practice) -> None:
    # Without an append-only file, so that what was written since the last snapshot is in memory only.
    inventory = bare.inventory(lab1={"memurai_persistence": {"appendonly": False}})
    first = bare.deploy(inventory=inventory)
    assert first.exit_code == 0, first.output
    written = bare.ask("SET", "kept", "value")
    assert written == "OK"
    bare.machine.files.write_bytes(f"{BACKUP}/old.rdb", b"a backup")
    before = snapshot(bare.machine)
    planned = bare.run("pyinfra", inventory, "tasks/uninstall.py", "--dry", "--diff")
    assert planned.exit_code == 0, planned.output
    for line in ("- on disk: not all", "- state: Running", "- exists: True", "- installed: Memurai Developer"):
        assert line in planned.output, planned.output
    assert (snapshot(bare.machine), bare.machine.services.get("Memurai").state) == (before, "Running")

    done = bare.run("pyinfra", inventory, "tasks/uninstall.py", "-y", "--json")
    assert (done.exit_code, done.changed) == (0, ["Data is saved", *NO_JOBS, "No service", "No product"]), done.output
    assert state(bare.machine) == (False, 0, [])
    again = bare.run("pyinfra", inventory, "tasks/uninstall.py", "-y", "--json")
    assert (again.exit_code, again.changed) == (0, [])
    assert bare.machine.files.kind(f"{FOLDER}/install/uninstall-4.2.2.log") == "File"

    back = bare.deploy(inventory=inventory)
    assert back.exit_code == 0, back.output
    assert bare.ask("GET", "kept") == "value"


def test_data_goes_when_asked_and_backups_stay(bare: Practice) -> None:
    first = bare.deploy()
    assert first.exit_code == 0, first.output
    bare.machine.files.write_bytes(f"{BACKUP}/old.rdb", b"a backup")
    planned = uninstall(bare, "--dry", "--diff", "--data", "remove_data=true")
    for name in ("config", "data/dump.rdb", "data", "logs/memurai.log", "logs", "install/4.2.2.msi", "install", "jobs"):
        assert f"- known: {'file' if '.' in name else 'folder'} {FOLDER}/{name}\n" in planned.output, planned.output
    assert "stays" not in planned.output
    done = uninstall(bare, "-y", "--json", "--data", "remove_data=true")
    folders = [f"No folder: {what}" for what in ("configuration", "data", "log", "installer", "job")]
    assert (done.exit_code, done.changed) == (0, [*NO_JOBS, "No service", "No product", *folders]), done.output
    assert (state(bare.machine), bare.machine.files.names(FOLDER)) == ((False, 0, []), [])
    kept = set(bare.machine.files.names(BACKUP))
    assert {"old.rdb", "uninstall-4.2.2.log"} < kept
    assert [name for name in kept if re.fullmatch(r"\d{8}T\d{6}Z", name)]
    again = uninstall(bare, "-y", "--json", "--data", "remove_data=true")
    assert (again.exit_code, again.changed) == (0, [])


def test_a_server_that_can_not_save_is_not_removed(bare: Practice) -> None:
    """Its data is in memory only, and the password on disk is not the one it runs with."""
    inventory = bare.inventory(lab1={"memurai_persistence": {"appendonly": False}})
    first = bare.deploy(inventory=inventory)
    assert first.exit_code == 0, first.output
    written = bare.ask("SET", "kept", "value")
    assert written == "OK"
    path = f"{FOLDER}/config/memurai-production.conf"
    text = bare.machine.files.read_bytes(path)
    bare.machine.files.write_bytes(path, text.replace(CANARY.encode(), b"another-password-of-16"))
    refused = bare.run("pyinfra", inventory, "tasks/uninstall.py", "-y")
    assert refused.exit_code != 0
    assert "expected its server to answer with the password in" in refused.output
    assert state(bare.machine)[:2] == (True, 1)
    assert bare.ask("GET", "kept") == "value"


# A program that changes the data, as a newer version may, and ends.
BROKEN = b"""#!/bin/sh
echo newer-format > "$(pwd -P)/C:/ProgramData/Memurai/data/dump.rdb"
exit 1
"""


def package(path: Path, version: str) -> dict[str, str]:
    """Return the variables that name a package."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"WINLAB_PACKAGE": str(path), "WINLAB_PACKAGE_VERSION": version, "WINLAB_PACKAGE_SHA256": digest}


def broken(version: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Build a package whose memurai.exe does not work, and return the variables that name it."""
    real = winlab.package._bytes
    monkeypatch.setattr(winlab.package, "_bytes", lambda name: BROKEN if name == "memurai.sh" else real(name))
    return package(build(version, folder / f"{version}.msi"), version)


def aside(machine: Machine) -> list[str]:
    """Return the folders of data that was put aside."""
    return [name for name in machine.files.names(BACKUP) if name.startswith("data-of-")]


def test_a_version_that_does_not_come_up_is_taken_back(
    bare: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inventory = bare.inventory(lab1={"memurai_persistence": {"appendonly": False}})
    first = bare.deploy(inventory=inventory)
    assert first.exit_code == 0, first.output
    written = bare.ask("SET", "kept", "value")
    assert written == "OK"
    newer = broken("4.3.0", tmp_path, monkeypatch)

    failed = bare.deploy("--diff", inventory=inventory, **newer)
    assert failed.exit_code != 0, failed.output
    for text in (
        "- version: 4.2.2",
        "+ version: 4.3.0",
        "start Memurai: Expected a healthy server of the service 'Memurai', found: ",
        "All that was done was undone.",
    ):
        assert text in failed.output, failed.output
    assert [product.version for product in bare.machine.products.find("Memurai*")] == ["4.2.2"]
    service = bare.machine.services.get("Memurai")
    assert (service.state, service.settings.start_type) == ("Running", "Automatic")
    assert bare.ask("GET", "kept") == "value"
    # What the newer version made of the data is kept.
    (folder,) = aside(bare.machine)
    assert folder.endswith("-replaced")
    assert bare.machine.files.read_bytes(f"{BACKUP}/{folder}/dump.rdb").startswith(b"newer")
    again = bare.deploy("--json", inventory=inventory)
    assert (again.exit_code, again.changed) == (0, [])


@pytest.mark.judged
def test_an_upgrade_keeps_the_data_and_the_way_back(bare: Practice, tmp_path: Path) -> None:
    first = bare.deploy()
    assert first.exit_code == 0, first.output
    files = bare.machine.files
    newer = package(build("4.3.0", tmp_path / "newer.msi"), "4.3.0")
    written = bare.ask("SET", "kept", "value")
    assert written == "OK"

    files.remove(f"{FOLDER}/install/4.2.2.msi.sha256")
    refused = install(bare, **newer)
    assert refused.exit_code != 0
    assert "expected the package of the installed version 4.2.2 at" in refused.output
    kept_again = install(bare)
    assert (kept_again.exit_code, kept_again.changed) == (0, ["Product"])

    before = snapshot(bare.machine)
    planned = bare.run("pyinfra", "inventories/lab.py", "tasks/install.py", "--dry", "--diff", environment=newer)
    assert "+ version: 4.3.0" in planned.output
    assert snapshot(bare.machine) == before
    upgraded = bare.deploy("--json", **newer)
    assert (upgraded.exit_code, upgraded.changed) == (0, ["Product"]), upgraded.output
    assert bare.ask("GET", "kept") == "value"
    (folder,) = aside(bare.machine)
    assert folder.startswith("data-of-4.2.2-before-4.3.0-")
    assert "appendonlydir" in files.names(f"{BACKUP}/{folder}")
    for version in ("4.2.2", "4.3.0"):
        digest = files.read_bytes(f"{FOLDER}/install/{version}.msi.sha256").decode().strip()
        assert files.sha256(f"{FOLDER}/install/{version}.msi") == digest
    again = install(bare, **newer)
    assert (again.exit_code, again.changed) == (0, [])
