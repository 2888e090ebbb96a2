"""Everything memurai_client raises of its own.

MemuraiClientError
 +- ConfigurationError      a setting, an argument or a URL asks for something impossible
 +- InvalidNameError        a token's or a session's id, a user or a limit's key can't be one
 +- ForeignContentError     a key of this library holds what others wrote (also redis.ResponseError)
 +- ForgetfulServerError    the server would forget revoked tokens
 +- PoolExhausted           no connection became free within the wait (also redis.ConnectionError)
 +- PoolClosed              the pool was closed (also redis.ConnectionError)
 +- ServerUnavailable       no connection could be made within the budget, or the server was busy for so long
 |                          (also redis.ConnectionError)
 +- DeadlineExceeded        no answer came within the budget (also redis.TimeoutError)
 +- OutcomeUnknown          the connection was lost after a command was sent that must not be sent twice
 |                          (also redis.ConnectionError)
 +- ReadOnlyPool            a command that writes came to a pool of replicas (also redis.exceptions.ReadOnlyError)
 +- AuthenticationFailed    the server refused user or password (also redis.AuthenticationError)
 +- UnsuitableServer        what answers is no server that this library can talk to (also redis.ResponseError)

Those that come from a call are redis-py's errors too: code that handles redis-py's handles these.
"""

from __future__ import annotations

import redis


class MemuraiClientError(Exception):
    """Base of everything memurai_client raises."""


class ConfigurationError(MemuraiClientError, ValueError):
    """Say which setting is wrong, what was expected and what was found; never a secret."""


class InvalidNameError(MemuraiClientError, ValueError):
    """Say that a token's or a session's id, a user or a limit's key can't be one; never which it was."""


class ForeignContentError(MemuraiClientError, redis.ResponseError):
    """Say which key of this library holds what it did not write."""


class ForgetfulServerError(MemuraiClientError):
    """Say why a server would forget revoked tokens."""


class PoolExhausted(MemuraiClientError, redis.ConnectionError):
    """Say that no connection became free within the wait.

    size: connections of the pool.
    waited: seconds that the caller waited.
    waiters: callers that were waiting when it gave up, itself included.
    """

    def __init__(self, size: int, waited: float, waiters: int) -> None:
        self.size = size
        self.waited = waited
        self.waiters = waiters
        super().__init__(
            f"no connection became free within {waited:.2f} s: all {size} of this process are in use and {waiters} "
            "callers wait; look for slow commands and a slow server first, then raise max_connections"
        )

    def __reduce__(self) -> tuple[type[PoolExhausted], tuple[int, float, int]]:
        """Travel between processes, as a task queue's errors do."""
        return type(self), (self.size, self.waited, self.waiters)


class PoolClosed(MemuraiClientError, redis.ConnectionError):
    """Say that a call came after close()."""


class ServerUnavailable(MemuraiClientError, redis.ConnectionError):
    """Say that the server could not be reached, or did not take commands, within the budget; nothing was executed."""


class DeadlineExceeded(MemuraiClientError, redis.TimeoutError):
    """Say that the budget of a call was used up, and whether the command was sent, so may have been executed."""


class OutcomeUnknown(MemuraiClientError, redis.ConnectionError):
    """Say that the connection was lost after the command was sent: it may have been executed, and was not repeated."""


class ReadOnlyPool(MemuraiClientError, redis.exceptions.ReadOnlyError):
    """Say that a command that writes came to a pool of replicas, and which pool takes it; nothing was executed."""


class AuthenticationFailed(MemuraiClientError, redis.AuthenticationError):
    """Say that the server refused user or password, or wants one; never which password it was given."""


class UnsuitableServer(MemuraiClientError, redis.ResponseError):
    """Say that what answers at an address does not speak the protocol that this library needs."""
