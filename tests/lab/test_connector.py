"""pyinfra's connector arguments on Windows: honoured, or refused with a reason; never ignored."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_practice import NETWORK
from operation_runner import OperationRunner
from pyinfra.api import Config, HiddenValue, Host, Inventory, State, StringCommand
from pyinfra.api.connect import connect_all, disconnect_all

from winfra import connector
from winfra.call import PowerShellCall
from winfra.exceptions import HostTimeoutError, TransferError, UnsupportedArgumentError
from winfra.session import retry
from winlab.lab import Lab, LabHost
from winlab.windows.machine import Machine

SECRET = "canary-2291-secret"


@pytest.fixture(scope="module")
def lab(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    hosts = [LabHost(f"lab{n}", f"{NETWORK}.{n}", "Administrator", variables["WINLAB_PASSWORD"]) for n in (1, 2)]
    with Lab(hosts, directory=tmp_path_factory.mktemp("connector")) as started:
        yield started


@pytest.fixture(scope="module")
def host(lab: Lab) -> Iterator[Host]:
    state = OperationRunner(lab).state()
    (connected,) = state.inventory
    yield connected
    disconnect_all(state)


@pytest.fixture
def machine(lab: Lab) -> Machine:
    return lab.machines["lab1"]


def shell(host: Host, command: object, **arguments: object) -> tuple[bool, list[str], list[str]]:
    success, output = host.run_shell_command(command, **arguments)
    return success, output.stdout_lines, output.stderr_lines


def test_plain_text_runs_as_powershell(host: Host) -> None:
    assert shell(host, "Write-Output 'a b'\nWrite-Output c") == (True, ["a b", "c"], [])


def test_no_output_is_no_line(host: Host) -> None:
    assert shell(host, "$env:X = 1") == (True, [], [])


def test_an_exit_code_is_a_failure_unless_it_is_expected(host: Host) -> None:
    assert shell(host, "exit 3")[0] is False
    assert shell(host, "exit 3", _success_exit_codes=[0, 3])[0] is True


def test_an_error_is_a_failure_with_its_text(host: Host) -> None:
    success, _, errors = shell(host, "throw 'it broke'")
    assert not success
    assert "it broke" in "\n".join(errors)


def test_the_environment_is_set_for_one_command_and_its_secrets_are_not_shown(host: Host) -> None:
    environment = {"PLAIN": "value", "HIDDEN": HiddenValue(SECRET)}
    success, lines, _ = shell(host, "Write-Output $env:PLAIN\nWrite-Output $env:HIDDEN", _env=environment)
    assert (success, lines) == (True, ["value", "<secret>"])
    assert shell(host, "Write-Output $env:PLAIN")[1] == []


def test_stdin_is_piped_into_the_script(host: Host) -> None:
    for stdin in ("one\ntwo", ["one", "two"], io.StringIO("one\ntwo\n")):
        assert shell(host, "$input", _stdin=stdin)[1] == ["one", "two"]


def test_a_working_folder_is_used_or_its_absence_is_an_error(host: Host) -> None:
    assert shell(host, "Write-Output here", _chdir="C:\\Windows")[0] is True
    success, _, errors = shell(host, "Write-Output here", _chdir="C:\\Not There")
    assert not success
    assert "C:\\Not There" in "\n".join(errors)


def test_a_timeout_ends_the_command(host: Host) -> None:
    with pytest.raises(HostTimeoutError):
        shell(host, "Start-Sleep 60", _timeout=1)
    assert shell(host, "Write-Output next")[1] == ["next"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"_sudo": True}, "_sudo is not possible on Windows"),
        ({"_su_user": "x"}, "_su_user is not possible on Windows"),
        ({"_doas": True}, "_doas is not possible on Windows"),
        ({"_get_pty": True}, "_get_pty is not possible on Windows"),
        ({"_temp_dir": "C:/Temp"}, "_temp_dir is not possible on Windows"),
        ({"_shell_executable": "bash"}, "expected _shell_executable to be PowerShell, found 'bash'"),
    ],
)
def test_what_windows_has_no_equivalent_of_is_refused(host: Host, arguments: dict[str, object], expected: str) -> None:
    with pytest.raises(UnsupportedArgumentError, match=expected):
        shell(host, "Get-Date", **arguments)
    with pytest.raises(UnsupportedArgumentError, match=expected):
        host.put_file(io.BytesIO(b"x"), "C:\\Windows\\Temp\\x", **arguments)


def test_a_call_takes_no_stdin(host: Host) -> None:
    with pytest.raises(UnsupportedArgumentError, match="Get-WinItem takes no _stdin"):
        shell(host, PowerShellCall("Get-WinItem", {"Path": "C:\\"}), _stdin="x")


def test_secrets_of_a_command_are_scrubbed_from_what_the_host_answers(host: Host) -> None:
    command = StringCommand("Write-Output", HiddenValue(SECRET))
    assert shell(host, command)[1] == ["<secret>"]
    assert shell(host, f"Write-Error '{SECRET}'")[2][0].count(SECRET) == 0


def test_a_secret_that_is_an_ordinary_word_garbles_no_answer(host: Host) -> None:
    """What a function answers is parsed: it is scrubbed where it is printed, not where it is read."""
    shell(host, "Write-Output x", _env={"WORD": HiddenValue("Directory")})
    _, lines, _ = shell(host, PowerShellCall("Get-WinItem", {"Path": "C:\\Windows"}))
    assert json.loads(lines[0])["Kind"] == "Directory"


def test_files_travel_both_ways(host: Host, machine: Machine, tmp_path: Path) -> None:
    source, target = tmp_path / "up", tmp_path / "down"
    source.write_bytes(bytes(range(256)) * 5000)
    assert host.put_file(str(source), "C:\\Windows\\Temp\\a file")
    assert host.get_file("C:\\Windows\\Temp\\a file", str(target))
    assert target.read_bytes() == source.read_bytes()
    stream = io.BytesIO()
    assert host.get_file("C:\\Windows\\Temp\\a file", stream)
    assert stream.getvalue() == source.read_bytes()
    assert host.put_file(io.StringIO("text\u00e9"), "C:\\Windows\\Temp\\text")
    assert machine.files.read_bytes("C:\\Windows\\Temp\\text") == "text\u00e9".encode()
    assert host.put_file(io.BytesIO(b""), "C:\\Windows\\Temp\\empty")
    assert machine.files.read_bytes("C:\\Windows\\Temp\\empty") == b""


def test_a_download_that_fails_leaves_no_file(host: Host, tmp_path: Path) -> None:
    with pytest.raises(TransferError):
        host.get_file("C:\\Windows\\Temp\\not there", str(tmp_path / "down"))
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_name_may_be_given(host: Host, machine: Machine) -> None:
    assert host.put_file(io.BytesIO(b"x"), "C:\\Windows\\Temp\\named", "C:\\Windows\\Temp\\named.tmp")
    assert machine.files.read_bytes("C:\\Windows\\Temp\\named") == b"x"


def test_confidential_output_is_not_printed(host: Host, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.files.write_bytes("C:\\Windows\\Temp\\secret.txt", SECRET.encode())
    call = PowerShellCall("Get-WinTextFile", {"Path": "C:\\Windows\\Temp\\secret.txt"}, confidential=True)
    shown: list[str] = []
    monkeypatch.setattr(connector, "echo", lambda text, **_: shown.append(text))
    success, lines, _ = shell(host, call, print_output=True, print_input=True)
    printed = "\n".join(shown)
    assert success
    assert SECRET in lines[0]
    assert SECRET not in printed
    assert "<confidential, " in printed
    assert ">>> Get-WinTextFile -Path 'C:\\Windows\\Temp\\secret.txt'" in printed


def test_a_function_that_fails_says_where(host: Host) -> None:
    success, lines, errors = shell(host, PowerShellCall("Copy-WinFile", {"Path": "C:\\no", "Destination": "C:\\x"}))
    assert (success, lines) == (False, [])
    assert "C:\\no" in errors[0]


def test_an_unknown_function_is_an_error(host: Host) -> None:
    success, _, errors = shell(host, PowerShellCall("Get-Nothing", {}))
    assert not success
    assert "Get-Nothing" in errors[0]


def test_hosts_that_can_not_be_reached_do_not_stop_the_others(
    lab: Lab, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "RETRY_SECONDS", 1.0)
    good = OperationRunner(lab).data()
    hosts = [
        ("@winrm/lab1", good),
        ("@winrm/nobody", {**good, "winrm_hostname": f"{NETWORK}.99"}),
        ("@winrm/stranger", {**good, "winrm_password": HiddenValue(variables["WINLAB_PASSWORD"] + "x")}),
        ("@winrm/typo", {**good, "winrm_prot": 1}),
    ]
    state = State(Inventory((hosts, {})), Config())
    connect_all(state)
    assert {host.name for host in state.active_hosts} == {"@winrm/lab1"}
    assert {host.name for host in state.failed_hosts} == {"@winrm/nobody", "@winrm/stranger", "@winrm/typo"}
    disconnect_all(state)


def test_disconnecting_leaves_no_shell(lab: Lab) -> None:
    before = lab.servers["lab1"].shell_count
    state = OperationRunner(lab).state()
    disconnect_all(state)
    assert lab.servers["lab1"].shell_count == before
