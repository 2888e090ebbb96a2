"""The library in one of its two worlds, so that one test shows a behaviour in both."""

import asyncio
import inspect
from types import ModuleType
from typing import Any

import redis
import redis.asyncio

import memurai_client
import memurai_client.asyncio


class World:
    """Blocking or asyncio. A call of it waits for what a method of the library gave, in asyncio's case on one loop."""

    def __init__(self, name: str, runner: asyncio.Runner) -> None:
        self.name = name
        self._runner = runner
        self._clients: list[Any] = []
        self._pools: list[Any] = []

    @property
    def library(self) -> ModuleType:
        return memurai_client if self.name == "blocking" else memurai_client.asyncio

    def client(self, host: str, port: int, **options: Any) -> Any:
        kind = redis.Redis if self.name == "blocking" else redis.asyncio.Redis
        client = kind(host=host, port=port, **options)
        self._clients.append(client)
        return client

    def pool(self, url: str | None, **options: Any) -> Any:
        pool = self.library.get_optimized_redis_pool(url=url, **options)
        self._pools.append(pool)
        return pool

    def __call__(self, given: Any) -> Any:
        return self._runner.run(self._awaited(given)) if inspect.isawaitable(given) else given

    def together(self, *given: Any) -> list[Any]:
        """Wait for several, that began in one turn of the loop where there is one."""
        return [self(each) for each in given] if self.name == "blocking" else self._runner.run(self._gathered(given))

    async def _awaited(self, given: Any) -> Any:
        return await given

    async def _gathered(self, given: Any) -> list[Any]:
        return await asyncio.gather(*given)

    def close(self) -> None:
        for client in self._clients:
            self(client.close() if self.name == "blocking" else client.aclose())
        for pool in self._pools:
            self(pool.close())
