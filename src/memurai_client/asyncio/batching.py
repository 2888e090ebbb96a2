"""Commands of one turn of the event loop, sent together: a thousand callers then cost one write and one read."""

import asyncio
import inspect
import math
from time import monotonic
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.exceptions import DataError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from memurai_client.asyncio.connection import DeadlineConnection
from memurai_client.commands import is_repeatable, name_of, own_wait
from memurai_client.conversation import Request
from memurai_client.observation import PIPELINE, answered, failed

Asked = tuple[Request, asyncio.Future[Any]]


class Batch:
    """Sends what is asked in one turn of an event loop as one pipeline (no transaction), on one connection of a pool.

    A command is sent once: a connection that breaks, or a server that does not answer within the connection's
    `socket_timeout` (seconds, for the whole batch), fails all commands of the batch that have no reply yet. This
    library's pools have their own deadline, and send again what may be sent again; it goes out apart from the rest.

    Args:
        pool: The pool.
    """

    _of_pools: ClassVar[WeakValueDictionary[ConnectionPool, "Batch"]] = WeakValueDictionary()

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        # Of each loop's turn, what may be sent again and what may not.
        self._turns: dict[tuple[asyncio.AbstractEventLoop, bool], list[Asked]] = {}
        self._exchanges: set[asyncio.Task[None]] = set()

    @classmethod
    def of(cls, pool: ConnectionPool) -> "Batch":
        """Return the one batch of `pool`, so that all who use the pool share a turn's pipeline."""
        batch = cls._of_pools.get(pool)
        if batch is None:
            batch = cls._of_pools[pool] = cls(pool)
        return batch

    def ask(self, *request: str | bytes | float) -> asyncio.Future[Any]:
        """Send a command with the others of this turn, and return its reply's future (raw, as the connection reads)."""
        loop = asyncio.get_running_loop()
        turn = loop, is_repeatable(request)
        asked = self._turns.get(turn)
        if asked is None:
            asked = self._turns[turn] = []
            loop.call_soon(self._send, turn)
        reply = loop.create_future()
        asked.append((request, reply))
        return reply

    def _send(self, turn: tuple[asyncio.AbstractEventLoop, bool]) -> None:
        exchange = turn[0].create_task(self._exchange(self._turns.pop(turn)))
        self._exchanges.add(exchange)
        exchange.add_done_callback(self._exchanges.discard)

    async def _exchange(self, asked: list[Asked]) -> None:
        try:
            connection = await self._pool.get_connection()
            began = monotonic()
            try:
                await _converse_in_time(connection, asked)
            except BaseException as error:
                # Whatever interrupted it, its replies may still come, and must not be another one's.
                await connection.disconnect(nowait=True)
                if isinstance(error, Exception):
                    failed(connection, error)
                raise
            else:
                answered(connection, PIPELINE, began)
            finally:
                await self._pool.release(connection)
        except Exception as error:  # noqa: BLE001 - every caller is told
            for _request, reply in _open(asked):
                reply.set_exception(error)
        finally:
            # Only a loop that ends cancels an exchange.
            for _request, reply in _open(asked):
                reply.cancel()


def _open(asked: list[Asked]) -> list[Asked]:
    """Return what has no reply yet, and whose caller was not cancelled."""
    return [(request, reply) for request, reply in asked if not reply.done()]


async def _converse_in_time(connection: AbstractConnection, asked: list[Asked]) -> None:
    if isinstance(connection, DeadlineConnection):
        await connection.retry.call_with_retry(
            lambda: _converse(connection, asked, None), lambda _error: connection.disconnect()
        )
        return
    seconds = connection.socket_timeout
    try:
        # One timer for all: a timer for each reply would cost more than reading it.
        async with asyncio.timeout(seconds):
            await _converse(connection, asked, math.inf)
    except TimeoutError:
        raise RedisTimeoutError(
            f"no answer within {seconds:g} s to {len(asked)} commands sent together; they may have been executed"
        ) from None


async def _converse(connection: AbstractConnection, asked: list[Asked], seconds: float | None) -> None:
    """Send what has no reply yet, and read the replies, each within `seconds` (none: as the connection has it)."""
    sent, packed = _packed(connection, _open(asked))
    if not sent:
        return
    await connection.send_packed_command(packed)
    for reply in sent:
        await _read(connection, reply, seconds)


def _packed(connection: AbstractConnection, asked: list[Asked]) -> tuple[list[asyncio.Future[Any]], list[bytes]]:
    try:
        return [reply for _request, reply in asked], connection.pack_commands([request for request, _reply in asked])
    except (DataError, UnicodeError):
        sendable = [(request, reply) for request, reply in asked if _is_sendable(connection, request, reply)]
        return [reply for _request, reply in sendable], connection.pack_commands([request for request, _ in sendable])


def _is_sendable(connection: AbstractConnection, request: Request, reply: asyncio.Future[Any]) -> bool:
    """Tell whether a command can be packed; one that can't fails its caller alone."""
    try:
        connection.pack_command(*request)
    except (DataError, UnicodeError) as error:
        reply.set_exception(error)
        return False
    return True


async def _read(connection: AbstractConnection, reply: asyncio.Future[Any], seconds: float | None) -> None:
    try:
        read = await connection.read_response(timeout=seconds)
    except ResponseError as error:
        if not reply.done():
            reply.set_exception(error)
    else:
        # Its caller may have been cancelled meanwhile: then the reply is nobody's.
        if not reply.done():
            reply.set_result(read)


# They mean the connection they are sent on, which must not be one that others share.
_OF_THE_CONNECTION = """
    AUTH CLIENT DISCARD EXEC HELLO HIMPORT MONITOR MULTI PSUBSCRIBE PSYNC PUNSUBSCRIBE QUIT READONLY READWRITE RESET
    SELECT SHUTDOWN SSUBSCRIBE SUBSCRIBE SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WATCH
"""
OF_THE_CONNECTION = frozenset(_OF_THE_CONNECTION.split())


class BatchingRedis(Redis):
    """A `redis.asyncio.Redis` whose commands of one turn of the event loop go out together.

    Make it of a pool: `BatchingRedis(connection_pool=client.connection_pool)`. Commands that wait at the server or
    change their connection go out alone, as redis-py sends them; so do pipelines, transactions and subscriptions. What
    goes out together is sent once, never again after an error.
    """

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command together with the others of this turn, and return its parsed response."""
        if self._goes_alone(args, options):
            return await super().execute_command(*args, **options)
        reply = await Batch.of(self.connection_pool).ask(*args)
        options.pop("keys", None)  # of the client's cache, no callback takes it
        callback = self.response_callbacks.get(args[0])
        if callback is None:
            return reply
        parsed = callback(reply, **options)
        return await parsed if inspect.isawaitable(parsed) else parsed

    def _goes_alone(self, command: tuple[Any, ...], options: dict[str, Any]) -> bool:
        return (
            self.connection is not None
            or own_wait(command) != 0
            or name_of(command[0]).partition(" ")[0] in OF_THE_CONNECTION
            or NEVER_DECODE in options
            or EMPTY_RESPONSE in options
        )
