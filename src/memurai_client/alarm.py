"""The alert when a pool is nearly used up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

ALERT_PERCENT = 80
# Alerts come again only after the pool was used less than this: one storm is one alert.
_CALM_PERCENT = 60

logger = logging.getLogger("memurai_client")


@dataclass(frozen=True)
class PoolAlert:
    """What an alert says.

    in_use: connections that callers have.
    size: connections that the pool may have.
    """

    in_use: int
    size: int

    @property
    def utilization_percent(self) -> float:
        """Share of the connections that are in use."""
        return round(100 * self.in_use / self.size, 1)


def warn(alert: PoolAlert) -> None:
    """Log the alert, where an application gave no callback."""
    logger.warning(
        "connection pool: %s %% in use, %d of %d connections", alert.utilization_percent, alert.in_use, alert.size
    )


class Alarm:
    """Call back once whenever more than 80 % of a pool come into use.

    size: connections that the pool may have.
    callback: called in the thread or task that took the connection; what it raises is logged, the call goes on.
    """

    def __init__(self, size: int, callback: Callable[[PoolAlert], None]) -> None:
        self._size = size
        self._callback = callback
        self._above = size * ALERT_PERCENT / 100
        self._below = size * _CALM_PERCENT / 100
        self._raised = False

    def notice(self, in_use: int) -> None:
        """Look at how many connections are in use."""
        if in_use > self._above:
            if not self._raised:
                self._raised = True
                self._call(PoolAlert(in_use, self._size))
        elif self._raised and in_use < self._below:
            self._raised = False

    def _call(self, alert: PoolAlert) -> None:
        try:
            self._callback(alert)
        except Exception:
            logger.exception("the alert callback of the connection pool failed")
