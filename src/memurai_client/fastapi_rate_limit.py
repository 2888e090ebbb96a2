"""A rate limit as a dependency of FastAPI routes; needs the extra `fastapi`."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request, Response

from memurai_client.asyncio.rate_limiter import RateLimiter as AsyncRateLimiter
from memurai_client.exceptions import InvalidNameError
from memurai_client.names import checked_name
from memurai_client.rate_limiter import KEY, Decision, OnFailure, RateLimiter

Limited = Callable[[Request, Response], Decision] | Callable[[Request, Response], Coroutine[Any, Any, Decision]]


def client_address(request: Request) -> str:
    """Return the address that a request comes from: a proxy's, unless the HTTP server was told to look behind it."""
    return request.client.host if request.client else "unknown"


def rate_limit(limiter: RateLimiter | AsyncRateLimiter, key: Callable[[Request], str] = client_address) -> Limited:
    """Make a dependency that lets requests pass as `limiter` decides: `Depends(rate_limit(limiter))`.

    Every response tells the limit in its header fields. A refused request is answered 429, or 503 if it is refused
    since the limiter's server can't be reached; one whose key can't be one, 400.

    Args:
        limiter: Decides. A blocking one runs in FastAPI's threads.
        key: Tells what is limited of a request.
    """
    if isinstance(limiter, AsyncRateLimiter):

        async def awaited(request: Request, response: Response) -> Decision:
            return _told(await limiter.check(_key(key, request)), response)

        return awaited

    def called(request: Request, response: Response) -> Decision:
        return _told(limiter.check(_key(key, request)), response)

    return called


def _key(key: Callable[[Request], str], request: Request) -> str:
    name = key(request)
    try:
        return checked_name(name, KEY)
    except InvalidNameError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None


def _told(decision: Decision, response: Response) -> Decision:
    fields = decision.headers()
    if decision.allowed:
        response.headers.update(fields)
        return decision
    if decision.decided_by == OnFailure.CLOSED:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "The rate limit can't be checked at the moment", fields)
    raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", fields)
