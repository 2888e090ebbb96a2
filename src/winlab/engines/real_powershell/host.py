"""powershell.exe of one practice host: a real one, in a Wine prefix of its own whose drive C: is the host's."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import select
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

from winlab.engines.real_powershell.bridge import Bridge, Connection
from winlab.engines.real_powershell.installation import Installation, wine_environment
from winlab.engines.real_powershell.paths import show_windows_paths
from winlab.engines.real_powershell.programs import run_program
from winlab.engines.real_powershell.seam import answered_functions, packed_with_model, with_model
from winlab.exceptions import WinlabError
from winlab.twin.binder import invoke
from winlab.twin.functions import FUNCTIONS
from winlab.windows.machine import Machine
from winlab.windows.powershell_options import PowerShellRequest
from winlab.windows.process import Process

_BOOTSTRAP = "# winfra bootstrap"
_PIPE_BYTES = 4096
"""What a pipe of Windows holds when nothing else is asked for (CreatePipe)."""

_BLOCK_BYTES = 65536
_COPY_MODULE = "Copy-WinlabModule"
"""What the difference `modules` asks for."""

_POLL_MILLISECONDS = 50
_ACCESS_VIOLATION = 0xC0000005
_TRIES = 3
"""Wine 8 loses about one start in fifty (signal 11), before PowerShell runs anything."""

_WITHOUT_COMMANDS = 86
"""What a start exits with, before anything else, that does not find its own modules: about one in some thousand."""

_RUNTIME_SETTINGS = {
    "POWERSHELL_TELEMETRY_OPTOUT": "1",
    "DOTNET_EnableWriteXorExecute": "0",  # with it .NET crashes in a finalizer, under Wine 8
    "DOTNET_gcConcurrent": "0",  # a start takes a third less time without, and with the next
    "DOTNET_GCgen0size": "0x40000000",
}


class HostPowerShell:
    """Starts PowerShell for one practice host.

    Args:
        installation: what starts one on this machine.
        machine: the host; its folders Windows and Users become Wine's.
        folder: where the Wine prefix is to be, on the lab's machine.
    """

    def __init__(self, installation: Installation, machine: Machine, folder: Path) -> None:
        self._installation = installation
        self._machine = machine
        self._folder = folder
        self._numbers = count(1)
        _make_prefix(installation.prefix, machine.files.drive, folder)
        self._bridge = Bridge({"call": self._answer_call, "program": self._answer_program})
        self._environment = {
            **wine_environment(folder),
            **_RUNTIME_SETTINGS,
            "DOTNET_ROOT": _wine_path(installation.runtime),
            "WINLAB_RELAY": _wine_path(installation.relay),
            "WINLAB_MODEL": self._bridge.place,
        }

    def close(self) -> None:
        """End every process in the prefix, and remove it."""
        environment = wine_environment(self._folder)
        for option in ("-k", "-w"):
            subprocess.run([self._installation.wineserver, option], env=environment, capture_output=True, check=False)
        self._bridge.close()
        shutil.rmtree(self._folder)

    def run(self, process: Process, request: PowerShellRequest) -> int:
        """Be a powershell.exe until it ends; return its exit code."""
        script = self._script(process, request)
        if script.split("\n", 1)[0].strip() == _BOOTSTRAP:
            # The first two lines are the agent and the library.
            first = [process.stdin.readline(), packed_with_model(process.stdin.readline())]
            return self._start(process, script, first, process.stdin)
        given = process.stdin.read() if "$input" in script.lower() else b""
        return self._start(process, script, [given], None)

    def _script(self, process: Process, request: PowerShellRequest) -> str:
        if request.kind == "file" and request.value != "-":
            words = " ".join(map(_quoted, [self._copied(request.value), *request.arguments]))
            return f"& {words}\nexit $LASTEXITCODE"
        if request.kind in ("", "file") or (request.kind == "command" and request.value == "-"):
            return process.stdin.read().decode(errors="replace")
        return request.value

    def _copied(self, script: str) -> str:
        """Copy a script and the modules beside it, with the model's answers in them; return the copy's path."""
        local = self._machine.files.local_path(script)
        copies = self._folder / "scripts" / str(next(self._numbers))
        copies.mkdir(parents=True)
        for path in local.parent.iterdir():
            if path.suffix.lower() in (".ps1", ".psm1", ".psd1"):
                (copies / path.name).write_text(with_model(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
        return _wine_path(copies / local.name)

    def _start(self, process: Process, script: str, first: Iterable[bytes], rest: Iterable[bytes] | None) -> int:
        show_windows_paths(self._machine)
        for _ in range(_TRIES):
            before = self._bridge.connections
            code, has_begun = _Run(
                self._spawn(process, script), process, lambda: show_windows_paths(self._machine)
            ).run(first, rest)
            is_lost = code in (-signal.SIGSEGV, _WITHOUT_COMMANDS) and not has_begun
            if not is_lost or before != self._bridge.connections or process.terminated.is_set():
                break
        return code if code >= 0 else _ACCESS_VIOLATION

    def _spawn(self, process: Process, script: str) -> subprocess.Popen[bytes]:
        encoded = base64.b64encode(f"{self._surroundings(process)}\n{script}".encode("utf-16-le")).decode()
        options = ["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded]
        child = subprocess.Popen(
            [self._installation.wine, self._installation.powershell, *options],
            env=self._environment,
            cwd=self._machine.files.drive,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for stream in (child.stdin, child.stdout, child.stderr):
            fcntl.fcntl(_open(stream), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return child

    def _surroundings(self, process: Process) -> str:
        """Return PowerShell that takes the host's environment and folder, some of which Wine would replace."""
        folder = process.directory or "C:\\Users\\Administrator"
        if self._machine.files.kind(folder) != "Directory":
            folder = "C:\\"
        variables = {**self._machine.environment, **process.environment}
        lines = [f"[Environment]::SetEnvironmentVariable({_text(n)}, {_text(v)})" for n, v in variables.items()]
        lines.append(f"[Environment]::CurrentDirectory = {_text(folder)}")
        lines.append(f"$null = $ExecutionContext.SessionState.Path.SetLocation({_text(folder)})")
        lines.append(f"if ($null -eq (Get-Command -Name Add-Type -ErrorAction Ignore)) {{ exit {_WITHOUT_COMMANDS} }}")
        return "; ".join(lines)

    # What comes back from Wine

    def _answer_program(self, connection: Connection) -> None:
        run_program(self._machine, connection)

    def _answer_call(self, connection: Connection) -> None:
        request = json.loads(connection.receive() or b"{}")
        try:
            reply = {"Error": None, "Output": self._call(request["Name"], request["Parameters"])}
        except WinlabError as error:
            reply = {"Error": str(error), "Output": None}
        connection.send(json.dumps(reply).encode())

    def _call(self, name: str, parameters: Mapping[str, Any]) -> object:
        if name == _COPY_MODULE:
            return self._copied(str(parameters["Path"]))
        if name not in answered_functions():
            raise WinlabError(f"winlab: expected a function of the seam, found {name}.")
        return invoke(FUNCTIONS[name], self._machine, parameters)


class _Run:
    """One run of a powershell.exe.

    Args:
        child: its process.
        process: what it stands for on the practice host.
        before_input: is called before each line of input.
    """

    def __init__(self, child: subprocess.Popen[bytes], process: Process, before_input: Callable[[], None]) -> None:
        self._child = child
        self._process = process
        self._before_input = before_input
        self._begun = threading.Event()
        self._ended = threading.Event()

    def run(self, first: Iterable[bytes], rest: Iterable[bytes] | None) -> tuple[int, bool]:
        """Pass the streams on until it ends; return its exit code, and whether it has written anything.

        Args:
            first: input that is there from the beginning.
            rest: input that comes after it has written something; None: there is none.
        """
        passing = [_thread(self._pass_output), _thread(self._pass_errors), _thread(self._end_with_process)]
        _thread(lambda: self._feed(first, rest))
        code = self._child.wait()
        self._ended.set()
        for thread in passing:
            thread.join()
        has_begun = self._begun.is_set()
        self._begun.set()
        return code, has_begun

    def _feed(self, first: Iterable[bytes], rest: Iterable[bytes] | None) -> None:
        # PowerShell may end while its input is open.
        with suppress(BrokenPipeError), _open(self._child.stdin) as stream:
            self._write(stream, first)
            if rest is not None:
                self._begun.wait()
                # Not a line of it is taken for a start that was lost: the next one gets all.
                if not self._ended.is_set():
                    self._write(stream, rest)

    def _write(self, stream: IO[bytes], lines: Iterable[bytes]) -> None:
        for line in lines:
            if self._ended.is_set():
                return
            self._before_input()
            stream.write(line)
            stream.flush()

    def _pass_output(self) -> None:
        # In pieces, not lines: a client that receives nothing must stop PowerShell's writing.
        for data in self._pieces(_open(self._child.stdout)):
            self._begun.set()
            self._process.stdout.write(data)

    def _pass_errors(self) -> None:
        rest = b""
        for data in self._pieces(_open(self._child.stderr)):
            *lines, rest = (rest + data).split(b"\n")
            # What Wine itself says is of this machine and not of the practice host.
            shown = [line + b"\n" for line in lines if not line.startswith(b"wine: ")]
            self._process.stderr.write(b"".join(shown))
        self._process.stderr.write(rest)

    def _pieces(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield what comes until PowerShell has ended; programs that it has started may hold the stream for longer."""
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        while True:
            has_ended = self._ended.is_set()
            if poll.poll(0 if has_ended else _POLL_MILLISECONDS):
                data = os.read(stream.fileno(), _BLOCK_BYTES)
                if not data:
                    return
                yield data
            elif has_ended:
                return

    def _end_with_process(self) -> None:
        while not self._ended.wait(_POLL_MILLISECONDS / 1000):
            if self._process.terminated.is_set():
                self._child.kill()
                return


def _make_prefix(template: Path, drive: Path, folder: Path) -> None:
    """Make a Wine prefix of a host's drive: Wine's own folders beside it, linked into it, and a registry of its own."""
    own = folder / "drive"
    for path in (template / "drive_c" / "windows").rglob("*"):
        link = own / path.relative_to(template / "drive_c")
        link.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_dir():
            link.symlink_to(path)
    (own / "windows" / "temp").mkdir(parents=True, exist_ok=True)
    (own / "users" / "Administrator").mkdir(parents=True)
    for name in ("Windows", "Users"):
        shutil.rmtree(drive / name)
        (drive / name).symlink_to(own / name.lower())
    for path in (*template.glob("*.reg"), template / ".update-timestamp"):
        shutil.copy2(path, folder)
    devices = folder / "dosdevices"
    devices.mkdir()
    (devices / "c:").symlink_to(drive)
    (devices / "z:").symlink_to("/")


def _wine_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"-[A-Za-z]+", word) else _text(word)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - opened with pipes
    return stream


def _thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name="winlab powershell", daemon=True)
    thread.start()
    return thread
