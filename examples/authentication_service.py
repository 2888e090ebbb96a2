"""A small application: sign in for a token, have it validated, sign out, here or everywhere.

    DEPLOYMENT_ENV=development REDIS_PASSWORD=... JWT_SIGNING_KEY=... EXAMPLE_PASSWORD=... \
        uvicorn examples.authentication_service:app

Everybody signs in with the one password of EXAMPLE_PASSWORD: how passwords are kept is another subject.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import jwt
import redis
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field, SecretStr

from memurai_client import health_router
from memurai_client.asyncio import RateLimiter, RequestValidator, Sessions, TokenBlacklist, get_optimized_redis_pool
from memurai_client.exceptions import InvalidNameError

SIGNING_KEY = os.environ["JWT_SIGNING_KEY"]
PASSWORD = os.environ["EXAMPLE_PASSWORD"]
TOKEN_SECONDS = 900
CLAIMS = ["sub", "jti", "sid", "exp"]

logger = logging.getLogger(__name__)


class SignIn(BaseModel):
    """Who wants to sign in."""

    user: str = Field(pattern=r"^[\w.@-]{1,64}$")
    password: SecretStr


class Authentication:
    """What the endpoints share: one pool, and on it revoked tokens, sessions and limits."""

    def __init__(self) -> None:
        self.pool = get_optimized_redis_pool()
        client = self.pool.client
        self.blacklist = TokenBlacklist(client)
        self.sessions = Sessions(client)
        # Guessing passwords must not become possible by disturbing the server, so no sign-in passes without it.
        self.sign_ins = RateLimiter(client, name="sign-in", limit=5, window=60, on_failure="closed")
        self.requests = RateLimiter(client, name="requests", limit=100, window=60, on_failure="open")
        self.validator = RequestValidator(self.blacklist, self.requests, self.sessions)

    async def sign_in(self, user: str) -> str:
        """Return a token with a session of its own."""
        expires_at = int(time.time()) + TOKEN_SECONDS
        claims = {"sub": user, "jti": uuid.uuid4().hex, "sid": await self.sessions.create(user), "exp": expires_at}
        await self.blacklist.register(claims["jti"], user=user, expires_at=expires_at)
        return jwt.encode(claims, SIGNING_KEY, algorithm="HS256")

    async def sign_out(self, claims: dict[str, str]) -> None:
        """Revoke a token and end its session."""
        await self.blacklist.revoke(claims["jti"], expires_at=float(claims["exp"]))
        await self.sessions.end(claims["sid"])

    async def sign_out_everywhere(self, user: str) -> None:
        """Revoke all tokens of a user and end all their sessions."""
        await self.blacklist.revoke_user(user)
        await self.sessions.end_user(user)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the pool, refuse to start on a server that would forget revoked tokens, and close the pool at the end."""
    app.state.authentication = authentication = Authentication()
    await authentication.blacklist.start()
    app.include_router(health_router(authentication.pool))
    yield
    await authentication.pool.close()


app = FastAPI(title="Authentication on memurai_client", lifespan=lifespan)


@app.exception_handler(redis.RedisError)
async def unavailable(request: Request, error: redis.RedisError) -> JSONResponse:
    """Answer 503 while the server does not: whether a token is revoked can't be guessed."""
    logger.warning("%s: %s", request.url.path, error)
    return JSONResponse({"detail": "come back later"}, 503, {"Retry-After": "1"})


async def claims(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> dict[str, str]:
    """Return the claims of the caller's token: one that this application signed, and is valid, within the limit.

    Raises HTTPException with 401 or 429.
    """
    try:
        found = jwt.decode(bearer.credentials, SIGNING_KEY, algorithms=["HS256"], options={"require": CLAIMS})
        validation = await app.state.authentication.validator.validate(
            jti=found["jti"], limit_key=found["sub"], session_id=found["sid"]
        )
    except (jwt.InvalidTokenError, InvalidNameError) as error:
        raise HTTPException(401, "not a token of this application, or expired") from error
    if validation.outcome == "limited":
        raise HTTPException(429, "too many requests", validation.decision.headers())
    if not validation:
        raise HTTPException(401, f"sign in again: {validation.outcome}")
    return found


Claims = Annotated[dict[str, str], Depends(claims)]


@app.post("/login")
async def login(wanted: SignIn) -> dict[str, str]:
    """Answer a token for the right password."""
    authentication = app.state.authentication
    decision = await authentication.sign_ins.check(wanted.user)
    if decision.decided_by == "closed":
        raise HTTPException(503, "come back later", decision.headers())
    if not decision:
        raise HTTPException(429, "too many attempts", decision.headers())
    if not hmac.compare_digest(wanted.password.get_secret_value().encode(), PASSWORD.encode()):
        raise HTTPException(401, "wrong user or password", decision.headers())
    return {"token": await authentication.sign_in(wanted.user)}


@app.get("/validate")
async def validate(caller: Claims) -> dict[str, str]:
    """Answer whose token it is."""
    return {"user": caller["sub"]}


@app.post("/logout", status_code=204)
async def logout(caller: Claims) -> Response:
    """Sign out."""
    await app.state.authentication.sign_out(caller)
    return Response(status_code=204)


@app.post("/logout/everywhere", status_code=204)
async def logout_everywhere(caller: Claims) -> Response:
    """Sign out on all devices."""
    await app.state.authentication.sign_out_everywhere(caller["sub"])
    return Response(status_code=204)
