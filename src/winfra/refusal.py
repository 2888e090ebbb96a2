"""Refusing a host before anything on it is touched."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pyinfra import logger
from pyinfra.api import Host, State


def refuse(host: Host, problems: Sequence[str]) -> None:
    """Log every problem with the host's name and fail this host only.

    Deploy code must not raise for one host: pyinfra would end the run of all. It asks whether to go on with the others
    (without -y), which is answered where nobody is there to be asked.
    """
    for problem in problems:
        logger.error(f"{host.print_prefix}{problem}")
    if not sys.stdin.isatty():
        host.state.should_raise_failed_hosts = _is_the_run_to_end
    host.state.fail_hosts({host})


def _is_the_run_to_end(state: State) -> bool:  # noqa: ARG001  # what pyinfra calls
    return False
