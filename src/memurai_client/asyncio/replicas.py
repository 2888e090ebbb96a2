"""The replicas that Sentinels name, each in its turn, for asyncio."""

from __future__ import annotations

from typing import Any

from redis.asyncio.sentinel import Sentinel
from redis.sentinel import MasterNotFoundError

from memurai_client.asyncio.together import Together
from memurai_client.replicas import NOBODY, Address, Members, Turns, members
from memurai_client.sentinels import NO_ANSWER, unknown


class SentinelReplicas:
    """The replicas that Sentinels name.

    sentinels: host and port of each.
    service: the name under which they watch the set.
    turns: whose turn it is.
    sentinel_kwargs: arguments of the connections to the Sentinels, without retries: the next one is asked instead.
    """

    def __init__(self, sentinels: list[Address], service: str, sentinel_kwargs: dict[str, Any]) -> None:
        self._addresses = sentinels
        self._sentinel_kwargs = sentinel_kwargs
        self._service = service
        self._members = Together(self._ask)
        self.turns = Turns(service)

    async def address(self) -> Address:
        """Return host and port of the server whose turn it is, of those that the Sentinels name now.

        Raises MasterNotFoundError, one of redis-py's ConnectionErrors, when no Sentinel names a server.
        """
        return self.turns.next(await self._members())

    async def _ask(self) -> Members:
        # On connections that are closed at once: those that were kept would stay open when their event loop ends.
        asked = Sentinel(self._addresses, sentinel_kwargs=self._sentinel_kwargs)
        try:
            return await self._discover(asked)
        finally:
            for sentinel in asked.sentinels:
                await sentinel.aclose()

    async def _discover(self, asked: Sentinel) -> Members:
        for sentinel in asked.sentinels:
            try:
                state = await sentinel.sentinel_master(self._service)
                found = members(state, await sentinel.sentinel_slaves(self._service))
            except NO_ANSWER:
                continue
            if found.are_any:
                return found
        raise MasterNotFoundError(unknown(self._addresses, self._service, MasterNotFoundError(NOBODY)))
