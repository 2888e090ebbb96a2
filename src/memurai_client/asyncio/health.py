"""Health checks in an event loop: one PING on a connection of its own, without retries, within half a second."""

from __future__ import annotations

import asyncio
from typing import Any

from memurai_client.asyncio.connection import DeadlineConnection
from memurai_client.asyncio.factory import connection_class, sentinel_arguments
from memurai_client.asyncio.together import Together
from memurai_client.configuration import HEALTH_SECONDS, Configuration
from memurai_client.health import PONG, UNHEALTHY
from memurai_client.statistics import Statistics


class HealthCheck:
    """The health check of one pool: those who ask while one is under way share its answer.

    configuration: of the pool.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._class = connection_class(configuration)
        # Made once: what is known of replicas that can't be reached is for the next check too.
        self._arguments: dict[str, Any] = {
            **configuration.connection_arguments(),
            **sentinel_arguments(configuration),
            "budget": HEALTH_SECONDS,
        }
        self.healthy = Together(self._check)

    async def _check(self) -> bool:
        connection = self._class(**self._arguments, statistics=Statistics())
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                return await _probe(connection)
        except (*UNHEALTHY, TimeoutError):
            return False
        finally:
            connection.abort()


async def _probe(connection: DeadlineConnection) -> bool:
    connection.call.start()  # redis-py's loops repeat nothing inside of a call
    await connection.send_command("PING", check_health=False)
    return await connection.read_response() in PONG
