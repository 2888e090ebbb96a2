"""What a pool knows, and who is told: status, alerts, recommendations, Prometheus, OpenTelemetry."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys

import pytest
from practice_server import PracticeServer
from prometheus_client import CollectorRegistry, generate_latest

import memurai_client.asyncio
from memurai_client import DeploymentEnvironment, PoolAlert, get_optimized_redis_pool
from memurai_client.exceptions import PoolExhausted
from memurai_client.prometheus import PoolCollector
from memurai_client.role import Role
from memurai_client.statistics import Statistics
from memurai_client.status import Usage, pool_status, recommendations


def told_of(in_use: int, statistics: Statistics | None = None, waiting: int = 0) -> list[str]:
    usage = Usage(size=160, in_use=in_use, idle=0, waiting=waiting)
    return recommendations(
        pool_status(DeploymentEnvironment.PRODUCTION, Role.PRIMARY, usage, statistics or Statistics())
    )


class TestRecommendations:
    def test_a_well_pool(self) -> None:
        assert told_of(0) == told_of(7) == told_of(24) == ["Pool operating optimally"]

    def test_where_the_guide_expects_a_pool_to_be_it_is_in_trouble(self) -> None:
        """15-40 % of 160 connections are 24 to 64: a healthy server keeps 1 to 7 of them busy."""
        (told,) = told_of(48)

        assert told.startswith("NOTICE: 48 of 160 connections are in use; a healthy server keeps 1 to 7 of 160 busy")

    def test_the_guides_own(self) -> None:
        assert told_of(100)[0] == "WARNING: Monitor pool utilization (>60%)"
        assert told_of(130)[0] == "CRITICAL: Increase pool size (>80% utilization)"
        exhausted = Statistics(pool_exhausted_count=1)
        assert told_of(0, exhausted) == ["CRITICAL: Pool exhaustion detected - increase max_connections"]

    def test_a_dead_server_comes_first(self) -> None:
        dead = Statistics(pool_exhausted_count=1, healthy=False)

        assert told_of(160, dead)[0].startswith("CRITICAL: the server does not answer health checks")


def test_the_status_has_the_guides_fields(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool("production", url=server.url)
    assert pool.get_pool_status()["status"] == "unknown"
    pool.client.set("key", "value")

    status = pool.get_pool_status()

    assert status["status"] == "healthy"
    assert status["max_connections"] == status["available_connections"] == 160
    assert status["utilization_percent"] == 0.0
    assert status["idle_connections"] == 16
    assert status["metrics"]["connections_opened"] == 16
    assert status["metrics"]["pool_exhausted_count"] == 0
    assert json.dumps(status)


class TestAlerts:
    def test_more_than_80_percent_are_one_alert_a_storm(self, server: PracticeServer) -> None:
        told: list[PoolAlert] = []
        pool = get_optimized_redis_pool(url=server.url, max_connections=10, on_alert=told.append)
        for _ in range(2):
            taken = [pool.connection_pool.get_connection() for _ in range(8)]
            storms = len(told)
            taken += [pool.connection_pool.get_connection() for _ in range(2)]
            assert len(told) == storms + 1
            for connection in taken:
                pool.connection_pool.release(connection)
            pool.client.ping()

        assert told == [PoolAlert(in_use=9, size=10)] * 2
        assert told[0].utilization_percent == 90.0

    def test_in_a_loop(self, server: PracticeServer) -> None:
        told: list[PoolAlert] = []

        async def run() -> None:
            get_pool = memurai_client.asyncio.get_optimized_redis_pool
            async with get_pool(url=server.url, max_connections=10, on_alert=told.append) as pool:
                taken = [await pool.connection_pool.get_connection() for _ in range(10)]
                for connection in taken:
                    await pool.connection_pool.release(connection)

        asyncio.run(run())
        assert told == [PoolAlert(in_use=9, size=10)]

    def test_without_a_callback_it_is_logged(self, server: PracticeServer, caplog: pytest.LogCaptureFixture) -> None:
        pool = get_optimized_redis_pool(url=server.url, max_connections=1)

        with caplog.at_level(logging.WARNING, "memurai_client"):
            pool.client.ping()

        assert caplog.messages == ["connection pool: 100.0 % in use, 1 of 1 connections"]

    def test_a_callback_that_fails_is_logged_and_the_call_goes_on(
        self, server: PracticeServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(_alert: PoolAlert) -> None:
            raise RuntimeError("the pager is broken")

        pool = get_optimized_redis_pool(url=server.url, max_connections=1, on_alert=fail)

        assert pool.client.ping()
        assert "the alert callback of the connection pool failed" in caplog.messages


def test_prometheus_reads_the_numbers_when_it_scrapes(server: PracticeServer) -> None:
    pool = get_optimized_redis_pool("staging", url=server.url, max_connections=2, wait_seconds=0.1)
    registry = CollectorRegistry()
    registry.register(PoolCollector(pool))
    taken = [pool.connection_pool.get_connection() for _ in range(2)]
    with pytest.raises(PoolExhausted):
        pool.client.ping()
    pool.connection_pool.release(taken.pop())
    pool.health_check()

    scraped = generate_latest(registry).decode()

    for line in (
        'memurai_client_pool_connections{environment="staging",role="primary",state="in_use"} 1.0',
        'memurai_client_pool_connections{environment="staging",role="primary",state="idle"} 1.0',
        'memurai_client_pool_max_connections{environment="staging",role="primary"} 2.0',
        'memurai_client_pool_waiting_callers{environment="staging",role="primary"} 0.0',
        'memurai_client_pool_healthy{environment="staging",role="primary"} 1.0',
        'memurai_client_pool_exhausted_total{environment="staging",role="primary"} 1.0',
        'memurai_client_pool_waits_total{environment="staging",role="primary"} 1.0',
        'memurai_client_pool_retries_total{environment="staging",role="primary"} 0.0',
        'memurai_client_pool_health_checks_total{environment="staging",role="primary"} 1.0',
        'memurai_client_pool_health_check_failures_total{environment="staging",role="primary"} 0.0',
    ):
        assert line in scraped.splitlines()


TELEMETRY = """
import asyncio, json, sys
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from redis.observability.providers import get_observability_instance
from redis.observability.config import OTelConfig, MetricGroup

reader = InMemoryMetricReader()
set_meter_provider(MeterProvider([reader]))
get_observability_instance().init(OTelConfig(metric_groups=list(MetricGroup)))

import memurai_client.asyncio
from memurai_client.exceptions import PoolExhausted

kind, url = sys.argv[1:]

async def in_loop():
    pool = memurai_client.asyncio.get_optimized_redis_pool(url=url, max_connections=2, wait_seconds=0.05)
    await pool.client.get("key")
    taken = [await pool.connection_pool.get_connection() for _ in range(2)]
    try:
        await pool.client.get("key")
    except PoolExhausted:
        await pool.connection_pool.release(taken.pop())
        return read()

def in_threads():
    pool = memurai_client.get_optimized_redis_pool(url=url, max_connections=2, wait_seconds=0.05)
    pool.client.get("key")
    taken = [pool.connection_pool.get_connection() for _ in range(2)]
    try:
        pool.client.get("key")
    except PoolExhausted:
        pool.connection_pool.release(taken.pop())
        return read()

def read():
    found = {}
    for resource in reader.get_metrics_data().resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    state = point.attributes.get("db.client.connection.state", "")
                    value = getattr(point, "value", None)
                    found[f"{metric.name} {state}".strip()] = point.count if value is None else value
    return found

print(json.dumps(asyncio.run(in_loop()) if kind == "asyncio" else in_threads()))
"""


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_opentelemetry_is_told_what_redis_py_tells_it(server: PracticeServer, kind: str) -> None:
    command = [sys.executable, "-c", TELEMETRY, kind, server.url]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)

    assert found["db.client.connection.count idle"] == 1
    assert found["db.client.connection.count used"] == 1
    assert found["db.client.connection.timeouts"] == 1
    assert found["db.client.connection.wait_time"] >= 3
    assert found["db.client.connection.create_time"] >= 1
    assert found["db.client.operation.duration"] >= 1
