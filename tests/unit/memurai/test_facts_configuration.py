"""What a change of an earlier version left beside a file that holds secrets."""

from __future__ import annotations

from memurai.facts.configuration import Leftover, leftover
from winfra.facts.files import DirectoryEntriesState

FOLDER = r"C:\ProgramData\Memurai\config"
PATH = "C:/ProgramData/Memurai/config/users[1].acl"
OTHERS = ("users[1].acl", "users[1].acl.staged.txt", "users[1].acl.012345.staged", "users1.acl.staged")


def folder_with(*files: str) -> DirectoryEntriesState:
    entries = [{"name": name, "kind": "File"} for name in (*OTHERS, *files)]
    staged_folder = {"name": "users[1].acl.89abcdef.staged", "kind": "Directory"}
    return {"path": FOLDER, "entries": [*entries, staged_folder], "is_complete": True}  # type: ignore[typeddict-item]


def test_what_was_staged_beside_a_file_is_found() -> None:
    assert leftover(PATH, folder_with()) == Leftover((), None)
    staged = ("users[1].acl.01234567.staged", "users[1].acl.staged")
    found = leftover(PATH, folder_with(*staged, "USERS[1].acl.last-known-good"))
    assert found.staged_files == tuple(f"{FOLDER}\\{name}" for name in staged)
    assert found.last_known_good == f"{FOLDER}\\USERS[1].acl.last-known-good"


def test_the_last_known_good_one_goes_when_its_server_runs() -> None:
    found = leftover(PATH, folder_with("users[1].acl.last-known-good"))
    assert (found.paths(running=False), found.paths(running=True)) == ([], [f"{FOLDER}\\users[1].acl.last-known-good"])
