"""What an application meets: the connections of its pools, from this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlencode

import pytest
import redis
from pyinfra.api import Host
from redis.credentials import CredentialProvider
from server import ServerOnHost

from memurai.settings import Settings, credentials
from memurai_client import OptimizedRedisPool, get_optimized_redis_pool
from memurai_client.connection import DeadlineConnection


@dataclass(frozen=True)
class ApplicationCredentials(CredentialProvider):
    """User and password of the application.

    user: its name; empty for the default user.
    """

    user: str
    password: str = field(repr=False)

    def get_credentials(self) -> tuple[str, str] | tuple[str]:
        return (self.user, self.password) if self.user else (self.password,)


def url(windows: Host, settings: Settings) -> str:
    """Return where this machine reaches the server: the host's address for WinRM, and the server's port."""
    hostname = windows.data.winrm_hostname
    host = f"[{hostname}]" if _is_ipv6(hostname) else hostname
    if not settings.tls.enabled:
        return f"redis://{host}:{settings.network.port}"
    tls = settings.tls
    files = {"ssl_ca_certs": tls.ca, "ssl_certfile": tls.certificate, "ssl_keyfile": tls.key}
    # Which authority vouches for the server is proven here; its name may be another than WinRM's for the host.
    return f"rediss://{host}:{tls.port}?{urlencode({**files, 'ssl_check_hostname': 'no'})}"


def _is_ipv6(hostname: str) -> bool:
    try:
        return ip_address(hostname).version == 6
    except ValueError:
        return False


@pytest.fixture
def pool(windows: Host, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[OptimizedRedisPool]:
    """The pool of an application that has all connections of the host's environment in one process."""
    for name in ("DEPLOYMENT_ENV", "UVICORN_WORKERS"):  # of whoever verifies
        monkeypatch.delenv(name, raising=False)
    secrets = credentials.resolve(settings)
    user, password = ("", secrets.password)
    if settings.users.enabled:
        user, password = settings.users.application, secrets.users["application"]
    with get_optimized_redis_pool(
        url=url(windows, settings),
        max_connections=settings.application.max_connections,
        credential_provider=ApplicationCredentials(user, password.unmask()),
    ) as pool:
        yield pool


def connect(pool: OptimizedRedisPool) -> DeadlineConnection:
    """Return a connection; skip where this machine is none of those that may have one."""
    try:
        return pool.connection_pool.get_connection()
    except redis.AuthenticationError:
        raise
    except (redis.ConnectionError, redis.TimeoutError) as error:
        pytest.skip(f"this machine can't reach the server, as an application on its own host or a client can: {error}")


def test_connections(pool: OptimizedRedisPool, silent_server: ServerOnHost, settings: Settings) -> None:
    """The server takes all connections of the application's pools at once, and answers on each."""
    taken = [connect(pool)]
    taken += [pool.connection_pool.get_connection() for _ in range(settings.application.max_connections - 1)]
    assert int(silent_server.info()["connected_clients"]) >= len(taken)
    for connection in taken:
        connection.send_command("PING")
    assert [connection.read_response() for connection in taken] == ["PONG"] * len(taken)
    for connection in taken:
        pool.connection_pool.release(connection)
    assert pool.client.ping()
