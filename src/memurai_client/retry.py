"""Retries under one deadline, in place of redis-py's: the outermost loop repeats, those inside it do not."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any, TypeVar

from redis.backoff import NoBackoff
from redis.retry import Retry

from memurai_client.call import Call
from memurai_client.statistics import Statistics

Result = TypeVar("Result")
Failed = Callable[..., Any]


class DeadlineRetry(Retry):
    """Repeat a call until it succeeds, its budget is used up, or it may not be repeated.

    redis-py calls this for a command, and again for connecting and for the check with PING inside of it: with its own
    retries these multiply.

    call: the state of the connection's call.
    statistics: where tries are counted.
    """

    def __init__(self, call: Call, statistics: Statistics) -> None:
        super().__init__(NoBackoff(), 0)
        self._call = call
        self._statistics = statistics

    def call_with_retry(
        self,
        do: Callable[[], Result],
        fail: Failed,
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Result:
        """Do it, as redis.retry.Retry.call_with_retry does, under the call's deadline.

        Raises what `Call.failure` makes of the last error.
        """
        if self._call.active:
            return self._once(do, fail, with_failure_count)
        self._call.start()
        try:
            return self._repeat(do, fail, is_retryable, with_failure_count)
        finally:
            self._call.end()

    def _once(self, do: Callable[[], Result], fail: Failed, with_failure_count: bool) -> Result:
        try:
            return do()
        except self._supported_errors as error:
            fail(error, 1) if with_failure_count else fail(error)
            raise

    def _repeat(
        self,
        do: Callable[[], Result],
        fail: Failed,
        is_retryable: Callable[[Exception], bool] | None,
        with_failure_count: bool,
    ) -> Result:
        failures = 0
        while True:
            self._call.commands = 0
            try:
                return do()
            except self._supported_errors as error:
                if is_retryable is not None and not is_retryable(error):
                    raise
                failures += 1
                pause = self._call.pause(error, failures)
                self._report(fail, error, failures, pause, with_failure_count)
                if pause is None:
                    raise self._call.failure(error, failures) from error
            self._statistics.count("retries")
            sleep(pause)

    def _report(
        self, fail: Failed, error: Exception, failures: int, pause: float | None, with_failure_count: bool
    ) -> None:
        """Tell redis-py, which disconnects, and in a subscription connects again within what is left of the time."""
        # redis-py compares the two to tell a failed try from the failed call, for OpenTelemetry.
        self._retries = failures if pause is not None else failures - 1
        with self._call.set_aside():
            fail(error, failures) if with_failure_count else fail(error)
