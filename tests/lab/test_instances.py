"""Two instances on one host: deployed in one run, and left alone by what happens to the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from instances_practice import (
    ENVIRONMENT,
    FOLDER,
    INVENTORY,
    PASSWORDS,
    PORTS,
    SECOND,
    SERVICES,
    ask,
    deploy,
    names,
    processes,
    run,
    versions,
    write,
)
from lab_practice import CANARY, Practice, practice_hosts


@pytest.fixture(scope="module")
def running(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Two instances that were deployed in one run; tests leave them deployed."""
    folder = tmp_path_factory.mktemp("instances")
    for practice in practice_hosts(1, {**variables, **ENVIRONMENT}, folder):
        first = deploy(practice)
        assert first.exit_code == 0, first.output
        yield practice


def test_a_second_run_changes_nothing_and_each_serves_its_own_data(running: Practice) -> None:
    again = deploy(running, "--json")
    assert (again.exit_code, again.changed) == (0, []), again.output
    write(running)
    assert names(running) == ["cache", "sessions"]
    for instance, other in (("cache", "sessions"), ("sessions", "cache")):
        with pytest.raises(redis.AuthenticationError):
            ask(running, instance, "PING", password=PASSWORDS[other])
    assert len(set(processes(running.machine))) == 2
    assert versions(running.machine) == ["4.2.2"]
    assert SECOND not in "".join(running.outputs)


def test_the_verification_proves_both(running: Practice) -> None:
    proven = running.run("pytest", "-p", "no:cacheprovider", "tests/verify", "--inventory", INVENTORY)
    assert proven.exit_code == 0, proven.output
    for instance in SERVICES:
        assert f"{instance}: " in proven.output


def test_what_happens_to_one_does_not_touch_the_other(running: Practice) -> None:
    machine = running.machine
    write(running)
    path = f"{FOLDER}/sessions/config/memurai-production.conf"
    before = machine.files.read_bytes(path), processes(machine)[1]
    only = ("--limit", "@winrm/cache")
    new = {"MEMURAI_LAB_PASSWORD": f"{CANARY}-2"}
    for step, options in (("Password", ()), ("Only password", ("--data", "drop_password=old"))):
        rotated = run(running, "rotate_password", *only, *options, **new)
        assert rotated.exit_code == 0, rotated.output
        assert step in rotated.changed
    back = run(running, "rollback", *only, "--data", "rollback_to=previous", **new)
    assert back.exit_code == 0, back.output
    assert (machine.files.read_bytes(path), processes(machine)[1]) == before
    assert ask(running, "sessions", "GET", "name") == "sessions"
    mended = deploy(running)
    assert mended.exit_code == 0, mended.output
    run(running, "rotate_password", *only, "--data", "drop_password=old")
    assert names(running) == ["cache", "sessions"]


def test_a_port_that_the_other_instance_has_refuses_the_host(running: Practice, tmp_path: Path) -> None:
    """The other one is not in this inventory, so it is known by its listener."""
    address = running.machine.address
    inventory = tmp_path / "lab.py"
    data = {
        "winrm_hostname": address,
        "memurai_network": {"bind": [address], "port": PORTS["sessions"]},
        "memurai_service": {"name": "Memurai-third", "display_name": "Memurai third"},
        "memurai_storage": {"base": "C:/ProgramData/Memurai/third", "backup": "C:/Backups/Redis/third"},
    }
    inventory.write_text(f"hosts = [('@winrm/third', {data!r})]\n")
    refused = running.run("pyinfra", str(inventory), "deploy.py", "-y")
    assert refused.exit_code != 0
    assert "expected 6389 to be free or the service Memurai-third's" in refused.output
    assert "services: Memurai-sessions" in refused.output
    assert running.machine.services.find("Memurai-third") is None


def test_what_two_instances_share_refuses_both(running: Practice, tmp_path: Path) -> None:
    inventory = tmp_path / "lab.py"
    data = {"winrm_hostname": running.machine.address, "memurai_network": {"bind": [running.machine.address]}}
    inventory.write_text(f"hosts = [('@winrm/one', {data!r}), ('@winrm/two', {data!r})]\n")
    refused = running.run("pyinfra", str(inventory), "deploy.py", "-y")
    assert refused.exit_code != 0
    for name, other in (("one", "two"), ("two", "one")):
        lines = [line for line in refused.output.splitlines() if f"[@winrm/{name}]" in line and "expected" in line]
        for key in ("service.name", "network.port", "service.trial_port", "storage.base", "storage.backup"):
            assert [line for line in lines if f"memurai_{key}: " in line and f"@winrm/{other}" in line], refused.output


def test_what_another_run_is_changing_is_left_alone_and_who_does_it_is_told(running: Practice) -> None:
    machine, config = running.machine, f"{FOLDER}/cache/config"
    lock, path = machine.files.local_path(f"{config}/changes/lock"), f"{config}/memurai-production.conf"
    before = machine.files.read_bytes(path)
    other = running.working_folder / "lab.py"
    other.write_text(Path(INVENTORY).read_text().replace("1gb", "768mb"))
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    with machine.powershells.running(threading.Event(), lambda: None) as somebody:
        machine.powershells.hold(lock)
        machine.powershells.tell(lock, change="another one", step="a step", until=time.monotonic() + 3600)
        refused = running.run("pyinfra", str(other), "tasks/configure.py", "-y", "--limit", "@winrm/cache")
    assert refused.exit_code != 0
    holder = f"'another one' in process {somebody.id}, at 'a step'"
    assert f"found {holder}. Wait for its end and run again." in refused.output
    assert machine.files.read_bytes(path) == before
