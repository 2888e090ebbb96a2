"""Twin of the function that loads a backup into a scratch server."""

from __future__ import annotations

import re
import subprocess
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import DUMP, REHEARSAL, BackupStore
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.memurai import information_fields, invoke_memurai_command
from winlab.twin.functions.programs import (
    Trial,
    check_append_only,
    count_snapshot,
    require_empty,
    require_free_port,
    require_program,
    trial_server,
)
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_POLL_SECONDS = 0.05
_ATTEMPT_SECONDS = 5
# More than any server has: a database that is missing is a snapshot that does not load.
_DATABASES = 16384
_TOLD_LINES = 3
_KEYS = re.compile(r"^db\d+:keys=(\d+),", re.MULTILINE)


@twin(
    "Test-MemuraiBackup",
    "Name",
    "Ok",
    "Reason",
    "Keys",
    "ExpectedKeys",
    "DurationMilliseconds",
    name=r"^\d{8}T\d{6}Z$",
    rehearsal_port=range(1, 65536),
    timeout_seconds=TIMEOUT_SECONDS,
)
def rehearse_memurai_backup(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    backup_folder: str,
    name: str,
    program_path: str,
    check_path: str,
    cli_path: str,
    rehearsal_port: int,
    scratch_folder: str,
    timeout_seconds: int = 600,
) -> Output:
    """Load a backup into a scratch server, compare the number of keys, and take note of the result beside it."""
    store = BackupStore(machine, backup_folder)
    started = time.monotonic()
    store.require(name)
    rehearsal = _Rehearsal(
        machine=machine,
        store=store,
        name=name,
        program=machine.files.full_path(program_path),
        check=check_path,
        cli=cli_path,
        port=rehearsal_port,
        scratch=machine.files.full_path(scratch_folder),
        timeout_seconds=timeout_seconds,
    )
    rehearsal.require_room()
    reason = None
    try:
        rehearsal.run()
    except WinlabError as error:
        reason = str(error)
    finally:
        machine.files.remove(rehearsal.scratch, recurse=True)
    seconds = time.monotonic() - started
    record = {
        "Ok": reason is None,
        "Reason": reason,
        "Keys": rehearsal.keys,
        "RehearsedUtc": iso_time(datetime.now(UTC)),
        "DurationSeconds": round(seconds, 3),
    }
    store.write(f"{name}\\{REHEARSAL}", record)
    return {
        "Name": name,
        "Ok": reason is None,
        "Reason": reason,
        "Keys": rehearsal.keys,
        "ExpectedKeys": rehearsal.expected_keys,
        "DurationMilliseconds": int(seconds * 1000),
    }


@dataclass
class _Rehearsal:
    """One call of Test-MemuraiBackup."""

    machine: Machine
    store: BackupStore
    name: str
    program: str
    check: str
    cli: str
    port: int
    scratch: str
    timeout_seconds: int
    keys: int | None = None
    expected_keys: int | None = None

    def require_room(self) -> None:
        """Fail on what would say nothing about the backup."""
        for program in (self.program, self.check, self.cli):
            require_program(self.machine, program)
        require_free_port(self.machine, self.port)
        require_empty(self.machine, self.scratch)
        files = self.machine.files
        dump = f"{self.store.path(self.name)}\\{DUMP}"
        size = files.size(dump) if files.kind(dump) == "File" else 0
        if files.free_bytes <= size:
            text = f"Expected more than {size} bytes free for '{self.scratch}', found {files.free_bytes}."
            raise TwinError(f"{text} The snapshot is copied there; make room.")

    def run(self) -> None:
        """Verify the backup and load it; raise what is wrong with it."""
        folder = self.store.path(self.name)
        manifest = self.store.verify(self.name)
        self.expected_keys = manifest["Keys"]
        found = count_snapshot(self.machine, self.check, f"{folder}\\{DUMP}")
        if found != self.expected_keys:
            raise TwinError(f"Expected {self.expected_keys} keys in the snapshot as the manifest says, found {found}.")
        others = {file["Path"].rpartition("\\")[0] for file in manifest["Files"]} - {""}
        for other in others:
            check_append_only(self.machine, self.check, f"{folder}\\{other}")
        self.machine.files.make_directory(self.scratch)
        self.machine.files.copy_file(f"{folder}\\{DUMP}", f"{self.scratch}\\{DUMP}")
        self._load(manifest["Keys"])

    def _load(self, written: int) -> None:
        password = SecretStr(uuid.uuid4().hex)
        configuration = f"{self.scratch}\\rehearsal.conf"
        self.machine.files.write_bytes(configuration, self._directives(password).encode())
        printed = self.machine.root / "output" / f"rehearsal-{self.port}.txt"
        try:
            with trial_server(self.machine, Trial(self.program, configuration, [], self.scratch, printed)) as process:
                info = self._await_loaded(process, password, printed)
        finally:
            printed.unlink(missing_ok=True)
        fields = information_fields(info)
        if "rdb_last_load_keys_expired" not in fields:
            raise TwinError("Expected rdb_last_load_keys_expired in INFO, as Redis 7.0 has it, found none.")
        # A key whose lifetime ended before it was loaded is passed over; one whose lifetime ended since is removed.
        self.expected_keys = written - int(fields["rdb_last_load_keys_expired"])
        self.keys = sum(map(int, _KEYS.findall(info))) + int(fields["expired_keys"])
        if self.keys != self.expected_keys:
            raise TwinError(f"Expected {self.expected_keys} keys in the scratch server, found {self.keys}.")

    def _directives(self, password: SecretStr) -> str:
        folder = self.scratch.replace("\\", "/")
        lines = (
            f"bind {self.machine.address}",
            f"port {self.port}",
            f'dir "{folder}"',
            f"dbfilename {DUMP}",
            'save ""',
            "appendonly no",
            'logfile ""',
            f"databases {_DATABASES}",
            f"requirepass {password.get_secret_value()}",
        )
        return "".join(f"{line}\r\n" for line in lines)

    def _await_loaded(self, process: subprocess.Popen[bytes], password: SecretStr, printed: Path) -> str:
        """Return what INFO says once the server answers PING."""
        deadline = time.monotonic() + self.timeout_seconds
        while True:
            answer = self._ask("PING", password)
            if process.poll() is not None:
                raise self._failure(f"it ended with exit code {process.returncode}", printed)
            if answer == "PONG":
                return self._ask("INFO", password)
            if time.monotonic() > deadline:
                raise self._failure(f"it did not answer PONG within {self.timeout_seconds} s, but: {answer}", printed)
            time.sleep(_POLL_SECONDS)

    def _failure(self, reason: str, printed: Path) -> TwinError:
        lines = [line for line in printed.read_text(errors="replace").splitlines() if line][-_TOLD_LINES:]
        told = self.machine.files.without_root("; ".join(lines))
        return TwinError(f"Expected the scratch server to load it, found that {reason}: {told}")

    def _ask(self, command: str, password: SecretStr) -> str:
        answer = invoke_memurai_command(
            self.machine,
            cli_path=self.cli,
            address=self.machine.address,
            port=self.port,
            arguments=[command],
            password=password,
            timeout_seconds=_ATTEMPT_SECONDS,
        )
        return f"{answer['Output'].strip()} {answer['ErrorOutput'].strip()}".strip()
