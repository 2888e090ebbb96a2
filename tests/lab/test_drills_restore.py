"""A restore, ended at each of its steps in each way: the server has its former data, or that of the backup."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from drills_practice import BACKUPS, KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, Practice, Run
from present_practice import client, fill

MORE_KEYS = 100
STEPS = {"restore": 17}
ALWAYS = {("restore", 14, Way.AGENT), ("restore", 12, Way.UNDOING)}


@dataclass
class Restore:
    """A server that has more keys than its backup, whose name is given."""

    practice: Practice
    name: str

    def begin(self) -> None:
        fill(self.practice, CANARY, KEYS + MORE_KEYS)

    def run(self) -> Run:
        return self._run("restore", "--data", f"backup={self.name}")

    def again(self) -> Run:
        """A restore is one each time; what it leaves is as the settings say."""
        return self._run("configure")

    def _run(self, task: str, *options: str) -> Run:
        return self.practice.run("pyinfra", inventory(self.practice), f"tasks/{task}.py", "-y", "--json", *options)

    def assert_former(self) -> None:
        self._assert_has(KEYS + MORE_KEYS)

    def assert_new(self) -> None:
        self._assert_has(KEYS)

    def _assert_has(self, keys: int) -> None:
        with client(self.practice, CANARY) as connection:
            assert connection.dbsize() == keys
            assert connection.get(f"key:{keys - 1}") == str(keys - 1)


@pytest.fixture(scope="module")
def restore(deployed: Practice) -> Restore:
    fill(deployed, CANARY, KEYS)
    former = set(deployed.machine.files.names(BACKUPS))
    taken = deployed.run("pyinfra", "inventories/lab.py", "tasks/backup.py", "-y")
    assert taken.exit_code == 0, taken.output
    (name,) = {entry for entry in deployed.machine.files.names(BACKUPS) if entry.endswith("Z")} - former
    return Restore(deployed, name)


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_it_is_ended_at_a_step(restore: Restore, drill: Drill) -> None:
    restore.begin()
    carry_out(restore, drill)
