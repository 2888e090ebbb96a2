"""Which server of a set, of a primary and its replicas, a pool is for."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Where the connections of a pool go: the value of `role`.

    `PRIMARY`: to the server that takes what is written. `REPLICA`: to those that follow it, for reads only.
    """

    PRIMARY = "primary"
    REPLICA = "replica"
