"""Twins of the functions about the network."""

from winlab.twin.registry import Output, twin
from winlab.windows.machine import Machine


@twin("Get-WinTcpListener", "Port", "Listeners", port=range(1, 65536))
def get_win_tcp_listener(machine: Machine, *, port: int) -> Output:
    """Return who listens on a TCP port."""
    listeners = [
        {
            "Address": listener.address,
            "ProcessId": listener.process_id,
            "ProcessName": listener.process_name,
            "Services": list(listener.services),
        }
        for listener in machine.network.listeners(port)
    ]
    return {"Port": port, "Listeners": listeners}
