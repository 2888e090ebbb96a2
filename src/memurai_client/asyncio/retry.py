"""Retries under one deadline for asyncio: one timer a call, not a task for each send and a timer for each read."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from memurai_client.call import Call
from memurai_client.statistics import Statistics

Result = TypeVar("Result")
Failed = Callable[..., Awaitable[Any]]


class LoopCall(Call):
    """State of a call whose deadline is a timer of the event loop.

    timer: the timer; None outside of calls.
    """

    __slots__ = ("timer",)

    def __init__(self, budget: float) -> None:
        super().__init__(budget)
        self.timer: asyncio.Timeout | None = None

    def wait_longer(self, seconds: float | None) -> None:
        """Give the call the time that its command itself waits at the server; None: for ever."""
        super().wait_longer(seconds)
        self.set_timer()

    def set_timer(self) -> None:
        """Set the timer to the deadline."""
        if self.timer is None:
            return
        left = None if self.deadline == math.inf else self.left()
        self.timer.reschedule(None if left is None else asyncio.get_running_loop().time() + left)


class DeadlineRetry(Retry):
    """Repeat a call until it succeeds, its budget is used up, or it may not be repeated.

    call: the state of the connection's call.
    statistics: where tries are counted.
    """

    def __init__(self, call: LoopCall, statistics: Statistics) -> None:
        super().__init__(NoBackoff(), 0)
        self._call = call
        self._statistics = statistics
        self._failures = 0

    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[Result]],
        fail: Failed,
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Result:
        """Do it, as redis.asyncio.retry.Retry.call_with_retry does, under the call's deadline.

        Raises what `Call.failure` makes of the last error.
        """
        call = self._call
        if call.active:
            return await self._once(do, fail, with_failure_count)
        call.start()
        outer, call.timer = call.timer, asyncio.timeout(call.left())
        try:
            async with call.timer as timer:
                return await self._repeat(do, fail, is_retryable, with_failure_count)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise call.failure(redis.TimeoutError("the time is up"), self._failures + 1) from error
        finally:
            call.timer = outer
            call.end()

    async def _once(self, do: Callable[[], Awaitable[Result]], fail: Failed, with_failure_count: bool) -> Result:
        try:
            return await do()
        except self._supported_errors as error:
            await (fail(error, 1) if with_failure_count else fail(error))
            raise

    async def _repeat(
        self,
        do: Callable[[], Awaitable[Result]],
        fail: Failed,
        is_retryable: Callable[[Exception], bool] | None,
        with_failure_count: bool,
    ) -> Result:
        self._failures = 0
        while True:
            self._call.commands = 0
            try:
                return await do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                self._failures += 1
                pause = self._call.pause(error, self._failures)
                self._call.set_timer()
                await self._report(fail, error, pause, with_failure_count)
                if pause is None:
                    raise self._call.failure(error, self._failures) from error
            self._statistics.count("retries")
            await asyncio.sleep(pause)

    async def _report(self, fail: Failed, error: Exception, pause: float | None, with_failure_count: bool) -> None:
        """Tell redis-py, which disconnects, and in a subscription connects again within what is left of the time."""
        # redis-py compares the two to tell a failed try from the failed call, for OpenTelemetry.
        failures = self._failures
        self._retries = failures if pause is not None else failures - 1
        with self._call.set_aside():
            await (fail(error, failures) if with_failure_count else fail(error))
        self._failures = failures
