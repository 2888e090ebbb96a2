"""The drill for changes finds what is not all or nothing, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from change_drill import ModelHost, VerbError, prove
from hypothesis import given, settings
from hypothesis import strategies as st

from winfra.call import PowerShellCall
from winfra.change import Change, Step


class Files(ModelHost):
    """A host of files, whose contents are copied in two parts."""

    def __init__(self, **files: str) -> None:
        self.files = files

    @property
    def seen(self) -> object:
        # What was kept aside to undo with may stay.
        return {path: text for path, text in self.files.items() if not path.endswith(".kept")}

    def copy(self, given: Mapping[str, Any]) -> None:
        if given["Path"] not in self.files:
            raise VerbError("nothing to copy")
        self.files[given["Destination"]] = "a part"
        self.point()
        self.files[given["Destination"]] = self.files[given["Path"]]

    def keep(self, given: Mapping[str, Any]) -> None:
        text = self.files[given["Path"]]
        self.point()
        self.files[f"{given['Path']}.kept"] = text

    def bring_back(self, given: Mapping[str, Any]) -> None:
        if f"{given['Path']}.kept" in self.files:
            self.files[given["Path"]] = self.files[f"{given['Path']}.kept"]

    def write(self, given: Mapping[str, Any]) -> None:
        self.files[given["Path"]] = "a part"
        self.point()
        self.files[given["Path"]] = given["Content"]

    def remove(self, given: Mapping[str, Any]) -> None:
        self.files.pop(given["Path"], None)

    def remove_strictly(self, given: Mapping[str, Any]) -> None:
        if given["Path"] not in self.files:
            raise VerbError("nothing to remove")
        del self.files[given["Path"]]

    verbs = {  # noqa: RUF012 - declared by the model
        "Copy-It": copy,
        "Backup-It": keep,
        "Restore-It": bring_back,
        "Write-It": write,
        "Remove-It": remove,
        "Remove-ItStrictly": remove_strictly,
    }


def call(verb: str, path: str, **more: object) -> PowerShellCall:
    return PowerShellCall(verb, {"Path": path, **more})


def keep(path: str) -> Step:
    return Step(f"keep {path}", call("Backup-It", path))


def put(path: str, content: str) -> Step:
    return Step(f"put {path}", call("Write-It", path, Content=content), call("Restore-It", path))


def add(path: str) -> Step:
    return Step(f"add {path}", call("Write-It", path, Content="new"), call("Remove-It", path))


def change(*steps: Step) -> Change:
    return Change("files", "C:\\changes", steps)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["put a", "put b", "add x", "add y"]), min_size=1, max_size=4, unique=True))
def test_steps_that_can_be_undone_are_all_or_nothing_in_every_order(wanted: list[str]) -> None:
    steps: list[Step] = []
    for verb, path in map(str.split, wanted):
        steps += [keep(path), put(path, f"new {path}")] if verb == "put" else [add(path)]
    done = prove(change(*steps), Files(a="old a", b="old b"))
    for verb, path in map(str.split, wanted):
        assert done.files[path] == (f"new {path}" if verb == "put" else "new")


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([Step("put a", call("Write-It", "a", Content="new"))], "failure at point 1"),
        ([put("a", "new")], "failure at point 1"),
        # Kept when it is no longer what was before.
        ([Step("put a", call("Write-It", "a", Content="new"), call("Restore-It", "a")), keep("a")], "failure at point"),
    ],
    ids=["nothing undoes it", "nothing was kept", "kept too late"],
)
def test_what_is_not_undone_is_found(steps: list[Step], found: str) -> None:
    with pytest.raises(AssertionError, match=found):
        prove(change(*steps), Files(a="old a"))


def test_an_undo_that_is_true_only_once_is_found() -> None:
    step = Step("add x", call("Write-It", "x", Content="new"), call("Remove-ItStrictly", "x"))
    with pytest.raises(ExceptionGroup, match="could not be undone"):
        prove(change(step), Files())


def test_an_undo_that_is_true_only_after_the_whole_step_is_found() -> None:
    moved = Step("copy a", call("Copy-It", "a", Destination="b"), call("Copy-It", "a.kept", Destination="b"))
    with pytest.raises(ExceptionGroup, match="could not be undone"):
        prove(change(moved), Files(a="old a", b="old b"))


def test_a_change_that_can_not_be_done_at_all_is_found() -> None:
    with pytest.raises(AssertionError):
        prove(change(Step("copy none", call("Copy-It", "none", Destination="b"))), Files())
