"""Sockets."""

from __future__ import annotations

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class Listener(TypedDict):
    """One listening socket, its process, and the services which that process runs."""

    address: str
    process_id: int
    process_name: str | None
    services: list[str]


@strict_shape
class TcpListenersState(TypedDict):
    """All that listens on a port."""

    port: int
    listeners: list[Listener]


class TcpListeners(PowerShellFact[TcpListenersState]):
    """Tell which processes listen on a TCP port."""

    shape = TcpListenersState

    def command(self, port: int) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinTcpListener", {"Port": port})
