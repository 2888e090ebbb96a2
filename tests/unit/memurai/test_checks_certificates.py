"""What of the certificates on the control node is found before a host is touched."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from memurai.checks import certificates
from memurai.settings.groups import TlsSettings
from winlab.certificates import CertificateAuthority, HostCertificate

YEAR = timedelta(days=365)


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> CertificateAuthority:
    (tmp_path / "stranger").mkdir()
    return CertificateAuthority(tmp_path / "stranger")


def settings(ca: Path, issued: HostCertificate, **more: object) -> TlsSettings:
    files = {"ca": str(ca), "certificate": str(issued.certificate), "key": str(issued.key)}
    return TlsSettings.model_validate({"enabled": True, **files, **more})


def test_good_files_are_good_and_soon_expire_with_a_warning(authority: CertificateAuthority) -> None:
    lasting = settings(authority.certificate, authority.issue("lasting", "10.0.0.1", lifetime=YEAR))
    assert (list(certificates.problems(lasting)), list(certificates.warnings(lasting))) == ([], [])
    soon = settings(authority.certificate, authority.issue("soon", "10.0.0.1", lifetime=timedelta(days=29, hours=1)))
    assert list(certificates.problems(soon)) == []
    (warning,) = certificates.warnings(soon)
    assert "soon.pem expires in 29 days, at " in warning


def test_nothing_is_asked_for_without_encrypted_connections() -> None:
    without = TlsSettings()
    assert (list(certificates.problems(without)), list(certificates.warnings(without))) == ([], [])


def test_every_missing_file_is_named_with_its_key() -> None:
    found = list(certificates.problems(TlsSettings(enabled=True, ca="no/ca.crt")))
    assert [problem.partition(",")[0] for problem in found] == [
        "memurai_tls.certificate: expected the PEM file certificates/server.crt on this machine",
        "memurai_tls.ca: expected the PEM file no/ca.crt on this machine",
        "memurai_tls.key: expected the PEM file certificates/server.key on this machine",
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(authority: CertificateAuthority, mode: int) -> None:
    issued = authority.issue("cache1", "10.0.0.1")
    issued.key.chmod(mode)
    (problem,) = certificates.problems(settings(authority.certificate, issued))
    assert problem.startswith("memurai_tls.key: expected a file that only its owner can read")
    assert f"found mode {mode:o} at {issued.key}; run chmod 600" in problem


@pytest.mark.parametrize("name", ["certificate", "ca", "key"])
def test_a_file_of_something_else_is_refused(authority: CertificateAuthority, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other.pem"
    other.write_text("not a PEM file")
    other.chmod(0o600)
    good = settings(authority.certificate, authority.issue("cache1", "10.0.0.1"))
    (problem,) = certificates.problems(good.model_copy(update={name: str(other)}))
    assert problem.startswith(f"memurai_tls.{name}: expected ")
    assert f"in {other}, found " in problem


def test_a_key_that_nobody_can_use_without_asking_is_refused(authority: CertificateAuthority) -> None:
    issued = authority.issue("cache1", "10.0.0.1")
    key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
    encryption = serialization.BestAvailableEncryption(b"a passphrase")
    encrypted = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    issued.key.write_bytes(encrypted)
    (problem,) = certificates.problems(settings(authority.certificate, issued))
    assert "expected a private key without a passphrase" in problem


def test_the_key_of_another_certificate_is_refused(authority: CertificateAuthority) -> None:
    issued, other = authority.issue("cache1", "10.0.0.1"), authority.issue("cache2", "10.0.0.2")
    (problem,) = certificates.problems(settings(authority.certificate, HostCertificate(issued.certificate, other.key)))
    assert problem.startswith(f"memurai_tls.key: expected the private key of {issued.certificate} in {other.key}")
    assert other.key.read_text().splitlines()[1] not in problem


def test_an_expired_certificate_is_refused(authority: CertificateAuthority) -> None:
    issued = authority.issue("cache1", "10.0.0.1", lifetime=-timedelta(hours=1))
    (problem,) = certificates.problems(settings(authority.certificate, issued))
    assert problem.startswith("memurai_tls.certificate: expected")
    assert problem.endswith("found: certificate has expired; renew it")


def test_the_certificate_of_another_authority_is_refused(
    authority: CertificateAuthority, stranger: CertificateAuthority
) -> None:
    (problem,) = certificates.problems(settings(authority.certificate, stranger.issue("cache1", "10.0.0.1")))
    assert f"to be accepted by who trusts {authority.certificate}, found: " in problem
    assert problem.endswith("or correct memurai_tls.ca")


@pytest.mark.parametrize("needed", ["optional", "yes"])
def test_the_host_is_a_client_too_where_clients_need_a_certificate(
    authority: CertificateAuthority, needed: str
) -> None:
    """The server would refuse its own host's memurai-cli."""
    issued = authority.issue("cache1", "10.0.0.1")
    (problem,) = certificates.problems(settings(authority.certificate, issued, client_certificates=needed))
    assert problem.endswith("have it issued for servers and clients (extendedKeyUsage)")
    both = authority.issue("cache2", "10.0.0.2", for_clients=True)
    assert not list(certificates.problems(settings(authority.certificate, both, client_certificates=needed)))


def test_a_file_that_may_not_be_read_is_named(authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = authority.issue("cache1", "10.0.0.1")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = certificates.problems(settings(authority.certificate, issued))
    assert problem == (
        f"memurai_tls.key: expected to read {issued.key}, found an error: Permission denied; correct who may read it"
    )
