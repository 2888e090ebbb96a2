"""The same small application (tokens, limits, sessions) on the ways of using redis-py that the load tests compare."""

from __future__ import annotations

import os
import time
import uuid
from typing import Protocol

import redis.asyncio as redis

from memurai_client.asyncio import RateLimiter, RequestValidator, Sessions, TokenBlacklist, get_optimized_redis_pool

TOKEN_SECONDS = 3600
# No user of a load test ever reaches it; what it costs to count is what is compared.
REQUESTS_A_MINUTE = 1_000_000
COUNT_REQUEST = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


class Store(Protocol):
    """What the endpoints need."""

    async def log_in(self, user: str) -> str:
        """Keep a session and return its id."""

    async def accepts(self, user: str, token_id: str) -> bool:
        """Return whether a token is neither revoked nor its user over the limit."""

    async def log_out(self, token_id: str, session_id: str, expires_at: int) -> None:
        """Revoke a token for the rest of its life (its end in seconds since 1970) and end its session."""

    def connections(self) -> tuple[int, int, int]:
        """Return how many connections are in use, how many there may be, and how many calls got none."""

    async def close(self) -> None:
        """Close all connections."""


class PlainStore:
    """What an application writes on a plain `redis.asyncio` client: a call for each thing.

    client: on any pool.
    """

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.count_request = client.register_script(COUNT_REQUEST)

    async def log_in(self, user: str) -> str:
        """Keep a session as a hash that expires."""
        session_id = uuid.uuid4().hex
        await self.client.hset(f"session:{session_id}", mapping={"user": user})
        await self.client.expire(f"session:{session_id}", TOKEN_SECONDS)
        return session_id

    async def accepts(self, user: str, token_id: str) -> bool:
        """Ask the blacklist, then the limit."""
        if await self.client.exists(f"token:blacklist:{token_id}"):
            return False
        return int(await self.count_request(keys=[f"ratelimit:{user}"], args=[60])) <= REQUESTS_A_MINUTE

    async def log_out(self, token_id: str, session_id: str, expires_at: int) -> None:
        """Put the token on the blacklist and remove the session."""
        await self.client.setex(f"token:blacklist:{token_id}", expires_at - int(time.time()), 1)
        await self.client.delete(f"session:{session_id}")


class BareStore(PlainStore):
    """The plain application on a pool of redis-py.

    pool: where its connections come from.
    """

    def __init__(self, pool: redis.ConnectionPool) -> None:
        super().__init__(redis.Redis(connection_pool=pool))
        self.pool = pool

    def connections(self) -> tuple[int, int, int]:
        """Return how many connections are in use, and how many there may be; redis-py does not count the rest."""
        _, (in_use, _) = self.pool.get_connection_count()
        return in_use, self.pool.max_connections, 0

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.disconnect()


class OptimizedPool:
    """The pool of memurai_client, for the stores that stand on it."""

    def __init__(self) -> None:
        self.pool = get_optimized_redis_pool()

    def connections(self) -> tuple[int, int, int]:
        """Return how many connections are in use, how many there may be, and how many calls got none."""
        status = self.pool.get_pool_status()
        exhausted = status["metrics"]["pool_exhausted_count"]
        return status["in_use_connections"], status["max_connections"], exhausted

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()


class AfterStore(OptimizedPool, PlainStore):
    """The plain application, with no change but the pool."""

    def __init__(self) -> None:
        OptimizedPool.__init__(self)
        PlainStore.__init__(self, self.pool.client)


class ClientStore(OptimizedPool):
    """An application that lets memurai_client do all of it."""

    def __init__(self) -> None:
        super().__init__()
        client = self.pool.client
        self.blacklist = TokenBlacklist(client)
        self.sessions = Sessions(client, idle=TOKEN_SECONDS, life=TOKEN_SECONDS)
        limiter = RateLimiter(
            client, name="load", limit=REQUESTS_A_MINUTE, window=60, on_failure="closed", algorithm="fixed-window"
        )
        self.validator = RequestValidator(self.blacklist, limiter)

    async def log_in(self, user: str) -> str:
        """Keep a session."""
        return await self.sessions.create(user)

    async def accepts(self, user: str, token_id: str) -> bool:
        """Ask blacklist and limit in one script."""
        return bool(await self.validator.validate(jti=token_id, limit_key=user))

    async def log_out(self, token_id: str, session_id: str, expires_at: int) -> None:
        """Revoke the token and end the session."""
        await self.blacklist.revoke(token_id, expires_at=expires_at)
        await self.sessions.end(session_id)


def address() -> dict[str, str | int]:
    """Return where the server of the load tests is, from the guide's environment variables."""
    return {
        "host": os.environ["REDIS_HOST"],
        "port": int(os.environ["REDIS_PORT"]),
        "password": os.environ["REDIS_PASSWORD"],
    }


def before() -> BareStore:
    """Return a store with the pool of the guide's code before: when all 100 connections are taken, calls fail."""
    pool = redis.ConnectionPool(
        **address(),
        max_connections=100,
        decode_responses=True,
        socket_keepalive=True,
        socket_timeout=5,
        retry_on_timeout=True,
    )
    return BareStore(pool)


def bare() -> BareStore:
    """Return a store with redis-py's own blocking pool, of the size of ours."""
    return BareStore(redis.BlockingConnectionPool(**address(), max_connections=160))
