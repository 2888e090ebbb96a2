"""A restore that was ended half way: nothing starts a server without the data that it put aside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab_practice import CANARY, Practice, Run
from present_practice import at_rest, client, fill

KEYS = 5000
DATA = "C:/ProgramData/Memurai/data"
ASIDE = f"{DATA}-before-restore-20000101T000000Z-0123abcd"
STAGE = f"{DATA}/restore.partial"
NAMES = ("dump.rdb", "appendonlydir")


@pytest.fixture
def interrupted(bare: Practice) -> Practice:
    """A server whose restore was killed between its two moves."""
    first = bare.deploy()
    assert first.exit_code == 0, first.output
    fill(bare, CANARY, KEYS)
    files, services = bare.machine.files, bare.machine.services
    services.stop("Memurai")
    services.change("Memurai", replace(services.get("Memurai").settings, start_type="Disabled"))
    files.make_directory(ASIDE)
    move(bare, DATA, ASIDE)
    files.make_directory(STAGE)
    return bare


def move(practice: Practice, source: str, target: str) -> None:
    files = practice.machine.files
    for name in files.names(source):
        if name in NAMES:
            files.move(f"{source}/{name}", f"{target}/{name}")


def require_refusal(practice: Practice, run: Run, before: dict[str, tuple[str, float]]) -> None:
    assert run.exit_code == 1, run.output
    assert "a restore was interrupted" in run.output
    assert at_rest(practice.machine) == before


def test_it_is_found_where_the_server_has_its_data(interrupted: Practice) -> None:
    """The settings may say another place by then."""
    inventory = interrupted.inventory(lab1={"memurai_storage": {"base": "C:/Memurai2"}})
    before = at_rest(interrupted.machine)
    refused = interrupted.deploy(inventory=inventory)
    require_refusal(interrupted, refused, before)
    assert "Run tasks/restore.py again with memurai_storage as it was" in refused.output


def test_its_server_is_not_uninstalled(interrupted: Practice) -> None:
    before = at_rest(interrupted.machine)
    require_refusal(interrupted, interrupted.run("pyinfra", "inventories/lab.py", "tasks/uninstall.py", "-y"), before)
    assert interrupted.machine.services.find("Memurai") is not None


@pytest.mark.parametrize("staged", [True, False], ids=["stage", "no stage"])
def test_no_server_is_made_while_the_data_of_an_earlier_one_is_aside(interrupted: Practice, staged: bool) -> None:
    machine = interrupted.machine
    machine.services.delete("Memurai")
    if not staged:
        machine.files.remove(STAGE)
    before = at_rest(machine)
    require_refusal(interrupted, interrupted.deploy(), before)
    move(interrupted, ASIDE, DATA)
    if staged:
        machine.files.remove(STAGE)
    # The folder of what was aside stays, as after a restore that is complete.
    run = interrupted.deploy()
    assert run.exit_code == 0, run.output
    with client(interrupted, CANARY) as connection:
        assert connection.dbsize() == KEYS
