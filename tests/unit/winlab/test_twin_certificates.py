"""Certificates of a practice host's server, which is the real redis-server, changed or left as they were."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from windows_practice import ADDRESS, BARE, CLI, LOG, NETWORK_SERVICE_SID, PACKAGE, deploy, grant, wait_until

from winlab.certificates import CertificateAuthority, HostCertificate
from winlab.package import build
from winlab.twin.binder import invoke
from winlab.twin.errors import TwinError
from winlab.twin.functions import FUNCTIONS
from winlab.windows.machine import Machine

FOLDER = "C:\\ProgramData\\Memurai\\config\\tls"
PATHS = tuple(f"{FOLDER}\\{name}" for name in ("ca.crt", "server.crt", "server.key"))
KEPT = ".last-known-good"
PASSWORD = "canary-password"
PORT = 6380


NAMES = ("tls-ca-cert-file", "tls-cert-file", "tls-key-file")
DIRECTIVES = [f"{name} {path}".replace("\\", "/") for name, path in zip(NAMES, PATHS, strict=True)]
RELOAD = f"CONFIG SET {' '.join(DIRECTIVES)}"

Contents = tuple[bytes, bytes, bytes]


@dataclass
class Authorities:
    """Two authorities that know nothing of each other."""

    own: CertificateAuthority
    other: CertificateAuthority
    issued: int = 0

    def contents(self, authority: CertificateAuthority, ca: CertificateAuthority | None = None) -> Contents:
        """Return a new certificate's files, with its authority's or another one's certificate."""
        issued = self.issue(authority)
        return ((ca or authority).certificate.read_bytes(), issued.certificate.read_bytes(), issued.key.read_bytes())

    def issue(self, authority: CertificateAuthority) -> HostCertificate:
        self.issued += 1
        return authority.issue(f"web1-{self.issued}", ADDRESS)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stand-in's MSI, built once."""
    return build("4.2.2", tmp_path_factory.mktemp("package")).read_bytes()


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    folders = [tmp_path / name for name in ("own", "other")]
    for folder in folders:
        folder.mkdir()
    return Authorities(*map(CertificateAuthority, folders))


@pytest.fixture
def machine(tmp_path: Path, package: bytes, authorities: Authorities) -> Iterator[Machine]:
    """A host whose service runs with encrypted connections only."""
    with Machine("web1", ADDRESS, tmp_path / "host") as machine:
        machine.files.write_bytes(PACKAGE, package)
        assert machine.products.install(PACKAGE, BARE, LOG) == 0
        deploy(machine, f"requirepass {PASSWORD}", "port 0", f"tls-port {PORT}", "tls-auth-clients no", *DIRECTIVES)
        machine.files.make_directory(FOLDER)
        grant(machine, "C:\\ProgramData\\Memurai\\config", NETWORK_SERVICE_SID)
        for path, content in zip(PATHS, authorities.contents(authorities.own), strict=True):
            machine.files.write_bytes(path, content)
        machine.services.start("Memurai")
        wait_until(lambda: machine.network.listeners(PORT))
        yield machine


def change(machine: Machine, contents: Contents, **parameters: Any) -> dict[str, Any]:
    """Stage contents and set them."""
    *certificates, key = contents
    for path, content in zip(PATHS[:2], certificates, strict=True):
        machine.files.write_bytes(f"{path}.staged", content)
    digests = (hashlib.sha256(content).hexdigest() for content in certificates)
    given = {
        "CliPath": CLI,
        "Address": ADDRESS,
        "Port": PORT,
        "Password": {"$secret": PASSWORD},
        **dict(zip(("TlsCaFile", "TlsCertFile", "TlsKeyFile"), PATHS, strict=True)),
        **dict(zip(("CaSha256", "CertSha256"), digests, strict=True)),
        "KeyContent": {"$secret": key.decode()},
        "ServiceName": "Memurai",
        "ReloadCommand": {"$secret": RELOAD},
        "TimeoutSeconds": 20,
        **parameters,
    }
    return invoke(FUNCTIONS["Set-MemuraiCertificate"], machine, given)


def refused(machine: Machine, contents: Contents, **parameters: Any) -> str:
    """Return the error of a change; the files are as before, and no secret is shown."""
    before = present(machine)
    with pytest.raises(TwinError) as error:
        change(machine, contents, **parameters)
    assert present(machine) == before
    require_nothing_left(machine)
    assert "canary" not in str(error.value)
    assert str(machine.root) not in str(error.value)
    return str(error.value)


def present(machine: Machine) -> Contents:
    ca, certificate, key = (machine.files.read_bytes(path) for path in PATHS)
    return ca, certificate, key


def require_nothing_left(machine: Machine) -> None:
    assert sorted(machine.files.names(FOLDER)) == ["ca.crt", "server.crt", "server.key"]


def presented() -> bytes:
    return ssl.get_server_certificate((ADDRESS, PORT)).encode()


def ask(machine: Machine, *words: str) -> str:
    server = {"CliPath": CLI, "Address": ADDRESS, "Port": PORT, "Password": {"$secret": PASSWORD}}
    given = {**server, "TlsCaFile": PATHS[0], "Arguments": list(words)}
    return str(invoke(FUNCTIONS["Invoke-MemuraiCommand"], machine, given)["Output"])


def process_of(machine: Machine) -> int:
    return machine.services.get("Memurai").process_id


@pytest.mark.parametrize("name", ["own", "other"])
def test_the_running_server_takes_new_files(machine: Machine, authorities: Authorities, name: str) -> None:
    process, new = process_of(machine), authorities.contents(getattr(authorities, name))
    assert change(machine, new) == {"Path": PATHS[1], "Reloaded": True}
    assert (present(machine), presented(), process_of(machine)) == (new, new[1], process)
    require_nothing_left(machine)
    assert change(machine, new)["Reloaded"]


def test_without_a_server_only_the_files_change(machine: Machine, authorities: Authorities) -> None:
    before, new = presented(), authorities.contents(authorities.own)
    for path in PATHS[1:]:
        machine.files.remove(path)
    assert change(machine, new, ReloadCommand=None) == {"Path": PATHS[1], "Reloaded": False}
    assert (present(machine), presented()) == (new, before)
    require_nothing_left(machine)


def test_what_was_not_staged_changes_nothing(machine: Machine, authorities: Authorities) -> None:
    new = authorities.contents(authorities.own)
    with pytest.raises(TwinError, match=f"Expected SHA-256 {'0' * 64} of"):
        change(machine, new, CertSha256="0" * 64)
    require_nothing_left(machine)
    given = {"CaSha256": "0" * 64, "CertSha256": "0" * 64, "KeyContent": {"$secret": "a key"}}
    server = {"CliPath": CLI, "Address": ADDRESS, "Port": PORT, "ServiceName": "Memurai"}
    files = dict(zip(("TlsCaFile", "TlsCertFile", "TlsKeyFile"), PATHS, strict=True))
    with pytest.raises(TwinError, match=r"Expected the staged file 'C:.*ca\.crt\.staged', found no such file"):
        invoke(FUNCTIONS["Set-MemuraiCertificate"], machine, {**server, **files, **given})


def test_files_that_the_server_refuses_come_off_again(machine: Machine, authorities: Authorities) -> None:
    """The key is another certificate's."""
    before, process = presented(), process_of(machine)
    ca, certificate, _ = authorities.contents(authorities.own)
    wrong = (ca, certificate, authorities.contents(authorities.own)[2])
    text = refused(machine, wrong)
    assert "Unable to update TLS configuration" in text
    assert "The former files are back; correct the certificates" in text
    assert (presented(), process_of(machine)) == (before, process)


def test_files_that_no_client_can_verify_come_off_again(machine: Machine, authorities: Authorities) -> None:
    """The server takes a certificate that the authorities beside it did not sign."""
    before, process = presented(), process_of(machine)
    text = refused(machine, authorities.contents(authorities.own, ca=authorities.other))
    assert "Expected the server to answer with its new certificates" in text
    assert "certificate verify failed" in text
    assert "The former files are back, also in the running server" in text
    assert (presented(), process_of(machine)) == (before, process)


def test_a_server_that_nobody_can_reach_any_more_is_restarted(machine: Machine, authorities: Authorities) -> None:
    assert ask(machine, "SAVE") == "OK"
    before, process = presented(), process_of(machine)
    text = refused(machine, authorities.contents(authorities.other, ca=authorities.own))
    assert "The former files are back, and the server was restarted with them" in text
    assert presented() == before
    assert process_of(machine) != process


def test_one_that_holds_unsaved_data_is_not(machine: Machine, authorities: Authorities) -> None:
    assert ask(machine, "SET", "key", "in memory only") == "OK"
    process = process_of(machine)
    text = refused(machine, authorities.contents(authorities.other, ca=authorities.own))
    assert "it was not restarted with them: what it holds in memory is not in its snapshot or append-only" in text
    assert process_of(machine) == process


def test_a_server_that_does_not_answer_keeps_its_files(machine: Machine, authorities: Authorities) -> None:
    machine.services.stop("Memurai")
    text = refused(machine, authorities.contents(authorities.own))
    assert "Expected the running server to answer encrypted with its present certificates, found: Could not" in text
    assert "Nothing was changed" in text


@pytest.mark.parametrize("name", ["own", "other"])
def test_what_ended_after_the_swap_is_completed(machine: Machine, authorities: Authorities, name: str) -> None:
    leave(machine, authorities.contents(getattr(authorities, name)))
    new = authorities.contents(getattr(authorities, name))
    assert change(machine, new)["Reloaded"]
    assert (present(machine), presented()) == (new, new[1])
    require_nothing_left(machine)


def leave(machine: Machine, contents: Contents) -> None:
    """Leave what a run leaves that was ended before the server read its swapped files."""
    for path, content in zip(PATHS, contents, strict=True):
        machine.files.copy_file(path, f"{path}{KEPT}")
        machine.files.write_bytes(path, content)


def test_what_ended_after_the_server_had_read_its_files_is_completed(
    machine: Machine, authorities: Authorities
) -> None:
    """The kept files are those of authorities that the server knows nothing of any more."""
    former = present(machine)
    assert change(machine, authorities.contents(authorities.other))["Reloaded"]
    for path, content in zip(PATHS, former, strict=True):
        machine.files.write_bytes(f"{path}{KEPT}", content)
    new = authorities.contents(authorities.own)
    assert change(machine, new)["Reloaded"]
    assert (present(machine), presented()) == (new, new[1])
    require_nothing_left(machine)


def test_a_refusal_after_a_run_that_was_ended_returns_to_what_the_server_had(
    machine: Machine, authorities: Authorities
) -> None:
    before, served = present(machine), presented()
    leave(machine, authorities.contents(authorities.other))
    ca, certificate, _ = authorities.contents(authorities.other)
    with pytest.raises(TwinError, match="The former files are back"):
        change(machine, (ca, certificate, b"no key"))
    assert (present(machine), presented()) == (before, served)
    require_nothing_left(machine)


def test_a_server_whose_files_are_gone_gets_new_ones(machine: Machine, authorities: Authorities) -> None:
    process = process_of(machine)
    for path in PATHS:
        machine.files.remove(path)
    new = authorities.contents(authorities.own)
    assert change(machine, new)["Reloaded"]
    assert (present(machine), presented(), process_of(machine)) == (new, new[1], process)
