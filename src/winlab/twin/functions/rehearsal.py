"""Twin of the function that loads a backup into a scratch server."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import DUMP, REHEARSAL, BackupStore
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.memurai import ServerAccess, information_fields
from winlab.twin.functions.programs import (
    Trial,
    check_append_only,
    require_empty,
    require_free_port,
    require_program,
)
from winlab.twin.functions.trials import run_trial
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

# More than any server has: a database that is missing is a snapshot that does not load.
_DATABASES = 16384
_TOLD_LINES = 3
# What a server says of data that it can't read; it says RDB of data that it has no memory for, too.
_BAD_DATA = re.compile(r"(?i)^(?!.*\bOOM\b).*\b(RDB|checksum|bad file format)\b")
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
        # A server that has no memory or may not run says nothing about the backup.
        if not rehearsal.is_verdict:
            raise
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
    is_verdict: bool = True

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
        manifest = self.store.verify(self.name, self.check)
        self.expected_keys = manifest["Keys"]
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
        server = ServerAccess(self.cli, self.machine.address, self.port, password)
        trial = Trial(self.program, configuration, [], self.scratch)
        self.is_verdict = False
        found = run_trial(self.machine, trial, server, self.timeout_seconds)
        if found.reason is not None:
            text = self.machine.files.without_root("; ".join(found.last_lines(_TOLD_LINES)))
            self.is_verdict = _BAD_DATA.search(text) is not None
            raise TwinError(f"Expected the scratch server to load it, found that {found.reason}: {text}")
        fields = information_fields(found.information)
        if "rdb_last_load_keys_expired" not in fields:
            raise TwinError("Expected rdb_last_load_keys_expired in INFO, as Redis 7.0 has it, found none.")
        self.is_verdict = True
        # A key whose lifetime ended before it was loaded is passed over; one whose lifetime ended since is removed.
        self.expected_keys = written - int(fields["rdb_last_load_keys_expired"])
        self.keys = sum(map(int, _KEYS.findall(found.information))) + int(fields["expired_keys"])
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
