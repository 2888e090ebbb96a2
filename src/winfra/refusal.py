"""Refusing a host before anything on it is touched."""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra import logger
from pyinfra.api import Host


def refuse(host: Host, problems: Sequence[str]) -> None:
    """Log every problem with the host's name and fail this host only.

    Deploy code must not raise for one host: pyinfra would end the run of all.
    """
    for problem in problems:
        logger.error(f"{host.print_prefix}{problem}")
    host.state.fail_hosts({host})
