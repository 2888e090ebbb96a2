"""A configuration that needs a restart, ended at each of its steps in each way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from drills_practice import KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run
from present_practice import client, fill

# Read at the start only.
AT_START = "tcp-backlog"
STEPS = {"configuration": 8}
ALWAYS = {("configuration", 7, Way.PYINFRA), ("configuration", 6, Way.UNDOING)}


@dataclass
class Configuration:
    """The setting of a directive, whose value becomes the next number with each drill."""

    practice: Practice
    value: int = 511

    def begin(self) -> None:
        fill(self.practice, CANARY, KEYS)
        self.value += 1

    def run(self) -> Run:
        network = {"bind": [self.practice.machine.address], "tcp_backlog": self.value}
        hosts = inventory(self.practice, memurai_network=network)
        return self.practice.run("pyinfra", hosts, "tasks/configure.py", "-y", "--json")

    def again(self) -> Run:
        return self.run()

    def assert_former(self) -> None:
        self._assert_has(self.value - 1)

    def assert_new(self) -> None:
        self._assert_has(self.value)

    def _assert_has(self, value: int) -> None:
        with client(self.practice, CANARY) as connection:
            assert connection.dbsize() == KEYS
            assert connection.execute_command(CONFIG_COMMAND, "GET", AT_START) == {AT_START: str(value)}


@pytest.fixture(scope="module")
def configuration(deployed: Practice) -> Configuration:
    return Configuration(deployed)


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_it_is_ended_at_a_step(configuration: Configuration, drill: Drill) -> None:
    configuration.begin()
    carry_out(configuration, drill)
