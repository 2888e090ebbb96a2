"""Users of a server, ended at each step in each way: one comes in the place of another, or all get new passwords."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import redis
from drills_practice import KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, Practice, Run
from present_practice import fill
from redis.exceptions import AuthenticationError

RENAMED, ROTATED = "renamed", "rotated"
STEPS = {RENAMED: 3, ROTATED: 4}
ALWAYS = {(RENAMED, 3, Way.AGENT), (ROTATED, 4, Way.UNDOING)}
TASKS = {RENAMED: "tasks/configure.py", ROTATED: "tasks/rotate_password.py"}
ROLES = ("APPLICATION", "BACKUP", "MONITORING")


@dataclass
class Users:
    """The name of the application's user, and the passwords of all but the administrator.

    change: of a drill, by which one of them becomes the next one. name, password: the number of each.
    """

    practice: Practice
    change: str = RENAMED
    name: int = 0
    password: int = 0

    def begin(self, change: str) -> None:
        self.change = change
        self.name += int(change == RENAMED)
        self.password += int(change == ROTATED)

    @property
    def inventory(self) -> str:
        return inventory(self.practice, memurai_users={"enabled": True, "application": f"application{self.name}"})

    @property
    def secrets(self) -> dict[str, str]:
        return {f"MEMURAI_{role}_PASSWORD": _password(role, self.password) for role in ROLES}

    def run(self) -> Run:
        task = (TASKS[self.change], "-y", "--json")
        return self.practice.run("pyinfra", self.inventory, *task, environment=self.secrets)

    def again(self) -> Run:
        return self.run()

    def assert_former(self) -> None:
        self._assert_has_keys()
        former = (self.name - int(self.change == RENAMED), self.password - int(self.change == ROTATED))
        assert (self._takes(*former), self._takes(self.name, self.password)) == (True, False)

    def assert_new(self) -> None:
        """The former password works besides; a former user is gone."""
        self._assert_has_keys()
        assert self._takes(self.name, self.password)
        if self.change == RENAMED:
            assert not self._takes(self.name - 1, self.password)
        else:
            assert self._takes(self.name, self.password - 1)

    def _takes(self, name: int, password: int) -> bool:
        with self._client(f"application{name}", _password("APPLICATION", password)) as connection:
            try:
                return bool(connection.ping())
            except AuthenticationError:
                return False

    def _assert_has_keys(self) -> None:
        with self._client("administrator", CANARY) as connection:
            assert connection.dbsize() == KEYS

    def _client(self, user: str, password: str) -> redis.Redis:
        return redis.Redis(host=self.practice.machine.address, username=user, password=password)


def _password(role: str, number: int) -> str:
    return f"Canary-{role.lower()}-{number}-must-not-show"


@pytest.fixture(scope="module")
def users(deployed: Practice) -> Users:
    found = Users(deployed)
    fill(deployed, CANARY, KEYS)
    run = deployed.deploy(inventory=found.inventory, **found.secrets)
    assert run.exit_code == 0, run.output
    return found


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_they_are_ended_at_a_step(users: Users, drill: Drill) -> None:
    users.begin(drill.change)
    carry_out(users, drill)
