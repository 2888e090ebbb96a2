"""The guide's health endpoint for FastAPI: `app.include_router(health_router(pool))`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from memurai_client.status import PoolStatus, recommendations

PATH = "/health/redis"
_OK = 200
_UNAVAILABLE = 503


class Checked(Protocol):
    """A pool of either kind."""

    def check_in_loop(self) -> Awaitable[bool]:
        """Ask the server in an event loop."""
        ...

    def get_pool_status(self) -> PoolStatus:
        """Tell how much of the pool is used."""
        ...


def health_router(pool: Checked) -> APIRouter:
    """Return a router with GET /health/redis: 200 while the server answers, else 503; the body is the guide's.

    It needs neither a connection of the pool nor a thread of the application: both may be used up.

    pool: whose server and numbers it shows.
    """
    router = APIRouter()

    @router.get(PATH, tags=["health"])
    async def redis_health() -> JSONResponse:
        healthy = await pool.check_in_loop()
        return JSONResponse(_body(healthy, pool.get_pool_status()), _OK if healthy else _UNAVAILABLE)

    return router


def _body(healthy: bool, status: PoolStatus) -> dict[str, Any]:
    return {"healthy": healthy, "pool_status": status, "recommendations": recommendations(status)}
