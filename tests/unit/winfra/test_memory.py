"""What a host answered is remembered until anything on it is changed."""

from __future__ import annotations

import json

from winfra.call import PowerShellBatch, PowerShellCall
from winfra.memory import Memory, memory_of
from winfra.secrets import hidden
from winfra.session.frames import Reply

ITEM = PowerShellCall("Get-WinItem", {"Path": "C:\\a"})
SERVICE = PowerShellCall("Get-WinService", {"Name": "Memurai"})
FOUND = Reply(0, b'{"Kind": "File"}', b"")


def batch_reply(*answers: object) -> Reply:
    items = [{"Answer": answer, "Problem": None if answer else "no"} for answer in answers]
    return Reply(0, json.dumps({"Answers": items}).encode(), b"")


def used() -> Memory:
    memory = Memory()
    memory.keep(PowerShellBatch([ITEM, SERVICE]), batch_reply({"Kind": "File"}, None), 0)
    return memory


def test_nothing_is_remembered_before_the_first_batch() -> None:
    memory = Memory()
    memory.keep(ITEM, FOUND, 0)
    assert memory.answer(ITEM) is None


def test_a_batch_is_remembered_part_by_part_but_for_what_failed() -> None:
    memory = used()
    assert memory.answer(PowerShellCall("Get-WinItem", {"Path": "C:\\a"})) == FOUND
    assert memory.answer(PowerShellCall("Get-WinItem", {"Path": "C:\\b"})) is None
    assert memory.answer(SERVICE) is None
    memory.keep(SERVICE, FOUND, 0)
    assert memory.answer(SERVICE) == FOUND


def test_what_fails_holds_a_secret_or_does_not_read_is_not_remembered() -> None:
    memory = used()
    secret = PowerShellCall("Get-It", {"Password": hidden("canary-7391")})
    asking = PowerShellCall("Invoke-It", {}, reads=True)
    for call, reply in ((secret, FOUND), (asking, FOUND), (SERVICE, Reply(1, b"", b"no"))):
        memory.keep(call, reply, 0)
        assert memory.answer(call) is None


def test_commands_in_one_request_are_no_batch_of_facts() -> None:
    memory = Memory()
    asking = PowerShellCall("Invoke-It", {"Password": hidden("canary-7391")}, reads=True)
    memory.keep(PowerShellBatch([asking]), batch_reply({"Output": "1"}), 0)
    memory.keep(ITEM, FOUND, 0)
    assert memory.answer(asking) is None
    assert memory.answer(ITEM) is None


def test_a_change_forgets_everything_before_it_begins_and_when_it_is_over() -> None:
    memory = used()
    with memory.changing():
        assert memory.answer(ITEM) is None
        memory.keep(ITEM, FOUND, memory.generation)
    assert memory.answer(ITEM) is None
    assert memory.grows_old(is_executing=True) == ()


def test_an_answer_from_before_a_change_that_comes_after_it_is_not_remembered() -> None:
    memory = used()
    asked = memory.generation
    with memory.changing():
        pass
    memory.keep(ITEM, FOUND, asked)
    assert memory.answer(ITEM) is None


def test_what_a_plan_was_made_of_is_asked_again_when_it_is_carried_out() -> None:
    memory = used()
    assert memory.grows_old(is_executing=False) == ()
    assert memory.answer(ITEM) == FOUND
    assert memory.grows_old(is_executing=True) == (ITEM,)
    assert memory.answer(ITEM) is None
    assert memory.grows_old(is_executing=True) == ()


def test_a_machine_has_one_memory_under_all_its_names() -> None:
    assert memory_of("Cache1.example") is memory_of("cache1.EXAMPLE")
    assert memory_of("cache1.example") is not memory_of("cache2.example")
