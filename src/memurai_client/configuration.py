"""Everything that a pool is made from, said once for both kinds of pools."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, TypedDict

from redis.credentials import CredentialProvider
from redis.driver_info import DriverInfo

from memurai_client.address import Address, Login, from_url, from_variables, refuse_contradictions
from memurai_client.credentials import EnvironmentCredentials, Provided
from memurai_client.environment import (
    POOL_CONFIG,
    DeploymentEnvironment,
    deployment_environment,
    process_connections,
)
from memurai_client.exceptions import ConfigurationError
from memurai_client.role import Role

WAIT_SECONDS = 1.0
BUDGET_SECONDS = 2.0
LONGEST_SECONDS = 86_400  # sockets and locks take no more than some weeks
# Seconds after which a connection that was not used is checked with a PING before it is: the guide's interval.
HEALTH_CHECK_INTERVAL = 30
HEALTH_SECONDS = 0.5
SENTINEL_SECONDS = 0.5
SENTINEL_PREFIX = "REDIS_SENTINEL"
# One in so many connections is opened beforehand.
_SPARE_SHARE = 10


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a pool is made from.

    environment: where the application runs.
    address: where the server is.
    role: whether the connections go to the primary of a set, or to its replicas.
    credentials: who is asked for user and password whenever a connection is opened.
    size: the most connections of this process.
    wait_seconds: how long a caller waits for a connection.
    budget_seconds: how long a call may take after that.
    decode_responses: whether answers are text; otherwise they are bytes.
    """

    environment: DeploymentEnvironment
    address: Address
    role: Role
    credentials: Provided = field(repr=False)
    size: int
    wait_seconds: float
    budget_seconds: float
    decode_responses: bool

    @property
    def spare(self) -> int:
        """How many connections are opened beforehand."""
        return max(1, self.size // _SPARE_SHARE)

    def connection_arguments(self) -> dict[str, Any]:
        """Return the arguments of the connections, which are the same for both kinds."""
        return {
            "db": self.address.database,
            "credential_provider": self.credentials.provider,
            "decode_responses": self.decode_responses,
            "health_check_interval": HEALTH_CHECK_INTERVAL,
            "driver_info": _driver_info(),
            "budget": self.budget_seconds,
            **self._server_arguments(),
            **self._tls_arguments(),
        }

    def sentinel_arguments(self) -> dict[str, Any]:
        """Return the arguments of the connections to Sentinels: short, and without retries, since there are others."""
        return {
            "socket_timeout": SENTINEL_SECONDS,
            "socket_connect_timeout": SENTINEL_SECONDS,
            "credential_provider": EnvironmentCredentials(prefix=SENTINEL_PREFIX),
            "driver_info": None,
            "ssl": self.address.tls is not None,
            **self._tls_arguments(),
        }

    def _server_arguments(self) -> dict[str, Any]:
        if self.address.service is not None:
            return {}
        ((host, port),) = self.address.hosts
        return {"host": host, "port": port}

    def _tls_arguments(self) -> dict[str, Any]:
        return {} if self.address.tls is None else asdict(self.address.tls)


@cache
def _driver_info() -> DriverInfo:
    """Return what CLIENT LIST shows of us; redis-py's own version is left out, it costs a round trip a connection."""
    return DriverInfo(lib_version=None).add_upstream_driver("memurai-client", version("memurai-production"))


class PoolArguments(TypedDict, total=False):
    """What an application may say of a pool.

    url: where the server is, see memurai_client.address; None: REDIS_URL, REDIS_SENTINELS, or REDIS_HOST and
        REDIS_PORT, say it.
    role: "primary", as it is unless said, or "replica": with Sentinels, a pool for reads, from the replicas in turn.
    max_connections: connections of all UVICORN_WORKERS processes together; None: those of the guide's table.
    wait_seconds: how long a caller waits for a connection.
    budget_seconds: how long a call may take after that, all retries included.
    decode_responses: whether answers are text, as they are unless it is False; otherwise they are bytes.
    credential_provider: asked for user and password whenever a connection is opened; None: the URL and the environment.
        Make it once, or let equal ones compare as equal: another one is another pool.
    """

    url: str | None
    role: Role | str
    max_connections: int | None
    wait_seconds: float
    budget_seconds: float
    decode_responses: bool
    credential_provider: CredentialProvider | None


def configure(environment: str | None, arguments: PoolArguments) -> Configuration:
    """Return what a pool is made from: the arguments, else the environment variables, else the guide's table.

    Raises ConfigurationError, for the first of them that asks for something impossible.
    """
    _refuse_unknown(arguments)
    found = deployment_environment(environment, os.environ)
    total = arguments.get("max_connections")
    address, login = _address(arguments.get("url"))
    return Configuration(
        environment=found,
        address=address,
        role=_role(arguments.get("role", Role.PRIMARY), address),
        credentials=Provided(_provider(arguments.get("credential_provider"), login)),
        size=process_connections(POOL_CONFIG[found]["max_connections"] if total is None else total, os.environ),
        wait_seconds=_seconds("wait_seconds", arguments.get("wait_seconds", WAIT_SECONDS)),
        budget_seconds=_seconds("budget_seconds", arguments.get("budget_seconds", BUDGET_SECONDS)),
        decode_responses=arguments.get("decode_responses", True),
    )


def _address(url: str | None) -> tuple[Address, Login]:
    if url is not None and not isinstance(url, str):
        raise ConfigurationError(f"url: expected text, found a value of type {type(url).__name__}")
    if not url:
        refuse_contradictions(os.environ)
        url = os.environ.get("REDIS_URL")
    return from_url(url) if url else (from_variables(os.environ), Login())


def _refuse_unknown(arguments: PoolArguments) -> None:
    known = ("environment", "on_alert", *PoolArguments.__annotations__)
    if unknown := [name for name in arguments if name not in known]:
        raise ConfigurationError(
            f"get_optimized_redis_pool: expected no arguments but {', '.join(known)}, found {', '.join(unknown)}; "
            "where the server is, is said by url, REDIS_SENTINELS, or REDIS_HOST and REDIS_PORT"
        )


def _role(name: Role | str, address: Address) -> Role:
    try:
        role = Role(name)
    except ValueError:
        raise ConfigurationError(f"role: expected one of {', '.join(Role)}, found {name!r}") from None
    if role is Role.REPLICA and address.service is None:
        raise ConfigurationError(
            "role: expected Sentinels that know the replicas (REDIS_SENTINELS, or a URL redis+sentinel://) for "
            f"{role.value!r}, found the address of one server"
        )
    return role


def _provider(provider: CredentialProvider | None, login: Login) -> CredentialProvider:
    if provider is None:
        return EnvironmentCredentials(login)
    if not isinstance(provider, CredentialProvider):
        raise ConfigurationError(
            f"credential_provider: expected a CredentialProvider of redis.credentials, found a value of type "
            f"{type(provider).__name__}"
        )
    return provider


def _seconds(key: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_SECONDS:
        raise ConfigurationError(f"{key}: expected seconds greater than 0 and up to {LONGEST_SECONDS}, found {value!r}")
    return float(value)
