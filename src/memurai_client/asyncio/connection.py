"""redis-py's connections for asyncio, kept to their call's deadline, never reused with an answer still to be read."""

from __future__ import annotations

import asyncio
import socket
from asyncio.trsock import TransportSocket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import redis
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection

from memurai_client.asyncio.retry import DeadlineRetry, LoopCall
from memurai_client.call import PrimaryMoved
from memurai_client.commands import is_repeatable, own_wait
from memurai_client.connection import HANDSHAKE_ERRORS, refusal, write_refused
from memurai_client.refusals import word_of
from memurai_client.statistics import Statistics
from memurai_client.tls import tls_context

if TYPE_CHECKING:
    from memurai_client.replicas import Turns


class Primary(Protocol):
    """Who knows where the primary is."""

    known: tuple[str, int] | None

    async def address(self) -> tuple[str, int]:
        """Ask for host and port of the primary."""
        ...


class Replicas(Protocol):
    """Who knows where the replicas are."""

    turns: Turns

    async def address(self) -> tuple[str, int]:
        """Ask for host and port of the server whose turn it is."""
        ...


def hang_up(connection: AbstractConnection) -> None:
    """Close a connection whose event loop has ended: its streams can't any more, its socket can.

    A loop of uvloop has closed it when it ended.
    """
    writer = connection._writer  # noqa: SLF001  # as redis-py's own __del__ looks for it
    connected = None if writer is None else writer.get_extra_info("socket")
    if isinstance(connected, TransportSocket):
        with suppress(OSError):  # the server was first
            connected.shutdown(socket.SHUT_RDWR)


class DeadlineConnection(Connection):
    """A connection of a FIFO pool.

    budget: seconds for each call.
    statistics: where the pool counts.
    """

    def __init__(self, *, budget: float, statistics: Statistics, **kwargs: Any) -> None:
        self.call = LoopCall(budget)
        self.idle_since = 0.0
        # The event loop's part of the pool, to which the connection belongs.
        self.home: object = None
        self.checked_out = False
        self.budget = budget
        # For each command that was packed and is sent next, whether it may be sent twice.
        self._packed: list[bool] = []
        # With a timeout of sockets redis-py starts a task for each send; the call has a timer of its own.
        super().__init__(socket_timeout=None, socket_connect_timeout=budget / 2, **kwargs)
        self.retry = DeadlineRetry(self.call, statistics)
        self._statistics = statistics

    @property
    def reusable(self) -> bool:
        """Whether another caller may have the connection as it is."""
        return self.call.clean and not self._should_reconnect

    async def connect(self) -> None:
        """Connect unless connected, as often as the deadline allows."""
        if self.is_connected:
            return
        await self.retry.call_with_retry(
            lambda: self.connect_check_health(check_health=False, retry_socket_connect=False),
            lambda _error: self.disconnect(),
        )

    async def _connect(self) -> None:
        try:
            await super()._connect()
        except OSError:
            self._statistics.count("connection_failures")
            raise

    async def on_connect_check_health(self, check_health: bool = True) -> None:  # noqa: ARG002
        """Make the handshake, without redis-py's check by PING in the middle of it.

        Raises AuthenticationFailed or UnsuitableServer when the server does not go along.
        """
        self.call.begin_handshake()
        try:
            await super().on_connect_check_health(check_health=False)
        except HANDSHAKE_ERRORS as error:
            self._statistics.count("connection_failures")
            raise refusal(error, self._host_error()) from None  # as in threads
        finally:
            self.call.commands = 0  # the handshake is not the caller's command
        self.call.usable = True
        self._statistics.count("connections_opened")

    async def disconnect(
        self,
        nowait: bool = True,  # noqa: ARG002
        error: Exception | None = None,
        failure_count: int | None = None,
        health_check_failed: bool = False,
    ) -> None:
        """Close the connection, if open, without waiting for the other side."""
        await super().disconnect(True, error, failure_count, health_check_failed)
        self.call.forget()

    def abort(self) -> None:
        """Close the connection at once: what can't be cancelled leaves nothing half done."""
        self._parser.on_disconnect()
        self.reset_should_reconnect()
        self._close()
        self.call.forget()

    async def send_command(self, *args: Any, **kwargs: Any) -> None:
        """Send one command."""
        await self._prepare(kwargs.get("check_health", True))
        self.call.repeatable = is_repeatable(args)
        wait = own_wait(args)
        if wait != 0:
            self.call.wait_longer(wait)
        self.call.sending(1)
        await super().send_packed_command(super().pack_command(*args), check_health=False)

    def pack_command(self, *args: Any) -> list[bytes]:
        """Pack a command, and remember what it is until it is sent."""
        packed = super().pack_command(*args)
        self._packed.append(is_repeatable(args))
        return packed

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Send what was packed before."""
        packed, self._packed = self._packed, []
        await self._prepare(check_health)
        self.call.repeatable = all(packed)
        self.call.sending(len(packed))
        await super().send_packed_command(command, check_health=False)

    async def _prepare(self, check_health: bool) -> None:
        """Be connected, and where the connection was long unused, know that it answers."""
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health and self.health_check_interval:
            await self.check_health()
            self.call.commands = 0

    async def read_response(
        self,
        disable_decoding: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109  # redis-py's
        *,
        disconnect_on_error: bool = True,
        push_request: bool | None = False,
    ) -> Any:
        """Read one reply.

        Raises PrimaryMoved when a server says that it is no primary and Sentinels know which one is.
        """
        if push_request:  # a subscription waits for a message: the caller says how long
            self.call.wait_longer(None)
            return await super().read_response(
                disable_decoding, timeout, disconnect_on_error=disconnect_on_error, push_request=True
            )
        try:
            reply = await self._read(disable_decoding, timeout)
        except redis.ResponseError as error:
            self.call.unread -= 1
            raise self._answered(error) from None
        self.call.unread -= 1
        self.call.look_at(reply)
        return reply

    async def _read(self, disable_decoding: bool, seconds: float | None) -> Any:
        """Read one reply: under the timer of the call, or of the caller, else within what is left of the budget."""
        if self.call.timer is not None or seconds is not None:
            return await super().read_response(disable_decoding, seconds)
        try:
            async with asyncio.timeout(self.call.left()):
                return await super().read_response(disable_decoding)
        except TimeoutError as error:
            raise redis.TimeoutError(f"no answer of {self._host_error()} within {self.budget:g} s") from error

    def _answered(self, error: redis.ResponseError) -> Exception:
        return self.call.told(error)


class DeadlineSSLConnection(DeadlineConnection, SSLConnection):
    """The same over TLS."""

    def _connection_arguments(self) -> dict[str, Any]:
        context = tls_context(self.ca_certs, self.certfile, self.keyfile, check_hostname=self.check_hostname)
        return {"host": self.host, "port": self.port, "ssl": context}


class PrimaryConnection(DeadlineConnection):
    """A connection to whichever server the Sentinels say is the primary, asked each time it connects."""

    def __init__(self, *, primary: Primary, **kwargs: Any) -> None:
        self._primary = primary
        super().__init__(**kwargs)

    @property
    def reusable(self) -> bool:
        """Whether another caller may have the connection as it is: not when the primary is another server by now."""
        known = self._primary.known
        return super().reusable and (known is None or known == (self.host, self.port))

    async def _connect(self) -> None:
        self.host, self.port = await self._primary.address()
        await super()._connect()

    def _answered(self, error: redis.ResponseError) -> Exception:
        if word_of(error) != "READONLY":
            return super()._answered(error)
        self.abort()
        return PrimaryMoved(f"{self._host_error()} is no longer the primary")


class PrimarySSLConnection(PrimaryConnection, DeadlineSSLConnection):
    """The same over TLS."""


class ReplicaConnection(DeadlineConnection):
    """A connection to the next of the replicas that the Sentinels name, asked each time it connects."""

    def __init__(self, *, replicas: Replicas, **kwargs: Any) -> None:
        self._replicas = replicas
        super().__init__(**kwargs)

    @property
    def reusable(self) -> bool:
        """Whether another caller may have the connection as it is: not when its server is no replica by now."""
        return super().reusable and self._replicas.turns.keeps((self.host, self.port))

    async def _connect(self) -> None:
        while True:
            self.host, self.port = await self._replicas.address()
            try:
                return await super()._connect()
            except OSError:
                if not self._replicas.turns.avoid((self.host, self.port)):
                    raise

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        """Make the handshake; a server that does not come to its end, also in time, is left alone for a while."""
        try:
            await super().on_connect_check_health(check_health)
        except (redis.ConnectionError, redis.TimeoutError, asyncio.CancelledError):
            self._replicas.turns.avoid((self.host, self.port))
            raise
        if self._replicas.turns.opened((self.host, self.port)):
            self._statistics.count("connections_to_primary")

    def _answered(self, error: redis.ResponseError) -> Exception:
        return write_refused(self._host_error()) if word_of(error) == "READONLY" else super()._answered(error)


class ReplicaSSLConnection(ReplicaConnection, DeadlineSSLConnection):
    """The same over TLS."""
