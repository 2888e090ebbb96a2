"""The server of the load tests: logins, validations and logouts, on the variant that LOAD_VARIANT names.

    LOAD_VARIANT=memurai_client DEPLOYMENT_ENV=production uvicorn benchmarks.load.server:app

With LOAD_WATCH_DIRECTORY each of its processes writes there once a second how many connections were in use.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any

import jwt
import redis.exceptions
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from benchmarks.load import stores
from benchmarks.load.scenarios import AFTER, BARE, BEFORE, CLIENT, NO_OPERATION

STORES: dict[str, Callable[[], stores.Store]] = {
    BEFORE: stores.before,
    BARE: stores.bare,
    AFTER: stores.AfterStore,
    CLIENT: stores.ClientStore,
}
VARIANT = os.environ["LOAD_VARIANT"]
WATCH_DIRECTORY = os.environ.get("LOAD_WATCH_DIRECTORY")
SIGNING_KEY = os.environ.get("LOAD_SIGNING_KEY") or uuid.uuid4().hex
SAMPLE_SECONDS, SAMPLES = 0.05, 20
REMEMBERED_TOKENS = 20_000


async def watch(store: stores.Store, directory: Path) -> None:
    """Write a line a second about the connections in use, until cancelled."""
    with (directory / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as lines:
        while True:
            samples = []
            for _ in range(SAMPLES):
                samples.append(store.connections())
                await asyncio.sleep(SAMPLE_SECONDS)
            used = [in_use for in_use, _, _ in samples]
            _, size, exhausted = samples[-1]
            line = {"at": time.time(), "size": size, "exhausted": exhausted, "mean": fmean(used), "peak": max(used)}
            lines.write(json.dumps(line) + "\n")
            lines.flush()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store of the variant and close it at the end; the endpoint that does nothing has none."""
    # What was imported stays. Looking through it again and again would be a third of the time under many requests.
    gc.freeze()
    if VARIANT == NO_OPERATION:
        yield
        return
    app.state.store = STORES[VARIANT]()
    watching = asyncio.create_task(watch(app.state.store, Path(WATCH_DIRECTORY))) if WATCH_DIRECTORY else None
    yield
    if watching:
        watching.cancel()
    await app.state.store.close()


app = FastAPI(lifespan=lifespan)


@app.exception_handler(redis.exceptions.RedisError)
async def unavailable(request: Request, error: redis.exceptions.RedisError) -> JSONResponse:  # noqa: ARG001
    """Answer 503 with the kind of error; without this each one costs a traceback in the log."""
    return JSONResponse({"detail": type(error).__name__}, 503)


@lru_cache(maxsize=REMEMBERED_TOKENS)
def verified(token: str) -> dict[str, Any]:
    """Return the claims of a token; one that was verified once is remembered, since signatures are not compared here.

    Raises jwt.InvalidTokenError when this server did not sign it.
    """
    return jwt.decode(token, SIGNING_KEY, algorithms=["HS256"])


def claims(request: Request) -> dict[str, Any]:
    """Return the claims of a request's token.

    Raises HTTPException with 401 when there is none that this server signed, or it is expired.
    """
    try:
        found = verified(request.headers.get("authorization", "").removeprefix("Bearer "))
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "not a token of this server") from error
    if found["exp"] <= time.time():
        raise HTTPException(401, "expired")
    return found


@app.get("/noop")
async def noop() -> dict[str, bool]:
    """Do nothing."""
    return {"ok": True}


@app.post("/login")
async def log_in(user: str) -> dict[str, str]:
    """Answer a token for a user."""
    session = await app.state.store.log_in(user)
    expires_at = int(time.time()) + stores.TOKEN_SECONDS
    content = {"sub": user, "jti": uuid.uuid4().hex, "sid": session, "exp": expires_at}
    return {"token": jwt.encode(content, SIGNING_KEY, algorithm="HS256")}


@app.get("/validate")
async def validate(request: Request) -> dict[str, str]:
    """Answer whose token it is, or 401 when it is revoked."""
    token = claims(request)
    if not await app.state.store.accepts(token["sub"], token["jti"]):
        raise HTTPException(401, "revoked, or too many requests")
    return {"user": token["sub"]}


@app.post("/logout")
async def log_out(request: Request) -> dict[str, str]:
    """Revoke the token."""
    token = claims(request)
    await app.state.store.log_out(token["jti"], token["sid"], token["exp"])
    return {"user": token["sub"]}
