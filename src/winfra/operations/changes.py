"""How an operation carries out a change."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host as current_host
from pyinfra.api.command import PyinfraCommand

from winfra.call import PowerShellCall
from winfra.change import Change, undoing
from winfra.facts.changes import Changes
from winfra.operations.shape import failure, show_difference


def carry_out(change: Change, call: PowerShellCall | None = None) -> Generator[PyinfraCommand, None, None]:
    """Print the steps of a change under --diff, and have the host carry it out.

    change: what was decided from facts.
    call: the request that does it; not given, the change's own.
    """
    show_steps(change)
    yield call or change.call


def show_steps(change: Change) -> None:
    """Print the steps of a change under --diff, for an operation whose first command is another one."""
    show_difference(f"steps of the change {change.name!r}", [], change.lines())


def settle(folder: str) -> Generator[PyinfraCommand, None, None]:
    """Have a host undo what was left unfinished, before the facts are read from which the next change is decided.

    folder: a folder of changes.
    """
    found = current_host.get_fact(Changes, folder=folder)
    if found is None:
        yield failure(f"changes in {folder}: they could not be read, so nothing was changed")
    elif found["state"] == "Unfinished":
        left = [f"{found['name']}: left unfinished at the step {found['step']!r}"]
        show_difference(f"changes in {folder}", left, [f"{found['name']}: undone; what is to be done is decided then"])
        yield undoing(folder, "It was found unfinished by the next run.")
