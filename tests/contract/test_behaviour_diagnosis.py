"""What a diagnosis asks of a server, through Invoke-WinBatch and Invoke-MemuraiCommand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from test_behaviour_server import PASSWORD, Server, running, server  # noqa: F401 - its fixtures serve here too

from memurai.facts.server import Answered, Answers
from memurai.server import Server as Reached
from memurai.symptoms import SAMPLE_KEYS, Symptoms, observed
from winfra.secrets import hidden


def diagnose(server: Server, *patterns: str, sample_keys: int = SAMPLE_KEYS) -> Symptoms:  # noqa: F811 - a server
    target = server.target
    reached = Reached(target["CliPath"], target["Address"], target["Port"], hidden(PASSWORD))

    def ask(commands: Sequence[Sequence[str]]) -> list[Answered]:
        call = Answers().command(reached, commands)
        return Answers().process([json.dumps(server.host.call(call.function, **call.wire_parameters()))])

    return observed(ask, patterns, sample_keys)


def test_a_diagnosis_tells_no_argument_and_no_key(running: Server) -> None:  # noqa: F811 - a fixture
    running.ask("FLUSHALL")
    running.ask("SLOWLOG", "RESET")
    running.ask("CONFIG", "SET", "slowlog-log-slower-than", "0")
    running.ask("SET", "ratelimit:canary", "canary", "EX", "1000")
    running.ask("MSET", *(f"ratelimit:canary:{number}" for number in range(40)))
    running.ask("CONFIG", "SET", "slowlog-log-slower-than", "10000")
    found = diagnose(running, "ratelimit:*", "none:*")
    assert "canary" not in json.dumps(found)
    assert found["unknown"] == []
    assert re.search(r"^run_id:\w+\r*$", found["info"], re.MULTILINE)
    commands = {(entry["command"], entry["arguments"]) for entry in found["slow_log"]}
    assert {("set", 4), ("mset", 40), ("config", 3)} <= commands
    assert all(entry["time_utc"].endswith("Z") and ":" in entry["client_address"] for entry in found["slow_log"])
    assert sum(client["connections"] for client in found["clients"]) >= 1
    limited, none = found["key_patterns"]
    assert (limited["keys"], limited["sampled_keys"], limited["without_expiry"], limited["complete"]) == (
        21,
        21,
        20,
        True,
    )
    assert 900 <= (limited["average_ttl_seconds"] or 0) <= 1000
    assert (none["keys"], none["average_ttl_seconds"], none["complete"]) == (0, None, True)


def test_a_diagnosis_looks_at_a_bounded_number_of_keys(running: Server) -> None:  # noqa: F811 - a fixture
    running.ask("FLUSHALL")
    running.ask("EVAL", "for n = 1, 5000 do redis.call('SET', 'key:' .. n, n) end", "0")
    (sample,) = diagnose(running, "key:*", sample_keys=1000)["key_patterns"]
    assert 1000 <= sample["sampled_keys"] < 2500
    assert sample["keys"] == sample["without_expiry"] == sample["sampled_keys"]
    assert not sample["complete"]
    running.ask("FLUSHALL")


def test_a_diagnosis_says_what_it_could_not_read(server: Server) -> None:  # noqa: F811 - a fixture
    server.stop()
    found = diagnose(server, "*")
    (unknown,) = found["unknown"]
    assert unknown["what"] == "server"
    assert "Could not connect" in unknown["reason"]
    assert (found["info"], found["slow_log"], found["key_patterns"]) == ("", [], [])
