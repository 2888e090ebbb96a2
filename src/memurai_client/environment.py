"""The environments of the guide, and how many connections each process of one may have."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict

from memurai_client.exceptions import ConfigurationError

ENVIRONMENT_VARIABLE = "DEPLOYMENT_ENV"
WORKERS_VARIABLE = "UVICORN_WORKERS"

_BASE_PER_WORKER = 15
_BURST_PER_WORKER = 25


class DeploymentEnvironment(StrEnum):
    """Where the application runs: the value of DEPLOYMENT_ENV."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class EnvironmentSize(TypedDict):
    """What an environment is made for.

    workers: processes of the application.
    max_connections: connections of all of them together: what the server sees.
    target_users: concurrent users.
    """

    workers: int
    max_connections: int
    target_users: int


def connections_for(workers: int) -> int:
    """Return the connections that the guide's formula gives for so many workers: 15 each, and 25 each for bursts."""
    return workers * _BASE_PER_WORKER + workers * _BURST_PER_WORKER


# The guide's table. An application may change it before it makes its first pool.
POOL_CONFIG: dict[DeploymentEnvironment, EnvironmentSize] = {
    DeploymentEnvironment.DEVELOPMENT: {"workers": 1, "max_connections": 20, "target_users": 100},
    DeploymentEnvironment.STAGING: {"workers": 2, "max_connections": 60, "target_users": 1_000},
    DeploymentEnvironment.PRODUCTION: {"workers": 4, "max_connections": connections_for(4), "target_users": 10_000},
}


def deployment_environment(name: str | None, variables: Mapping[str, str]) -> DeploymentEnvironment:
    """Return the environment of that name, else of DEPLOYMENT_ENV, else development.

    Raises ConfigurationError when there is no such environment.
    """
    found = name if name is not None else variables.get(ENVIRONMENT_VARIABLE) or DeploymentEnvironment.DEVELOPMENT
    try:
        return DeploymentEnvironment(found.strip().lower() if isinstance(found, str) else found)
    except ValueError:
        raise ConfigurationError(
            f"{ENVIRONMENT_VARIABLE}: expected one of {', '.join(DeploymentEnvironment)}, found {found!r}"
        ) from None


def process_connections(total: int, variables: Mapping[str, str]) -> int:
    """Return how many of an environment's connections one process may have: total / UVICORN_WORKERS, rounded down.

    total: connections of all processes together.

    Raises ConfigurationError when UVICORN_WORKERS isn't a number of processes, or is more than there are connections.
    """
    workers = _workers(variables.get(WORKERS_VARIABLE) or "1")
    if isinstance(total, bool) or not isinstance(total, int) or total < 1:
        raise ConfigurationError(f"max_connections: expected a whole number from 1, found {total!r}")
    if total < workers:
        raise ConfigurationError(
            f"max_connections: expected at least one connection for each of the {workers} processes that "
            f"{WORKERS_VARIABLE} names, found {total} for all of them; raise the one or lower the other"
        )
    return total // workers


def _workers(text: str) -> int:
    try:
        workers = int(text)
    except ValueError:
        workers = 0
    if workers < 1:
        raise ConfigurationError(f"{WORKERS_VARIABLE}: expected a whole number from 1, found {text!r}")
    return workers
