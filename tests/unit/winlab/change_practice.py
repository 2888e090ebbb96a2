"""Changes of a practice host that end half way, at any of their calls: by an error, or with their process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from winfra.call import PowerShellCall
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS, changes
from winlab.twin.registry import Output
from winlab.windows.machine import Machine


class KilledError(BaseException):
    """Stands for the end of the process, or of the power."""


Work = Callable[[], Output]
Interruption = Callable[[Work], Output]


def die_before(_: Work) -> Output:
    """Die before a call does anything."""
    raise KilledError


def die_after(work: Work) -> Output:
    """Die when a call has done all that it does."""
    work()
    raise KilledError


def fail_before(_: Work) -> Output:
    """Fail before a call does anything."""
    raise TwinError("The disk is gone.")


def fail_after(work: Work) -> Output:
    """Fail when a call has done all that it does."""
    work()
    raise TwinError("The disk is gone.")


def carry_out(machine: Machine, call: PowerShellCall) -> Output:
    """Have a practice host carry a call out."""
    return invoke(FUNCTIONS[call.function], machine, call.wire_parameters())


def undo(machine: Machine, folder: str) -> Output:
    """Have a practice host undo what was left unfinished."""
    return invoke(FUNCTIONS["Undo-WinChange"], machine, {"Folder": folder, "Reason": "test"})


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, function: str, which: int, how: Interruption) -> Iterator[list[str]]:
    """Have one of the calls that changes make end in another way; yield the names of the functions that are called.

    function: whose calls count, * for all. which: the number of the call, from 0 on.
    """
    called: list[str] = []
    counted: list[str] = []
    real = changes._call

    def call(machine: Machine, given: Mapping[str, Any]) -> Output:
        name = str(given["Function"])
        called.append(name)
        if function in {"*", name}:
            counted.append(name)
            if len(counted) == which + 1:
                return how(lambda: real(machine, given))
        return real(machine, given)

    with monkeypatch.context() as patched:
        patched.setattr(changes, "_call", call)
        yield called
