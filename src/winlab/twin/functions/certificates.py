"""The twin of the function that changes the certificates of a server: it asks the real server, as the library does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.locks import locked
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command
from winlab.twin.functions.saving import BUFFER, unsaved_data
from winlab.twin.functions.services import restart_win_service
from winlab.twin.functions.staging import remove_staged, write_secret
from winlab.twin.functions.waiting import wait_memurai_server
from winlab.twin.registry import NOT_EMPTY, TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_PORTS = range(1, 65536)
_DIGEST = r"^[0-9A-Fa-f]{64}$"
_ATTEMPT_SECONDS = 5
_COMMAND_SECONDS = 60


@twin(
    "Set-MemuraiCertificate",
    "Path",
    "Reloaded",
    cli_path=NOT_EMPTY,
    address=NOT_EMPTY,
    port=_PORTS,
    tls_ca_file=NOT_EMPTY,
    tls_cert_file=NOT_EMPTY,
    tls_key_file=NOT_EMPTY,
    ca_sha256=_DIGEST,
    cert_sha256=_DIGEST,
    service_name=NOT_EMPTY,
    timeout_seconds=TIMEOUT_SECONDS,
)
def set_memurai_certificate(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str,
    tls_cert_file: str,
    tls_key_file: str,
    ca_sha256: str,
    cert_sha256: str,
    key_content: SecretStr,
    service_name: str,
    reload_command: SecretStr | None = None,
    timeout_seconds: int = 300,
) -> Output:
    """Put new files of encrypted connections in the place of the present ones, or leave everything as it was."""
    full_path = machine.files.full_path
    change = _Change(
        machine=machine,
        access=ServerAccess(cli_path, address, port, password, user),
        ca=_File(full_path(tls_ca_file), ca_sha256.lower()),
        certificate=_File(full_path(tls_cert_file), cert_sha256.lower()),
        key=_File(full_path(tls_key_file), ""),
        key_content=key_content,
        service_name=service_name,
        reload_command=reload_command,
        timeout_seconds=timeout_seconds,
    )
    change.run()
    return {"Path": change.certificate.path, "Reloaded": change.is_server_changed}


@dataclass(frozen=True)
class _File:
    """One of the files.

    path: where it stands. sha256: of the new content; empty for the private key.
    """

    path: str
    sha256: str

    @property
    def staged(self) -> str:
        return f"{self.path}.staged"

    @property
    def kept(self) -> str:
        return f"{self.path}.last-known-good"


@dataclass
class _Change:
    """One call of Set-MemuraiCertificate."""

    machine: Machine
    access: ServerAccess
    ca: _File
    certificate: _File
    key: _File
    key_content: SecretStr
    service_name: str
    reload_command: SecretStr | None
    timeout_seconds: int
    is_server_changed: bool = False
    unsaved: str = ""

    @property
    def files(self) -> tuple[_File, _File, _File]:
        return self.ca, self.certificate, self.key

    def run(self) -> None:
        lock = locked(self.machine, f"{self.key.path}.lock", f"Set-MemuraiCertificate of {self.service_name}")
        with lock, self._temporary():
            for file in (self.ca, self.certificate):
                self._require_stage(file)
            write_secret(self.machine, self.key.staged, self.key_content)
            chosen = None if self.reload_command is None else self._choose()
            try:
                for file in self.files:
                    self._swap(file)
                if self.reload_command is not None:
                    self._update_server(self.reload_command, "Present" if chosen == "Staged" else "Kept")
            except WinlabError as error:
                raise TwinError(f"{error} {self._restore()}") from error
            for file in self.files:
                self._remove(file.kept)

    def _require_stage(self, file: _File) -> None:
        if not self._is_file(file.staged):
            raise TwinError(f"Expected the staged file '{file.staged}', found no such file. Upload it first.")
        found = self.machine.files.sha256(file.staged)
        if found != file.sha256:
            text = f"Expected SHA-256 {file.sha256} of '{file.staged}', found {found}. Upload it again."
            raise TwinError(text)

    @contextmanager
    def _temporary(self) -> Iterator[None]:
        try:
            yield
        finally:
            for file in self.files:
                remove_staged(self.machine, file.path)

    def _choose(self) -> str:
        """Return the files with which the running server answers, before anything is changed."""
        left = [file.kept for file in self.files if self._is_file(file.kept)]
        answer = ""
        for chosen in [*["Kept"][: len(left)], "Present", "Staged"]:
            answer = self._ping(chosen)
            if answer == "PONG":
                for path in left if chosen != "Kept" else []:
                    self._remove(path)
                return chosen
        raise TwinError(
            "Expected the running server to answer encrypted with its present certificates, found: "
            f"{answer}. Nothing was changed; look at the server's log."
        )

    def _swap(self, file: _File) -> None:
        if self._is_file(file.path) and not self._is_file(file.kept):
            # As a copy, so that the new content takes the access list over from the file that it replaces.
            self.machine.files.copy_file(file.path, file.kept)
        self._move(file.staged, file.path)

    def _update_server(self, command: SecretStr, chosen: str) -> None:
        # As long as it can be asked: a server that nobody reaches any more can't save either.
        self.unsaved = unsaved_data(self.machine, self._access(chosen), _ATTEMPT_SECONDS)
        self._command(command, chosen, "read its new certificates")
        answer = self._ping("Present")
        if answer != "PONG":
            raise TwinError(f"Expected the server to answer with its new certificates, found: {answer}.")

    def _restore(self) -> str:
        """Put the former files back, also in the running server, and say what came of that."""
        files = self.machine.files
        try:
            for file in self.files:
                if files.kind(file.staged) == "Absent":
                    self._move(file.path, file.staged)
                if self._is_file(file.kept):
                    self._move(file.kept, file.path)
            if not self.is_server_changed or self.reload_command is None:
                return "The former files are back; correct the certificates and run again."
            for chosen in ("Staged", "Present"):
                if self._ping(chosen) == "PONG":
                    self._command(self.reload_command, chosen, "read its former certificates")
                    text = "The former files are back, also in the running server"
                    return f"{text}; correct the certificates and run again."
            if self.unsaved not in ("", BUFFER):
                return (
                    "The former files are back, but the server could not be reached any more, and it was not restarted "
                    "with them: what it holds in memory is not in its snapshot or append-only file. Restart the "
                    "service when it has written that; correct the certificates and run again."
                )
            restart_win_service(self.machine, name=self.service_name, timeout_seconds=self.timeout_seconds)
            wait_memurai_server(self.machine, **vars(self._access("Present")), timeout_seconds=self.timeout_seconds)
        except WinlabError as error:
            return f"Nor could everything be taken back: {error}"
        text = "The former files are back, and the server was restarted with them, because it could not be reached"
        return f"{text} any more; correct the certificates and run again."

    def _ping(self, chosen: str) -> str:
        words = {"arguments": ["PING"], "timeout_seconds": _ATTEMPT_SECONDS}
        answer = invoke_memurai_command(self.machine, **vars(self._access(chosen)), **words)
        return f"{answer['Output']} {answer['ErrorOutput']}".strip()

    def _command(self, command: SecretStr, chosen: str, what: str) -> None:
        server = vars(self._access(chosen))
        answer = invoke_memurai_command(
            self.machine, **server, secret_command=command, timeout_seconds=_COMMAND_SECONDS
        )
        text = f"{answer['Output']} {answer['ErrorOutput']}".strip()
        if text != "OK":
            raise TwinError(f"Expected the running server to {what} and to answer OK, found: {text}")
        self.is_server_changed = True

    def _access(self, chosen: str) -> ServerAccess:
        """Return how the server is reached with the files that are Present, Staged, or Kept where there are such."""
        ca, certificate, key = (self._path(file, chosen) for file in self.files)
        return replace(self.access, tls_ca_file=ca, tls_cert_file=certificate, tls_key_file=key)

    def _path(self, file: _File, chosen: str) -> str:
        if chosen == "Staged":
            return file.staged
        return file.kept if chosen == "Kept" and self._is_file(file.kept) else file.path

    def _is_file(self, path: str) -> bool:
        return self.machine.files.kind(path) == "File"

    def _move(self, path: str, destination: str) -> None:
        if self._is_file(destination):
            self.machine.files.replace(path, destination)
        else:
            self.machine.files.move(path, destination)

    def _remove(self, path: str) -> None:
        if self._is_file(path):
            self.machine.files.remove(path)
