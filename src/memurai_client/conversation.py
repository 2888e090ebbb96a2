"""Conversations with a server: what is decided stands in them, once, for blocking connections and for asyncio's."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from functools import wraps
from time import monotonic
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError, ResponseError

from memurai_client.connection import DeadlineConnection
from memurai_client.exceptions import ConfigurationError, ForeignContentError
from memurai_client.observation import answered, failed

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")
Client = TypeVar("Client", Redis, AsyncRedis)
# One command: its name and arguments.
Request: TypeAlias = tuple[str | bytes | int | float, ...]
# What is asked, request by request, and what comes of the replies.
Conversation: TypeAlias = Generator[Request, Any, Answer]


# What Redis says of a key of another type, and what a script or INCR says of a text that it can't read.
_FOREIGN = re.compile("WRONGTYPE|value is not an integer|attempt to (compare|perform arithmetic)")


def connected_pool(client: Redis | AsyncRedis) -> Any:
    """Return the pool of a client.

    Raises:
        ConfigurationError: It is one for reads from replicas.
    """
    pool = client.connection_pool
    if "replicas" in pool.connection_kwargs:
        raise ConfigurationError(
            "client: expected one whose pool writes, found one of get_optimized_redis_pool(role='replica'): limits, "
            "sessions and revoked tokens are written, and to be true they are read where they are; use "
            "get_optimized_redis_pool()"
        )
    return pool


def told(error: RedisError, request: Request) -> RedisError:
    """Return what a conversation is told of an error: of a key with something foreign in it, which key that is.

    Args:
        error: What the server answered, or became of the connection.
        request: What was asked.
    """
    if not isinstance(error, ResponseError) or not _FOREIGN.search(str(error)):
        return error
    is_script = request[0] in ("EVAL", "EVALSHA")
    keys = request[3 : 3 + int(request[2])] if is_script else request[1:2]
    return ForeignContentError(
        f"{' or '.join(map(str, keys))}: expected what this library writes, found something else ({error}); delete the "
        "key, and keep other programs from using its name"
    )


class Server:
    """The server of a client's pool, over blocking connections.

    A request is sent once. Whoever made the client may have told it to try again after a timeout, but a script that
    counts must not be; only connections of this library's pools are trusted to know what may be sent again.

    Raises:
        ConfigurationError: The client is none, or one of asyncio, or its pool is one for reads from replicas.
    """

    def __init__(self, client: Redis) -> None:
        if not isinstance(client, Redis):
            raise ConfigurationError(
                f"client: expected a redis.Redis, found {type(client)}; use memurai_client.asyncio"
            )
        self._pool = connected_pool(client)

    def hold(self, conversation: Conversation[Answer]) -> Answer:
        """Ask what the conversation asks until it comes to its answer."""
        try:
            request = next(conversation)
            while True:
                try:
                    reply = self._ask(request)
                except RedisError as error:
                    request = conversation.throw(told(error, request))
                else:
                    request = conversation.send(reply)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    def _ask(self, request: Request) -> Any:
        connection = self._pool.get_connection()
        began = monotonic()
        try:
            reply = _exchange(connection, request)
        except BaseException as error:
            if not isinstance(error, ResponseError):
                # Whatever interrupted it, its reply may still come, and must not be another one's.
                connection.disconnect()
            if isinstance(error, Exception):
                failed(connection, error)
            raise
        else:
            answered(connection, str(request[0]), began)
            return reply
        finally:
            self._pool.release(connection)


def _exchange(connection: Any, request: Request) -> Any:
    if isinstance(connection, DeadlineConnection):
        return connection.retry.call_with_retry(
            lambda: _send_and_read(connection, request), lambda _error: connection.disconnect()
        )
    return _send_and_read(connection, request)


def _send_and_read(connection: Any, request: Request) -> Any:
    connection.send_command(*request)
    return connection.read_response()


class Connected(ABC, Generic[Client]):
    """What holds conversations with the server of a client."""

    server: Any  # a Server of this module, or asyncio's, as the client is

    @abstractmethod
    def _connect(self, client: Client) -> None:
        """Take the client's pool for all conversations."""


class Blocking:
    """Connects to a blocking client."""

    server: Server

    def _connect(self, client: Redis) -> None:
        self.server = Server(client)


def blocking(
    method: Callable[Concatenate[Any, Arguments], Conversation[Answer]],
) -> Callable[Concatenate[Any, Arguments], Answer]:
    """Make a method that holds the conversation which `method` begins, and blocks until its answer."""

    @wraps(method)
    def held(self: Blocking, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        return self.server.hold(method(self, *arguments, **named))

    return held
