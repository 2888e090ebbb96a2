"""The agent: one long-lived PowerShell that answers frames (see winfra's powershell/agent/agent.ps1).

The lab knows that agent and no other, so it insists on its text; it works with the functions that the library it is
handed defines, so a function that was not sent cannot be called.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from winfra.library import agent_script
from winlab.exceptions import WinlabError
from winlab.twin.binder import SECRET_KEY, invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.interpreter import Interpreter, Session
from winlab.windows.machine import Machine
from winlab.windows.process import Process

UNKNOWN = 255
"""Exit code for an operation or function the agent does not have."""

_PARTIAL = re.compile(r"(.*)\.[0-9a-f]{8}\.partial", re.IGNORECASE)
"""The temporary files of uploads, as winfra's session names them: the destination, a number, the ending."""

ANSWER_SECONDS = 600.0
"""How long the agent waits for somebody to take an answer; then it ends."""

_OPERATIONS = "call, run, open, data, close, read, quit"


@dataclass(frozen=True)
class Reply:
    """The answer to a request.

    Attributes:
        exit_code: 0 when it succeeded.
        stdout: bytes of the output.
        stderr: bytes of the error text.
    """

    exit_code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""

    def line(self, identifier: str) -> bytes:
        """Return the reply as it travels."""
        fields = (base64.b64encode(self.stdout).decode(), base64.b64encode(self.stderr).decode())
        return f"@WINFRA {identifier} {self.exit_code} {fields[0]}. {fields[1]}.\n".encode()


@dataclass
class _Upload:
    path: str
    size: int = 0
    failure: str | None = None
    is_created: bool = False


def run_agent(machine: Machine, process: Process) -> int:
    """Be the PowerShell that was started with the agent's bootstrap, until its input ends; return its exit code."""
    if machine.summary.language_mode != "FullLanguage":
        process.stdout.write(f"@WINFRA-LANGUAGE {machine.summary.language_mode}\r\n")
        return 3
    output = _Output(process, withhold=machine.agent_withholds_output)
    try:
        return Agent(machine, process, output).run()
    finally:
        output.release()


class _Output:
    """Standard output, or what an antivirus holds back of it until the process ends."""

    def __init__(self, process: Process, *, withhold: bool) -> None:
        self._process = process
        self._withheld: list[bytes] | None = [] if withhold else None

    def write(self, line: bytes) -> None:
        if self._withheld is None:
            self._process.stdout.write(line, ANSWER_SECONDS)
        else:
            self._withheld.append(line)

    def release(self) -> None:
        held, self._withheld = self._withheld, None
        if held:
            self._process.stdout.write(b"".join(held))


class Agent:
    """Answers the frames of one control node."""

    def __init__(self, machine: Machine, process: Process, output: _Output) -> None:
        self._machine = machine
        self._process = process
        self._output = output
        self._functions: frozenset[str] = frozenset()
        self._upload: _Upload | None = None
        self._last_id = ""
        self._last_line = b""
        self._environment = {**machine.environment, **process.environment}
        self._directory = process.directory or "C:\\Users\\Administrator"

    def run(self) -> int:
        """Read the agent's text and the library, then answer requests up to `quit` or the end of the input."""
        try:
            self._start()
        except WinlabError as error:
            self._send("0", Reply(1, b"", f"The agent could not start: {error}".encode()))
            return 1
        try:
            for line in self._process.stdin:
                fields = line.decode("ascii", errors="replace").rstrip("\r\n").split(" ")
                if fields[1:2] == ["quit"]:
                    break
                if fields != [""]:
                    self._answer(fields)
        except TimeoutError:
            return 1
        finally:
            self._end()
        return 0

    def _end(self) -> None:
        """End as PowerShell does: at the end of its input it clears up; terminated (TerminateProcess) it can't."""
        if not self._process.terminated.is_set():
            self._clear_upload()
        elif self._upload is not None and self._upload.is_created:
            self._machine.files.let_go(self._upload.path)

    def _start(self) -> None:
        if self._read_packed("agent") != agent_script():
            raise TwinError(
                "winlab: expected the text of winfra's own agent.ps1, found another one. This lab only knows that "
                "agent; is an older winfra installed beside this one?"
            )
        library = self._read_packed("library")
        self._functions = frozenset(name.lower() for name in re.findall(r"(?mi)^\s*function\s+([\w-]+)", library))
        process = self._machine.powershells.current
        ready = {
            "PowerShellVersion": self._machine.summary.powershell_version,
            "ProcessId": process.id if process is not None else None,
        }
        self._send("0", Reply(0, _json(ready)))

    def _read_packed(self, what: str) -> str:
        line = self._process.stdin.readline()
        if not line:
            raise TwinError(f"Expected the {what} on standard input, found its end.")
        try:
            return gzip.decompress(base64.b64decode(line, validate=False)).decode()
        except (binascii.Error, gzip.BadGzipFile, EOFError, UnicodeDecodeError) as error:
            raise TwinError(f"Expected base64 of the gzipped {what}, found something else: {error}") from None

    def _send(self, identifier: str, reply: Reply) -> None:
        self._last_id, self._last_line = identifier, reply.line(identifier)
        self._output.write(self._last_line)

    def _answer(self, fields: list[str]) -> None:
        identifier, operation = fields[0], fields[1] if len(fields) > 1 else ""
        if identifier == self._last_id:
            self._output.write(self._last_line)
        elif operation in ("open", "data"):
            self._continue_upload(operation, fields)
        else:
            self._send(identifier, self._reply(operation, fields))

    def _reply(self, operation: str, fields: list[str]) -> Reply:
        try:
            match operation:
                case "call":
                    return self._call(_text(fields, 2), _object(fields, 3), _object(fields, 4))
                case "run":
                    return self._run(_text(fields, 2), _object(fields, 3))
                case "close":
                    return self._close_upload(_text(fields, 2), _text(fields, 3), _field(fields, 4))
                case "read":
                    offset, length = _number(fields, 3), _number(fields, 4)
                    return Reply(0, self._machine.files.read_bytes(_text(fields, 2), offset, length))
        except WinlabError as error:
            return Reply(1, b"", str(error).encode())
        text = f"Expected one of the operations {_OPERATIONS}, found '{operation}'."
        return Reply(UNKNOWN, b"", text.encode())

    # Calls and scripts

    def _call(self, name: str, parameters: Mapping[str, object], options: Mapping[str, Any]) -> Reply:
        twin = next((item for item in FUNCTIONS.values() if item.name.lower() == name.lower()), None)
        if name.lower() not in self._functions:
            text = f"Expected a function of the library, found '{name}', which it has not."
            return Reply(UNKNOWN, b"", text.encode())
        if twin is None:
            raise TwinError(f"winlab: this lab has no twin of the library function {name}.")
        with self._context(options):
            return Reply(0, _json(invoke(twin, self._machine, parameters)))

    def _run(self, script: str, options: Mapping[str, Any]) -> Reply:
        with self._context(options) as session:
            session.input_lines = [str(line) for line in options.get("Input") or []]
            outcome = Interpreter(session).run(script)
        exit_code = outcome.exit_code
        if exit_code is None:
            exit_code = int(outcome.error_count > 0)
        return Reply(exit_code, session.output_text().encode(), session.error_text().encode())

    @contextmanager
    def _context(self, options: Mapping[str, Any]) -> Iterator[Session]:
        """Yield a session with the environment and directory of one request."""
        environment = dict(self._environment)
        for name, value in (options.get("Environment") or {}).items():
            environment[name] = value[SECRET_KEY] if isinstance(value, dict) else value
        directory = options.get("Directory") or self._directory
        if options.get("Directory") and self._machine.files.kind(directory) != "Directory":
            raise TwinError(f"Could not find a part of the path '{directory}'.")
        yield Session(
            self._machine, self._process.terminated, environment, directory, library_functions=self._functions
        )

    # Uploads

    def _continue_upload(self, operation: str, fields: list[str]) -> None:
        """Carry out a request without an answer; close reports what went wrong."""
        try:
            if operation == "open":
                self._open_upload(_text(fields, 2))
            else:
                self._add_upload_data(_number(fields, 2), _bytes(fields, 3))
        except WinlabError as error:
            upload = self._upload or _Upload("")
            self._remove_upload_file(upload)
            upload.failure = str(error)
            self._upload = upload

    def _open_upload(self, path: str) -> None:
        self._clear_upload()
        self._remove_leftovers(path)
        self._upload = _Upload(path)
        self._machine.files.hold(path, b"")
        self._upload.is_created = True

    def _remove_leftovers(self, path: str) -> None:
        files = self._machine.files
        folder, _, name = path.replace("/", "\\").rpartition("\\")
        match = _PARTIAL.fullmatch(name)
        if match is None or files.kind(folder + "\\") != "Directory":
            return
        for other in files.names(folder + "\\"):
            left = _PARTIAL.fullmatch(other)
            if left is not None and left[1].lower() == match[1].lower():
                with suppress(WinlabError):  # in use: the upload of another run
                    files.remove(f"{folder}\\{other}")

    def _add_upload_data(self, offset: int, data: bytes) -> None:
        upload = self._upload
        if upload is None or upload.failure is not None or offset < upload.size:
            return
        if offset > upload.size:
            text = f"Expected the piece at offset {upload.size}, found the one at {offset}. Send the file again."
            raise TwinError(text)
        self._machine.files.extend(upload.path, data)
        upload.size += len(data)

    def _close_upload(self, path: str, destination: str, sha256: str) -> Reply:
        upload = self._upload
        if upload is None:
            raise TwinError(f"Expected an upload to '{path}' under way, found none. Send the file again.")
        try:
            if upload.is_created:
                self._machine.files.let_go(upload.path)
            self._require_complete(upload, path, destination, sha256)
            self._move_upload(path, destination)
            upload.is_created = False
            return Reply(0, sha256.encode())
        finally:
            self._clear_upload()

    def _require_complete(self, upload: _Upload, path: str, destination: str, sha256: str) -> None:
        if upload.failure is not None:
            raise TwinError(upload.failure)
        if upload.path != path:
            raise TwinError(f"Expected the end of the upload to '{upload.path}', found the end of '{path}'.")
        found = hashlib.sha256(self._machine.files.local_path(path).read_bytes()).hexdigest()
        if found != sha256:
            text = f"Expected SHA-256 {sha256} of '{destination}', found {found} in {upload.size} bytes. Send it again."
            raise TwinError(text)

    def _move_upload(self, path: str, destination: str) -> None:
        files = self._machine.files
        kind = files.kind(destination)
        if kind == "Directory":
            raise TwinError(f"Expected a file or nothing at '{destination}', found a directory.")
        if kind == "File":
            if files.is_read_only(files.local_path(destination)):
                raise TwinError(f"Expected a writable file at '{destination}', found it read-only.")
            files.replace(path, destination)
        else:
            files.move(path, destination)

    def _clear_upload(self) -> None:
        if self._upload is not None:
            self._remove_upload_file(self._upload)
        self._upload = None

    def _remove_upload_file(self, upload: _Upload) -> None:
        if upload.is_created:
            self._machine.files.release(upload.path)
            upload.is_created = False


def _field(fields: list[str], position: int) -> str:
    if position >= len(fields):
        raise TwinError(f"Expected at least {position + 1} fields in the request, found {len(fields)}.")
    return fields[position]


def _number(fields: list[str], position: int) -> int:
    text = _field(fields, position)
    if not text.isdigit():
        raise TwinError(f"Expected a number in field {position} of the request, found something else.")
    return int(text)


def _bytes(fields: list[str], position: int) -> bytes:
    try:
        return base64.b64decode(_field(fields, position), validate=True)
    except ValueError:
        raise TwinError(f"Expected base64 in field {position} of the request, found something else.") from None


def _text(fields: list[str], position: int) -> str:
    return _bytes(fields, position).decode(errors="replace")


def _object(fields: list[str], position: int) -> dict[str, Any]:
    try:
        value = json.loads(_text(fields, position))
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise TwinError("Expected a JSON object in the request, found something else.")
    return value


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
