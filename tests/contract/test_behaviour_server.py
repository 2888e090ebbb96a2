"""What needs a server: starting and stopping its service, Invoke-MemuraiCommand, Wait-MemuraiServer, who listens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from contract_host import MEMURAI_FOLDER, Answer, ContractHost, PracticeHost

import winlab.package
from memurai.changes.product import KeptPackage, Member, Upgrade, upgraded
from memurai.data.place import DataPlace
from memurai.instance import Instance
from memurai.server import Server as MemuraiServer
from winfra.secrets import hidden

PASSWORD = "Secret-7391 with 'quotes'"
NO_PRODUCT = "{F2A9D7C4-5E0B-4B7E-9D1C-3A6E8B90C15D}"
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
        return self.host.call("Invoke-MemuraiCommand", Server={**self.target, **more}, Arguments=list(arguments))

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
    server.host.call("Wait-MemuraiServer", Server=server.target)
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
    assert running.host.call("Wait-MemuraiServer", Server=running.target)["ElapsedMilliseconds"] >= 0
    assert running.ask("PING") == {"ExitCode": 0, "Output": "PONG", "ErrorOutput": ""}


def test_a_sentinel_is_fit_when_it_answers_and_a_server_is_no_sentinel(running: Server) -> None:
    """A Sentinel loads no data, and INFO says nothing of it."""
    folder, port, service = (
        running.host.new_folder(),
        running.host.free_port(),
        running.host.new_service(StartType="Manual"),
    )
    path, data = f"{folder}\\sentinel.conf", folder.replace("\\", "/")
    lines = [f"bind {running.host.server_address}", f"port {port}", f'dir "{data}"', f'requirepass "{PASSWORD}"', ""]
    running.host.put(path, "\r\n".join(lines).encode())
    image = f'"{MEMURAI_FOLDER}\\memurai.exe" --service-run --service-name {service} --sentinel "{path}"'
    running.host.call("Set-WinService", Name=service, ImagePath=image)
    target, mode = {**running.target, "Port": port}, {"redis_mode": "sentinel"}
    running.host.call("Start-MemuraiServer", ServiceName=service, Server=target, Expected=mode)
    assert running.host.call("Wait-MemuraiServer", Server=target)["Ready"]
    running.host.call("Stop-WinService", Name=service)
    refusal = running.host.refusal("Wait-MemuraiServer", Server=running.target, Expected=mode, TimeoutSeconds=1)
    assert "expected redis_mode:sentinel, found redis_mode:standalone" in refusal


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
    answer = running.host.call("Invoke-MemuraiCommand", Server=running.target, SecretCommand=secret)
    assert answer["Output"] == "OK"
    assert running.ask("GET", "a secret key")["Output"] == "Größe"


def test_either_arguments_or_a_secret_command_is_given(running: Server) -> None:
    neither = running.host.refusal("Invoke-MemuraiCommand", Server=running.target)
    both = running.host.refusal(
        "Invoke-MemuraiCommand", Server=running.target, Arguments=["PING"], SecretCommand={"$secret": "GET hidden"}
    )
    for refusal in (neither, both):
        assert "Expected either Arguments or SecretCommand, found both or none." in refusal
        assert "hidden" not in refusal


def test_a_command_without_an_answer_ends_at_its_deadline(running: Server) -> None:
    arguments = {"Arguments": ["BLPOP", "hidden", "0"], "TimeoutSeconds": 1}
    refusal = running.host.refusal("Invoke-MemuraiCommand", Server=running.target, **arguments)
    address = f"{running.host.server_address}:{running.port}"
    assert f"Expected an answer to BLPOP from {address} within 1 s, found none." in refusal
    assert "hidden" not in refusal


def test_a_password_has_to_be_a_secret(running: Server) -> None:
    refusal = running.host.refusal("Wait-MemuraiServer", Server={**running.target, "Password": "in clear"})
    assert "'Password'" in refusal
    assert "in clear" not in refusal


def test_a_client_that_is_not_there_is_an_error(running: Server) -> None:
    path = f"{running.host.scratch}\\memurai-cli.exe"
    refusal = running.host.refusal("Wait-MemuraiServer", Server={**running.target, "CliPath": path.replace("\\", "/")})
    assert f"Expected the program '{path}', found no such file." in refusal


def test_a_server_that_is_not_there_is_an_error_at_the_deadline(server: Server) -> None:
    server.stop()
    assert server.listeners() == []
    refusal = server.host.refusal("Wait-MemuraiServer", Server=server.target, TimeoutSeconds=1)
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
    saved = [running.host.call("Save-MemuraiData", Server=running.target)["Saved"] for _ in range(2)]
    assert saved == [True, False]
    wrong = {**running.target, "Password": {"$secret": "another"}}
    assert "Expected INFO from" in running.host.refusal("Save-MemuraiData", Server=wrong)


@pytest.mark.parametrize(("password", "kept"), [(PASSWORD, "1"), ("another", "")])
def test_a_server_that_is_stopped_on_a_way_back_saves_where_it_can_be_asked(
    running: Server, password: str, kept: str
) -> None:
    running.ask("FLUSHALL")
    running.host.call("Save-MemuraiData", Server=running.target)
    running.ask("SET", "on-a-way-back", "1")
    server = {**running.target, "Password": {"$secret": password}}
    found = running.host.call("Stop-MemuraiHungServer", ServiceName=running.service, Server=server)
    assert found == {"Name": running.service, "Ended": False}
    assert (running.state()["State"], running.state()["StartType"]) == ("Stopped", "Disabled")
    running.host.call("Set-WinService", Name=running.service, StartType="Manual")
    running.start()
    running.host.call("Wait-MemuraiServer", Server=running.target)
    assert running.ask("GET", "on-a-way-back")["Output"] == kept


@pytest.fixture
def writing_a_snapshot(running: Server) -> Server:
    """A server that writes a snapshot, slowly enough for what the test asks meanwhile on a busy machine."""
    running.ask("SET", "in-snapshot", "1")
    for microseconds_a_key in (500_000, 2_000_000, 8_000_000, 32_000_000):
        assert running.ask("CONFIG", "SET", "rdb-key-save-delay", str(microseconds_a_key))["Output"] == "OK"
        assert running.ask("BGSAVE")["Output"].startswith("Background saving started")
        assert running.ask("SET", "after-its-start", "1")["Output"] == "OK"
        refused = running.ask("SAVE")
        if "Background save already in progress" in refused["Output"] + refused["ErrorOutput"]:
            return running
    pytest.fail("no snapshot was still being written")


def test_a_server_that_is_writing_a_snapshot_saves_after_that(writing_a_snapshot: Server) -> None:
    """SAVE is refused meanwhile, and that snapshot lacks what came after its start."""
    server = writing_a_snapshot
    assert server.ask("CONFIG", "SET", "rdb-key-save-delay", "0")["Output"] == "OK"
    assert server.host.call("Save-MemuraiData", Server=server.target)["Saved"] is True
    assert "rdb_changes_since_last_save:0" in server.ask("INFO", "persistence")["Output"]


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
    refusal = host.refusal("Save-MemuraiData", Server={**running.target, "CliPath": path}, TimeoutSeconds=1)
    address = f"{host.server_address}:{running.port}"
    assert f"Expected OK to SAVE from {address}, or its {log} to be written, within 1 s, found: {log}." in refusal
    assert host.call("Save-MemuraiData", Server=running.target) == {"Saved": False}
    assert running.ask("CONFIG", "SET", "appendonly", "no")["Output"] == "OK"


@pytest.mark.parametrize("end", ["exit 1", "exec sleep 60"])
def test_an_answer_that_breaks_off_is_none(running: Server, end: str) -> None:
    """When all clients come back at once a server may have no time for a whole one."""
    host = running.host
    if not isinstance(host, PracticeHost):
        pytest.skip("a real host's client is not replaced")
    path, told = f"{host.new_folder()}\\cli.exe", f"{host.new_folder()}\\told"
    first = f"touch '{host.machine.files.local_path(told)}'; printf 'loading:0\\r\\r\\n'; {end}"
    asked = f"[ -e '{host.machine.files.local_path(told)}' ] || {{ {first}; exit; }}"
    program = host.machine.files.local_path(CLI)
    host.put(path, f"""#!/bin/sh\n{asked}\nexec '{program}' "$@"\n""".encode())
    host.machine.files.local_path(path).chmod(0o755)
    found = host.call("Assert-MemuraiLoad", Server={**running.target, "CliPath": path}, Keys=0)
    assert found == {"Keys": 0, "ExpiredKeys": 0}
    assert host.kind(told) == "File"


@dataclass(frozen=True)
class Upgrading:
    """An upgrade of a server's product, with packages in a folder."""

    server: Server
    folder: str

    def put(self, name: str, version: str, content: bytes) -> KeptPackage:
        path = f"{self.folder}\\{name}.msi"
        return KeptPackage(version, path, self.server.host.put(path, content))

    def member(self, service: str, configuration: str, password: str, port: int) -> Member:
        found = self.server.host.call("Get-WinService", Name=service)
        return Member(
            service=service,
            configuration=configuration,
            server=MemuraiServer(CLI, self.server.host.server_address, port, hidden(password)),
            place=DataPlace(configuration.rpartition("\\")[0], "dump.rdb", "appendonlydir", "x.aof", appendonly=False),
            start_type=found["StartType"],
            is_running=found["State"] == "Running",
            aside=f"{self.folder}\\aside-of-{service}",
            timeout_seconds=20,
        )

    @property
    def own(self) -> Member:
        image = self.server.state()["ImagePath"]
        return self.member(self.server.service, image.split('"')[-2], PASSWORD, self.server.port)

    def wire(self, new: KeptPackage, former: KeptPackage, *others: Member) -> dict[str, Any]:
        (product,) = self.server.host.call("Get-WinProduct", Name="Memurai*")["Products"]
        instance = replace(INSTANCE, config=self.folder, installers=self.folder, product=MEMURAI_FOLDER)
        change = upgraded(Upgrade(instance, (self.own, *others), "Memurai*", product["ProductCode"], former, new))
        # The product's own folder of changes stands beside it.
        return replace(change, around=(f"{self.folder}\\product-changes",)).call.wire_parameters()


INSTANCE = Instance(
    service="Memurai",
    start_type="Manual",
    base="",
    config="",
    data="",
    logs="",
    installers="",
    backups="",
    product=MEMURAI_FOLDER,
    snapshot="dump.rdb",
    address="",
    port=0,
    open_ports=(),
    user="",
    is_encrypted=False,
    trial_port=0,
    timeout_seconds=20,
)


def test_only_the_product_that_is_meant_and_the_services_on_it_that_are_known_pass(running: Server) -> None:
    host = running.host
    (product,) = host.call("Get-WinProduct", Name="Memurai*")["Products"]
    given = {"ProductName": "Memurai*", "ProductCode": product["ProductCode"], "ProductFolder": MEMURAI_FOLDER}
    services = [item["Name"] for item in host.call("Get-WinFolderService", Folder=MEMURAI_FOLDER)["Services"]]
    assert running.service in host.call("Assert-MemuraiProduct", **given, Services=services)["Services"]
    refusal = host.refusal("Assert-MemuraiProduct", **given)
    assert f"found {running.service}" in refusal
    assert "too, which came after this run began." in refusal
    running.stop()
    others = [name for name in services if name != running.service]
    host.call("Assert-MemuraiProduct", **given, Services=others)
    refusal = host.refusal("Assert-MemuraiProduct", **given, Services=others, IncludeStopped=True)
    assert f"found {running.service} too" in refusal
    other = {**given, "ProductCode": NO_PRODUCT}
    assert f"found {product['Version']}, which somebody else" in host.refusal("Assert-MemuraiProduct", **other)
    nothing = {**given, "ProductName": host.name}
    assert f"Expected one installed product '{host.name}', found 0." in host.refusal("Assert-MemuraiProduct", **nothing)


def test_a_server_that_can_not_save_refuses_the_upgrade_before_anything_stops(running: Server, package: Path) -> None:
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
    upgrading = Upgrading(running, folder)
    kept = upgrading.put("package", "4.2.2", package.read_bytes())
    process = running.state()["ProcessId"]
    refusal = host.refusal("Invoke-WinChange", **upgrading.wire(kept, kept))
    assert f"found {name} too" in refusal
    neighbour = upgrading.member(name, path, PASSWORD, port)
    refusal = host.refusal("Invoke-WinChange", **upgrading.wire(kept, kept, neighbour))
    assert f"have {name} save: Expected INFO from {host.server_address}:{port}" in refusal
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
    upgrading = Upgrading(running, host.new_folder())
    new = upgrading.put("new", "4.3.0", newer.read_bytes())
    former = upgrading.put("old", "4.2.2", package.read_bytes())
    refusal = host.refusal("Invoke-WinChange", **upgrading.wire(new, former))
    assert f"start {running.service}: Expected a healthy server of the service '{running.service}', found: " in refusal
    assert "All that was done was undone." in refusal
    assert PASSWORD not in refusal
    (product,) = host.call("Get-WinProduct", Name="Memurai*")["Products"]
    assert (product["Version"], running.state()["State"], running.state()["StartType"]) == (
        "4.2.2",
        "Running",
        "Manual",
    )
    assert running.ask("PING")["Output"] == "PONG"
    for changes in (f"{upgrading.folder}\\changes", f"{upgrading.folder}\\product-changes"):
        assert host.call("Get-WinChange", Folder=changes)["Outcomes"][-1]["Outcome"] == "Undone"
    assert host.call("Restore-MemuraiProduct", **restoring(upgrading, product, former)) == {
        "Uninstalled": [],
        "Installed": False,
    }


def restoring(upgrading: Upgrading, product: Answer, former: KeptPackage) -> dict[str, Any]:
    """Return parameters of Restore-MemuraiProduct for what is installed."""
    return {
        "ProductName": "Memurai*",
        "ProductCode": product["ProductCode"],
        "Path": former.path,
        "Sha256": former.sha256,
        "Version": former.version,
        "LogFolder": upgrading.folder,
    }
