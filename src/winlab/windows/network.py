"""Who listens on the addresses of a practice host."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from winlab.windows.services import ServiceManager

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound


@dataclass(frozen=True)
class TcpListener:
    """A socket that accepts connections.

    Attributes:
        address: what it is bound to.
        process_id: who holds it, 0 when the lab may not see that.
        process_name: name of that program without its extension, None when the lab may not see it.
        services: names of the services the process runs.
    """

    address: str
    process_id: int
    process_name: str | None
    services: tuple[str, ...]


class Network:
    """The listening sockets of a host: those of its own services, and all that can be reached at its address."""

    def __init__(self, address: str, services: ServiceManager) -> None:
        self.address = address
        self._services = services

    def listeners(self, port: int) -> list[TcpListener]:
        """Return who listens on a TCP port, sorted by address."""
        found = {
            (item.laddr.ip, item.pid or 0)
            for item in psutil.net_connections("tcp")
            if item.status == psutil.CONN_LISTEN and item.laddr and item.laddr.port == port
        }
        return [self._listener(*one) for one in sorted(found) if self._is_here(*one)]

    def _is_here(self, address: str, process_id: int) -> bool:
        return address in (self.address, *_EVERY_ADDRESS) or bool(self._services.by_process(process_id))

    def _listener(self, address: str, process_id: int) -> TcpListener:
        services = self._services.by_process(process_id)
        programs = [service.program.stem for service in services if service.program is not None]
        name = programs[0] if programs else _process_name(process_id)
        return TcpListener(address, process_id, name, tuple(service.name for service in services))


def _process_name(process_id: int) -> str | None:
    if not process_id:
        return None
    try:
        return psutil.Process(process_id).name()
    except psutil.NoSuchProcess:
        return None
