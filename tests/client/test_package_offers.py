"""What the package costs and offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

import memurai_client
import memurai_client.asyncio

# At most 30 ms beyond redis, which takes 103 ms by itself. A share says the same on a busy machine.
SHARE_OF_REDIS = 30 / 103


@pytest.mark.parametrize("package", [memurai_client, memurai_client.asyncio])
def test_it_offers_what_it_says(package: object) -> None:
    for name in package.__all__:
        assert getattr(package, name).__doc__ or name == "POOL_CONFIG"
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'get_pool'"):
        _ = package.get_pool


@pytest.mark.parametrize("package", ["memurai_client", "memurai_client.asyncio"])
def test_importing_the_pool_costs_little_beyond_redis(package: str) -> None:
    program = (
        "import time; began = time.process_time(); import redis; middle = time.process_time();"
        f"from {package} import get_optimized_redis_pool; print((time.process_time() - middle) / (middle - began))"
    )
    shares = [float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(7)]

    assert min(shares) < SHARE_OF_REDIS


@pytest.mark.parametrize("package", ["memurai_client", "memurai_client.asyncio"])
def test_a_pool_needs_nothing_but_redis(package: str) -> None:
    """Of what the extras bring, nothing is imported by an application that does not use it."""
    program = (
        f"import sys; before = set(sys.modules); from {package} import get_optimized_redis_pool;"
        "get_optimized_redis_pool(); print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    imported = set(subprocess.check_output([sys.executable, "-c", program], text=True).split())

    assert not imported & {"fastapi", "starlette", "prometheus_client", "locust", "limits", "pydantic", "jwt"}


def test_it_shares_no_file_with_the_rest_of_the_project() -> None:
    program = "import sys, memurai_client.pool, memurai_client.asyncio.pool; print(*sys.modules)"
    imported = set(subprocess.check_output([sys.executable, "-c", program], text=True).split())

    assert not imported & {"memurai", "winfra", "winlab"}
