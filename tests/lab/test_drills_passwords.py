"""A rotation of the password, ended at each of its steps in each way: a new one comes, and later the old one goes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from drills_practice import KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, Practice, Run
from present_practice import client, fill
from redis.exceptions import AuthenticationError

ADDED, DROPPED = "added", "dropped"
STEPS = {ADDED: 6, DROPPED: 6}
ALWAYS = {(ADDED, 5, Way.AGENT), (DROPPED, 5, Way.UNDOING)}


@dataclass
class Rotation:
    """Two passwords, the last one given and the next, whose number grows with each.

    is_dropping: whether the drill takes the old one away, else it adds the new one.
    """

    practice: Practice
    number: int = 0
    is_dropping: bool = False

    @property
    def old(self) -> str:
        return _password(self.number - 1)

    @property
    def new(self) -> str:
        return _password(self.number)

    @property
    def working(self) -> list[str]:
        return [password for password in (self.old, self.new) if self._works(password)]

    def begin(self, change: str) -> None:
        """Have one password before another is added, and two before one is dropped, whatever the last drill was."""
        self.is_dropping = change == DROPPED
        if self.is_dropping is (len(self.working) == 1):
            self._complete_the_other_change()
        if not self.is_dropping:
            self.number += 1
        fill(self.practice, self.working[0], KEYS)

    def _complete_the_other_change(self) -> None:
        self.number += int(self.is_dropping)
        self.is_dropping = not self.is_dropping
        run = self.run()
        assert run.exit_code == 0, run.output
        self.is_dropping = not self.is_dropping

    def run(self) -> Run:
        more = ("--data", "drop_password=old") if self.is_dropping else ()
        task = ("tasks/rotate_password.py", "-y", "--json", *more)
        return self.practice.run(
            "pyinfra", inventory(self.practice), *task, environment={"MEMURAI_LAB_PASSWORD": self.new}
        )

    def again(self) -> Run:
        return self.run()

    def assert_former(self) -> None:
        self._assert_works([self.old, self.new] if self.is_dropping else [self.old])

    def assert_new(self) -> None:
        self._assert_works([self.new] if self.is_dropping else [self.old, self.new])

    def _assert_works(self, passwords: list[str]) -> None:
        assert self.working == passwords
        for password in passwords:
            with client(self.practice, password) as connection:
                assert connection.dbsize() == KEYS

    def _works(self, password: str) -> bool:
        with client(self.practice, password) as connection:
            try:
                return bool(connection.ping())
            except AuthenticationError:
                return False


def _password(number: int) -> str:
    return f"{CANARY}-{number}" if number else CANARY


@pytest.fixture(scope="module")
def rotation(deployed: Practice) -> Rotation:
    return Rotation(deployed)


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_it_is_ended_at_a_step(rotation: Rotation, drill: Drill) -> None:
    rotation.begin(drill.change)
    carry_out(rotation, drill)
