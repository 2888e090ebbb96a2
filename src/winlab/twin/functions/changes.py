"""Twins of the runner of changes, and of the request that carries many calls.

What stands in the files of a folder of changes is the library's own: a line is the SHA-256 of a text, a blank and that
text, which is JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.secrets import protect_win_secret, unprotect_win_secret
from winlab.twin.registry import FUNCTIONS, Output, TwinFunction, twin
from winlab.windows.accounts import ADMINISTRATORS, SYSTEM
from winlab.windows.errors import Win32Error
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.moments import Moment
from winlab.windows.security import BOTH_INHERIT, FULL_CONTROL, AccessEntry

_KEEPERS = (SYSTEM, ADMINISTRATORS)
_PARTS = ("Why", "Do", "Undo", "TimeoutSeconds")
_LOCK_SECONDS = 5.0
_MOMENT_SECONDS = 1.0
_AT_WORK_SECONDS = 60
_POLL_SECONDS = 0.05
_KEPT_OUTCOMES = 50

Entry = dict[str, Any]


class UnderWayError(TwinError):
    """Another change runs in the folder."""


@twin("Invoke-WinBatch", "Answers")
def invoke_win_batch(machine: Machine, *, calls: list[dict[str, Any]]) -> Output:
    """Carry out many calls, each with an answer or an error of its own."""
    return {"Answers": [_answer(machine, call) for call in calls]}


def _answer(machine: Machine, call: Mapping[str, Any]) -> Output:
    try:
        return {"Answer": _call(machine, call), "Problem": None}
    except WinlabError as error:
        return {"Answer": None, "Problem": str(error)}


def _call(machine: Machine, call: Mapping[str, Any]) -> Output:
    return invoke(_function(str(call["Function"])), machine, call["Parameters"])


def _function(name: str) -> TwinFunction:
    found = next((item for item in FUNCTIONS.values() if item.name.lower() == name.lower()), None)
    if found is None:
        raise TwinError(f"Expected a function of the library, found '{name}', which it has not.")
    return found


@twin("Invoke-WinChange", "Name", "Results", "Warnings", "Former", "ElapsedMilliseconds")
def invoke_win_change(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    name: str,
    folder: str,
    steps: list[dict[str, Any]],
    afterwards: list[dict[str, Any]] = [],  # noqa: B006 - never changed; the library's default
    kept_secrets: list[SecretStr] = [],  # noqa: B006 - the same
) -> Output:
    """Carry out a list of steps to its end, or undo what it has done."""
    started = time.monotonic()
    if not steps:
        raise TwinError("Cannot bind argument to parameter 'Steps' because it is an empty array.")
    _require_whole([*steps, *afterwards])
    changes = _Changes(machine, written_path(folder))
    changes.make_private()
    with changes.locked(name):
        former = changes.complete(f"It was found unfinished before '{name}'.")
        if former.outcome == "Broken":
            raise TwinError(
                f"Expected to undo the unfinished change '{former.name}' first, found: {former.problem}. Nothing of "
                f"'{name}' was begun. Mend that and run again; the journal in '{changes.folder}' keeps what is to do."
            )
        results, failure = changes.run(name, steps, kept_secrets)
        end = changes.complete(failure or "")
        if failure is not None:
            raise TwinError(f"{failure} {_meaning(changes.folder, end)}")
        warnings = [end.problem] if end.problem else []
        warnings += [problem for step in afterwards for problem in changes.try_step(name, step)]
    return {
        "Name": name,
        "Results": results,
        "Warnings": warnings,
        "Former": former.name if former.outcome == "Undone" else None,
        "ElapsedMilliseconds": int((time.monotonic() - started) * 1000),
    }


def _require_whole(steps: Sequence[Mapping[str, Any]]) -> None:
    for step in steps:
        missing = next((part for part in _PARTS if part not in step), None)
        if missing is not None:
            text = f"Expected each step with Why, Do, Undo and TimeoutSeconds, found one without {missing}. Give all."
            raise TwinError(text)
        _function(str(step["Do"]["Function"]))
        if step["Undo"] is not None:
            _function(str(json.loads(step["Undo"])["Function"]))


def _meaning(folder: str, end: _End) -> str:
    if end.outcome == "None":
        return "No step was begun."
    if end.outcome == "Undone":
        return f"All that was done was undone{f', but {end.problem}' if end.problem else ''}."
    return (
        f"And what was done could not be undone: {end.problem}. Mend that and run again, which "
        f"undoes all of it first, from the journal in '{folder}'."
    )


@twin("Undo-WinChange", "Name", "Outcome", "Problem")
def undo_win_change(machine: Machine, *, folder: str, reason: str, required: bool = False) -> Output:
    """Undo the change that was left unfinished in a folder of changes."""
    changes = _Changes(machine, written_path(folder))
    end = _End()
    if machine.files.kind(changes.journal) == "File":
        changes.make_private()
        try:
            with changes.locked("the undoing of an unfinished change", _MOMENT_SECONDS):
                end = changes.complete(reason)
        except UnderWayError as error:
            end = _End(outcome="UnderWay", problem=str(error))
    if required and end.outcome in {"UnderWay", "Broken"}:
        text = f"Expected to undo the change that was left unfinished in '{changes.folder}', found: {end.problem}"
        raise TwinError(text)
    return {"Name": end.name, "Outcome": end.outcome, "Problem": end.problem}


@twin("Get-WinChange", "Folder", "State", "Name", "Step", "ProcessId", "Problem", "Outcomes")
def get_win_change(machine: Machine, *, folder: str) -> Output:
    """Say whether a change runs or was left unfinished, and how the last ones ended."""
    changes = _Changes(machine, written_path(folder))
    found: Output = {"State": "None", "Name": None, "Step": None, "ProcessId": None, "Problem": None}
    try:
        entries = _read(machine, changes.journal)
    except TwinError as error:
        found |= {"State": "Unreadable", "Problem": str(error)}
    else:
        if entries:
            steps = [entry["Why"] for entry in entries if entry["Kind"] == "step"]
            found |= {"State": "Unfinished", "Name": entries[0]["Name"], "Step": steps[-1] if steps else None}
    holder = changes.holder()
    if holder is not None:
        found |= {"State": "UnderWay", "Name": holder.get("change"), "Step": holder.get("step")}
        found["ProcessId"] = holder.get("process_id")
    return {"Folder": changes.folder, **found, "Outcomes": _read(machine, changes.outcomes, skip_damaged=True)}


@dataclass
class _End:
    """How a change ended, as it is kept."""

    name: str | None = None
    outcome: str = "None"
    reason: str = ""
    problem: str | None = None
    began: str | None = None

    def entry(self) -> Entry:
        return {
            "Name": self.name,
            "Outcome": self.outcome,
            "Reason": self.reason,
            "Problem": self.problem,
            "BeganUtc": self.began,
            "EndedUtc": iso_time(datetime.now(UTC)),
        }


class _Changes:
    """A folder of changes."""

    def __init__(self, machine: Machine, folder: str) -> None:
        self._machine = machine
        self.folder = folder
        self.lock, self.journal, self.outcomes = (f"{folder}\\{name}" for name in ("lock", "journal", "outcomes"))

    def make_private(self) -> None:
        """Make the folder, for SYSTEM and administrators only."""
        self._machine.files.make_directory(self.folder)
        found = self._machine.security.descriptor(self.folder)
        others = [entry.sid for entry in found.entries if entry.sid not in _KEEPERS]
        if not found.inheritance_enabled and not others and found.owner in _KEEPERS:
            return
        if self._machine.files.kind(self.journal) == "File":
            owner, *names = (self._machine.accounts.name_of(sid) or "" for sid in (found.owner, *others))
            raise TwinError(
                f"Expected the folder of changes '{self.folder}' to be used by nobody but its owner SYSTEM or "
                f"Administrators, found the owner '{owner}', others ({', '.join(names)}) and a journal, which any of "
                f"them may have written. Look at '{self.journal}', and remove it if it is not of a change of yours."
            )
        entries = [AccessEntry(sid, "Allow", FULL_CONTROL, BOTH_INHERIT) for sid in _KEEPERS]
        self._machine.security.set(self.folder, owner=ADMINISTRATORS, inheritance_enabled=False, entries=entries)

    # The lock

    @contextmanager
    def locked(self, name: str, wait_seconds: float = _LOCK_SECONDS) -> Iterator[None]:
        """Hold the lock, which a dead process does not hold; end a process whose step should long be over."""
        local = self._machine.files.local_path(self.lock)
        deadline = time.monotonic() + wait_seconds
        while not self._take_lock():
            holder = self.holder()
            if holder and time.monotonic() >= deadline:
                raise UnderWayError(
                    f"Expected no other change under way in '{self.folder}', found '{holder['change']}' in process "
                    f"{holder['process_id']}, at '{holder['step']}'. Wait for its end and run again."
                )
            if holder and time.monotonic() > holder["until"]:
                self._machine.powershells.end(holder["process_id"])
            time.sleep(_POLL_SECONDS)
        try:
            self.tell(name)
            yield
        finally:
            self._machine.powershells.let_go(local)

    def _take_lock(self) -> bool:
        files = self._machine.files
        if files.kind(self.lock) != "File":
            files.write_bytes(self.lock, b"")
        try:
            self._machine.powershells.hold(files.local_path(self.lock))
        except Win32Error:
            return False
        return True

    def holder(self) -> Entry | None:
        """Return what the holder of the lock says of itself; None when nobody holds it."""
        return self._machine.powershells.told(self._machine.files.local_path(self.lock))

    def tell(self, name: str, step: str = "", seconds: int = _AT_WORK_SECONDS) -> None:
        """Write into the lock who holds it, for which step and until when."""
        self._machine.powershells.require_alive()
        local = self._machine.files.local_path(self.lock)
        self._machine.powershells.tell(local, change=name, step=step, until=time.monotonic() + seconds)

    # Steps

    def run(
        self, name: str, steps: Sequence[Mapping[str, Any]], kept: Sequence[SecretStr]
    ) -> tuple[list[Output], str | None]:
        """Run steps, each after its line is in the journal; return what they answered and why one failed."""
        results: list[Output] = []
        doing = "the journal"
        try:
            secrets = [protect_win_secret(self._machine, secret=secret)["Text"] for secret in kept]
            began = iso_time(datetime.now(UTC))
            self._add({"Kind": "begin", "Name": name, "BeganUtc": began, "Secrets": secrets})
            for number, step in enumerate(steps, start=1):
                doing, seconds = str(step["Why"]), int(step["TimeoutSeconds"])
                line = {"Kind": "step", "Why": doing, "Undo": step["Undo"], "Seconds": seconds}
                self._add({**line, "IsBarrier": step.get("IsBarrier", False)})
                self.tell(name, doing, seconds)
                self._machine.reach(Moment(self.folder, number, len(steps)))
                results.append(_call(self._machine, step["Do"]))
            doing = "the commit"
            self._machine.reach(Moment(self.folder, len(steps) + 1, len(steps)))
            self._add({"Kind": "commit"})
        except WinlabError as error:
            return results, f"{doing}: {error}"
        return results, None

    def _add(self, entry: Entry) -> None:
        self._machine.files.append_bytes(self.journal, _line(entry))

    def try_step(self, name: str, step: Mapping[str, Any]) -> Iterator[str]:
        """Do what is done afterwards; yield why it failed."""
        try:
            self.tell(name, str(step["Why"]), int(step["TimeoutSeconds"]))
            _call(self._machine, step["Do"])
        except WinlabError as error:
            yield f"{step['Why']}: {error}"

    def complete(self, reason: str) -> _End:
        """Bring the change of the journal to its end: done when it was committed, else undone."""
        entries = _read(self._machine, self.journal)
        if not entries:
            self._machine.files.remove(self.journal)
            return _End()
        end = _End(entries[0]["Name"], "Done", began=entries[0]["BeganUtc"])
        problems: list[str] = []
        if entries[-1]["Kind"] != "commit":
            problems = self._undo(str(end.name), entries)
            end.reason, end.outcome = reason, "Broken" if problems else "Undone"
            end.problem = "; ".join(problems) or None
        problems += self._close(end)
        end.problem = "; ".join(problems) or None
        return end

    def _undo(self, name: str, entries: Sequence[Entry]) -> list[str]:
        problems = []
        steps = [entry for entry in entries if entry["Kind"] == "step"]
        for number, entry in reversed([*enumerate(steps, start=1)]):
            if entry["Undo"] is None:
                continue
            try:
                self.tell(name, f"undo: {entry['Why']}", entry["Seconds"])
                self._machine.reach(Moment(self.folder, number, len(steps), is_undoing=True))
                _call(self._machine, _with_secrets(self._machine, json.loads(entry["Undo"]), entries[0]["Secrets"]))
            except WinlabError as error:
                problems.append(f"{entry['Why']}: {error}")
                if entry["IsBarrier"]:
                    problems.append("what was done before that stays as it is")
                    break
        self._machine.reach(Moment(self.folder, 0, len(steps), is_undoing=True))
        return problems

    def _close(self, end: _End) -> list[str]:
        """Keep the outcome and remove the journal, unless it is still to be undone."""
        problems = []
        try:
            self._keep(end)
        except WinlabError as error:
            problems.append(f"how it ended could not be kept: {error}")
        if end.outcome != "Broken":
            self._machine.files.remove(self.journal)
        return problems

    def _keep(self, end: _End) -> None:
        former = _read(self._machine, self.outcomes, skip_damaged=True)
        kept = [entry for entry in former if (entry["Name"], entry["BeganUtc"]) != (end.name, end.began)]
        lines = [_line(entry) for entry in [*kept, end.entry()][-_KEPT_OUTCOMES:]]
        self._machine.files.write_bytes(self.outcomes, b"".join(lines))


def _with_secrets(machine: Machine, value: Any, secrets: Sequence[str]) -> Any:
    """Return a value of a call that undoes a step, with the secrets that its journal keeps in their places."""
    match value:
        case {"$kept": int(position), **others} if not others:
            return SecretStr(unprotect_win_secret(machine, text=secrets[position])["Secret"])
        case dict():
            return {key: _with_secrets(machine, item, secrets) for key, item in value.items()}
        case list():
            return [_with_secrets(machine, item, secrets) for item in value]
    return value


def _line(entry: Entry) -> bytes:
    text = json.dumps(entry, ensure_ascii=False).encode()
    return sha256(text).hexdigest().encode() + b" " + text + b"\n"


def _read(machine: Machine, path: str, *, skip_damaged: bool = False) -> list[Entry]:
    """Return the entries of a journal or of outcomes; what follows the last end of a line was not written whole."""
    if machine.files.kind(path) != "File":
        return []
    lines = machine.files.read_bytes(path).split(b"\n")[:-1]
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        digest, _, text = line.partition(b" ")
        if digest == sha256(text).hexdigest().encode():
            entries.append(json.loads(text))
        elif number < len(lines) and not skip_damaged:
            raise TwinError(
                f"Expected line {number} of '{path}' as it was written, found it damaged. Nothing was undone, and no "
                "change begins here. Bring the host back by hand, guided by the lines that can be read, from the last "
                "to the first, and remove the file."
            )
    return entries
