"""An ACL file and its running server change together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost
from test_behaviour_server import CLI, install

PASSWORD = "Contract-users-4417-password"
ADMINISTRATOR = f"user administrator on #{sha256(PASSWORD.encode()).hexdigest()} ~* &* +@all"
FIRST = ("user default off", ADMINISTRATOR)


@dataclass(frozen=True)
class UsersServer:
    """A running server with users.

    host: where it runs. path: its ACL file. target: how it is reached.
    """

    host: ContractHost
    path: str
    target: dict[str, Any]

    def parameters(self, *lines: str) -> dict[str, Any]:
        """Return the parameters of a change to these lines."""
        content = "".join(f"{line}\r\n" for line in lines)
        return {"Path": self.path, "Content": {"$secret": content}, **self.target}

    def change(self, *lines: str, commands: str | None) -> Answer:
        return self.host.call("Set-MemuraiAclFile", **self.parameters(*lines), **live(commands))

    def refusal(self, *lines: str, commands: str | None, **more: Any) -> str:
        return self.host.refusal("Set-MemuraiAclFile", **{**self.parameters(*lines), **live(commands), **more})

    @property
    def names(self) -> list[str]:
        answer = self.host.call("Invoke-MemuraiCommand", **self.target, Arguments=["ACL", "USERS"])
        return sorted(answer["Output"].split())

    @property
    def content(self) -> str:
        text: str = self.host.call("Get-WinTextFile", Path=self.path)["Content"]
        return text

    @property
    def is_stage_gone(self) -> bool:
        return bool(self.host.call("Get-MemuraiLeftover", Path=self.path)["StagedFiles"] == [])


def live(commands: str | None) -> dict[str, Any]:
    """Return the parameters for the running server."""
    if commands is None:
        return {}
    return {"Commands": {"$secret": commands}, "ReturnCommand": {"$secret": "ACL LOAD"}}


@pytest.fixture
def users_server(host: ContractHost, package: Path) -> Iterator[UsersServer]:
    """A server of the test's own that runs on an ACL file with an administrator."""
    if isinstance(host, PracticeHost):
        install(host, package)
    if host.without_server:
        pytest.skip(host.without_server)
    folder, port = host.new_folder(), host.free_port()
    users, configuration, data = f"{folder}\\users.acl", f"{folder}\\server.conf", folder.replace("\\", "/")
    host.put(users, "".join(f"{line}\r\n" for line in FIRST).encode())
    lines = [f"bind {host.server_address}", f"port {port}", f'dir "{data}"', f'aclfile "{data}/users.acl"', 'save ""']
    host.put(configuration, "\r\n".join([*lines, ""]).encode())
    service = host.new_service(StartType="Manual")
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {service} "{configuration}"'
    host.call("Set-WinService", Name=service, ImagePath=image)
    target = {"CliPath": CLI, "Address": host.server_address, "Port": port}
    target |= {"User": "administrator", "Password": {"$secret": PASSWORD}}
    host.call("Start-WinService", Name=service)
    host.call("Wait-MemuraiServer", **target)
    yield UsersServer(host, users, target)
    host.call("Stop-WinService", Name=service)


def test_users_are_given_to_the_server_and_written(users_server: UsersServer) -> None:
    monitor = "user monitor on nopass resetchannels -@all +ping"
    done = users_server.change(*FIRST, monitor, commands="ACL SETUSER monitor reset on nopass -@all +ping")
    assert done["Applied"] == "Live"
    assert users_server.names == ["administrator", "default", "monitor"]
    assert users_server.content.splitlines()[-1] == monitor
    done = users_server.change(*FIRST, commands="ACL SETUSER administrator on\nACL DELUSER monitor")
    assert (done["Applied"], users_server.names) == ("Live", ["administrator", "default"])
    assert users_server.is_stage_gone


def test_without_commands_only_the_file_changes(users_server: UsersServer) -> None:
    assert users_server.change(*FIRST, "user later off", commands=None)["Applied"] == "File"
    assert users_server.names == ["administrator", "default"]
    assert "user later off" in users_server.content


def test_a_rule_that_the_server_refuses_leaves_everything_as_it_was(users_server: UsersServer) -> None:
    commands = "ACL SETUSER first on nopass\nACL SETUSER second on >a-secret-in-a-rule +nonsense"
    text = users_server.refusal(*FIRST, "user first on nopass", commands=commands)
    assert "Expected the running server to take 2 changes of users, found 1 taken" in text
    assert "a-secret-in-a-rule" not in text
    assert users_server.names == ["administrator", "default"]
    assert users_server.content.splitlines() == list(FIRST)
    assert users_server.is_stage_gone


def test_what_a_run_left_that_was_ended_goes(users_server: UsersServer) -> None:
    for name in (".staged", ".0123abcd.staged"):
        users_server.host.put(f"{users_server.path}{name}", b"user left on >secret")
    left = users_server.host.call("Get-MemuraiLeftover", Path=users_server.path)["StagedFiles"]
    assert sorted(left) == sorted(f"{users_server.path}{name}" for name in (".staged", ".0123abcd.staged"))
    users_server.change(*FIRST, commands=None)
    assert users_server.is_stage_gone


def test_commands_need_a_way_back(users_server: UsersServer) -> None:
    text = users_server.refusal(*FIRST, commands=None, Commands={"$secret": "ACL SETUSER a"})
    assert "Expected Commands and ReturnCommand together" in text
