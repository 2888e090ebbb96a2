"""Conversations with a server, held over asyncio's connections."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate

from redis.asyncio import Redis
from redis.exceptions import RedisError

from memurai_client.asyncio.batching import Batch
from memurai_client.conversation import Answer, Arguments, Conversation, connected_pool, told
from memurai_client.exceptions import ConfigurationError


class Server:
    """The server of a client's pool; requests of one turn of the event loop go out together, each once.

    Raises:
        ConfigurationError: The client is none of asyncio, or its pool is one for reads from replicas.
    """

    def __init__(self, client: Redis) -> None:
        if not isinstance(client, Redis):
            raise ConfigurationError(
                f"client: expected a redis.asyncio.Redis, found {type(client)}; use memurai_client"
            )
        self._batch = Batch.of(connected_pool(client))

    async def hold(self, conversation: Conversation[Answer]) -> Answer:
        """Ask what the conversation asks until it comes to its answer."""
        try:
            request = next(conversation)
            while True:
                try:
                    reply = await self._batch.ask(*request)
                except RedisError as error:
                    request = conversation.throw(told(error, request))
                else:
                    request = conversation.send(reply)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


class Awaiting:
    """Connects to a client of asyncio."""

    server: Server

    def _connect(self, client: Redis) -> None:
        self.server = Server(client)


def awaiting(
    method: Callable[Concatenate[Any, Arguments], Conversation[Answer]],
) -> Callable[Concatenate[Any, Arguments], Coroutine[Any, Any, Answer]]:
    """Make a coroutine method that holds the conversation which `method` begins."""

    @wraps(method)
    async def held(self: Awaiting, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        return await self.server.hold(method(self, *arguments, **named))

    return held
