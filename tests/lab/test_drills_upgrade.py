"""An upgrade of the product, ended at each of its steps in each way: the server runs on the former, or on the new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from drills_practice import KEYS, Drill, Way, carry_out, drills, inventory
from lab_practice import CANARY, Practice, Run
from present_practice import client, fill

from winlab.package import build

STEPS = {"upgrade": 8}
ALWAYS = {("upgrade", 7, Way.AGENT), ("upgrade", 6, Way.CONNECTION)}


@dataclass
class Upgrade:
    """The pinned version, which becomes the next one with each drill."""

    practice: Practice
    folder: Path
    former: str
    package: Path
    number: int = 0

    @property
    def new(self) -> str:
        return f"4.3.{self.number}"

    def begin(self) -> None:
        (product,) = self.practice.machine.products.find("Memurai*")
        self.former = product.version
        self.number += 1
        self.package = build(self.new, self.folder / f"{self.new}.msi")
        fill(self.practice, CANARY, KEYS)

    def run(self) -> Run:
        pinned = {
            "WINLAB_PACKAGE": str(self.package),
            "WINLAB_PACKAGE_VERSION": self.new,
            "WINLAB_PACKAGE_SHA256": hashlib.sha256(self.package.read_bytes()).hexdigest(),
        }
        task = ("tasks/install.py", "-y", "--json")
        return self.practice.run("pyinfra", inventory(self.practice), *task, environment=pinned)

    def again(self) -> Run:
        return self.run()

    def assert_former(self) -> None:
        self._assert_runs_on(self.former)

    def assert_new(self) -> None:
        self._assert_runs_on(self.new)

    def _assert_runs_on(self, version: str) -> None:
        assert [product.version for product in self.practice.machine.products.find("Memurai*")] == [version]
        with client(self.practice, CANARY) as connection:
            assert connection.dbsize() == KEYS


@pytest.fixture(scope="module")
def upgrade(deployed: Practice, tmp_path_factory: pytest.TempPathFactory) -> Upgrade:
    return Upgrade(deployed, tmp_path_factory.mktemp("packages"), "", Path())


@pytest.mark.parametrize("drill", drills(STEPS, ALWAYS))
def test_it_is_ended_at_a_step(upgrade: Upgrade, drill: Drill) -> None:
    upgrade.begin()
    carry_out(upgrade, drill)
