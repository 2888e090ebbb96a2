"""The deploy as pyinfra plans it, for hosts whose answers are given: nothing is executed."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from practice import CONFIG_COMMAND, PASSWORD

from winlab.certificates import CertificateAuthority
from winlab.package import build

PROJECT = Path(__file__).parents[3]
GIBIBYTE = 1024**3
PLANNING = ("--json",)
EXECUTING = ("-y",)

ABSENT = {"Path": r"C:\x", "Kind": "Absent", "SizeBytes": None, "LastWriteTimeUtc": None, "Sha256": None}
SUMMARY = {
    "ComputerName": "CACHE1",
    "OperatingSystem": "Microsoft Windows Server 2022 Standard",
    "OperatingSystemVersion": "10.0.20348",
    "PowerShellVersion": "5.1.20348.1",
    "UserName": r"CACHE1\Administrator",
    "UserSid": "S-1-5-21-1-2-3-500",
    "Elevated": True,
    "ProcessorCount": 2,
    "MemoryBytes": 8 * GIBIBYTE,
    "MemoryFreeBytes": 4 * GIBIBYTE,
    "Volumes": [{"Root": "C:\\", "SizeBytes": 60 * GIBIBYTE, "FreeBytes": 40 * GIBIBYTE}],
    "PendingReboot": True,
    "PendingRebootReasons": ["Windows Update"],
    "LastBootTimeUtc": "2026-01-01T00:00:00.0000000Z",
}
BARE_HOST = {
    # First, because its text names the others; no part of it is remembered.
    "Invoke-WinBatch": {"Answers": []},
    "Get-WinHostSummary": SUMMARY,
    "Get-WinTcpListener": {"Port": 6379, "Listeners": []},
    "Get-WinItem": ABSENT,
    "Get-WinTextFile": {
        "Path": r"C:\x", "Exists": False, "Content": None, "HasByteOrderMark": None, "SizeBytes": None,
    },
    "Get-WinAcl": {
        "Path": r"C:\x", "Kind": "Absent", "OwnerSid": None, "OwnerName": None, "InheritanceEnabled": None,
        "Entries": [],
    },
    "Get-WinChange": {
        "Folder": r"C:\x", "State": "None", "Name": None, "Step": None, "ProcessId": None, "Problem": None,
        "Outcomes": [],
    },
    "Get-WinProduct": {"Name": "Memurai*", "Products": []},
    "Get-WinFolderService": {"Folder": r"C:\x", "Services": []},
    "Get-WinDirectoryEntry": {"Path": r"C:\x", "Entries": [], "IsComplete": True},
    "Get-WinDirectorySize": {"Path": r"C:\x", "SizeBytes": 0},
    "Get-WinService": {
        "Name": "Memurai", "Exists": False, "DisplayName": None, "Description": None, "ImagePath": None,
        "Account": None, "StartType": None, "State": None, "ProcessId": None, "ProcessStartTimeUtc": None,
        "ExitCode": None, "RecoveryResetSeconds": None, "RecoveryActions": [], "RecoverOnNonCrashFailures": None,
    },
    "Get-WinFirewallRule": {
        "Name": "x", "Exists": False, "DisplayName": None, "Enabled": None, "Direction": None, "Action": None,
        "Protocol": None, "LocalPorts": [], "RemoteAddresses": [], "Profiles": [], "Program": None,
    },
    "Get-WinTask": {
        "Name": "x", "Exists": False, "Description": None, "Execute": None, "Arguments": None,
        "WorkingDirectory": None, "UserSid": None, "RunLevel": None, "LogonType": None, "Triggers": [],
        "StartWhenAvailable": None, "MultipleInstances": None, "ExecutionTimeLimitMinutes": None,
        "AllowStartOnBatteries": None, "StopOnBatteries": None, "Enabled": None, "State": None,
        "LastRunTimeUtc": None, "LastTaskResult": None, "NextRunTimeUtc": None,
    },
    "Get-MemuraiBackup": {"BackupFolder": r"C:\x", "Backups": [], "LastRun": None, "Problems": []},
}  # fmt: skip


class Plan:
    """What one `pyinfra --json` said: the operations in order, and its lines for people."""

    def __init__(self, finished: subprocess.CompletedProcess[str]) -> None:
        self.exit_code = finished.returncode
        self.text = finished.stdout + finished.stderr
        self.log = finished.stderr
        self.answer: dict[str, Any] = json.loads(finished.stdout) if finished.stdout.startswith("{") else {}

    def changes(self, host: str) -> list[str]:
        """Return the names of the operations that would change a host, in order."""
        operations = self.answer["plan"]
        return [
            operation["name"].split(" | ")[-1] for operation in operations if host in operation["hosts_with_change"]
        ]


@pytest.fixture
def package(tmp_path: Path) -> dict[str, str]:
    """Return the settings of a package that is there."""
    source = build("4.1.2", tmp_path / "memurai.msi")
    return {"version": "4.1.2", "source": str(source), "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}


def plan(
    tmp_path: Path,
    task: str,
    hosts: dict[str, dict[str, object]],
    options: tuple[str, ...] = PLANNING,
    group: str = "inventory",
) -> Plan:
    """Plan a task for hosts of a group: data by name; `answers` are added to those of a bare host."""
    lines = []
    for name, data in hosts.items():
        answers = {**BARE_HOST, **data.pop("answers", {})}  # type: ignore[dict-item]
        responses = {function: json.dumps(answer) for function, answer in answers.items()}
        host_data = {"fake_delay": 0, "fake_delay_jitter": 0, "fake_responses": responses, **data}
        lines.append((f"@fake/{name}", host_data))
    inventory = tmp_path / f"{group}.py"
    inventory.write_text(f"hosts = {lines!r}\n")
    command = [sys.executable, "-m", "pyinfra", *options, "--diff", str(inventory), task]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return Plan(
        subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    )


ALL_FOLDERS = ["base", "configuration", "data", "log", "installer", "backup", "job"]
JOB_FILES = ("Functions", "Script", "Settings", "Password", "Scheduled task")
STEPS = {
    "tasks/preflight.py": [],
    # There is nothing of a set.
    "tasks/leave_set.py": [],
    "tasks/storage.py": [f"Folder: {what}" for what in ALL_FOLDERS],
    "tasks/install.py": ["Product"],
    # Connections are not encrypted.
    "tasks/certificates.py": [],
    "tasks/configure.py": ["Configuration"],
    "tasks/service.py": ["Service", "Server answers"],
    # The server listens on loopback only: there is no rule, and there shall be none.
    "tasks/firewall.py": [],
    "tasks/jobs.py": [
        *(f"{what}: backup" for what in JOB_FILES),
        *("Functions: health", "Functions: undo"),
        *(f"{what}: health" for what in JOB_FILES[1:]),
        "First backup",
    ],
    "tasks/verify.py": ["Server is as configured"],
}


def test_a_bare_host_gets_every_step_in_order(tmp_path: Path, package: dict[str, str]) -> None:
    planned = plan(tmp_path, "deploy.py", {"good": {"memurai_package": package}})
    assert planned.exit_code == 0, planned.text
    assert planned.changes("@fake/good") == [step for steps in STEPS.values() for step in steps]
    assert "a reboot is pending: Windows Update" in planned.log
    assert PASSWORD not in planned.text
    assert CONFIG_COMMAND not in planned.text


@pytest.mark.parametrize("task", STEPS)
def test_each_task_runs_alone(tmp_path: Path, package: dict[str, str], task: str) -> None:
    planned = plan(tmp_path, task, {"good": {"memurai_package": package}})
    assert planned.exit_code == 0, planned.text
    assert planned.changes("@fake/good") == STEPS[task]


def test_a_refused_host_is_left_alone_and_the_others_go_on(tmp_path: Path, package: dict[str, str]) -> None:
    small = {**SUMMARY, "MemoryBytes": GIBIBYTE, "Elevated": False}
    planned = plan(
        tmp_path,
        "deploy.py",
        {
            "misspelt": {"memurai_package": package, "memurai_memory": {"maxmemroy": "1gb"}, "memurai_netwrok": {}},
            "small": {"memurai_package": package, "answers": {"Get-WinHostSummary": small}},
            "good": {"memurai_package": package},
        },
    )
    assert planned.changes("@fake/good") == [step for steps in STEPS.values() for step in steps], planned.text
    assert planned.changes("@fake/small") == planned.changes("@fake/misspelt") == []
    refusals = [line for line in planned.log.splitlines() if ": expected" in line or "expected an elevated" in line]
    assert [line.count("did you mean maxmemory?") for line in refusals if "misspelt" in line].count(1) == 1
    assert any("did you mean memurai_network?" in line and "misspelt" in line for line in refusals)
    assert any("expected an elevated administrator" in line and "small" in line for line in refusals)
    assert any("memurai_memory.maxmemory: expected a host with at least 4.00 GiB" in line for line in refusals)
    # Each problem once, although every task asks for the settings.
    assert len(refusals) == len(set(refusals)) == 4
    # The place of the misspelt key is named.
    assert any("the inventory: memurai_memory.maxmemroy" in line for line in refusals)


def test_a_host_that_cannot_be_read_is_refused(tmp_path: Path, package: dict[str, str]) -> None:
    unreadable = {"memurai_package": package, "answers": {"Get-WinTcpListener": {"unexpected": 1}}}
    planned = plan(tmp_path, "deploy.py", {"unreadable": unreadable, "good": {"memurai_package": package}})
    assert planned.changes("@fake/unreadable") == []
    assert planned.changes("@fake/good"), planned.text
    assert "expected to read the state of the host" in planned.log


def test_an_open_server_gets_a_rule_for_its_clients_only(tmp_path: Path, package: dict[str, str]) -> None:
    network = {"bind": ["10.0.0.5"], "allowed_addresses": ["10.0.4.0/24", "10.0.5.7"]}
    planned = plan(tmp_path, "tasks/firewall.py", {"good": {"memurai_package": package, "memurai_network": network}})
    assert planned.changes("@fake/good") == ["Firewall rule"]
    for line in ("+ remote_addresses: 10.0.4.0/24", "+ remote_addresses: 10.0.5.7", "+ local_ports: 6379"):
        assert line in planned.log


def test_a_member_of_a_set_lets_the_others_in(
    tmp_path: Path, package: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replicas copy from a server, and Sentinels ask it, from hosts that are no clients."""
    monkeypatch.setenv("MEMURAI_REPLICATION_SENTINEL_PASSWORD", "unit-test-password-of-the-Sentinels")
    hosts: dict[str, dict[str, object]] = {
        f"cache{number}": {
            "memurai_package": package,
            "memurai_network": {"bind": [f"10.0.0.{number}"], "allowed_addresses": ["10.0.4.0/24"]},
            "memurai_replication": {"enabled": True, "first_primary": "cache1"},
        }
        for number in (1, 2, 3)
    }
    planned = plan(tmp_path, "tasks/firewall.py", hosts)
    assert planned.exit_code == 0, planned.text
    assert planned.changes("@fake/cache1") == ["Firewall rule"], planned.text
    mine = [line for line in planned.log.splitlines() if "cache1]" in line and "remote_addresses" in line]
    assert [line.rpartition(" ")[2] for line in mine if "+ " in line] == ["10.0.0.2", "10.0.0.3", "10.0.4.0/24"]


def test_a_licence_is_put_where_the_server_looks_for_it(tmp_path: Path, package: dict[str, str]) -> None:
    licence = tmp_path / "licence.txt"
    licence.write_text("a licence")
    package["license_file"] = str(licence)
    planned = plan(tmp_path, "tasks/install.py", {"good": {"memurai_package": package}})
    assert planned.changes("@fake/good") == ["Product", "Licence"]
    assert "C:/Program Files/Memurai/memurai-license.txt" in planned.log


def encryption(folder: Path, **more: object) -> dict[str, object]:
    """Return settings of encrypted connections, with files that are there."""
    authority = CertificateAuthority(folder)
    issued = authority.issue("cache1", "10.0.0.5")
    files = {"ca": str(authority.certificate), "certificate": str(issued.certificate), "key": str(issued.key)}
    return {"enabled": True, **files, **more}


def test_encrypted_connections_bring_certificates_before_the_configuration(
    tmp_path: Path, package: dict[str, str]
) -> None:
    tls = encryption(tmp_path)
    planned = plan(tmp_path, "deploy.py", {"good": {"memurai_package": package, "memurai_tls": tls}})
    assert planned.exit_code == 0, planned.text
    changes = planned.changes("@fake/good")
    position = changes.index("Folder: certificate")
    assert changes[position : position + 3] == ["Folder: certificate", "Certificates", "Configuration"]
    assert "+ <secret, changed>" in planned.log
    assert "+ port 0" in planned.log
    assert "cache1.pem expires in" in planned.log
    key = Path(str(tls["key"])).read_text().splitlines()[1]
    assert key not in planned.text


@pytest.mark.parametrize("task", ["deploy.py", "tasks/certificates.py"])
def test_a_certificate_that_is_of_no_use_refuses_the_host(tmp_path: Path, package: dict[str, str], task: str) -> None:
    tls = {**encryption(tmp_path), "key": "no/server.key"}
    planned = plan(tmp_path, task, {"bad": {"memurai_package": package, "memurai_tls": tls}})
    assert planned.log.count("memurai_tls.key: expected the PEM file no/server.key on this machine, found no file") == 1
    # Nothing to plan is left.
    assert (planned.exit_code, planned.answer) == (1, {})


def test_certificates_that_a_running_server_could_not_be_told_of_are_refused(
    tmp_path: Path, package: dict[str, str]
) -> None:
    folder = "C:/ProgramData/Memurai/config/tls"
    names = {"tls-ca-cert-file": "ca.crt", "tls-cert-file": "server.crt", "tls-key-file": "server.key"}
    lines = ["tls-port 6380", 'rename-command CONFIG ""', *(f"{key} {folder}/{name}" for key, name in names.items())]
    file = {"Path": "x", "Exists": True, "Content": "\n".join(lines), "HasByteOrderMark": False, "SizeBytes": 10}
    answers = {"Get-WinService": RUNNING, "Get-WinTextFile": file}
    data = {"memurai_package": package, "memurai_tls": encryption(tmp_path), "answers": answers}
    planned = plan(tmp_path, "tasks/certificates.py", {"unheard": data})
    assert "expected the command CONFIG, by which the running server reads them, found it disabled" in planned.log
    without = {**data, "answers": {"Get-WinTextFile": file}}
    planned = plan(tmp_path, "tasks/certificates.py", {"stopped": without})
    assert planned.changes("@fake/stopped") == ["Folder: certificate", "Certificates"], planned.text
    assert "reads them again" not in planned.log


@pytest.mark.parametrize(("plain_port", "ports"), [(False, ["6380"]), (True, ["6379", "6380"])])
def test_the_firewall_admits_clients_to_the_ports_that_are_open(
    tmp_path: Path, package: dict[str, str], plain_port: bool, ports: list[str]
) -> None:
    network = {"bind": ["10.0.0.5"], "allowed_addresses": ["10.0.4.0/24"]}
    tls = encryption(tmp_path, plain_port=plain_port)
    data = {"memurai_package": package, "memurai_network": network, "memurai_tls": tls}
    planned = plan(tmp_path, "tasks/firewall.py", {"good": data})
    assert [line.rpartition(" ")[2] for line in planned.log.splitlines() if "+ local_ports" in line] == ports


def together(*answers: tuple[int, str, str]) -> dict[str, object]:
    """Return the answer to commands of one request: of each the exit code, the output and what went wrong."""
    names = ("ExitCode", "Output", "ErrorOutput")
    found = [{"Answer": dict(zip(names, answer, strict=True)), "Problem": None} for answer in answers]
    return {"Answers": found}


def answering(package: dict[str, str], role: str, more: str = "", maxclients: int = 10000) -> dict[str, object]:
    """Return the data of a host whose server answers, with more lines of INFO."""
    info = (
        f"role:{role}\r\nloading:0\r\naof_enabled:1\r\nmaxmemory:2147483648\r\nmaxmemory_policy:allkeys-lru\r\n"
        f"maxclients:{maxclients}\r\n{more}"
    )
    answers = {
        "Get-WinItem": {**ABSENT, "Kind": "File"},
        "Invoke-WinBatch": together((0, info, ""), (0, "PONG", "")),
        "@('INFO')": {"ExitCode": 0, "Output": info, "ErrorOutput": ""},
    }
    return {"memurai_package": package, "answers": answers}


def test_a_server_that_is_as_configured_needs_nothing(tmp_path: Path, package: dict[str, str]) -> None:
    planned = plan(tmp_path, "tasks/verify.py", {"good": answering(package, "master")})
    assert planned.exit_code == 0, planned.text
    assert planned.changes("@fake/good") == []


def test_a_server_that_is_not_as_configured_fails_its_host_only(tmp_path: Path, package: dict[str, str]) -> None:
    hosts = {"wrong": answering(package, "slave"), "good": answering(package, "master")}
    executed = plan(tmp_path, "tasks/verify.py", hosts, EXECUTING)
    assert executed.exit_code == 1, executed.text
    errors = [line for line in executed.text.splitlines() if "expected role to be master, found slave" in line]
    assert len(errors) == 1
    assert "@fake/wrong" in errors[0]
    assert "Traceback" not in executed.text
    assert PASSWORD not in executed.text


def test_a_server_that_the_system_gives_fewer_clients_fails_its_host(tmp_path: Path, package: dict[str, str]) -> None:
    """Redis then lowers the number at its start and says so in its log only."""
    executed = plan(tmp_path, "tasks/verify.py", {"few": answering(package, "master", maxclients=4064)}, EXECUTING)
    assert executed.exit_code == 1, executed.text
    assert "expected maxclients to be 10000, found 4064; look at the server's log" in executed.text


def test_a_server_that_is_down_fails_its_host(tmp_path: Path, package: dict[str, str]) -> None:
    refused = (1, "", "Could not connect: Connection refused")
    answers = {"Get-WinItem": {**ABSENT, "Kind": "File"}, "Invoke-WinBatch": together(refused, refused)}
    data = {"memurai_package": package, "answers": answers}
    executed = plan(tmp_path, "tasks/verify.py", {"down": data}, EXECUTING)
    assert executed.exit_code == 1, executed.text
    assert "expected PING to be PONG, found Could not connect: Connection refused" in executed.text


DEVELOPER = "memurai_edition:Memurai Developer\r\n"
PRODUCTION_SECRETS = {
    "memurai_security": {
        "password": "env:MEMURAI_PASSWORD",
        "renamed_commands": {"CONFIG": "env:MEMURAI_CONFIG_COMMAND"},
    },
}


def test_production_is_not_run_on_the_developer_edition(tmp_path: Path, package: dict[str, str]) -> None:
    allowing = {**package, "allow_developer_edition": True}
    hosts = {
        "developer": answering(package, "master", DEVELOPER),
        "allowed": answering(allowing, "master", DEVELOPER),  # type: ignore[arg-type]  # one value is no text
        "enterprise": answering(package, "master", "memurai_edition:Memurai Enterprise\r\n"),
        "redis": answering(package, "master"),
    }
    given = {name: {**data, **PRODUCTION_SECRETS} for name, data in hosts.items()}
    planned = plan(tmp_path, "tasks/verify.py", {name: dict(data) for name, data in given.items()}, group="prod")
    assert planned.changes("@fake/developer") == ["Server is as configured"], planned.text
    for host in ("allowed", "enterprise", "redis"):
        assert planned.changes(f"@fake/{host}") == []
    assert "- memurai_edition: Memurai Developer" in planned.log

    executed = plan(tmp_path, "tasks/verify.py", {"developer": given["developer"]}, EXECUTING, group="prod")
    assert executed.exit_code == 1
    (line,) = [line for line in executed.text.splitlines() if "expected memurai_edition" in line]
    for text in ("to be without Developer, found Memurai Developer", "ten days", "license_file", "allow_developer_edi"):
        assert text in line


def test_the_developer_edition_is_fine_outside_production(tmp_path: Path, package: dict[str, str]) -> None:
    planned = plan(tmp_path, "tasks/verify.py", {"good": answering(package, "master", DEVELOPER)})
    assert (planned.exit_code, planned.changes("@fake/good")) == (0, [])


RUNNING = {
    **BARE_HOST["Get-WinService"], "Exists": True, "State": "Running", "ProcessId": 7,  # type: ignore[dict-item]
    "DisplayName": "Memurai", "ImagePath": r'"C:\Program Files\Memurai\memurai.exe" x.conf',
    "Account": "x", "StartType": "Automatic", "ExitCode": 0,
    "RecoveryResetSeconds": 0, "RecoverOnNonCrashFailures": False,
}  # fmt: skip


def product(name: str) -> dict[str, object]:
    """Return an installed product."""
    code = "{22B6AC11-E06C-4DBD-9C92-1D8A6485A554}"
    return {"Name": name, "Version": "4.1.2", "Publisher": "x", "ProductCode": code, "InstallLocation": None}


APPENDED = "aof_last_write_status:ok\r\naof_buffer_length:0\r\nrdb_changes_since_last_save:5\r\n"


def uninstalling(package: dict[str, str], *products: str, information: str = APPENDED) -> dict[str, object]:
    """Return the data of a host with a server whose data is in its append-only file, and products."""
    data = answering(package, "master", information)
    file = {"Path": "x", "Exists": True, "Content": "port 6379\n", "HasByteOrderMark": False, "SizeBytes": 10}
    found = {"Name": "Memurai*", "Products": [product(name) for name in products]}
    more = {"Get-WinService": RUNNING, "Get-WinTextFile": file, "Get-WinProduct": found}
    return {**data, "answers": {**data["answers"], **more}}  # type: ignore[dict-item]


def test_uninstall_removes_the_outermost_first(tmp_path: Path, package: dict[str, str]) -> None:
    hosts = {"good": uninstalling(package, "Memurai Developer"), "bare": {"memurai_package": package}}
    planned = plan(tmp_path, "tasks/uninstall.py", hosts)
    # All data is in the append-only file: nothing has to be saved.
    secrets = ["No password: backup", "No password: health"]
    assert planned.changes("@fake/good") == [*secrets, "No service", "No product"], planned.text
    assert planned.changes("@fake/bare") == []


@pytest.mark.parametrize("found", ["aof_last_write_status:err", "aof_buffer_length:7"])
def test_an_append_only_file_that_lacks_something_is_waited_for(
    tmp_path: Path, package: dict[str, str], found: str
) -> None:
    """A snapshot of all is no way out: the next start loads the append-only file."""
    information = f"{APPENDED}rdb_changes_since_last_save:0\r\nrdb_saves:1\r\n{found}\r\n"
    hosts = {"good": uninstalling(package, "Memurai Developer", information=information)}
    planned = plan(tmp_path, "tasks/uninstall.py", hosts)
    assert planned.changes("@fake/good")[0] == "Data is saved", planned.text


def test_two_products_are_not_uninstalled_by_one_pattern(tmp_path: Path, package: dict[str, str]) -> None:
    hosts = {"two": uninstalling(package, "Memurai Developer", "Memurai for Valkey")}
    planned = plan(tmp_path, "tasks/uninstall.py", hosts)
    assert "expected one product to uninstall, found Memurai Developer 4.1.2, Memurai for Valkey 4.1.2" in planned.log


@pytest.mark.parametrize("value", ["yes", 1, "all"])
def test_data_is_removed_only_when_that_is_said_clearly(tmp_path: Path, package: dict[str, str], value: object) -> None:
    hosts = {"unclear": {**uninstalling(package, "Memurai Developer"), "remove_data": value}}
    planned = plan(tmp_path, "tasks/uninstall.py", hosts)
    # Nothing to plan is left.
    assert (planned.exit_code, planned.answer) == (1, {})
    assert f"--data remove_data: expected true or false, found {value!r}" in planned.log


def test_instances_on_one_host_are_compared_and_one_with_errors_is_told_of(
    tmp_path: Path, package: dict[str, str]
) -> None:
    beside = {"winrm_hostname": "10.0.0.9"}
    hosts: dict[str, dict[str, object]] = {
        "one": {"memurai_package": package, **beside},
        "two": {"memurai_package": package, **beside},
        "misspelt": {"memurai_package": package, "memurai_netwrok": {}, **beside},
        "elsewhere": {"memurai_package": package},
    }
    planned = plan(tmp_path, "tasks/preflight.py", hosts)
    lines = [line for line in planned.log.splitlines() if "on the same host" in line]
    for name, other in (("one", "two"), ("two", "one")):
        own = [line for line in lines if f"@fake/{name}]" in line]
        assert any(f"memurai_service.name: expected another name than @fake/{other}" in line for line in own), lines
        assert any(
            "not compared with @fake/misspelt on the same host, whose data has 1 error(s)" in line for line in own
        )
    assert not [line for line in lines if "@fake/elsewhere" in line]
