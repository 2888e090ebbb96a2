"""Twin of the function that gives a server the data of a backup."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import DUMP, MANIFEST, NAME, BackupStore
from winlab.twin.functions.directives import directive_value, directive_words
from winlab.twin.functions.events import write_win_event
from winlab.twin.functions.memurai import ServerAccess, information_fields, invoke_memurai_command
from winlab.twin.functions.programs import count_snapshot, require_empty
from winlab.twin.functions.saving import save_memurai_data, save_ready_server
from winlab.twin.functions.services import set_win_service, start_win_service, stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine
from winlab.windows.services import StartType

_EVENT_SOURCE = "MemuraiProduction"
_STAGE = "restore.partial"
_POLL_SECONDS = 0.05
_ATTEMPT_SECONDS = 5


@twin(
    "Restore-MemuraiBackup",
    "Name",
    "Keys",
    "ExpectedKeys",
    "AsideFolder",
    "ElapsedMilliseconds",
    name=NAME,
    sha256=r"^[0-9A-Fa-f]{64}$",
    port=range(1, 65536),
    timeout_seconds=TIMEOUT_SECONDS,
)
def restore_memurai_backup(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    backup_folder: str,
    name: str,
    sha256: str,
    check_path: str,
    cli_path: str,
    address: str,
    port: int,
    user: str = "",
    password: SecretStr | None = None,
    tls_ca_file: str = "",
    tls_cert_file: str = "",
    tls_key_file: str = "",
    service_name: str,
    configuration_path: str,
    data_folder: str,
    snapshot_name: str,
    append_only_folder: str,
    aside_folder: str,
    start_type: Literal["Automatic", "Manual"] = "Automatic",
    append_only: bool = False,
    timeout_seconds: int = 300,
) -> Output:
    """Give a server the data of a backup, or the data it had when the backup does not load."""
    access = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    started = time.monotonic()
    full = machine.files.full_path
    restore = _Restore(
        machine=machine,
        store=BackupStore(machine, backup_folder),
        name=name,
        sha256=sha256.lower(),
        check=check_path,
        server=vars(access),
        service=service_name,
        configuration=full(configuration_path),
        data=full(data_folder),
        snapshot=snapshot_name,
        append_only_folder=append_only_folder if append_only else None,
        data_names=(snapshot_name, append_only_folder),
        aside=full(aside_folder),
        start_type=start_type,
        timeout_seconds=timeout_seconds,
    )
    try:
        keys = restore.run()
    except WinlabError as error:
        write_win_event(machine, source=_EVENT_SOURCE, event_id=1031, entry_type="Error", message=str(error))
        raise
    message = f"The backup {name} was restored: {keys} keys. The data before it is in {restore.aside}."
    write_win_event(machine, source=_EVENT_SOURCE, event_id=1030, entry_type="Information", message=message)
    return {
        "Name": name,
        "Keys": keys,
        "ExpectedKeys": restore.expected_keys,
        "AsideFolder": restore.aside,
        "ElapsedMilliseconds": int((time.monotonic() - started) * 1000),
    }


@dataclass
class _Restore:
    """One call of Restore-MemuraiBackup."""

    machine: Machine
    store: BackupStore
    name: str
    sha256: str
    check: str
    server: Output
    service: str
    configuration: str
    data: str
    snapshot: str
    append_only_folder: str | None
    data_names: tuple[str, str]
    aside: str
    start_type: StartType
    timeout_seconds: int
    expected_keys: int = 0
    is_aside: bool = False
    is_disabled: bool = False
    was_interrupted: bool = False

    def run(self) -> int:
        """Hold the lock of the backups, and return the number of keys that were loaded."""
        self.store.require(self.name)
        with self.store.locked() as is_ours:
            if not is_ours:
                text = f"Another run holds the lock '{self.store.lock_path}'. Nothing was changed."
                raise TwinError(f"{text} Restore when the backup has ended.")
            return self._run()

    def _run(self) -> int:
        """Go through the steps, and back when one fails."""
        written = self._verify()
        self._require_fitting()
        files, stage = self.machine.files, f"{self.data}\\{_STAGE}"
        service = self.machine.services.get(self.service)
        # A server that still runs has its data: that one was interrupted before it was stopped.
        is_stopped = service.settings.start_type == "Disabled" and service.state != "Running"
        self.was_interrupted = is_stopped and files.kind(stage) == "Directory"
        self.is_disabled = self.was_interrupted
        try:
            self._stage(stage)
            return self._swap(stage, written)
        finally:
            # With a disabled service it tells of a restore that was interrupted.
            if not self.is_disabled:
                files.remove(stage, recurse=True)

    # Before anything is changed

    def _verify(self) -> int:
        """Return the number of keys in the backup, or fail and name one that is whole."""
        folder = self.store.path(self.name)
        try:
            found = self.machine.files.sha256(f"{folder}\\{MANIFEST}")
            if found != self.sha256:
                raise TwinError(f"Expected SHA-256 {self.sha256} of '{folder}\\{MANIFEST}', found {found}.")
            keys: int = self.store.verify(self.name)["Keys"]
            counted = count_snapshot(self.machine, self.check, f"{folder}\\{DUMP}")
            if counted != keys:
                raise TwinError(f"Expected {keys} keys in its snapshot, found {counted}.")
        except WinlabError as error:
            newest = self.store.newest_whole(self.check)
            hint = "There is no whole one." if newest is None else f"The newest whole one is {newest}."
            text = f"Expected the backup {self.name} to be whole, found: {error} Nothing was changed."
            raise TwinError(f"{text} {hint}") from error
        return keys

    def _require_fitting(self) -> None:
        files = self.machine.files
        if self.machine.services.find(self.service) is None:
            text = f"Expected the service '{self.service}', found none of that name. Create or install it first."
            raise TwinError(text)
        if any(directive_words(self.machine, self.configuration, name) for name in ("replicaof", "slaveof")):
            raise TwinError(
                f"Expected a primary, found replicaof in '{self.configuration}'. A replica takes its primary's data: "
                "restore there. Nothing was changed."
            )
        for place in (self.aside, f"{self.aside}-failed"):
            require_empty(self.machine, place)
        if self.aside[:2].upper() != self.data[:2].upper():
            raise TwinError(
                f"Expected a folder on the volume of '{self.data}' for the present data, found '{self.aside}'. The "
                "data is renamed, not copied. Give a folder there."
            )
        needed = files.size(f"{self.store.path(self.name)}\\{DUMP}") * (1 if self.append_only_folder is None else 2)
        if files.free_bytes <= needed:
            text = f"Expected more than {needed} bytes free for '{self.data}', found {files.free_bytes}."
            raise TwinError(f"{text} Nothing was changed; make room.")

    def _stage(self, stage: str) -> None:
        """Copy the backup beside the present data, which takes its access entries from there."""
        files, source = self.machine.files, f"{self.store.path(self.name)}\\{DUMP}"
        files.make_directory(stage)
        # It is emptied, not removed: it tells of a restore that was interrupted.
        for entry in files.names(stage):
            files.remove(f"{stage}\\{entry}", recurse=True)
        targets = [f"{stage}\\{self.snapshot}"]
        if self.append_only_folder is not None:
            # A server with an append-only file loads nothing else: the snapshot becomes that file's base.
            base = directive_value(self.machine, self.configuration, "appendfilename", "appendonly.aof")
            folder = f"{stage}\\{self.append_only_folder}"
            files.make_directory(folder)
            files.write_bytes(f"{folder}\\{base}.1.incr.aof", b"")
            lines = (f"file {base}.1.base.rdb seq 1 type b\n", f"file {base}.1.incr.aof seq 1 type i\n")
            files.write_bytes(f"{folder}\\{base}.manifest", "".join(lines).encode())
            targets.append(f"{folder}\\{base}.1.base.rdb")
        for target in targets:
            files.copy_file(source, target)
            if files.sha256(target) != files.sha256(source):
                raise TwinError(f"Expected '{target}' to be a copy of '{source}', found other content. Check the disk.")

    # The change

    def _swap(self, stage: str, written: int) -> int:
        service = self.machine.services.get(self.service)
        if service.state == "Running":
            # Here, for a server that can't save is not stopped.
            save_memurai_data(self.machine, **self.server, timeout_seconds=self.timeout_seconds)
        # As a restore that was interrupted leaves it.
        if service.settings.start_type != "Disabled":
            self.start_type = service.settings.start_type
        try:
            self._disable_service()
            self._move(self.data, self.aside, self.data_names)
            self.is_aside = True
            self._move(stage, self.data, self.data_names)
            self._enable_service()
            keys = self._start({"aof_enabled": str(int(self.append_only_folder is not None))})
            return self._compared(keys, written)
        except WinlabError as error:
            raise self._returned(str(error)) from error

    def _compared(self, info: dict[str, str], written: int) -> int:
        """Return the number of keys that were loaded. INFO counts them, so that clients may write meanwhile."""
        if "rdb_last_load_keys_loaded" not in info:
            raise TwinError("Expected rdb_last_load_keys_loaded in INFO, as Redis 7.0 has it, found none.")
        self.expected_keys = written - int(info["rdb_last_load_keys_expired"])
        keys = int(info["rdb_last_load_keys_loaded"])
        if keys != self.expected_keys:
            raise TwinError(f"Expected {self.expected_keys} keys to be loaded, found {keys}.")
        return keys

    def _start(self, expected: dict[str, str]) -> dict[str, str]:
        """Start the service, wait until its server has loaded its data, and return what INFO says."""
        start_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)
        deadline = time.monotonic() + self.timeout_seconds
        while True:
            output, shown = self._ask()
            info = information_fields(output)
            wrong = [
                f"expected {name}:{value}, found {name}:{info.get(name)}"
                for name, value in {"loading": "0", **expected}.items()
                if info.get(name) != value
            ]
            if not wrong:
                return info
            service = self.machine.services.get(self.service)
            if service.state == "Stopped":
                raise TwinError(f"the service '{self.service}' stopped again (Win32 exit code {service.exit_code})")
            if time.monotonic() > deadline:
                found = ", ".join(wrong) if info else f"expected PONG and loading:0, found: {shown}"
                raise TwinError(f"within {self.timeout_seconds} s of its start, {found}")
            time.sleep(_POLL_SECONDS)

    def _ask(self) -> tuple[str, str]:
        answer = invoke_memurai_command(
            self.machine, **self.server, arguments=["INFO"], timeout_seconds=_ATTEMPT_SECONDS
        )
        output = str(answer["Output"])
        return output, f"{output.strip()} {answer['ErrorOutput'].strip()}".strip()

    def _move(self, folder: str, destination: str, names: tuple[str, ...]) -> None:
        files = self.machine.files
        files.make_directory(destination)
        for name in names:
            if files.kind(f"{folder}\\{name}") != "Absent":
                files.move(f"{folder}\\{name}", f"{destination}\\{name}")

    # The way back

    def _returned(self, reason: str) -> TwinError:
        """Put the former data back, and return what to fail with."""
        start = f"Expected the data of the backup {self.name} in the server, found: {reason}\n"
        try:
            told = self._put_back()
        except WinlabError as error:
            hint = ", which is Disabled so that it does not start without its data," if self.is_disabled else ""
            return TwinError(
                f"{start}The way back failed too: {error}\nThe former data is in '{self.aside}' or still in "
                f"'{self.data}'. Bring the service '{self.service}'{hint} up by hand."
            )
        return TwinError(f"{start}{told}")

    def _put_back(self) -> str:
        """Put the former data back, start its server, and return what came of that."""
        save_ready_server(self.machine, self.server, self.timeout_seconds)
        self._disable_service()
        kept = ""
        if self.is_aside:
            # Not what was put there alone: the server may have begun an append-only file, and clients may have written.
            self._move(self.data, f"{self.aside}-failed", self.data_names)
            kept = f" What did not load is in '{self.aside}-failed'."
        if self.machine.files.kind(self.aside) == "Directory":
            self._move(self.aside, self.data, self.data_names)
            self.machine.files.remove(self.aside)
        if self.was_interrupted:
            return (
                f"The service '{self.service}' stays Disabled: an earlier restore was interrupted, and what the server "
                f"had before that is in that one's folder aside. Correct this and restore again.{kept}"
            )
        # Not if anything went wrong: the service would start without its data.
        self._enable_service()
        self._start({})
        return f"The former data is in its place again, and its server answers.{kept}"

    def _disable_service(self) -> None:
        """Stop the service, and let nobody start it, also not Windows: it would start empty."""
        self.is_disabled = True
        set_win_service(self.machine, name=self.service, start_type="Disabled")
        stop_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)

    def _enable_service(self) -> None:
        set_win_service(self.machine, name=self.service, start_type=self.start_type)
        self.is_disabled = False
