"""A pool of connections that serves callers in the order in which they came.

redis-py's BlockingConnectionPool wakes a waiter and lets whoever runs first take the connection, which is mostly the
caller that gave it back. Here a connection that is given back is handed to the caller that waits longest.

Nothing is lost for ever: the pool holds its connections in use by weak references only. A caller that was torn away
from its connection by an exception out of a signal handler, in whichever line, forgets it: its place is free again.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from time import monotonic
from typing import Any, NoReturn

import redis
from redis.connection import ConnectionPool
from redis.maint_notifications import MaintNotificationsConfig
from redis.observability.attributes import ConnectionState, get_pool_name
from redis.observability.recorder import (
    is_enabled,
    record_connection_count,
    record_connection_create_time,
    record_connection_timeout,
    record_connection_wait_time,
)
from redis.retry import Retry

from memurai_client.alarm import Alarm
from memurai_client.connection import DeadlineConnection
from memurai_client.exceptions import ConfigurationError, PoolClosed, PoolExhausted
from memurai_client.statistics import Statistics

# Connections that nobody used for so long are closed, but for those that are kept warm.
STALE_SECONDS = 300.0
SWEEP_SECONDS = 30.0


class Waiter:
    """A caller that waits for its turn.

    connection: what it was handed.
    called: whether its turn has come, or never will because the pool was closed.
    """

    __slots__ = ("__weakref__", "connection", "turn")

    def __init__(self) -> None:
        self.connection: DeadlineConnection | None = None
        self.turn = threading.Lock()
        self.turn.acquire()


class FifoConnectionPool(ConnectionPool):
    """First come, first served.

    size: the most connections of this process.
    wait: seconds that a caller waits for one.
    spare: connections that are opened beforehand and stay open.
    statistics: where waits are counted.
    alarm: told how many connections are in use.
    connection_kwargs: arguments of the connections.
    """

    def __init__(  # noqa: PLR0913  # all by name
        self,
        *,
        size: int,
        wait: float,
        spare: int,
        statistics: Statistics,
        connection_class: type[DeadlineConnection] = DeadlineConnection,
        alarm: Alarm,
        **connection_kwargs: Any,
    ) -> None:
        self.wait = wait
        self.spare = spare
        self.statistics = statistics
        self._alarm = alarm
        self._closed = False
        super().__init__(
            connection_class=connection_class,
            max_connections=size,
            # With them redis-py (8.1) hands out connections without looking whether an answer waits in them.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            statistics=statistics,
            **connection_kwargs,
        )
        self._name = get_pool_name(self)

    def reset(self) -> None:
        """Begin anew: in a new pool, and in the child of a fork, whose copies of the connections are the parent's."""
        # The lock may be held by a thread that the child does not have. Reentrant: signal handlers may call the server.
        self._lock = threading.RLock()
        self.generation = object()
        self._idle: deque[DeadlineConnection] = deque()
        self._waiters: deque[weakref.ref[Waiter]] = deque()
        self._places: set[weakref.ref[DeadlineConnection]] = set()
        self._forgotten: deque[weakref.ref[DeadlineConnection]] = deque()
        self._next_sweep = monotonic() + SWEEP_SECONDS
        self._is_warm = self.spare == 0
        self.statistics.restart()
        self.pid = os.getpid()

    # What redis-py's own methods look at.

    @property
    def _available_connections(self) -> list[DeadlineConnection]:  # type: ignore[override]
        return list(self._idle)

    @property
    def _in_use_connections(self) -> set[DeadlineConnection]:  # type: ignore[override]
        with self._lock:
            alive = {connection for place in self._places if (connection := place()) is not None}
            return alive.difference(self._idle)

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closed

    @property
    def in_use(self) -> int:
        """How many connections callers have."""
        self._checkpid()
        return self._count_in_use()

    def _count_in_use(self) -> int:
        return len(self._places) - len(self._forgotten) - len(self._idle)

    @property
    def idle(self) -> int:
        """How many connections are open and free."""
        self._checkpid()
        return sum(connection.is_connected for connection in list(self._idle))

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        self._checkpid()
        return len(self._waiters)

    def get_connection(self, command_name: Any = None, *keys: Any, **options: Any) -> DeadlineConnection:  # noqa: ARG002
        """Return a connection that is ready to be used, after the callers that came before.

        Raises PoolExhausted when none became free in time, PoolClosed after close().
        """
        began = monotonic()
        self._checkpid()
        connection = self._take()
        try:
            if not connection.is_connected:
                self._opened(connection)
            else:
                self._look_at(connection)
        except BaseException:
            connection.disconnect()
            self.release(connection)
            raise
        if is_enabled():
            record_connection_wait_time(pool_name=self._name, duration_seconds=monotonic() - began)
        if not self._is_warm:
            self.warm_up()
        return connection

    def _opened(self, connection: DeadlineConnection) -> None:
        began = monotonic()
        connection.call.arm()
        connection.connect()
        connection.call.armed = True
        record_connection_create_time(connection_pool=self, duration_seconds=monotonic() - began)

    def _look_at(self, connection: DeadlineConnection) -> None:
        """Open the connection anew unless it is as the last caller should have left it."""
        connection.call.arm()
        try:
            dirty = not connection.reusable or connection.can_read()
        except (redis.ConnectionError, OSError):
            dirty = True  # closed by the server: there is nothing on it that could be lost
        if dirty:
            connection.disconnect()
            self._opened(connection)

    def _take(self) -> DeadlineConnection:
        with self._lock:
            if self._closed:
                raise PoolClosed("the pool was closed; make another one with get_optimized_redis_pool()")
            self._reclaim()
            connection = None if self._waiters else self._free()
            if connection is None:
                waiter = Waiter()
                self._waiters.append(weakref.ref(waiter))
        if connection is None:
            return self._wait_for_turn(waiter)
        self._alarm.notice(self._count_in_use())
        return connection

    def _free(self) -> DeadlineConnection | None:
        """Check out what was used last, or a new connection, if there is one to be had; the lock is held."""
        if self._idle:
            connection = self._idle.pop()
        elif len(self._places) < self.max_connections:
            connection = self.make_connection()
        else:
            return None
        return self._check_out(connection)

    def _check_out(self, connection: DeadlineConnection) -> DeadlineConnection:
        connection.checked_out = True
        self._record(-1)
        return connection

    def make_connection(self) -> DeadlineConnection:
        """Make a connection that is not open yet; the lock is held."""
        connection: DeadlineConnection = self.connection_class(**self.connection_kwargs)
        connection.generation = self.generation
        self._places.add(weakref.ref(connection, self._forgotten.append))
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.IDLE, counter=1)
        return connection

    def _record(self, idle: int) -> None:
        """Tell OpenTelemetry, as redis-py does, that so many connections more are idle, and fewer in use."""
        if not is_enabled():
            return
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.IDLE, counter=idle)
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.USED, counter=-idle)

    def _reclaim(self) -> None:
        """Take back the places of connections that no caller has any more; the lock is held."""
        while self._waiters and self._waiters[0]() is None:
            self._waiters.popleft()
        if not self._forgotten:
            return
        while self._forgotten:
            self._places.discard(self._forgotten[0])  # looked at before it is taken: a signal may come in between
            self._forgotten.popleft()
        while self._waiters and len(self._places) < self.max_connections:
            self._hand_over(self._check_out(self.make_connection()))

    def _hand_over(self, connection: DeadlineConnection) -> None:
        """Give the connection to the caller that waits longest, else keep it; the lock is held."""
        while self._waiters:
            waiter = self._waiters.popleft()()
            if waiter is not None:
                waiter.connection = connection
                waiter.turn.release()
                return
        connection.checked_out = False
        connection.idle_since = monotonic()
        self._idle.append(connection)
        self._record(1)

    def _wait_for_turn(self, waiter: Waiter) -> DeadlineConnection:
        began = monotonic()
        try:
            waiter.turn.acquire(timeout=self.wait)
        except BaseException:  # out of a signal handler
            self._give_up(waiter)
            raise
        waited = monotonic() - began
        connection, waiters = self._leave(waiter)
        self.statistics.waited(waited, exhausted=connection is None and not self._closed)
        if connection is not None:
            return connection
        if self._closed:
            raise PoolClosed("the pool was closed while a caller waited for a connection")
        record_connection_timeout(pool_name=self._name)
        raise PoolExhausted(self.max_connections, waited, waiters)

    def _leave(self, waiter: Waiter) -> tuple[DeadlineConnection | None, int]:
        """Return what the waiter was handed, or what it finds at the last moment, and how many waited with it."""
        if waiter.connection is not None:
            return waiter.connection, 0
        with self._lock:
            waiters = len(self._waiters)
            if waiter.connection is None:
                self._reclaim()
            if waiter.connection is None:
                self._discard(waiter)
                return (None if self._closed else self._free()), waiters
            return waiter.connection, waiters

    def _discard(self, waiter: Waiter) -> None:
        reference = weakref.ref(waiter)
        if reference in self._waiters:
            self._waiters.remove(reference)

    def _give_up(self, waiter: Waiter) -> None:
        with self._lock:
            self._discard(waiter)
            connection, waiter.connection = waiter.connection, None
        if connection is not None:
            self.release(connection)

    def release(self, connection: DeadlineConnection) -> None:  # type: ignore[override]
        """Take a connection back, and hand it on.

        One that still owes an answer, or was not wholly opened, is closed first. One that was checked out before a fork
        is the parent's: the child closes its copy. A second release of a connection is none.
        """
        self._checkpid()
        if connection.generation is not self.generation:
            connection.disconnect()
            return
        if not connection.checked_out:
            return
        connection.call.end()
        if self._closed or not connection.reusable:
            connection.disconnect()
        with self._lock:
            self._hand_over(connection)
            stale = self._stale()
        for unused in stale:
            unused.disconnect()

    def _stale(self) -> list[DeadlineConnection]:
        """Forget the connections that nobody used for long; the lock is held."""
        now = monotonic()
        if now < self._next_sweep:
            return []
        self._next_sweep = now + SWEEP_SECONDS
        stale = []
        while len(self._idle) > self.spare and now - self._idle[0].idle_since > STALE_SECONDS:
            stale.append(self._idle.popleft())
        self.statistics.count("stale_connections_closed", len(stale))
        return stale

    def warm_up(self) -> None:
        """Open connections beforehand, so that a first burst finds some.

        What can't be opened is counted, and left to the calls: they say why.
        """
        self._is_warm = True
        while (connection := self._another_spare()) is not None:
            connection.call.arm()
            try:
                connection.connect_check_health(check_health=False, retry_socket_connect=False)
            except (redis.ConnectionError, redis.TimeoutError):
                return
            finally:
                self.release(connection)

    def _another_spare(self) -> DeadlineConnection | None:
        with self._lock:
            if self._closed or self._waiters or len(self._places) >= self.spare:
                return None
            return self._check_out(self.make_connection())

    def disconnect(self, inuse_connections: bool = True) -> None:
        """Close what is free at once, and what is in use when it comes back."""
        self._checkpid()
        with self._lock:
            idle = list(self._idle)
            in_use = self._in_use_connections if inuse_connections else set()
        for connection in in_use:
            connection.mark_for_reconnect()
        for connection in idle:
            connection.disconnect()

    def close(self) -> None:
        """Close for good: callers that wait or come get PoolClosed, connections in use are closed when given back."""
        self._checkpid()
        with self._lock:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
            waiters = [waiter for reference in self._waiters if (waiter := reference()) is not None]
            self._waiters.clear()
        for waiter in waiters:
            waiter.turn.release()
        for connection in idle:
            connection.disconnect()

    def set_retry(self, retry: Retry) -> NoReturn:
        """Refuse: redis-py's retries would multiply again.

        Raises ConfigurationError.
        """
        raise ConfigurationError(
            f"retry: expected a budget for each call (budget_seconds of the pool), found {type(retry).__name__}"
        )
