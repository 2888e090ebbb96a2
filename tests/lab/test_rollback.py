"""An earlier configuration for a server that does not run: nobody can be asked what it holds."""

from __future__ import annotations

import pytest
from lab_practice import CANARY, NETWORK, Practice, Run
from present_practice import at_rest, client, fill

KEYS = 5000
MORE = {"memurai_memory": {"maxmemory": "2gb"}}
LESS = {"memurai_memory": {"maxmemory": "1gb"}}
NO_APPEND_ONLY_FILE = {"memurai_persistence": {"appendonly": False}}
BACKLOG = {"memurai_network": {"bind": [f"{NETWORK}.1"], "tcp_backlog": 600}}


def deployed_and_stopped(bare: Practice, earlier: dict[str, object], later: dict[str, object]) -> None:
    """Leave a stopped server with keys and two configurations."""
    for data in (earlier, later):
        run = bare.deploy(inventory=bare.inventory(lab1=data))
        assert run.exit_code == 0, run.output
    fill(bare, CANARY, KEYS)
    bare.machine.services.stop("Memurai")


def roll_back(bare: Practice) -> Run:
    return bare.run("pyinfra", "inventories/lab.py", "tasks/rollback.py", "-y", "--data", "rollback_to=previous")


def keys(bare: Practice) -> int:
    bare.machine.services.start("Memurai")
    with client(bare, CANARY) as connection:
        return int(connection.dbsize())


@pytest.mark.parametrize(
    ("earlier", "later", "found"),
    [
        (NO_APPEND_ONLY_FILE, {}, "appendonly no"),
        ({}, NO_APPEND_ONLY_FILE, "appendonly yes"),
        ({}, {"memurai_extra": {"directives": {"databases": "32"}}}, "databases 16"),
        (LESS, MORE, "maxmemory 1073741824"),
    ],
)
def test_a_stopped_server_is_not_rolled_back_to_what_could_lose_its_data(
    bare: Practice, earlier: dict[str, object], later: dict[str, object], found: str
) -> None:
    deployed_and_stopped(bare, earlier, later)
    before = at_rest(bare.machine)
    refused = roll_back(bare)
    assert refused.exit_code == 1, refused.output
    assert f"the service does not run and the other configuration has {found}. Start the service" in refused.output
    assert at_rest(bare.machine) == before
    bare.machine.services.start("Memurai")
    with client(bare, CANARY) as connection:
        count = connection.dbsize()
    back = roll_back(bare)
    assert back.exit_code == 0, back.output
    bare.machine.services.stop("Memurai")
    assert keys(bare) == count


@pytest.mark.parametrize(("earlier", "later"), [(BACKLOG, {}), (MORE, LESS)], ids=["tcp-backlog", "more memory"])
def test_a_stopped_server_is_rolled_back_to_what_its_data_has_room_in(
    bare: Practice, earlier: dict[str, object], later: dict[str, object]
) -> None:
    deployed_and_stopped(bare, earlier, later)
    back = roll_back(bare)
    assert back.exit_code == 0, back.output
    assert keys(bare) == KEYS
