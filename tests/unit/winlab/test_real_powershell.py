"""What stands between a practice host and a real PowerShell; none of it needs one. tests/contract runs one."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from windows_practice import ADDRESS, CONF, PracticeProcess, deploy, encoded, install, wait_until

from winfra.library import library_text, seam_functions
from winlab.cli import main
from winlab.engines.real_powershell import HostPowerShell, Installation, MissingError, installation, programs
from winlab.engines.real_powershell.bridge import Bridge, Connection
from winlab.engines.real_powershell.paths import show_windows_paths
from winlab.engines.real_powershell.seam import with_model
from winlab.exceptions import WinlabError
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


# The folder and this machine


def test_a_folder_without_a_powershell_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--powershell", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert f"Expected a PowerShell for Windows in {tmp_path}, found no pwsh/powershell.exe in it." in error
    assert "docs/developer/powershell.md says how to make one" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("lacking", "package"),
    [
        ("wine64", "wine wine64"),
        ("wineserver", "wine wine64"),
        ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64-win32"),
    ],
)
def test_what_this_machine_lacks_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, package: str
) -> None:
    (tmp_path / "pwsh").mkdir()
    (tmp_path / "pwsh" / "powershell.exe").touch()
    (tmp_path / "dotnet" / "shared" / "Microsoft.NETCore.App").mkdir(parents=True)
    monkeypatch.setattr(shutil, "which", lambda name: None if Path(name).name == lacking else f"/usr/bin/{name}")
    with pytest.raises(MissingError) as refusal:
        Installation.open(tmp_path)
    assert f"Expected {lacking} on this machine" in str(refusal.value)
    assert f"apt-get install --no-install-recommends {package}" in str(refusal.value)


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "DEFAULT_FOLDER", tmp_path)
    assert installation.find_folder({"WINFRA_POWERSHELL": "/elsewhere"}) == Path("/elsewhere")
    assert installation.find_folder({}) == tmp_path
    monkeypatch.setattr(installation, "DEFAULT_FOLDER", tmp_path / "none")
    assert installation.find_folder({}) is None


# The seam


def test_the_model_answers_what_only_windows_has_and_all_other_text_stays() -> None:
    text, found = library_text(), with_model(library_text())
    for name in seam_functions():
        assert f"Invoke-WinlabModel -Name {name} " in found
    kept = text[text.index("function New-WinDirectory {") :]
    assert kept[: kept.index("\n}\n")] in found


def test_a_function_keeps_its_parameters() -> None:
    text = with_model(library_text())
    function = text[text.index("function Start-WinService {") :]
    function = function[: function.index("\n}\n")]
    assert "[ValidateRange(1, 86400)]" in function
    assert function.endswith("Invoke-WinlabModel -Name Start-WinService -Bound $PSBoundParameters")


def test_a_function_ends_after_the_program_text_in_it() -> None:
    other = "function Get-Other {\n    'kept'\n}\n"
    found = with_model(f"function Get-WinAcl {{\n    param()\n    Add-Type @'\nclass A\n{{\n}}\n'@\n}}\n{other}")
    assert "class A" not in found
    assert found.endswith("}\n" + other)


def test_a_function_whose_parameters_are_not_found_is_an_error() -> None:
    with pytest.raises(WinlabError, match="in Get-WinAcl, found none"):
        with_model("function Get-WinAcl {\n  param()\n}\n")


def test_programs_are_started_by_what_tries_a_start_again_that_wine_loses() -> None:
    found = with_model(library_text())
    assert "$process = Start-WinlabProgram -Start ($start)" in found
    assert found.count("[Diagnostics.Process]::Start(") == 1


def test_a_script_without_functions_stays() -> None:
    assert with_model("Get-WinAcl -Path C:\\\n") == "Get-WinAcl -Path C:\\\n"


# The way back from Wine


def say(place: str, *messages: str) -> bytes:
    """Send messages to a bridge and return all that it answers."""
    with socket.create_connection(("127.0.0.1", int(place.split(maxsplit=1)[0]))) as peer:
        for message in messages:
            peer.sendall(struct.pack("<I", len(message)) + message.encode())
        # Whoever does not know the key may have been cut off by then.
        with contextlib.suppress(OSError):
            peer.shutdown(socket.SHUT_WR)
        return peer.makefile("rb").read()


def test_only_who_knows_the_key_is_answered() -> None:
    def echo(connection: Connection) -> None:
        connection.send(b"".join(connection.messages()))

    bridge = Bridge({"echo": echo})
    try:
        key = bridge.place.split()[1]
        assert say(bridge.place, f"{key} echo", "a", "b") == b"ab"
        assert say(bridge.place, f"{key[:-1]}! echo", "a") == b""
        assert say(bridge.place, f"{key} other", "a") == b""
        assert say(bridge.place) == b""
    finally:
        bridge.close()


def test_a_path_of_the_labs_machine_is_shown_as_windows_own_even_in_two_pieces(machine: Machine) -> None:
    root = f"{machine.root}/".encode()
    pieces: list[bytes] = []

    class Taken:
        def send(self, data: bytes) -> bool:
            pieces.append(data[5:])
            return True

    reading, writing = os.pipe()
    with open(reading, "rb") as stream:  # noqa: PTH123  # a descriptor
        for piece in (b"dir\r\n" + root[:7], root[7:] + b"C:/data\r\n", root[:3]):
            os.write(writing, piece)
        os.close(writing)
        programs._pump(machine, stream, 1, Taken())  # type: ignore[arg-type]
    assert b"".join(pieces) == b"dir\r\nC:/data\r\n" + root[:3]


def test_a_configuration_that_its_server_has_rewritten_shows_no_path_of_the_labs_machine(
    machine: Machine, tmp_path: Path
) -> None:
    install(machine, tmp_path)
    deploy(machine)
    machine.services.start("Memurai", 30)
    with redis.Redis(host=ADDRESS) as client:
        client.config_rewrite()
    path = machine.files.local_path(CONF)
    assert str(machine.root) in path.read_text()
    os.utime(path, (1, 1))
    show_windows_paths(machine)
    assert 'dir "C:/ProgramData/Memurai/data"' in path.read_text().splitlines()
    assert str(machine.root) not in path.read_text()
    assert path.stat().st_mtime == 1


def test_what_a_server_rewrites_meanwhile_is_not_lost(machine: Machine, tmp_path: Path) -> None:
    """A Sentinel puts a new file in the place of its configuration at any time."""
    install(machine, tmp_path)
    deploy(machine)
    machine.services.start("Memurai")
    configuration = machine.files.local_path(CONF)
    beside, ended = configuration.with_name("new.conf"), threading.Event()

    def show() -> None:
        while not ended.is_set():
            show_windows_paths(machine)

    showing = threading.Thread(target=show)
    showing.start()
    try:
        for number in range(100):
            for again in range(3):
                beside.write_text(f"dir {machine.root}/C:/ProgramData/Memurai/data\n# {number} {again}\n")
                beside.replace(configuration)
            last = f"dir C:/ProgramData/Memurai/data\n# {number} 2\n"
            wait_until(lambda last=last: configuration.read_text() == last)  # type: ignore[misc]
    finally:
        ended.set()
        showing.join()


# A start that is lost


def fake_wine(folder: Path, script: str) -> Installation:
    """Return an installation whose Wine is a script of the test."""
    wine = folder / "wine"
    wine.write_text(f"#!/bin/bash\n{script}\n")
    wine.chmod(0o755)
    prefix = folder / "prefix"
    (prefix / "drive_c" / "windows").mkdir(parents=True)
    (prefix / ".update-timestamp").touch()
    return Installation(wine, folder, wine, wine, Path("/bin/true"), prefix)


@pytest.mark.parametrize("end", ["kill -SEGV $$", "exit 86"])
@pytest.mark.parametrize(("lost", "starts"), [(1, 2), (2, 3), (3, 3)])
def test_a_start_that_wine_loses_is_tried_again_twice(
    machine: Machine, tmp_path: Path, lost: int, starts: int, end: str
) -> None:
    count = tmp_path / "starts"
    script = f"echo >> {count}; [ $(wc -l < {count}) -gt {lost} ] || {end}; echo begun; exit 3"
    code = 3 if lost < starts else {"exit 86": 86}.get(end, 0xC0000005)
    powershell = HostPowerShell(fake_wine(tmp_path, script), machine, tmp_path / "wine-prefix")
    machine.powershell = powershell.run
    try:
        process = PracticeProcess(encoded("'x'")).run(machine)
        assert process.exit_code == code
        assert len(count.read_text()) == starts
    finally:
        powershell.close()


def test_what_dies_after_it_has_begun_is_not_run_again(machine: Machine, tmp_path: Path) -> None:
    count = tmp_path / "starts"
    powershell = HostPowerShell(
        fake_wine(tmp_path, f"echo >> {count}; echo begun; kill -{signal.SIGSEGV.value} $$"),
        machine,
        tmp_path / "prefix2",
    )
    machine.powershell = powershell.run
    try:
        process = PracticeProcess(encoded("'x'")).run(machine)
        assert (process.exit_code, process.stdout.text, len(count.read_text())) == (0xC0000005, "begun\n", 1)
    finally:
        powershell.close()


def test_a_program_that_powershell_has_left_does_not_keep_it_from_ending(machine: Machine, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    left = f"(until [ -e {stop} ]; do sleep 0.05; done) &"
    installation = fake_wine(tmp_path, f"{left} echo begun; echo wrong >&2; echo wine: other >&2; exit 3")
    powershell = HostPowerShell(installation, machine, tmp_path / "wine-prefix")
    machine.powershell = powershell.run
    try:
        process = PracticeProcess(encoded("'x'"))
        process.start(machine).join(60)
        assert (process.exit_code, process.stdout.text, process.stderr.text) == (3, "begun\n", "wrong\n")
    finally:
        stop.touch()
        powershell.close()
