"""What applications use to talk to Memurai: pools, health, rate limits, revoked tokens and sessions, on redis-py.

    from memurai_client import get_optimized_redis_pool

    pool = get_optimized_redis_pool()  # DEPLOYMENT_ENV picks 20, 60 or 160 connections, shared by UVICORN_WORKERS
    pool.client.set("key", "value")  # a plain redis.Redis, whose calls end within their deadline

`memurai_client.asyncio` has the same names for asyncio. Everything is imported when it is first asked for: fastapi, for
one, only by applications that use it.
"""

from typing import TYPE_CHECKING

from memurai_client.offers import offer

if TYPE_CHECKING:
    from memurai_client.alarm import PoolAlert
    from memurai_client.environment import POOL_CONFIG, DeploymentEnvironment
    from memurai_client.exceptions import MemuraiClientError
    from memurai_client.fastapi_rate_limit import rate_limit
    from memurai_client.health_router import health_router
    from memurai_client.pool import OptimizedRedisPool, get_optimized_redis_pool
    from memurai_client.rate_limiter import Algorithm, Decision, OnFailure, RateLimiter
    from memurai_client.sessions import Session, Sessions
    from memurai_client.token_blacklist import TokenBlacklist
    from memurai_client.validation import Outcome, RequestValidator, Validation

__all__ = [
    "POOL_CONFIG",
    "Algorithm",
    "Decision",
    "DeploymentEnvironment",
    "MemuraiClientError",
    "OnFailure",
    "OptimizedRedisPool",
    "Outcome",
    "PoolAlert",
    "RateLimiter",
    "RequestValidator",
    "Session",
    "Sessions",
    "TokenBlacklist",
    "Validation",
    "get_optimized_redis_pool",
    "health_router",
    "rate_limit",
]

__getattr__ = offer(
    __name__,
    {
        ".alarm": ["PoolAlert"],
        ".environment": ["POOL_CONFIG", "DeploymentEnvironment"],
        ".exceptions": ["MemuraiClientError"],
        ".fastapi_rate_limit": ["rate_limit"],
        ".health_router": ["health_router"],
        ".pool": ["OptimizedRedisPool", "get_optimized_redis_pool"],
        ".rate_limiter": ["Algorithm", "Decision", "OnFailure", "RateLimiter"],
        ".sessions": ["Session", "Sessions"],
        ".token_blacklist": ["TokenBlacklist"],
        ".validation": ["Outcome", "RequestValidator", "Validation"],
    },
)


def __dir__() -> list[str]:
    """Show what is offered."""
    return sorted({*globals(), *__all__})
