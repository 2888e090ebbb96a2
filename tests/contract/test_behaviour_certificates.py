"""The files of encrypted connections change together, with the server that runs with them, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import pytest
from contract_host import Answer, ContractHost
from contract_instance import new_instance
from test_behaviour_changes import World
from test_behaviour_server import PASSWORD

from memurai.changes import configuration
from memurai.changes.certificates import Running, change
from memurai.config import Document, quote
from memurai.endpoint import Endpoint
from memurai.instance import Instance
from winfra.call import PowerShellCall
from winfra.change import Change, Step
from winfra.secrets import hidden
from winfra.security import ADMINISTRATORS, Rights
from winlab.certificates import CertificateAuthority

# Authorities, certificate and private key.
Contents = tuple[bytes, bytes, bytes]


@dataclass
class Authorities:
    """Two authorities that know nothing of each other. issued: how many certificates so far."""

    own: CertificateAuthority
    other: CertificateAuthority
    address: str
    issued: int = 0

    def contents(self, authority: CertificateAuthority, ca: CertificateAuthority | None = None) -> Contents:
        """Return a new certificate's files, with its authority's or another one's certificate."""
        self.issued += 1
        issued = authority.issue(f"server{self.issued}", self.address, for_clients=True)
        return (ca or authority).certificate.read_bytes(), issued.certificate.read_bytes(), issued.key.read_bytes()


@dataclass(frozen=True)
class Encrypted:
    """A server with encrypted connections only.

    host: where it runs. instance: what is known of it. configuration: what it runs on. authorities: of its
    certificates.
    """

    host: ContractHost
    instance: Instance
    configuration: Document
    authorities: Authorities

    @property
    def paths(self) -> tuple[str, ...]:
        return astuple(self.instance.tls_files)

    def put(self, contents: Contents) -> None:
        for path, content in zip(self.paths, contents, strict=True):
            self.host.put(path, content)

    def change(self, contents: Contents, *, running: bool = True, has_read: bool = True) -> Change:
        present = [path for path in self.paths if self.host.kind(path) == "File"]
        endpoint, files = Endpoint.of(self.configuration), self.instance.tls_files
        server = Running(self.configuration, endpoint, files, has_read) if running else None
        new = {path: hidden(content.decode()) for path, content in zip(self.paths, contents, strict=True)}
        return change(self.instance, new, present, server, ())

    def apply(self, change: Change) -> Answer:
        found = self.host.call("Invoke-WinChange", **change.call.wire_parameters())
        assert found["Warnings"] == []
        self.require_nothing_left()
        return found

    def refusal(self, change: Change) -> str:
        """Return why a change was undone, which leaves files and server as they were."""
        before, process = self.contents, self.process
        refusal = self.host.refusal("Invoke-WinChange", **change.call.wire_parameters())
        assert "All that was done was undone." in refusal, refusal
        assert not [secret for secret in (PASSWORD, "PRIVATE KEY") if secret in refusal]
        assert (self.contents, self.process) == (before, process)
        self.require_nothing_left()
        return refusal

    def require_nothing_left(self) -> None:
        entries = self.host.call("Get-WinDirectoryEntry", Path=self.instance.tls_folder)["Entries"]
        assert sorted(entry["Name"] for entry in entries) == ["ca.crt", "server.crt", "server.key"]
        assert self.host.kind(self.instance.trial_folder) == "Absent"
        assert self.host.call("Get-WinChange", Folder=self.instance.changes)["State"] == "None"

    @property
    def contents(self) -> Contents:
        ca, certificate, key = (self.host.read(path) for path in self.paths)
        return ca, certificate, key

    @property
    def process(self) -> int:
        return int(self.host.call("Get-WinService", Name=self.instance.service)["ProcessId"])

    @property
    def target(self) -> dict[str, object]:
        server = Endpoint.of(self.configuration).server(self.instance.command_line_client).on_wire()
        return {**server, "Password": {"$secret": PASSWORD}}

    def is_reached(self, contents: Contents) -> bool:
        """Whether a client that has some files reaches the server, which then has such."""
        folder = self.host.new_folder()
        names = ("TlsCaFile", "TlsCertFile", "TlsKeyFile")
        files = {name: f"{folder}\\{name}" for name in names}
        for path, content in zip(files.values(), contents, strict=True):
            self.host.put(path, content)
        found = self.host.call("Invoke-MemuraiCommand", Server={**self.target, **files}, Arguments=["PING"])
        return bool(found["Output"].strip() == "PONG")

    def value(self, name: str) -> str:
        found = self.host.call("Invoke-MemuraiCommand", Server=self.target, Arguments=["CONFIG", "GET", name])
        return str(found["Output"].split("\n")[1].strip())


@pytest.fixture
def encrypted(host: ContractHost, package: Path, tmp_path: Path) -> Iterator[Encrypted]:
    """A server of the test's own that runs with certificates of the first authority."""
    instance = new_instance(host, package)
    data = instance.data.replace("\\", "/")
    instance = replace(instance, base=data, config=data, is_encrypted=True)
    folders = [tmp_path / name for name in ("own", "other")]
    for folder in folders:
        folder.mkdir()
    names = ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")
    lines = [f"bind {instance.address}", "port 0", f"tls-port {instance.port}", f'dir "{data}"', 'save ""']
    lines += [f'{name} "{path}"' for name, path in zip(names, astuple(instance.tls_files), strict=True)]
    lines += [f"requirepass {quote(PASSWORD)}", f'logfile "{data}/memurai.log"']
    authorities = Authorities(*map(CertificateAuthority, folders), host.server_address)
    found = Encrypted(host, instance, Document.of("\r\n".join([*lines, ""])), authorities)
    host.call("New-WinDirectory", Path=instance.tls_folder)
    found.put(authorities.contents(authorities.own))
    host.put(instance.configuration, found.configuration.text.encode())
    host.call("Start-MemuraiServer", ServiceName=instance.service, Server=found.target)
    yield found
    host.call("Stop-WinService", Name=instance.service)


def failing() -> Step:
    return Step("fail", PowerShellCall("Copy-WinFile", {"Path": "C:\\none", "Destination": "C:\\none"}))


@pytest.mark.parametrize("name", ["own", "other"])
def test_the_running_server_takes_new_files(encrypted: Encrypted, name: str) -> None:
    process, former = encrypted.process, encrypted.contents
    new = encrypted.authorities.contents(getattr(encrypted.authorities, name))
    encrypted.apply(encrypted.change(new))
    assert (encrypted.contents, encrypted.process) == (new, process)
    assert (encrypted.is_reached(new), encrypted.is_reached(former)) == (True, name == "own")
    assert encrypted.value("tls-key-file") == encrypted.instance.tls_files.key


def test_without_a_server_only_the_files_change(encrypted: Encrypted) -> None:
    former, new = encrypted.contents, encrypted.authorities.contents(encrypted.authorities.other)
    for path in encrypted.paths[1:]:
        encrypted.host.call("Remove-WinItem", Path=path)
    encrypted.apply(encrypted.change(new, running=False))
    assert encrypted.contents == new
    assert encrypted.is_reached(former)


@pytest.mark.differs("access-lists")
def test_replaced_files_keep_their_access_list(encrypted: Encrypted) -> None:
    entry = {"Sid": ADMINISTRATORS, "Type": "Allow", "Rights": Rights.FULL_CONTROL}
    entries = [{**entry, "InheritanceFlags": 0, "PropagationFlags": 0}]
    access = {"OwnerSid": ADMINISTRATORS, "InheritanceEnabled": False, "Entries": entries}
    key = encrypted.instance.tls_files.key
    encrypted.host.call("Set-WinAcl", Path=key, **access)
    before = encrypted.host.call("Get-WinAcl", Path=key)
    new = encrypted.authorities.contents(encrypted.authorities.own)
    encrypted.apply(encrypted.change(new, running=False))
    assert encrypted.host.call("Get-WinAcl", Path=key) == before


def test_files_that_the_server_refuses_never_get_to_the_running_one(encrypted: Encrypted) -> None:
    """The key is another certificate's."""
    former, own = encrypted.contents, encrypted.authorities.own
    ca, certificate, _ = encrypted.authorities.contents(own)
    refusal = encrypted.refusal(encrypted.change((ca, certificate, encrypted.authorities.contents(own)[2])))
    assert "Expected the server to start on the new configuration, found that it ended with exit code 1" in refusal
    assert encrypted.is_reached(former)


@pytest.mark.parametrize(("authority", "ca"), [("own", "other"), ("other", "own")])
def test_files_that_no_client_can_verify_do_not_either(
    encrypted: Encrypted, monkeypatch: pytest.MonkeyPatch, authority: str, ca: str
) -> None:
    """A server takes a certificate that the authorities beside it did not sign: nobody would reach it any more."""
    monkeypatch.setattr(configuration, "TRIAL_SECONDS", 10)
    former, given = encrypted.contents, encrypted.authorities
    wrong = given.contents(getattr(given, authority), ca=getattr(given, ca))
    assert "certificate verify failed" in encrypted.refusal(encrypted.change(wrong))
    assert encrypted.is_reached(former)


def test_what_the_running_server_refuses_is_told_with_the_end_of_its_log(encrypted: Encrypted) -> None:
    """CONFIG SET itself says nothing of the reason."""
    ca, certificate, _ = encrypted.authorities.contents(encrypted.authorities.own)
    wrong = encrypted.change((ca, certificate, encrypted.authorities.contents(encrypted.authorities.own)[2]))
    untried = replace(wrong, steps=tuple(step for step in wrong.steps if "try" not in step.why))
    refusal = encrypted.refusal(untried)
    assert "Expected the running server to read its new certificates and to answer OK, found: ERR" in refusal
    assert "Unable to update TLS configuration" in refusal
    assert "Failed to load private key" in refusal


@pytest.mark.parametrize("name", ["own", "other"])
def test_what_fails_after_the_server_has_read_them_gives_it_the_former_ones_back(
    encrypted: Encrypted, name: str
) -> None:
    former, new = encrypted.contents, encrypted.authorities.contents(getattr(encrypted.authorities, name))
    good = encrypted.change(new)
    encrypted.refusal(replace(good, steps=(*good.steps, failing())))
    assert (encrypted.is_reached(former), encrypted.is_reached(new)) == (True, name == "own")
    assert encrypted.value("tls-key-file") == encrypted.instance.tls_files.key


@pytest.mark.parametrize("at", ["put the new file", "have the running server read its new certificates"])
def test_a_kill_in_the_middle_leaves_no_mixed_files(encrypted: Encrypted, at: str) -> None:
    """Whoever comes next undoes what was left."""
    world = World(encrypted.host, encrypted.host.new_folder())
    former, process = encrypted.contents, encrypted.process
    new = encrypted.authorities.contents(encrypted.authorities.other)
    call = encrypted.change(new).call
    wire = call.wire_parameters()
    number = next(number for number, step in enumerate(wire["Steps"], 1) if step["Why"] == at)
    hang = {"Why": "hang", "Do": world.hangs(), "Undo": None, "TimeoutSeconds": 60}
    world.kill_at([*wire["Steps"][:number], hang], "hang", KeptSecrets=wire["KeptSecrets"])
    assert encrypted.contents not in (former, new) or encrypted.is_reached(new)
    assert world.undo() == {"Name": "elsewhere", "Outcome": "Undone", "Problem": None}
    assert (encrypted.contents, encrypted.process) == (former, process)
    assert (encrypted.is_reached(former), encrypted.is_reached(new)) == (True, False)
    encrypted.require_nothing_left()


def test_a_way_back_that_was_gone_to_its_end_is_not_gone_again(encrypted: Encrypted) -> None:
    """Its copies are removed, which a server would no longer find."""
    steps = encrypted.change(encrypted.authorities.contents(encrypted.authorities.own)).steps
    (undo,) = [step.undo for step in steps if step.undo and "RequiredFile" in step.undo.parameters]
    assert encrypted.host.call(undo.function, **undo.wire_parameters()) == {"Sent": False}


def test_a_server_whose_files_are_gone_gets_new_ones(encrypted: Encrypted) -> None:
    process, new = encrypted.process, encrypted.authorities.contents(encrypted.authorities.own)
    for path in encrypted.paths:
        encrypted.host.call("Remove-WinItem", Path=path)
    encrypted.apply(encrypted.change(new, has_read=False))
    assert (encrypted.contents, encrypted.process, encrypted.is_reached(new)) == (new, process, True)
