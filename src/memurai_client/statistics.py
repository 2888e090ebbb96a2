"""What pools count. Nothing is counted on the fast way of a call: only waits, failures and retries are."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import time
from typing import Literal

Counter = Literal[
    "connections_opened",
    "connections_to_primary",
    "connection_failures",
    "stale_connections_closed",
    "retries",
    "health_checks",
    "health_check_failures",
]


@dataclass
class Statistics:
    """Counters of one pool in one process, from its start.

    connections_to_primary: connections of a pool for reads from replicas that were opened to the primary: there was no
        replica.
    waits: callers that had to wait for a connection.
    wait_seconds: how long they waited, all together.
    longest_wait_seconds: how long the unluckiest waited.
    pool_exhausted_count: callers that got no connection within the wait.
    pool_exhausted_at: when the last of them gave up, in seconds since 1970; None: never.
    healthy: what the last health check said; None: there was none.
    """

    connections_opened: int = 0
    connections_to_primary: int = 0
    connection_failures: int = 0
    stale_connections_closed: int = 0
    retries: int = 0
    health_checks: int = 0
    health_check_failures: int = 0
    waits: int = 0
    wait_seconds: float = 0.0
    longest_wait_seconds: float = 0.0
    pool_exhausted_count: int = 0
    pool_exhausted_at: float | None = None
    healthy: bool | None = None
    # Reentrant: a signal handler may call the server while its thread is counting.
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def restart(self) -> None:
        """Begin at nothing, in the child of a fork: its lock may be held by a thread that the child does not have."""
        self.__init__()  # type: ignore[misc]

    def count(self, name: Counter, number: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            setattr(self, name, getattr(self, name) + number)

    def waited(self, seconds: float, *, exhausted: bool) -> None:
        """Note that a caller waited, and whether in vain."""
        with self._lock:
            self.waits += 1
            self.wait_seconds += seconds
            self.longest_wait_seconds = max(self.longest_wait_seconds, seconds)
            if exhausted:
                self.pool_exhausted_count += 1
                self.pool_exhausted_at = time()

    def checked(self, *, healthy: bool) -> None:
        """Note what a health check said."""
        with self._lock:
            self.healthy = healthy
            self.health_checks += 1
            if not healthy:
                self.health_check_failures += 1
