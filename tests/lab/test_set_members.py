"""Servers become a set, and a set servers again; hosts come and go: no key is lost on any of these ways."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from lab_practice import CONFIG_COMMAND, snapshot, wait_until
from set_practice import INVENTORY, NAMES, REPLICATION, SENTINEL_PORT, SERVER_PORT, SET, PracticeSet, practice_set

from winlab.windows.services import ServiceSettings

KEYS = 5000
MORE_NAMES = (*NAMES, "lab4")


@pytest.fixture(scope="module")
def hosts(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """The three of a set and a fourth one, all bare; the tests of this module share them, in their order."""
    with practice_set(variables, tmp_path_factory.mktemp("set"), count=4) as bare:
        yield bare


def inventory(hosts: PracticeSet, members: Iterable[str] = (), alone: Iterable[str] = (), quorum: int = 2) -> str:
    """Return an inventory of some hosts: of members of the set, and of servers of their own."""
    replication = {"memurai_replication": {**REPLICATION, "quorum": quorum}}
    path = Path(hosts.practice.inventory(**dict.fromkeys(members, replication)))
    names = [f"@winrm/{name}" for name in (*members, *alone)]
    path.write_text(f"{path.read_text()}hosts = [host for host in hosts if host[0] in {names!r}]\n")
    return str(path)


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
    hosts.deploy(inventory=inventory(hosts, alone=NAMES))
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


class Writer:
    """A client that writes to one server and counts what that refuses."""

    def __init__(self, hosts: PracticeSet, name: str) -> None:
        self.refused: list[str] = []
        self.written = 0
        self._hosts, self._name, self._ends = hosts, name, threading.Event()

    def _run(self) -> None:
        while not self._ends.wait(0.01):
            try:
                self._hosts.ask(self._name, "SET", "written", str(self.written))
            except redis.RedisError as error:
                self.refused.append(str(error))
            else:
                self.written += 1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write during the block."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            wait_until(lambda: self.written > 0, "a client that writes")
            yield
        finally:
            self._ends.set()
            thread.join()


def sentinels(hosts: PracticeSet) -> list[str]:
    machines = hosts.practice.lab.machines
    return [name for name in NAMES if machines[name].services.find("Memurai-Sentinel")]


def uninstall(hosts: PracticeSet, name: str, inventory: str) -> None:
    """Leave a host as bare as a rebuilt one."""
    options = ("-y", "--limit", f"@winrm/{name}", "--data", "remove_data=true")
    run = hosts.run("tasks/uninstall.py", *options, inventory=inventory)
    assert run.exit_code == 0, run.output


def known_sentinels(hosts: PracticeSet, name: str) -> int:
    return int(hosts.ask(name, "SENTINEL", "MASTER", SET, port=SENTINEL_PORT)["num-other-sentinels"])


def test_a_rebuilt_host_comes_back_as_a_replica_by_a_plain_deploy(hosts: PracticeSet) -> None:
    uninstall(hosts, "lab3", INVENTORY)
    hosts.deploy()
    hosts.wait_until_following("lab1")
    wait_for_all_keys(hosts)
    assert {known_sentinels(hosts, name) for name in NAMES} == {2}
    assert hosts.deploy() == []


def test_a_new_host_becomes_a_member_by_a_plain_deploy(hosts: PracticeSet) -> None:
    four, processes = inventory(hosts, MORE_NAMES, quorum=3), hosts.processes()
    assert "Role in the set" in hosts.deploy(inventory=four)
    wait_until(lambda: hosts.role("lab4") == "of lab1", "a fourth member that follows the primary")
    wait_until(lambda: hosts.ask("lab4", "DBSIZE") == KEYS, "all keys on the fourth member")
    assert {known_sentinels(hosts, name) for name in MORE_NAMES} == {3}
    assert hosts.processes() == processes
    assert hosts.deploy(inventory=four) == []


def test_a_host_that_is_not_named_any_more_is_told_of_with_the_way_to_have_it_forgotten(hosts: PracticeSet) -> None:
    hosts.deploy()
    run = hosts.run("deploy.py", "-y")
    assert run.exit_code == 0, run.output
    address = hosts.practice.lab.machines["lab4"].address
    for port, what in ((SERVER_PORT, "a replica"), (SENTINEL_PORT, "a Sentinel")):
        told = f"{address}:{port}: {what} of the set that the inventory does not name."
        assert run.output.count(told) == 1, run.output
    assert "SENTINEL RESET memurai, to one Sentinel at a time" in run.output
    uninstall(hosts, "lab4", inventory(hosts, MORE_NAMES, quorum=3))
    for name in NAMES:
        hosts.ask(name, "SENTINEL", "RESET", SET, port=SENTINEL_PORT)
        wait_until(lambda name=name: known_sentinels(hosts, name) == 2, f"a Sentinel of {name} that knows the others")  # type: ignore[misc]
    hosts.wait_until_following("lab1")
    again = hosts.run("deploy.py", "-y")
    assert again.exit_code == 0, again.output
    assert "the inventory does not name" not in again.output, again.output
    assert hosts.deploy() == []


def test_a_member_does_not_leave_a_set_that_goes_on(hosts: PracticeSet) -> None:
    before = configurations(hosts)
    run = hosts.run("deploy.py", "-y", inventory=inventory(hosts, ("lab1", "lab2"), alone=("lab3",)))
    assert run.exit_code != 0
    assert "found lab1, lab2, whose Sentinels would make lab3 a replica again; nothing was changed" in run.output
    assert configurations(hosts) == before
    assert sentinels(hosts) == list(NAMES)


def test_a_server_does_not_stand_alone_while_another_host_has_a_sentinel_that_watches_it(hosts: PracticeSet) -> None:
    run = hosts.run("deploy.py", "-y", "--limit", "@winrm/lab2", inventory=inventory(hosts, alone=NAMES))
    assert run.exit_code != 0
    assert "expected no Sentinel that watches its server" in run.output, run.output
    assert sentinels(hosts) == ["lab1", "lab3"]
    assert hosts.role("lab2") == "of lab1"


def test_only_a_server_that_answers_leaves_its_set(hosts: PracticeSet) -> None:
    services = hosts.practice.lab.machines["lab3"].services
    services.stop("Memurai")
    plan = hosts.run("deploy.py", "--dry", inventory=inventory(hosts, alone=NAMES))
    assert plan.exit_code != 0
    assert "expected the server of a former member of a set to answer" in plan.output, plan.output
    services.start("Memurai")
    # It is not in sync yet: the deploy that follows waits for that.
    wait_until(lambda: hosts.role("lab3") == "of lab1", "a replica that is back")


def test_a_set_becomes_servers_of_their_own_again(hosts: PracticeSet) -> None:
    alone, before, writer = inventory(hosts, alone=NAMES), configurations(hosts), Writer(hosts, "lab1")
    plan = hosts.run("deploy.py", "--dry", "--diff", inventory=alone)
    assert plan.exit_code == 0, plan.output
    assert "+ a server of its own" in plan.output
    assert configurations(hosts) == before
    processes = [hosts.practice.lab.machines[name].services.get("Memurai").process_id for name in NAMES]
    with writer.writing():
        changed = hosts.deploy(inventory=alone)
    assert writer.refused == []
    assert {"Sentinel is stopped", "Writes without replicas", "Server stands alone", "Configuration"} <= set(changed)
    assert hosts.roles() == dict.fromkeys(NAMES, "primary")
    assert keys(hosts) == dict.fromkeys(NAMES, KEYS + 1)
    assert sentinels(hosts) == []
    for name in NAMES:
        machine = hosts.practice.lab.machines[name]
        assert not machine.files.local_path("C:/ProgramData/Memurai/sentinel").exists()
        text = machine.files.local_path("C:/ProgramData/Memurai/config/memurai-production.conf").read_text()
        assert not [word for word in ("replicaof", "masterauth", "min-replicas", "user default") if word in text]
        values = {**hosts.ask(name, CONFIG_COMMAND, "GET", "min-replicas-to-write", "masterauth")}
        assert values == {"min-replicas-to-write": "0", "masterauth": ""}
    assert [hosts.practice.lab.machines[name].services.get("Memurai").process_id for name in NAMES] == processes
    assert hosts.deploy(inventory=alone) == []


def test_what_left_a_set_starts_with_its_data_and_others_services_are_left_alone(hosts: PracticeSet) -> None:
    services = hosts.practice.lab.machines["lab2"].services
    services.stop("Memurai")
    services.start("Memurai")
    wait_until(lambda: hosts.role("lab2") == "primary", "a server that stands alone")
    assert hosts.ask("lab2", "DBSIZE") == KEYS + 1
    services.create("Memurai-Sentinel", ServiceSettings(r"C:\Windows\System32\svchost.exe -k another", "Another"))
    assert hosts.deploy(inventory=inventory(hosts, alone=NAMES)) == []
    assert services.find("Memurai-Sentinel")
    services.delete("Memurai-Sentinel")
