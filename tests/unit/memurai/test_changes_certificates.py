"""The steps that a change of certificates comes to, and that they leave all or nothing wherever they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

import pytest
from change_drill import ModelRunner, VerbError, prove
from change_model import INSTANCE, HostWithFiles

from memurai.changes.certificates import KEPT, Running, change, returned
from memurai.config import Document, normal, parse
from memurai.config.language import split_arguments
from memurai.endpoint import Endpoint
from winfra.change import Change
from winfra.secrets import hidden

FILES = INSTANCE.tls_files
PATHS: tuple[str, ...] = astuple(FILES)
CONFIGURATION = f"""requirepass canary-1
aclfile users.acl
rename-command CONFIG CONFIG_SECRET
maxmemory 1gb
port 0
tls-port 6380
tls-auth-clients no
tls-ca-cert-file {FILES.ca}
tls-cert-file {FILES.certificate}
tls-key-file {FILES.key}
logfile memurai.log
"""
FORMER, NEW, OTHER = "former", "new", "somebody's"


@dataclass
class Host(HostWithFiles):
    """Files by path, and one server.

    served: the set that the server has read, by which alone it is reached. named: the paths that it has read it from.
    """

    files: dict[str, str]
    served: str = FORMER
    named: tuple[str, ...] = PATHS
    trial: bool = False

    @property
    def seen(self) -> object:
        return self.files, self.served, self.named, self.trial

    def read(self, paths: Iterable[str]) -> str:
        """Return which set stands at some paths."""
        found = {self.files.get(path, "") for path in paths}
        if len(found) != 1 or found <= {"", OTHER}:
            raise VerbError("Unable to update TLS configuration")
        return found.pop()

    def reach(self, ways: Iterable[Mapping[str, Any]]) -> None:
        sets = [{self.files.get(way[name]) for name in ("TlsCaFile", "TlsCertFile", "TlsKeyFile")} for way in ways]
        if {self.served} not in sets:
            raise VerbError("certificate verify failed")

    def remove(self, given: Mapping[str, Any]) -> None:
        self.files.pop(given["Path"], None)

    def wait(self, given: Mapping[str, Any]) -> None:
        self.reach([given["Server"]])

    def try_out(self, given: Mapping[str, Any]) -> None:
        lines = normal(parse(given["Content"].unmask()))
        named = [lines[name,][0][0] for name in ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")]
        self.trial = True
        self.point()
        self.trial = False
        if self.read(named) == OTHER:
            raise VerbError("it does not start")

    def end_trial(self, _: Mapping[str, Any]) -> None:
        self.trial = False

    def send(self, given: Mapping[str, Any]) -> None:
        if given.get("RequiredFile", PATHS[0]) not in self.files:
            return
        self.reach(given["Servers"])
        words = split_arguments(given["SecretCommand"].unmask())
        assert words[:2] == ("CONFIG_SECRET", "SET")
        assert words[2::2] == ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")
        self.served, self.named = self.read(words[3::2]), words[3::2]

    verbs = {  # noqa: RUF012  # declared by the model
        "Remove-WinItem": remove,
        "Restore-WinFile": HostWithFiles.restore,
        "Send-MemuraiCommand": send,
        "Stop-WinFolderProcess": end_trial,
        "Test-MemuraiConfiguration": try_out,
        "Wait-MemuraiServer": wait,
        "Write-WinFile": HostWithFiles.write,
    }


def running(*, has_read: bool = True) -> Running:
    return Running(Document.of(CONFIGURATION), Endpoint.of(Document.of(CONFIGURATION)), FILES, has_read)


def planned(present: Iterable[str] = PATHS, server: Running | None = None, left: tuple[str, ...] = ()) -> Change:
    return change(INSTANCE, {path: hidden(NEW) for path in PATHS}, tuple(present), server, left)


def test_a_change_is_all_or_nothing_wherever_it_ends() -> None:
    done = prove(planned(server=running()), Host(dict.fromkeys(PATHS, FORMER)))
    assert done.seen == (dict.fromkeys(PATHS, NEW), NEW, PATHS, False)


@pytest.mark.parametrize("present", [(), PATHS[:1], PATHS])
def test_without_a_server_only_the_files_change(present: tuple[str, ...]) -> None:
    done = prove(planned(present), Host(dict.fromkeys(present, FORMER)))
    assert done.seen == (dict.fromkeys(PATHS, NEW), FORMER, PATHS, False)


def test_a_server_whose_files_are_not_what_it_has_read_reads_the_new_ones() -> None:
    """It runs with the same that it gets; what it has read is nowhere else, and nobody can give it back."""
    host = Host({FILES.certificate: OTHER, FILES.key: NEW}, served=NEW)
    done = prove(planned(host.files, running(has_read=False)), host)
    assert done.seen == (dict.fromkeys(PATHS, NEW), NEW, PATHS, False)


def test_the_new_files_stay_as_long_as_the_server_can_not_be_given_the_former_ones() -> None:
    """They are what it goes on with, also after a restart, and what it is reached with when it is tried again."""
    runner = ModelRunner(Host(dict.fromkeys(PATHS, FORMER)), planned(server=running()))
    for step in runner.change.steps:
        runner.journal.append(step)
        runner.host.call(step.do)
    runner.host.end_at(0, VerbError("busy"))
    with pytest.raises(ExceptionGroup):
        runner.undo()
    assert [runner.host.files[path] for path in PATHS] == [NEW] * 3
    runner.undo()
    assert runner.host.seen == (dict.fromkeys(PATHS, FORMER), FORMER, PATHS, False)


def test_files_of_no_use_never_get_to_the_running_server() -> None:
    item = planned(server=running())
    read = next(step for step in item.steps if step.why == "have the running server read its new certificates")
    steps = item.steps[: item.steps.index(read)]
    assert [step.do.function for step in steps if step.why.startswith("try")] == ["Test-MemuraiConfiguration"]
    assert "Send-MemuraiCommand" not in [step.do.function for step in steps]


def test_a_trial_knows_the_files_and_nothing_of_the_data_or_the_users() -> None:
    (trial,) = [step.do for step in planned(server=running()).steps if step.do.function == "Test-MemuraiConfiguration"]
    lines = normal(parse(trial.parameters["Content"].unmask()))
    assert {key[0] for key in lines if not key[0].startswith("tls-")} == {"requirepass"}
    assert (lines["tls-auth-clients",], lines["requirepass",]) == ((("no",),), (("canary-1",),))
    assert trial.parameters["Server"]["User"] == ""


def test_what_was_left_goes_and_nothing_secret_is_shown() -> None:
    item = planned(server=running(), left=("C:/x.staged",))
    gone = [call.do.parameters["Path"] for call in item.afterwards]
    assert gone == [*(f"{path}{KEPT}" for path in PATHS), "C:/x.staged"]
    # A host can undo it by itself: else there is no such request.
    assert item.call.function == "Invoke-WinChange"
    shown = "\n".join(item.lines())
    assert [secret for secret in ("canary", "SECRET", NEW + "'") if secret in shown] == []


def test_what_an_earlier_version_kept_comes_back() -> None:
    kept = {path: f"{path}{KEPT}" for path in PATHS}
    host = Host({**dict.fromkeys(PATHS, NEW), **dict.fromkeys(kept.values(), FORMER)})
    for step in returned(INSTANCE, kept).steps:
        host.call(step.do)
    assert [host.files[path] for path in PATHS] == [FORMER] * 3
