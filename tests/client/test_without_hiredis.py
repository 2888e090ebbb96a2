"""The library depends on redis alone: hiredis makes it faster, and is not needed."""

import subprocess
import sys
import time

import pytest
from practice_server import PracticeServer

PROGRAM = """
import asyncio, sys
sys.modules["hiredis"] = None  # as where it is not installed
from redis.utils import HIREDIS_AVAILABLE
assert not HIREDIS_AVAILABLE
world, url = sys.argv[1:]
options = dict(name="x", limit=1000, window=60, on_failure="closed")

def blocking():
    from memurai_client import RateLimiter, get_optimized_redis_pool
    client = get_optimized_redis_pool("development", url=url, budget_seconds=20).client
    limiter = RateLimiter(client, **options)
    for number in range(200):
        client.set("key", number)
        assert client.get("key") == str(number)
        assert limiter.check("somebody").remaining == 999 - number

async def awaited():
    from memurai_client.asyncio import RateLimiter, get_optimized_redis_pool
    pool = get_optimized_redis_pool("development", url=url, budget_seconds=20)
    limiter = RateLimiter(pool.client, **options)
    for number in range(100):
        await pool.client.set("key", number)
        assert await pool.client.get("key") == str(number)
        decisions = await asyncio.gather(limiter.check("somebody"), limiter.check("somebody"))
        assert [decision.remaining for decision in decisions] == [999 - 2 * number, 998 - 2 * number]
    await pool.close()

blocking() if world == "blocking" else asyncio.run(awaited())
"""


@pytest.mark.parametrize("world", ["blocking", "asyncio"])
def test_calls_are_answered_at_once(server: PracticeServer, world: str) -> None:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", PROGRAM, world, server.url], check=True, timeout=120)
    assert time.monotonic() - began < 20, "a single call that waits for its budget takes as long"
