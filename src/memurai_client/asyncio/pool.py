"""The pool of the guide, for asyncio: `get_optimized_redis_pool()`."""

from __future__ import annotations

from typing import Self, Unpack

import redis.asyncio

from memurai_client.alarm import Alarm, warn
from memurai_client.asyncio.factory import connection_class, sentinel_arguments
from memurai_client.asyncio.fifo import FifoConnectionPool
from memurai_client.asyncio.health import HealthCheck
from memurai_client.configuration import Configuration, PoolArguments, configure
from memurai_client.facade import AlertCallback, PoolFacade, ProcessPools
from memurai_client.status import Usage


class OptimizedRedisPool(PoolFacade):
    """Connections of one process to one server, and what is known of them. Each event loop has its own.

    configuration: what it is made from.
    on_alert: told when more than 80 % of the connections come into use.
    """

    def __init__(self, configuration: Configuration, on_alert: AlertCallback = warn) -> None:
        super().__init__(configuration)
        self._check = HealthCheck(configuration)
        self.connection_pool = FifoConnectionPool(
            size=configuration.size,
            wait=configuration.wait_seconds,
            spare=configuration.spare,
            statistics=self.statistics,
            alarm=Alarm(configuration.size, on_alert),
            connection_class=connection_class(configuration),
            **configuration.connection_arguments(),
            **sentinel_arguments(configuration),
        )
        self.client = redis.asyncio.Redis(connection_pool=self.connection_pool)

    async def health_check(self) -> bool:
        """Return whether the server answers, asked on a connection of its own, within half a second."""
        healthy = await self._check.healthy()
        self.statistics.checked(healthy=healthy)
        return healthy

    # The health router's name for it: of a pool for threads, health_check() would hold up the loop.
    check_in_loop = health_check

    def usage(self) -> Usage:
        """Return how much of the pool is used now, in all event loops together."""
        loops = self.connection_pool.loops
        return Usage(
            size=self.connection_pool.max_connections * max(1, len(loops)),
            in_use=sum(mine.in_use for mine in loops),
            idle=sum(connection.is_connected for mine in loops for connection in list(mine.idle)),
            waiting=sum(mine.waiting for mine in loops),
        )

    async def warm_up(self) -> None:
        """Open some connections now, rather than with the first call."""
        await self.connection_pool.warm_up()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self.connection_pool.closed

    async def close(self) -> None:
        """Close all connections, for good: later calls raise PoolClosed."""
        await self.connection_pool.aclose()

    async def __aenter__(self) -> Self:
        """Be the pool of an async with statement, that closes it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool."""
        await self.close()


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
