"""redis-py's connections, kept to their call's deadline, and never reused with an answer still to be read.

What they add to redis-py's (8.1): every operation on the socket gets what is left of the deadline; a connection knows
which replies it still owes, whether its handshake was finished, and in which process it was opened; a server that is no
server for this library is told in one sentence.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

import redis
from redis.connection import Connection, SSLConnection
from redis.utils import SENTINEL

from memurai_client.call import Call, PrimaryMoved
from memurai_client.commands import Command, is_repeatable, own_wait
from memurai_client.exceptions import AuthenticationFailed, ReadOnlyPool, UnsuitableServer
from memurai_client.packing import packing_arguments
from memurai_client.refusals import TEMPORARY, ServerBusy, word_of
from memurai_client.retry import DeadlineRetry
from memurai_client.statistics import Statistics
from memurai_client.tls import tls_context

if TYPE_CHECKING:
    from memurai_client.replicas import Turns


class Primary(Protocol):
    """Who knows where the primary is."""

    known: tuple[str, int] | None

    def address(self, seconds: float) -> tuple[str, int]:
        """Ask for host and port of the primary, for so many seconds."""
        ...


class Replicas(Protocol):
    """Who knows where the replicas are."""

    turns: Turns

    def address(self, seconds: float) -> tuple[str, int]:
        """Ask for host and port of the server whose turn it is, for so many seconds."""
        ...


def refusal(error: Exception, address: str) -> Exception:
    """Return what is told of a handshake that a server did not go along with; nothing of the server's own words.

    error: what redis-py says.
    address: host and port of the server.
    """
    if isinstance(error, redis.AuthenticationError):
        return AuthenticationFailed(
            f"{address} refused the user or its password; give the right one in REDIS_PASSWORD or "
            "REDIS_PASSWORD_FILE, or in the URL"
        )
    if word_of(error) in TEMPORARY:
        return ServerBusy(f"{address} can't serve a new connection at the moment: it answers {word_of(error)}")
    if isinstance(error, redis.ResponseError) and "unknown command" in str(error).lower():
        return UnsuitableServer(
            f"{address} does not know HELLO: expected Memurai 2 or Redis 6 or newer, with HELLO not renamed"
        )
    if isinstance(error, redis.ResponseError) and "db index" in str(error).lower():
        return UnsuitableServer(
            f"{address} does not have the database of the URL or of REDIS_DB: DB index is out of range"
        )
    if isinstance(error, redis.ResponseError):
        return UnsuitableServer(f"{address} refused the connection's set-up with a {type(error).__name__}")
    return UnsuitableServer(
        f"{address} answers, but not as Redis does: expected the port of a Memurai or Redis server, and rediss:// "
        "where that port speaks TLS"
    )


# A server that answers HELLO with something else than a map makes redis-py ask a text for a key.
HANDSHAKE_ERRORS = (redis.AuthenticationError, redis.ResponseError, redis.exceptions.InvalidResponse, AttributeError)


# How much too late or too early an operation on a socket may give up.
_TOLERANCE_SECONDS = 0.05


class DeadlineSocket:
    """A connected socket that gives each operation what is left of its call's deadline.

    redis-py sets one timeout for all reads: a server that answers in drops could make a call last for ever.
    """

    __slots__ = ("_call", "_connected", "_timeout", "suspended")

    def __init__(self, connected: socket.socket, call: Call) -> None:
        self._connected = connected
        self._call = call
        self._timeout = connected.gettimeout()
        self.suspended = False

    def settimeout(self, seconds: float | None) -> None:
        """Set the timeout of the operations to come."""
        self._connected.settimeout(seconds)
        self._timeout = seconds

    def _limit(self) -> None:
        if self.suspended:
            return
        limit = self._call.limit()
        # Setting it is a call of the system that lets another thread go first: twice a call, were it done each time.
        if limit is None or self._timeout is None or abs(limit - self._timeout) > _TOLERANCE_SECONDS:
            self.settimeout(limit)

    def sendall(self, data: bytes) -> None:
        """Send all of it, within the deadline."""
        self._limit()
        self._connected.sendall(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive what there is, within the deadline."""
        self._limit()
        return self._connected.recv(size, flags) if flags else self._connected.recv(size)

    def recv_into(self, buffer: bytearray) -> int:
        """Receive what there is, within the deadline."""
        self._limit()
        return self._connected.recv_into(buffer)

    def __getattr__(self, name: str) -> Any:
        """Be the socket in everything else."""
        return getattr(self._connected, name)


class DeadlineConnection(Connection):
    """A connection of a FIFO pool.

    budget: seconds for each call.
    statistics: where the pool counts.
    """

    def __init__(self, *, budget: float, statistics: Statistics, **kwargs: Any) -> None:
        self.call = Call(budget)
        self.idle_since = 0.0
        # For each command that was packed and is sent next, whether it may be sent twice.
        self._packed: list[bool] = []
        # Whose connection it is: a pool begins another generation after a fork.
        self.generation: object = None
        self.checked_out = False
        super().__init__(socket_timeout=budget, socket_connect_timeout=budget / 2, **packing_arguments(), **kwargs)
        self.retry = DeadlineRetry(self.call, statistics)
        self._statistics = statistics

    @property
    def reusable(self) -> bool:
        """Whether another caller may have the connection as it is."""
        return self.call.clean and not self._should_reconnect

    @property  # type: ignore[misc]  # redis-py's has a setter, for maintenance notifications, which are off
    def socket_timeout(self) -> float:
        """Seconds for what comes next on the socket: redis-py asks when it connects."""
        return self.call.left()

    @property  # type: ignore[misc]  # the same
    def socket_connect_timeout(self) -> float:
        """Seconds for one attempt to connect: half of the budget, so that there is time for another address."""
        return min(self.call.budget / 2, self.call.left())

    def connect(self) -> None:
        """Connect unless connected, as often as the deadline allows."""
        self.retry.call_with_retry(
            lambda: self.connect_check_health(check_health=False, retry_socket_connect=False),
            lambda _error: self.disconnect(),
        )

    def _connect(self) -> DeadlineSocket:
        try:
            connected = DeadlineSocket(super()._connect(), self.call)
        except OSError:
            self._statistics.count("connection_failures")
            raise
        self.pid = os.getpid()
        return connected

    def on_connect_check_health(self, check_health: bool = True) -> None:  # noqa: ARG002
        """Make the handshake, without redis-py's check by PING in the middle of it.

        Raises AuthenticationFailed or UnsuitableServer when the server does not go along.
        """
        self.call.begin_handshake()
        try:
            super().on_connect_check_health(check_health=False)
        except HANDSHAKE_ERRORS as error:
            self._statistics.count("connection_failures")
            # Without its cause: a server may repeat the request in its error, and with it the password.
            raise refusal(error, self._host_error()) from None
        finally:
            self.call.commands = 0  # the handshake is not the caller's command
        self.call.usable = True
        self._statistics.count("connections_opened")

    def disconnect(self, *args: Any, **kwargs: Any) -> None:
        """Close the connection, if open."""
        self.call.usable = False  # a signal may leave it half closed
        super().disconnect(*args, **kwargs)
        self.call.forget()

    def send_command(self, *args: Any, **kwargs: Any) -> None:
        """Send one command."""
        packed = self._command_packer.pack(*args)
        self._send(packed, 1, is_repeatable(args), own_wait(args), kwargs.get("check_health", True))

    def pack_command(self, *args: Any) -> Any:
        """Pack a command, and remember what it is until it is sent."""
        packed = super().pack_command(*args)
        self._packed.append(is_repeatable(args))
        return packed

    def pack_commands(self, commands: Iterable[Command]) -> list[bytes]:
        """Pack the commands of a pipeline, and remember what they are until they are sent."""
        listed = list(commands)
        packed: list[bytes] = super().pack_commands(listed)
        self._packed.extend(map(is_repeatable, listed))
        return packed

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Send what was packed before."""
        packed, self._packed = self._packed, []
        self._send(command, len(packed), all(packed), 0, check_health)

    def _send(self, packed: Any, count: int, repeatable: bool, wait: float | None, check_health: bool) -> None:
        self._prepare(check_health)
        call = self.call
        call.repeatable = repeatable
        if wait != 0:
            call.wait_longer(wait)
        call.sending(count)
        super().send_packed_command(packed, check_health=False)

    def _prepare(self, check_health: bool) -> None:
        """Have a connection of this process, and where it was long unused one that answers."""
        self._refuse_the_parents()
        if self._sock is None:
            self.connect_check_health(check_health=False)
        if check_health and self.health_check_interval and monotonic() > self.next_health_check:
            self.check_health()
            self.call.commands = 0

    def _refuse_the_parents(self) -> None:
        """Leave alone what was opened before a fork: whoever read there would take the parent's answers and messages.

        A subscription connects again, and has its own.
        """
        if self._sock is not None and self.pid != os.getpid():
            self.disconnect()  # closes this process's copy: the connection itself is the parent's
            raise redis.ConnectionError("the connection was opened by the process that this one was forked from")

    def can_read(self, timeout: float = 0) -> bool:
        """Look whether something is there to be read, for as long as the caller says.

        redis-py's own parser reads to find out: without hiredis it would wait for as long as the call has.
        """
        self._refuse_the_parents()
        connected = self._sock
        if connected is None:
            return super().can_read(timeout)
        connected.suspended = True
        try:
            return super().can_read(timeout)
        finally:
            connected.suspended = False

    def read_response(
        self,
        disable_decoding: bool = False,
        *,
        timeout: Any = SENTINEL,
        disconnect_on_error: bool = True,
        push_request: bool = False,
    ) -> Any:
        """Read one reply.

        Raises PrimaryMoved when a server says that it is no primary and Sentinels know which one is.
        """
        self._refuse_the_parents()
        if timeout is not SENTINEL:
            return self._read_at_leisure(disable_decoding, timeout, disconnect_on_error, push_request)
        try:
            reply = super().read_response(disable_decoding, push_request=push_request)
        except redis.ResponseError as error:
            self.call.unread -= 1
            raise self._answered(error) from None
        self.call.unread -= 1
        self.call.look_at(reply)
        return reply

    def _answered(self, error: redis.ResponseError) -> Exception:
        return self.call.told(error)

    def _read_at_leisure(
        self, disable_decoding: bool, timeout: float | None, disconnect_on_error: bool, push_request: bool
    ) -> Any:
        """Read what a subscription is waiting for: the caller says how long."""
        connected = self._sock
        if connected is not None:
            connected.suspended = True
        try:
            return super().read_response(
                disable_decoding, timeout=timeout, disconnect_on_error=disconnect_on_error, push_request=push_request
            )
        finally:
            if connected is not None:
                connected.suspended = False


class DeadlineSSLConnection(DeadlineConnection, SSLConnection):
    """The same over TLS."""

    def _wrap_socket_with_ssl(self, sock: socket.socket) -> ssl.SSLSocket:
        context = tls_context(self.ca_certs, self.certfile, self.keyfile, check_hostname=self.check_hostname)
        return context.wrap_socket(sock, server_hostname=self.host)


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

    def _connect(self) -> DeadlineSocket:
        self.host, self.port = self._primary.address(self.call.left())
        return super()._connect()

    def _answered(self, error: redis.ResponseError) -> Exception:
        if word_of(error) != "READONLY":
            return super()._answered(error)
        self.disconnect()
        return PrimaryMoved(f"{self._host_error()} is no longer the primary")


class PrimarySSLConnection(PrimaryConnection, DeadlineSSLConnection):
    """The same over TLS."""


def write_refused(address: str) -> ReadOnlyPool:
    """Return what is told of a command that writes, on a connection to a replica.

    address: host and port of the replica.
    """
    return ReadOnlyPool(
        f"the pool of get_optimized_redis_pool(role='replica') is for reads, and {address} refused a command that "
        "writes; use the pool of get_optimized_redis_pool() for it, which goes to the primary"
    )


class ReplicaConnection(DeadlineConnection):
    """A connection to the next of the replicas that the Sentinels name, asked each time it connects."""

    def __init__(self, *, replicas: Replicas, **kwargs: Any) -> None:
        self._replicas = replicas
        super().__init__(**kwargs)

    @property
    def reusable(self) -> bool:
        """Whether another caller may have the connection as it is: not when its server is no replica by now."""
        return super().reusable and self._replicas.turns.keeps((self.host, self.port))

    def _connect(self) -> DeadlineSocket:
        while True:
            self.host, self.port = self._replicas.address(self.call.left())
            try:
                return super()._connect()
            except OSError:
                if not self._replicas.turns.avoid((self.host, self.port)):
                    raise

    def on_connect_check_health(self, check_health: bool = True) -> None:
        """Make the handshake; a server that does not come to its end is left alone for a while."""
        try:
            super().on_connect_check_health(check_health)
        except (redis.ConnectionError, redis.TimeoutError):
            self._replicas.turns.avoid((self.host, self.port))
            raise
        if self._replicas.turns.opened((self.host, self.port)):
            self._statistics.count("connections_to_primary")

    def _answered(self, error: redis.ResponseError) -> Exception:
        return write_refused(self._host_error()) if word_of(error) == "READONLY" else super()._answered(error)


class ReplicaSSLConnection(ReplicaConnection, DeadlineSSLConnection):
    """The same over TLS."""
