"""The steps that a change of a Sentinel comes to, and that they leave all or nothing wherever they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from change_drill import ModelRunner, VerbError, prove
from change_model import HostWithFiles, secret

from memurai.changes.sentinel import Plan, change, endpoint_of
from memurai.config import Directive, render
from memurai.config.acl import canonical_rules
from memurai.config.changes import DEFAULT_USER
from memurai.config.kinds import Value
from memurai.config.language import split_arguments
from memurai.config.meaning import Key
from memurai.config.passwords import digest
from memurai.config.sentinel import SentinelDocument, compare
from memurai.sentinel import Sentinel
from winfra.change import Change
from winfra.secrets import hidden

FOLDER = "C:/ProgramData/Memurai/sentinel"
SENTINEL = Sentinel(
    service="Memurai-Sentinel",
    account=r"NT SERVICE\Memurai-Sentinel",
    folder=FOLDER,
    program="C:/Program Files/Memurai/memurai.exe",
    command_line_client="C:/Program Files/Memurai/memurai-cli.exe",
    address="10.0.0.1",
    port=26379,
    tls=None,
    timeout_seconds=60,
)
PATH = SENTINEL.configuration


def text(
    word: str = "canary-1", *, port: int = 26379, quorum: int = 2, down_after: int = 5000, name: str = "main"
) -> str:
    """Return a configuration as the deploy makes it; word: the Sentinel's password."""
    return f"""bind 10.0.0.1
port {port}
user default on sanitize-payload #{digest(hidden(word))} ~* &* +@all
sentinel sentinel-pass {word}
sentinel monitor {name} 10.0.0.1 6379 {quorum}
sentinel auth-pass {name} server-{word}
sentinel down-after-milliseconds {name} {down_after}
"""


MEMORY = "sentinel myid 0123\nsentinel known-replica main 10.0.0.2 6379\nsentinel config-epoch main 3\n"
LIVE = text() + MEMORY


@dataclass
class Host(HostWithFiles):
    """Its files, and one Sentinel. memory: what it has, None while it does not run; it writes that after each command.

    at_stop: what it has written since its file was read.
    """

    files: dict[str, str]
    memory: dict[Key, Value] | None = None
    at_stop: str = ""
    sent: list[str] = field(default_factory=list)

    @property
    def seen(self) -> object:
        values = SentinelDocument.of(self.files[PATH]).values if PATH in self.files else None
        return values, self.files.keys() - {PATH}, self.memory

    def reach(self, ways: list[Mapping[str, Any]]) -> None:
        """Fail unless one of the ways leads to the Sentinel."""
        if self.memory is None:
            raise VerbError("nobody listens")
        for way in ways:
            rules = canonical_rules(("on", f">{secret(way['Password'])}", "~*", "&*", "+@all"))
            if self.memory[DEFAULT_USER] == (rules,) and self.memory["port",] == ((str(way["Port"]),),):
                return
        raise VerbError("WRONGPASS")

    def copy(self, given: Mapping[str, Any]) -> None:
        """Copy-WinFile."""
        self.files[given["Destination"]] = "a part"
        self.point()
        self.files[given["Destination"]] = self.files[given["Path"]]
        if sha256(self.files[given["Path"]].encode()).hexdigest() != given["Sha256"]:
            raise VerbError("another file")

    def remove(self, given: Mapping[str, Any]) -> None:
        """Remove-WinItem."""
        self.files.pop(given["Path"], None)

    def send(self, given: Mapping[str, Any]) -> None:
        """Send-MemuraiCommand."""
        if self.memory is None:
            return
        self.reach(given["Servers"])
        words = split_arguments(secret(given["SecretCommand"]))
        self.sent.append(" ".join(words[:3]))
        if words[:3] == ("ACL", "SETUSER", "default"):
            assert words[3] == "reset"
            self.memory[DEFAULT_USER] = (canonical_rules(words[4:]),)
            return
        if words[:2] == ("SENTINEL", "SET"):
            for option, value in zip(words[3::2], words[4::2], strict=True):
                self.memory["sentinel", option, words[2]] = ((value,),)
        elif words != ("SENTINEL", "FLUSHCONFIG"):
            assert words[:3] == ("SENTINEL", "CONFIG", "SET")
            self.memory["sentinel", words[3]] = ((words[4],),)
            if not words[4]:
                del self.memory["sentinel", words[3]]
        self.files[PATH] = written(self.memory)

    def stop(self, _: Mapping[str, Any]) -> None:
        """Stop-WinService, or Stop-WinHungService."""
        self.files[PATH] += self.at_stop if self.memory is not None else ""
        self.memory = None

    def start(self, given: Mapping[str, Any]) -> None:
        """Start-WinService, and Start-MemuraiServer, which waits."""
        if self.memory is None:
            self.memory = dict(SentinelDocument.of(self.files[PATH]).values)
        self.point()
        if "Server" in given:
            self.wait(given)

    def wait(self, given: Mapping[str, Any]) -> None:
        """Wait-MemuraiServer."""
        assert given["Expected"] == {"redis_mode": "sentinel"}
        self.reach([given["Server"]])

    verbs = {  # noqa: RUF012  # declared by the model
        "Copy-WinFile": copy,
        "Remove-WinItem": remove,
        "Restore-WinFile": HostWithFiles.restore,
        "Send-MemuraiCommand": send,
        "Start-MemuraiServer": start,
        "Start-WinService": start,
        "Stop-WinHungService": stop,
        "Stop-WinService": stop,
        "Wait-MemuraiServer": wait,
        "Write-WinFile": HostWithFiles.write,
    }


def written(values: Mapping[Key, Value]) -> str:
    """Return the file that a Sentinel writes of what it has."""
    lines = []
    for (name, *place), value in values.items():
        words = [*place, *(word for line in value for word in line)]
        if name == "sentinel" and place[0] == "monitor":
            words += values["sentinel", "quorum", place[1]][0]
        if name != "sentinel" or place[0] != "quorum":
            lines.append(Directive(name, tuple(words)))
    return render(lines)


def planned(live: str | None, desired: str, *, running: bool) -> tuple[Change, Host, Plan]:
    """Return the change of a host, and the host."""
    files = {} if live is None else {PATH: live}
    document = None if live is None else SentinelDocument.of(live)
    plan = Plan(document, sha256((live or "").encode()).hexdigest(), SentinelDocument.of(desired), running=running)
    memory = dict(document.values) if document is not None and running else None
    return change(SENTINEL, plan), Host(files, memory), plan


def remaining(host: Host, desired: str) -> object:
    return compare(SentinelDocument.of(host.files[PATH]), SentinelDocument.of(desired))


@pytest.mark.parametrize(
    "desired",
    [
        text(quorum=3, down_after=9000),
        text("canary-2"),
        text("canary-2", quorum=3) + "sentinel announce-ip 10.0.0.1\n",
    ],
)
def test_a_running_sentinel_is_changed_wholly_or_not_at_all(desired: str) -> None:
    item, host, _ = planned(LIVE, desired, running=True)
    done = prove(item, host)
    assert "Stop-WinService" not in [step.do.function for step in item.steps]
    assert remaining(done, desired) == ()
    assert done.sent[-1] in {"SENTINEL FLUSHCONFIG", "SENTINEL SET main"}
    assert SentinelDocument.of(done.files[PATH]).values["sentinel", "myid"] == (("0123",),)


@pytest.mark.parametrize("desired", [text(port=26380), text("canary-2", port=26380, quorum=3), text(name="other")])
def test_what_it_takes_at_its_start_only_restarts_it(desired: str) -> None:
    item, host, plan = planned(LIVE, desired, running=True)
    done = prove(item, host)
    assert plan.restarting
    assert remaining(done, desired) == ()
    assert done.memory == SentinelDocument.of(done.files[PATH]).values
    assert done.memory["sentinel", "known-replica", "main", "10.0.0.2", "6379"]
    assert done.files.keys() == {PATH}


def test_what_a_sentinel_learned_meanwhile_is_never_lost() -> None:
    item, host, _ = planned(LIVE, text(port=26380), running=True)
    host.at_stop = "sentinel known-replica main 10.0.0.3 6379\n"
    assert not ModelRunner(host, item).run()
    assert host.memory == SentinelDocument.of(LIVE + host.at_stop).values
    assert host.files == {PATH: LIVE + host.at_stop}


@pytest.mark.parametrize("live", [None, LIVE, LIVE.replace(" main", " other")])
def test_without_a_running_sentinel_only_its_file_changes(live: str | None) -> None:
    desired = text(quorum=3)
    item, host, _ = planned(live, desired, running=False)
    done = prove(item, host)
    assert (done.memory, remaining(done, desired), done.files.keys()) == (None, (), {PATH})
    assert ("sentinel myid 0123" in done.files[PATH]) == (live is not None)


def test_what_a_failover_leaves_is_nothing_to_do() -> None:
    moved = LIVE.replace("main 10.0.0.1", "main 10.0.0.2")
    plan = Plan(SentinelDocument.of(moved), "", SentinelDocument.of(text()), running=True)
    assert plan.is_empty
    assert not Plan(None, None, SentinelDocument.of(text()), running=False).is_empty


def test_its_steps_show_no_secret() -> None:
    for running, desired in [(True, text("canary-2")), (True, text("canary-2", port=26380)), (False, text("canary-2"))]:
        item, _, plan = planned(LIVE, desired, running=running)
        shown = "\n".join((*item.lines(), str(item.call), repr(plan)))
        assert "canary" not in shown


def test_it_is_reached_by_what_its_file_says() -> None:
    found = endpoint_of(SentinelDocument.of(LIVE))
    assert (found.address, found.port, found.password.unmask()) == ("10.0.0.1", 26379, "canary-1")
    assert endpoint_of(SentinelDocument.of("requirepass word\n")).password.unmask() == "word"
    assert endpoint_of(SentinelDocument.of("port 1\n")).password.unmask() == ""
