"""A server and its host in a few lines, on which changes are played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from change_drill import ModelHost, VerbError
from pyinfra.api import HiddenValue

from memurai.config import Directive, Document, normal, parse, render
from memurai.config.language import split_arguments
from memurai.config.meaning import Key, Value
from memurai.endpoint import Endpoint
from memurai.instance import Instance

ROOT = "C:/ProgramData/Memurai"
INSTANCE = Instance(
    service="Memurai",
    start_type="Automatic",
    base=ROOT,
    config=f"{ROOT}/config",
    data=f"{ROOT}/data",
    logs=f"{ROOT}/logs",
    installers=f"{ROOT}/install",
    backups="C:/Backups",
    product="C:/Program Files/Memurai",
    snapshot="dump.rdb",
    address="127.0.0.1",
    port=6379,
    open_ports=(6379,),
    user="",
    is_encrypted=False,
    trial_port=6390,
    timeout_seconds=60,
)


class HostWithFiles(ModelHost):
    """A host of whose files a change writes some. files: contents by path."""

    files: dict[str, str]

    def write(self, given: Mapping[str, Any]) -> None:
        """Write-WinFile."""
        self.files[f"{given['Path']}.new"] = "a part"
        self.point()
        del self.files[f"{given['Path']}.new"]
        self.files[given["Path"]] = given["Content"].unmask()

    def restore(self, given: Mapping[str, Any]) -> None:
        """Restore-WinFile."""
        self.files.pop(f"{given['Path']}.new", None)
        self.point()
        if given.get("Copy") is None:
            self.files.pop(given["Path"], None)
        elif given["Copy"] in self.files and self.files[given["Copy"]] != self.files.get(given["Path"]):
            self.files[f"{given['Path']}.new"] = "a part"
            self.point()
            del self.files[f"{given['Path']}.new"]
            self.files[given["Path"]] = self.files[given["Copy"]]


@dataclass
class Host(HostWithFiles):
    """Its files, and one server.

    files: contents by path. configuration: the server's file. keys: in its memory, None while it does not run.
    snapshot, log: keys in those files, None without one. started: the text on which it runs. given: by CONFIG SET.
    trial: whether one runs.
    """

    configuration: str
    files: dict[str, str]
    keys: int | None = 7
    snapshot: int | None = 3
    log: int | None = None
    started: str = ""
    given: dict[str, str] = field(default_factory=dict)
    trial: bool = False

    # What a server has

    @property
    def values(self) -> Mapping[Key, Value]:
        """What the running server has, by meaning."""
        lines = [*parse(self.started)]
        for name, value in self.given.items():
            lines = [line for line in lines if line.name != name]
            lines.append(Directive(name, tuple(split_arguments(value)) or ("",)))
        return normal(parse(render(lines)))

    @property
    def writes_log(self) -> bool:
        """Whether it writes an append-only file."""
        return self.values.get(("appendonly",)) == (("yes",),)

    @property
    def seen(self) -> object:
        """All that a change may change; the former file may be kept, and what is in memory be saved."""
        former = self.files.get(self.configuration)
        files = {path: text for path, text in self.files.items() if path == self.configuration or text != former}
        return files, self.keys, dict(self.values) if self.keys is not None else None, self.trial

    def reached(self, ways: list[Mapping[str, Any]]) -> None:
        """Fail unless one of the ways leads to the server."""
        if self.keys is None:
            raise VerbError("nobody listens")
        text = render([Directive(key[0], value[-1]) for key, value in self.values.items() if len(key) == 1])
        server = Endpoint.of(Document.of(text))
        for way in ways:
            password = way["Password"]
            secret = password.unmask() if isinstance(password, HiddenValue) else password
            if (way["Port"], way["User"], secret) == (server.port, server.user, server.password.unmask()):
                return
        raise VerbError("WRONGPASS")

    # Verbs

    def remove(self, given: Mapping[str, Any]) -> None:
        """Remove-WinItem."""
        for path in [path for path in self.files if path == given["Path"] or path.startswith(f"{given['Path']}/")]:
            del self.files[path]

    def try_out(self, given: Mapping[str, Any]) -> None:
        """Test-MemuraiConfiguration."""
        if any(path.startswith(f"{given['ScratchFolder']}/") for path in self.files):
            raise VerbError("something is in the folder")
        path = f"{given['ScratchFolder']}/trial.conf"
        self.files[path] = given["Content"].unmask()
        self.point()
        self.trial = True
        self.point()
        self.trial = False
        self.point()
        del self.files[path]

    def end_trial(self, _: Mapping[str, Any]) -> None:
        """Stop-WinFolderProcess."""
        self.trial = False

    def send(self, given: Mapping[str, Any]) -> None:
        """Send-MemuraiCommand."""
        if self.keys is None:
            return
        self.reached(given["Servers"])
        _, command, *words = split_arguments(secret(given["SecretCommand"]))
        assert command == "SET"
        before = self.writes_log
        self.given.update(zip(words[::2], words[1::2], strict=True))
        if self.writes_log and not before:
            self.log = self.keys

    def save(self, given: Mapping[str, Any]) -> None:
        """Save-MemuraiData."""
        self.reached([given["Server"]])
        if self.writes_log:
            self.log = self.keys
        if given.get("Snapshot") or not self.writes_log:
            self.snapshot = self.keys

    def wait(self, given: Mapping[str, Any]) -> None:
        """Wait-MemuraiServer."""
        self.reached([given["Server"]])
        self.expect(given)

    def expect(self, given: Mapping[str, Any]) -> None:
        expected = (given.get("Expected") or {}).get("aof_enabled")
        if expected is not None and expected != str(int(self.writes_log)):
            raise VerbError("aof_enabled")

    def stop(self, given: Mapping[str, Any]) -> None:
        """Stop-MemuraiServer."""
        if self.keys is None:
            return
        self.reached(given["Servers"])
        if self.writes_log:
            self.log = self.keys
        if given["Snapshot"] or not self.writes_log:
            self.snapshot = self.keys
        self.point()
        self.keys = None

    def end(self, _: Mapping[str, Any]) -> None:
        """Stop-WinHungService, which saves nothing."""
        self.keys = None

    def start(self, given: Mapping[str, Any]) -> None:
        """Start-MemuraiServer."""
        ways = [given["Server"], *given.get("RunningServers", [])]
        if self.keys is None:
            digest = sha256(self.files[self.configuration].encode()).hexdigest()
            if given.get("Sha256") not in {None, digest}:
                raise VerbError("another file than expected")
            self.started, self.given = self.files[self.configuration], {}
            self.keys = (self.log if self.writes_log else self.snapshot) or 0
            ways = ways[:1]
            self.point()
        self.reached(ways)
        self.expect(given)


def secret(value: Any) -> str:
    return str(value.unmask() if isinstance(value, HiddenValue) else value)


Host.verbs = {
    "New-WinDirectory": lambda _host, _given: None,
    "Remove-WinItem": Host.remove,
    "Restore-WinFile": Host.restore,
    "Save-MemuraiData": Host.save,
    "Send-MemuraiCommand": Host.send,
    "Start-MemuraiServer": Host.start,
    "Stop-MemuraiServer": Host.stop,
    "Stop-WinFolderProcess": Host.end_trial,
    "Stop-WinHungService": Host.end,
    "Test-MemuraiConfiguration": Host.try_out,
    "Wait-MemuraiServer": Host.wait,
    "Write-WinFile": Host.write,
}
