"""pywinrm's protocol with what a long-lived session needs.

Two things differ from pywinrm 0.5: the envelope size it asks for, and connections that the server has closed.
"""

from __future__ import annotations

import time
from typing import Any

from typing_extensions import override
from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol

# The default of Windows Server (winrm get winrm/config: MaxEnvelopeSizekb = 500).
ENVELOPE_BYTES = 512_000
# http.sys closes a connection after 120 idle seconds; a sealed message for a closed connection can't be read.
LONGEST_IDLE_SECONDS = 90
UNREADABLE = 400


class WinRMProtocol(Protocol):
    """A WinRM connection that survives being idle."""

    _last_used = 0.0

    @override
    def build_wsman_header(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        header: dict[str, Any] = super().build_wsman_header(*arguments, **named)
        header["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(ENVELOPE_BYTES)
        return header

    def reconnect(self) -> None:
        """Drop the TCP connection and the security context bound to it; the next message makes new ones."""
        self.transport.close_session()
        self.transport.encryption = None

    @override
    def send_message(self, message: str) -> bytes:
        if self._last_used and time.monotonic() - self._last_used > LONGEST_IDLE_SECONDS:
            self.reconnect()
        try:
            return self._send_readable(message)
        finally:
            self._last_used = time.monotonic()

    def _send_readable(self, message: str) -> bytes:
        try:
            return bytes(super().send_message(message))
        except WinRMTransportError as error:
            # Sealed for a connection that is gone: the server could not read it, so it did nothing.
            if error.code != UNREADABLE or not self.transport.encryption:
                raise
            self.reconnect()
            return bytes(super().send_message(message))
