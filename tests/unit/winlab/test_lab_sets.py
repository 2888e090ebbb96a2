"""Practice hosts that are a Sentinel set: replication, failover, hosts that go and come back, a divided network."""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sentinel_practice import (
    ADDRESSES,
    CONFIGURATIONS,
    HOSTS,
    SENTINEL,
    SERVER,
    SERVER_PORT,
    ask,
    hurry,
    is_replica,
    is_whole,
    primary,
    role,
    sentinel_set,
    wait_for,
)

from winlab.exceptions import WinlabError
from winlab.lab import Lab, LabHost
from winlab.own_network import OwnNetwork, refusal
from winlab.windows.errors import SERVICE_NEVER_STARTED


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A healthy set, which each test leaves healthy."""
    with sentinel_set(tmp_path_factory.mktemp("set"), own_network=refusal() is None) as lab:
        yield lab


@pytest.fixture
def divisible(lab: Lab) -> Lab:
    if reason := refusal():
        pytest.skip(reason)
    return lab


def configuration(lab: Lab, name: str, service: str) -> str:
    return lab.machines[name].files.read_bytes(CONFIGURATIONS[service]).decode()


def test_a_failover_rewrites_what_windows_would_have(lab: Lab) -> None:
    replicas = ask("lab1", "INFO", "replication")
    assert {replicas[key]["ip"] for key in ("slave0", "slave1")} == {ADDRESSES["lab2"], ADDRESSES["lab3"]}
    before = primary("lab1")
    lab.machines[before].services.end_process(SERVER, recover=False)
    wait_for(lambda: all(primary(name) != before for name in HOSTS))
    lab.machines[before].services.start(SERVER)
    wait_for(is_whole)

    promoted = primary(before)
    assert "replicaof" not in configuration(lab, promoted, SERVER)
    for name in set(HOSTS) - {promoted}:
        assert f"\nreplicaof {ADDRESSES[promoted]} {SERVER_PORT}\n" in configuration(lab, name, SERVER)
    for name in HOSTS:
        assert f"sentinel monitor main {ADDRESSES[promoted]}" in configuration(lab, name, SENTINEL)
        for service in (SERVER, SENTINEL):
            text = configuration(lab, name, service)
            # The only paths are those that were deployed: Redis has rewritten `dir`, and Windows never saw the lab's.
            assert set(re.findall(r'"[^"\n]*/[^"\n]*"', text)) == {
                '"C:/ProgramData/Memurai/data"',
                f'"C:/ProgramData/Memurai/logs/{service}.log"',
            }


def test_hosts_that_were_shut_down_come_back_with_what_was_saved(lab: Lab) -> None:
    first = primary("lab1")
    ask(first, "SET", "saved", "yes")
    wait_for(lambda: [ask(name, "GET", "saved") for name in HOSTS] == ["yes"] * 3)
    for name in HOSTS:
        ask(name, "SAVE")
    ask(first, "SET", "unsaved", "yes")
    booted = lab.machines[first].summary.last_boot_time
    for name in HOSTS:
        lab.shut_down(name)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((ADDRESSES[name], 5986))
        with pytest.raises(redis.ConnectionError):
            ask(name, "PING")
        assert lab.machines[name].services.get(SERVER).exit_code == SERVICE_NEVER_STARTED
    for name in sorted(HOSTS, key=lambda name: name == first):
        lab.boot(name)
        hurry(name)
        socket.create_connection((ADDRESSES[name], 5986)).close()
    assert lab.machines[first].summary.last_boot_time > booted
    wait_for(is_whole)
    assert [ask(name, "GET", key) for name in HOSTS for key in ("saved", "unsaved")] == ["yes", None] * 3


def test_a_divided_network_has_two_primaries_until_it_is_whole_again(divisible: Lab) -> None:
    before = primary("lab1")
    others = [name for name in HOSTS if name != before]
    divisible.cut_off(before)
    wait_for(lambda: all(primary(name) != before for name in others))
    promoted = primary(others[0])
    wait_for(lambda: (role(promoted), role(before), primary(before)) == ("master", "master", before))
    assert ask(before, "SET", "lost", "yes") is True
    assert ask(promoted, "SET", "kept", "yes") is True
    divisible.join(before)
    wait_for(is_whole)
    assert [ask(name, "GET", key) for name in HOSTS for key in ("kept", "lost")] == ["yes", None] * 3


def reaches(source: str, destination: str) -> bool:
    """Whether a program that connects from one host's address reaches the server of another one."""
    try:
        socket.create_connection((ADDRESSES[destination], SERVER_PORT), 5, (ADDRESSES[source], 0)).close()
    except OSError:
        return False
    return True


def test_several_hosts_are_cut_off_from_each_other_too(divisible: Lab) -> None:
    divisible.cut_off("lab1")
    divisible.cut_off("lab2")
    assert [reaches(*pair) for pair in itertools.permutations(HOSTS, 2)] == [False] * 6
    assert [reaches(name, name) for name in HOSTS] == [True] * 3
    divisible.join("lab1")
    assert [pair for pair in itertools.permutations(HOSTS, 2) if reaches(*pair)] == [("lab1", "lab3"), ("lab3", "lab1")]
    divisible.join("lab2")
    assert [reaches(*pair) for pair in itertools.permutations(HOSTS, 2)] == [True] * 6
    wait_for(is_whole)


def test_a_server_that_cannot_be_told_from_others_is_not_cut_off(divisible: Lab) -> None:
    name = next(name for name in HOSTS if is_replica(name))
    for address in ("", ADDRESSES[name]):
        ask(name, "CONFIG", "SET", "bind-source-addr", address)
        ask(name, "CLIENT", "KILL", "TYPE", "master")
        wait_for(lambda name=name: is_replica(name))
        if not address:
            expected = f"service Memurai of {name} to connect from {ADDRESSES[name]}, found 127.0.0.1"
            with pytest.raises(WinlabError, match=expected):
                divisible.cut_off(name)


def test_a_network_of_its_own_leaves_the_one_around_it_alone() -> None:
    if reason := refusal():
        pytest.skip(reason)
    address = (ADDRESSES["lab1"], 7000)
    with socket.create_server(address):
        with OwnNetwork() as network:
            network.cut("127.0.0.1", address[0])
            with pytest.raises(OSError, match="unreachable"):
                socket.create_connection(address)
            network.join("127.0.0.1", address[0])
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)
        socket.create_connection(address).close()


def test_the_machines_own_network_is_never_divided(tmp_path: Path) -> None:
    hosts = [LabHost(name, ADDRESSES[name], "Administrator", "word") for name in HOSTS[:2]]
    with pytest.raises(WinlabError, match="own_network=True"):
        Lab(hosts, directory=tmp_path).cut_off("lab1")
