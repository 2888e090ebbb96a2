"""Ask Sentinels about their servers: each time a connection is opened, but once for all who ask together."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from time import monotonic
from typing import Any, Generic, TypeVar

from redis.exceptions import RedisError
from redis.sentinel import MasterNotFoundError, Sentinel

Answer = TypeVar("Answer")

# redis-py collects what Sentinels can't tell; what is none answers what redis-py does not expect.
NO_ANSWER = (RedisError, AttributeError, LookupError, TypeError, ValueError)


def unknown(sentinels: list[tuple[str, int]], service: str, error: Exception) -> str:
    """Return what is told when no Sentinel names a server; nothing of the words of what is no Sentinel."""
    reason = error if isinstance(error, MasterNotFoundError) else type(error).__name__
    addresses = ", ".join(f"{host}:{port}" for host, port in sentinels)
    return f"expected a Sentinel at {addresses} that says where {service!r} is, found none: {reason}"


class Sentinels(ABC, Generic[Answer]):
    """Sentinels that are asked one thing, by threads.

    sentinels: host and port of each.
    service: the name under which they watch the server.
    sentinel_kwargs: arguments of the connections to the Sentinels, without retries: the next one is asked instead.
    """

    def __init__(self, sentinels: list[tuple[str, int]], service: str, sentinel_kwargs: dict[str, Any]) -> None:
        self._addresses = sentinels
        self._sentinel_kwargs = sentinel_kwargs
        self._service = service
        self.known: Answer | None = None
        self._restart()

    def _restart(self) -> None:
        """Begin anew, in the child of a fork too: a thread may be asking that the child does not have."""
        self._pid = os.getpid()
        self._sentinel = Sentinel(self._addresses, sentinel_kwargs=self._sentinel_kwargs)
        # No lock that is handed on from one who waits to the next: each would queue for the interpreter with it.
        self._answered = threading.Condition()
        self._asking: int | None = None
        self._asked = float("-inf")
        self._problem = ""

    @abstractmethod
    def _discover(self) -> Answer:
        """Ask the Sentinels, one after the other; raise one of NO_ANSWER when none of them says."""

    def answer(self, seconds: float) -> Answer:
        """Return what the Sentinels say now.

        seconds: how long to wait for other threads that are asking already.

        Raises MasterNotFoundError, one of redis-py's ConnectionErrors, when no Sentinel says it.
        """
        if self._pid != os.getpid():
            self._restart()
        came = monotonic()
        # An answer that was asked for after this caller came is as good as its own, also that they do not know.
        while self._asked < came:
            if not self._is_another_asking(came + seconds):
                self._ask()
        if self.known is None or self._problem:
            raise MasterNotFoundError(self._problem)
        return self.known

    def _is_another_asking(self, deadline: float) -> bool:
        """Wait for the answer to a thread that is asking, if there is one; else take its place.

        Raises MasterNotFoundError when there is none in time.
        """
        me = threading.get_ident()
        with self._answered:
            if self._asking in (None, me):  # a signal handler may interrupt whom it asks again for
                self._asking = me
                return False
            if not self._answered.wait(deadline - monotonic()):
                raise MasterNotFoundError(f"the Sentinels did not say in time where {self._service!r} is")
            return True

    def _ask(self) -> None:
        try:
            self._note_what_they_say()
        finally:
            with self._answered:
                self._asking = None
                self._answered.notify_all()

    def _note_what_they_say(self) -> None:
        asked = monotonic()
        try:
            self.known = self._discover()
        except NO_ANSWER as error:
            self._problem = unknown(self._addresses, self._service, error)
        else:
            self._problem = ""
        self._asked = asked

    def close(self) -> None:
        """Close the connections to the Sentinels."""
        self._sentinel.close()
