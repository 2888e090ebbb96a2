"""The steps that a change of configuration comes to, and that they leave all or nothing wherever they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from change_drill import prove
from change_model import INSTANCE, Host

from memurai.changes import configuration
from memurai.changes.comparison import Plan, plan_of
from memurai.changes.history import History
from memurai.config import Document, normal, parse
from memurai.endpoint import Endpoint
from winfra.change import Change

KEYS = 7
BASE = {
    "bind": "127.0.0.1",
    "port": "6379",
    "requirepass": "first-0123456789",
    "appendonly": "no",
    "maxmemory": "1gb",
    "databases": "16",
    "dir": "C:/ProgramData/Memurai/data",
    "logfile": "memurai.log",
}
NOW = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)


def text_of(values: Mapping[str, str]) -> str:
    return "".join(f"{name} {value}\n" for name, value in {**BASE, **values}.items())


def told(text: str) -> dict[str, str]:
    """Return what a server that runs on a text says of itself."""
    return {key[0]: " ".join(" ".join(words) for words in value) for key, value in normal(parse(text)).items()}


def plan(before: str | None, after: str, *, running: bool = True) -> Plan:
    def asking(former: Endpoint, _: Endpoint) -> tuple[Endpoint, Mapping[str, str]]:
        return former, told(before or "")

    found = plan_of(before, Document.of(after), asking=asking if running else None)
    assert found is not None
    return found


def history(before: str | None, *names: str) -> History:
    return History(INSTANCE.history, names, None if before is None else sha256(before.encode()).hexdigest(), NOW)


def planned(before: str | None, after: str, *, running: bool = True) -> Change:
    return configuration.change(INSTANCE, plan(before, after, running=running), history(before))


def host(before: str | None, *, running: bool = True) -> Host:
    found = Host(INSTANCE.configuration, {} if before is None else {INSTANCE.configuration: before})
    found.started = before or ""
    found.log = KEYS if before and "appendonly yes" in before else None
    found.keys = KEYS if running else None
    return found


def whys(change: Change) -> list[str]:
    return [step.why for step in change.steps]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"maxmemory": "2gb", "requirepass": "second-0123456789"}),
        ({}, {"port": "6380", "databases": "4", "requirepass": "second-0123456789"}),
        ({}, {"appendonly": "yes", "databases": "4"}),
        ({"appendonly": "yes"}, {"maxmemory": "2gb"}),
        ({"appendonly": "yes"}, {"databases": "4"}),
    ],
)
def test_a_change_is_all_or_nothing_wherever_it_ends(before: dict[str, str], after: dict[str, str]) -> None:
    former, new = text_of(before), text_of(after)
    done = prove(planned(former, new), host(former))
    assert (done.keys, dict(done.values), done.trial) == (KEYS, dict(normal(parse(new))), False)
    assert done.files.pop(INSTANCE.configuration) == new
    assert list(done.files.values()) == [former]


def test_a_first_configuration_is_tried_and_put() -> None:
    change = planned(None, text_of({}), running=False)
    assert whys(change) == ["make room for a trial", "try the new configuration", "put the new file"]
    put = change.steps[-1]
    assert (put.undo.parameters if put.undo else {}) == {"Path": INSTANCE.configuration}
    assert prove(change, host(None, running=False)).files == {INSTANCE.configuration: text_of({})}


def test_what_the_server_takes_live_is_given_to_it_before_the_file_is_put() -> None:
    change = planned(text_of({}), text_of({"maxmemory": "2gb"}))
    assert whys(change)[2:] == [
        "make the folder of earlier ones",
        "keep the present file",
        "have the running server take the new values",
        "reach the server as the new file says",
        "put the new file",
    ]


def test_what_a_restart_brings_stops_once_all_is_saved() -> None:
    change = planned(text_of({}), text_of({"databases": "4"}))
    assert whys(change)[-3:] == [
        "save and stop the server",
        "put the new file",
        "start the server and wait until it is fit",
    ]
    stop, _, start = change.steps[-3:]
    assert stop.do.parameters["Snapshot"] is True
    assert start.do.parameters["Expected"] == {"loading": "0", "role": "master", "aof_enabled": "0"}
    assert start.do.parameters["LogPath"] == r"C:\ProgramData\Memurai\data\memurai.log"


def test_a_server_writes_no_snapshot_that_neither_configuration_loads() -> None:
    before, after = text_of({"appendonly": "yes"}), text_of({"appendonly": "yes", "databases": "4"})
    (stop,) = [step for step in planned(before, after).steps if step.do.function == "Stop-MemuraiServer"]
    assert stop.do.parameters["Snapshot"] is False


def test_an_append_only_file_is_begun_by_the_running_server_and_ended_after_a_snapshot() -> None:
    on, off = text_of({"appendonly": "yes"}), text_of({})
    assert whys(planned(off, on))[2:4] == [
        "have the running server switch to its append-only file",
        "wait until the append-only file is written",
    ]
    assert "save a snapshot, which the next start loads" in whys(planned(on, off))


def test_a_change_of_the_password_is_taken_back_by_either() -> None:
    change = planned(text_of({}), text_of({"requirepass": "second-0123456789"}))
    (step,) = [step for step in change.steps if step.do.function == "Send-MemuraiCommand"]
    assert step.undo is not None
    passwords = [way["Password"].unmask() for way in step.undo.parameters["Servers"]]
    assert passwords == ["first-0123456789", "second-0123456789"]
    assert "0123456789" not in "\n".join(change.lines())


def test_what_earlier_runs_left_goes_afterwards() -> None:
    left = ["C:/x.0123abcd.staged", "C:/x.last-known-good"]
    found = configuration.change(INSTANCE, plan(text_of({}), text_of({"port": "1"})), history(text_of({})), left)
    assert [item.do.parameters["Path"] for item in found.afterwards] == left


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", ["--port", "6380"]),
        ("tls-port 6390\ntls-ca-cert-file ca\n", ["--port", "0", "--tls-port", "6380"]),
        ("tls-port 0\n", ["--port", "6380", "--tls-port", "0"]),
        (
            "replicaof 10.0.0.9 6379\n",
            ["--port", "6380", "--replicaof", "127.0.0.1", "6380", "--replica-serve-stale-data", "yes"],
        ),
    ],
)
def test_a_trial_shares_nothing_with_the_running_server(lines: str, expected: list[str]) -> None:
    instance = replace(INSTANCE, trial_port=6380)
    document = Document.of(f"{text_of({})}{lines}")
    found = list(configuration.trial_arguments(instance, document, Endpoint.of(document)))
    assert found[:12] == [
        *("--bind", "127.0.0.1", "--dir", instance.trial_folder, "--logfile", "", "--pidfile", ""),
        *("--appendonly", "no", "--save", ""),
    ]
    assert found[12:] == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("logfile D:/logs/m.log\n", r"D:\logs\m.log"),
        ("logfile m.log\ndir data\n", r"C:\Program Files\Memurai\data\m.log"),
        ("logfile m.log\n", r"C:\Program Files\Memurai\m.log"),
        ('logfile ""\n', None),
        ("", None),
    ],
)
def test_the_log_is_where_the_server_writes_it(lines: str, expected: str | None) -> None:
    assert configuration.log_path(INSTANCE, Document.of(lines)) == expected


def test_the_present_file_is_kept_once() -> None:
    text = text_of({})
    digest = sha256(text.encode()).hexdigest()[:8]
    first = history(text, "20261127T045959000Z-00000000.conf", f"20261126T000000000Z-{digest}.conf")
    assert first.entry == f"{INSTANCE.history}/20261127T050000000Z-{digest}.conf"
    again = history(text, "20261126T000000000Z-00000000.conf", f"20261127T045959000Z-{digest}.conf")
    assert (again.is_kept, again.entry) == (True, f"{INSTANCE.history}/20261127T045959000Z-{digest}.conf")
    assert list(configuration.kept(INSTANCE, again)) == []
    assert history(None).entry is None


def test_a_clock_that_was_set_back_makes_no_name_twice_and_none_before_another() -> None:
    found = history("x", "20261127T050300000Z-00000000.conf")
    assert found.entry is not None
    assert found.entry.startswith(f"{INSTANCE.history}/20261127T050300001Z-")


def test_ten_earlier_configurations_stay_and_those_of_the_future() -> None:
    future = ["20991231T000000000Z-0123abcd.conf", "20261301T000000000Z-0123abcd.conf"]
    known = [f"202611{day:02}T000000000Z-0123abcd.conf" for day in range(1, 12)]
    found = history("x", *known, *future, "mine.conf")
    assert found.known == sorted(known, reverse=True)
    assert found.outlived == [f"{INSTANCE.history}/{name}" for name in known[1::-1]]
    after = found.after(sha256(b"y").hexdigest())
    assert len(after.known) == len(known) + 1


def test_a_password_never_shows() -> None:
    change = planned(text_of({}), text_of({"requirepass": "second-0123456789", "databases": "4"}))
    assert "second-0123456789" in change.call.secrets
    assert "0123456789" not in f"{change.call} {change.call!r} {change.lines()}"
