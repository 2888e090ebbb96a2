"""What pools know, for Prometheus: `REGISTRY.register(PoolCollector(pool))`.

The numbers are read when they are scraped: calls cost nothing more. Each process of an application has pools of its
own, so it is scraped by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, cast

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from memurai_client.status import PoolStatus

_COUNTERS: dict[str, tuple[str, str]] = {
    "waits": ("waits", "Callers that had to wait for a connection."),
    "wait_seconds": ("wait_seconds", "Seconds that callers waited for connections, all together."),
    "pool_exhausted_count": ("exhausted", "Callers that got no connection within the wait."),
    "retries": ("retries", "Tries after a first one that failed."),
    "connections_opened": ("connections_opened", "Connections that were opened."),
    "connections_to_primary": (
        "connections_to_primary",
        "Connections of a pool for reads from replicas that were opened to the primary, for want of a replica.",
    ),
    "connection_failures": ("connection_failures", "Connections that could not be opened."),
    "stale_connections_closed": ("stale_connections_closed", "Connections that were closed because nobody used them."),
    "health_checks": ("health_checks", "Health checks."),
    "health_check_failures": ("health_check_failures", "Health checks that the server did not pass."),
}
_GAUGES: tuple[tuple[str, str, Callable[[PoolStatus], float]], ...] = (
    ("max_connections", "The most connections of this process.", lambda status: status["max_connections"]),
    ("waiting_callers", "Callers that wait for a connection.", lambda status: status["waiting_callers"]),
    (
        "healthy",
        "0 after a health check that the server did not pass.",
        lambda status: status["status"] != "unhealthy",
    ),
)
_LABELS = ("environment", "role")


class Known(Protocol):
    """A pool of either kind."""

    def get_pool_status(self) -> PoolStatus:
        """Tell how much of the pool is used, and what it counted."""
        ...


class PoolCollector(Collector):
    """Metrics of pools, named memurai_client_pool_*, with the environment and the role as labels.

    pools: whose they are: all of a process, of which no two have the same environment and role.
    """

    def __init__(self, *pools: Known) -> None:
        self._pools = pools

    def collect(self) -> Iterator[Metric]:
        """Yield what the pools know now."""
        found = [pool.get_pool_status() for pool in self._pools]
        yield from _gauges(found)
        yield from _counters(found)

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: that a name is there twice is found when it is collected."""
        return iter(())


def _gauges(found: list[PoolStatus]) -> Iterator[Metric]:
    connections = GaugeMetricFamily(
        "memurai_client_pool_connections", "Connections, in use or idle.", labels=[*_LABELS, "state"]
    )
    for status in found:
        connections.add_metric([*_labels(status), "in_use"], status["in_use_connections"])
        connections.add_metric([*_labels(status), "idle"], status["idle_connections"])
    yield connections
    for name, text, value in _GAUGES:
        gauge = GaugeMetricFamily(f"memurai_client_pool_{name}", text, labels=_LABELS)
        for status in found:
            gauge.add_metric(_labels(status), value(status))
        yield gauge


def _counters(found: list[PoolStatus]) -> Iterator[Metric]:
    for key, (name, text) in _COUNTERS.items():
        counter = CounterMetricFamily(f"memurai_client_pool_{name}", text, labels=_LABELS)
        for status in found:
            counter.add_metric(_labels(status), cast("dict[str, float]", status["metrics"])[key])
        yield counter


def _labels(status: PoolStatus) -> list[str]:
    return [status["environment"], status["role"]]
