"""What SIGINT, SIGTERM and SIGHUP do to a run: sessions are closed, and it ends with 128 and the signal's number.

pyinfra's command line ends with 0 at SIGINT, waits for what runs to come to its end by itself, and knows no other
signal. Nothing of a host may stay behind then: a shell, a file in part, half a change. Only a change that takes longer
than the run waits for it goes on to its end, in its shell.
"""

from __future__ import annotations

import atexit
import functools
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

import gevent  # type: ignore[import-untyped]
import pyinfra

from winfra.exceptions import HostError

if TYPE_CHECKING:
    from winfra.session.session import Session

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_open: set[Session] = set()
_ended_by: list[signal.Signals] = []


def watch(session: Session) -> None:
    """Close a session also when a signal ends pyinfra's command line.

    session: one that is about to be opened.
    """
    if pyinfra.is_cli:
        _take_signals()
    _open.add(session)
    for number in _ended_by:
        session.end_soon(number.name)


def forget(session: Session) -> None:
    """Say that a session is closed.

    session: one that is watched.
    """
    _open.discard(session)


def leave_when_ended() -> None:
    """Leave what pyinfra does in the present greenlet, quietly, once a signal has ended the run.

    An error instead would have pyinfra fail the host, and gevent print a traceback of what nobody waits for any more.
    """
    for number in _ended_by:
        if gevent.getcurrent() is _main():
            sys.exit(128 + number)
        raise gevent.GreenletExit


@functools.cache
def _take_signals() -> None:
    for number in SIGNALS:
        # What nohup has it ignore stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end_run)
    atexit.register(_close_all)


def _end_run(number: int, frame: FrameType | None) -> None:
    """End the run in order; the next signal ends it at once."""
    for other in SIGNALS:
        if signal.getsignal(other) is _end_run:
            signal.signal(other, signal.SIG_DFL)
    name = signal.Signals(number).name
    _tell(f"--> {name}: ending; what runs on hosts comes to its end there. A second signal ends this at once.")
    _ended_by.append(signal.Signals(number))
    for session in _open:
        session.end_soon(name)
    # The main greenlet gives the exit code; it leaves by what pyinfra does at the end, which disconnects. The present
    # one may be gevent's own, in which nothing may be raised or waited for.
    if gevent.getcurrent() is _main() and not _in_gevent(frame):
        sys.exit(128 + number)
    gevent.kill(_main(), SystemExit(128 + number))


def _in_gevent(frame: FrameType | None) -> bool:
    """Say whether a frame runs for gevent, which left in the middle could keep a place in its pool for ever."""
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] != "gevent":
        frame = frame.f_back
    return frame is not None


def _main() -> object:
    return gevent.get_hub().parent


def _tell(text: str) -> None:
    # The signal may have come amidst a write to sys.stderr, which can't be entered again; its terminal may be gone.
    with suppress(OSError):
        os.write(2, f"{text}\n".encode())


def _close_all() -> None:
    """Close what pyinfra did not disconnect: hosts that were not connected to the end, or that it was kept from."""
    gevent.joinall([gevent.spawn(_close, session) for session in _open])


def _close(session: Session) -> None:
    try:
        session.close()
    except HostError as error:
        _tell(f"the session was not closed cleanly: {error}")
