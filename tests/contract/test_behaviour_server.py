"""What needs a server: starting and stopping its service, Invoke-MemuraiCommand, Wait-MemuraiServer, who listens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost

import winlab.package

PASSWORD = "Secret-7391 with 'quotes'"
CLI = f"{MEMURAI_FOLDER}\\memurai-cli.exe"


@dataclass(frozen=True)
class Server:
    """A server of the tests' own.

    host: where it runs. service: its name. port: where it listens.
    """

    host: ContractHost
    service: str
    port: int
    target: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        target = {"CliPath": CLI, "Address": self.host.server_address, "Port": self.port}
        object.__setattr__(self, "target", {**target, "Password": {"$secret": PASSWORD}})

    def start(self) -> Answer:
        return self.host.call("Start-WinService", Name=self.service)

    def stop(self) -> Answer:
        return self.host.call("Stop-WinService", Name=self.service)

    def ask(self, *arguments: str, **more: Any) -> Answer:
        return self.host.call("Invoke-MemuraiCommand", **{**self.target, "Arguments": list(arguments), **more})

    def state(self) -> Answer:
        return self.host.call("Get-WinService", Name=self.service)

    def listeners(self) -> list[Answer]:
        found: list[Answer] = self.host.call("Get-WinTcpListener", Port=self.port)["Listeners"]
        return found


@pytest.fixture(scope="module")
def server(host: ContractHost, package: Path) -> Iterator[Server]:
    """A server that is stopped at first."""
    if isinstance(host, PracticeHost):
        install(host, package)
    if host.without_server:
        pytest.skip(host.without_server)
    folder, port = host.new_folder(), host.free_port()
    path, data = f"{folder}\\server.conf", folder.replace("\\", "/")
    lines = [f"bind {host.server_address}", f"port {port}", f'dir "{data}"', f'requirepass "{PASSWORD}"', 'save ""']
    host.put(path, "\r\n".join([*lines, ""]).encode())
    service = host.new_service(StartType="Manual")
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {service} "{path}"'
    host.call("Set-WinService", Name=service, ImagePath=image)
    yield Server(host, service, port)
    host.call("Stop-WinService", Name=service)


def install(host: PracticeHost, package: Path) -> None:
    """Install the stand-in package without a service of its own."""
    content, path = package.read_bytes(), f"{host.new_folder()}\\package.msi"
    digest = host.put(path, content)
    assert digest == sha256(content).hexdigest()
    properties = ["INSTALL_SERVICE=0", "ADD_FIREWALL_RULE=0"]
    host.call("Install-WinPackage", Path=path, Sha256=digest, LogPath=f"{path}.log", Properties=properties)


@pytest.fixture
def running(server: Server) -> Server:
    """The server, running and ready."""
    server.start()
    server.host.call("Wait-MemuraiServer", **server.target)
    return server


def test_a_service_starts_once_and_stops_once(server: Server) -> None:
    started = server.start()
    assert (started["Name"], started["State"]) == (server.service, "Running")
    assert server.start() == started
    state = server.state()
    assert (state["State"], state["ProcessId"], state["ExitCode"]) == ("Running", started["ProcessId"], 0)
    assert state["ProcessStartTimeUtc"].endswith("Z")
    for _ in range(2):
        assert server.stop() == {"Name": server.service, "State": "Stopped", "ProcessId": 0}
    state = server.state()
    assert (state["State"], state["ProcessId"], state["ProcessStartTimeUtc"]) == ("Stopped", 0, None)


def test_a_service_that_runs_is_removed_with_its_process(server: Server) -> None:
    name = server.host.new_service_name()
    image = server.state()["ImagePath"].replace(server.service, name)
    server.stop()
    server.host.call("Set-WinService", Name=name, ImagePath=image, StartType="Manual")
    server.host.call("Start-WinService", Name=name)
    assert server.listeners()
    assert server.host.call("Remove-WinService", Name=name) == {"Name": name, "Removed": True}
    assert server.listeners() == []
    assert not server.host.call("Get-WinService", Name=name)["Exists"]


def test_a_restart_starts_what_is_stopped_and_gives_another_process(server: Server) -> None:
    server.stop()
    processes = [server.host.call("Restart-WinService", Name=server.service)["ProcessId"] for _ in range(2)]
    assert processes[0] != processes[1]
    assert server.state()["ProcessId"] == processes[1]


def test_a_server_that_is_ready_answers(running: Server) -> None:
    assert running.host.call("Wait-MemuraiServer", **running.target)["ElapsedMilliseconds"] >= 0
    assert running.ask("PING") == {"ExitCode": 0, "Output": "PONG", "ErrorOutput": ""}


def test_a_listener_is_known_by_its_service(running: Server) -> None:
    assert running.listeners() == [
        {
            "Address": running.host.server_address,
            "ProcessId": running.state()["ProcessId"],
            "ProcessName": "memurai",
            "Services": [running.service],
        }
    ]


@pytest.mark.parametrize(
    "value", ["", "with blanks", 'quotes " \\" \' and \\\\', "ends in \\", "it's {all} $(1) %PATH% ^&|"]
)
def test_arguments_arrive_as_they_are(running: Server, value: str) -> None:
    running.ask("DEL", "key")
    running.ask("LPUSH", "key", value)
    assert running.ask("STRLEN", "none")["Output"] == "0"
    assert running.ask("LPOS", "key", value)["Output"] == "0"
    assert running.ask("LRANGE", "key", "0", "-1")["Output"] == value


def test_an_error_of_the_server_is_an_exit_code_and_a_text(running: Server) -> None:
    answer = running.ask("NOSUCHCOMMAND", "x")
    assert answer["ExitCode"] != 0
    assert "unknown command" in answer["Output"] + answer["ErrorOutput"]


@pytest.mark.parametrize("password", [None, {"$secret": "wrong"}])
def test_the_password_is_needed(running: Server, password: object) -> None:
    answer = running.ask("GET", "key", Password=password)
    assert answer["ExitCode"] != 0
    assert "NOAUTH" in answer["Output"] + answer["ErrorOutput"]


def test_a_user_is_named(running: Server) -> None:
    assert running.ask("ACL", "WHOAMI", User="default")["Output"] == "default"


def test_a_secret_command_is_carried_out(running: Server) -> None:
    secret = {"$secret": 'SET "a secret key" "Größe"'}
    answer = running.host.call("Invoke-MemuraiCommand", **running.target, SecretCommand=secret)
    assert answer["Output"] == "OK"
    assert running.ask("GET", "a secret key")["Output"] == "Größe"


def test_either_arguments_or_a_secret_command_is_given(running: Server) -> None:
    neither = running.host.refusal("Invoke-MemuraiCommand", **running.target)
    both = running.host.refusal(
        "Invoke-MemuraiCommand", **running.target, Arguments=["PING"], SecretCommand={"$secret": "GET hidden"}
    )
    for refusal in (neither, both):
        assert "Expected either Arguments or SecretCommand, found both or none." in refusal
        assert "hidden" not in refusal


def test_a_command_without_an_answer_ends_at_its_deadline(running: Server) -> None:
    arguments = {"Arguments": ["BLPOP", "hidden", "0"], "TimeoutSeconds": 1}
    refusal = running.host.refusal("Invoke-MemuraiCommand", **running.target, **arguments)
    address = f"{running.host.server_address}:{running.port}"
    assert f"Expected an answer to BLPOP from {address} within 1 s, found none." in refusal
    assert "hidden" not in refusal


def test_a_password_has_to_be_a_secret(running: Server) -> None:
    refusal = running.host.refusal("Wait-MemuraiServer", **{**running.target, "Password": "in clear"})
    assert "'Password'" in refusal
    assert "in clear" not in refusal


def test_a_client_that_is_not_there_is_an_error(running: Server) -> None:
    path = f"{running.host.scratch}\\memurai-cli.exe"
    refusal = running.host.refusal("Wait-MemuraiServer", **{**running.target, "CliPath": path.replace("\\", "/")})
    assert f"Expected the program '{path}', found no such file." in refusal


def test_a_server_that_is_not_there_is_an_error_at_the_deadline(server: Server) -> None:
    server.stop()
    assert server.listeners() == []
    refusal = server.host.refusal("Wait-MemuraiServer", **server.target, TimeoutSeconds=1)
    address = f"{server.host.server_address}:{server.port}"
    assert f"Expected PONG and loading:0 from {address} within 1 s, found:" in refusal
    assert PASSWORD not in refusal
    answer = server.ask("PING")
    assert answer["ExitCode"] != 0


def test_a_service_whose_program_ends_at_once_does_not_start(server: Server) -> None:
    path, name = f"{server.host.new_folder()}\\server.conf", server.host.new_service(StartType="Manual")
    server.host.put(path, f"port {server.host.free_port()}\r\nno-such-directive x\r\n".encode())
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {name} "{path}"'
    server.host.call("Set-WinService", Name=name, ImagePath=image)
    refusal = server.host.refusal("Start-WinService", Name=name, TimeoutSeconds=30)
    # It ends before it says that it runs, or right after that.
    assert re.search(f"Expected (to start the service '{name}'|the service '{name}' to be Running), found", refusal)
    assert "event logs" in refusal
    assert server.host.call("Get-WinService", Name=name)["State"] == "Stopped"


def test_a_server_saves_what_is_in_memory_only(running: Server) -> None:
    assert running.ask("SET", "in-memory", "1")["Output"] == "OK"
    saved = [running.host.call("Save-MemuraiData", **running.target)["Saved"] for _ in range(2)]
    assert saved == [True, False]
    wrong = {**running.target, "Password": {"$secret": "another"}}
    assert "Expected INFO from" in running.host.refusal("Save-MemuraiData", **wrong)


def test_a_server_that_is_writing_a_snapshot_saves_after_that(running: Server) -> None:
    """SAVE is refused meanwhile, and that snapshot lacks what came after its start."""
    for command in (("SET", "in-snapshot", "1"), ("CONFIG", "SET", "rdb-key-save-delay", "500000")):
        assert running.ask(*command)["Output"] == "OK"
    assert running.ask("BGSAVE")["Output"].startswith("Background saving started")
    assert running.ask("SET", "after-its-start", "1")["Output"] == "OK"
    refused = running.ask("SAVE")
    assert "Background save already in progress" in refused["Output"] + refused["ErrorOutput"]
    assert running.ask("CONFIG", "SET", "rdb-key-save-delay", "0")["Output"] == "OK"
    assert running.host.call("Save-MemuraiData", **running.target)["Saved"] is True
    assert "rdb_changes_since_last_save:0" in running.ask("INFO", "persistence")["Output"]


def test_an_append_only_file_that_can_not_be_written_is_no_saved_data(running: Server) -> None:
    """A snapshot is no way out: the next start loads the append-only file."""
    host = running.host
    if not isinstance(host, PracticeHost):
        pytest.skip("no disk is filled on a real host")
    path, log = f"{host.new_folder()}\\cli.exe", "append-only file"
    program, change = host.machine.files.local_path(CLI), "s/aof_last_write_status:ok/aof_last_write_status:err/"
    host.put(path, f"""#!/bin/sh\n'{program}' "$@" | sed {change}\n""".encode())
    host.machine.files.local_path(path).chmod(0o755)
    assert running.ask("CONFIG", "SET", "appendonly", "yes")["Output"] == "OK"
    refusal = host.refusal("Save-MemuraiData", **{**running.target, "CliPath": path, "TimeoutSeconds": 1})
    address = f"{host.server_address}:{running.port}"
    assert f"Expected OK to SAVE from {address}, or its {log} to be written, within 1 s, found: {log}." in refusal
    assert host.call("Save-MemuraiData", **running.target) == {"Saved": False}
    assert running.ask("CONFIG", "SET", "appendonly", "no")["Output"] == "OK"


def update(server: Server, folder: str, **more: Any) -> dict[str, Any]:
    """Return parameters of Update-MemuraiProduct for packages in a folder."""
    return {
        **server.target,
        "Path": f"{folder}\\new.msi",
        "Sha256": "0" * 64,
        "Version": "4.3.0",
        "FormerPath": f"{folder}\\old.msi",
        "FormerSha256": "0" * 64,
        "FormerVersion": "4.2.2",
        "ProductName": "Memurai*",
        "Properties": ["INSTALL_SERVICE=0", "ADD_FIREWALL_RULE=0"],
        "LogFolder": folder,
        "ProductFolder": MEMURAI_FOLDER,
        "ServiceName": server.service,
        "ConfigurationPath": f"{folder}\\server.conf",
        "DataFolder": folder,
        "DataNames": ["dump.rdb"],
        "BackupFolder": folder,
        **more,
    }


def test_without_its_packages_nothing_is_updated(running: Server) -> None:
    folder, process = running.host.new_folder(), running.state()["ProcessId"]
    nothing = update(running, folder, ProductName=running.host.name)
    assert "Expected one installed product" in running.host.refusal("Update-MemuraiProduct", **nothing)
    refusal = running.host.refusal("Update-MemuraiProduct", **update(running, folder))
    assert f"Expected the package '{folder}\\new.msi', found no such file." in refusal
    for name in ("new.msi", "old.msi"):
        running.host.put(f"{folder}\\{name}", b"no package")
    assert f"Expected SHA-256 {'0' * 64} of" in running.host.refusal("Update-MemuraiProduct", **update(running, folder))
    assert running.state()["ProcessId"] == process


def test_a_version_that_is_there_already_is_no_update(running: Server) -> None:
    host = running.host
    (product,) = host.call("Get-WinProduct", Name="Memurai*")["Products"]
    process, parameters = running.state()["ProcessId"], update(running, host.new_folder())
    there = {**parameters, "Version": f"{product['Version']}.0", "FormerVersion": "4.0.0"}
    assert host.call("Update-MemuraiProduct", **there) == {"AsideFolder": None, "RebootRequired": False}
    refusal = host.refusal("Update-MemuraiProduct", **{**parameters, "FormerVersion": "4.0.0"})
    assert f"Expected version 4.0.0 to be installed, found {product['Version']}" in refusal
    assert running.state()["ProcessId"] == process


def test_a_product_that_a_service_uses_is_not_removed(running: Server) -> None:
    host = running.host
    given = {"ProductName": "Memurai*", "ProductFolder": MEMURAI_FOLDER, "LogFolder": host.new_folder()}
    kept = host.call("Remove-MemuraiProduct", **given)
    assert kept["Removed"] is False
    assert running.service in kept["UsedBy"]
    assert host.kind(CLI) == "File"
    elsewhere = {**given, "ProductName": host.name, "ProductFolder": host.new_folder()}
    licence = f"{host.new_folder()}\\licence.txt"
    host.put(licence, b"a licence")
    nothing = host.call("Remove-MemuraiProduct", **elsewhere, LicensePath=licence)
    assert nothing == {"Removed": False, "UsedBy": []}
    assert host.kind(licence) == "Absent"


def test_a_server_that_nobody_named_refuses_the_update_before_anything_stops(running: Server, package: Path) -> None:
    host, folder = running.host, running.host.new_folder()
    if not isinstance(host, PracticeHost):
        pytest.skip("needs a second server beside this one")
    name = host.new_service_name()
    path, port = f"{folder}\\second.conf", host.free_port()
    data = folder.replace("\\", "/")
    lines = [f"bind {host.server_address}", f"port {port}", f'dir "{data}"', 'save ""', "requirepass another"]
    host.put(path, "\r\n".join([*lines, ""]).encode())
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {name} "{path}"'
    host.call("Set-WinService", Name=name, ImagePath=image, StartType="Manual")
    host.call("Start-WinService", Name=name)
    digest = host.put(f"{folder}\\new.msi", package.read_bytes())
    host.put(f"{folder}\\old.msi", package.read_bytes())
    process = running.state()["ProcessId"]
    given = {**update(running, folder, Sha256=digest, FormerSha256=digest)}
    assert f"found {name} too" in host.refusal("Update-MemuraiProduct", **given)
    neighbour = {
        "ServiceName": name,
        "ConfigurationPath": path,
        "HoldsData": True,
        **{key: running.target[key] for key in ("Address", "Password")},
        "Port": port,
        **dict.fromkeys(("User", "TlsCaFile", "TlsCertFile", "TlsKeyFile"), ""),
        "DataFolder": folder,
        "DataNames": ["dump.rdb"],
    }
    refusal = host.refusal("Update-MemuraiProduct", **given, Neighbours=[neighbour])
    assert f"Expected the data of the service '{name}' to be on disk before it is stopped, found:" in refusal
    assert PASSWORD not in refusal
    assert running.state()["ProcessId"] == process
    host.call("Remove-WinService", Name=name)


def test_a_version_that_does_not_start_is_taken_back(
    running: Server, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = running.host
    if not isinstance(host, PracticeHost):
        pytest.skip("installs the lab's stand-in package, and nothing is installed on a real host")
    real = winlab.package._bytes
    broken = b"#!/bin/sh\nexit 1\n"
    monkeypatch.setattr(winlab.package, "_bytes", lambda name: broken if name == "memurai.sh" else real(name))
    newer = winlab.package.build("4.3.0", tmp_path / "newer.msi")
    folder = host.new_folder()
    digests = {
        "Sha256": host.put(f"{folder}\\new.msi", newer.read_bytes()),
        "FormerSha256": host.put(f"{folder}\\old.msi", package.read_bytes()),
    }
    refusal = host.refusal("Update-MemuraiProduct", **update(running, folder, **digests, TimeoutSeconds=20))
    assert f"found: Expected the service '{running.service}' to be Running" in refusal
    assert "The former version is in its place, and its server answers. A copy of its data is in" in refusal
    assert PASSWORD not in refusal
    (product,) = host.call("Get-WinProduct", Name="Memurai*")["Products"]
    assert (product["Version"], running.state()["State"], running.state()["StartType"]) == (
        "4.2.2",
        "Running",
        "Manual",
    )
    assert running.ask("PING")["Output"] == "PONG"
