"""Do something once for all who ask for it while it is being done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Together(Generic[Result]):
    """Share what one asks for with those who ask meanwhile, in the same event loop.

    do: what is done. It goes on when who asked first is cancelled: the others still wait for it.
    """

    def __init__(self, do: Callable[[], Awaitable[Result]]) -> None:
        self._do = do
        self._task: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        """Return what is being done, or begin it."""
        loop = asyncio.get_running_loop()
        task = self._task
        if task is None or task.done() or task.get_loop() is not loop:
            task = self._task = loop.create_task(self._run())
            task.add_done_callback(_look_at)
        return await asyncio.shield(task)

    async def _run(self) -> Result:
        return await self._do()


def _look_at(task: asyncio.Task[Result]) -> None:
    """Take note of an exception: everybody who waited for it may have been cancelled."""
    if not task.cancelled():
        task.exception()
