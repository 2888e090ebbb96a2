"""The product that two instances share: upgraded and taken back for both, removed with the last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from instances_practice import (
    BACKUP,
    ENVIRONMENT,
    FOLDER,
    INVENTORY,
    SERVICES,
    deploy,
    names,
    processes,
    run,
    state,
    versions,
    write,
)
from lab_practice import CANARY, Practice, practice_hosts

import winlab.package
from winlab.package import build
from winlab.windows.machine import Machine


@pytest.fixture
def pair(variables: dict[str, str], tmp_path: Path) -> Iterator[Practice]:
    """One bare practice host for two instances."""
    yield from practice_hosts(1, {**variables, **ENVIRONMENT}, tmp_path)


def package(path: Path, version: str) -> dict[str, str]:
    """Return the variables that name a package."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"WINLAB_PACKAGE": str(path), "WINLAB_PACKAGE_VERSION": version, "WINLAB_PACKAGE_SHA256": digest}


def with_program(program: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Build version 4.3.0 with another memurai.exe, and return the variables that name it."""
    real = winlab.package._bytes
    monkeypatch.setattr(winlab.package, "_bytes", lambda name: program if name == "memurai.sh" else real(name))
    return package(build("4.3.0", folder / "4.3.0.msi"), "4.3.0")


def aside(machine: Machine, instance: str) -> list[str]:
    """Return the folders of data that an instance's deploys put aside."""
    return [name for name in machine.files.names(f"{BACKUP}/{instance}") if name.startswith("data-of-")]


def test_both_are_upgraded_by_one_run(pair: Practice, tmp_path: Path) -> None:
    first = deploy(pair)
    assert first.exit_code == 0, first.output
    write(pair)
    newer = package(build("4.3.0", tmp_path / "newer.msi"), "4.3.0")
    upgraded = deploy(pair, "--json", **newer)
    assert upgraded.exit_code == 0, upgraded.output
    assert set(upgraded.changed) == {"Product"}
    assert versions(pair.machine) == ["4.3.0"]
    assert (names(pair), state(pair.machine)) == (["cache", "sessions"], [("Running", "Automatic")] * 2)
    # One of them did it, and put aside the data of both; each keeps the package for the way back.
    (did,) = [instance for instance in SERVICES if aside(pair.machine, instance)]
    (other,) = set(SERVICES) - {did}
    own, beside = aside(pair.machine, did)
    assert beside == f"{own}-of-{SERVICES[other]}"
    for instance in SERVICES:
        assert pair.machine.files.kind(f"{FOLDER}/{instance}/install/4.3.0.msi") == "File"
    again = deploy(pair, "--json", **newer)
    assert (again.exit_code, again.changed) == (0, []), again.output


# A program whose server of the cache changes its data and ends, while that of the sessions works.
BROKEN_CACHE = b"""#!/bin/sh
case "$*" in
    *Memurai-cache*)
        echo newer-format > "$(pwd -P)/C:/ProgramData/Memurai/cache/data/dump.rdb"
        exit 1 ;;
esac
"""
# Neither listens nor ends.
HANGING_CACHE = b"""#!/bin/sh
case "$*" in
    *Memurai-cache*) exec sleep 600 ;;
esac
"""


@pytest.mark.parametrize(
    ("wrong", "limit"), [(BROKEN_CACHE, "sessions"), (HANGING_CACHE, "cache")], ids=["neighbour breaks", "own hangs"]
)
def test_a_version_that_one_of_them_does_not_come_up_on_is_taken_back_for_both(
    pair: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: bytes, limit: str
) -> None:
    impatient(pair)
    first = deploy(pair)
    assert first.exit_code == 0, first.output
    write(pair)
    newer = with_program(wrong + working(), tmp_path, monkeypatch)
    failed = run(pair, "install", "--limit", f"@winrm/{limit}", **newer)
    assert failed.exit_code != 0
    assert "start Memurai-cache: Expected a healthy server of the service 'Memurai-cache', found: " in failed.output
    assert "All that was done was undone." in failed.output, failed.output
    assert versions(pair.machine) == ["4.2.2"]
    assert (names(pair), state(pair.machine)) == (["cache", "sessions"], [("Running", "Automatic")] * 2)
    again = deploy(pair, "--json")
    assert (again.exit_code, again.changed) == (0, []), again.output


def working() -> bytes:
    """Return the stand-in's own program, without its first line."""
    return winlab.package._bytes("memurai.sh").partition(b"\n")[2]


def impatient(practice: Practice) -> None:
    """Have both instances wait for ten seconds only."""
    text = Path(INVENTORY).read_text().replace('"trial_port"', '"ready_timeout_seconds": 10, "trial_port"')
    (practice.working_folder / "lab_instances.py").write_text(text)


def test_another_server_that_can_not_be_asked_refuses_the_upgrade_before_anything_stops(
    pair: Practice, tmp_path: Path
) -> None:
    first = deploy(pair)
    assert first.exit_code == 0, first.output
    write(pair)
    before = processes(pair.machine)
    newer = package(build("4.3.0", tmp_path / "newer.msi"), "4.3.0")
    path = f"{FOLDER}/cache/config/memurai-production.conf"
    text = pair.machine.files.read_bytes(path)
    pair.machine.files.write_bytes(path, text.replace(CANARY.encode(), b"another-password-of-16"))
    refused = run(pair, "install", "--limit", "@winrm/sessions", **newer)
    assert refused.exit_code != 0
    assert "expected to know where the server of the service Memurai-cache" in refused.output
    assert "found that no answer at" in refused.output
    pair.machine.files.remove(path)
    refused = run(pair, "install", "--limit", "@winrm/sessions", **newer)
    assert "expected to know where the server of the service Memurai-cache" in refused.output, refused.output
    assert (processes(pair.machine), names(pair)) == (before, ["cache", "sessions"])
    assert versions(pair.machine) == ["4.2.2"]


def test_the_product_goes_with_the_last_instance(pair: Practice) -> None:
    first = deploy(pair)
    assert first.exit_code == 0, first.output
    write(pair)
    process = processes(pair.machine)[1]
    planned = pair.run("pyinfra", INVENTORY, "tasks/uninstall.py", "--dry", "--diff", "--limit", "@winrm/cache")
    stays = "stays: other services use it (Memurai-sessions)"
    assert stays in planned.output
    removed = run(pair, "uninstall", "--limit", "@winrm/cache")
    assert (removed.exit_code, versions(pair.machine)) == (0, ["4.2.2"]), removed.output
    assert "No product" not in removed.changed
    assert stays in removed.output
    assert pair.machine.services.find(SERVICES["cache"]) is None
    assert processes_of(pair.machine, "sessions") == process
    last = run(pair, "uninstall", "--limit", "@winrm/sessions")
    assert (last.exit_code, versions(pair.machine)) == (0, []), last.output
    back = deploy(pair)
    assert back.exit_code == 0, back.output
    assert names(pair) == ["cache", "sessions"]
    both = run(pair, "uninstall")
    assert (both.exit_code, versions(pair.machine), pair.machine.services.names()) == (0, [], []), both.output


def processes_of(machine: Machine, instance: str) -> int:
    """Return the id of one server's process."""
    return machine.services.get(SERVICES[instance]).process_id
