"""Health checks in an event loop: one PING on a connection of its own, without retries, within half a second."""

from __future__ import annotations

import asyncio

from memurai_client.asyncio.connection import DeadlineConnection
from memurai_client.asyncio.factory import connection_class, primary_arguments
from memurai_client.asyncio.together import Together
from memurai_client.configuration import HEALTH_SECONDS, Configuration
from memurai_client.health import PONG, UNHEALTHY
from memurai_client.statistics import Statistics


class HealthCheck:
    """The health check of one pool: those who ask while one is under way share its answer.

    configuration: of the pool.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self.healthy = Together(self._check)

    async def _check(self) -> bool:
        configuration = self._configuration
        arguments = {**configuration.connection_arguments(), **primary_arguments(configuration)}
        connection = connection_class(configuration)(
            **{**arguments, "budget": HEALTH_SECONDS, "statistics": Statistics()}
        )
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
