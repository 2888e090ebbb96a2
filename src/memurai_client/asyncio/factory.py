"""Which connections a configuration asks for."""

from __future__ import annotations

from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from memurai_client.asyncio.connection import (
    DeadlineConnection,
    DeadlineSSLConnection,
    PrimaryConnection,
    PrimarySSLConnection,
    ReplicaConnection,
    ReplicaSSLConnection,
)
from memurai_client.asyncio.primary import SentinelPrimary
from memurai_client.configuration import Configuration
from memurai_client.role import Role


def connection_class(configuration: Configuration) -> type[DeadlineConnection]:
    """Return the class of its connections: with Sentinels or without, for replicas or not, over TLS or not."""
    sealed = configuration.address.tls is not None
    if configuration.address.service is None:
        return DeadlineSSLConnection if sealed else DeadlineConnection
    if configuration.role is Role.REPLICA:
        return ReplicaSSLConnection if sealed else ReplicaConnection
    return PrimarySSLConnection if sealed else PrimaryConnection


def sentinel_arguments(configuration: Configuration) -> dict[str, Any]:
    """Return what connections need to find the primary or the replicas, where there are Sentinels."""
    address = configuration.address
    if address.service is None:
        return {}
    arguments: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        **configuration.sentinel_arguments(),
    }
    asked = list(address.hosts), address.service, arguments
    if configuration.role is Role.REPLICA:
        from memurai_client.asyncio.replicas import SentinelReplicas  # noqa: PLC0415  # only who reads from them needs it

        return {"replicas": SentinelReplicas(*asked)}
    return {"primary": SentinelPrimary(*asked)}
