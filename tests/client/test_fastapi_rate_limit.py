"""Routes of a FastAPI application behind a limit: status and header fields."""

from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from practice_server import HOST, PracticeServer
from worlds import World

from memurai_client import rate_limit


def application(limiter: Any, **options: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/", dependencies=[Depends(rate_limit(limiter, **options))])
    async def index() -> str:
        return "welcome"

    return app


async def asked(app: FastAPI, *headers: dict[str, str]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as caller:
        return [await caller.get("/", headers=each) for each in headers]


def limiter_of(world: World, client: Any, on_failure: str = "closed") -> Any:
    return world.library.RateLimiter(
        client, name="http", limit=2, window=60, on_failure=on_failure, algorithm="fixed-window"
    )


def test_requests_are_told_their_limit_and_refused_with_429(world: World, server: PracticeServer) -> None:
    app = application(limiter_of(world, world.client(server.host, server.port)))
    responses = world(asked(app, {}, {}, {}))
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert [response.headers["RateLimit-Remaining"] for response in responses] == ["1", "0", "0"]
    assert {response.headers["RateLimit-Limit"] for response in responses} == {"2"}
    assert {response.headers["RateLimit-Policy"] for response in responses} == {"2;w=60"}
    assert "Retry-After" not in responses[1].headers
    assert 0 < int(responses[2].headers["Retry-After"]) <= 60
    assert int(responses[2].headers["RateLimit-Reset"]) <= 60
    assert responses[2].json() == {"detail": "Too many requests"}


def test_a_limit_can_be_each_user_s(world: World, server: PracticeServer) -> None:
    def user(request: Request) -> str:
        return request.headers["X-User"]

    app = application(limiter_of(world, world.client(server.host, server.port)), key=user)
    callers = ["alice", "alice", "alice", "bob", "b\x01b"]
    responses = world(asked(app, *({"X-User": caller} for caller in callers)))
    assert [response.status_code for response in responses] == [200, 200, 429, 200, 400]
    assert "control character" in responses[-1].json()["detail"]


@pytest.mark.parametrize(
    ("on_failure", "statuses"), [("open", [200] * 3), ("closed", [503] * 3), ("local", [200, 200, 429])]
)
def test_without_a_server_the_chosen_answer_is_given(world: World, on_failure: str, statuses: list[int]) -> None:
    app = application(limiter_of(world, world.client(HOST, 1, retry=None), on_failure))
    responses = world(asked(app, {}, {}, {}))
    assert [response.status_code for response in responses] == statuses
    assert all(("Retry-After" in response.headers) == (response.status_code != 200) for response in responses)
