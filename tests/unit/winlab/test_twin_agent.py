"""The agent of a practice host speaks frames."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from windows_practice import ADDRESS, PracticeProcess, encoded, packed

from winfra.library import agent_script
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

BOOTSTRAP = encoded("# winfra bootstrap\n$mode = 1\n")
LIBRARY = "function Get-WinItem {\n}\nfunction  new-windirectory {\n}\nfunction Get-WinNothing {\n}\n"
CONTENT = bytes(range(256)) * 40
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def b64(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def call_fields(function: str, parameters: object, options: object = None) -> str:
    return f"call {b64(function)} {b64(json.dumps(parameters))} {b64(json.dumps(options or {}))}"


def run_fields(script: str, options: object = None) -> str:
    return f"run {b64(script)} {b64(json.dumps(options or {}))}"


def parse(line: str, identifier: str) -> tuple[int, str, str]:
    tag, found, code, output, errors = line.rstrip("\n").split(" ")
    assert (tag, found) == ("@WINFRA", identifier)
    assert (output[-1], errors[-1]) == (".", ".")
    return int(code), base64.b64decode(output[:-1]).decode(), base64.b64decode(errors[:-1]).decode()


class Client:
    """The control node's side of an agent."""

    def __init__(self, machine: Machine) -> None:
        self.process = PracticeProcess(BOOTSTRAP)
        self._thread = self.process.start(machine)
        self._count = 0
        self.send_line(packed(agent_script()))
        self.send_line(packed(LIBRARY))
        self.ready = parse(self.process.stdout.next_line(), "0")

    def send_line(self, line: str | bytes) -> None:
        self.process.stdin.put(line.encode() + b"\r\n" if isinstance(line, str) else line)

    def ask(self, fields: str, identifier: str | None = None) -> tuple[int, str, str]:
        self._count += 1
        identifier = identifier or f"r{self._count}"
        self.send_line(f"{identifier} {fields}")
        return parse(self.process.stdout.next_line(), identifier)

    def upload(
        self, path: str, destination: str, *pieces: tuple[int, bytes], digest: str = DIGEST
    ) -> tuple[int, str, str]:
        self.send_line(f"u open {b64(path)}")
        for offset, piece in pieces:
            self.send_line(f"u data {offset} {b64(piece)}")
        return self.ask(f"close {b64(path)} {b64(destination)} {digest}")

    def end(self) -> int | None:
        self.process.stdin.put(b"")
        self._thread.join(60)
        return self.process.exit_code


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


@pytest.fixture
def client(machine: Machine) -> Iterator[Client]:
    client = Client(machine)
    yield client
    client.end()


def test_the_ready_line_says_which_powershell_answers(machine: Machine, client: Client) -> None:
    code, output, errors = client.ready
    ready = json.loads(output)
    assert (code, errors, ready["PowerShellVersion"]) == (0, "", machine.summary.powershell_version)
    assert isinstance(ready["ProcessId"], int)
    assert machine.process_starts == {"cmd.exe": 1, "powershell.exe": 1}


def test_a_call_answers_one_line_of_json(machine: Machine, client: Client) -> None:
    machine.files.write_bytes("C:\\grün.txt", b"abc")
    code, output, errors = client.ask(call_fields("get-winitem", {"Path": "C:/GRÜN.txt", "IncludeHash": None}))
    assert (code, errors) == (0, "")
    assert "\n" not in output
    item = json.loads(output)
    assert (item["Path"], item["Kind"], item["Sha256"]) == ("C:\\GRÜN.txt", "File", None)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        (call_fields("Get-WinItem", {"Way": "x"}), 1, "parameter name 'Way'"),
        (call_fields("Get-WinItem", {"Path": "x"}), 1, "Expected an absolute path"),
        (call_fields("Get-WinItem", ["x"]), 1, "Expected a JSON object"),
        (call_fields("Get-WinAcl", {"Path": "C:\\"}), 255, "found 'Get-WinAcl', which it has not"),
        (call_fields("Get-WinNothing", {}), 1, "winlab: this lab has no twin"),
        (call_fields("Get-WinItem", {"Path": "C:\\"}, {"Directory": "C:\\none"}), 1, "Could not find a part"),
        ("dance", 255, "call, run, open, data, close, read, quit"),
        ("", 255, "found ''"),
        (f"read {b64('C:/none')} 0 10", 1, "Could not find file"),
        (f"read {b64('C:/none')} zero 10", 1, "Expected a number in field 3"),
        ("run", 1, "Expected at least 3 fields"),
        (f"run {b64('hostname')} {b64('{')}", 1, "Expected a JSON object"),
        ("run ??? e30=", 1, "Expected base64 in field 2"),
    ],
)
def test_requests_that_fail(client: Client, fields: str, code: int, words: str) -> None:
    found, output, errors = client.ask(fields)
    assert (found, output) == (code, "")
    assert words in errors
    assert client.ask(call_fields("Get-WinItem", {"Path": "C:\\"}))[0] == 0


def test_a_repeated_request_is_answered_from_memory(machine: Machine, client: Client) -> None:
    fields = call_fields("New-WinDirectory", {"Path": "C:\\new"})
    first = client.ask(fields, "same")
    assert json.loads(first[1])["Created"] is True
    machine.files.remove("C:\\new")
    assert client.ask(fields, "same") == first
    assert machine.files.kind("C:\\new") == "Absent"
    assert json.loads(client.ask(fields, "other")[1])["Created"] is True


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("Write-Output 'a'; 'b'", (0, "a\r\nb\r\n", "")),
        ("exit 7", (7, "", "")),
        ("Write-Error 'bad'; 'on'", (1, "on\r\n", "bad\r\n")),
        ("throw 'bad'; 'not reached'", (1, "", "bad\r\n")),
        ("Write-Error 'bad'; exit 0", (0, "", "bad\r\n")),
        ("hostname", (0, "WEB1\r\n", "")),
    ],
)
def test_scripts(client: Client, script: str, expected: tuple[int, str, str]) -> None:
    assert client.ask(run_fields(script)) == expected


def test_environment_and_input_are_of_one_request_only(client: Client) -> None:
    options = {"Environment": {"NAME": "value", "SECRET": {"$secret": "hidden"}}, "Input": ["one", "two"]}
    script = "$env:NAME; $env:secret; $input; $env:FROM_SHELL; $env:NAME = 'changed'"
    assert client.ask(run_fields(script, options)) == (0, "value\r\nhidden\r\none\r\ntwo\r\nyes\r\n", "")
    assert client.ask(run_fields('"<$env:NAME>"')) == (0, "<>\r\n", "")


def test_scripts_call_the_library(client: Client) -> None:
    code, output, _ = client.ask(run_fields("Get-WinItem -Path 'C:\\Windows' -IncludeHash $false"))
    assert code == 0
    assert "Path             : C:\\Windows\r\nKind             : Directory\r\n" in output
    code, _, errors = client.ask(run_fields("Get-WinAcl -Path 'C:\\'"))
    assert (code, errors) == (1, "winlab: this lab does not know this PowerShell: Get-WinAcl -Path 'C:\\'\r\n")


def test_an_upload_is_moved_into_place(machine: Machine, client: Client) -> None:
    first, second = CONTENT[:6000], CONTENT[6000:]
    for _ in range(2):
        pieces = ((0, first), (0, first), (6000, second))
        assert client.upload("C:\\Windows\\Temp\\up.tmp", "C:\\x.bin", *pieces) == (0, DIGEST, "")
        assert machine.files.read_bytes("C:\\x.bin") == CONTENT
        assert machine.files.names("C:\\Windows\\Temp") == []


def test_an_empty_file_is_uploaded(machine: Machine, client: Client) -> None:
    digest = hashlib.sha256(b"").hexdigest()
    assert client.upload("C:\\up.tmp", "C:\\empty", digest=digest) == (0, digest, "")
    assert machine.files.size("C:\\empty") == 0


@pytest.mark.parametrize(
    ("temporary", "destination", "pieces", "digest", "words"),
    [
        (
            "C:\\up.tmp",
            "C:\\old",
            [(0, CONTENT)],
            "0" * 64,
            f"Expected SHA-256 {'0' * 64} of 'C:\\old', found {DIGEST}",
        ),
        (
            "C:\\up.tmp",
            "C:\\old",
            [(0, CONTENT[:5]), (7, CONTENT[7:])],
            DIGEST,
            "piece at offset 5, found the one at 7",
        ),
        ("C:\\none\\up.tmp", "C:\\old", [(0, CONTENT)], DIGEST, "Could not find a part of the path"),
        ("C:\\up.tmp", "C:\\Users", [(0, CONTENT)], DIGEST, "found a directory"),
        ("C:\\up.tmp", "C:\\none\\x", [(0, CONTENT)], DIGEST, "Could not find a part of the path"),
    ],
    ids=["digest", "gap", "folder", "directory", "destination"],
)
def test_an_upload_that_fails_leaves_everything_as_it_was(  # noqa: PLR0913, PLR0917
    machine: Machine,
    client: Client,
    temporary: str,
    destination: str,
    pieces: list[tuple[int, bytes]],
    digest: str,
    words: str,
) -> None:
    machine.files.write_bytes("C:\\old", b"old")
    code, output, errors = client.upload(temporary, destination, *pieces, digest=digest)
    assert (code, output) == (1, "")
    assert words in errors
    assert machine.files.kind("C:\\up.tmp") == "Absent"
    assert machine.files.read_bytes("C:\\old") == b"old"
    assert client.upload("C:\\up.tmp", "C:\\old", (0, CONTENT))[0] == 0


def test_an_upload_to_a_full_disk_fails_and_gives_its_room_back(machine: Machine, client: Client) -> None:
    machine.files.capacity_bytes = machine.files.used_bytes + 8000
    code, _, errors = client.upload("C:\\up.tmp", "C:\\x", (0, CONTENT[:6000]), (6000, CONTENT[6000:]))
    assert (code, errors) == (1, "There is not enough space on the disk.")
    assert machine.files.names("C:\\") == ["Program Files", "Program Files (x86)", "ProgramData", "Users", "Windows"]
    assert machine.files.free_bytes == 8000


def test_a_close_without_an_upload(client: Client) -> None:
    code, _, errors = client.ask(f"close {b64('C:/a')} {b64('C:/b')} {DIGEST}")
    assert code == 1
    assert "Expected an upload to 'C:/a' under way" in errors


def test_the_end_of_the_input_removes_an_unfinished_upload(machine: Machine) -> None:
    client = Client(machine)
    client.send_line(f"u open {b64('C:/up.tmp')}")
    client.send_line(f"u data 0 {b64(b'x')}")
    assert client.end() == 0
    assert machine.files.kind("C:\\up.tmp") == "Absent"


def test_a_terminated_agent_leaves_its_upload_and_the_next_one_to_there_removes_it(machine: Machine) -> None:
    client = Client(machine)
    left = "C:\\x.0123abcd.partial"
    client.send_line(f"u open {b64(left)}")
    assert client.ask(run_fields("hostname"))[0] == 0
    client.process.terminated.set()
    client.end()
    assert machine.files.kind(left) == "File"
    other = Client(machine)
    assert other.upload("C:\\x.4567abcd.partial", "C:\\x", (0, CONTENT))[0] == 0
    other.end()
    assert [name for name in machine.files.names("C:\\") if name.startswith("x")] == ["x"]


def test_an_upload_of_another_run_to_the_same_place_is_left_alone(machine: Machine, client: Client) -> None:
    other = Client(machine)
    other.send_line(f"u open {b64('C:/x.0123abcd.partial')}")
    assert other.ask(run_fields("hostname"))[0] == 0
    assert client.upload("C:\\x.4567abcd.partial", "C:\\x", (0, b""))[0] == 1
    assert machine.files.kind("C:\\x.0123abcd.partial") == "File"
    other.send_line(f"u data 0 {b64(CONTENT)}")
    assert other.ask(f"close {b64('C:/x.0123abcd.partial')} {b64('C:/x')} {DIGEST}") == (0, DIGEST, "")
    other.end()


def test_reading_in_parts(machine: Machine, client: Client) -> None:
    machine.files.write_bytes("C:\\x", b"0123456789")
    parts = [client.ask(f"read {b64('C:/x')} {offset} 4")[1] for offset in (0, 4, 8, 12)]
    assert parts == ["0123", "4567", "89", ""]


def test_quit_ends_the_process(client: Client) -> None:
    client.send_line("q quit")
    assert client.end() == 0


def one_shot(machine: Machine, *lines: bytes) -> PracticeProcess:
    return PracticeProcess(BOOTSTRAP, list(lines)).run(machine)


def test_a_process_for_one_request_ends_with_its_input(machine: Machine) -> None:
    request = f"r1 {run_fields('hostname')}\n".encode()
    process = one_shot(machine, packed(agent_script()), packed(LIBRARY), request)
    ready, reply = process.stdout.text.splitlines()
    assert process.exit_code == 0
    assert parse(ready, "0")[0] == 0
    assert parse(reply, "r1") == (0, "WEB1\r\n", "")


def test_an_antivirus_holds_the_answers_back_until_the_end(machine: Machine) -> None:
    machine.agent_withholds_output = True
    process = PracticeProcess(BOOTSTRAP)
    thread = process.start(machine)
    for line in (packed(agent_script()), packed(LIBRARY), f"r1 {run_fields('exit 3')}\n".encode()):
        process.stdin.put(line)
    process.stdin.put(f"r2 {call_fields('New-WinDirectory', {'Path': 'C:/seen'})}\n".encode())
    while machine.files.kind("C:\\seen") == "Absent":
        thread.join(0.01)
    assert process.stdout.data == b""
    process.stdin.put(b"")
    thread.join(60)
    assert [line.split()[1] for line in process.stdout.text.splitlines()] == ["0", "r1", "r2"]


def test_constrained_language_mode_has_no_agent(machine: Machine) -> None:
    machine.summary.language_mode = "ConstrainedLanguage"
    process = one_shot(machine, packed(agent_script()))
    assert (process.exit_code, process.stdout.text) == (3, "@WINFRA-LANGUAGE ConstrainedLanguage\r\n")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([packed("# another agent")], "This lab only knows that agent"),
        ([b"not base64 of gzip\n"], "Expected base64 of the gzipped agent"),
        ([], "found its end"),
        ([packed(agent_script())], "Expected the library on standard input, found its end"),
    ],
    ids=["another", "garbage", "nothing", "no library"],
)
def test_an_agent_that_cannot_start_says_why(machine: Machine, lines: list[bytes], words: str) -> None:
    process = one_shot(machine, *lines)
    code, _, errors = parse(process.stdout.text, "0")
    assert (process.exit_code, code) == (1, 1)
    assert words in errors
