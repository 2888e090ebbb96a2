"""A change of a host: a list of steps, each a call and the call that undoes it, carried out by the host itself.

The whole list goes to the host in one request (powershell/Invoke-WinChange.ps1). The host goes on to its end, or back
to where it began, also when nobody listens any more; what a dead process left unfinished is undone by who comes next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from winfra.call import PowerShellCall
from winfra.exceptions import ChangeError
from winfra.library import undo_functions

# Longer than any call takes by its own limits: a step that is not over by then hangs.
STEP_SECONDS = 900
# For the lock, the journal and the answer.
AROUND_SECONDS = 60
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Step:
    """A call, and what takes back all that it may have done.

    why: what it is for, in a few words, e.g. `put the new file`.
    do: the call.
    undo: brings back what was before, also when `do` never ran, ran in part, or `undo` itself ran before; None for a
        call that changes nothing. It waits in a private file on the host, its secrets protected for that host. Its
        function's help says that it undoes steps: hosts have those by themselves.
    timeout_seconds: after which the call, and its undoing, is taken for one that hangs, and its process may be ended.
    is_barrier: whether the steps before it are not undone as long as it can't be, e.g. no server is started again while
        its data is not back.
    """

    why: str
    do: PowerShellCall
    undo: PowerShellCall | None = None
    timeout_seconds: int = STEP_SECONDS
    is_barrier: bool = False


@dataclass(frozen=True)
class Afterwards:
    """A call after the change is over: its failure is a warning, and undoes nothing. Attributes as those of Step."""

    why: str
    do: PowerShellCall
    timeout_seconds: int = STEP_SECONDS


@dataclass(frozen=True)
class Change:
    """A list of steps that are all done, or none.

    name: what it is, for people, e.g. `configuration of Memurai`.
    folder: Windows path of the folder of changes of what is changed: its lock, its journal, its outcomes. One change at
        a time runs there.
    steps: in their order; they are undone from the last to the first.
    afterwards: what is done when they are.
    around: folders of changes of what else is changed. Meanwhile no other change runs in one of them either, and who
        finds this one unfinished there undoes it.

    Raises ChangeError when there is no step.
    """

    name: str
    folder: str
    steps: tuple[Step, ...]
    afterwards: tuple[Afterwards, ...] = ()
    around: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a list without steps."""
        if not self.steps:
            raise ChangeError(f"the change {self.name!r}: expected at least one step, found none. Nothing is a no-op.")

    @property
    def longest_seconds(self) -> int:
        """How long it takes at most: every step to its limit, and all of them undone."""
        steps = sum(step.timeout_seconds for step in self.steps)
        around = (1 + len(self.around)) * AROUND_SECONDS
        return 2 * steps + sum(step.timeout_seconds for step in self.afterwards) + around

    @property
    def call(self) -> PowerShellCall:
        """The request that has the host carry it out.

        Raises ChangeError when what undoes a step is a function that hosts don't have by themselves.
        """
        call, folder = self._own_call, self.folder
        for outer in reversed(self.around):
            step = Step(
                f"change {folder}", call, undoing(folder, f"{self.name} was found unfinished."), self.longest_seconds
            )
            call, folder = Change(self.name, outer, (step,)).call, outer
        # Whoever waits less would end the host's PowerShell in the middle of a step.
        call.connector_arguments["_timeout"] = self.longest_seconds
        return call

    @property
    def _own_call(self) -> PowerShellCall:
        self._require_undo_functions()
        kept: list[HiddenValue] = []
        parameters: dict[str, object] = {
            "Name": self.name,
            "Folder": self.folder,
            "Steps": [
                {**_on_the_wire(step, _undo_text(step.undo, kept)), "IsBarrier": step.is_barrier} for step in self.steps
            ],
            "Afterwards": [_on_the_wire(item, None) for item in self.afterwards],
        }
        parameters["KeptSecrets"] = kept
        calls = [*(step.do for step in self.steps), *(item.do for item in self.afterwards)]
        return PowerShellCall("Invoke-WinChange", parameters, confidential=any(item.confidential for item in calls))

    def _require_undo_functions(self) -> None:
        for step in self.steps:
            if step.undo is not None and step.undo.function not in undo_functions():
                raise ChangeError(
                    f"the change {self.name!r}: expected what undoes the step {step.why!r} to be a function whose help "
                    f"says that it undoes steps of changes, found {step.undo.function}. Say so there "
                    "(.FUNCTIONALITY): hosts that undo by themselves get those, and no other."
                )

    def lines(self) -> list[str]:
        """Return what would be done, and what would bring it back, for people: without secrets."""
        width = len(str(len(self.steps)))
        lines: list[str] = []
        for number, step in enumerate(self.steps, start=1):
            lines += [f"{number:{width}}. {step.why}", f"{'':{width}}  do:   {_shown(step.do)}"]
            lines += [f"{'':{width}}  undo: {_shown(step.undo)}"] if step.undo is not None else []
        for item in self.afterwards:
            lines += [f"afterwards: {item.why}", f"{'':{width}}  do:   {_shown(item.do)}"]
        return lines


def undoing(folder: str, reason: str) -> PowerShellCall:
    """Return what undoes what was left unfinished in a folder of changes; it fails while that runs or can't be undone.

    folder: its Windows path. reason: who undoes it, for people.
    """
    return PowerShellCall("Undo-WinChange", {"Folder": folder, "Reason": reason, "Required": True})


def _on_the_wire(step: Step | Afterwards, undo: str | None) -> dict[str, object]:
    """Return a step as Invoke-WinChange takes it; the undo as the text that the journal keeps."""
    return {
        "Why": step.why,
        "Do": {"Function": step.do.function, "Parameters": step.do.parameters},
        "Undo": undo,
        "TimeoutSeconds": step.timeout_seconds,
    }


def _undo_text(undo: PowerShellCall | None, kept: list[HiddenValue]) -> str | None:
    """Return what the journal keeps of an undo call; its secrets go to those kept, and are named by their position."""
    if undo is None:
        return None
    return json.dumps({"Function": undo.function, "Parameters": _kept_apart(undo.parameters, kept)})


def _kept_apart(value: object, kept: list[HiddenValue]) -> object:
    if isinstance(value, HiddenValue):
        known = [item.unmask() for item in kept]
        if value.unmask() not in known:
            kept.append(value)
        return {"$kept": [*known, value.unmask()].index(value.unmask())}
    if isinstance(value, Mapping):
        return {key: _kept_apart(item, kept) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_kept_apart(item, kept) for item in value]
    return value


def _shown(call: PowerShellCall) -> str:
    """Return a call on one line, long texts by their length."""
    return str(PowerShellCall(call.function, {name: _brief(value) for name, value in call.parameters.items()}))


def _brief(value: object) -> object:
    if isinstance(value, str) and (len(value) > LONGEST_SHOWN or "\n" in value):
        return f"({len(value)} characters, {len(value.splitlines())} lines)"
    return value
