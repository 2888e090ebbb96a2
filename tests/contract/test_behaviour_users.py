"""A running server's users and its ACL file change together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from contract_host import Answer, ContractHost
from contract_instance import new_instance

from memurai.changes.users import AclFile, Running, change
from memurai.config import Document
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from memurai.rendering import users
from winfra.change import Change

ACL = "ACL_7391"
PASSWORD = "Contract-users-4417-password"
OFF = "user default off"
ADMINISTRATOR = f"user administrator on #{sha256(PASSWORD.encode()).hexdigest()} ~* &* +@all"
MONITOR = "user monitor on nopass -@all +ping"
FORMER = f"{OFF}\r\n{ADMINISTRATOR}\r\n"


@dataclass(frozen=True)
class UsersServer:
    """A running server with users.

    host: where it runs. instance: what is known of it. configuration: what it runs on.
    """

    host: ContractHost
    instance: Instance
    configuration: Document

    @property
    def target(self) -> dict[str, object]:
        server = Endpoint.of(self.configuration).server(self.instance.command_line_client).on_wire()
        return {**server, "Password": {"$secret": PASSWORD}}

    def file(self, text: str) -> AclFile:
        found = self.host.call("Get-WinTextFile", Path=self.instance.users_file)
        before = f"\ufeff{found['Content']}" if found["HasByteOrderMark"] else found["Content"]
        return AclFile(self.instance.users_file, before, text)

    def change(self, *lines: str, gone: tuple[str, ...] = (), file: AclFile | None = None) -> Change:
        """Return the change that sets the users of some lines and deletes others."""
        live, after = users.read(self.ask(ACL, "LIST")), users.read("\n".join(lines))
        before = {name: live[name] for name in (*after, *gone) if name in live}
        running = Running(self.configuration, Endpoint.of(self.configuration), before, after)
        found = change(self.instance, running, file, ())
        assert found is not None
        return found

    def apply(self, change: Change) -> Answer:
        return self.host.call("Invoke-WinChange", **change.call.wire_parameters())

    def refusal(self, change: Change) -> str:
        refusal = self.host.refusal("Invoke-WinChange", **change.call.wire_parameters())
        assert "All that was done was undone." in refusal
        assert PASSWORD not in refusal
        return refusal

    def ask(self, *words: str) -> str:
        answer = self.host.call("Invoke-MemuraiCommand", Server=self.target, Arguments=list(words))
        return str(answer["Output"]).replace("\r\n", "\n")

    @property
    def names(self) -> list[str]:
        return sorted(self.ask(ACL, "USERS").split())

    @property
    def content(self) -> str:
        return self.host.read(self.instance.users_file).decode()


@pytest.fixture
def users_server(host: ContractHost, package: Path) -> Iterator[UsersServer]:
    """A server of the test's own that runs on an ACL file with an administrator."""
    instance = new_instance(host, package)
    data = instance.data.replace("\\", "/")
    lines = [f"bind {instance.address}", f"port {instance.port}", f'dir "{data}"', 'save ""']
    lines += [f'aclfile "{data}/users.acl"', f"requirepass {PASSWORD}", f"rename-command ACL {ACL}"]
    found = UsersServer(host, instance, Document.of("\r\n".join([*lines, ""])))
    host.put(instance.users_file, FORMER.encode())
    host.put(instance.configuration, found.configuration.text.encode())
    host.call("Start-MemuraiServer", ServiceName=instance.service, Server=found.target)
    yield found
    host.call("Stop-WinService", Name=instance.service)


def test_users_are_given_to_the_server_and_written(users_server: UsersServer) -> None:
    new = f"{FORMER}{MONITOR}\r\n"
    users_server.apply(users_server.change(MONITOR, file=users_server.file(new)))
    assert users_server.names == ["administrator", "default", "monitor"]
    assert users_server.content == new
    changed = users_server.change(ADMINISTRATOR, gone=("monitor",), file=users_server.file(FORMER))
    users_server.apply(changed)
    assert (users_server.names, users_server.content) == (["administrator", "default"], FORMER)


def test_without_a_server_only_the_file_changes(users_server: UsersServer) -> None:
    new = f"{FORMER}user later off\r\n"
    only = change(users_server.instance, None, users_server.file(new), ())
    assert only is not None
    users_server.apply(only)
    assert (users_server.names, users_server.content) == (["administrator", "default"], new)


def test_a_rule_that_the_server_refuses_leaves_everything_as_it_was(users_server: UsersServer) -> None:
    second = "user second on nopass ?a-secret-in-a-rule"
    wrong = users_server.change(MONITOR, second, file=users_server.file(f"{FORMER}{MONITOR}\r\n"))
    refusal = users_server.refusal(wrong)
    assert "Expected the running server to take the user second of templates/users.acl.j2 and memurai_users" in refusal
    assert "Error in ACL SETUSER modifier '...'" in refusal
    assert "a-secret-in-a-rule" not in refusal
    assert "7391" not in refusal
    assert (users_server.names, users_server.content) == (["administrator", "default"], FORMER)


@pytest.mark.parametrize("content", [FORMER.encode(), b"", b"\xef\xbb\xbfuser default on nopass", None])
def test_what_is_undone_leaves_users_and_file_as_they_were(users_server: UsersServer, content: bytes | None) -> None:
    """Also a file of no use, which the server would not load again, and users that no file names."""
    host, path = users_server.host, users_server.instance.users_file
    host.call("Remove-WinItem", Path=path)
    if content is not None:
        host.put(path, content)
    rules = ("on", "nopass", "+get", "~a")
    assert users_server.ask(ACL, "SETUSER", "stranger", *rules).strip() == "OK"
    before = users.read(users_server.ask(ACL, "LIST"))
    good = users_server.change(MONITOR, "user stranger off", file=users_server.file(FORMER))
    refused = users_server.change("user never on +nonsense")
    users_server.refusal(replace(good, steps=(*good.steps, *refused.steps)))
    assert users.read(users_server.ask(ACL, "LIST")) == before
    assert (host.read(path) if content is not None else host.kind(path)) == ("Absent" if content is None else content)
