"""Servers become a set, and a set servers again; hosts come and go: no key is lost on any of these ways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_practice import snapshot, wait_until
from set_practice import NAMES, PracticeSet, practice_set

KEYS = 5000


@pytest.fixture(scope="module")
def hosts(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """Three bare hosts; the tests of this module share them, in their order."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as bare:
        yield bare


def fill(hosts: PracticeSet, name: str, keys: int = KEYS) -> None:
    hosts.ask(name, "MSET", *(word for number in range(keys) for word in (f"key:{number}", str(number))))


def keys(hosts: PracticeSet) -> dict[str, int]:
    return {name: hosts.ask(name, "DBSIZE") for name in NAMES}


def wait_for_all_keys(hosts: PracticeSet) -> None:
    wait_until(lambda: keys(hosts) == dict.fromkeys(NAMES, KEYS), "all keys on all members")
    assert {hosts.ask(name, "GET", f"key:{KEYS - 1}") for name in NAMES} == {str(KEYS - 1)}


def configurations(hosts: PracticeSet) -> dict[str, dict[str, tuple[str, float]]]:
    """Return what stands in the folders of the servers' and Sentinels' configurations of all hosts."""
    return {
        name: {path: found for path, found in snapshot(machine).items() if "/Memurai/config" in path}
        for name, machine in hosts.practice.lab.machines.items()
    }


def test_data_on_another_server_than_the_first_primary_stop_the_making_of_a_set(hosts: PracticeSet) -> None:
    alone = hosts.practice.inventory()
    hosts.deploy(inventory=alone)
    fill(hosts, "lab2", keys=10)
    before = configurations(hosts)
    run = hosts.run("deploy.py", "-y")
    assert run.exit_code != 0
    assert "expected the data on lab1, which the inventory names as the first primary, found them on lab2" in (
        " ".join(run.output.split())
    ), run.output
    assert configurations(hosts) == before
    assert hosts.roles() == dict.fromkeys(NAMES, "primary")
    assert not any(machine.services.find("Memurai-Sentinel") for machine in hosts.practice.lab.machines.values())
    assert keys(hosts) == {"lab1": 0, "lab2": 10, "lab3": 0}
    hosts.ask("lab2", "DEL", *(f"key:{number}" for number in range(10)))


def test_a_server_with_data_becomes_the_primary_of_a_set(hosts: PracticeSet) -> None:
    fill(hosts, "lab1")
    assert "Role in the set" in hosts.deploy()
    hosts.wait_until_following("lab1")
    wait_for_all_keys(hosts)
    assert hosts.deploy() == []
