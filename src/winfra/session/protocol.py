"""pywinrm's protocol with what a long-lived session needs.

Four things differ from pywinrm 0.5: the envelope size it asks for, connections that the server has closed, messages
that would cross the network readable, and answers that arrive in part.
"""

from __future__ import annotations

import ssl
import struct
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from spnego.exceptions import BadMICError, InvalidTokenError, NoContextError
from typing_extensions import override
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from winfra.exceptions import HostConnectionError

# The default of Windows Server (winrm get winrm/config: MaxEnvelopeSizekb = 500).
ENVELOPE_BYTES = 512_000
# http.sys closes a connection after 120 idle seconds; a sealed message for a closed connection can't be read.
LONGEST_IDLE_SECONDS = 90
UNREADABLE = 400
# The service fails or is starting. A WSMan fault, which arrives as 500 too, is an answer and no such failure.
UNAVAILABLE = 503
PASSING_STATUSES = (500, UNAVAILABLE)
ENVELOPE = "{http://www.w3.org/2003/05/soap-envelope}Envelope"
# What reading half a header, half a multipart body, half a sealed block, half of a log-on or a page raises.
CUT_SHORT = (
    *(InvalidTokenError, BadMICError, NoContextError, PermissionError, LookupError, ValueError, AttributeError),
    *(struct.error, ET.ParseError),
)


class UnsealedMessageError(HostConnectionError):
    """Say that a message was not sent, because everyone on the network could have read it."""


class UnreadableAnswerError(Exception):
    """Say that an answer arrived in part, or as something else than an answer."""


class LocalError(Exception):
    """Say that this machine lacks what a message takes, whatever the network and the host do."""


FAILURES = (
    *(WinRMError, WinRMTransportError, WinRMOperationTimeoutError),
    *(UnreadableAnswerError, LocalError, requests.RequestException),
)
"""All that a message may raise, beside HostConnectionError."""


class WinRMProtocol(Protocol):
    """A WinRM connection that survives being idle, and sends nothing readable.

    readable: messages may cross http unsealed: only for basic, where the inventory allows it.
    options: as pywinrm's Protocol takes them.
    """

    _last_used = 0.0
    last_answer = 0.0
    """When the host answered last, on time.monotonic()."""

    def __init__(self, *, readable: bool, **options: Any) -> None:
        super().__init__(**options)
        self._seals = not readable and not self.transport.endpoint.lower().startswith("https:")

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
            answer = self._send_readable(message)
        except (WSManFaultError, WinRMOperationTimeoutError):
            self.last_answer = time.monotonic()
            raise
        finally:
            self._last_used = time.monotonic()
        self.last_answer = time.monotonic()
        return answer

    def _send_readable(self, message: str) -> bytes:
        try:
            return self._send(message)
        except WinRMTransportError as error:
            # Sealed for a connection that is gone: the server could not read it, so it did nothing.
            if error.code != UNREADABLE or not self.transport.encryption:
                raise
            self.reconnect()
            return self._send(message)

    def _send(self, message: str) -> bytes:
        self._log_on()
        with cut_short_told():
            try:
                answer = bytes(super().send_message(message))
                refuse_other_than_envelope(answer)
            except WinRMError as error:
                # pywinrm has no class of its own for a sealed block of the wrong length.
                if type(error) is WinRMError:
                    raise UnreadableAnswerError(str(error)) from error
                raise
        return answer

    def _log_on(self) -> None:
        """Make a connection that seals, or none.

        pywinrm keeps a session whose security context failed half-way, and sends the next message readable by it.

        Raises UnsealedMessageError when this transport can't seal.
        """
        try:
            with cut_short_told():
                self.transport.build_session()
        except BaseException:
            self.reconnect()
            raise
        if self._seals and self.transport.encryption is None:
            self.reconnect()
            raise UnsealedMessageError(
                f"expected the {self.transport.auth_method} transport to seal what is sent to "
                f"{self.transport.endpoint}, found that it can't: nothing was sent. Use winrm_scheme https."
            )


def refuse_other_than_envelope(answer: bytes) -> None:
    """Raise ValueError or ET.ParseError for an answer that is no SOAP message, as one of a proxy, or half of one."""
    root = ET.fromstring(answer)  # noqa: S314  # pywinrm parses it the same way
    if root.tag != ENVELOPE:
        raise ValueError(f"expected a SOAP envelope, found <{root.tag}>")


@contextmanager
def cut_short_told() -> Iterator[None]:
    """Turn what reading an incomplete answer raises into UnreadableAnswerError, and what is left into LocalError."""
    try:
        yield
    except (requests.RequestException, WinRMTransportError, WinRMOperationTimeoutError, UnreadableAnswerError):
        # Some of requests' are ValueErrors too.
        raise
    except InvalidCredentialsError as error:
        refusal = getattr(error.__context__, "response", None)
        # A whole refusal says how to log on (RFC 9110, 15.5.2).
        if refusal is None or "WWW-Authenticate" in refusal.headers:
            raise
        raise UnreadableAnswerError("an answer that ended in its head") from error
    except WinRMError:
        raise
    except UnicodeEncodeError:
        # Its text would quote the password.
        raise LocalError(
            "expected Latin-1 for the basic transport, found a character in winrm_user or winrm_password that it can't "
            "carry. Use another transport, or another password."
        ) from None
    except Exception as error:
        what = f"({type(error).__name__}: {error})"
        # What a file of this machine raises has an error number; a PermissionError for an answer has none.
        if isinstance(error, CUT_SHORT) and getattr(error, "errno", None) is None:
            raise UnreadableAnswerError(f"an answer that can't be read {what}") from error
        raise LocalError(
            f"could not log on, for a reason that is on this machine {what}. Check what the transport needs here: a "
            "ticket or credentials, a readable certificate and key, its Python packages."
        ) from error


def may_pass(error: Exception) -> bool:
    """Return whether it is a failure of the network or of the service, which may be gone at the next attempt."""
    if isinstance(error, requests.exceptions.SSLError):
        return any(isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError) for cause in _causes(error))
    if isinstance(error, WinRMTransportError):
        return error.code in PASSING_STATUSES
    lost = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError, UnreadableAnswerError)
    return isinstance(error, lost)


def may_have_arrived(error: Exception) -> bool:
    """Return whether the host may have received the message that failed so."""
    if isinstance(error, WinRMTransportError):
        # http.sys answers so for a service that is not there.
        return error.code != UNAVAILABLE
    never_sent = (requests.ConnectTimeout, urllib3.exceptions.NewConnectionError)
    return not any(isinstance(cause, never_sent) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and everything that it wraps, as requests and urllib3 do in several layers."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
