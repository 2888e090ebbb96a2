"""What a member's host answers becomes what its server and its Sentinel say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_topology_answers import PRIMARY_INFO

from memurai.facts.member import Part, SetMember, member_answers
from memurai.server import Server
from memurai.topology import Absent, Address, MemberAnswers, SentinelAnswer, ServerAnswer, Silent
from winfra.call import PowerShellBatch
from winfra.secrets import hidden

MYID = "b1f0a9f8f4b0a7e6d5c4b3a291807f6e5d4c3b2a"
MASTERS = "name\nmemurai\nip\n10.0.0.1\nport\n6379\nflags\nmaster\nconfig-epoch\n3\nquorum\n2"
SENTINEL_ANSWERS = [MYID, "# Sentinel\nsentinel_tilt:0", MASTERS, "", "", "OK 3 usable Sentinels"]


def service(name: str, state: str | None = "Running") -> dict[str, Any]:
    """Return what Get-WinService says."""
    nothing = dict.fromkeys(
        ("DisplayName", "Description", "ImagePath", "Account", "StartType", "ProcessId", "ProcessStartTimeUtc")
    )
    more = {"ExitCode": None, "RecoveryResetSeconds": None, "RecoveryActions": [], "RecoverOnNonCrashFailures": None}
    return {"Answer": {"Name": name, "Exists": state is not None, "State": state, **nothing, **more}, "Problem": None}


def said(text: str, exit_code: int = 0) -> dict[str, Any]:
    return {"Answer": {"ExitCode": exit_code, "Output": text, "ErrorOutput": ""}, "Problem": None}


def unsaid(problem: str) -> dict[str, Any]:
    return {"Answer": None, "Problem": problem}


def read(server: list[dict[str, Any]], sentinel: list[dict[str, Any]]) -> MemberAnswers:
    found = SetMember().process([json.dumps({"Answers": [*server, *sentinel]})])
    return member_answers("cache1", "memurai", found)


LIVING = [service("Memurai"), said(PRIMARY_INFO)]
WATCHING = [service("Memurai-Sentinel"), *map(said, SENTINEL_ANSWERS)]


def test_what_both_say() -> None:
    answers = read(LIVING, WATCHING)
    assert isinstance(answers.server, ServerAnswer)
    assert answers.server.keys == 42
    assert isinstance(answers.sentinel, SentinelAnswer)
    assert answers.sentinel.identifier == MYID
    assert answers.sentinel.view is not None
    assert (answers.sentinel.view.primary, answers.sentinel.view.epoch) == (Address.of("10.0.0.1", 6379), 3)


def test_what_is_asked_is_asked_in_one_request_that_reads() -> None:
    part = Part("Memurai", Server("memurai-cli.exe", "10.0.0.1", 6379, hidden("not shown")))
    call = SetMember().command(set_name="memurai", server=part, sentinel=part)
    assert isinstance(call, PowerShellBatch)
    assert call.reads
    assert len(call.calls) == len(LIVING) + len(WATCHING)
    assert "not shown" not in str(call)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ([service("Memurai", None), unsaid("no memurai-cli.exe")], Absent()),
        ([service("Memurai", "Stopped"), said("Could not connect", 1)], Silent("the service Memurai is Stopped")),
        ([service("Memurai"), said("NOAUTH Authentication required.", 1)], Silent("NOAUTH Authentication required.")),
        ([service("Memurai"), unsaid("no answer within 10 s")], Silent("no answer within 10 s")),
        # A Sentinel in the server's place.
        ([service("Memurai"), said("run_id:1")], Silent("INFO of a server: expected the field role, found none")),
        # Nobody knows whether it is there.
        ([unsaid("access is denied"), said("down", 1)], Silent("its service could not be read")),
    ],
)
def test_a_server_that_says_nothing(server: list[dict[str, Any]], expected: Silent | Absent) -> None:
    assert read(server, WATCHING).server == expected


@pytest.mark.parametrize(
    ("sentinel", "expected"),
    [
        ([service("Memurai-Sentinel", None), *[unsaid("no client")] * 6], Absent()),
        (
            [service("Memurai-Sentinel", "Stopped"), *[said("Could not connect", 1)] * 6],
            Silent("the service Memurai-Sentinel is Stopped"),
        ),
        ([service("Memurai-Sentinel"), *[said("WRONGPASS", 1)] * 6], Silent("WRONGPASS")),
        (
            [service("Memurai-Sentinel"), said(MYID), said("x:1"), said("garbage"), *[said("")] * 3],
            Silent("expected names and values of sets, replicas or Sentinels, found 'garbage'"),
        ),
    ],
)
def test_a_sentinel_that_says_nothing(sentinel: list[dict[str, Any]], expected: Silent | Absent) -> None:
    assert read(LIVING, sentinel).sentinel == expected


def test_a_sentinel_that_watches_no_such_set_says_so_by_errors() -> None:
    unknown = said("ERR No such master with that name", 1)
    sentinel = [service("Memurai-Sentinel"), said(MYID), said("sentinel_tilt:0"), said(""), *[unknown] * 3]
    assert read(LIVING, sentinel).sentinel == SentinelAnswer(MYID)


def test_why_there_is_no_quorum_is_told() -> None:
    refused = said("NOQUORUM 1 usable Sentinels. Not enough available Sentinels", 1)
    answers = read(LIVING, [*WATCHING[:-1], refused])
    assert isinstance(answers.sentinel, SentinelAnswer)
    assert answers.sentinel.view is not None
    assert answers.sentinel.view.quorum_answer.startswith("NOQUORUM")
