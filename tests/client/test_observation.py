"""OpenTelemetry is told of the commands of limits and batches as redis-py tells of its own."""

import json
import subprocess
import sys

import pytest
from practice_server import PracticeServer

# In a process of its own: redis-py switches OpenTelemetry on for a whole process.
PROGRAM = """
import asyncio, json, sys
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from redis.observability import MetricGroup, OTelConfig, get_observability_instance

reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider(metric_readers=[reader]))
get_observability_instance().init(OTelConfig(metric_groups=[MetricGroup.COMMAND, MetricGroup.RESILIENCY]))

world, url = sys.argv[1:]
options = dict(name="x", limit=5, window=60, on_failure="open", algorithm="fixed-window")
if world == "blocking":
    from memurai_client import RateLimiter, get_optimized_redis_pool
    limiter = RateLimiter(get_optimized_redis_pool("development", url=url).client, **options)
    limiter.check("a")
else:
    from memurai_client.asyncio import RateLimiter, get_optimized_redis_pool
    async def check():
        pool = get_optimized_redis_pool("development", url=url)
        limiter = RateLimiter(pool.client, **options)
        await asyncio.gather(limiter.check("a"), limiter.check("b"))
        await pool.close()
    asyncio.run(check())
told = [
    [metric.name, dict(point.attributes)]
    for resource in reader.get_metrics_data().resource_metrics
    for scope in resource.scope_metrics
    for metric in scope.metrics
    for point in metric.data.data_points
]
print(json.dumps(told))
"""


@pytest.mark.parametrize(("world", "command"), [("blocking", "EVAL"), ("asyncio", "PIPELINE")])
def test_the_duration_of_a_check_is_told(server: PracticeServer, world: str, command: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, world, server.url], capture_output=True, text=True, check=True, timeout=60
    )
    told = json.loads(ran.stdout)
    durations = [attributes for name, attributes in told if name == "db.client.operation.duration"]
    assert command in {attributes["db.operation.name"] for attributes in durations}
    assert {attributes["server.port"] for attributes in durations} == {server.port}
