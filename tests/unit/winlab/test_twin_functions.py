"""The twins of the library functions: as desired, absent, and in error."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from windows_practice import (
    ADDRESS,
    BARE,
    CLI,
    CONF,
    IMAGE_PATH,
    LOG,
    NETWORK_SERVICE,
    PACKAGE,
    PORT,
    deploy,
    install,
    stage_package,
    suspend,
)

from winlab.exceptions import WinlabError
from winlab.twin.binder import invoke
from winlab.twin.functions import FUNCTIONS, memurai
from winlab.twin.functions.memurai import information_fields
from winlab.twin.functions.programs import standard_input
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

Call = Callable[..., dict[str, Any]]
SERVER = {"CliPath": CLI, "Address": ADDRESS, "Port": PORT}
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


@pytest.fixture
def call(machine: Machine) -> Call:
    """Call a twin with JSON parameters."""

    def call(name: str, **parameters: object) -> dict[str, Any]:
        return invoke(FUNCTIONS[name], machine, parameters)

    return call


@pytest.fixture
def served(machine: Machine, tmp_path: Path) -> Machine:
    """A host with a running server that asks for a password."""
    install(machine, tmp_path)
    deploy(machine, "requirepass canary-password", "enable-debug-command yes")
    machine.services.start("Memurai")
    return machine


def refusal(call: Call, name: str, **parameters: object) -> str:
    with pytest.raises(WinlabError) as error:
        call(name, **parameters)
    return str(error.value)


def test_host_summary(machine: Machine, call: Call) -> None:
    machine.summary.pending_reboot_reasons.append("Windows Update")
    summary = call("Get-WinHostSummary")
    assert (summary["ComputerName"], summary["UserName"]) == ("WEB1", "WEB1\\Administrator")
    assert summary["UserSid"].startswith("S-1-5-21-")
    assert (summary["PendingReboot"], summary["PendingRebootReasons"]) == (True, ["Windows Update"])
    assert summary["Volumes"] == [
        {"Root": "C:\\", "SizeBytes": machine.files.capacity_bytes, "FreeBytes": machine.files.free_bytes}
    ]
    assert ISO_TIME.fullmatch(summary["LastBootTimeUtc"])


# Files


def test_items(machine: Machine, call: Call) -> None:
    machine.files.write_bytes("C:\\Windows\\Temp\\x.txt", b"abc")
    item = call("Get-WinItem", Path="c:/windows/temp/X.TXT", IncludeHash=True)
    assert (item["Path"], item["Kind"], item["SizeBytes"]) == ("c:\\windows\\temp\\X.TXT", "File", 3)
    assert item["Sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ISO_TIME.fullmatch(item["LastWriteTimeUtc"])
    assert call("Get-WinItem", Path="C:\\Windows\\Temp\\x.txt")["Sha256"] is None
    folder = call("Get-WinItem", Path="C:\\windows\\", IncludeHash=True)
    assert (folder["Kind"], folder["SizeBytes"], folder["Sha256"]) == ("Directory", None, None)
    for path in ("C:\\none", "D:\\none"):
        assert call("Get-WinItem", Path=path) == {
            "Path": path,
            "Kind": "Absent",
            "SizeBytes": None,
            "LastWriteTimeUtc": None,
            "Sha256": None,
        }


def test_text_files(machine: Machine, call: Call) -> None:
    machine.files.write_bytes("C:\\x.txt", "\ufeffgrün\r\n".encode())
    assert call("Get-WinTextFile", Path="C:\\x.txt") == {
        "Path": "C:\\x.txt",
        "Exists": True,
        "Content": "grün\r\n",
        "HasByteOrderMark": True,
        "SizeBytes": 10,
    }
    absent = call("Get-WinTextFile", Path="C:\\none")
    assert (absent["Exists"], absent["Content"], absent["SizeBytes"]) == (False, None, None)
    assert "at most 9 bytes" in refusal(call, "Get-WinTextFile", Path="C:\\x.txt", MaximumBytes=9)
    assert "found a directory" in refusal(call, "Get-WinTextFile", Path="C:\\Windows")
    machine.files.write_bytes("C:\\x.txt", b"\xff\xfe")
    assert "Expected text in UTF-8" in refusal(call, "Get-WinTextFile", Path="C:\\x.txt")


def test_directories(machine: Machine, call: Call) -> None:
    assert call("New-WinDirectory", Path="C:/a/b") == {"Path": "C:\\a\\b", "Created": True}
    assert call("New-WinDirectory", Path="C:/A/B") == {"Path": "C:\\A\\B", "Created": False}
    machine.files.write_bytes("C:\\file", b"")
    assert "found a file" in refusal(call, "New-WinDirectory", Path="C:\\file")


def test_removing(machine: Machine, call: Call) -> None:
    machine.files.make_directory("C:\\a\\b")
    assert "Expected an empty directory" in refusal(call, "Remove-WinItem", Path="C:\\a")
    assert call("Remove-WinItem", Path="C:\\a", Recurse=True) == {"Path": "C:\\a", "Removed": True}
    assert call("Remove-WinItem", Path="C:\\a", Recurse=True)["Removed"] is False


@pytest.mark.parametrize("path", ["C:\\", "c:/windows/", "C:\\PROGRAM FILES", "C:\\ProgramData", "C:\\x\\..\\Users"])
def test_folders_windows_needs_are_not_removed(machine: Machine, call: Call, path: str) -> None:
    assert "refused" in refusal(call, "Remove-WinItem", Path=path, Recurse=True)
    assert machine.files.kind(path) == "Directory"


def test_copying(machine: Machine, call: Call) -> None:
    machine.files.write_bytes("C:\\a.txt", b"a")
    machine.files.write_bytes("C:\\b.txt", b"b")
    assert call("Copy-WinFile", Path="C:/a.txt", Destination="C:/B.txt") == {
        "Path": "C:\\a.txt",
        "Destination": "C:\\B.txt",
    }
    assert machine.files.read_bytes("C:\\b.txt") == b"a"
    assert "found: Absent" in refusal(call, "Copy-WinFile", Path="C:\\none", Destination="C:\\x")
    assert "found: Directory" in refusal(call, "Copy-WinFile", Path="C:\\Users", Destination="C:\\x")
    assert "found a directory" in refusal(call, "Copy-WinFile", Path="C:\\a.txt", Destination="C:\\Users")
    assert "Could not find a part" in refusal(call, "Copy-WinFile", Path="C:\\a.txt", Destination="C:\\no\\x")


# Access control


def entry(sid: str, **changes: object) -> dict[str, object]:
    return {
        "Sid": sid,
        "Type": "Allow",
        "Rights": 0x1F01FF,
        "InheritanceFlags": 3,
        "PropagationFlags": 0,
        **changes,
    }


def test_access_entries_become_exactly_what_is_asked_for(machine: Machine, call: Call) -> None:
    machine.files.make_directory("C:\\data")
    wanted = [entry("S-1-5-18"), entry("S-1-5-20", Rights=0x1301BF)]
    for _ in range(2):
        assert call(
            "Set-WinAcl", Path="c:/DATA", OwnerSid="S-1-5-32-544", InheritanceEnabled=False, Entries=wanted
        ) == {"Path": "c:\\DATA"}
    found = call("Get-WinAcl", Path="C:\\data")
    assert (found["OwnerSid"], found["OwnerName"]) == ("S-1-5-32-544", "BUILTIN\\Administrators")
    assert found["InheritanceEnabled"] is False
    assert found["Entries"] == [
        item | {"Name": name, "Inherited": False}
        for item, name in zip(wanted, ("NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\NETWORK SERVICE"), strict=True)
    ]


def test_nobody_is_a_list_too(machine: Machine, call: Call) -> None:
    machine.files.make_directory("C:\\data")
    call("Set-WinAcl", Path="C:\\data", OwnerSid="S-1-5-18", InheritanceEnabled=False, Entries=[])
    assert call("Get-WinAcl", Path="C:\\data")["Entries"] == []


def test_the_access_entries_of_nothing(call: Call) -> None:
    assert call("Get-WinAcl", Path="C:\\none") == {
        "Path": "C:\\none",
        "Kind": "Absent",
        "OwnerSid": None,
        "OwnerName": None,
        "InheritanceEnabled": None,
        "Entries": [],
    }


@pytest.mark.parametrize(
    ("path", "wrong", "words"),
    [
        ("C:\\none", {}, "found nothing"),
        ("C:\\Users", {"Sid": "Users"}, "Expected a SID"),
        ("C:\\Users", {"Type": "Audit"}, "Allow or Deny"),
        ("C:\\Users", {"Rights": "Modify"}, "property Rights of type int"),
        ("C:\\Users", {"Inherited": True}, "found Inherited"),
    ],
)
def test_wrong_access_entries(call: Call, path: str, wrong: dict[str, object], words: str) -> None:
    entries = [entry("S-1-5-18") | wrong]
    text = refusal(call, "Set-WinAcl", Path=path, OwnerSid="S-1-5-18", InheritanceEnabled=True, Entries=entries)
    assert words in text


# Services


def test_an_absent_service(call: Call) -> None:
    service = call("Get-WinService", Name="Memurai")
    assert (service["Name"], service["Exists"], service["RecoveryActions"]) == ("Memurai", False, [])
    assert {service[name] for name in service if name not in ("Name", "Exists", "RecoveryActions")} == {None}


def test_a_service_is_created_and_then_changed_by_what_is_given(call: Call) -> None:
    given = {"ImagePath": IMAGE_PATH, "RecoveryActions": ["restart/5000", "none/0"], "RecoveryResetSeconds": 86400}
    assert call("Set-WinService", Name="Memurai", **given) == {"Name": "Memurai", "Created": True}
    service = call("Get-WinService", Name="MEMURAI")
    assert service | given == service
    assert (service["DisplayName"], service["Account"], service["StartType"]) == ("Memurai", "LocalSystem", "Automatic")
    assert (service["State"], service["ProcessId"], service["ExitCode"]) == ("Stopped", 0, 1077)
    changes = {
        "Account": NETWORK_SERVICE,
        "StartType": "Manual",
        "Description": "What it is for.",
        "RecoverOnNonCrashFailures": True,
        "RecoveryActions": [],
    }
    assert call("Set-WinService", Name="memurai", **changes) == {"Name": "memurai", "Created": False}
    # No actions have no reset period.
    assert call("Get-WinService", Name="Memurai") == service | changes | {"RecoveryResetSeconds": 0}


def test_services_that_cannot_be_made(call: Call) -> None:
    assert "or an ImagePath" in refusal(call, "Set-WinService", Name="Memurai", StartType="Manual")
    text = refusal(call, "Set-WinService", Name="Memurai", ImagePath="x", Account="NT SERVICE\\Other")
    assert "account name is invalid" in text
    assert call("Get-WinService", Name="Memurai")["Exists"] is False


def test_a_service_is_started_restarted_and_stopped(machine: Machine, call: Call, tmp_path: Path) -> None:
    install(machine, tmp_path)
    deploy(machine)
    started = call("Start-WinService", Name="memurai")
    assert (started["Name"], started["State"]) == ("Memurai", "Running")
    assert call("Start-WinService", Name="Memurai") == started
    assert ISO_TIME.fullmatch(call("Get-WinService", Name="Memurai")["ProcessStartTimeUtc"])
    restarted = call("Restart-WinService", Name="Memurai")
    assert restarted["ProcessId"] not in (0, started["ProcessId"])
    for _ in range(2):
        assert call("Stop-WinService", Name="Memurai") == {"Name": "Memurai", "State": "Stopped", "ProcessId": 0}
    assert not psutil.pid_exists(restarted["ProcessId"])
    assert call("Restart-WinService", Name="Memurai")["State"] == "Running"


@pytest.mark.parametrize("verb", ["Start", "Stop", "Restart"])
def test_a_missing_service_is_an_error(call: Call, verb: str) -> None:
    assert "found none of that name" in refusal(call, f"{verb}-WinService", Name="Memurai")


def test_a_service_that_does_not_start_says_where_to_look(machine: Machine, call: Call, tmp_path: Path) -> None:
    install(machine, tmp_path)
    deploy(machine)
    machine.files.write_bytes(CONF, b"nonsense 1\n")
    text = refusal(call, "Start-WinService", Name="Memurai")
    assert "found that it stopped at once (Win32 exit code 1067" in text
    assert "event logs" in text
    machine.files.remove(CLI.replace("-cli", ""))
    assert "return value 9: its program was not found" in refusal(call, "Start-WinService", Name="Memurai")
    call("Set-WinService", Name="Memurai", StartType="Disabled")
    assert "return value 14: it is disabled" in refusal(call, "Start-WinService", Name="Memurai")


# Products


def test_a_package_is_installed_found_and_removed(machine: Machine, call: Call, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    assert call("Get-WinProduct", Name="Memurai*") == {"Name": "Memurai*", "Products": []}
    properties = [f"{name}={value}" for name, value in BARE.items()]
    package = {"Path": PACKAGE, "Sha256": machine.files.sha256(PACKAGE).upper(), "LogPath": LOG}
    done = {"ExitCode": 0, "RebootRequired": False, "LogPath": LOG}
    assert call("Install-WinPackage", **package, Properties=properties) == done
    (product,) = call("Get-WinProduct", Name="memurai*")["Products"]
    assert (product["Name"], product["Version"], product["Publisher"], product["InstallLocation"]) == (
        "Memurai Developer (winlab stand-in)",
        "4.2.2",
        "winlab",
        "C:\\Program Files\\Memurai\\",
    )
    remove = {"ProductCode": product["ProductCode"], "LogPath": LOG}
    assert call("Uninstall-WinPackage", **remove) == done
    assert "found exit code 1605" in refusal(call, "Uninstall-WinPackage", **remove)


def test_a_package_with_another_checksum_is_not_installed(machine: Machine, call: Call, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    text = refusal(call, "Install-WinPackage", Path=PACKAGE, Sha256="0" * 64, LogPath=LOG)
    assert f"found {machine.files.sha256(PACKAGE)}" in text
    assert machine.products.find("*") == []
    assert machine.files.kind(LOG) == "Absent"


def test_installation_errors_name_code_meaning_and_log(machine: Machine, call: Call) -> None:
    machine.files.write_bytes(PACKAGE, b"x")
    package = {"Path": PACKAGE, "Sha256": machine.files.sha256(PACKAGE)}
    text = refusal(call, "Install-WinPackage", **package, LogPath="C:\\none\\x.log")
    assert "1622: the log could not be opened" in text
    assert "C:\\none\\x.log" in text
    missing = {"Path": "C:\\none.msi", "Sha256": "0" * 64, "LogPath": LOG}
    assert "no such file" in refusal(call, "Install-WinPackage", **missing)
    properties = ["MAXMEMORY=1gb"]
    with pytest.raises(WinlabError, match="found exit code 1620"):
        call("Install-WinPackage", **package, LogPath=LOG, Properties=properties)


def test_services_are_stopped_before_an_upgrade(served: Machine, call: Call, tmp_path: Path) -> None:
    stage_package(served, tmp_path, "4.2.3")
    package = {"Path": PACKAGE, "Sha256": served.files.sha256(PACKAGE), "LogPath": LOG}
    properties = [f"{name}={value}" for name, value in BARE.items()]
    done = call("Install-WinPackage", **package, Properties=properties, StopServices=["Other", "Memurai"])
    assert (done["ExitCode"], done["RebootRequired"]) == (0, False)
    assert served.services.get("Memurai").state == "Stopped"


# Firewall and network


def test_firewall_rules(call: Call) -> None:
    absent = call("Get-WinFirewallRule", Name="memurai-in")
    assert (absent["Exists"], absent["Enabled"], absent["LocalPorts"]) == (False, None, [])
    rule = {
        "Name": "memurai-in",
        "DisplayName": "Memurai",
        "Direction": "Inbound",
        "Action": "Allow",
        "Protocol": "TCP",
        "LocalPorts": ["6379", "26379"],
        "RemoteAddresses": ["10.0.0.0/8"],
        "Profiles": ["Domain"],
    }
    assert call("Set-WinFirewallRule", **rule, Program="C:\\x.exe") == {"Name": "memurai-in", "Created": True}
    assert call("Set-WinFirewallRule", **rule, Enabled=False) == {"Name": "memurai-in", "Created": False}
    assert call("Get-WinFirewallRule", Name="MEMURAI-in") == {
        **rule,
        "Name": "MEMURAI-in",
        "RemoteAddresses": ["10.0.0.0/255.0.0.0"],
        "Exists": True,
        "Enabled": False,
        "Program": "C:\\x.exe",
    }
    assert "invalid" in refusal(call, "Set-WinFirewallRule", **{**rule, "LocalPorts": ["redis"]})
    assert call("Remove-WinFirewallRule", Name="memurai-in") == {"Name": "memurai-in", "Removed": True}
    assert call("Remove-WinFirewallRule", Name="memurai-in") == {"Name": "memurai-in", "Removed": False}


def test_listeners(served: Machine, call: Call) -> None:
    assert call("Get-WinTcpListener", Port=PORT) == {
        "Port": PORT,
        "Listeners": [
            {
                "Address": ADDRESS,
                "ProcessId": served.services.get("Memurai").process_id,
                "ProcessName": "memurai",
                "Services": ["Memurai"],
            }
        ],
    }
    served.services.stop("Memurai")
    assert call("Get-WinTcpListener", Port=PORT)["Listeners"] == []


# Memurai


@pytest.mark.usefixtures("served")
def test_commands_reach_the_server(call: Call) -> None:
    secret = {"$secret": "canary-password"}
    answer = call("Invoke-MemuraiCommand", Server={**SERVER, "Password": secret}, Arguments=["CONFIG", "GET", "dir"])
    assert answer == {"ExitCode": 0, "Output": "dir\r\nC:/ProgramData/Memurai/data", "ErrorOutput": ""}
    command = {"SecretCommand": {"$secret": 'ACL SETUSER app on ">another canary"'}}
    assert call("Invoke-MemuraiCommand", Server={**SERVER, "Password": secret}, **command)["Output"] == "OK"
    user = {"User": "app", "Password": {"$secret": "another canary"}}
    answer = call("Invoke-MemuraiCommand", Server={**SERVER, **user}, Arguments=["PING"])
    assert answer["ExitCode"] == 1
    assert "NOPERM" in answer["ErrorOutput"] + answer["Output"]
    for password in ({}, {"Password": {"$secret": "wrong"}}):
        answer = call("Invoke-MemuraiCommand", Server={**SERVER, **password}, Arguments=["PING"])
        assert "PONG" not in answer["Output"]


@pytest.mark.usefixtures("served")
def test_a_password_of_the_lab_itself_is_not_handed_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDISCLI_AUTH", "canary-password")
    answer = call("Invoke-MemuraiCommand", Server=SERVER, Arguments=["PING"])
    assert "NOAUTH" in answer["Output"] + answer["ErrorOutput"]


@pytest.mark.usefixtures("served")
def test_a_late_answer_is_an_error_that_shows_no_argument(call: Call) -> None:
    secret = {"$secret": "canary-password"}
    sleep = {"Arguments": ["DEBUG", "SLEEP", "1.5"], "TimeoutSeconds": 1}
    text = refusal(call, "Invoke-MemuraiCommand", Server={**SERVER, "Password": secret}, **sleep)
    assert "Expected an answer to DEBUG" in text
    assert "SLEEP" not in text
    assert "canary" not in text


def test_a_command_needs_the_program(machine: Machine, call: Call) -> None:
    assert "found no such file" in refusal(call, "Invoke-MemuraiCommand", Server=SERVER, Arguments=["PING"])
    machine.files.make_directory("C:\\Program Files\\Memurai")
    machine.files.write_bytes(CLI, b"x")
    assert "cannot be run" in refusal(call, "Invoke-MemuraiCommand", Server=SERVER, Arguments=["PING"])
    assert "found both or none" in refusal(call, "Invoke-MemuraiCommand", Server=SERVER)


@pytest.mark.usefixtures("served")
def test_waiting_for_a_server(call: Call) -> None:
    ready = call("Wait-MemuraiServer", Server={**SERVER, "Password": {"$secret": "canary-password"}}, TimeoutSeconds=5)
    assert ready["Ready"] is True
    assert ready["ElapsedMilliseconds"] >= 0
    text = refusal(call, "Wait-MemuraiServer", Server=SERVER, TimeoutSeconds=1)
    assert "NOAUTH" in text


def test_waiting_for_nobody(machine: Machine, call: Call, tmp_path: Path) -> None:
    install(machine, tmp_path)
    with socket.socket() as unused:
        unused.bind((ADDRESS, 0))
        server = {**SERVER, "Port": unused.getsockname()[1]}
        text = refusal(call, "Wait-MemuraiServer", Server=server, TimeoutSeconds=1)
    assert "Expected PONG" in text
    assert "Connection refused" in text


def test_a_service_that_does_not_stop_is_ended(served: Machine, call: Call) -> None:
    process_id = served.services.get("Memurai").process_id
    suspend(process_id)
    assert "to be Stopped within 1 s, found it StopPending" in refusal(
        call, "Stop-WinService", Name="Memurai", TimeoutSeconds=1
    )
    call("Stop-WinHungService", Name="Memurai", TimeoutSeconds=1)
    assert (served.services.get("Memurai").state, psutil.pid_exists(process_id)) == ("Stopped", False)
    call("Stop-WinHungService", Name="Memurai", TimeoutSeconds=1)
    assert call("Start-WinService", Name="Memurai")["State"] == "Running"


@pytest.mark.usefixtures("served")
def test_a_byte_order_mark_makes_another_command_of_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is on Windows unless the library prevents it, before it starts the program."""
    command = {"SecretCommand": {"$secret": "PING"}}
    server = {**SERVER, "Password": {"$secret": "canary-password"}}
    assert call("Invoke-MemuraiCommand", Server=server, **command)["Output"] == "PONG"
    unprevented = "$process = [Diagnostics.Process]::Start($start)\n"
    monkeypatch.setattr(memurai, "standard_input", lambda text: standard_input(text, unprevented))
    assert "unknown command" in call("Invoke-MemuraiCommand", Server=server, **command)["Output"]
    too_late = f"{unprevented}    [Console]::InputEncoding = [Text.UTF8Encoding]::new($false)\n"
    assert standard_input("PING", too_late) == b"\xef\xbb\xbfPING\n"


def test_information_is_read_as_a_client_for_windows_writes_it() -> None:
    text = "# Persistence\r\r\nloading:0\r\r\nredis_git_sha1:\r\r\ntime:10:20\r\r\n\r\r\n"
    assert information_fields(text) == {"loading": "0", "redis_git_sha1": "", "time": "10:20"}
    assert information_fields("") == {}


@pytest.mark.usefixtures("served")
def test_the_client_ends_the_lines_of_information_as_on_windows(call: Call) -> None:
    server = {**SERVER, "Password": {"$secret": "canary-password"}}
    answer = call("Invoke-MemuraiCommand", Server=server, Arguments=["INFO"])
    assert "\r\r\nloading:0\r\r\n" in answer["Output"]
