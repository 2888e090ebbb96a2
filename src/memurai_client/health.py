"""Health checks: one PING on a connection of its own, without retries, within half a second.

A pool that is used up, or whose connections hang, is no reason to wait for: the check does not need it.
"""

from __future__ import annotations

import redis

from memurai_client.connection import DeadlineConnection

# What says that a server is not healthy; anything else is a mistake of this program.
UNHEALTHY = (redis.ConnectionError, redis.TimeoutError, redis.ResponseError)
PONG = (b"PONG", "PONG")


def probe(connection: DeadlineConnection) -> bool:
    """Return whether the server answers a PING on this connection, within its budget; close it."""
    connection.call.start()  # redis-py's loops repeat nothing inside of a call
    try:
        connection.send_command("PING", check_health=False)
        return connection.read_response() in PONG
    except UNHEALTHY:
        return False
    finally:
        connection.disconnect()
