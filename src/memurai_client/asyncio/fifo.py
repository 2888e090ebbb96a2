"""A pool of connections that serves tasks in the order in which they came.

redis-py's BlockingConnectionPool starves: a task that gives its connection back takes it again before the waiter that
was woken runs. Here a connection that is given back belongs to the task that waits longest from that moment on.

One pool may be used by several event loops, one after the other (tests, asyncio.run) or side by side in threads: each
loop has connections of its own. Giving back awaits nothing, so it can't be cancelled half way.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections import deque
from time import monotonic
from typing import Any, NoReturn, cast

import redis
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.maint_notifications import MaintNotificationsConfig
from redis.observability.attributes import (
    DB_CLIENT_CONNECTION_POOL_NAME,
    DB_CLIENT_CONNECTION_STATE,
    AttributeBuilder,
    ConnectionState,
    get_pool_name,
)
from redis.observability.recorder import (
    is_enabled,
    record_connection_count,
    record_connection_create_time,
    record_connection_timeout,
    record_connection_wait_time,
)

from memurai_client.alarm import Alarm
from memurai_client.asyncio.connection import DeadlineConnection, hang_up
from memurai_client.exceptions import ConfigurationError, PoolClosed, PoolExhausted
from memurai_client.fifo import STALE_SECONDS, SWEEP_SECONDS
from memurai_client.statistics import Statistics

Turn = asyncio.Future[DeadlineConnection | None]


class LoopConnections:
    """The connections that one event loop has.

    loop: the loop.
    spare: how many are opened beforehand.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, spare: int) -> None:
        self.loop = loop
        self.pid = os.getpid()
        self.idle: deque[DeadlineConnection] = deque()
        self.waiters: deque[Turn] = deque()
        # Connections in use are known by weak references only: a caller that forgets one gives its place back.
        self.places: set[weakref.ref[DeadlineConnection]] = set()
        self.forgotten: deque[weakref.ref[DeadlineConnection]] = deque()
        self.next_sweep = monotonic() + SWEEP_SECONDS
        self.is_warm = spare == 0

    @property
    def in_use(self) -> int:
        """How many connections tasks have."""
        return len(self.places) - len(self.forgotten) - len(self.idle)

    @property
    def waiting(self) -> int:
        """How many tasks wait, those included that were cancelled and not looked at yet."""
        return len(self.waiters)

    def hang_up(self) -> None:
        """Close all connections of a loop that has ended."""
        for place in self.places:
            if (connection := place()) is not None:
                hang_up(connection)

    def forget_the_gone(self) -> None:
        """Forget the tasks at the head of the queue that wait no longer."""
        while self.waiters and self.waiters[0].done():
            self.waiters.popleft()


class FifoConnectionPool(ConnectionPool):
    """First come, first served.

    size: the most connections of each event loop.
    wait: seconds that a task waits for one.
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
        alarm: Alarm,
        connection_class: type[DeadlineConnection] = DeadlineConnection,
        **connection_kwargs: Any,
    ) -> None:
        self.wait = wait
        self.spare = spare
        self.statistics = statistics
        self.closed = False
        self._alarm = alarm
        self._loops: dict[asyncio.AbstractEventLoop, LoopConnections] = {}
        super().__init__(
            connection_class=connection_class,
            max_connections=size,
            # With them redis-py (8.1) hands out connections without looking whether an answer waits in them.
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            statistics=statistics,
            **connection_kwargs,
        )
        self._name = get_pool_name(self)

    def _mine(self) -> LoopConnections:
        """Return the connections of the running loop, and of this process."""
        loop = asyncio.get_running_loop()
        mine = self._loops.get(loop)
        if mine is None or mine.pid != os.getpid():
            self._close_ended_loops()
            mine = self._loops[loop] = LoopConnections(loop, self.spare)
        return mine

    def _close_ended_loops(self) -> None:
        pid = os.getpid()
        for loop, connections in list(self._loops.items()):
            if connections.pid != pid:
                self.statistics.restart()
                del self._loops[loop]  # the parent has them
            elif loop.is_closed():
                del self._loops[loop]
                connections.hang_up()

    @property
    def loops(self) -> list[LoopConnections]:
        """The connections of all event loops that are still there."""
        return [connections for loop, connections in list(self._loops.items()) if not loop.is_closed()]

    async def get_connection(self, command_name: Any = None, *keys: Any, **options: Any) -> DeadlineConnection:  # noqa: ARG002
        """Return a connection that is ready to be used, after the tasks that came before.

        Raises PoolExhausted when none became free in time, PoolClosed after close().
        """
        began = monotonic()
        mine = self._mine()
        connection = self._take(mine) or await self._wait_for_turn(mine)
        try:
            if connection.is_connected:
                await self._look_at(connection)
            else:
                await self._opened(connection)
        except BaseException:
            connection.abort()
            self._take_back(connection)
            raise
        self._alarm.notice(mine.in_use)
        if is_enabled():
            record_connection_wait_time(pool_name=self._name, duration_seconds=monotonic() - began)
        if not mine.is_warm:
            await self.warm_up()
        return connection

    async def _opened(self, connection: DeadlineConnection) -> None:
        began = monotonic()
        connection.call.arm()
        await connection.connect()
        connection.call.armed = True
        # Its type names the pools for threads; of either kind it wants the name alone.
        record_connection_create_time(connection_pool=cast("Any", self), duration_seconds=monotonic() - began)

    async def _look_at(self, connection: DeadlineConnection) -> None:
        """Open the connection anew unless it is as the last task should have left it."""
        connection.call.arm()
        try:
            dirty = not connection.reusable or await connection.can_read()
        except (redis.ConnectionError, OSError):
            dirty = True  # closed by the server: there is nothing on it that could be lost
        if dirty:
            connection.abort()
            await self._opened(connection)

    def _take(self, mine: LoopConnections) -> DeadlineConnection | None:
        if self.closed:
            raise PoolClosed("the pool was closed; make another one with get_optimized_redis_pool()")
        self._reclaim(mine)
        mine.forget_the_gone()
        return None if mine.waiters else self._free(mine)

    def _free(self, mine: LoopConnections) -> DeadlineConnection | None:
        """Check out what was used last, or a new connection, if there is one to be had."""
        if mine.idle:
            return self._check_out(mine.idle.pop())
        if len(mine.places) < self.max_connections:
            return self._check_out(self._make(mine))
        return None

    def _make(self, mine: LoopConnections) -> DeadlineConnection:
        connection: DeadlineConnection = self.make_connection()
        connection.home = mine
        mine.places.add(weakref.ref(connection, mine.forgotten.append))
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.IDLE, counter=1)
        return connection

    def _check_out(self, connection: DeadlineConnection) -> DeadlineConnection:
        connection.checked_out = True
        self._record(-1)
        return connection

    def _record(self, idle: int) -> None:
        """Tell OpenTelemetry, as redis-py does, that so many connections more are idle, and fewer in use."""
        if not is_enabled():
            return
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.IDLE, counter=idle)
        record_connection_count(pool_name=self._name, connection_state=ConnectionState.USED, counter=-idle)

    def _reclaim(self, mine: LoopConnections) -> None:
        """Take back the places of connections that no task has any more."""
        if not mine.forgotten:
            return
        while mine.forgotten:
            mine.places.discard(mine.forgotten.popleft())
        while mine.waiters and len(mine.places) < self.max_connections:
            self._hand_over(mine, self._check_out(self._make(mine)))

    def _hand_over(self, mine: LoopConnections, connection: DeadlineConnection) -> None:
        """Give the connection to the task that waits longest, else keep it."""
        while mine.waiters:
            turn = mine.waiters.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        connection.checked_out = False
        connection.idle_since = monotonic()
        mine.idle.append(connection)
        self._record(1)

    async def _wait_for_turn(self, mine: LoopConnections) -> DeadlineConnection:
        began = monotonic()
        turn: Turn = mine.loop.create_future()
        mine.waiters.append(turn)
        timer = mine.loop.call_later(self.wait, _pass_over, turn)
        try:
            connection = await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and (handed := turn.result()) is not None:
                self._take_back(handed)
            raise
        finally:
            timer.cancel()
            mine.forget_the_gone()
        return self._result_of_wait(mine, connection, monotonic() - began)

    def _result_of_wait(
        self, mine: LoopConnections, connection: DeadlineConnection | None, waited: float
    ) -> DeadlineConnection:
        if connection is None and not self.closed:
            self._reclaim(mine)
            connection = self._free(mine)
        self.statistics.waited(waited, exhausted=connection is None and not self.closed)
        if connection is not None:
            return connection
        if self.closed:
            raise PoolClosed("the pool was closed while a task waited for a connection")
        record_connection_timeout(pool_name=self._name)
        raise PoolExhausted(self.max_connections, waited, mine.waiting + 1)

    async def release(self, connection: DeadlineConnection) -> None:  # type: ignore[override]
        """Take a connection back, and hand it on: one that still owes an answer is closed first."""
        self._take_back(connection)

    def _take_back(self, connection: DeadlineConnection) -> None:
        mine = connection.home
        if not connection.checked_out or not isinstance(mine, LoopConnections):
            return
        if mine.pid != os.getpid() or mine.loop.is_closed():
            return  # of a loop that is gone, or of the parent: nobody waits for it
        connection.call.end()
        if self.closed or not connection.reusable:
            connection.abort()
        self._hand_over(mine, connection)
        self._close_stale(mine)

    def _close_stale(self, mine: LoopConnections) -> None:
        """Close the connections that nobody used for long."""
        now = monotonic()
        if now < mine.next_sweep:
            return
        mine.next_sweep = now + SWEEP_SECONDS
        while len(mine.idle) > self.spare and now - mine.idle[0].idle_since > STALE_SECONDS:
            mine.idle.popleft().abort()
            self.statistics.count("stale_connections_closed")

    async def warm_up(self) -> None:
        """Open connections beforehand, together, so that a first burst finds some.

        What can't be opened is counted, and left to the calls: they say why.
        """
        mine = self._mine()
        mine.is_warm = True
        missing = self.spare - len(mine.places)
        if not self.closed and not mine.waiting and missing > 0:
            spares = [self._check_out(self._make(mine)) for _ in range(missing)]
            try:
                await asyncio.gather(*(self._open_spare(connection) for connection in spares))
            finally:
                for connection in spares:
                    self._take_back(connection)

    async def _open_spare(self, connection: DeadlineConnection) -> None:
        connection.call.arm()
        try:
            async with asyncio.timeout(connection.call.left()):
                await connection.connect_check_health(check_health=False, retry_socket_connect=False)
        except (redis.ConnectionError, redis.TimeoutError, TimeoutError):
            connection.abort()

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close what is free in this event loop at once, and what is in use when it comes back."""
        mine = self._mine()
        if inuse_connections:
            for place in mine.places:
                if (connection := place()) is not None and connection.checked_out:
                    connection.mark_for_reconnect()
        for connection in mine.idle:
            connection.abort()

    async def aclose(self) -> None:
        """Close for good: tasks that wait or come get PoolClosed, connections in use are closed when given back."""
        self.closed = True
        self._close_ended_loops()
        for connections in self.loops:
            for turn in connections.waiters:
                connections.loop.call_soon_threadsafe(_pass_over, turn)
            while connections.idle:
                connections.idle.popleft().abort()
        await asyncio.sleep(0)  # sockets are closed in the loop's next turn

    def reset(self) -> None:
        """Forget all connections."""
        self._loops.clear()

    def set_retry(self, retry: Retry) -> NoReturn:
        """Refuse: redis-py's retries would multiply again.

        Raises ConfigurationError.
        """
        raise ConfigurationError(
            f"retry: expected a budget for each call (budget_seconds of the pool), found {type(retry).__name__}"
        )

    def get_connection_count(self) -> list[tuple[int, dict[str, Any]]]:
        """Return how many connections are idle and in use, with OpenTelemetry's attributes."""
        counts = (
            (sum(len(connections.idle) for connections in self.loops), ConnectionState.IDLE),
            (sum(connections.in_use for connections in self.loops), ConnectionState.USED),
        )
        base = AttributeBuilder.build_base_attributes()
        return [
            (number, {**base, DB_CLIENT_CONNECTION_POOL_NAME: self._name, DB_CLIENT_CONNECTION_STATE: state.value})
            for number, state in counts
        ]


def _pass_over(turn: Turn) -> None:
    """End a wait without a connection."""
    if not turn.done():
        turn.set_result(None)
