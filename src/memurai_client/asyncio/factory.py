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
)
from memurai_client.asyncio.primary import SentinelPrimary
from memurai_client.configuration import Configuration


def connection_class(configuration: Configuration) -> type[DeadlineConnection]:
    """Return the class of its connections: with Sentinels or without, over TLS or not."""
    sealed = configuration.address.tls is not None
    if configuration.address.service is not None:
        return PrimarySSLConnection if sealed else PrimaryConnection
    return DeadlineSSLConnection if sealed else DeadlineConnection


def primary_arguments(configuration: Configuration) -> dict[str, Any]:
    """Return what connections need to find the primary, where there are Sentinels."""
    address = configuration.address
    if address.service is None:
        return {}
    arguments = {
        "retry": Retry(NoBackoff(), 0),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        **configuration.sentinel_arguments(),
    }
    return {"primary": SentinelPrimary(list(address.hosts), address.service, arguments)}
