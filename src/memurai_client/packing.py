"""Packing commands, with hiredis where it is installed."""

from __future__ import annotations

from typing import Any

from redis.connection import HiredisRespSerializer
from redis.utils import HIREDIS_AVAILABLE

_NUMBERS = frozenset({int, float})


class HiredisPacker(HiredisRespSerializer):
    """redis-py's packer, which can't crash the process.

    hiredis (3.5, src/pack.c) asks Python for the text of a number and does not look whether it got one. Python runs
    signal handlers just there: what they raise would end the process with a segmentation fault.
    """

    def pack(self, *args: Any) -> list[bytes]:
        """Pack a command, its numbers as text already."""
        texts: list[Any] = [repr(argument) if argument.__class__ in _NUMBERS else argument for argument in args]
        packed: list[bytes] = super().pack(*texts)
        return packed


def packing_arguments() -> dict[str, Any]:
    """Return what redis-py's connections are told of packing."""
    return {"command_packer": HiredisPacker()} if HIREDIS_AVAILABLE else {}
