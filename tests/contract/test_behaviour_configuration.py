"""A change of configuration, carried out by the host: its steps, their end, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost
from contract_instance import new_instance
from test_behaviour_server import CLI, PASSWORD

from memurai.changes import configuration
from memurai.changes.comparison import plan_of
from memurai.changes.history import History
from memurai.config import Document, quote
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from winfra.change import Change

SECOND = "Second-7391"


@dataclass(frozen=True)
class Configured:
    """A server with its configuration.

    host: where it runs. instance: what is known of it. former: its configuration at first.
    """

    host: ContractHost
    instance: Instance
    former: str

    @property
    def path(self) -> str:
        return self.instance.configuration

    def target(self, password: str = PASSWORD, port: int | None = None) -> dict[str, Any]:
        server = {"CliPath": CLI, "Address": self.instance.address, "Port": port or self.instance.port}
        return {**server, "Password": {"$secret": password}} if password else server

    def text(self, *lines: str, password: str = PASSWORD, port: int | None = None) -> str:
        data = self.instance.data.replace("\\", "/")
        first = [f"bind {self.instance.address}", f"port {port or self.instance.port}", f'dir "{data}"', 'save ""']
        secret = [f"requirepass {quote(password)}"] if password else []
        return "\r\n".join([*first, *secret, *lines, ""])

    def change(self, text: str, *, running: bool = True, password: str = PASSWORD) -> Change:
        """Return the change to a text. password: by which the server is asked."""

        def asking(former: Endpoint, new: Endpoint) -> tuple[Endpoint, dict[str, str]]:
            lines = self.ask(former.config_command.unmask(), "GET", "*", password=password).splitlines()
            live = former if former.password.unmask() == password else new
            return live, dict(zip(lines[::2], lines[1::2], strict=False))

        plan = plan_of(self.content, Document.of(text), asking=asking if running else None, keep_foreign=False)
        assert plan is not None
        return configuration.change(self.instance, plan, self.history)

    @property
    def history(self) -> History:
        digest = None if self.content is None else sha256(self.content.encode()).hexdigest()
        return History(self.instance.history, tuple(self.earlier), digest, datetime.now(UTC))

    @property
    def earlier(self) -> list[str]:
        entries = self.host.call("Get-WinDirectoryEntry", Path=self.instance.history)["Entries"]
        return sorted(entry["Name"] for entry in entries)

    def apply(self, text: str, **more: Any) -> Answer:
        found = self.host.call("Invoke-WinChange", **self.change(text, **more).call.wire_parameters())
        assert found["Warnings"] == []
        assert self.content == text
        self.require_nothing_left()
        return found

    def refusal(self, change: Change) -> str:
        """Return why a change was undone, which leaves nothing."""
        refusal = self.host.refusal("Invoke-WinChange", **change.call.wire_parameters())
        assert "All that was done was undone." in refusal
        assert PASSWORD not in refusal
        assert self.content == self.former
        assert [self.host.read(f"{self.instance.history}\\{name}").decode() for name in self.earlier] in (
            [],
            [self.former],
        )
        self.require_nothing_left()
        return refusal

    def require_nothing_left(self) -> None:
        assert self.host.kind(self.instance.trial_folder) == "Absent"
        assert self.host.kind(f"{self.path}.new") == "Absent"
        assert self.host.call("Get-WinTcpListener", Port=self.instance.trial_port)["Listeners"] == []
        assert self.host.call("Get-WinChange", Folder=self.instance.changes)["State"] == "None"

    @property
    def content(self) -> str | None:
        found: str | None = self.host.call("Get-WinTextFile", Path=self.path)["Content"]
        return found

    def ask(self, *words: str, **more: Any) -> str:
        answer = self.host.call("Invoke-MemuraiCommand", Server=self.target(**more), Arguments=list(words))
        return str(answer["Output"]).strip().replace("\r\n", "\n")

    def value(self, name: str) -> str:
        return self.ask("CONFIG", "GET", name).partition("\n")[2]

    @property
    def service(self) -> Answer:
        return self.host.call("Get-WinService", Name=self.instance.service)

    def start(self) -> None:
        self.host.call("Start-MemuraiServer", ServiceName=self.instance.service, Server=self.target())


@pytest.fixture
def configured(host: ContractHost, package: Path) -> Iterator[Configured]:
    """A server that runs on its configuration."""
    instance = new_instance(host, package)
    empty = Configured(host, instance, "")
    found = replace(empty, former=empty.text())
    host.put(found.path, found.former.encode())
    found.start()
    yield found
    host.call("Stop-WinService", Name=instance.service)


def never_healthy(configured: Configured) -> str:
    """Return a line with which a service does not start, which a trial can't see: it has no log file."""
    return f'logfile "{configured.instance.data.replace(chr(92), "/")}"'


def test_what_a_server_takes_live_keeps_its_process(configured: Configured) -> None:
    process = configured.service["ProcessId"]
    text = configured.text("maxclients 77")
    configured.apply(text)
    assert (configured.value("maxclients"), configured.service["ProcessId"]) == ("77", process)
    (name,) = configured.earlier
    assert name.endswith(f"-{sha256(configured.former.encode()).hexdigest()[:8]}.conf")
    assert configured.host.read(f"{configured.instance.history}\\{name}").decode() == configured.former
    configured.apply(configured.text("maxclients 78"))
    assert len(configured.earlier) == 2


def test_what_it_takes_only_at_its_start_restarts_it_with_its_keys(configured: Configured) -> None:
    process = configured.service["ProcessId"]
    assert configured.ask("SET", "kept", "1") == "OK"
    configured.apply(configured.text("databases 4"))
    assert (configured.value("databases"), configured.ask("GET", "kept")) == ("4", "1")
    assert configured.service["ProcessId"] != process


def test_a_password_is_changed_live(configured: Configured) -> None:
    configured.apply(configured.text(password=SECOND))
    assert configured.ask("PING", password=SECOND) == "PONG"
    assert "PONG" not in configured.ask("PING", password="")
    # A run that ended between server and file is completed by the next.
    assert configured.ask("CONFIG", "SET", "requirepass", PASSWORD, password=SECOND) == "OK"
    configured.apply(configured.text("maxclients 77"))


def test_another_port_is_taken_live_and_back(configured: Configured) -> None:
    port = configured.host.free_port()
    configured.apply(configured.text(port=port))
    assert configured.ask("PING", port=port) == "PONG"


def test_a_server_gets_its_first_password_live_and_loses_it(configured: Configured) -> None:
    configured.apply(configured.text(password=""))
    assert configured.ask("PING", password="") == "PONG"
    configured.apply(configured.text(), password="")
    assert configured.ask("PING") == "PONG"


def test_another_port_and_password_come_with_a_restart(configured: Configured) -> None:
    port = configured.host.free_port()
    configured.apply(configured.text("databases 4", password=SECOND, port=port))
    assert configured.ask("PING", password=SECOND, port=port) == "PONG"


def test_what_the_server_refuses_in_the_middle_is_undone(configured: Configured) -> None:
    process = configured.service["ProcessId"]
    good = configured.change(configured.text("maxclients 77"))
    (send,) = [step for step in good.steps if step.do.function == "Send-MemuraiCommand"]
    default, former = Endpoint.of(Document.of("")), Document.of(configured.former)
    wrong = configuration.sent(
        configured.instance,
        "take the new values",
        (default.config_set(("maxclients", "78", "databases", "4")), default.config_set(("hz", "10"))),
        [Endpoint.of(former).server(CLI)],
        former,
    )
    position = good.steps.index(send)
    bad = replace(good, steps=(*good.steps[: position + 1], wrong, *good.steps[position + 1 :]))
    refusal = configured.refusal(bad)
    assert "Expected the running server to take the new values and to answer OK, found: ERR" in refusal
    assert (configured.value("maxclients"), configured.service["ProcessId"]) == ("10000", process)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("maxmemory 2 GB", ">>> 'maxmemory ...'"),
        ("rename-command NOPE canary-part", ">>> 'rename-command ...'"),
        ("user bob on >canary-part #short", "Error in user declaration '...'"),
        ('dir "C:/winfra-contract/nowhere"', ">>> 'dir ...'"),
    ],
)
def test_what_the_server_does_not_start_with_is_found_by_the_trial(
    configured: Configured, line: str, message: str
) -> None:
    change = configured.change(configured.text("maxclients 77"))
    (step,) = [step for step in change.steps if step.do.function == "Test-MemuraiConfiguration"]
    given = {**step.do.parameters, "Content": {"$secret": configured.text(line)}, "Server": configured.target()}
    given["Server"]["Port"] = configured.instance.trial_port
    refusal = configured.host.refusal(step.do.function, **given)
    assert "Expected the server to start on the new configuration, found that it ended with exit code 1" in refusal
    assert message in refusal
    assert "canary" not in refusal
    configured.require_nothing_left()


@dataclass(frozen=True)
class Trial:
    """A trial of a text."""

    configured: Configured

    def parameters(self, text: str, **more: Any) -> dict[str, Any]:
        document = Document.of(text)
        steps = configuration.trial(self.configured.instance, document, Endpoint.of(document))
        call = list(steps)[-1].do
        return {**call.wire_parameters(), **more}

    def refusal(self, text: str, **more: Any) -> str:
        refusal = self.configured.host.refusal("Test-MemuraiConfiguration", **self.parameters(text, **more))
        assert PASSWORD not in refusal
        return refusal


@pytest.fixture
def trial(configured: Configured) -> Trial:
    return Trial(configured)


def test_a_password_that_is_not_that_of_the_configuration_is_found(trial: Trial) -> None:
    server = {**trial.configured.target("canary-other"), "Port": trial.configured.instance.trial_port}
    refusal = trial.refusal(trial.configured.text(), Server=server)
    assert "does the password belong to this configuration?" in refusal
    assert "canary" not in refusal
    trial.configured.require_nothing_left()


def test_a_taken_port_is_named_and_not_mistaken_for_the_trial(trial: Trial) -> None:
    port = trial.configured.instance.port
    server = {**trial.configured.target(), "Port": port}
    assert f"Expected the port {port} to be free for the trial" in trial.refusal(trial.configured.text(), Server=server)
    assert trial.configured.ask("PING") == "PONG"


def test_a_trial_wants_a_folder_of_its_own(trial: Trial) -> None:
    folder = f"{trial.configured.instance.base}\\history"
    trial.configured.host.call("New-WinDirectory", Path=folder)
    trial.configured.host.put(f"{folder}\\somebody's", b"x")
    refusal = trial.refusal(trial.configured.text(), ScratchFolder=folder)
    assert "Expected an empty or missing folder" in refusal
    assert trial.configured.earlier == ["somebody's"]


def test_a_program_that_is_not_there_is_named(trial: Trial) -> None:
    assert "found no such file" in trial.refusal(
        trial.configured.text(), Server={**trial.configured.target(), "CliPath": "C:\\none.exe", "Port": 1}
    )
    trial.configured.require_nothing_left()


def test_a_trial_writes_nothing_beside_the_running_server(trial: Trial) -> None:
    host, data = trial.configured.host, trial.configured.instance.data
    before = host.call("Get-WinDirectoryEntry", Path=data)
    more = [f'pidfile "{data}/memurai.pid"', f'logfile "{data}/of-the-trial.log"', "appendonly yes", "save 1 1"]
    text = trial.configured.text(*(line.replace("\\", "/") for line in more))
    host.call("Test-MemuraiConfiguration", **trial.parameters(text))
    assert host.call("Get-WinDirectoryEntry", Path=data) == before


@pytest.mark.parametrize("directive", ["replicaof", "slaveof"])
def test_a_trial_asks_no_primary_and_answers(trial: Trial, directive: str) -> None:
    """A replica of nobody answers PING even if it may not serve stale data."""
    configured = trial.configured
    text = configured.text(f"{directive} {configured.instance.address} {configured.instance.port}")
    text += "replica-serve-stale-data no\r\n"
    configured.host.call("Test-MemuraiConfiguration", **trial.parameters(text))
    assert "connected_slaves:0" in configured.ask("INFO", "replication")


def test_a_trial_that_has_not_read_its_file_is_found(trial: Trial) -> None:
    """[prod] is one letter to the server: it starts with its defaults."""
    found = trial.configured
    folder = f"{found.instance.base}\\[prod]"
    found.host.call("New-WinDirectory", Path=folder)
    there = Trial(replace(found, instance=replace(found.instance, base=folder)))
    refusal = there.refusal(found.text())
    assert "found that it runs, but has not read this file: it asks for no password" in refusal


def test_a_restart_that_never_becomes_healthy_goes_back(configured: Configured) -> None:
    assert configured.ask("SET", "kept", "1") == "OK"
    refusal = configured.refusal(configured.change(configured.text(never_healthy(configured))))
    assert "Expected a healthy server of the service" in refusal
    assert (configured.ask("GET", "kept"), configured.service["State"]) == ("1", "Running")


def test_a_server_that_is_not_what_it_shall_be_goes_back(configured: Configured) -> None:
    instance = replace(configured.instance, timeout_seconds=2)
    assert configured.ask("SET", "kept", "1") == "OK"
    change = replace(configured, instance=instance).change(configured.text("databases 4"))
    *steps, start = change.steps
    wrong = {**start.do.parameters, "Expected": {"role": "slave"}}
    bad = replace(start, do=type(start.do)(start.do.function, wrong))
    refusal = configured.refusal(replace(change, steps=(*steps, bad)))
    assert "expected role:slave, found role:master" in refusal
    assert configured.ask("GET", "kept") == "1"


def test_a_server_that_can_not_save_is_not_stopped(configured: Configured) -> None:
    process = configured.service["ProcessId"]
    assert configured.ask("SET", "key", "1") == "OK"
    configured.host.call("New-WinDirectory", Path=f"{configured.instance.data}\\dump.rdb\\in-the-way")
    refusal = configured.refusal(configured.change(configured.text("databases 4")))
    assert "Expected OK to SAVE" in refusal
    assert configured.service["ProcessId"] == process


def test_an_append_only_file_is_begun_before_a_restart_which_would_load_an_empty_one(configured: Configured) -> None:
    assert configured.ask("SET", "kept", "1") == "OK"
    configured.apply(configured.text("appendonly yes", "databases 4"))
    assert configured.ask("GET", "kept") == "1"
    assert configured.value("appendonly") == "yes"


def test_a_server_that_began_its_append_only_file_goes_back_with_all_its_keys(configured: Configured) -> None:
    """Its former configuration loads a snapshot."""
    assert configured.ask("SET", "kept", "1") == "OK"
    configured.refusal(configured.change(configured.text("appendonly yes", never_healthy(configured))))
    assert (configured.ask("GET", "kept"), configured.value("appendonly")) == ("1", "no")


def test_a_restart_that_would_load_an_empty_append_only_file_is_refused(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file says that the server has one, which it has not."""
    monkeypatch.setattr(configuration, "TRIAL_SECONDS", 10)
    process = configured.service["ProcessId"]
    yes = replace(configured, former=configured.text("appendonly yes"))
    configured.host.put(configured.path, yes.former.encode())
    desired = Document.of(configured.text("appendonly yes", "databases 4"))
    plan = plan_of(yes.former, desired, asking=lambda former, _: (former, {}))
    assert plan is not None
    refusal = yes.refusal(configuration.change(configured.instance, plan, configured.history))
    assert "expected aof_enabled:1, found aof_enabled:0" in refusal
    assert configured.service["ProcessId"] == process


def test_an_append_only_file_that_is_not_written_in_time_is_undone(configured: Configured) -> None:
    for number in range(3):
        assert configured.ask("SET", f"key{number}", "1") == "OK"
    # It is not done when the deadline comes.
    assert configured.ask("CONFIG", "SET", "rdb-key-save-delay", "10000000") == "OK"
    instance = replace(configured.instance, timeout_seconds=1)
    refusal = configured.refusal(replace(configured, instance=instance).change(configured.text("appendonly yes")))
    assert "expected aof_rewrite_in_progress:0" in refusal
    assert configured.value("appendonly") == "no"


def test_a_server_that_loses_its_append_only_file_writes_a_snapshot_first(configured: Configured) -> None:
    """The next start, whoever causes it, looks for nothing else."""
    configured.apply(configured.text("appendonly yes"))
    assert configured.ask("SET", "kept", "value") == "OK"
    configured.apply(configured.text("appendonly no"))
    configured.host.call("Stop-WinService", Name=configured.instance.service)
    configured.start()
    assert configured.ask("GET", "kept") == "value"


def test_a_stopped_service_is_not_started(configured: Configured) -> None:
    configured.host.call("Stop-WinService", Name=configured.instance.service)
    configured.apply(configured.text("databases 4"), running=False)
    assert configured.service["State"] == "Stopped"
    assert len(configured.earlier) == 1


def test_the_first_configuration_needs_no_service(configured: Configured) -> None:
    configured.host.call("Stop-WinService", Name=configured.instance.service)
    configured.host.call("Remove-WinItem", Path=configured.path)
    plan = plan_of(None, Document.of(configured.text("hz 20")))
    assert plan is not None
    change = configuration.change(configured.instance, plan, configured.history)
    configured.host.call("Invoke-WinChange", **change.call.wire_parameters())
    assert (configured.content, configured.earlier) == (configured.text("hz 20"), [])
    configured.require_nothing_left()


def test_all_that_changes_a_server_takes_turns_in_one_folder(configured: Configured) -> None:
    change = configured.change(configured.text("maxclients 77"))
    assert change.folder == f"{configured.instance.config}/changes"
    configured.apply(configured.text("maxclients 77"))
    (last,) = configured.host.call("Get-WinChange", Folder=change.folder)["Outcomes"]
    assert (last["Name"], last["Outcome"]) == (change.name, "Done")


# What only a practice host can be made to do


@pytest.fixture
def practice(configured: Configured) -> Configured:
    if not isinstance(configured.host, PracticeHost):
        pytest.skip("changes the lab's own Windows")
    return configured


@contextmanager
def locked(configured: Configured, path: str) -> Iterator[None]:
    """Let another program hold a file open."""
    assert isinstance(configured.host, PracticeHost)
    files = configured.host.machine.files
    before: Callable[[], frozenset[Path]] = files.locked_paths
    files.locked_paths = lambda: frozenset({files.local_path(path)})
    try:
        yield
    finally:
        files.locked_paths = before


@pytest.mark.differs("full-disk")
def test_a_full_disk_is_found_before_the_server_is_touched(
    practice: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(practice.host, PracticeHost)
    files = practice.host.machine.files
    change = practice.change(practice.text(f"# {'x' * 60_000}", "maxclients 77"))
    with monkeypatch.context() as full:
        full.setattr(files, "capacity_bytes", files.used_bytes + 30_000)
        refusal = practice.host.refusal("Invoke-WinChange", **change.call.wire_parameters())
    assert "There is not enough space on the disk" in refusal
    assert practice.value("maxclients") == "10000"
    practice.require_nothing_left()


def test_another_server_at_the_new_port_is_not_taken_for_the_running_one(configured: Configured) -> None:
    """It is not changed, and the port is refused."""
    host, port = configured.host, configured.host.free_port()
    folder, service = host.new_folder(), host.new_service(StartType="Manual")
    path = f"{folder}\\other.conf"
    lines = [
        f"bind {host.server_address}",
        f"port {port}",
        f"requirepass {quote(PASSWORD)}",
        'save ""',
        "maxclients 99",
    ]
    host.put(path, "\r\n".join([*lines, f'dir "{folder}"'.replace("\\", "/"), ""]).encode())
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {service} "{path}"'
    host.call("Set-WinService", Name=service, ImagePath=image)
    host.call("Start-MemuraiServer", ServiceName=service, Server=configured.target(port=port))
    configured.refusal(configured.change(configured.text("maxclients 77", port=port)))
    assert configured.ask("CONFIG", "GET", "maxclients", port=port).split() == ["maxclients", "99"]
    assert configured.value("maxclients") == "10000"
    host.call("Stop-WinService", Name=service)


@pytest.fixture
def ignoring(configured: Configured) -> Iterator[Configured]:
    """The same server, with a program that does not read a file that asks for maxclients 78."""
    host = configured.host
    if not isinstance(host, PracticeHost):
        pytest.skip("changes the lab's stand-in for memurai.exe")
    program = host.machine.files.local_path(f"{MEMURAI_FOLDER}\\memurai.exe")
    before = program.read_bytes()
    file = configured.path.replace("\\", "/")
    open_server = f"redis-server --bind {host.server_address} --port {configured.instance.port} --save ''"
    lines = ["#!/bin/sh", f"case $* in *--service-run*) grep -q 'maxclients 78' '{file}' && exec {open_server};; esac"]
    program.write_bytes("\n".join([*lines, ""]).encode() + before.partition(b"\n")[2])
    yield configured
    program.write_bytes(before)


def test_a_server_without_the_password_of_its_file_is_told_and_stopped(ignoring: Configured) -> None:
    service, given = ignoring.instance.service, {"Server": ignoring.target()}
    ignoring.host.put(ignoring.path, ignoring.text("maxclients 78").encode())
    ignoring.host.call("Restart-WinService", Name=service)
    refusal = ignoring.host.refusal("Wait-MemuraiServer", **given)
    assert "found one without it: PONG AUTH failed:" in refusal
    assert ignoring.service["State"] == "Running"
    refusal = ignoring.host.refusal("Start-MemuraiServer", **given, ServiceName=service)
    assert f"the service '{service}' was stopped" in refusal
    assert ignoring.service["State"] == "Stopped"


def open_up(configured: Configured) -> str:
    """Take the password from the running server, and return why it is refused then."""
    configured.ask("CONFIG", "SET", "requirepass", "")
    given = {"ServiceName": configured.instance.service, "TimeoutSeconds": 1}
    return configured.host.refusal("Start-MemuraiServer", Server=configured.target(), **given)


def test_what_a_server_without_a_password_holds_is_saved_before_it_is_stopped(configured: Configured) -> None:
    """Its password may have been taken from it while it ran, which it answers like one that read no configuration."""
    snapshot, service = f"{configured.instance.data}\\dump.rdb", configured.instance.service
    assert f"the service '{service}' was stopped" in open_up(configured)
    # An empty set would replace a good snapshot.
    assert (configured.service["State"], configured.host.kind(snapshot)) == ("Stopped", "Absent")
    configured.start()
    assert configured.ask("SET", "key", "1") == "OK"
    assert f"the service '{service}' was stopped" in open_up(configured)
    assert configured.service["State"] == "Stopped"
    configured.start()
    assert configured.ask("GET", "key") == "1"


def test_one_that_can_not_save_what_it_holds_is_not_stopped(configured: Configured) -> None:
    assert configured.ask("SET", "key", "1") == "OK"
    configured.host.call("New-WinDirectory", Path=f"{configured.instance.data}\\dump.rdb\\in-the-way")
    refusal = open_up(configured)
    service = configured.instance.service
    assert f"the service '{service}' was not stopped, although anyone can read and write its" in refusal
    assert "Expected OK to SAVE" in refusal
    assert configured.service["State"] == "Running"


def test_a_restart_without_the_password_of_the_file_goes_back(ignoring: Configured) -> None:
    process = ignoring.service["ProcessId"]
    change = ignoring.change(ignoring.text("maxclients 78", "databases 4"))
    refusal = ignoring.refusal(change)
    assert "Expected a server with the password of its configuration at" in refusal
    assert "found one without it: PONG AUTH failed:" in refusal
    assert (ignoring.ask("PING"), ignoring.service["State"]) == ("PONG", "Running")
    assert ignoring.service["ProcessId"] != process


def test_when_the_way_back_leads_to_such_a_server_too_it_is_stopped(ignoring: Configured) -> None:
    """Then a person is needed; the journal stays, and whoever comes next tries again."""
    ignoring.host.put(ignoring.path, ignoring.text("maxclients 78").encode())
    change = ignoring.change(ignoring.text("maxclients 78", "databases 4"))
    refusal = ignoring.host.refusal("Invoke-WinChange", **change.call.wire_parameters())
    assert "And what was done could not be undone: save and stop the server: Expected a healthy server" in refusal
    assert f"the service '{ignoring.instance.service}' was stopped" in refusal
    assert ignoring.service["State"] == "Stopped"
    assert isinstance(ignoring.host, PracticeHost)
    program = ignoring.host.machine.files.local_path(f"{MEMURAI_FOLDER}\\memurai.exe")
    first, _, rest = program.read_bytes().split(b"\n", 2)
    program.write_bytes(first + b"\n" + rest)
    undone = ignoring.host.call("Undo-WinChange", Folder=ignoring.instance.changes, Reason="it was mended")
    assert undone["Outcome"] == "Undone"
    assert ignoring.ask("PING") == "PONG"


# Hangs as a service, and answers in a trial.
HANGING = """#!/bin/sh
case "$*" in *--service-run*) grep -q "maxclients 78" '{file}' && exec sleep 600 ;; esac
"""


def test_a_new_configuration_that_hangs_is_ended_and_the_former_one_runs(practice: Configured) -> None:
    assert isinstance(practice.host, PracticeHost)
    program = practice.host.machine.files.local_path(f"{MEMURAI_FOLDER}\\memurai.exe")
    before = program.read_bytes()
    hanging = HANGING.format(file=practice.path.replace("\\", "/"))
    program.write_bytes(hanging.encode() + before.partition(b"\n")[2])
    slow = replace(practice, instance=replace(practice.instance, timeout_seconds=3))
    try:
        refusal = practice.refusal(slow.change(practice.text("maxclients 78", "databases 4")))
    finally:
        program.write_bytes(before)
    assert "to be Running within 3 s, found it StartPending" in refusal
    assert practice.ask("PING") == "PONG"


@pytest.mark.differs("linux-servers")
def test_a_file_that_is_in_use_gives_the_server_its_former_values_back(practice: Configured) -> None:
    process = practice.service["ProcessId"]
    change = practice.change(practice.text("maxclients 77"))
    with locked(practice, practice.path):
        refusal = practice.refusal(change)
    assert "being used by another process" in refusal
    assert (practice.value("maxclients"), practice.service["ProcessId"]) == ("10000", process)
