"""The settings file of the backup job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.functions.backup_store import Fields, read_object, read_text
from winlab.twin.functions.directives import directive_words
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command
from winlab.windows.machine import Machine

_COMMAND_SECONDS = 60
_OPTIONAL = (str, type(None))
_FIELDS: Fields = {
    "CliPath": str,
    "CheckPath": str,
    "ProgramPath": str,
    "Address": str,
    "Port": int,
    "User": str,
    "TlsCaFile": str,
    "TlsCertFile": str,
    "TlsKeyFile": str,
    "SecretPath": str,
    "ConfigurationPath": str,
    "DataFolder": str,
    "SnapshotName": str,
    "AppendOnlyFolder": str,
    "BackupFolder": str,
    "IncludeAppendOnly": bool,
    "KeepDays": int,
    "KeepAtLeast": int,
    "KeepAtMost": int,
    "CopyTo": _OPTIONAL,
    "Rehearse": str,
    "RehearsalPort": int,
    "ServiceName": str,
    "MetricsFolder": _OPTIONAL,
    "EventSource": str,
}


@dataclass(frozen=True)
class BackupJob:
    """What backup.json says, and the password beside it.

    Attributes:
        machine: the host.
        values: the settings by name.
        password: of the job's user, None without one.
    """

    machine: Machine
    values: dict[str, Any]
    password: SecretStr | None

    def __getitem__(self, name: str) -> Any:
        """Return a setting."""
        return self.values[name]

    @property
    def data(self) -> str:
        """The data folder."""
        return self.machine.files.full_path(self["DataFolder"])

    @property
    def rehearse(self) -> Literal["each", "weekly"]:
        """How often the newest backup is rehearsed."""
        found: Literal["each", "weekly"] = self["Rehearse"]
        return found

    def ask(self, *words: str) -> tuple[str, str]:
        """Return what a command answers, on standard output and on both outputs."""
        return self._run(arguments=list(words))

    def configure(self, name: str, value: str) -> None:
        """Give the server a value by CONFIG SET under its present name, which may be a secret.

        Raises:
            TwinError: the server refuses.
        """
        names = ["CONFIG"]
        for words in directive_words(self.machine, self["ConfigurationPath"], "rename-command"):
            if words[0].upper() == "CONFIG":
                names = words[1:]
        if not names[0]:
            raise TwinError(
                "Expected CONFIG to hold the rewrites of the append-only file with, found it disabled in "
                f"'{self['ConfigurationPath']}'. Back up without the append-only file, or rename the command."
            )
        line = SecretStr(f'"{names[0]}" SET {name} {value}')
        output, shown = self._run(secret_command=line)
        if output != "OK":
            shown = shown.replace(names[0], "CONFIG")
            raise TwinError(f"Expected OK to CONFIG SET {name} {value}, found: {shown}. May the backup's user do it?")

    def _run(self, **command: Any) -> tuple[str, str]:
        access = ServerAccess(
            cli_path=self["CliPath"],
            address=self["Address"],
            port=self["Port"],
            password=self.password,
            user=self["User"],
            tls_ca_file=self["TlsCaFile"],
            tls_cert_file=self["TlsCertFile"],
            tls_key_file=self["TlsKeyFile"],
        )
        answer = invoke_memurai_command(self.machine, **vars(access), timeout_seconds=_COMMAND_SECONDS, **command)
        output = str(answer["Output"]).strip()
        return output, f"{output} {answer['ErrorOutput'].strip()}".strip()


def read_backup_job(machine: Machine, path: str) -> BackupJob:
    """Return the settings of a backup job.

    Args:
        machine: the host.
        path: absolute Windows path of backup.json.

    Raises:
        TwinError: the file is missing or is not what it should be.
    """
    values = read_object(machine, path, _FIELDS)
    unknown = sorted(values.keys() - _FIELDS.keys())
    if unknown:
        raise TwinError(f"Expected only known settings in '{path}', found {', '.join(unknown)}. Deploy again.")
    if values["Rehearse"] not in ("each", "weekly"):
        raise TwinError(f"Expected Rehearse to be each or weekly in '{path}', found '{values['Rehearse']}'.")
    secret = values["SecretPath"]
    password = None
    if machine.files.kind(secret) == "File":
        password = SecretStr(read_text(machine, secret).split("\n")[0].rstrip("\r"))
    return BackupJob(machine, values, password)
