"""Each algorithm's script does what its model says, by a clock that the test sets."""

import itertools
import math

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limit_models import MODELS, Model, wait

from memurai_client import Algorithm, Decision, RateLimiter
from memurai_client.scripts import Script, script

SECOND = 1000
BEGIN = 1_800_000_000 * SECOND
# The scripts' only way to the time. Everything else of their text is what users run.
TEST_CLOCK = "local function now_milliseconds() return tonumber(redis.call('GET', 'test:clock')) end\n"

numbers = itertools.count()


class Clock:
    """Time for the scripts and for the expiry of a key, in whole seconds, so that the real time does not matter."""

    def __init__(self, client: redis.Redis, key: str) -> None:
        self._client, self._key = client, key
        self.now = BEGIN
        client.set("test:clock", self.now)

    def advance(self, seconds: int) -> None:
        self.now += seconds * SECOND
        self._client.set("test:clock", self.now)
        left = self._client.pttl(self._key)
        assert left != -1, "a key without an end stays for ever"
        if left > 0:
            self._client.pexpire(self._key, max(math.ceil(left / SECOND) - seconds, 0) * SECOND)


def limiter_by_test_clock(client: redis.Redis, algorithm: str, limit: int, window: int) -> RateLimiter:
    limiter = RateLimiter(
        client, name=f"model{next(numbers)}", limit=limit, window=window, algorithm=algorithm, on_failure="closed"
    )
    parts = [part for part in limiter.parts if part != "clock"]
    limiter._script = Script.from_text(TEST_CLOCK + script(*parts, "check_limits").text)
    return limiter


def expected(model: Model, now: int) -> tuple[bool, int, float, float]:
    """Let the model decide on a request, and return what it says of it."""
    allowed = model.room(now) >= 1
    if allowed:
        model.take(now)
    remaining = max(0, math.floor(model.room(now))) if allowed else 0
    return allowed, remaining, 0 if allowed else wait(model, now, 1) / SECOND, wait(model, now, model.limit) / SECOND


def by_seconds(decision: Decision) -> tuple[bool, int, float, float]:
    # The fixed window's times are those of the server's expiry, whose real clock goes on by milliseconds meanwhile.
    return decision.allowed, decision.remaining, math.ceil(decision.retry_after), math.ceil(decision.reset_after)


@pytest.mark.parametrize("algorithm", Algorithm)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), limit=st.integers(1, 12), window=st.integers(10, 10_000))
def test_a_script_decides_as_its_model(
    client: redis.Redis, algorithm: Algorithm, data: st.DataObject, limit: int, window: int
) -> None:
    limiter = limiter_by_test_clock(client, algorithm, limit, window)
    model = MODELS[algorithm](limit, window * SECOND)
    clock = Clock(client, limiter.key("somebody"))
    pauses = st.one_of(
        st.just(0), st.sampled_from([1, window - 1, window, window + 1, 2 * window]), st.integers(0, window)
    )
    for pause, burst in data.draw(
        st.lists(st.tuples(pauses, st.integers(1, limit + 1)), max_size=12), "pauses, bursts"
    ):
        clock.advance(pause)
        for _ in range(burst):
            told = limiter.check("somebody")
            decision = (told.allowed, told.remaining, told.retry_after, told.reset_after)
            assert (by_seconds(told) if algorithm is Algorithm.FIXED_WINDOW else decision) == expected(model, clock.now)
