"""Ask Sentinels which server is the primary: each time a connection is opened, but once for all who ask together."""

from __future__ import annotations

from typing import Any

from redis.asyncio.sentinel import MasterNotFoundError, Sentinel

from memurai_client.asyncio.together import Together
from memurai_client.sentinels import NO_ANSWER, unknown


class SentinelPrimary:
    """The primary that Sentinels name.

    sentinels: host and port of each.
    service: the name under which they watch it.
    address: asks for host and port of the primary, as the Sentinels say now; raises MasterNotFoundError, one of
        redis-py's ConnectionErrors, when no Sentinel names one.
    sentinel_kwargs: arguments of the connections to the Sentinels, without retries: the next one is asked instead.
    """

    def __init__(self, sentinels: list[tuple[str, int]], service: str, sentinel_kwargs: dict[str, Any]) -> None:
        self._addresses = sentinels
        self._sentinel_kwargs = sentinel_kwargs
        self._service = service
        self.address = Together(self._ask)
        self.known: tuple[str, int] | None = None

    async def _ask(self) -> tuple[str, int]:
        # On connections that are closed at once: those that were kept would stay open when their event loop ends.
        asked = Sentinel(self._addresses, sentinel_kwargs=self._sentinel_kwargs)
        try:
            host, port = await asked.discover_master(self._service)
        except NO_ANSWER as error:
            raise MasterNotFoundError(unknown(self._addresses, self._service, error)) from None
        finally:
            for sentinel in asked.sentinels:
                await sentinel.aclose()
        self.known = (str(host), int(port))
        return self.known
