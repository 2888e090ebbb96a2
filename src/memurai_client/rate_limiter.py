"""Rate limits: how many requests pass in a window, counted at the server, by its clock, in one script a round trip."""

import logging
import math
import time
from collections.abc import Sequence
from enum import StrEnum
from threading import Lock
from typing import NamedTuple, TypeVar

from redis import Redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004 - redis-py's own, which is no OSError
    RedisError,
    TimeoutError,  # noqa: A004 - the same
)

from memurai_client.conversation import Blocking, Client, Connected, Conversation, blocking
from memurai_client.exceptions import ConfigurationError
from memurai_client.names import checked_duration, checked_name, checked_names
from memurai_client.refusals import UNAVAILABLE, word_of
from memurai_client.scripts import script

logger = logging.getLogger(__name__)

NUMBERS_OF_A_DECISION = 4
KEY = "key of a limit"
RETRY_SECONDS = 1.0  # when to come back to a server that can't be reached: nobody knows, so soon
# Lua counts in floating point numbers, which hold whole ones up to here.
LARGEST_PRODUCT = 2**52


Choice = TypeVar("Choice", bound=StrEnum)


class Algorithm(StrEnum):
    """How requests are counted.

    `FIXED_WINDOW`: a counter from the first request on; up to twice the limit can pass around a window's end. Cheapest.
    `SLIDING_LOG`: the time of each request; exact, and as many entries a key as the limit.
    `SLIDING_COUNTER`: two counters, weighed; near the log at a counter's cost.
    `TOKEN_BUCKET`: `limit` at once, then evenly `limit` in a window.
    """

    FIXED_WINDOW = "fixed-window"
    SLIDING_LOG = "sliding-log"
    SLIDING_COUNTER = "sliding-counter"
    TOKEN_BUCKET = "token-bucket"  # noqa: S105 - no secret


class OnFailure(StrEnum):
    """What a limiter answers while its server can't be reached.

    `OPEN`: everything passes. `CLOSED`: nothing passes. `LOCAL`: each process lets `limit` pass in a window.
    """

    OPEN = "open"
    CLOSED = "closed"
    LOCAL = "local"


class Decision(NamedTuple):
    """Whether a request passes; true in a condition if it does.

    Args:
        allowed: Whether it passes.
        limit: How many may pass in a window.
        remaining: How many more may pass now.
        retry_after: Seconds until the next may pass, 0 when one may pass now.
        reset_after: Seconds until `limit` may pass at once again, if nobody asks meanwhile.
        window: The window's seconds.
        decided_by: "server", or what was chosen for a server that can't be reached: "open", "closed", "local".
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after: float
    reset_after: float
    window: float
    decided_by: str = "server"

    def __bool__(self) -> bool:
        """Tell whether the request passes."""
        return self.allowed

    def headers(self) -> dict[str, str]:
        """Return the HTTP fields that tell a caller its limit; for a refused request also when to come back.

        Source: draft-ietf-httpapi-ratelimit-headers-06 (later drafts rename what clients read today); RFC 9110, 10.2.3.
        """
        fields = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.reset_after)),
            "RateLimit-Policy": f"{self.limit};w={math.ceil(self.window)}",
        }
        return fields if self.allowed else fields | {"Retry-After": str(max(1, math.ceil(self.retry_after)))}


class LocalCounts:
    """Counts of one process, for the time that the server can't be reached; one window for all keys.

    Args:
        limit: How many of a key may pass in a window.
        window: The window's seconds.
    """

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._lock = Lock()
        self._number = -1
        self._counts: dict[str, int] = {}

    def take(self, key: str) -> Decision:
        """Decide on a request."""
        number, elapsed = divmod(time.monotonic(), self._window)
        with self._lock:
            if number != self._number:
                self._number, self._counts = int(number), {}
            count = self._counts[key] = self._counts.get(key, 0) + 1
        left = self._window - elapsed
        allowed = count <= self._limit
        remaining = max(0, self._limit - count)
        return Decision(allowed, self._limit, remaining, 0 if allowed else left, left, self._window, OnFailure.LOCAL)


def _checked_limit(limit: int, window_milliseconds: int, name: str) -> int:
    most = LARGEST_PRODUCT // window_milliseconds
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= most:
        return limit
    raise ConfigurationError(
        f"limit of {name}: expected a whole number from 1 to {most} for this window, found {limit!r}"
    )


def _choice(choices: type[Choice], value: str, what: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise ConfigurationError(f"{what}: expected one of {', '.join(choices)}, found {value!r}") from None


def _is_outage(error: RedisError) -> bool:
    """Tell whether the server can't be reached, or says that it can't count at the moment.

    A wrong password is raised: a mistake to be seen, not an outage.
    """
    if isinstance(error, AuthenticationError | AuthorizationError):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or word_of(error) in UNAVAILABLE


class RateLimit(Connected[Client]):
    """What a limiter decides: its keys, its script and what the replies mean.

    Args:
        client: The client whose pool it uses.
        name: What is limited ("login"), part of every key: `ratelimit:NAME:ALGORITHM:KEY`.
        limit: How many requests of a key may pass in a window.
        window: The window in seconds.
        on_failure: What is answered while the server can't be reached.
        algorithm: How requests are counted.

    Raises:
        ConfigurationError: An argument is out of its bounds.
    """

    def __init__(  # noqa: PLR0913 - all but the client by name
        self,
        client: Client,
        *,
        name: str,
        limit: int,
        window: float,
        on_failure: OnFailure | str,
        algorithm: Algorithm | str = Algorithm.SLIDING_COUNTER,
    ) -> None:
        self._connect(client)
        self.name = checked_name(name, "name")
        self.window_milliseconds = checked_duration(window, f"window of {name}")
        self.limit = _checked_limit(limit, self.window_milliseconds, name)
        self.window = window
        self.on_failure = _choice(OnFailure, on_failure, "on_failure")
        self.algorithm = _choice(Algorithm, algorithm, "algorithm")
        self.parts = ("clock", self.algorithm.replace("-", "_"))
        self._script = script(*self.parts, "check_limits")
        self._prefix = f"ratelimit:{name}:{self.algorithm}:"
        self._local = LocalCounts(limit, window)
        self._lock = Lock()
        self._failures = 0
        self._unavailable = False

    @property
    def failures(self) -> int:
        """How many requests were decided without the server, as `on_failure` says."""
        return self._failures

    def key(self, name: str) -> str:
        """Return the server's key of what is limited."""
        return self._prefix + checked_name(name, KEY)

    def decision(self, numbers: Sequence[int]) -> Decision:
        """Return what four numbers of the script mean."""
        allowed, remaining, retry, reset = numbers
        return Decision(allowed == 1, self.limit, remaining, retry / 1000, reset / 1000, self.window)

    def check_steps(self, key: str) -> Conversation[Decision]:
        """Decide on one request of `key`, and count it if it passes."""
        return (yield from self.check_many_steps((key,)))[0]

    def check_many_steps(self, keys: Sequence[str]) -> Conversation[list[Decision]]:
        """Decide on one request of each key, each by itself, in one round trip.

        Args:
            keys: What is limited, such as a user and an address; decisions come in their order.
        """
        names = [self._prefix + key for key in checked_names(keys, KEY)]
        if not names:
            return []
        try:
            reply = yield from self._script.run(names, (self.limit, self.window_milliseconds))
        except RedisError as error:
            if not _is_outage(error):
                raise
            return [self._without_server(name, error) for name in names]
        if self._unavailable:
            self._available_again()
        return [
            self.decision(reply[at : at + NUMBERS_OF_A_DECISION]) for at in range(0, len(reply), NUMBERS_OF_A_DECISION)
        ]

    def reset_steps(self, key: str) -> Conversation[bool]:
        """Forget what was counted of `key`, and return whether anything was."""
        return bool((yield "DEL", self.key(key)))

    def _without_server(self, name: str, error: RedisError) -> Decision:
        with self._lock:
            self._failures += 1
            begins, self._unavailable = not self._unavailable, True
        if begins:
            logger.warning(
                "Rate limit %s: its server can't be reached (%s), decisions are: %s", self.name, error, self.on_failure
            )
        if self.on_failure is OnFailure.LOCAL:
            return self._local.take(name)
        allowed = self.on_failure is OnFailure.OPEN
        remaining, wait = (self.limit, 0.0) if allowed else (0, min(self.window, RETRY_SECONDS))
        return Decision(allowed, self.limit, remaining, wait, wait, self.window, self.on_failure)

    def _available_again(self) -> None:
        self._unavailable = False
        logger.info(
            "Rate limit %s: its server decides again; %d decisions so far were made without it",
            self.name,
            self._failures,
        )


class RateLimiter(Blocking, RateLimit[Redis]):
    """A rate limit over a blocking client; `RateLimit` describes its arguments."""

    check = blocking(RateLimit.check_steps)
    check_many = blocking(RateLimit.check_many_steps)
    reset = blocking(RateLimit.reset_steps)
