"""One script checks token, limit and session of a request, and what is refused changes nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from practice_server import PracticeServer
from worlds import World

import memurai_client.asyncio
from memurai_client import Algorithm, Outcome
from memurai_client.exceptions import ConfigurationError, InvalidNameError

HOUR = 3600


@dataclass
class Application:
    """What an application has of the library."""

    blacklist: Any
    limiter: Any
    sessions: Any
    validator: Any


def application(world: World, client: Any, algorithm: str = "sliding-counter", limit: int = 2) -> Application:
    library = world.library
    blacklist = library.TokenBlacklist(client)
    limiter = library.RateLimiter(client, name="api", limit=limit, window=HOUR, algorithm=algorithm, on_failure="open")
    sessions = library.Sessions(client, idle=600)
    return Application(blacklist, limiter, sessions, library.RequestValidator(blacklist, limiter, sessions))


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    server = PracticeServer(tmp_path_factory.mktemp("durable"), "appendonly yes")
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_request_is_checked_in_one_round_trip(
    world: World, server: PracticeServer, client: redis.Redis, algorithm: Algorithm
) -> None:
    app = application(world, world.client(server.host, server.port), algorithm)
    session_id = world(app.sessions.create("alice", {"theme": "dark"}))
    world(app.validator.validate(jti="t", limit_key="alice", session_id=session_id))
    client.config_resetstat()
    validation = world(app.validator.validate(jti="t", limit_key="alice", session_id=session_id))
    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] == 1
    assert validation
    assert validation.outcome is Outcome.VALID
    assert (validation.decision.allowed, validation.decision.remaining) == (True, 0)
    assert (validation.session.user, validation.session.data) == ("alice", {"theme": "dark"})
    limited = world(app.validator.validate(jti="t", limit_key="alice", session_id=session_id))
    assert not limited
    assert (limited.outcome, limited.session) == (Outcome.LIMITED, None)
    assert limited.decision.retry_after > 0


def test_a_revoked_token_is_refused_and_takes_nothing_from_its_user_s_limit(
    world: World, server: PracticeServer
) -> None:
    app = application(world, world.client(server.host, server.port))
    session_id = world(app.sessions.create("alice"))
    world(app.blacklist.revoke("stolen", expires_at=time.time() + HOUR))
    for _ in range(5):
        refused = world(app.validator.validate(jti="stolen", limit_key="alice", session_id=session_id))
        assert (refused.outcome, refused.decision, refused.session) == (Outcome.REVOKED, None, None)
    assert world(app.limiter.check("alice")).remaining == 1


def test_an_ended_session_is_refused_and_takes_nothing_from_the_limit(world: World, server: PracticeServer) -> None:
    app = application(world, world.client(server.host, server.port))
    session_id = world(app.sessions.create("alice"))
    world(app.sessions.end_user("alice"))
    for without in (session_id, None):
        refused = world(app.validator.validate(jti="t", limit_key="alice", session_id=without))
        assert (refused.outcome, refused.decision) == (Outcome.NO_SESSION, None)
    assert world(app.limiter.check("alice")).remaining == 1


def test_only_a_request_that_passes_lets_its_session_live_longer(
    world: World, server: PracticeServer, client: redis.Redis
) -> None:
    app = application(world, world.client(server.host, server.port), limit=1)
    session_id = world(app.sessions.create("alice"))
    client.expire(app.sessions.key(session_id), 100)
    assert world(app.validator.validate(jti="t", limit_key="alice", session_id=session_id))
    assert client.ttl(app.sessions.key(session_id)) > 500
    client.expire(app.sessions.key(session_id), 100)
    assert not world(app.validator.validate(jti="t", limit_key="alice", session_id=session_id))
    assert client.ttl(app.sessions.key(session_id)) <= 100


def test_a_revoked_token_without_a_session_is_revoked(world: World, server: PracticeServer) -> None:
    app = application(world, world.client(server.host, server.port))
    world(app.blacklist.revoke("stolen", expires_at=time.time() + HOUR))
    refused = world(app.validator.validate(jti="stolen", limit_key="alice"))
    assert (refused.outcome, refused.decision, refused.session) == (Outcome.REVOKED, None, None)


def test_requests_without_sessions_are_checked_for_token_and_limit(world: World, server: PracticeServer) -> None:
    app = application(world, world.client(server.host, server.port))
    validator = world.library.RequestValidator(app.blacklist, app.limiter)
    validation = world(validator.validate(jti="t", limit_key="alice"))
    assert (bool(validation), validation.session) == (True, None)
    with pytest.raises(ConfigurationError, match="session_id: expected none"):
        world(validator.validate(jti="t", limit_key="alice", session_id="x"))


def test_parts_of_the_other_world_are_refused(world: World, server: PracticeServer) -> None:
    app = application(world, world.client(server.host, server.port))
    other = memurai_client.asyncio if world.name == "blocking" else memurai_client
    with pytest.raises(ConfigurationError, match="expected parts of memurai_client"):
        other.RequestValidator(app.blacklist, app.limiter)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_200_requests_of_one_turn_share_a_limit_of_100(
    world: World, server: PracticeServer, algorithm: Algorithm
) -> None:
    app = application(world, world.client(server.host, server.port), algorithm, limit=100)
    session_id = world(app.sessions.create("alice"))
    validations = world.together(
        *(app.validator.validate(jti=f"t{number}", limit_key="alice", session_id=session_id) for number in range(200))
    )
    assert sum(map(bool, validations)) == 100


def test_validator_and_limiter_count_together(world: World, server: PracticeServer) -> None:
    app = application(world, world.client(server.host, server.port), limit=3)
    validator = world.library.RequestValidator(app.blacklist, app.limiter)
    assert world(validator.validate(jti="t", limit_key="alice")).decision.remaining == 2
    assert world(app.limiter.check("alice")).remaining == 1


def test_whether_a_token_is_revoked_is_not_guessed(world: World, own_server: Callable[..., PracticeServer]) -> None:
    server = own_server("appendonly yes")
    app = application(world, world.client(server.host, server.port, retry=None))
    assert world(app.validator.validate(jti="t", limit_key="alice", session_id=world(app.sessions.create())))
    server.kill()
    with pytest.raises(redis.ConnectionError):  # although the limiter is one that lets pass
        world(app.validator.validate(jti="t", limit_key="alice", session_id="x"))


@pytest.mark.parametrize(
    "wrong", [{"jti": "a\nb"}, {"limit_key": "a\x00b"}, {"session_id": "a\x1b"}, {"jti": ""}, {"session_id": "x" * 513}]
)
def test_what_can_t_be_a_name_is_refused_without_being_told(
    world: World, server: PracticeServer, wrong: dict[str, str]
) -> None:
    app = application(world, world.client(server.host, server.port))
    with pytest.raises(InvalidNameError, match="expected text of 1 to 512 printable characters") as refused:
        world(app.validator.validate(**{"jti": "t", "limit_key": "alice", "session_id": "x"} | wrong))
    assert all(value == "" or value not in str(refused.value) for value in wrong.values())
