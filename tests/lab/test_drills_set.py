"""A change that rolls through a set is interrupted somewhere: the set goes on serving, and a re-run finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from lab_practice import BIN, PROJECT, wait_until
from set_client import Client
from set_practice import NAMES, PracticeSet, practice_set

SEEDS = 10
END_SECONDS = 600
# How long a primary that is cut off may take writes that are lost: until its replicas have been silent for this long,
# and the time in which a write travels.
LAG_SECONDS = 2
MARGIN_SECONDS = 3
REPLICATED = {"min_replicas_max_lag": LAG_SECONDS}
IMPATIENT = {"ready_timeout_seconds": 30}


@pytest.fixture(scope="module")
def living(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """A set whose network can be divided; the drills share it."""
    with practice_set(variables, tmp_path_factory.mktemp("set"), own_network=True) as hosts:
        hosts.deploy(inventory=wanted(hosts, 16))
        yield hosts


def wanted(hosts: PracticeSet, databases: int) -> str:
    """Return an inventory with a number of databases: another one takes restarts."""
    extra = {"directives": [["databases", str(databases)]]}
    return hosts.inventory(REPLICATED, memurai_extra=extra, memurai_service=IMPATIENT)


def kill_server(hosts: PracticeSet, name: str, _: subprocess.Popen[bytes]) -> Callable[[], None]:
    hosts.practice.lab.machines[name].services.end_process("Memurai")
    return lambda: None


def kill_sentinel(hosts: PracticeSet, name: str, _: subprocess.Popen[bytes]) -> Callable[[], None]:
    hosts.practice.lab.machines[name].services.end_process("Memurai-Sentinel")
    return lambda: None


def kill_deploy(_: PracticeSet, __: str, run: subprocess.Popen[bytes]) -> Callable[[], None]:
    run.send_signal(signal.SIGKILL)
    return lambda: None


def cut_off(hosts: PracticeSet, name: str, _: subprocess.Popen[bytes]) -> Callable[[], None]:
    hosts.practice.lab.cut_off(name)
    return lambda: hosts.practice.lab.join(name)


def shut_down(hosts: PracticeSet, name: str, _: subprocess.Popen[bytes]) -> Callable[[], None]:
    hosts.practice.lab.shut_down(name)
    return lambda: hosts.practice.lab.boot(name)


INTERRUPTIONS = (kill_server, kill_sentinel, kill_deploy, cut_off, shut_down)


def begun(hosts: PracticeSet, inventory: str) -> subprocess.Popen[bytes]:
    """Start a deploy as a user would."""
    return subprocess.Popen(
        [str(BIN / "pyinfra"), inventory, "deploy.py", "-y"],
        cwd=PROJECT,
        env={**os.environ, **hosts.practice.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(SEEDS))
def test_an_interrupted_roll_loses_nothing_and_is_finished_by_the_next(living: PracticeSet, seed: int) -> None:
    chance = random.Random(seed)  # no secret
    interrupt, name = INTERRUPTIONS[seed % len(INTERRUPTIONS)], chance.choice(NAMES)
    inventory, client = wanted(living, 17 + seed), Client(living)
    living.settled()
    files = {name: configuration(living, name) for name in NAMES}
    with client.writing():
        run = begun(living, inventory)
        # The roll has begun when the first member's file is another one.
        changed = chance.choice([1, 2])
        wait_until(
            lambda: sum(configuration(living, one) != files[one] for one in NAMES) >= changed or run.poll() is not None,
            f"{changed} changed members",
        )
        moment = time.monotonic()
        heal = interrupt(living, name, run)
        run.wait(END_SECONDS)
        heal()
        living.settled()
    lost = client.lost()
    at_risk = client.acknowledged_between(moment - MARGIN_SECONDS, moment + LAG_SECONDS + MARGIN_SECONDS)
    assert set(lost) <= at_risk, f"{len(lost)} lost"
    living.deploy(inventory=inventory)
    living.settled()
    assert living.deploy(inventory=inventory) == []
    assert {living.value(one, "databases") for one in NAMES} == {str(17 + seed)}


def configuration(hosts: PracticeSet, name: str) -> list[str]:
    """Return the line of a member's file that the roll changes."""
    return [line for line in hosts.file(name).splitlines() if line.startswith("databases ")]
