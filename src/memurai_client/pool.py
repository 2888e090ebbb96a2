"""The pool of the guide, for threads: `get_optimized_redis_pool()`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack

import redis
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from memurai_client.alarm import Alarm, warn
from memurai_client.configuration import HEALTH_SECONDS, Configuration, PoolArguments, configure
from memurai_client.connection import (
    DeadlineConnection,
    DeadlineSSLConnection,
    PrimaryConnection,
    PrimarySSLConnection,
    ReplicaConnection,
    ReplicaSSLConnection,
)
from memurai_client.facade import AlertCallback, PoolFacade, ProcessPools
from memurai_client.fifo import FifoConnectionPool
from memurai_client.health import probe
from memurai_client.primary import SentinelPrimary
from memurai_client.role import Role
from memurai_client.statistics import Statistics
from memurai_client.status import Usage

if TYPE_CHECKING:
    from memurai_client.asyncio.health import HealthCheck
    from memurai_client.sentinels import Sentinels


class OptimizedRedisPool(PoolFacade):
    """Connections of one process to one server, and what is known of them.

    configuration: what it is made from.
    on_alert: told when more than 80 % of the connections come into use.
    """

    def __init__(self, configuration: Configuration, on_alert: AlertCallback = warn) -> None:
        super().__init__(configuration)
        self._sentinels = _sentinels(configuration)
        self.connection_pool = FifoConnectionPool(
            size=configuration.size,
            wait=configuration.wait_seconds,
            spare=configuration.spare,
            statistics=self.statistics,
            alarm=Alarm(configuration.size, on_alert),
            connection_class=_connection_class(configuration),
            **configuration.connection_arguments(),
            **self._sentinels,
        )
        self.client = redis.Redis(connection_pool=self.connection_pool)

    def health_check(self) -> bool:
        """Return whether the server answers, asked on a connection of its own, within half a second."""
        healthy = probe(self._connection(HEALTH_SECONDS))
        self.statistics.checked(healthy=healthy)
        return healthy

    async def check_in_loop(self) -> bool:
        """Return the same in an event loop, without holding it up: the health router's way."""
        healthy = await self._check_in_loop.healthy()
        self.statistics.checked(healthy=healthy)
        return healthy

    @cached_property
    def _check_in_loop(self) -> HealthCheck:
        from memurai_client.asyncio.health import HealthCheck  # noqa: PLC0415  # programs with threads alone need it not

        return HealthCheck(self.configuration)

    def _connection(self, budget: float) -> DeadlineConnection:
        """Make a connection that is none of the pool's."""
        arguments = {**self.connection_pool.connection_kwargs, "budget": budget, "statistics": Statistics()}
        connection: DeadlineConnection = self.connection_pool.connection_class(**arguments)
        return connection

    def usage(self) -> Usage:
        """Return how much of the pool is used now."""
        pool = self.connection_pool
        return Usage(size=pool.max_connections, in_use=pool.in_use, idle=pool.idle, waiting=pool.waiting)

    def warm_up(self) -> None:
        """Open some connections now, rather than with the first call."""
        self.connection_pool.warm_up()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self.connection_pool.closed

    def close(self) -> None:
        """Close all connections, for good: later calls raise PoolClosed."""
        self.connection_pool.close()
        for sentinels in self._sentinels.values():
            sentinels.close()

    def __enter__(self) -> Self:
        """Be the pool of a with statement, that closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pool."""
        self.close()


def _connection_class(configuration: Configuration) -> type[DeadlineConnection]:
    sealed = configuration.address.tls is not None
    if configuration.address.service is None:
        return DeadlineSSLConnection if sealed else DeadlineConnection
    if configuration.role is Role.REPLICA:
        return ReplicaSSLConnection if sealed else ReplicaConnection
    return PrimarySSLConnection if sealed else PrimaryConnection


def _sentinels(configuration: Configuration) -> dict[str, Sentinels[Any]]:
    address = configuration.address
    if address.service is None:
        return {}
    arguments: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        **configuration.sentinel_arguments(),
    }
    asked = list(address.hosts), address.service, arguments
    if configuration.role is Role.REPLICA:
        from memurai_client.replicas import SentinelReplicas  # noqa: PLC0415  # only who reads from them needs it

        return {"replicas": SentinelReplicas(*asked)}
    return {"primary": SentinelPrimary(*asked)}


PROCESS_POOLS = ProcessPools(OptimizedRedisPool)


def get_optimized_redis_pool(
    environment: str | None = None, *, on_alert: AlertCallback = warn, **arguments: Unpack[PoolArguments]
) -> OptimizedRedisPool:
    """Return the pool of this process for these arguments: the same one each time, until it is closed.

    environment: development, staging or production; None: DEPLOYMENT_ENV says it.
    on_alert: told when more than 80 % of the connections come into use; by default it is logged.
    arguments: see PoolArguments.

    Raises ConfigurationError when the arguments or the environment variables ask for something impossible.
    """
    return PROCESS_POOLS.get(configure(environment, arguments), on_alert)
