"""Invoke-WinChange, Undo-WinChange, Get-WinChange and Invoke-WinBatch."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from contract_host import SECONDS, ContractHost

from winfra.exceptions import HostConnectionError
from winfra.session.frames import Request, json_field, text_field
from winfra.session.session import Session

POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
WAIT_SECONDS = 120
CANARY = "canary-5113-of-a-step"

Call = dict[str, Any]


def call(function: str, **parameters: object) -> Call:
    return {"Function": function, "Parameters": parameters}


def step(why: str, do: Call, undo: Call | None = None, seconds: int = 60) -> dict[str, Any]:
    return {"Why": why, "Do": do, "Undo": None if undo is None else json.dumps(undo), "TimeoutSeconds": seconds}


class World:
    """Files that steps put and take; undoing them leaves a trace that only the right order can leave whole."""

    def __init__(self, host: ContractHost, folder: str) -> None:
        self.host = host
        self.folder = folder
        self.changes = f"{folder}\\changes"
        self.sleeper = ""
        host.put(self.at("seed"), b"seed")

    def at(self, name: str) -> str:
        return f"{self.folder}\\{name}"

    def copy(self, source: str, target: str) -> Call:
        return call("Copy-WinFile", Path=self.at(source), Destination=self.at(target))

    @property
    def files(self) -> set[str]:
        entries = self.host.call("Get-WinDirectoryEntry", Path=self.folder)["Entries"]
        return {entry["Name"] for entry in entries} - {"seed", "changes"}

    @property
    def kept(self) -> set[str]:
        entries = self.host.call("Get-WinDirectoryEntry", Path=self.changes)["Entries"]
        return {entry["Name"] for entry in entries}

    def three(self, third: Call, *, second_undo: Call | None = None, seconds: int = 60) -> list[dict[str, Any]]:
        """Return three steps, and a fourth that would be done after them."""
        return [
            step("one", self.copy("seed", "a"), self.copy("u2", "u1")),
            step("two", self.copy("seed", "b"), second_undo or self.copy("u3", "u2")),
            step("three", third, self.copy("seed", "u3"), seconds),
            step("four", self.copy("seed", "d"), self.copy("seed", "u4")),
        ]

    @property
    def fails(self) -> Call:
        return self.copy("none", "c")

    def hangs(self, seconds: int = 20) -> Call:
        """Return a call that takes as long."""
        self.sleeper = self.host.new_task_name()
        script = f'-NoProfile -NonInteractive -Command "Start-Sleep -Seconds {seconds}"'
        self.host.call("Register-WinTask", Name=self.sleeper, Execute=POWERSHELL, Arguments=script, At="03:17")
        return call("Start-WinTask", Name=self.sleeper)

    def go(self, steps: list[dict[str, Any]], name: str = "trial", **more: object) -> dict[str, Any]:
        return self.host.call("Invoke-WinChange", Name=name, Folder=self.changes, Steps=steps, **more)

    def refusal(self, steps: list[dict[str, Any]], name: str = "trial") -> str:
        return self.host.refusal("Invoke-WinChange", Name=name, Folder=self.changes, Steps=steps)

    def undo(self) -> dict[str, Any]:
        return self.host.call("Undo-WinChange", Folder=self.changes, Reason="test")

    @property
    def state(self) -> dict[str, Any]:
        return self.host.call("Get-WinChange", Folder=self.changes)

    @property
    def last(self) -> dict[str, Any]:
        outcome: dict[str, Any] = self.state["Outcomes"][-1]
        return outcome

    @contextmanager
    def elsewhere(
        self, steps: list[dict[str, Any]], doing: str, **more: object
    ) -> Iterator[tuple[Session, Future[object]]]:
        """Have another session carry steps out, and go on when it is at that one."""
        session = self.host.connect()
        parameters = {"Name": "elsewhere", "Folder": self.changes, "Steps": steps, **more}
        with ThreadPoolExecutor(1) as executor:
            run: Future[object] = executor.submit(session.call, "Invoke-WinChange", parameters, {}, SECONDS)
            deadline = time.monotonic() + WAIT_SECONDS
            while (found := self.state)["State"] != "UnderWay" or found["Step"] != doing:
                assert time.monotonic() < deadline, found
                time.sleep(0.05)
            try:
                yield session, run
            finally:
                session.close()

    def kill_at(self, steps: list[dict[str, Any]], doing: str, **more: object) -> None:
        """Have another session carry steps out, and end its process in the middle of one."""
        with self.elsewhere(steps, doing, **more) as (session, run):
            self.end(session)
            with pytest.raises(HostConnectionError):
                run.result(WAIT_SECONDS)

    def end(self, session: Session) -> None:
        reply = self.host.run(f"Stop-Process -Id {session.agent['ProcessId']} -Force")
        assert reply.exit_code == 0, reply.stderr.decode()

    def break_off(self) -> bytes:
        """Leave a change of three steps whose undoing does not succeed yet, and return its journal."""
        assert "could not be undone" in self.refusal(self.three(self.fails, second_undo=self.copy("key", "u2")))
        for name in ("u1", "u3"):
            self.host.call("Remove-WinItem", Path=self.at(name))
        self.host.put(self.at("key"), b"key")
        return self.journal

    @property
    def journal(self) -> bytes:
        return self.host.read(f"{self.changes}\\journal")

    def rewrite(self, journal: bytes) -> None:
        self.host.put(f"{self.changes}\\journal", journal)


@pytest.fixture
def world(host: ContractHost, folder: str) -> World:
    return World(host, folder)


def line(entry: dict[str, object]) -> bytes:
    text = json.dumps(entry).encode()
    return sha256(text).hexdigest().encode() + b" " + text + b"\n"


def test_all_steps_are_done_and_what_they_answered_comes_back(world: World) -> None:
    later = step("later", world.fails)
    run = world.go(world.three(world.copy("seed", "c")), Afterwards=[step("then", world.copy("d", "e")), later])
    assert world.files == {"a", "b", "c", "d", "e"}
    targets = [world.at(name) for name in "abcd"]
    assert [result["Destination"] for result in run["Results"]] == targets
    assert (run["Name"], run["Former"]) == ("trial", None)
    (warning,) = run["Warnings"]
    assert warning.startswith(f"later: Expected a file to copy at '{world.at('none')}'")
    assert world.kept == {"lock", "outcomes"}
    assert (world.last["Name"], world.last["Outcome"], world.last["Problem"]) == ("trial", "Done", None)


def test_a_failing_step_and_those_before_it_are_undone_in_reverse(world: World) -> None:
    refusal = world.refusal(world.three(world.fails))
    assert refusal.startswith(f"three: Expected a file to copy at '{world.at('none')}', found: Absent.")
    assert "All that was done was undone." in refusal
    assert world.files == {"a", "b", "u1", "u2", "u3"}
    assert world.kept == {"lock", "outcomes"}
    assert (world.last["Outcome"], world.last["Problem"]) == ("Undone", None)
    assert world.last["Reason"].startswith("three: Expected a file")
    assert world.state["State"] == "None"


def test_what_a_killed_process_left_is_undone_once(world: World) -> None:
    world.kill_at(world.three(world.hangs()), "three")
    assert world.files == {"a", "b"}
    found = world.state
    assert (found["State"], found["Name"], found["Step"]) == ("Unfinished", "elsewhere", "three")
    assert world.undo() == {"Name": "elsewhere", "Outcome": "Undone", "Problem": None}
    assert world.files == {"a", "b", "u1", "u2", "u3"}
    assert (world.last["Outcome"], world.last["Reason"]) == ("Undone", "test")
    assert world.undo() == {"Name": None, "Outcome": "None", "Problem": None}
    assert world.state["State"] == "None"


def test_the_next_change_undoes_first_what_a_killed_process_left(world: World) -> None:
    world.kill_at(world.three(world.hangs()), "three")
    run = world.go([step("x", world.copy("u1", "x"))], name="next")
    assert run["Former"] == "elsewhere"
    assert world.files == {"a", "b", "u1", "u2", "u3", "x"}
    assert [(end["Name"], end["Outcome"]) for end in world.state["Outcomes"]] == [
        ("elsewhere", "Undone"),
        ("next", "Done"),
    ]


def test_an_undo_that_fails_keeps_no_other_from_it_and_all_are_called_again(world: World) -> None:
    refusal = world.refusal(world.three(world.fails, second_undo=world.copy("key", "u2")))
    assert "And what was done could not be undone: two: Expected a file to copy" in refusal
    # The first one's undo takes what the second's should have left.
    assert world.files == {"a", "b", "u3"}
    assert world.last["Outcome"] == "Broken"
    refused = world.refusal([step("x", world.copy("seed", "x"))], name="next")
    assert "Expected to undo the unfinished change 'trial' first, found: two: Expected a file" in refused
    assert "Nothing of 'next' was begun." in refused
    assert world.undo()["Outcome"] == "Broken"
    world.host.put(world.at("key"), b"key")
    world.host.call("Remove-WinItem", Path=world.at("u3"))
    assert world.undo()["Outcome"] == "Undone"
    assert world.files == {"a", "b", "key", "u1", "u2", "u3"}
    # All tries of one change are one outcome.
    assert [end["Outcome"] for end in world.state["Outcomes"]] == ["Undone"]


def test_an_undo_that_is_killed_is_begun_again(world: World) -> None:
    sleeper = world.hangs(4)
    world.kill_at(world.three(world.fails, second_undo=sleeper), "undo: two")
    assert world.files == {"a", "b", "u3"}
    world.host.call("Remove-WinItem", Path=world.at("u3"))
    world.host.put(world.at("u2"), b"so that the first can be undone")
    assert world.undo()["Outcome"] == "Undone"
    assert world.files == {"a", "b", "u1", "u2", "u3"}


@pytest.mark.parametrize("missing", [1, 30, -1])
def test_a_torn_last_line_is_a_step_that_never_began(world: World, missing: int) -> None:
    journal = world.break_off()
    start = journal.rstrip(b"\n").rfind(b"\n") + 1
    world.rewrite(journal[:-missing] if missing > 0 else journal[: start + 1])
    assert world.undo()["Outcome"] == "Undone"
    assert world.files == {"a", "b", "key", "u1", "u2"}


def test_a_torn_first_line_is_a_change_that_never_began(world: World) -> None:
    world.rewrite(world.break_off()[:20])
    assert world.go([step("x", world.copy("seed", "x"))])["Former"] is None
    assert world.files == {"a", "b", "key", "x"}


def test_a_damaged_line_is_refused_and_nothing_is_lost(world: World) -> None:
    damaged = world.break_off().replace(b'"one"', b'"uno"')
    world.rewrite(damaged)
    expected = f"Expected line 2 of '{world.changes}\\journal' as it was written, found it damaged."
    assert expected in world.host.refusal("Undo-WinChange", Folder=world.changes, Reason="test")
    assert expected in world.refusal([step("x", world.copy("seed", "x"))])
    assert (world.state["State"], world.journal) == ("Unreadable", damaged)
    assert expected in world.state["Problem"]
    assert world.files == {"a", "b", "key"}


def test_death_after_the_commit_undoes_nothing(world: World) -> None:
    world.rewrite(world.break_off() + line({"Kind": "commit"}))
    assert world.undo() == {"Name": "trial", "Outcome": "Done", "Problem": None}
    assert world.files == {"a", "b", "key"}
    assert world.kept == {"lock", "outcomes"}
    assert world.last["Outcome"] == "Done"


def test_one_change_at_a_time_runs_in_a_folder(world: World) -> None:
    with world.elsewhere(world.three(world.hangs(8)), "three") as (session, run):
        number = session.agent["ProcessId"]
        expected = f"found 'elsewhere' in process {number}, at 'three'. Wait for its end and run again."
        assert expected in world.refusal([step("x", world.copy("seed", "x"))])
        assert (world.state["State"], world.state["ProcessId"]) == ("UnderWay", number)
        assert world.undo()["Outcome"] == "UnderWay"
        run.result(WAIT_SECONDS)
    assert world.files == {"a", "b", "d"}
    assert world.last["Outcome"] == "Done"


def test_a_change_that_nobody_waits_for_comes_to_its_end(world: World) -> None:
    session = world.host.connect()
    parameters = {"Name": "alone", "Folder": world.changes, "Steps": world.three(world.hangs(2))}
    fields = (b"call", text_field("Invoke-WinChange"), json_field(parameters), json_field({}))
    session._agent().send(Request("change", fields).line)
    deadline = time.monotonic() + WAIT_SECONDS
    while not world.state["Outcomes"]:
        assert time.monotonic() < deadline, world.state
        time.sleep(0.05)
    assert (world.last["Name"], world.last["Outcome"]) == ("alone", "Done")
    assert world.files == {"a", "b", "d"}
    session.close()


def test_a_step_that_never_ends_is_ended_by_whoever_comes_next(world: World) -> None:
    with world.elsewhere(world.three(world.hangs(60), seconds=1), "three") as (_, run):
        deadline = time.monotonic() + WAIT_SECONDS
        while world.undo()["Outcome"] != "Undone":
            assert time.monotonic() < deadline
        with pytest.raises(HostConnectionError):
            run.result(WAIT_SECONDS)
    assert world.files == {"a", "b", "u1", "u2", "u3"}


def test_a_list_that_calls_something_else_begins_nothing(world: World) -> None:
    good = step("good", world.copy("seed", "a"))
    for wrong in ("Remove-Item", "Get-Win*", "", "Invoke-Expression"):
        expected = f"Expected a function of the library, found '{wrong}', which it has not."
        assert expected in world.refusal([good, step("wrong", call(wrong))])
        assert expected in world.refusal([good, step("wrong", world.copy("seed", "a"), call(wrong))])
    assert "found one without Undo" in world.refusal([{key: good[key] for key in good if key != "Undo"}])
    assert "'Steps'" in world.refusal([])
    assert world.files == set()
    assert world.host.kind(world.changes) == "Absent"


def test_a_secret_of_a_step_gets_where_it_belongs_and_not_into_the_journal(world: World) -> None:
    server = {"CliPath": world.at("none.exe"), "Address": "127.0.0.1", "Port": 6379, "Password": {"$secret": CANARY}}
    do = call("Invoke-MemuraiCommand", Server=server, Arguments=["PING"])
    refusal = world.refusal([step("ask", do, world.copy("none", "u"))])
    assert "none.exe" in refusal
    assert "'Password'" not in refusal
    assert b'"ask"' in world.journal
    assert CANARY.encode() not in world.journal + world.host.read(f"{world.changes}\\outcomes")


def test_secrets_of_undos_wait_in_the_journal_protected_for_this_host(world: World) -> None:
    text = world.host.call("Protect-WinSecret", Secret={"$secret": CANARY})["Text"]
    assert CANARY not in text
    assert world.host.call("Unprotect-WinSecret", Text=text)["Secret"] == CANARY
    assert "brought here from another host" in world.host.refusal("Unprotect-WinSecret", Text="AAAA")
    # Only a secret binds to it.
    bound = call("Protect-WinSecret", Secret={"$kept": 0})
    broken = [step("one", world.copy("seed", "a"), bound), step("two", world.fails, world.copy("none", "u"))]
    kept = [{"$secret": CANARY}]
    refusal = world.host.refusal("Invoke-WinChange", Name="trial", Folder=world.changes, Steps=broken, KeptSecrets=kept)
    assert "could not be undone: two: " in refusal
    assert "; one:" not in refusal
    assert CANARY.encode() not in world.journal
    world.host.put(world.at("none"), b"mended")
    assert world.undo()["Outcome"] == "Undone"


def test_only_system_and_administrators_may_use_the_folder(world: World) -> None:
    world.host.call("New-WinDirectory", Path=world.changes)
    world.go([step("a", world.copy("seed", "a"))])
    found = world.host.call("Get-WinAcl", Path=world.changes)
    assert (found["OwnerSid"], found["InheritanceEnabled"]) == ("S-1-5-32-544", False)
    entries = {(entry["Sid"], entry["Rights"], entry["InheritanceFlags"]) for entry in found["Entries"]}
    assert entries == {("S-1-5-18", 2032127, 3), ("S-1-5-32-544", 2032127, 3)}


def test_a_journal_that_others_may_have_written_is_not_believed(world: World) -> None:
    world.break_off()
    everyone = {"Sid": "S-1-1-0", "Type": "Allow", "Rights": 2032127, "InheritanceFlags": 3, "PropagationFlags": 0}
    owner = {"OwnerSid": "S-1-5-32-544", "InheritanceEnabled": False}
    world.host.call("Set-WinAcl", Path=world.changes, **owner, Entries=[everyone])
    expected = f"Expected the folder of changes '{world.changes}' to be used by nobody but its owner"
    assert expected in world.host.refusal("Undo-WinChange", Folder=world.changes, Reason="test")
    assert expected in world.refusal([step("x", world.copy("seed", "x"))])
    assert world.files == {"a", "b", "key"}


def test_a_folder_that_is_not_there_has_no_changes(world: World) -> None:
    assert world.state == {
        "Folder": world.changes,
        "State": "None",
        "Name": None,
        "Step": None,
        "ProcessId": None,
        "Problem": None,
        "Outcomes": [],
    }
    assert world.undo()["Outcome"] == "None"
    assert world.host.kind(world.changes) == "Absent"


def test_the_last_fifty_outcomes_are_kept(world: World) -> None:
    ends = [
        {"Name": f"n{i}", "Outcome": "Done", "Reason": "", "Problem": None, "BeganUtc": f"{i}", "EndedUtc": f"{i}"}
        for i in range(60)
    ]
    world.go([step("a", world.copy("seed", "a"))])
    world.host.put(f"{world.changes}\\outcomes", b"".join(map(line, ends)) + b"torn")
    world.go([step("a", world.copy("seed", "a"))])
    names = [end["Name"] for end in world.state["Outcomes"]]
    assert names == [*(f"n{i}" for i in range(11, 60)), "trial"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", world.last["EndedUtc"])


def test_many_calls_in_one_request_have_answers_of_their_own(world: World) -> None:
    calls = [
        call("Get-WinItem", Path=world.at("seed"), IncludeHash=None),
        call("get-winitem", Path="relative"),
        call("Get-WinItem", Wrong=1),
        call("Remove-Item", Path=world.at("seed")),
        call("Get-WinDirectoryEntry", Path=world.folder),
    ]
    answers = world.host.call("Invoke-WinBatch", Calls=calls)["Answers"]
    assert answers[0] == {"Answer": world.host.call("Get-WinItem", Path=world.at("seed")), "Problem": None}
    assert answers[4]["Answer"]["Entries"] == [{"Name": "seed", "Kind": "File"}]
    problems = [answer["Problem"] for answer in answers]
    assert "Expected an absolute path such as C:\\" in problems[1]
    assert "'Wrong'" in problems[2]
    assert problems[3] == "Expected a function of the library, found 'Remove-Item', which it has not."
    assert [answer["Answer"] is None for answer in answers] == [False, True, True, True, False]
    assert world.host.call("Invoke-WinBatch", Calls=[]) == {"Answers": []}
