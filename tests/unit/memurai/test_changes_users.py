"""The steps that a change of users comes to, and that they leave all or nothing wherever they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from change_drill import VerbError, prove
from change_model import INSTANCE, HostWithFiles

from memurai.changes.users import AclFile, Running, change
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.rendering import users
from memurai.rendering.users import Users

FILE = INSTANCE.users_file
CONFIGURATION = "requirepass canary-1\naclfile users.acl\nrename-command ACL ACL_SECRET\nlogfile memurai.log\n"
BEFORE = users.read("user administrator on #aa +@all\nuser gone on #bb +ping\nuser same on #cc +ping")
AFTER = users.read("user administrator on #aa #dd +@all\nuser same on #cc +ping\nuser new on #ee +ping")
CHANGED = {name: rules for name, rules in AFTER.items() if BEFORE.get(name) != rules}


@dataclass
class Host(HostWithFiles):
    """Files by path, and the users of one server."""

    files: dict[str, str]
    users: dict[str, tuple[str, ...]]

    @property
    def seen(self) -> object:
        return self.files, self.users

    def send(self, given: Mapping[str, Any]) -> None:
        _, command, name, *rules = given["SecretCommand"].unmask().split(" ")
        if "+nonsense" in rules:
            raise VerbError("Error in ACL SETUSER modifier")
        if command == "DELUSER":
            self.users.pop(name, None)
        else:
            self.users[name] = users.canonical_rules(rules)

    verbs = {  # noqa: RUF012  # declared by the model
        "Restore-WinFile": HostWithFiles.restore,
        "Send-MemuraiCommand": send,
        "Write-WinFile": HostWithFiles.write,
    }


def running(before: Users, after: Users) -> Running:
    return Running(Document.of(CONFIGURATION), Endpoint.of(Document.of(CONFIGURATION)), before, after)


def test_a_change_is_all_or_nothing_wherever_it_ends() -> None:
    before = {name: rules for name, rules in BEFORE.items() if name != "same"}
    for text in ("user former\r\n", None):
        item = change(INSTANCE, running(before, CHANGED), AclFile(FILE, text, "user later\r\n"), ())
        assert item is not None
        done = prove(item, Host({} if text is None else {FILE: text}, dict(BEFORE)))
        assert (done.files, done.users) == ({FILE: "user later\r\n"}, dict(AFTER))


def test_a_user_is_set_from_nothing_and_one_that_is_gone_is_deleted() -> None:
    item = change(INSTANCE, running({"b": BEFORE["gone"]}, {"a": AFTER["new"]}), None, ())
    assert item is not None
    sent = [(step.do.parameters, step.undo.parameters if step.undo else {}) for step in item.steps]
    commands = [tuple(call["SecretCommand"].unmask() for call in calls) for calls in sent]
    assert commands == [
        (f"ACL_SECRET SETUSER a reset {' '.join(AFTER['new'])}", "ACL_SECRET DELUSER a"),
        ("ACL_SECRET DELUSER b", f"ACL_SECRET SETUSER b reset {' '.join(BEFORE['gone'])}"),
    ]
    assert sent[0][0]["Servers"][0]["User"] == "administrator"
    assert sent[0][0]["LogPath"].endswith("memurai.log")


def test_the_server_may_refuse_before_the_file_is_put_and_nothing_secret_is_shown() -> None:
    item = change(INSTANCE, running(BEFORE, CHANGED), AclFile(FILE, "user former", "user later"), ("C:/x.staged",))
    assert item is not None
    assert [step.do.function for step in item.steps] == ["Send-MemuraiCommand"] * 4 + ["Write-WinFile"]
    assert [call.do.parameters for call in item.afterwards] == [{"Path": "C:/x.staged"}]
    # A host can undo it by itself: else there is no such request.
    assert item.call.function == "Invoke-WinChange"
    shown = "\n".join(item.lines())
    assert [secret for secret in ("canary", "SECRET", "#aa", "user later", "user former") if secret in shown] == []


def test_nothing_is_no_change() -> None:
    assert change(INSTANCE, running({}, {}), None, ()) is None
    assert change(INSTANCE, None, None, ("C:/x.staged",)) is None
