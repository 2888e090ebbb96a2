"""The pyinfra connector `@winrm/HOST`: Windows hosts over WinRM, through one PowerShell per host."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import IOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from pyinfra import logger
from pyinfra.api import HiddenValue, StringCommand
from pyinfra.api.exceptions import ConnectError
from pyinfra.api.output import echo
from pyinfra.api.util import get_file_io
from pyinfra.connectors.base import BaseConnector, ConnectorData, DataMeta
from pyinfra.connectors.util import CommandOutput, OutputLine
from typing_extensions import override

from winfra.call import PowerShellBatch, PowerShellCall
from winfra.exceptions import (
    ConnectionOptionsError,
    HostConnectionError,
    HostError,
    TransferError,
    UnsupportedArgumentError,
)
from winfra.interruption import forget, leave_when_ended, watch
from winfra.memory import Memory, memory_of
from winfra.secrets import hidden_values, scrub
from winfra.session.options import PREFIX, ConnectionOptions

if TYPE_CHECKING:
    from pyinfra.api.host import Host
    from pyinfra.api.state import State

    from winfra.session.frames import Reply
    from winfra.session.session import Session

# Arguments of pyinfra that Windows has no equivalent of, and what to do instead.
REFUSED = {
    **dict.fromkeys(
        (
            *("_sudo", "_sudo_user", "_use_sudo_login", "_sudo_password", "_preserve_sudo_env"),
            *("_su_user", "_use_su_login", "_preserve_su_env", "_su_shell", "_su_password"),
            *("_doas", "_doas_user", "_dzdo", "_dzdo_user"),
        ),
        "Windows has no such change of user: connect as an administrator (winrm_user)",
    ),
    "_get_pty": "WinRM has no terminal",
    "_temp_dir": "uploads are written next to their destination, so that moving them into place is one step",
}
# pyinfra's own default shell, which stands for "the host's shell", and PowerShell's names.
SHELLS = (None, "sh", "powershell", "powershell.exe")


class WinRMConnectorData(ConnectorData):
    """The winrm_* keys; checked in `connect`, so that a wrong one fails its host and not the whole run."""


for _name in ConnectionOptions.model_fields:
    WinRMConnectorData.__annotations__[PREFIX + _name] = Any


class WinRMConnector(BaseConnector):
    """Manage Windows hosts over WinRM.

    A host is named `@winrm/HOST`; its winrm_* data says how it is reached. One powershell.exe is started per host
    and run; it is handed the library once and then answers every fact, command and upload.
    """

    # Without this pyinfra would take the host's data from here and connect by SSH.
    handles_execution = True
    data_cls = WinRMConnectorData
    data_meta = {  # noqa: RUF012  # pyinfra declares it so
        PREFIX + name: DataMeta(field.description or "", None) for name, field in ConnectionOptions.model_fields.items()
    }

    def __init__(self, state: State, host: Host) -> None:
        super().__init__(state, host)
        self._session: Session | None = None
        self._memory = Memory()
        self._secrets: set[str] = set()

    @staticmethod
    @override
    def make_names_data(name: str) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        if not name:
            raise ConnectionOptionsError("@winrm needs a host: expected @winrm/HOST, found @winrm")
        yield f"@winrm/{name}", {"winrm_hostname": name}, ["@winrm"]

    @override
    def connect(self) -> None:
        # Imported here: pyinfra imports every connector at every start, and pywinrm takes a fifth of a second.
        from winfra.session.session import Session  # noqa: PLC0415

        name = self.host.name
        try:
            options = ConnectionOptions.from_host_data(name, winrm_data(self.host))
            password = options.password_value(name)
            session = Session(name, options, self._warn)
            self._open(session)
        except (ConnectionOptionsError, HostError) as error:
            raise ConnectError(scrub(str(error), self._secrets)) from None
        if password is not None:
            self._secrets.add(password.unmask())
        self._session = session
        self._memory = memory_of(options.hostname)

    @override
    def disconnect(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.close()
        except HostError as error:
            # pyinfra allows no exception here; what is left behind ends with the shell's idle limit.
            self._warn(f"the session was not closed cleanly: {error}")
        forget(session)

    @override
    def run_shell_command(
        self,
        command: StringCommand | str,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Any,
    ) -> tuple[bool, CommandOutput]:
        self._refuse_unsupported(arguments)
        # Facts hand their command over as plain text.
        request = command if isinstance(command, StringCommand) else StringCommand(command)
        if print_input:
            echo(f"{self.host.print_prefix}>>> {request}", err=True)
        reply = self._ask(request, arguments)
        # What a function answers is parsed: scrubbing it would garble it where a secret is an ordinary word too.
        output = self._output(reply, scrubbed=not isinstance(request, PowerShellCall))
        if print_output:
            self._print(output, confidential=isinstance(request, PowerShellCall) and request.confidential)
        success = reply.exit_code in (arguments.get("_success_exit_codes") or [0])
        return success, output

    @override
    def put_file(
        self,
        filename_or_io: str | IOBase,
        remote_filename: str,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Any,
    ) -> bool:
        self._refuse_unsupported(arguments)
        with get_file_io(cast("IO[Any]", filename_or_io)) as stream, self._memory.changing():
            digest = self._open_session().upload(
                binary(stream), remote_filename, remote_temp_filename, arguments.get("_timeout")
            )
        if print_output:
            echo(f"{self.host.print_prefix}file uploaded: {remote_filename} (SHA-256 {digest})", err=True)
        return True

    @override
    def get_file(
        self,
        remote_filename: str,
        filename_or_io: str | IOBase,
        remote_temp_filename: str | None = None,
        print_output: bool = False,
        print_input: bool = False,
        **arguments: Any,
    ) -> bool:
        self._refuse_unsupported(arguments)
        with local_destination(filename_or_io) as stream:
            digest = self._open_session().download(remote_filename, stream, arguments.get("_timeout"))
            self._check_unchanged(remote_filename, digest, arguments)
        if print_output:
            echo(f"{self.host.print_prefix}file downloaded: {remote_filename} (SHA-256 {digest})", err=True)
        return True

    def _open(self, session: Session) -> None:
        watch(session)
        try:
            session.open()
        except HostError:
            forget(session)
            raise

    def _check_unchanged(self, path: str, digest: str, arguments: Mapping[str, Any]) -> None:
        call = PowerShellCall("Get-WinItem", {"Path": path, "IncludeHash": True})
        reply = self._execute(call, {"_timeout": arguments.get("_timeout")})
        found = json.loads(reply.stdout)["Sha256"] if reply.exit_code == 0 else None
        if found != digest:
            raise TransferError(
                f"{self.host.name}: download of {path}: expected SHA-256 {found} as on the host, found {digest}: the "
                "file was changed meanwhile. Run again."
            )

    def _ask(self, command: StringCommand, arguments: Mapping[str, Any]) -> Reply:
        """Return the reply to a command, from memory where it is remembered."""
        if not isinstance(command, PowerShellCall) or not command.reads:
            with self._memory.changing():
                return self._execute(command, arguments)
        is_executing = self.state.is_executing and self.state.should_check_for_changes()
        if calls := self._memory.grows_old(is_executing=is_executing):
            self._read(PowerShellBatch(calls), {})
        return self._memory.answer(command) or self._read(command, arguments)

    def _read(self, call: PowerShellCall, arguments: Mapping[str, Any]) -> Reply:
        generation = self._memory.generation
        reply = self._execute(call, arguments)
        self._memory.keep(call, reply, generation)
        return reply

    def _execute(self, command: StringCommand, arguments: Mapping[str, Any]) -> Reply:
        session = self._open_session()
        environment = arguments.get("_env") or {}
        self._secrets |= hidden_values(environment) | command_secrets(command)
        options = {
            "Directory": arguments.get("_chdir"),
            "Environment": {name: environment_value(value) for name, value in environment.items()},
        }
        timeout = arguments.get("_timeout")
        if isinstance(command, PowerShellCall):
            if arguments.get("_stdin"):
                raise UnsupportedArgumentError(f"{self.host.name}: {command.function} takes no _stdin")
            return session.call(command.function, command.wire_parameters(), options, timeout)
        options["Input"] = stdin_lines(arguments.get("_stdin"))
        return session.run(command.get_raw_value(), options, timeout)

    def _output(self, reply: Reply, *, scrubbed: bool) -> CommandOutput:
        lines = [OutputLine("stdout", line) for line in text_lines(reply.stdout)]
        if scrubbed:
            lines = [OutputLine(line.buffer_name, scrub(line.line, self._secrets)) for line in lines]
        # What went wrong may quote a value and is always printed.
        lines += [OutputLine("stderr", scrub(line, self._secrets)) for line in text_lines(reply.stderr)]
        return CommandOutput(lines)

    def _print(self, output: CommandOutput, *, confidential: bool) -> None:
        for line in output:
            hide = confidential and line.buffer_name == "stdout"
            text = f"<confidential, {len(line.line)} characters>" if hide else scrub(line.line, self._secrets)
            echo(f"{self.host.print_prefix}{text}", err=True)

    def _refuse_unsupported(self, arguments: Mapping[str, Any]) -> None:
        for name, reason in REFUSED.items():
            if arguments.get(name):
                raise UnsupportedArgumentError(f"{self.host.name}: {name} is not possible on Windows: {reason}")
        shell = arguments.get("_shell_executable")
        if shell not in SHELLS:
            raise UnsupportedArgumentError(
                f"{self.host.name}: expected _shell_executable to be PowerShell, found {shell!r}"
            )

    def _open_session(self) -> Session:
        leave_when_ended()
        if self._session is None:
            raise HostConnectionError(f"{self.host.name}: not connected")
        return self._session

    def _warn(self, text: str) -> None:
        logger.warning(f"{self.host.print_prefix}{scrub(text, self._secrets)}")


def winrm_data(host: Host) -> dict[str, object]:
    """Return the winrm_* data of a host, unknown keys too, from all levels of the inventory."""
    return {key: value for key, value in host.data.dict().items() if key.startswith(PREFIX)}


def command_secrets(command: StringCommand) -> set[str]:
    """Return the secrets inside a command."""
    if isinstance(command, PowerShellCall):
        return command.secrets
    bits = [bit.obj if hasattr(bit, "obj") else bit for bit in command.bits]
    nested = {secret for bit in bits if isinstance(bit, StringCommand) for secret in command_secrets(bit)}
    return nested | hidden_values(bits)


def environment_value(value: object) -> object:
    """Return a value of `_env` as the agent takes it."""
    return {"$secret": value.unmask()} if isinstance(value, HiddenValue) else str(value)


def stdin_lines(stdin: object) -> list[str]:
    """Return `_stdin` (None, text, lines or a stream) as the lines that are piped into the script."""
    if stdin is None:
        return []
    if isinstance(stdin, str):
        return stdin.splitlines()
    return [line.decode() if isinstance(line, bytes) else str(line).rstrip("\r\n") for line in cast("Any", stdin)]


def text_lines(data: bytes) -> list[str]:
    """Return output as lines; none for no output."""
    return data.decode(errors="replace").rstrip("\r\n").splitlines() if data.strip() else []


def binary(stream: IO[Any]) -> IO[bytes]:
    """Return a stream of bytes for a stream of bytes or text."""
    return io.BytesIO(stream.read().encode()) if isinstance(stream, io.TextIOBase) else stream


@contextmanager
def local_destination(filename_or_io: str | IOBase) -> Iterator[IO[bytes]]:
    """Give a stream to write a download to; a named file appears only when all went well."""
    if not isinstance(filename_or_io, str | os.PathLike):
        yield cast("IO[bytes]", filename_or_io)
        return
    destination = Path(filename_or_io)
    with tempfile.NamedTemporaryFile(dir=destination.parent, prefix=f".{destination.name}.", delete=False) as stream:
        partial = Path(stream.name)
        try:
            yield cast("IO[bytes]", stream)
        except BaseException:
            partial.unlink()
            raise
    partial.replace(destination)
