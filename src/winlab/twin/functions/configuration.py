"""Twins of the functions that change a server's configuration. They start the real server, as the library does."""

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import is_future
from winlab.twin.functions.host import iso_time
from winlab.twin.functions.locks import locked
from winlab.twin.functions.memurai import (
    ServerAccess,
    information_fields,
    invoke_memurai_command,
    is_open,
)
from winlab.twin.functions.programs import Trial, require_empty, require_free_port, trial_server
from winlab.twin.functions.saving import save_memurai_data
from winlab.twin.functions.services import end_hung_service, start_win_service, stop_win_service
from winlab.twin.functions.staging import new_staged, remove_staged, write_secret
from winlab.twin.functions.waiting import stop_open_server
from winlab.twin.registry import Output, twin
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.server_paths import configured_paths

_POLL_SECONDS = 0.05
_ATTEMPT_SECONDS = 5
_COMMAND_SECONDS = 60
_TRIAL_SECONDS = 30
_TAIL_LINES = 20
_HISTORY_NAME = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{8}\.conf")
_DIRECTIVE_NAME = re.compile(r"""^\s*["']?([^\s#"']+)""", re.MULTILINE)
# What a server quotes: the refused line, an ACL rule (which may be a password), an unknown command with its arguments.
_QUOTED = (
    (re.compile(r"^(>>> '[^\s']*).*$", re.MULTILINE), r"\1 ...'"),
    (re.compile(r"(user declaration|ACL rule) '.*'(:| for )"), r"\1 '...'\2"),
    (re.compile(r"(unknown command).*", re.IGNORECASE), r"\1"),
)


@twin("Get-MemuraiConfigurationHistory", "HistoryFolder", "Entries")
def get_memurai_configuration_history(machine: Machine, *, history_folder: str) -> Output:
    """List the earlier configurations, newest first."""
    folder = written_path(history_folder)
    return {
        "HistoryFolder": folder,
        "Entries": [_entry(machine, f"{folder}\\{name}") for name in _history(machine, folder)],
    }


def _entry(machine: Machine, path: str) -> dict[str, Any]:
    written = datetime.fromtimestamp(machine.files.local_path(path).stat().st_mtime, UTC)
    return {
        "Name": path.rpartition("\\")[2],
        "Sha256": machine.files.sha256(path),
        "SizeBytes": machine.files.size(path),
        "LastWriteTimeUtc": iso_time(written),
    }


def _history(machine: Machine, folder: str) -> list[str]:
    """Return the names of the earlier configurations, newest first, and after them those kept in the future.

    They begin with the time.
    """
    if machine.files.kind(folder) != "Directory":
        return []
    names = sorted(filter(_HISTORY_NAME.fullmatch, machine.files.names(folder)), reverse=True)
    return sorted(names, key=_is_of_future)


def _free_time(names: list[str]) -> str:
    """Return the first moment from now on that no name begins with: a clock that was set back may have used it."""
    moment = datetime.now(UTC)
    while True:
        text = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"
        if not any(name.startswith(text) for name in names):
            return text
        moment += timedelta(milliseconds=1)


def _is_of_future(name: str) -> bool:
    """Return whether an earlier configuration was kept in the future: the clock was wrong, or is."""
    try:
        kept = datetime.strptime(name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return True
    return is_future(kept, datetime.now(UTC))


@twin("Set-MemuraiConfiguration", "Applied", "HistoryPath", "TrialMilliseconds", "ElapsedMilliseconds")
def set_memurai_configuration(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    path: str,
    content: SecretStr,
    history_folder: str,
    keep: int = 10,
    program_path: str,
    cli_path: str,
    service_name: str,
    address: str,
    port: int,
    scratch_folder: str,
    scratch_port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    live_password: SecretStr | None = None,
    live_user: str | None = None,
    live_tls_ca_file: str | None = None,
    live_tls_cert_file: str | None = None,
    live_tls_key_file: str | None = None,
    live_address: str | None = None,
    live_port: int | None = None,
    live_command: SecretStr | None = None,
    undo_command: SecretStr | None = None,
    enable_append_only: bool = False,
    append_only_command: SecretStr | None = None,
    restart: bool = False,
    expected_role: Literal["master", "slave"] = "master",
    expect_append_only: bool = False,
    timeout_seconds: int = 300,
) -> Output:
    """Put a new configuration in the place of the present one, or leave everything as it was."""
    files = machine.files
    access = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)
    given = {
        "address": live_address,
        "port": live_port,
        "password": live_password,
        "user": live_user,
        "tls_ca_file": live_tls_ca_file,
        "tls_cert_file": live_tls_cert_file,
        "tls_key_file": live_tls_key_file,
    }
    former_access = ServerAccess(**vars(access) | {name: value for name, value in given.items() if value is not None})
    new, former = _Server(machine, access), _Server(machine, former_access)
    change = _Change(
        machine=machine,
        target=files.full_path(path),
        staged=new_staged(files.full_path(path)),
        content=content,
        history=files.full_path(history_folder),
        keep=keep,
        program=files.full_path(program_path),
        service_name=service_name,
        new=new,
        former=former,
        scratch=files.full_path(scratch_folder),
        scratch_port=scratch_port,
        live_command=live_command,
        undo_command=undo_command,
        enable_append_only=enable_append_only,
        append_only_command=append_only_command,
        restart=restart,
        health={"loading": "0", "role": expected_role, "aof_enabled": str(int(expect_append_only))},
        timeout_seconds=timeout_seconds,
    )
    return change.run()


@dataclass(frozen=True)
class _Server:
    """A server, as memurai-cli reaches it."""

    machine: Machine
    access: ServerAccess

    def ask(self, *words: str) -> tuple[str, str]:
        """Return what one command answers, on standard output and on standard error."""
        answer = invoke_memurai_command(
            self.machine, **vars(self.access), arguments=list(words), timeout_seconds=_ATTEMPT_SECONDS
        )
        return answer["Output"].strip(), answer["ErrorOutput"].strip()

    def command(self, line: SecretStr) -> tuple[str, str]:
        """Return what a whole command line answers."""
        answer = invoke_memurai_command(
            self.machine, **vars(self.access), secret_command=line, timeout_seconds=_COMMAND_SECONDS
        )
        return answer["Output"].strip(), answer["ErrorOutput"].strip()

    def is_answering(self) -> bool:
        return self.ask("PING")[0] == "PONG"

    def information(self) -> dict[str, str]:
        """Return the fields of INFO, none when there is no answer."""
        return information_fields(self.ask("INFO")[0])

    def unfitness(self, expected: Mapping[str, str]) -> str:
        """Return what is not as expected, nothing for a healthy server."""
        output, errors = self.ask("PING")
        if output != "PONG" or is_open(f"{output} {errors}"):
            return f"expected PONG and loading:0, found: {output} {errors}".rstrip()
        found = self.information()
        wrong = {key: value for key, value in {"loading": "0", **expected}.items() if found.get(key) != value}
        return ", ".join(f"expected {key}:{value}, found {key}:{found.get(key)}" for key, value in wrong.items())


@dataclass
class _Change:
    """One call of Set-MemuraiConfiguration."""

    machine: Machine
    target: str
    staged: str
    content: SecretStr
    history: str
    keep: int
    program: str
    service_name: str
    new: _Server
    former: _Server
    scratch: str
    scratch_port: int
    live_command: SecretStr | None
    undo_command: SecretStr | None
    enable_append_only: bool
    append_only_command: SecretStr | None
    restart: bool
    health: dict[str, str]
    timeout_seconds: int
    is_scratch_ours: bool = False
    is_server_changed: bool = False
    is_left: bool = False
    is_proven: bool = False
    sha256: str = ""

    @property
    def backup(self) -> str:
        """Where the last known good configuration is until the new one is proven."""
        return f"{self.target}.last-known-good"

    def run(self) -> Output:
        started = time.monotonic()
        result: Output = {"Applied": "Unchanged", "HistoryPath": None, "TrialMilliseconds": None}
        with self._lock(), self._temporary():
            self._stage()
            self.is_left, is_wanted = self._is_backed_up(), self._is_for_server or not self._is_in_place()
            is_running = (self.is_left or is_wanted) and self._is_running()
            if self.is_left or is_wanted:
                result["TrialMilliseconds"] = self._try_out()
            if is_wanted:
                result |= self._apply(is_running=is_running)
            is_fit = result["Applied"] == "Restart" or (is_running and not self.new.unfitness({}))
            self.is_proven = not self.is_left or is_fit
            if is_wanted:
                self._remove_history()
        return result | {"ElapsedMilliseconds": _milliseconds_since(started)}

    def _apply(self, *, is_running: bool) -> Output:
        history_path = self._change_file(is_running=is_running)
        applied = "File"
        if is_running and self.restart:
            self._restart_or_go_back()
            applied = "Restart"
        elif self.is_server_changed:
            applied = "Live"
        return {"Applied": applied, "HistoryPath": history_path}

    def _is_backed_up(self) -> bool:
        return self.machine.files.kind(self.backup) == "File"

    def _remove_history(self) -> None:
        known = [name for name in _history(self.machine, self.history) if not _is_of_future(name)]
        for name in known[self.keep :]:
            self.machine.files.remove(f"{self.history}\\{name}")

    # Before anything is changed

    def _lock(self) -> AbstractContextManager[None]:
        return locked(self.machine, f"{self.target}.lock", f"Set-MemuraiConfiguration of {self.service_name}")

    @contextmanager
    def _temporary(self) -> Iterator[None]:
        files = self.machine.files
        try:
            yield
        finally:
            remove_staged(self.machine, self.target)
            if self.is_proven and self._is_backed_up():
                files.remove(self.backup)
            if self.is_scratch_ours:
                files.remove(self.scratch, recurse=True)

    def _stage(self) -> None:
        if self.enable_append_only and self.append_only_command is None:
            raise TwinError("Expected AppendOnlyCommand with EnableAppendOnly, found none. Give the command.")
        require_empty(self.machine, self.scratch)
        self.is_scratch_ours = True
        self.sha256 = write_secret(self.machine, self.staged, self.content)

    @property
    def _is_for_server(self) -> bool:
        """Whether the running server has to take something, even if the file is right."""
        return self.restart or self.enable_append_only or self.live_command is not None

    def _is_in_place(self) -> bool:
        files = self.machine.files
        return files.kind(self.target) == "File" and files.sha256(self.target) == self.sha256

    def _is_running(self) -> bool:
        service = self.machine.services.find(self.service_name)
        if service is None:
            return False
        if self.enable_append_only and service.state == "Stopped":
            raise TwinError(
                f"Expected the service '{self.service_name}' to run, because only a running server can write its data "
                "to its first append-only file, found it Stopped. Its next start would load an empty one. Nothing was "
                "changed; start the service first."
            )
        return service.state != "Stopped"

    # The trial

    def _try_out(self) -> int:
        started = time.monotonic()
        trial = replace(self.new.access, address=self.machine.address, port=self.scratch_port)
        server = _Server(self.machine, trial)
        require_free_port(self.machine, self.scratch_port)
        self.machine.files.make_directory(self.scratch)
        printed = self.machine.root / "output" / f"trial-{self.scratch_port}.txt"
        try:
            reason = self._trial(server, printed)
            lines = [line for line in printed.read_text(errors="replace").splitlines() if line][-_TAIL_LINES:]
        finally:
            printed.unlink(missing_ok=True)
        if reason is not None:
            shown = self._safe("\n".join((reason, *lines)))
            text = f"Expected the server to start on the staged configuration, found that {shown}"
            raise TwinError(f"{text}\nNothing was changed; correct the configuration.")
        return _milliseconds_since(started)

    def _trial(self, server: _Server, printed: Path) -> str | None:
        """Start the server on the staged file, wait for PONG, end it; return what happened instead of PONG."""
        trial = Trial(self.program, self.staged, self._trial_arguments(server), self.scratch, printed)
        with trial_server(self.machine, trial) as process:
            return self._await_pong(process, server)

    def _trial_arguments(self, server: _Server) -> list[str]:
        """Return what the server reads after the file: it shares nothing with the running server, writes no data.

        `--replicaof no one` is no way out: redis 7.0.15 then asks that port of this very host. So the trial is a
        replica of itself.
        """
        text = self.machine.files.read_bytes(self.staged).decode(errors="replace")
        names = {name.lower() for name in _DIRECTIVE_NAME.findall(text)}
        folder = self.scratch.replace("\\", "/")
        access = server.access
        arguments = ["--bind", access.address, "--dir", folder]
        arguments += ["--logfile", "", "--pidfile", "", "--appendonly", "no", "--save", ""]
        # A server for encrypted connections is tried with such a port, so that it reads its certificates.
        if access.tls_ca_file:
            arguments += ["--port", "0", "--tls-port", str(access.port)]
        else:
            arguments += ["--port", str(access.port), *(["--tls-port", "0"] if "tls-port" in names else [])]
        if names & {"replicaof", "slaveof"}:
            arguments += ["--replicaof", access.address, str(access.port), "--replica-serve-stale-data", "yes"]
        return arguments

    def _await_pong(self, process: subprocess.Popen[bytes], server: _Server) -> str | None:
        deadline = time.monotonic() + _TRIAL_SECONDS
        while True:
            output, errors = server.ask("PING")
            answer = f"{output} {errors}".strip()
            if process.poll() is not None:
                return self._end_of(process)
            if is_open(answer):
                return f"it runs, but has not read this file: it asks for no password ({answer})"
            if output == "PONG":
                return None
            if re.search(r"NOAUTH|WRONGPASS|NOPERM|ERR ", answer):
                hint = "does the password belong to this configuration?"
                return f"it runs but answered PING with: {answer} ({hint})"
            if time.monotonic() > deadline:
                return f"it did not answer PONG within {_TRIAL_SECONDS} s, but: {answer}"
            time.sleep(_POLL_SECONDS)

    def _end_of(self, process: subprocess.Popen[bytes]) -> str:
        if self.machine.processes.strays():
            return "winlab: it went to the background (daemonize), where no service control manager can follow it"
        return f"it ended with exit code {process.returncode}"

    # The change

    def _change_file(self, *, is_running: bool) -> str | None:
        kept: str | None = None
        is_new = False
        try:
            # First what needs room on the disk: after the server has taken the new values, the swap only renames.
            kept, is_new = self._keep_present()
            if is_running:
                self._change_server()
            self._swap()
        except WinlabError as error:
            raise TwinError(f"{error} {self._take_back(kept if is_new else None)}") from error
        return kept

    def _keep_present(self) -> tuple[str | None, bool]:
        """Copy the present configuration into the history, unless the newest copy is the same."""
        files = self.machine.files
        if files.kind(self.target) == "Absent":
            return None, False
        files.make_directory(self.history)
        digest = files.sha256(self.target)
        names = _history(self.machine, self.history)
        newest = f"{self.history}\\{names[0]}" if names else None
        if newest is not None and files.sha256(newest) == digest:
            return newest, False
        copy = f"{self.history}\\{_free_time(names)}-{digest[:8]}.conf"
        files.copy_file(self.target, copy)
        # As [IO.File]::Copy does, which keeps the time of the last change.
        written = files.local_path(self.target).stat()
        os.utime(files.local_path(copy), ns=(written.st_atime_ns, written.st_mtime_ns))
        return copy, True

    def _change_server(self) -> None:
        server = self._running_server()
        if self.enable_append_only and self.append_only_command is not None:
            self._command(server, self.append_only_command, "switch to its append-only file")
            self._await_append_only(server)
        elif self.restart and self.health["aof_enabled"] == "1" and server.information().get("aof_enabled") == "0":
            raise TwinError(
                "Expected a running server that writes its append-only file, found aof_enabled:0. Restarted with the "
                "new configuration it would load an empty one and lose its data: ask for EnableAppendOnly."
            )
        if self.live_command is not None:
            if self.health["aof_enabled"] == "0" and server.information().get("aof_enabled") == "1":
                # From then on a start loads a snapshot, whoever causes it, and it may never have written one.
                self._save(server, snapshot=True)
            self._command(server, self.live_command, "take the new values")
        if self.restart:
            # Here, for a server that can't save is not stopped: nothing but a rename comes before the stop.
            self._save(self._running_server(), snapshot=self.health["aof_enabled"] == "0")
        elif self.is_server_changed:
            wrong = self.new.unfitness({})
            if wrong:
                text = "Expected the server at its address and with its password of the new configuration"
                raise TwinError(f"{text}, found: {wrong}.")

    def _save(self, server: _Server, *, snapshot: bool) -> None:
        access = vars(server.access)
        save_memurai_data(self.machine, **access, snapshot=snapshot, timeout_seconds=self.timeout_seconds)

    def _running_server(self) -> _Server:
        """Return how the running server is reached: as before the change, or in part already as after it."""
        new = self.new.access
        mixed = replace(self.former.access, password=new.password, user=new.user)
        candidates = [self.former, _Server(self.machine, mixed)]
        # Another server may have the new port.
        listeners = self.machine.network.listeners(new.port)
        if any(self.service_name.upper() in map(str.upper, listener.services) for listener in listeners):
            candidates.append(self.new)
        return next((server for server in candidates if server.is_answering()), self.former)

    def _command(self, server: _Server, line: SecretStr, what: str) -> None:
        try:
            output, errors = server.command(line)
        except TwinError:
            self.is_server_changed = True
            raise TwinError(
                f"Expected the running server to {what} within {_COMMAND_SECONDS} s, found no answer. "
                "Is it busy or blocked?"
            ) from None
        if output != "OK":
            text = self._safe(f"{output} {errors}")
            raise TwinError(f"Expected the running server to {what} and to answer OK, found: {text}")
        self.is_server_changed = True

    def _await_append_only(self, server: _Server) -> None:
        """Wait for the first writing of the append-only file: the server answers OK before that."""
        written = {
            "aof_enabled": "1",
            "aof_rewrite_scheduled": "0",
            "aof_rewrite_in_progress": "0",
            "aof_last_bgrewrite_status": "ok",
        }
        deadline = time.monotonic() + self.timeout_seconds
        while wrong := server.unfitness(written):
            if time.monotonic() > deadline:
                raise TwinError(
                    f"Expected the append-only file to be written within {self.timeout_seconds} s, found: {wrong}. "
                    "Look at the server's log, and at the free space of its data folder; allow more time."
                )
            time.sleep(_POLL_SECONDS)

    def _swap(self) -> None:
        files = self.machine.files
        if files.kind(self.target) == "Absent":
            files.move(self.staged, self.target)
            return
        # What a run kept that was ended half way stays.
        files.replace(self.staged, self.target, None if self._is_backed_up() else self.backup)

    def _take_back(self, kept: str | None) -> str:
        """Undo what was done before the swap, and say what came of that."""
        try:
            if kept is not None:
                self.machine.files.remove(kept)
            if not self.is_server_changed:
                return "Nothing was changed."
            if self.undo_command is None:
                text = "The file was not changed, but the running server has new values until it restarts"
                return f"{text}: deploy again."
            self._command(self._running_server(), self.undo_command, "take its former values back")
        except WinlabError as error:
            return f"Nor could everything be taken back: {error}"
        return "The file was not changed, and the running server has its former values again."

    # The restart

    def _restart_or_go_back(self) -> None:
        try:
            self._restart(self.new, self.health)
        except WinlabError as error:
            text = "Expected a healthy server, found that the new configuration never became healthy"
            reason = f"{text}: {self._safe(str(error))}"
        else:
            return
        log = f"log:\n{self._log_tail()}"
        if not self._is_backed_up():
            text = "there was no earlier configuration to put back. Correct it and deploy again"
            reason += stop_open_server(self.machine, self.new.access, self.service_name, self.timeout_seconds)
            raise TwinError(f"{reason}; {text}; {log}")
        try:
            self.machine.files.replace(self.backup, self.target)
            # A server that hangs would keep the last known good from starting. Nor does it save before: what never
            # became healthy may not have loaded its data, and would write an empty set over the last good snapshot.
            end_hung_service(self.machine, self.service_name, self.timeout_seconds)
            self._restart(self.former, {})
        except WinlabError as error:
            what = self._failed_way_back(str(error))
            service = self.machine.services.get(self.service_name)
            raise TwinError(
                f"{reason}; {what}; the service is now {service.state} (process {service.process_id}). It needs a "
                f"person; {log}"
            ) from error
        raise TwinError(f"{reason}; the last known good runs again. Correct the configuration and deploy again; {log}")

    def _failed_way_back(self, reason: str) -> str:
        """Return what became of the last known good; a server without a password is stopped."""
        is_back, text = not self._is_backed_up(), self._safe(reason)
        if is_back and self.is_left and self.machine.services.get(self.service_name).state == "Running":
            # Former is what that run did not prove. So nobody knows either whether this server lacks a password.
            return (
                "the last known good, which an earlier run had kept, was put back and its service started, but it was "
                f"asked with the address and password of the configuration that came after it: {text}"
            )
        stopped = stop_open_server(self.machine, self.former.access, self.service_name, self.timeout_seconds)
        what = "nor did the last known good, which was put back"
        if not is_back:
            what = f"nor could the last known good be put back, which stays at '{self.backup}'"
        return f"{what}: {text}{stopped}"

    def _restart(self, server: _Server, expected: Mapping[str, str]) -> None:
        stop_win_service(self.machine, name=self.service_name, timeout_seconds=self.timeout_seconds)
        deadline = time.monotonic() + self.timeout_seconds
        start_win_service(self.machine, name=self.service_name, timeout_seconds=self.timeout_seconds)
        while wrong := server.unfitness(expected):
            service = self.machine.services.get(self.service_name)
            if service.state == "Stopped":
                text = f"the service '{self.service_name}' stopped again"
                raise TwinError(f"{text} (Win32 exit code {service.exit_code}, service-specific exit code 0)")
            if is_open(wrong):
                raise TwinError(f"the server has not read its configuration: {wrong}")
            if time.monotonic() > deadline:
                raise TwinError(f"within {self.timeout_seconds} s of its start, {wrong}")
            time.sleep(_POLL_SECONDS)

    def _log_tail(self) -> str:
        files = self.machine.files
        path = configured_paths(files, self.program, self.target).log_file
        if path is None:
            return "(none is configured)"
        if files.kind(path) != "File":
            return f"(there is no {path})"
        lines = [line for line in files.read_bytes(path).decode(errors="replace").splitlines() if line]
        return self._safe("\n".join(lines[-_TAIL_LINES:]))

    def _safe(self, text: str) -> str:
        """Return what a server or its client said, without the values of directives and without passwords."""
        text = self.machine.files.without_root(text)
        for pattern, replacement in _QUOTED:
            text = pattern.sub(replacement, text)
        for secret in (self.new.access.password, self.former.access.password):
            if secret is not None and secret.get_secret_value():
                text = text.replace(secret.get_secret_value(), "***")
        return text.strip()


def _folder(path: str) -> str:
    return path.rpartition("\\")[0]


def _milliseconds_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
