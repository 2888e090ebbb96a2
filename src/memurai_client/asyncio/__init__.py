"""The same for asyncio, by the same names: `from memurai_client.asyncio import get_optimized_redis_pool`.

    pool = get_optimized_redis_pool()
    await pool.client.set("key", "value")  # a plain redis.asyncio.Redis

What asks the server is awaited (`await pool.health_check()`, `await pool.close()`), what only counts is not.
"""

from typing import TYPE_CHECKING

from memurai_client.offers import offer

if TYPE_CHECKING:
    from memurai_client.asyncio.batching import BatchingRedis
    from memurai_client.asyncio.pool import OptimizedRedisPool, get_optimized_redis_pool
    from memurai_client.asyncio.rate_limiter import RateLimiter
    from memurai_client.asyncio.sessions import Sessions
    from memurai_client.asyncio.token_blacklist import TokenBlacklist
    from memurai_client.asyncio.validation import RequestValidator
    from memurai_client.rate_limiter import Algorithm, Decision, OnFailure
    from memurai_client.sessions import Session
    from memurai_client.validation import Outcome, Validation

__all__ = [
    "Algorithm",
    "BatchingRedis",
    "Decision",
    "OnFailure",
    "OptimizedRedisPool",
    "Outcome",
    "RateLimiter",
    "RequestValidator",
    "Session",
    "Sessions",
    "TokenBlacklist",
    "Validation",
    "get_optimized_redis_pool",
]

__getattr__ = offer(
    __name__,
    {
        ".batching": ["BatchingRedis"],
        ".pool": ["OptimizedRedisPool", "get_optimized_redis_pool"],
        ".rate_limiter": ["RateLimiter"],
        ".sessions": ["Sessions"],
        ".token_blacklist": ["TokenBlacklist"],
        ".validation": ["RequestValidator"],
        "..rate_limiter": ["Algorithm", "Decision", "OnFailure"],
        "..sessions": ["Session"],
        "..validation": ["Outcome", "Validation"],
    },
)


def __dir__() -> list[str]:
    """Show what is offered."""
    return sorted({*globals(), *__all__})
