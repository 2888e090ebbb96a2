"""Sealed connections: rediss:// and REDIS_SSL, against a server with a certificate."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from practice_server import PracticeServer, free_port

import memurai_client.asyncio
from memurai_client import get_optimized_redis_pool

StartServer = Callable[..., PracticeServer]


@dataclass
class Sealed:
    """A server with a certificate: its port for sealed connections, and the file of who vouches for it."""

    server: PracticeServer
    port: int
    authority: Path

    @property
    def url(self) -> str:
        return f"rediss://{self.server.host}:{self.port}"


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Return the files of a certificate for that address, that vouches for itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "practice")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "certificate").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key").write_bytes(key.private_bytes(*private))
    return folder / "certificate", folder / "key"


@pytest.fixture
def sealed(own_server: StartServer, tmp_path: Path) -> Sealed:
    plain = own_server()
    public, private = certificate(tmp_path / "certificates", plain.host)
    port = free_port()
    server = own_server(f"tls-port {port}", f"tls-cert-file {public}", f"tls-key-file {private}", "tls-auth-clients no")
    return Sealed(server, port, public)


def test_a_sealed_connection_by_url(sealed: Sealed) -> None:
    pool = get_optimized_redis_pool(url=f"{sealed.url}?ssl_ca_certs={sealed.authority}")

    assert pool.client.set("key", "value")
    assert pool.client.get("key") == "value"
    assert pool.health_check()


def test_a_sealed_connection_by_variables(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "REDIS_HOST": sealed.server.host,
        "REDIS_PORT": str(sealed.port),
        "REDIS_SSL": "yes",
        "REDIS_SSL_CA_CERTS": str(sealed.authority),
    }.items():
        monkeypatch.setenv(name, value)

    assert get_optimized_redis_pool().client.ping()


def test_a_sealed_connection_in_a_loop(sealed: Sealed) -> None:
    async def call() -> None:
        url = f"{sealed.url}?ssl_ca_certs={sealed.authority}"
        async with memurai_client.asyncio.get_optimized_redis_pool(url=url) as pool:
            assert await pool.client.ping()
            assert await pool.health_check()

    asyncio.run(call())


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_a_server_that_nobody_vouches_for_is_refused_at_once(sealed: Sealed, kind: str) -> None:
    def ping() -> object:
        if kind == "threads":
            return get_optimized_redis_pool(url=sealed.url, budget_seconds=10).client.ping()
        pool = memurai_client.asyncio.get_optimized_redis_pool(url=sealed.url, budget_seconds=10)
        return asyncio.run(pool.client.execute_command("PING"))

    began = time.monotonic()
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        ping()
    assert time.monotonic() - began < 5


def test_a_renewed_authority_needs_no_restart(sealed: Sealed) -> None:
    pool = get_optimized_redis_pool(url=f"{sealed.url}?ssl_ca_certs={sealed.authority}")
    right = sealed.authority.read_bytes()
    other, _ = certificate(sealed.authority.parent / "other", sealed.server.host)
    sealed.authority.write_bytes(other.read_bytes())
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        pool.client.ping()

    sealed.authority.write_bytes(right)

    assert pool.client.ping()


def test_a_file_that_is_not_there_is_told(sealed: Sealed) -> None:
    pool = get_optimized_redis_pool(url=f"{sealed.url}?ssl_ca_certs=/nowhere/ca.pem", budget_seconds=0.2)

    with pytest.raises(redis.ConnectionError, match="No such file or directory"):
        pool.client.ping()


@pytest.mark.alone
def test_a_frozen_sealed_server_ends_calls_in_time(sealed: Sealed) -> None:
    pool = get_optimized_redis_pool(url=f"{sealed.url}?ssl_ca_certs={sealed.authority}", budget_seconds=0.5)
    pool.client.ping()
    sealed.server.freeze()
    for call in (pool.client.ping, lambda: (pool.connection_pool.disconnect(), pool.client.ping())):
        began = time.monotonic()
        with pytest.raises(redis.RedisError):
            call()
        assert time.monotonic() - began < 0.7
