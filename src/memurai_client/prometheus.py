"""What a pool knows, for Prometheus: `REGISTRY.register(PoolCollector(pool))`.

The numbers are read when they are scraped: calls cost nothing more. Each process of an application has a pool of its
own, so it is scraped by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, cast

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from memurai_client.status import PoolMetrics, PoolStatus

_COUNTERS: dict[str, tuple[str, str]] = {
    "waits": ("waits", "Callers that had to wait for a connection."),
    "wait_seconds": ("wait_seconds", "Seconds that callers waited for connections, all together."),
    "pool_exhausted_count": ("exhausted", "Callers that got no connection within the wait."),
    "retries": ("retries", "Tries after a first one that failed."),
    "connections_opened": ("connections_opened", "Connections that were opened."),
    "connection_failures": ("connection_failures", "Connections that could not be opened."),
    "stale_connections_closed": ("stale_connections_closed", "Connections that were closed because nobody used them."),
    "health_checks": ("health_checks", "Health checks."),
    "health_check_failures": ("health_check_failures", "Health checks that the server did not pass."),
}


class Known(Protocol):
    """A pool of either kind."""

    def get_pool_status(self) -> PoolStatus:
        """Tell how much of the pool is used, and what it counted."""
        ...


class PoolCollector(Collector):
    """Metrics of a pool, named memurai_client_pool_*, with the environment as label.

    pool: whose they are.
    """

    def __init__(self, pool: Known) -> None:
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        """Yield what the pool knows now."""
        status = self._pool.get_pool_status()
        yield from _gauges(status)
        yield from _counters(status["environment"], status["metrics"])

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: that a name is there twice is found when it is collected."""
        return iter(())


def _gauges(status: PoolStatus) -> Iterator[Metric]:
    environment = status["environment"]
    connections = GaugeMetricFamily(
        "memurai_client_pool_connections", "Connections, in use or idle.", labels=["environment", "state"]
    )
    connections.add_metric([environment, "in_use"], status["in_use_connections"])
    connections.add_metric([environment, "idle"], status["idle_connections"])
    yield connections
    for name, text, value in (
        ("max_connections", "The most connections of this process.", status["max_connections"]),
        ("waiting_callers", "Callers that wait for a connection.", status["waiting_callers"]),
        ("healthy", "0 after a health check that the server did not pass.", status["status"] != "unhealthy"),
    ):
        gauge = GaugeMetricFamily(f"memurai_client_pool_{name}", text, labels=["environment"])
        gauge.add_metric([environment], value)
        yield gauge


def _counters(environment: str, metrics: PoolMetrics) -> Iterator[Metric]:
    numbers = cast("dict[str, float]", metrics)
    for key, (name, text) in _COUNTERS.items():
        counter = CounterMetricFamily(f"memurai_client_pool_{name}", text, labels=["environment"])
        counter.add_metric([environment], numbers[key])
        yield counter
