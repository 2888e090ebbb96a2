"""The lab, the inventory it reads, and the command `winlab`."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import winrm

from winlab import cli, environment
from winlab.environment import lab_variables
from winlab.exceptions import WinlabError
from winlab.inventory import practice_host, read_hosts
from winlab.lab import Lab, LabHost
from winlab.wsman import Process, WsmanServer

PROJECT = Path(__file__).parents[3]
# Practice hosts have fixed ports, so tests that run side by side need networks of their own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
NETWORK = f"127.77.{100 + WORKER}"
HOSTS = [
    LabHost("one", f"{NETWORK}.1", "Administrator", "first"),
    LabHost("two", f"{NETWORK}.2", "Administrator", "second"),
]

INVENTORY = f"""
import os
hosts = [
    ("@winrm/cli%d" % number, {{
        "winrm_hostname": "{NETWORK}.%d" % number,
        "winrm_user": "Administrator",
        "winrm_password": "env:WINLAB_PASSWORD",
    }})
    for number in range(1, int(os.environ.get("WINLAB_HOSTS") or 1) + 1)
]
"""

PRINT_HOST = f"""
import os, sys, winrm
client = winrm.Session("https://{NETWORK}.1:5986/wsman", ("Administrator", os.environ["WINLAB_PASSWORD"]),
                       transport="ntlm", ca_trust_path=os.environ["WINLAB_CA_BUNDLE"])
result = client.run_cmd("no-such-program")
print(result.status_code, result.std_err.decode().splitlines()[0])
print(sorted(name for name in os.environ if name.startswith(("WINLAB_", "MEMURAI_LAB_"))))
sys.exit(7)
"""


class FakeMachine:
    """The least a machine must be for a lab."""

    closed: list[str]

    def __init__(
        self, name: str, address: str, root: Path, _launch: object, *, process_latency_seconds: float = 0.0
    ) -> None:
        self.name, self.address, self.root, self.latency = name, address, root, process_latency_seconds

    def launch(self, process: Process) -> int:
        process.stdout.write(f"{self.name}: {process.command_line}")
        return 0

    def close(self) -> None:
        self.closed.append(self.name)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The machines closed so far; the lab's machines are fakes that answer with their own name."""
    closed: list[str] = []
    monkeypatch.setattr(FakeMachine, "closed", closed, raising=False)
    monkeypatch.setattr("winlab.lab.Machine", FakeMachine)
    return closed


@pytest.mark.usefixtures("closed")
class TestLab:
    def test_every_host_answers_at_its_own_address(self, tmp_path: Path) -> None:
        with Lab(HOSTS, directory=tmp_path) as lab:
            for host in HOSTS:
                client = winrm.Session(
                    f"https://{host.address}:5986/wsman",
                    (host.user, host.password),
                    transport="ntlm",
                    ca_trust_path=str(lab.ca_bundle),
                )
                assert client.run_cmd("who").std_out == f"{host.name}: who".encode()
                assert lab.servers[host.name].statistics.actions["Command"] == 1
                assert lab.machines[host.name].root == tmp_path / "hosts" / host.name

    def test_the_latencies_reach_their_hosts(self, tmp_path: Path) -> None:
        with Lab(HOSTS, directory=tmp_path, request_latency_seconds=0.25, process_latency_seconds=0.5) as lab:
            assert lab.servers["one"].settings.request_latency_seconds == 0.25
            machine: Any = lab.machines["two"]
            assert machine.latency == 0.5

    def test_all_hosts_start_or_none(self, tmp_path: Path, closed: list[str]) -> None:
        with (
            WsmanServer(HOSTS[1].address, {}, lambda _: 0, http_port=5985),
            pytest.raises(WinlabError, match=rf"{NETWORK}\.2 port 5985: another program has it, perhaps another lab"),
            Lab(HOSTS, directory=tmp_path / "first"),
        ):
            pytest.fail("the lab started although a port was taken")
        assert sorted(closed) == ["one", "two"]
        with Lab(HOSTS, directory=tmp_path / "second"):
            pass  # the ports of the first host are free again

    @pytest.mark.parametrize(
        ("other", "what"),
        [(LabHost("ONE", "127.77.9.9", "a", "b"), "name"), (LabHost("three", HOSTS[0].address, "a", "b"), "address")],
    )
    def test_hosts_that_share_something(self, tmp_path: Path, other: LabHost, what: str) -> None:
        with pytest.raises(WinlabError, match=f"needs {what} of its own"):
            Lab([HOSTS[0], other], directory=tmp_path)

    def test_no_password_is_shown(self) -> None:
        assert "first" not in repr(HOSTS[0])


class TestInventory:
    DATA: ClassVar = {"winrm_hostname": "127.77.3.1", "winrm_user": "Administrator", "winrm_password": "env:SECRET"}

    def test_a_practice_host(self) -> None:
        expected = LabHost("lab1", "127.77.3.1", "Administrator", "value")
        assert practice_host("@winrm/lab1", self.DATA, {"SECRET": "value"}) == expected

    @pytest.mark.parametrize(
        ("name", "changes", "message"),
        [
            ("@ssh/lab1", {}, "Expected hosts named @winrm/NAME, found '@ssh/lab1'"),
            ("server1", {}, "Expected hosts named @winrm/NAME"),
            ("@winrm/lab1", {"winrm_hostname": "10.0.0.1"}, r"'10\.0\.0\.1'; expected an address such as 127"),
            ("@winrm/lab1", {"winrm_hostname": "prod.example"}, "can never reach a real server"),
            ("@winrm/lab1", {"winrm_hostname": None}, "winrm_hostname 'lab1'"),
            ("@winrm/lab1", {"winrm_user": None}, "has no winrm_user"),
            ("@winrm/lab1", {"winrm_password": ""}, "has no winrm_password"),
            ("@winrm/lab1", {"winrm_password": "env:OTHER"}, "variable OTHER, which is not set"),
            ("@winrm/lab1", {"winrm_port": 6000}, "winrm_port 6000; practice hosts listen on 5985"),
        ],
    )
    def test_what_is_no_practice_host(self, name: str, changes: dict[str, object], message: str) -> None:
        with pytest.raises(WinlabError, match=message):
            practice_host(name, {**self.DATA, **changes}, {"SECRET": "value"})

    def test_pyinfra_reads_it(self, tmp_path: Path) -> None:
        (tmp_path / "hosts.py").write_text(INVENTORY)
        variables = {**os.environ, "WINLAB_PASSWORD": "word", "WINLAB_HOSTS": "2"}
        hosts = read_hosts(tmp_path / "hosts.py", variables, 2)
        assert [(host.name, host.address, host.password) for host in hosts] == [
            ("cli1", f"{NETWORK}.1", "word"),
            ("cli2", f"{NETWORK}.2", "word"),
        ]
        with pytest.raises(WinlabError, match=r"Expected 3 hosts \(--hosts\), found 2.*WINLAB_HOSTS"):
            read_hosts(tmp_path / "hosts.py", variables, 3)

    def test_instances_at_one_address_are_one_host(self, tmp_path: Path) -> None:
        data = {"winrm_hostname": f"{NETWORK}.1", "winrm_user": "Administrator", "winrm_password": "word"}
        other = {**data, "winrm_password": "another"}
        path = tmp_path / "hosts.py"
        path.write_text(f"hosts = [('@winrm/one', {data!r}), ('@winrm/two', {data!r})]\n")
        (host,) = read_hosts(path, os.environ, 1)
        assert (host.name, host.address) == ("one", f"{NETWORK}.1")
        path.write_text(f"hosts = [('@winrm/one', {data!r}), ('@winrm/two', {other!r})]\n")
        with pytest.raises(WinlabError, match=r"one and two, which are both at .*found different ones") as error:
            read_hosts(path, os.environ)
        assert "another" not in str(error.value).partition("Give both")[0]

    def test_the_inventory_of_a_set_has_three_hosts(self) -> None:
        variables = {**os.environ, "WINLAB_PASSWORD": "word", "WINLAB_NETWORK": NETWORK}
        hosts = read_hosts(PROJECT / "inventories" / "lab_sentinel.py", variables)
        assert {host.name: host.address for host in hosts} == {f"lab{last}": f"{NETWORK}.{last}" for last in (1, 2, 3)}

    def test_a_missing_or_broken_inventory(self, tmp_path: Path) -> None:
        with pytest.raises(WinlabError, match="There is no inventory at"):
            read_hosts(tmp_path / "none.py", os.environ)
        (tmp_path / "broken.py").write_text("1 / 0")
        with pytest.raises(WinlabError, match=r"(?s)could not read the inventory.*division by zero"):
            read_hosts(tmp_path / "broken.py", os.environ)


@pytest.fixture
def fake_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages hold their version and nothing else."""

    def build(version: str, output: Path) -> Path:
        output.write_text(version)
        return output

    monkeypatch.setattr(environment, "build", build)


@pytest.mark.usefixtures("fake_build")
class TestVariables:
    def test_a_fresh_environment(self, tmp_path: Path) -> None:
        variables = lab_variables(tmp_path, 2, {})
        assert variables["WINLAB_HOSTS"] == "2"
        assert variables["WINLAB_CA_BUNDLE"] == str(tmp_path / "ca.pem")
        assert Path(variables["WINLAB_PACKAGE"]).read_text() == variables["WINLAB_PACKAGE_VERSION"]
        digest = hashlib.sha256(Path(variables["WINLAB_PACKAGE"]).read_bytes()).hexdigest()
        assert variables["WINLAB_PACKAGE_SHA256"] == digest
        assert re.fullmatch(r"CONFIG_[0-9A-F]{16}", variables["MEMURAI_LAB_CONFIG_COMMAND"])
        secrets = ("MEMURAI_LAB_PASSWORD", "MEMURAI_LAB_SECOND_PASSWORD", "MEMURAI_LAB_SENTINEL_PASSWORD")
        for name in ("WINLAB_PASSWORD", *secrets):
            assert re.fullmatch(r"[\w-]{32}", variables[name])
            assert variables[name] != lab_variables(tmp_path, 2, {})[name]

    def test_what_is_set_is_kept(self, tmp_path: Path) -> None:
        package = tmp_path / "own.msi"
        package.write_text("own")
        given = {
            "WINLAB_HOSTS": "3",
            "WINLAB_NETWORK": "127.78.0",
            "WINLAB_PASSWORD": "a",
            "WINLAB_PACKAGE": str(package),
            "WINLAB_PACKAGE_VERSION": "4.1.0",
            "WINLAB_PACKAGE_SHA256": "b",
            "MEMURAI_LAB_PASSWORD": "c",
            "MEMURAI_LAB_SECOND_PASSWORD": "e",
            "MEMURAI_LAB_SENTINEL_PASSWORD": "g",
            "MEMURAI_LAB_CONFIG_COMMAND": "d",
        }
        variables = lab_variables(tmp_path, None, given)
        assert variables == {**given, "WINLAB_CA_BUNDLE": str(tmp_path / "ca.pem")}

    def test_the_inventory_decides_how_many_when_nobody_else_does(self, tmp_path: Path) -> None:
        assert {"WINLAB_HOSTS", "WINLAB_NETWORK"}.isdisjoint(lab_variables(tmp_path, None, {}))

    def test_a_package_that_is_not_there_or_has_no_version(self, tmp_path: Path) -> None:
        with pytest.raises(WinlabError, match="there is no such file"):
            lab_variables(tmp_path, None, {"WINLAB_PACKAGE": "/none.msi", "WINLAB_PACKAGE_VERSION": "1"})
        with pytest.raises(WinlabError, match="WINLAB_PACKAGE_VERSION must say"):
            lab_variables(tmp_path, None, {"WINLAB_PACKAGE": __file__})


@pytest.fixture
def winlab(tmp_path: Path) -> Iterator[Any]:
    """Start `winlab` with arguments in a process of its own; whatever is left of it fails the test."""
    (tmp_path / "hosts.py").write_text(INVENTORY)
    labs = tmp_path / "labs"
    labs.mkdir()
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        # An existing package saves building one.
        variables = {"WINLAB_PACKAGE": __file__, "WINLAB_PACKAGE_VERSION": "0", "TMPDIR": str(labs)}
        kept = {name: value for name, value in os.environ.items() if name != "WINLAB_NETWORK"}
        process = subprocess.Popen(
            [sys.executable, "-c", "import sys; from winlab.cli import main; sys.exit(main())", *arguments],
            env={**kept, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        leftover = process.poll() is None
        process.kill()
        process.communicate()
        assert not leftover, "winlab still ran at the end of the test"
    assert list(labs.iterdir()) == []


class TestCommand:
    def test_run(self, winlab: Any) -> None:
        process = winlab("run", "--inventory", "hosts.py", "--hosts", "1", "--", sys.executable, "-c", PRINT_HOST)
        output, errors = process.communicate(timeout=30)
        assert process.returncode == 7, errors
        assert output.splitlines()[0].startswith("1 winlab: this lab does not know the program no-such-program")
        assert ast.literal_eval(output.splitlines()[1]) == [
            "MEMURAI_LAB_CONFIG_COMMAND",
            "MEMURAI_LAB_PASSWORD",
            "MEMURAI_LAB_SECOND_PASSWORD",
            "MEMURAI_LAB_SENTINEL_PASSWORD",
            "WINLAB_CA_BUNDLE",
            "WINLAB_HOSTS",
            "WINLAB_PACKAGE",
            "WINLAB_PACKAGE_SHA256",
            "WINLAB_PACKAGE_VERSION",
            "WINLAB_PASSWORD",
        ]

    def test_run_passes_signals_on(self, winlab: Any) -> None:
        program = "import signal, sys; print('ready', flush=True); signal.sigwait({15, 2}); sys.exit(3)"
        blocked = f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {{15, 2}}); {program}"
        process = winlab("run", "--inventory", "hosts.py", "--", sys.executable, "-c", blocked)
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 3

    def test_run_reports_a_killed_command_as_a_shell_does(self, winlab: Any) -> None:
        process = winlab("run", "--inventory", "hosts.py", "--", "sh", "-c", "kill -KILL $$")
        assert process.wait(30) == 128 + signal.SIGKILL

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_up_until_a_signal(self, winlab: Any, number: signal.Signals) -> None:
        process = winlab("up", "--inventory", "hosts.py", "--hosts", "2", "--latency", "0.01,0.001")
        lines = [process.stdout.readline()]
        while not lines[-1].startswith("Ctrl+C ends"):
            assert lines[-1], process.stderr.read()
            lines.append(process.stdout.readline())
        assert re.match(rf"cli1: {NETWORK}\.1, user Administrator, C: is (.+)", lines[0])
        drive = Path(lines[1].rstrip("\n").split(" C: is ")[1])
        assert drive.name == "C:"
        assert drive.is_dir()
        assert any(line.startswith("export WINLAB_PASSWORD=") for line in lines)
        process.send_signal(number)
        assert process.wait(30) == 0
        assert not drive.exists()

    @pytest.mark.usefixtures("closed", "fake_build")
    def test_what_goes_wrong_is_said_and_ends_the_lab(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed: list[str]
    ) -> None:
        monkeypatch.setattr(cli, "read_hosts", lambda *_: HOSTS)
        assert cli.main(["run", "--", "no-such-command"]) == 2
        assert capsys.readouterr().err == (
            "winlab: Could not run 'no-such-command': No such file or directory. Check the command after --.\n"
        )
        with WsmanServer(HOSTS[0].address, {}, lambda _: 0, http_port=5985):
            assert cli.main(["run", "--", "true"]) == 2
        assert f"winlab: Cannot listen on {NETWORK}.1 port 5985: another program has it" in capsys.readouterr().err
        assert sorted(closed) == ["one", "one", "two"]
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    @pytest.mark.parametrize(
        "arguments",
        [
            ["run"],
            ["run", "--"],
            ["up", "--", "true"],
            ["up", "--hosts", "0"],
            ["up", "--latency", "slow"],
            ["up", "--latency=-1"],
            ["package"],
            [],
        ],
    )
    def test_wrong_usage(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert "usage: winlab" in capsys.readouterr().err
