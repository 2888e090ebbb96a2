"""What a server says about itself, and the proof that it is what was expected."""

import json

import pytest
from pyinfra.api import HiddenValue

from memurai.facts.server import Info, Ping, Report, RunningServer, command_call, parse_info
from memurai.operations import server as operations
from memurai.server import Server
from winfra.call import PowerShellBatch
from winfra.facts.files import Item
from winfra.secrets import hidden

SERVER = Server("C:/Program Files/Memurai/memurai-cli.exe", "127.0.0.1", 6379, hidden("unit-test-password"))
EXPECTED = {"PING": "PONG", "role": "master"}


def answer(output: str, exit_code: int = 0, error_output: str = "") -> list[str]:
    return [json.dumps({"ExitCode": exit_code, "Output": output, "ErrorOutput": error_output})]


class PracticeHost:
    """A host whose facts are given, and which notes how it was asked."""

    print_prefix = "[cache1] "

    def __init__(self, facts: dict[type, object]) -> None:
        self.facts = facts
        self.asked: list[tuple[type, bool]] = []

    def get_fact(self, fact: type, _ignore_errors: bool = False, **_arguments: object) -> object:
        self.asked.append((fact, _ignore_errors))
        return self.facts[fact]


def host_with(info: dict[str, str] | None, ping: str | None, client: str = "File") -> PracticeHost:
    report = None if info is None else {**info, **({} if ping is None else {"PING": ping})}
    return PracticeHost({Item: {"kind": client}, Report: report})


def test_info_is_read_field_by_field() -> None:
    text = "# Server\r\nredis_version:7.0.15\r\nconfig_file:C:/a/b.conf\r\n\r\n# Persistence\r\nloading:0\r\nempty:\r\n"
    assert Info().process(answer(text)) == {
        "redis_version": "7.0.15",
        "config_file": "C:/a/b.conf",
        "loading": "0",
        "empty": "",
    }
    assert parse_info("") == {}


def test_info_is_read_as_a_client_for_windows_writes_it() -> None:
    text = "# Server\r\r\nredis_version:7.0.15\r\r\nempty:\r\r\n\r\r\n# Persistence\r\r\nloading:0\r\r\n"
    assert parse_info(text) == {"redis_version": "7.0.15", "empty": "", "loading": "0"}


def test_a_server_that_does_not_answer_says_nothing() -> None:
    assert Info().process(answer("", 1, "Could not connect to Redis at 127.0.0.1:6379: Connection refused")) == {}


def test_ping_gives_the_answer_or_what_went_wrong() -> None:
    assert Ping().process(answer("PONG")) == "PONG"
    assert Ping().process(answer("NOAUTH Authentication required.", 1, "AUTH failed")) == (
        "NOAUTH Authentication required. AUTH failed"
    )


def together(*answers: list[str] | None) -> list[str]:
    items = [{"Answer": json.loads(item[0]) if item else None, "Problem": None if item else "no"} for item in answers]
    return [json.dumps({"Answers": items})]


def test_a_report_is_what_the_server_answered_of_info_and_ping() -> None:
    assert Report().process(together(answer("role:master"), answer("PONG"))) == {"role": "master", "PING": "PONG"}
    assert Report().process(together(answer("", 1, "NOAUTH"), answer("", 1, "NOAUTH"))) == {"PING": "NOAUTH"}
    assert Report().process(together(None, None)) == {}


def test_a_server_whose_config_is_disabled_is_not_asked_by_it() -> None:
    call = RunningServer().command(SERVER, hidden(""))
    assert isinstance(call, PowerShellBatch)
    assert [part.parameters["Arguments"] for part in call.calls] == [["INFO"]]
    assert RunningServer().process(together(answer("role:master"))) == {"info": {"role": "master"}, "values": {}}


def test_a_running_server_tells_info_and_its_values() -> None:
    answers = together(answer("role:master"), answer("dir\nC:/a\nport\n6379"))
    found = {"info": {"role": "master"}, "values": {"dir": "C:/a", "port": "6379"}}
    assert RunningServer().process(answers) == found
    refused = together(None, answer("ERR unknown command"))
    assert RunningServer().process(refused) == {"info": {}, "values": {}}


def test_the_password_is_a_secret_of_the_call() -> None:
    call = command_call(SERVER, "INFO")
    assert call.wire_parameters()["Server"]["Password"] == {"$secret": "unit-test-password"}
    assert "unit-test-password" not in f"{call} {call!r} {SERVER} {SERVER!r}"
    assert isinstance(SERVER.password, HiddenValue)


def fields(found: dict[str, str]) -> dict[str, str]:
    """Return what was reported of what is expected."""
    return {field: found.get(field, operations.NO_ANSWER) for field in EXPECTED}


def test_a_server_that_is_as_expected_passes() -> None:
    host = host_with({"role": "master", "other": "1"}, "PONG")
    assert fields(operations.reported(host, SERVER)) == EXPECTED  # type: ignore[arg-type]
    assert operations.check(None, host, SERVER, EXPECTED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "found"),
    [
        (host_with(None, None), {"PING": "(no answer)", "role": "(no answer)"}),
        (host_with({}, "Connection refused"), {"PING": "Connection refused", "role": "(no answer)"}),
        (host_with({"role": "slave"}, "PONG"), {"PING": "PONG", "role": "slave"}),
        (host_with({}, None, client="Absent"), {"PING": "(no answer)", "role": "(no answer)"}),
    ],
)
def test_a_server_that_differs_or_is_down_is_a_difference(
    host: PracticeHost, found: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert fields(operations.reported(host, SERVER)) == found  # type: ignore[arg-type]
    assert not operations.check(None, host, SERVER, EXPECTED)  # type: ignore[arg-type]
    assert f"expected role to be master, found {found['role']}" in caplog.text
    # A fact that fails without this fails the host, already in a dry run.
    assert all(ignored for fact, ignored in host.asked if fact is not Item)


def test_a_client_that_is_not_there_is_not_asked() -> None:
    host = host_with({}, None, client="Absent")
    operations.reported(host, SERVER)  # type: ignore[arg-type]
    assert [fact for fact, _ in host.asked] == [Item]
