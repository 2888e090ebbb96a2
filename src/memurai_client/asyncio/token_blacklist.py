"""Revoked tokens, for asyncio."""

from redis.asyncio import Redis

from memurai_client.asyncio.conversation import Awaiting, awaiting
from memurai_client.token_blacklist import Blacklist


class TokenBlacklist(Awaiting, Blacklist[Redis]):
    """Revoked tokens over a client of asyncio; `Blacklist` describes its arguments."""

    start = awaiting(Blacklist.start_steps)
    revoke = awaiting(Blacklist.revoke_steps)
    is_revoked = awaiting(Blacklist.is_revoked_steps)
    are_revoked = awaiting(Blacklist.are_revoked_steps)
    register = awaiting(Blacklist.register_steps)
    revoke_user = awaiting(Blacklist.revoke_user_steps)
