"""A network of a lab's own, which can be divided; the machine's stays as it is.

It is a network namespace of Linux, with nothing in it but 127.0.0.0/8. Routes of its own say which addresses of it
reach each other: https://man7.org/linux/man-pages/man7/network_namespaces.7.html and
https://man7.org/linux/man-pages/man8/ip-rule.8.html
"""

from __future__ import annotations

import ctypes
import os
from contextlib import ExitStack
from typing import Self

from winlab.exceptions import WinlabError
from winlab.package import run_tool

_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET: https://man7.org/linux/man-pages/man2/unshare.2.html"""

_CUT, _LOCAL = "10", "20"
"""Which rule is asked first; the kernel's own rule for local addresses would come before all others."""


class OwnNetwork:
    """The network of the main thread, while this context is entered, and of the threads and processes it starts then.

    Threads that were there before, and processes that they start, stay in the machine's network.

    Raises:
        WinlabError: on entering, the system does not let this process have one.
    """

    def __enter__(self) -> Self:
        """Make it and move in."""
        with ExitStack() as leaving:
            before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            leaving.callback(os.close, before)
            _call("unshare", _NEW_NETWORK)
            leaving.callback(_call, "setns", before, _NEW_NETWORK)
            _ip("link", "set", "lo", "up")
            _ip("rule", "add", "pref", _LOCAL, "lookup", "local")
            _ip("rule", "del", "pref", "0")
            self._leaving = leaving.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Move back; it goes with the last process in it."""
        self._leaving.close()

    def cut(self, first: str, second: str) -> None:
        """Let nothing pass between two addresses any more, those that are connected included."""
        for source, destination in ((first, second), (second, first)):
            _ip("rule", "add", "pref", _CUT, "from", source, "to", destination, "unreachable")

    def join(self, first: str, second: str) -> None:
        """Undo `cut`."""
        for source, destination in ((first, second), (second, first)):
            _ip("rule", "del", "pref", _CUT, "from", source, "to", destination)


def refusal() -> str | None:
    """Return why the system lets this process have no network of its own, None when it does."""
    try:
        with OwnNetwork():
            return None
    except WinlabError as error:
        return str(error)


def _ip(*arguments: str) -> None:
    run_tool("iproute2", "ip", *arguments)


def _call(function: str, *arguments: int) -> None:
    # Python has these from version 3.12 on.
    if getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments):
        reason = os.strerror(ctypes.get_errno())
        raise WinlabError(
            f"Expected the system to let the lab have a network of its own, found: {reason} ({function}). "
            "Run this as root, or in: unshare --map-root-user --net"
        )
