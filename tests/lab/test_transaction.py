"""A configuration changes as a transaction: live what can be live, one restart for the rest, and a way back."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import threading
from collections.abc import Iterator
from typing import Self

import pytest
import redis
from lab_practice import BIN, CANARY, CONFIG_COMMAND, NETWORK, PROJECT, Practice, snapshot, wait_until

from winlab.windows.machine import Machine

CONFIGURATION = "ProgramData/Memurai/config/memurai-production.conf"
ADDRESS = f"{NETWORK}.1"
# A directive that is read at the start only and concerns no data; its default is yes.
AT_START = "disable-thp"


def client(**options: object) -> redis.Redis:
    """Return a client of the first host's server."""
    return redis.Redis(host=ADDRESS, password=CANARY, decode_responses=True, **options)


def change(practice: Practice, **groups: object) -> str:
    """Return an inventory in which the first host has other settings."""
    return practice.inventory(lab1={f"memurai_{group}": value for group, value in groups.items()})


def process_of(machine: Machine) -> int:
    """Return the id of the server's process."""
    return machine.services.get("Memurai").process_id


class Writer:
    """A client that writes all the time, on connections that it makes anew now and then."""

    def __init__(self) -> None:
        self.writes = 0
        self.failures: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            with client() as connection:
                for _ in range(20):
                    self._write(connection)

    def _write(self, connection: redis.Redis) -> None:
        try:
            connection.set(f"writer:{self.writes}", "x")
            self.writes += 1
        except redis.RedisError as error:
            self.failures.append(str(error))

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self.writes > 0, "the first write")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def back(deployed: Practice) -> Iterator[Practice]:
    """The deployed host, brought back to what its settings say afterwards."""
    yield deployed
    run = deployed.deploy()
    assert run.exit_code == 0, run.output


def test_what_the_server_takes_live_needs_no_restart_and_fails_no_request(back: Practice) -> None:
    process = process_of(back.machine)
    inventory = change(back, memory={"maxmemory": "1gb"})
    with Writer() as writer:
        run = back.deploy("--json", "--diff", inventory=inventory)
        written = writer.writes
        wait_until(lambda: writer.writes > written, "writes after the change")
    assert run.exit_code == 0, run.output
    assert run.changed == ["Configuration"]
    assert writer.failures == []
    assert process_of(back.machine) == process
    assert client().info("memory")["maxmemory"] == 1024**3
    again = back.deploy("--json", inventory=inventory)
    assert (again.exit_code, again.changed) == (0, [])


@pytest.mark.judged
def test_what_needs_a_restart_gets_exactly_one(back: Practice) -> None:
    process = process_of(back.machine)
    inventory = change(back, extra={"directives": {AT_START: "no"}})
    plan = back.run("pyinfra", inventory, "deploy.py", "--dry", "--diff")
    assert f"+ restarted, because of: {AT_START}" in plan.output
    assert process_of(back.machine) == process
    starts = len(starts_of(back.machine))
    run = back.deploy("--json", inventory=inventory)
    assert run.exit_code == 0, run.output
    assert len(starts_of(back.machine)) == starts + 1
    assert process_of(back.machine) != process
    assert answers(["no"])
    again = back.deploy("--json", inventory=inventory)
    assert (again.exit_code, again.changed) == (0, [])


@pytest.mark.parametrize(("name", "value", "default"), [("maxmemory-samples", "7", "5"), (AT_START, "no", "yes")])
def test_an_extra_directive_that_is_taken_out_has_its_default_again(
    back: Practice, name: str, value: str, default: str
) -> None:
    first = back.deploy(inventory=change(back, extra={"directives": {name: value}}))
    assert first.exit_code == 0, first.output
    # As it looks when the server has rewritten its file itself.
    assert back.ask(CONFIG_COMMAND, "REWRITE") == "OK"
    process = process_of(back.machine)
    plan = back.plan()
    assert f"- {name} {value}" in plan.output, plan.output
    run = back.deploy("--json")
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    assert name not in (back.machine.root / "C:" / CONFIGURATION).read_text()
    with client() as connection:
        found = connection.execute_command(CONFIG_COMMAND, "GET", name)
    assert found == {name: default}
    assert (process_of(back.machine) == process) is (name == "maxmemory-samples")
    again = back.deploy("--json")
    assert (again.exit_code, again.changed) == (0, [])


def starts_of(machine: Machine) -> list[str]:
    """Return what the log says of each start of the server."""
    log = machine.root / "C:" / "ProgramData" / "Memurai" / "logs" / "memurai.log"
    return [line for line in log.read_text().splitlines() if "Server initialized" in line]


def test_a_value_that_was_set_by_hand_is_shown_and_mended_live(back: Practice) -> None:
    process = process_of(back.machine)
    back.ask("CONFIG_canary_5528_must_not_show", "SET", "maxmemory-policy", "noeviction")
    plan = back.plan()
    assert "- maxmemory-policy noeviction" in plan.output
    assert "+ maxmemory-policy allkeys-lru" in plan.output
    run = back.deploy("--json")
    assert (run.exit_code, run.changed) == (0, ["Configuration"])
    assert client().info("memory")["maxmemory_policy"] == "allkeys-lru"
    assert process_of(back.machine) == process


def test_a_value_the_server_refuses_fails_with_its_own_words_and_touches_nothing(back: Practice) -> None:
    process, before = process_of(back.machine), (back.machine.root / "C:" / CONFIGURATION).read_bytes()
    with Writer() as writer:
        run = back.deploy(inventory=change(back, extra={"directives": {"maxmemory-samples": "0"}}))
    assert run.exit_code == 1
    assert "argument must be between 1 and" in run.output
    assert writer.failures == []
    assert process_of(back.machine) == process
    assert (back.machine.root / "C:" / CONFIGURATION).read_bytes() == before


def test_a_configuration_that_never_becomes_healthy_is_taken_back(back: Practice) -> None:
    """The log file's name is taken by a folder: the trial, which has no log, can't see that; the real start does."""
    (back.machine.root / "C:" / "ProgramData" / "Memurai" / "logs" / "taken.log").mkdir()
    before = (back.machine.root / "C:" / CONFIGURATION).read_bytes()
    assert back.ask("SET", "before", "kept") == "OK"
    run = back.deploy(inventory=change(back, logging={"file": "taken.log"}))
    assert run.exit_code == 1
    assert "All that was done was undone." in run.output
    assert (back.machine.root / "C:" / CONFIGURATION).read_bytes() == before
    assert back.machine.services.get("Memurai").state == "Running"
    assert back.ask("GET", "before") == "kept"
    assert CANARY not in run.output


def test_rollback_lists_shows_and_returns(back: Practice) -> None:
    run = back.deploy(inventory=change(back, memory={"maxmemory": "3gb"}))
    assert run.exit_code == 0, run.output
    listing = back.run("pyinfra", "inventories/lab.py", "tasks/rollback.py", "-y")
    assert "add --data rollback_to=NAME" in listing.output

    previous = ("tasks/rollback.py", "--data", "rollback_to=previous")
    before = snapshot(back.machine)
    plan = back.run("pyinfra", "inventories/lab.py", *previous, "--dry", "--diff")
    assert "- maxmemory 3gb" in plan.output
    assert "+ maxmemory 2gb" in plan.output
    assert {path for path in before if "config" in path} == {
        path for path in snapshot(back.machine) if "config" in path
    }

    history = sorted(
        (back.machine.root / "C:" / "ProgramData" / "Memurai" / "config" / "history").iterdir(), reverse=True
    )
    named = ("tasks/rollback.py", "--data", f"rollback_to={history[0].name}")
    process = process_of(back.machine)
    returned = back.run("pyinfra", "inventories/lab.py", *named, "-y", "--json", "--diff")
    assert returned.exit_code == 0, returned.output
    assert client().info("memory")["maxmemory"] == 2 * 1024**3
    assert process_of(back.machine) == process
    again = back.run("pyinfra", "inventories/lab.py", *named, "-y", "--json")
    assert (again.exit_code, again.changed) == (0, [])
    unknown = back.run("pyinfra", "inventories/lab.py", "tasks/rollback.py", "--data", "rollback_to=nothing", "-y")
    assert unknown.exit_code == 1
    assert "expected one of these earlier configurations, found 'nothing'" in unknown.output


def configurations(files: dict[str, tuple[str, float]]) -> dict[str, tuple[str, float]]:
    """Return what stands in the folder of the configuration."""
    return {path: state for path, state in files.items() if "Memurai/config" in path}


@pytest.mark.slow
def test_a_killed_control_node_leaves_the_old_or_the_new_configuration_running(back: Practice) -> None:
    """Twenty deploys that need a restart are killed at random moments; the server is up each time."""
    chance = random.Random(7391)
    wanted = ["yes", "no"]
    for attempt in range(20):
        inventory = change(back, extra={"directives": {AT_START: wanted[attempt % 2]}})
        deploy = subprocess.Popen(
            [str(BIN / "pyinfra"), inventory, "deploy.py", "-y"],
            cwd=PROJECT,
            env={**os.environ, **back.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            deploy.wait(chance.uniform(0.8, 3.5))
        deploy.kill()
        deploy.wait()
        wait_until(lambda: answers(wanted), "the server to answer with the old or the new configuration")
    final = back.deploy("--json", inventory=change(back, extra={"directives": {AT_START: "no"}}))
    assert final.exit_code == 0, final.output
    assert answers(["no"])


def answers(wanted: list[str]) -> bool:
    """Whether the server answers, with one of these values of the directive that it reads at its start."""
    try:
        with client(socket_timeout=2) as connection:
            found = connection.execute_command(CONFIG_COMMAND, "GET", AT_START)
    except redis.RedisError:
        return False
    # Redis 7 answers a map.
    return found[AT_START] in wanted
