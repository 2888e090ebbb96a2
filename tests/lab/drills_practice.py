"""Drills: a change of a practice host is ended at one of its steps, and the host has to be whole again by itself.

A drill leaves a host that is proven to be whole, with which the next one begins.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import pytest
from lab_practice import Practice, Run, wait_until, warm_pyinfra

from winlab.twin.errors import TwinError
from winlab.windows.machine import Machine
from winlab.windows.moments import Moment

BASE = "C:/ProgramData/Memurai"
CHANGES = f"{BASE}/config/changes"
PRODUCT_CHANGES = "C:/Program Files/Memurai-changes"
BACKUPS = "C:/Backups/Redis"
KEYS = 300
HEALTH_SECONDS = 120
# What a change that was ended half way may have left.
SCRATCH = (".staged", ".partial")


class Way(Enum):
    """How a change is ended at a step."""

    PYINFRA = "pyinfra is killed"
    CONNECTION = "the connection is cut"
    AGENT = "the agent is killed"
    UNDOING = "the agent is killed while it undoes"

    @property
    def needs_help(self) -> bool:
        """Whether somebody has to undo what was left: the next run, or the host's health check."""
        return self in {Way.AGENT, Way.UNDOING}


@dataclass(frozen=True)
class Drill:
    """One way to end a change at one of its steps; past the last one is before the commit.

    change: which one, of those of a test. steps: how many it has.
    """

    change: str
    steps: int
    number: int
    way: Way

    @property
    def is_healed_by_the_host(self) -> bool:
        """Whether the host's health check undoes what was left; else the next run does."""
        return self.way.needs_help and (self.number % 2 == 0) is (self.way is Way.AGENT)


def drills(steps: Mapping[str, int], always: set[tuple[str, int, Way]]) -> list[object]:
    """Return the parameters of all drills of some changes, in turn where there are several.

    steps: how many steps each has. always: what each `make test` runs, too: change, step, way.
    """
    found = [
        Drill(change, count, number, way)
        for number in range(1, max(steps.values()) + 2)
        for way in Way
        for change, count in steps.items()
        if number <= count + (way is Way.AGENT)
    ]
    left = always - {(drill.change, drill.number, drill.way) for drill in found}
    assert not left, f"no such drills: {left}"
    return [_parameter(drill, is_always=(drill.change, drill.number, drill.way) in always) for drill in found]


def _parameter(drill: Drill, *, is_always: bool) -> object:
    name = f"{drill.change}-{drill.number}-{drill.way.value}"
    return pytest.param(drill, id=name, marks=() if is_always else pytest.mark.drill)


class Subject(Protocol):
    """What is changed in the drills of a test: it has a former state, and a new one that no drill had before."""

    practice: Practice

    def run(self) -> Run:
        """Run the task that changes the host."""

    def again(self) -> Run:
        """Run what would change the host if it was not as desired, with --json."""

    def assert_former(self) -> None:
        """The server answers as before, with all its keys."""

    def assert_new(self) -> None:
        """The server answers as desired, with all its keys."""


def inventory(practice: Practice, **data: object) -> str:
    """Write an inventory of the host with other data, by which an answer that got lost is missed soon."""
    return practice.inventory(lab1={"winrm_operation_timeout": 1, "winrm_read_timeout": 10, **data})


class Interruption:
    """Ends, once, what carries out the change of a drill."""

    def __init__(self, practice: Practice, drill: Drill) -> None:
        self._practice, self._drill = practice, drill
        self.steps = 0
        self.is_over = False

    def reach(self, moment: Moment) -> None:
        """Look at a moment of a change, and end it there if it is the one."""
        if self.is_over or moment.folder.replace("\\", "/") != CHANGES:
            return
        if not moment.is_undoing:
            self.steps = moment.steps
        if self._drill.way is Way.UNDOING:
            self._fail_and_end(moment)
        elif not moment.is_undoing and moment.number == self._drill.number:
            self.is_over = True
            self._ends[self._drill.way]()

    @property
    def _ends(self) -> dict[Way, Callable[[], None]]:
        return {
            Way.PYINFRA: lambda: os.kill(warm_pyinfra().run_process, signal.SIGKILL),
            Way.CONNECTION: self._practice.lab.servers["lab1"].drop_connections,
            Way.AGENT: self._end_agent,
        }

    def _fail_and_end(self, moment: Moment) -> None:
        """Have the change fail when all is done, and end its undoing before it comes to what is before a step."""
        if moment.is_undoing and moment.number <= self._drill.number:
            self.is_over = True
            self._end_agent()
        elif moment.number > moment.steps:
            raise TwinError("it fails in a drill")

    def _end_agent(self) -> None:
        powershells = self._practice.machine.powershells
        assert powershells.current is not None
        powershells.end(powershells.current.id)
        powershells.require_alive()


def carry_out(subject: Subject, drill: Drill) -> None:
    """End a change at a step, have the host made whole, and complete the change."""
    practice, interruption = subject.practice, Interruption(subject.practice, drill)
    practice.machine.reach = interruption.reach
    ended = subject.run()
    wait_until(lambda: not at_work(practice.machine), "the host to end its work")
    assert interruption.is_over, f"the change has no step {drill.number}: {ended.output}"
    found = f"found {interruption.steps} steps, drilled are {drill.steps}: give the test their number"
    assert interruption.steps == drill.steps, found
    # Nobody knows those of a dead client; Windows ends them by their idle limit.
    practice.lab.servers["lab1"].end_shells()
    _assert_ended(subject, drill, ended)
    if drill.is_healed_by_the_host:
        assert_healed_by_the_host(subject)
    completed = subject.run()
    assert completed.exit_code == 0, completed.output
    _assert_whole(subject, subject.assert_new)
    again = subject.again()
    assert (again.exit_code, again.changed) == (0, []), again.output


def _assert_ended(subject: Subject, drill: Drill, ended: Run) -> None:
    assert ended.exit_code == {Way.PYINFRA: -signal.SIGKILL, Way.CONNECTION: 0}.get(drill.way, 1), ended.output
    if drill.way.needs_help:
        assert subject.practice.machine.files.kind(f"{CHANGES}/journal") == "File"
    else:
        _assert_whole(subject, subject.assert_new)


def assert_healed_by_the_host(subject: Subject) -> None:
    """The scheduled health check undoes what was left, and tells so once."""
    code, told = _check(subject.practice.machine)
    assert (code, "was left unfinished and was undone" in told) == (2, True), told
    _assert_whole(subject, subject.assert_former)
    code, told = _check(subject.practice.machine)
    assert (code, "[OK]   changes: none is unfinished" in told) == (0, True), told


def _check(machine: Machine) -> tuple[int, str]:
    """Run the scheduled health check; return its exit code and what it wrote of its last event."""
    code = machine.tasks.run("Memurai-health", timeout_seconds=HEALTH_SECONDS)
    return code, machine.events.find(source="MemuraiProduction")[-1].message


def _assert_whole(subject: Subject, state: Callable[[], None]) -> None:
    state()
    machine = subject.practice.machine
    service = machine.services.get("Memurai")
    assert (service.state, service.settings.start_type) == ("Running", "Automatic")
    assert list(left(machine)) == []


def at_work(machine: Machine) -> bool:
    """Whether a change is under way."""
    folders = (CHANGES, PRODUCT_CHANGES)
    locks = (machine.files.local_path(f"{folder}/lock") for folder in folders)
    return any(machine.powershells.told(lock) is not None for lock in locks)


def left(machine: Machine) -> Iterator[str]:
    """Yield what a change left behind: journals, scratch folders, half files, processes."""
    for path in (f"{CHANGES}/journal", f"{PRODUCT_CHANGES}/journal", f"{BASE}/trial"):
        if machine.files.kind(path) != "Absent":
            yield path
    for path in (machine.root / "C:").rglob("*"):
        if path.name.endswith(SCRATCH):
            yield str(path)
    yield from (str(process) for process in machine.processes.working_in(f"{BASE}/trial"))
    if at_work(machine):
        yield "a lock"
