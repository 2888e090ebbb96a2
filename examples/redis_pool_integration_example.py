"""The guide's integration example: the pool as an application uses it, and the sizes of the environments.

REDIS_PASSWORD=... python examples/redis_pool_integration_example.py
"""

from __future__ import annotations

from memurai_client import POOL_CONFIG, get_optimized_redis_pool

SHORT_NAMES = {"development": "Dev", "staging": "Staging", "production": "Production"}


def headline(text: str, character: str, width: int = 50) -> None:
    """Print a line of text with a line under it."""
    print(f"{text}\n{character * width}")


def jwt_authentication() -> None:
    """Write and read a value on the environment's pool, then tell how the pool is."""
    redis_pool = get_optimized_redis_pool()
    redis_client = redis_pool.client
    redis_client.set("integration:example", "test_value", ex=60)
    print(f"Retrieved: {redis_client.get('integration:example')}")
    print(f"Pool Status: {redis_pool.get_pool_status()}")
    redis_pool.close()


def environments() -> None:
    """Tell how many connections each environment has, and for how many users."""
    for environment, config in POOL_CONFIG.items():
        name = SHORT_NAMES[environment]
        print(f"{name}: {config['max_connections']} connections for {config['target_users']} users")


def main() -> None:
    """Run the examples, by the guide's numbers."""
    headline("OPTIMIZED REDIS POOL INTEGRATION EXAMPLES", "=")
    headline("\nExample 1: JWT Auth Integration", "-")
    jwt_authentication()
    headline("\nExample 4: Environment Configuration", "-")
    environments()


if __name__ == "__main__":
    main()
