"""Exceptions out of signal handlers, at every moment at which Python runs one.

CPython looks for signals after a call has returned, when a function begins and when a loop goes back: not in between.
A trace function that sees each instruction raises an exception at the n-th of these moments, so that a test can go
through all of them, where a storm of real signals only hits some.
"""

from __future__ import annotations

import dis
import sys
from types import FrameType
from typing import Any, Self

_CHECKED_AFTER = {"RESUME", "CALL", "CALL_KW", "CALL_FUNCTION_EX", "JUMP_BACKWARD"}
_PACKAGES = ("/redis/", "/memurai_client/")


class TornError(Exception):
    """What a signal handler raises: a task queue's time limit, say."""


class TornAt:
    """Raise TornError at one moment of what runs inside of the with statement, in the code of redis-py and of ours.

    moment: the number of the moment, from 0.
    """

    def __init__(self, moment: int) -> None:
        self._left = moment
        self._before: dict[FrameType, int] = {}
        self.torn = False

    def __enter__(self) -> Self:
        sys.settrace(self._enter)
        return self

    def __exit__(self, kind: object, *_: object) -> bool:
        sys.settrace(None)
        self._before.clear()
        return kind is TornError

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        if not any(package in frame.f_code.co_filename for package in _PACKAGES):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._instruction

    def _instruction(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "exception":  # the call before has not returned
            self._before.pop(frame, None)
        if event != "opcode":
            return self._instruction
        code = frame.f_code.co_code
        before = self._before.get(frame)
        self._before[frame] = frame.f_lasti
        if before is None or dis.opname[code[before]] not in _CHECKED_AFTER or self.torn:
            return self._instruction
        if self._left == 0:
            self.torn = True
            raise TornError
        self._left -= 1
        return self._instruction
