"""Set-MemuraiConfiguration: what is left of runs that were ended, and the way back from a change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost
from test_behaviour_server import CLI, PASSWORD, install

KEPT = ".last-known-good"


@dataclass(frozen=True)
class Configured:
    """A server with its configuration.

    host: where it runs. folder: that of its files. service: its name. port: where it listens. free_port: for trials.
    """

    host: ContractHost
    folder: str
    service: str
    port: int
    free_port: int

    @property
    def path(self) -> str:
        return f"{self.folder}\\server.conf"

    def text(self, *lines: str) -> str:
        data = self.folder.replace("\\", "/")
        first = [f"bind {self.host.server_address}", f"port {self.port}", f'dir "{data}"', 'save ""']
        return "\r\n".join([*first, f'requirepass "{PASSWORD}"', *lines, ""])

    @property
    def target(self) -> dict[str, Any]:
        server = {"CliPath": CLI, "Address": self.host.server_address, "Port": self.port}
        return {**server, "Password": {"$secret": PASSWORD}}

    def parameters(self, text: str, **more: Any) -> dict[str, Any]:
        return {
            **self.target,
            "Path": self.path,
            "Content": {"$secret": text},
            "HistoryFolder": f"{self.folder}\\history",
            "ProgramPath": f"{MEMURAI_FOLDER}\\memurai.exe",
            "ServiceName": self.service,
            "ScratchFolder": f"{self.folder}\\trial",
            "ScratchPort": self.free_port,
            "TimeoutSeconds": 60,
            **more,
        }

    def change(self, text: str, **more: Any) -> Answer:
        return self.host.call("Set-MemuraiConfiguration", **self.parameters(text, **more))

    def refusal(self, text: str, **more: Any) -> str:
        refusal = self.host.refusal("Set-MemuraiConfiguration", **self.parameters(text, **more))
        assert PASSWORD not in refusal
        return refusal

    @property
    def content(self) -> str:
        return self.host.read(self.path).decode()

    @property
    def leftover(self) -> Answer:
        return self.host.call("Get-MemuraiLeftover", Path=self.path)

    def require_nothing_left(self) -> None:
        assert self.leftover == {"Path": self.path, "StagedFiles": [], "LastKnownGood": None}
        assert self.host.kind(f"{self.folder}\\trial") == "Absent"

    def interrupted(self, *lines: str) -> str:
        """Leave what a run leaves that was ended after the swap; return the text of the last known good."""
        former = self.content
        self.host.put(f"{self.path}{KEPT}", former.encode())
        self.host.put(self.path, self.text(*lines).encode())
        return former

    def ask(self, *words: str) -> str:
        answer = self.host.call("Invoke-MemuraiCommand", **self.target, Arguments=list(words))
        return str(answer["Output"]).strip()


@pytest.fixture
def configured(host: ContractHost, package: Path) -> Iterator[Configured]:
    """A server that runs on its configuration."""
    if isinstance(host, PracticeHost):
        install(host, package)
    if host.without_server:
        pytest.skip(host.without_server)
    found = Configured(
        host, host.new_folder(), host.new_service(StartType="Manual"), host.free_port(), host.free_port()
    )
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {found.service} "{found.path}"'
    host.call("Set-WinService", Name=found.service, ImagePath=image)
    host.put(found.path, found.text().encode())
    host.call("Start-WinService", Name=found.service)
    host.call("Wait-MemuraiServer", **found.target)
    yield found
    host.call("Stop-WinService", Name=found.service)


def never_healthy(configured: Configured) -> str:
    """Return a line with which a service does not start, which a trial can't see: it has no log file."""
    return f'logfile "{configured.folder.replace(chr(92), "/")}"'


def test_a_change_leaves_nothing_but_the_new_file(configured: Configured) -> None:
    text = configured.text("maxclients 77")
    live = {"LiveCommand": {"$secret": "CONFIG SET maxclients 77"}}
    result = configured.change(text, **live)
    assert (result["Applied"], configured.content) == ("Live", text)
    configured.require_nothing_left()
    result = configured.change(text)
    assert (result["Applied"], result["TrialMilliseconds"]) == ("Unchanged", None)
    restarted = configured.change(configured.text("databases 4"), Restart=True)
    assert restarted["Applied"] == "Restart"
    configured.require_nothing_left()
    digests = [
        entry["Sha256"]
        for entry in configured.host.call(
            "Get-MemuraiConfigurationHistory", HistoryFolder=f"{configured.folder}\\history"
        )["Entries"]
    ]
    assert digests == [hashlib.sha256(old.encode()).hexdigest() for old in (text, configured.text())]


def test_what_runs_left_that_were_ended_is_listed_and_goes(configured: Configured) -> None:
    left = [f"{configured.path}.0123abcd.staged", f"{configured.path}.staged"]
    for path in (*left, f"{configured.path}.mine.staged"):
        configured.host.put(path, b"requirepass left")
    assert sorted(configured.leftover["StagedFiles"]) == left
    assert configured.change(configured.text())["Applied"] == "Unchanged"
    configured.require_nothing_left()
    assert configured.host.kind(f"{configured.path}.mine.staged") == "File"


def test_what_was_kept_in_the_future_or_at_no_time_is_listed_last(host: ContractHost, folder: str) -> None:
    times = ("20200102T235959999Z", "20200101T000000123Z", "20991231T000000000Z", "20201301T000000000Z")
    names = [f"{time}-0123abcd.conf" for time in times]
    for name in sorted(names):
        host.put(f"{folder}\\{name}", b"port 6379")
    entries = host.call("Get-MemuraiConfigurationHistory", HistoryFolder=folder)["Entries"]
    assert [entry["Name"] for entry in entries] == names


def test_a_change_that_is_refused_leaves_nothing(configured: Configured) -> None:
    assert "Expected the server to start" in configured.refusal(configured.text("no-such-directive 1"))
    assert configured.content == configured.text()
    configured.require_nothing_left()


def test_a_run_after_one_that_was_ended_goes_back_to_what_was_last_known_good(configured: Configured) -> None:
    line = never_healthy(configured)
    former = configured.interrupted(line)
    refusal = configured.refusal(configured.text(line, "databases 4"), Restart=True)
    assert "the last known good runs again" in refusal
    assert (configured.content, configured.ask("PING")) == (former, "PONG")
    configured.require_nothing_left()


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_a_last_known_good_of_an_earlier_run_may_have_another_password(
    configured: Configured, password: str | None
) -> None:
    """The password that this run knows is that of the configuration which the earlier run did not prove."""
    line = f'requirepass "{PASSWORD}"\r\n'
    former, second = (configured.text().replace(line, new) for new in (line if password else "", "requirepass 2nd\r\n"))
    configured.host.put(f"{configured.path}{KEPT}", former.encode())
    configured.host.put(configured.path, second.encode())
    given = {"Password": {"$secret": "2nd"}}
    configured.host.call("Restart-WinService", Name=configured.service)
    configured.host.call("Wait-MemuraiServer", **{**configured.target, **given})
    given = {**given, "LivePassword": {"$secret": "2nd"}, "Restart": True, "TimeoutSeconds": 5}
    refusal = configured.refusal(second + never_healthy(configured) + "\r\n", **given)
    assert "the last known good, which an earlier run had kept, was put back and its service started, but" in refusal
    assert "; the service is now Running (process" in refusal
    answer = configured.host.call(
        "Invoke-MemuraiCommand",
        **{**configured.target, "Password": password and {"$secret": password}},
        Arguments=["PING"],
    )
    assert (configured.content, answer["Output"].strip(), state(configured)) == (former, "PONG", "Running")


def test_what_was_last_known_good_stays_until_the_new_configuration_is_proven(configured: Configured) -> None:
    former = configured.interrupted("databases 4")
    configured.host.call("Stop-WinService", Name=configured.service)
    for text in (configured.text("databases 4"), configured.text("databases 5")):
        configured.change(text)
        assert configured.host.read(f"{configured.path}{KEPT}").decode() == former
    assert configured.leftover["LastKnownGood"] == f"{configured.path}{KEPT}"
    configured.host.call("Start-WinService", Name=configured.service)
    configured.host.call("Wait-MemuraiServer", **configured.target)
    result = configured.change(configured.text("databases 5"))
    assert (result["Applied"], result["TrialMilliseconds"] > 0) == ("Unchanged", True)
    configured.require_nothing_left()


def test_a_restart_proves_a_configuration(configured: Configured) -> None:
    configured.interrupted("databases 4")
    assert configured.change(configured.text("databases 4"), Restart=True)["Applied"] == "Restart"
    configured.require_nothing_left()


def test_a_text_that_no_secret_can_hold_is_refused(configured: Configured) -> None:
    refusal = configured.refusal(configured.text(f"# {'x' * 65536}"))
    assert "Expected a secret of at most 65536 characters, found 6" in refusal
    assert configured.content == configured.text()


@pytest.fixture
def glob(configured: Configured) -> Configured:
    """The same server, with a folder for its configuration whose name stands for others: [prod] is one letter."""
    folder = f"{configured.folder}\\[prod]"
    configured.host.call("New-WinDirectory", Path=folder)
    return replace(configured, folder=folder)


def test_a_trial_that_has_not_read_its_file_is_found(glob: Configured) -> None:
    refusal = glob.refusal(glob.text())
    assert "found that it runs, but has not read this file: it asks for no password" in refusal
    assert glob.host.kind(glob.path) == "Absent"
    glob.require_nothing_left()


@pytest.fixture
def ignoring(configured: Configured) -> Iterator[Configured]:
    """The same server, with a program that does not read a file that asks for maxclients 78."""
    host = configured.host
    if not isinstance(host, PracticeHost):
        pytest.skip("changes the lab's stand-in for memurai.exe")
    program = host.machine.files.local_path(f"{MEMURAI_FOLDER}\\memurai.exe")
    before = program.read_bytes()
    file = configured.path.replace("\\", "/")
    open_server = f"redis-server --bind {host.server_address} --port {configured.port} --save ''"
    lines = ["#!/bin/sh", f"case $* in *--service-run*) grep -q 'maxclients 78' '{file}' && exec {open_server};; esac"]
    program.write_bytes("\n".join([*lines, ""]).encode() + before.partition(b"\n")[2])
    yield configured
    program.write_bytes(before)


def state(configured: Configured) -> str:
    return str(configured.host.call("Get-WinService", Name=configured.service)["State"])


def test_a_server_without_the_password_of_its_file_is_told_and_stopped(ignoring: Configured) -> None:
    ignoring.host.put(ignoring.path, ignoring.text("maxclients 78").encode())
    ignoring.host.call("Restart-WinService", Name=ignoring.service)
    refusal = ignoring.host.refusal("Wait-MemuraiServer", **ignoring.target)
    assert "found one without it: PONG AUTH failed:" in refusal
    assert state(ignoring) == "Running"
    refusal = ignoring.host.refusal("Wait-MemuraiServer", **ignoring.target, ServiceName=ignoring.service)
    assert f"the service '{ignoring.service}' was stopped" in refusal
    assert state(ignoring) == "Stopped"


def open_up(configured: Configured) -> str:
    """Take the password from the running server, and return why it is refused then."""
    configured.ask("CONFIG", "SET", "requirepass", "")
    given = {"ServiceName": configured.service, "TimeoutSeconds": 1}
    return configured.host.refusal("Wait-MemuraiServer", **configured.target, **given)


def test_what_a_server_without_a_password_holds_is_saved_before_it_is_stopped(configured: Configured) -> None:
    """Its password may have been taken from it while it ran, which it answers like one that read no configuration."""
    snapshot = f"{configured.folder}\\dump.rdb"
    assert f"the service '{configured.service}' was stopped" in open_up(configured)
    # An empty set would replace a good snapshot.
    assert (state(configured), configured.host.kind(snapshot)) == ("Stopped", "Absent")
    configured.host.call("Start-WinService", Name=configured.service)
    configured.host.call("Wait-MemuraiServer", **configured.target)
    assert configured.ask("SET", "key", "1") == "OK"
    assert f"the service '{configured.service}' was stopped" in open_up(configured)
    assert state(configured) == "Stopped"
    configured.host.call("Start-WinService", Name=configured.service)
    configured.host.call("Wait-MemuraiServer", **configured.target)
    assert configured.ask("GET", "key") == "1"


def test_one_that_can_not_save_what_it_holds_is_not_stopped(configured: Configured) -> None:
    assert configured.ask("SET", "key", "1") == "OK"
    configured.host.call("New-WinDirectory", Path=f"{configured.folder}\\dump.rdb\\in-the-way")
    refusal = open_up(configured)
    assert f"the service '{configured.service}' was not stopped, although anyone can read and write its" in refusal
    assert "Expected OK to SAVE" in refusal
    assert state(configured) == "Running"


def test_a_restart_without_the_password_of_the_file_goes_back(ignoring: Configured) -> None:
    former = ignoring.content
    refusal = ignoring.refusal(ignoring.text("maxclients 78"), Restart=True)
    assert "the server has not read its configuration" in refusal
    assert "the last known good runs again" in refusal
    assert (ignoring.content, ignoring.ask("PING"), state(ignoring)) == (former, "PONG", "Running")


def test_when_the_way_back_leads_to_such_a_server_too_it_is_stopped(ignoring: Configured) -> None:
    ignoring.host.put(ignoring.path, ignoring.text("maxclients 78").encode())
    refusal = ignoring.refusal(ignoring.text("maxclients 78", "databases 4"), Restart=True)
    assert f"the service '{ignoring.service}' was stopped" in refusal
    assert "the service is now Stopped" in refusal
    assert state(ignoring) == "Stopped"


def test_a_server_that_has_no_password_is_asked_without_one(configured: Configured) -> None:
    plain = configured.text().replace(f'requirepass "{PASSWORD}"\r\n', "")
    configured.change(plain, Password={"$secret": ""}, LivePassword={"$secret": PASSWORD}, Restart=True)
    assert configured.host.call("Wait-MemuraiServer", **{**configured.target, "Password": {"$secret": ""}})["Ready"]
    back = configured.refusal(configured.text(never_healthy(configured)), LivePassword={"$secret": ""}, Restart=True)
    assert "the last known good runs again" in back
    configured.require_nothing_left()


def test_a_server_that_loses_its_append_only_file_writes_a_snapshot_first(configured: Configured) -> None:
    """The next start, whoever causes it, looks for nothing else."""
    host = configured.host
    for words in (["CONFIG", "SET", "appendonly", "yes"], ["SET", "kept", "value"]):
        answer = host.call("Invoke-MemuraiCommand", **configured.target, Arguments=words)
        assert answer["Output"].strip() == "OK"
    snapshot = f"{configured.folder}\\dump.rdb"
    assert host.kind(snapshot) == "Absent"
    live = {"LiveCommand": {"$secret": "CONFIG SET appendonly no"}}
    assert configured.change(configured.text("appendonly no"), **live)["Applied"] == "Live"
    assert host.kind(snapshot) == "File"
    host.call("Stop-WinService", Name=configured.service)
    host.call("Start-WinService", Name=configured.service)
    host.call("Wait-MemuraiServer", **configured.target)
    answer = host.call("Invoke-MemuraiCommand", **configured.target, Arguments=["GET", "kept"])
    assert answer["Output"].strip() == "value"
