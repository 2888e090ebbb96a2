"""The check of a request, for asyncio."""

from redis.asyncio import Redis

from memurai_client.asyncio.conversation import Server, awaiting
from memurai_client.validation import RequestCheck


class RequestValidator(RequestCheck[Redis]):
    """Checks requests over a client of asyncio; `RequestCheck` describes its arguments."""

    _kind = Server

    validate = awaiting(RequestCheck.validate_steps)
