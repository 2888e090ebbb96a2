"""What a server tells of its troubles, read from its answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

from memurai import symptoms
from memurai.facts.server import Answered, Answers
from memurai.server import Server
from memurai.symptoms import CLIENTS, INFO, LATENCY, SLOW_LOG, observed
from winfra.call import PowerShellBatch
from winfra.secrets import hidden

TOLD = {
    INFO: "# Server\r\nrun_id:1\r\n",
    SLOW_LOG: "7 1767225600 12000 hgetall 1 10.0.0.5:50000\r\n6 1767225599 11000 config|get 32 [::1]:50001",
    LATENCY: "command\n1767225600\n12\n40\nfork\n1767225601\n3\n3",
    CLIENTS: "id=3 addr=10.0.0.6:50000 laddr=x\nid=4 addr=10.0.0.5:1 x\nid=5 addr=10.0.0.5:2 x\nid=6 addr=::1:5 x\n",
}


class PracticeServer:
    """A server whose answers are given, and which notes how often it was asked; pages: of its keys, by cursor."""

    def __init__(self, told: dict[tuple[str, ...], str | None], pages: dict[str, str] | None = None) -> None:
        self.told, self.pages = told, pages or {}
        self.asked: list[int] = []

    def ask(self, commands: Sequence[Sequence[str]]) -> list[Answered]:
        self.asked.append(len(commands))
        return [self.answer(tuple(words)) for words in commands]

    def answer(self, words: tuple[str, ...]) -> Answered:
        text = self.told[words] if words in self.told else self.pages[words[3]]
        return Answered(text, "" if text is not None else "NOPERM")


def test_each_answer_is_read() -> None:
    found = observed(PracticeServer(dict(TOLD)).ask, ())
    assert found["info"] == TOLD[INFO]
    slow, renamed = found["slow_log"]
    assert slow == {
        "id": 7,
        "time_utc": "2026-01-01T00:00:00Z",
        "microseconds": 12000,
        "command": "hgetall",
        "arguments": 1,
        "client_address": "10.0.0.5:50000",
    }
    assert (renamed["command"], renamed["client_address"]) == ("config|get", "[::1]:50001")
    assert found["latency"][1] == {
        "event": "fork",
        "time_utc": "2026-01-01T00:00:01Z",
        "latest_milliseconds": 3,
        "maximum_milliseconds": 3,
    }
    assert [(client["address"], client["connections"]) for client in found["clients"]] == [
        ("10.0.0.5", 2),
        ("10.0.0.6", 1),
        ("::1", 1),
    ]
    assert found["unknown"] == []


def test_a_server_that_does_not_answer_is_asked_once() -> None:
    server = PracticeServer({INFO: None})
    found = observed(server.ask, ("*",))
    assert found["unknown"] == [{"what": "server", "reason": "NOPERM"}]
    assert found["key_patterns"] == found["slow_log"] == []
    assert server.asked == [1]


def test_what_a_server_does_not_tell_is_named_with_the_reason() -> None:
    server = PracticeServer({**TOLD, SLOW_LOG: None}, {"0": "9 500 0 0 0", "9": None})  # type: ignore[dict-item]
    found = observed(server.ask, ("a:*",))
    assert found["unknown"] == [{"what": "slow log", "reason": "NOPERM"}, {"what": "keys a:*", "reason": "NOPERM"}]
    assert found["key_patterns"] == []
    assert found["latency"] != []


def test_keys_are_counted_page_by_page_and_all_patterns_in_one_request() -> None:
    server = PracticeServer(dict(TOLD), {"0": "9 500 3 1 100", "9": "0 200 2 2 0"})
    found = observed(server.ask, ("a:*", "b:*"))
    assert found["key_patterns"][0] == {
        "pattern": "a:*",
        "keys": 5,
        "sampled_keys": 700,
        "without_expiry": 3,
        "average_ttl_seconds": 50,
        "complete": True,
    }
    assert server.asked == [1, 3, 2, 2]


def test_a_bounded_number_of_keys_is_looked_at() -> None:
    server = PracticeServer(dict(TOLD), {"0": "9 500 3 3 0", "9": "9 500 3 3 0"})
    (sample,) = observed(server.ask, ("a:*",), sample_keys=1000)["key_patterns"]
    assert (sample["sampled_keys"], sample["complete"], sample["average_ttl_seconds"]) == (1000, False, None)


def test_commands_travel_in_one_request_and_are_answered_each_by_itself() -> None:
    server = Server("cli.exe", "127.0.0.1", 6379, hidden("unit-test-password"))
    call = Answers().command(server, [INFO, symptoms.CLIENTS])
    assert isinstance(call, PowerShellBatch)
    assert [part.parameters["Arguments"] for part in call.calls] == [["INFO", "ALL"], ["CLIENT", "LIST"]]
    said = [("a", 0, ""), ("ERR no\n", 1, "x "), ("", 1, "")]
    runs = [{"ExitCode": code, "Output": text, "ErrorOutput": error} for text, code, error in said]
    items = [*({"Answer": run, "Problem": None} for run in runs), {"Answer": None, "Problem": "too late"}]
    assert Answers().process([json.dumps({"Answers": items})]) == [
        Answered("a", ""),
        Answered(None, "ERR no x"),
        Answered(None, "no answer"),
        Answered(None, "too late"),
    ]
