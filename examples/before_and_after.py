"""The guide's server of load tests before and after, called by many threads at once.

    DEPLOYMENT_ENV=production REDIS_PASSWORD=... python examples/before_and_after.py

Before, a call for which no connection is free fails at once. After, it waits for its turn.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import redis
from redis import ConnectionPool

from memurai_client import get_optimized_redis_pool

THREADS, CALLS = 400, 10


def client_before() -> redis.Redis:
    """Return a client as the guide's code made it."""
    pool_kwargs = {
        "host": os.environ.get("REDIS_HOST", "localhost"),
        "port": int(os.environ.get("REDIS_PORT", "6379")),
        "password": os.environ.get("REDIS_PASSWORD"),
        "max_connections": 100,
        "decode_responses": True,
        "socket_keepalive": True,
        "socket_timeout": 5,
        "retry_on_timeout": True,
    }
    redis_pool = ConnectionPool(**pool_kwargs)
    return redis.Redis(connection_pool=redis_pool)


def client_after() -> redis.Redis:
    """Return the client of the optimized pool."""
    redis_pool = get_optimized_redis_pool()
    return redis_pool.client


def failed_calls(client: redis.Redis) -> int:
    """Return how many calls of all threads fail, when they begin together."""
    together = threading.Barrier(THREADS)

    def call() -> int:
        together.wait()
        return sum(fails(client) for _ in range(CALLS))

    with ThreadPoolExecutor(THREADS) as threads:
        return sum(each.result() for each in [threads.submit(call) for _ in range(THREADS)])


def fails(client: redis.Redis) -> bool:
    """Return whether a call fails for want of a connection."""
    try:
        client.set("before-and-after", "value", ex=60)
    except redis.ConnectionError:
        return True
    return False


def main() -> None:
    """Print what becomes of all calls, before and after."""
    for name, make in (("before", client_before), ("after", client_after)):
        print(f"{name}: {failed_calls(make())} of {THREADS * CALLS} calls failed")


if __name__ == "__main__":
    main()
