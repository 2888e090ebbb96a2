"""The call that a connection serves: its deadline, what was sent of it, and what is still to be read.

A connection serves one call at a time, so its call's state stands beside it, shared by the connection, its socket and
its retries. A deadline begins when the connection was handed to the caller (`arm`), or with a call on a connection that
the caller has kept, as a pipeline with WATCH does. What is no call (MONITOR) gets the budget each time it reads.
"""

from __future__ import annotations

import math
import random
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import redis

from memurai_client.exceptions import (
    AuthenticationFailed,
    DeadlineExceeded,
    MemuraiClientError,
    OutcomeUnknown,
    ServerUnavailable,
)
from memurai_client.refusals import TEMPORARY, ServerBusy, word_of

# The most seconds between tries. Each is shortened at random: of many callers, one finds out at once that the server is
# back, and its connection serves the others.
BACKOFF_SECONDS = (0.008, 0.032, 0.128, 0.512)
RESP3 = 3
# The least that a socket is given: 0 would mean not to wait at all.
_LEAST_SECONDS = 0.001


class PrimaryMoved(ServerBusy):
    """Say that a server is no longer the primary."""


# The server's word that it did not execute a command.
REFUSALS = (redis.BusyLoadingError, ServerBusy)
# What no further try can mend.
_HOPELESS = (redis.AuthenticationError, redis.exceptions.AuthorizationError, MemuraiClientError)


class Call:
    """State of the call that a connection serves.

    budget: seconds for each call.
    deadline: moment of time.monotonic() when it ends; infinity while the caller itself waits for something.
    active: whether redis-py's code is inside the call: its inner loops must not repeat anything then.
    commands: how many commands were sent together, 0 before.
    repeatable: whether what was sent may be sent a second time.
    unread: replies that are still to come. With them a connection would answer the next caller's command.
    usable: whether the connection is wholly open or wholly closed: not while its handshake is made.
    greeting: whether the next reply is that to HELLO, with which a handshake begins.
    trouble: what the try before this one ended with; None in the first.
    """

    __slots__ = (
        "active",
        "armed",
        "budget",
        "commands",
        "deadline",
        "greeting",
        "repeatable",
        "trouble",
        "unread",
        "usable",
    )

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.deadline = math.inf
        self.active = False
        self.armed = False
        self.commands = 0
        self.repeatable = True
        self.unread = 0
        self.usable = True
        self.greeting = False
        self.trouble: Exception | None = None

    @property
    def clean(self) -> bool:
        """Whether the connection may serve another caller."""
        return self.unread == 0 and self.usable

    def arm(self) -> None:
        """Begin the deadline of the call that is about to come."""
        self.deadline = monotonic() + self.budget
        self.armed = True

    def start(self) -> None:
        """Begin a call, with the deadline that was armed or a new one."""
        if not self.armed:
            self.deadline = monotonic() + self.budget
        self.armed = False
        self.active = True
        self.commands = 0

    def end(self) -> None:
        """End the call."""
        self.trouble = None
        self.active = False
        self.armed = False

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Let what runs inside be a call of its own, under what is left of this one's deadline."""
        commands, repeatable, trouble = self.commands, self.repeatable, self.trouble
        self.active, self.armed = False, True
        try:
            yield
        finally:
            self.active, self.armed = True, False
            self.commands, self.repeatable, self.trouble = commands, repeatable, trouble

    def left(self) -> float:
        """Return the seconds that are left, never less than what a socket needs to look once."""
        left = self.deadline - monotonic()
        if self.active or (self.armed and left > 0):
            return max(left, _LEAST_SECONDS)
        return self.budget

    def limit(self) -> float | None:
        """Return the seconds that the next operation may take; None: as long as it takes.

        Raises TimeoutError, as sockets do, when nothing is left.
        """
        left = self.deadline - monotonic()
        if self.active and left <= 0:
            raise TimeoutError
        if self.active or (self.armed and left > 0):
            return None if left == math.inf else left
        return self.budget

    def wait_longer(self, seconds: float | None) -> None:
        """Give the call the time that its command itself waits at the server; None: for ever."""
        self.deadline = math.inf if seconds is None else self.deadline + seconds

    def begin_handshake(self) -> None:
        """Note that the connection is being opened."""
        self.usable = False
        self.greeting = True

    def look_at(self, reply: object) -> None:
        """Look whether it is a Redis that answers, where this is its answer to HELLO: others say yes to anything.

        Raises InvalidResponse when it is none.
        """
        if not self.greeting:
            return
        self.greeting = False
        if not isinstance(reply, dict) or RESP3 not in (reply.get("proto"), reply.get(b"proto")):
            raise redis.exceptions.InvalidResponse("expected a map with the protocol in answer to HELLO")

    def sending(self, commands: int) -> None:
        """Note that so many commands are about to be sent."""
        self.commands = commands
        self.unread += commands

    def forget(self) -> None:
        """Note that the connection is closed: what was to be read on it never comes."""
        self.unread = 0
        self.usable = True

    def pause(self, error: Exception, failures: int) -> float | None:
        """Return the seconds after which to try again; None: not again.

        error: what the last try ended with.
        failures: how many tries have failed.
        """
        if isinstance(error, _HOPELESS) or isinstance(error.__context__, ssl.SSLCertVerificationError):
            return None
        if self.commands and not self.repeatable and not self._is_refused(error):
            return None
        if self.deadline == math.inf:
            self.deadline = monotonic() + self.budget
        seconds = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS)) - 1] * random.random()  # noqa: S311
        if monotonic() + seconds >= self.deadline:
            return None
        self.trouble = error
        return seconds

    def _is_refused(self, error: Exception) -> bool:
        # Of several commands that were sent together, others may have been executed.
        return isinstance(error, REFUSALS) and self.commands == 1

    def told(self, error: redis.ResponseError) -> Exception:
        """Return what is made of a server's error: ServerBusy of one after which all may be sent again."""
        again = self.usable and (self.commands == 1 or self.repeatable)
        return ServerBusy(str(error)) if again and word_of(error) in TEMPORARY else error

    def failure(self, error: Exception, failures: int) -> Exception:
        """Return what the caller is told after the last try.

        error: what the last try ended with.
        failures: how many tries have failed.
        """
        if isinstance(error, MemuraiClientError):
            return error
        if isinstance(error, redis.AuthenticationError):
            return AuthenticationFailed(str(error))
        reason = str(error)
        if isinstance(error, redis.TimeoutError | TimeoutError) and self.trouble and not self.commands:
            # That the time is up says less than what used it up.
            error, reason = self.trouble, f"{self.trouble}, then {reason}"
        tries = f"{failures} {'try' if failures == 1 else 'tries'}"
        if isinstance(error, redis.TimeoutError | TimeoutError):
            fate = "the command was sent and may have been executed" if self.commands else "nothing was sent"
            return DeadlineExceeded(f"no answer within {self.budget:g} s, {tries}: {reason}; {fate}")
        if self._is_refused(error):
            return ServerUnavailable(
                f"the server did not execute the command within {self.budget:g} s, {tries}: {reason}"
            )
        if self.commands and not self.repeatable:
            return OutcomeUnknown(
                f"the connection was lost after the command was sent, {tries}: {reason}; it may have been executed and "
                "is none that may be sent twice"
            )
        return ServerUnavailable(f"the server could not be reached within {self.budget:g} s, {tries}: {reason}")
