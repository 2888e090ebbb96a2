"""cmd.exe and powershell.exe of a practice host, as far as the lab knows them."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from windows_practice import ADDRESS, PracticeProcess, deploy, encoded, install

from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

UNKNOWN = "winlab: this lab does not know"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


def run(machine: Machine, line: str, stdin: str = "", **options: str) -> tuple[int | None, str, str]:
    process = PracticeProcess(line, [stdin.encode()] if stdin else [], options).run(machine)
    return process.exit_code, process.stdout.text, process.stderr.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hostname", (0, "WEB1\r\n", "")),
        ("HOSTNAME.EXE", (0, "WEB1\r\n", "")),
        ("whoami", (0, "web1\\administrator\r\n", "")),
        ("ver", (0, "\r\nMicrosoft Windows [Version 10.0.20348]\r\n", "")),
        ('echo grün  "x"', (0, 'grün  "x"\r\n', "")),
        ("echo %computername% %NONE%", (0, "WEB1 %NONE%\r\n", "")),
        ("echo", (0, "ECHO is on.\r\n", "")),
        ("exit 5", (5, "", "")),
        ("exit /b 6", (6, "", "")),
        ("set FROM_SH", (0, "FROM_SHELL=yes\r\n", "")),
        ("set system", (0, "SystemDrive=C:\r\nSystemRoot=C:\\Windows\r\n", "")),
        ("set NONE", (1, "", "Environment variable NONE not defined\r\n")),
        ("type C:\\x.txt", (0, "one\ntwo", "")),
        ("type C:\\none.txt", (1, "", "The system cannot find the file specified.\r\n")),
        ("cmd /c hostname", (0, "WEB1\r\n", "")),
        ('cmd.exe /C "echo x"', (0, "x\r\n", "")),
    ],
)
def test_commands(machine: Machine, line: str, expected: tuple[int, str, str]) -> None:
    machine.files.write_bytes("C:\\x.txt", b"one\ntwo")
    assert run(machine, line) == expected


def test_ipconfig_names_the_address(machine: Machine) -> None:
    code, output, _ = run(machine, "ipconfig")
    assert code == 0
    assert f": {ADDRESS}\r\n" in output
    assert "Host Name . . . . . . . . . . . . : WEB1" in run(machine, "ipconfig /all")[1]
    assert run(machine, "ipconfig /flushdns")[0] == 1


@pytest.mark.parametrize(
    "line",
    [
        *("echo a & del C:\\x", "echo a > C:\\x", "type x.txt", "hostname /x", "cmd /k ver", "set FOO=1", "sl -la"),
        *("dir", "cd C:\\", "sc query", "chcp 65001", "rem x", "msiexec /i x.msi"),
    ],
)
def test_commands_beyond_the_lab(machine: Machine, line: str) -> None:
    code, output, errors = run(machine, line)
    assert (code, output) == (1, "")
    assert errors.startswith("winlab: this lab")


def test_builtin_commands_need_a_shell(machine: Machine) -> None:
    assert run(machine, "hostname", WINRS_SKIP_CMD_SHELL="TRUE")[0] == 0
    code, _, errors = run(machine, "echo x", WINRS_SKIP_CMD_SHELL="TRUE")
    assert code == 1
    assert errors.startswith(f"{UNKNOWN} the program echo")
    assert machine.process_starts == {"hostname.exe": 1}


def test_a_line_too_long_for_cmd(machine: Machine) -> None:
    line = encoded("'" + "x" * 3100 + "'")
    assert len(line) > 8191
    assert run(machine, line) == (1, "", "The command line is too long.\r\n")
    assert run(machine, line, WINRS_SKIP_CMD_SHELL="TRUE")[0] == 0


@pytest.mark.parametrize(
    "options",
    [
        "-EncodedCommand {}",
        "-NoProfile -NonInteractive -NoLogo -OutputFormat Text -ExecutionPolicy Bypass -EncodedCommand {}",
        "-ENC {} -nop",
        "-ep Bypass -e {}",
        "/ec {}",
        "-noni -nol -ex Unrestricted -encodedc {}",
    ],
)
def test_options_in_any_order_case_and_length(machine: Machine, options: str) -> None:
    script = base64.b64encode("Write-Output 'ok'; exit 3".encode("utf-16-le")).decode()
    assert run(machine, f"powershell.exe {options.format(script)}") == (3, "ok\r\n", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("powershell -Command \"Write-Output 'a'; exit 4\"", (4, "a\r\n", "")),
        ("powershell -NoProfile hostname", (0, "WEB1\r\n", "")),
        ("powershell -c \"throw 'bad'\"", (1, "", "bad\r\n")),
        ("powershell -c \"Write-Error 'bad'; 'on'\"", (0, "on\r\n", "bad\r\n")),
        ("powershell -c \"'on'; Write-Error 'bad'\"", (1, "on\r\n", "bad\r\n")),
        ("powershell -File C:\\x.ps1", (2, "from a file\r\n", "")),
        ('powershell -f "C:/X.PS1"', (2, "from a file\r\n", "")),
    ],
)
def test_scripts_of_every_kind(machine: Machine, line: str, expected: tuple[int, str, str]) -> None:
    machine.files.write_bytes("C:\\x.ps1", b"\xef\xbb\xbf# a comment\r\n'from a file' # another\r\nexit 2\r\n")
    assert run(machine, line) == expected


def test_scripts_from_standard_input(machine: Machine) -> None:
    assert run(machine, "powershell -Command -", "Write-Output 'x'\n") == (0, "x\r\n", "")
    assert run(machine, "powershell -File -", "exit 9\n") == (9, "", "")
    assert run(machine, "powershell -c $input", "a\r\nb\r\n") == (0, "a\r\nb\r\n", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("powershell -EncodedCommand äöü", "not properly encoded"),
        ("powershell -EncodedCommand", "missing parameter"),
        ("powershell -ConfigurationName x", f"{UNKNOWN} the powershell.exe option -ConfigurationName"),
        ("powershell -File C:\\none.ps1", "does not exist"),
        ("powershell -File C:\\x.ps1 -Force", "winlab: this lab knows arguments of entry scripts only, found: -Force"),
    ],
)
def test_wrong_command_lines(machine: Machine, line: str, words: str) -> None:
    machine.files.write_bytes("C:\\x.ps1", b"'from a file'")
    code, output, errors = run(machine, line)
    assert (code, output) == (0xFFFD0000, "")
    assert words in errors


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("Write-Output 'it''s', 5, $true, word", "it's\r\n5\r\nTrue\r\nword\r\n"),
        ("echo 'a;b'\n'c' ; \"d\"", "a;b\r\nc\r\nd\r\n"),
        ("$env:X = 'y'; Write-Output \"<$env:x>\"; $env:X", "<y>\r\ny\r\n"),
        ("$env:COMPUTERNAME", "WEB1\r\n"),
        ("# only a comment", ""),
        ("whoami", "web1\\administrator\r\n"),
        ("$PSVersionTable.PSVersion", "\r\nMajor  Minor  Build  Revision\r\n-----  -----  -----  --------\r\n"),
    ],
)
def test_statements(machine: Machine, script: str, output: str) -> None:
    code, found, errors = run(machine, encoded(script))
    assert (code, errors) == (0, "")
    assert found.startswith(output)


def test_the_date_is_that_of_now(machine: Machine) -> None:
    assert time.strftime("%Y") in run(machine, encoded("Get-Date"))[1]


@pytest.mark.parametrize(
    "statement",
    [
        "Get-ChildItem C:\\",
        "Remove-Item 'C:\\x'",
        "Write-Output $secret",
        'Write-Output "$(hostname)"',
        "Write-Output 'a' | Out-Null",
        "if ($true) { 'x' }",
        "Get-WinItem -Path 'C:\\'",
        "exit $code",
        "Get-Service 'a', 'b'",
        "Write-Output -Foo",
        "$env:USERNAME",
        'Write-Output "<$env:USERNAME>"',
    ],
)
def test_statements_beyond_the_lab(machine: Machine, statement: str) -> None:
    code, output, errors = run(machine, encoded(f"'before'\n{statement}\n'after'"))
    assert (code, output) == (1, "before\r\n")
    assert errors.startswith(f"{UNKNOWN} this PowerShell: ")


def test_services_by_cmdlets(machine: Machine, tmp_path: Path) -> None:
    install(machine, tmp_path)
    deploy(machine)
    assert run(machine, encoded("Start-Service Memurai")) == (0, "", "")
    code, output, _ = run(machine, encoded("Get-Service -Name 'memurai'"))
    assert code == 0
    assert "Running  Memurai" in output
    process_id = machine.services.get("Memurai").process_id
    run(machine, encoded("Restart-Service Memurai"))
    assert machine.services.get("Memurai").process_id not in (0, process_id)
    run(machine, encoded("Stop-Service Memurai"))
    assert machine.services.get("Memurai").state == "Stopped"
    code, _, errors = run(machine, encoded("Get-Service Other"))
    assert (code, errors) == (1, "Cannot find any service with service name 'Other'.\r\n")


def test_starting_powershell_takes_its_time_and_is_counted(machine: Machine) -> None:
    machine.process_latency_seconds = 0.15
    started = time.monotonic()
    run(machine, encoded("'x'"))
    assert time.monotonic() - started >= 0.15
    run(machine, "hostname")
    assert machine.process_starts == {"cmd.exe": 2, "powershell.exe": 1, "hostname.exe": 1}


def test_waiting_ends_when_the_process_is_terminated(machine: Machine) -> None:
    process = PracticeProcess(encoded("Start-Sleep -Seconds 60; 'not reached'"), [])
    threading.Timer(0.05, process.terminated.set).start()
    started = time.monotonic()
    process.run(machine)
    assert time.monotonic() - started < 10
    assert process.stdout.text == ""
