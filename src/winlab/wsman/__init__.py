"""A WinRM (WS-Management) server for practice hosts."""

from winlab.wsman.server import HTTP_PORT, HTTPS_PORT, Statistics, WsmanServer, WsmanSettings
from winlab.wsman.service import Quotas
from winlab.wsman.shells import Launcher, Process

__all__ = [
    "HTTPS_PORT",
    "HTTP_PORT",
    "Launcher",
    "Process",
    "Quotas",
    "Statistics",
    "WsmanServer",
    "WsmanSettings",
]
