"""A host that can't be verified at all is tried once, told of once, and stands in no other's way."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lab_practice import Practice, Run

INVENTORY = "inventories/lab.py"
# A screen.
MOST_LINES = 60


def verify(practice: Practice, inventory: str = INVENTORY, **environment: str) -> Run:
    command = ("pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "--inventory", inventory)
    return practice.run(*command, environment=environment)


def assert_told_once(run: Run, reason: str) -> None:
    """One cause that fails everything fails the run, is told, and fills no screen."""
    assert run.exit_code == 1, run.output
    report = run.output.partition(" Verification of ")[2]
    assert re.search(rf"^lab1: nothing could be proven: .*{reason}", report, re.MULTILINE), run.output
    assert len([line for line in run.output.splitlines() if "lab1" in line]) < MOST_LINES // 6, run.output


class Doorbell:
    """A port at which connections are counted and nobody answers."""

    def __init__(self, address: str) -> None:
        self._listener = socket.create_server((address, 0))
        self.port = self._listener.getsockname()[1]
        self.rings = 0

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.rings += 1
            connection.close()

    @contextmanager
    def open(self) -> Iterator[Doorbell]:
        thread = threading.Thread(target=self.serve)
        thread.start()
        try:
            yield self
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            thread.join()


def test_a_wrong_password_is_tried_once(bare: Practice) -> None:
    """Windows locks accounts out: a verification signs in as often as a single command does."""
    statistics = bare.lab.servers["lab1"].statistics
    wrong = {"WINLAB_PASSWORD": "Canary-wrong-must-not-show"}
    single = bare.run("pyinfra", INVENTORY, "exec", "-y", "--", "hostname", environment=wrong)
    assert single.exit_code != 0
    once = statistics.statuses[401], statistics.connections
    assert min(once) > 0
    run = verify(bare, **wrong)
    assert (statistics.statuses[401], statistics.connections) == (2 * once[0], 2 * once[1])
    assert_told_once(run, "refused the credentials of user")
    assert len(run.output.splitlines()) < MOST_LINES, run.output


def test_a_host_that_does_not_answer_is_tried_once_and_the_others_are_verified(bare_pair: Practice) -> None:
    with Doorbell(bare_pair.machine.address).open() as doorbell:
        dead = {"winrm_hostname": bare_pair.machine.address, "winrm_port": doorbell.port}
        inventory = bare_pair.inventory(lab1=dead)
        bare_pair.run("pyinfra", inventory, "exec", "-y", "--limit", "@winrm/lab1", "--", "hostname")
        once = doorbell.rings
        assert once > 0
        run = verify(bare_pair, inventory)
        # Each goes on for the same time, in which one try more or less fits.
        assert abs(doorbell.rings - 2 * once) < once // 2
    assert_told_once(run, "@winrm/lab1: connect: ")
    assert re.search(r"^lab2: \d+ of \d+ proven$", run.output, re.MULTILINE), run.output


def test_data_that_is_refused_is_told_once(bare: Practice) -> None:
    """A secret that is not there is one cause, not one for each check."""
    run = verify(bare, MEMURAI_LAB_PASSWORD="")
    assert_told_once(run, "MEMURAI_LAB_PASSWORD")
    assert len(run.output.splitlines()) < MOST_LINES, run.output
