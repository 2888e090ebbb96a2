"""What the pools for threads and for asyncio have in common: what they know, and that there is one for a process."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from memurai_client.alarm import PoolAlert
from memurai_client.configuration import Configuration
from memurai_client.statistics import Statistics
from memurai_client.status import PoolStatus, Usage, pool_status, recommendations

AlertCallback = Callable[[PoolAlert], None]


class PoolFacade(ABC):
    """What is known of a pool.

    configuration: what it is made from.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.statistics = Statistics()

    @property
    def max_connections(self) -> int:
        """The most connections of this process."""
        return self.configuration.size

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Whether close() was called."""

    @abstractmethod
    def usage(self) -> Usage:
        """Return how much of the pool is used now."""

    def get_pool_status(self) -> PoolStatus:
        """Return how much of the pool is used, and what it counted."""
        return pool_status(self.configuration.environment, self.configuration.role, self.usage(), self.statistics)

    def get_recommendations(self) -> list[str]:
        """Return what to do about it, most urgent first."""
        return recommendations(self.get_pool_status())


Pool = TypeVar("Pool", bound=PoolFacade)


class ProcessPools(Generic[Pool]):
    """The pools of this process: the same one for the same configuration, until it is closed.

    make: makes one.
    """

    def __init__(self, make: Callable[[Configuration, AlertCallback], Pool]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self.pools: dict[Configuration, Pool] = {}

    def get(self, configuration: Configuration, on_alert: AlertCallback) -> Pool:
        """Return the pool of that configuration; a new one is told whom to alert."""
        with self._lock:
            pool = self.pools.get(configuration)
            if pool is None or pool.closed:
                pool = self.pools[configuration] = self._make(configuration, on_alert)
            return pool
