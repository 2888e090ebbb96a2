"""Rate limits, for asyncio."""

from redis.asyncio import Redis

from memurai_client.asyncio.conversation import Awaiting, awaiting
from memurai_client.rate_limiter import RateLimit


class RateLimiter(Awaiting, RateLimit[Redis]):
    """A rate limit over a client of asyncio; `RateLimit` describes its arguments."""

    check = awaiting(RateLimit.check_steps)
    check_many = awaiting(RateLimit.check_many_steps)
    reset = awaiting(RateLimit.reset_steps)
