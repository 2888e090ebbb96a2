"""The multipart/encrypted body that carries a sealed message (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import re
import struct

import spnego

from winlab.exceptions import WinlabError

CONTENT_TYPE = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_PROTOCOL = b"application/HTTP-SPNEGO-session-encrypted"
_HEAD = re.compile(
    rb"--\s*Encrypted Boundary\r\n\s*Content-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    rb"\s*OriginalContent: type=application/soap\+xml;charset=UTF-8;Length=(\d+)\r\n"
    rb"--\s*Encrypted Boundary\r\n\s*Content-Type: application/octet-stream\r\n"
)
_TAIL = re.compile(rb"--\s*Encrypted Boundary--(?:\r\n)?\Z")
_LENGTH = struct.Struct("<I")


class SealError(WinlabError):
    """A sealed message that can't be opened: another connection's, a repeated or a damaged one."""


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    """Return the message inside a sealed body.

    Raises:
        SealError: it has another form or was not sealed for this context.
    """
    head, tail = _HEAD.match(body), _TAIL.search(body)
    if head is None or tail is None:
        raise SealError("Expected a multipart/encrypted body with one sealed part, found another form.")
    payload = body[head.end() : tail.start()]
    if len(payload) < _LENGTH.size:
        raise SealError("The sealed part is cut short.")
    length = _LENGTH.unpack_from(payload)[0]
    signature_end = _LENGTH.size + length
    try:
        message = context.unwrap_winrm(payload[_LENGTH.size : signature_end], payload[signature_end:])
    except (spnego.exceptions.SpnegoError, ValueError, struct.error) as error:
        raise SealError(f"The message was not sealed for this connection ({type(error).__name__}).") from error
    if len(message) != int(head[1]):
        raise SealError(f"Expected a message of {int(head[1])} bytes, found {len(message)}.")
    return message


def seal(context: spnego.ContextProxy, message: bytes) -> bytes:
    """Return the body of an HTTP response that carries the message sealed."""
    sealed = context.wrap_winrm(message)
    length = len(message) + sealed.padding_length
    return b"".join(
        [
            b"--Encrypted Boundary\r\n\tContent-Type: " + _PROTOCOL,
            b"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % length,
            b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n",
            struct.pack("<I", len(sealed.header)) + sealed.header + sealed.data,
            b"--Encrypted Boundary--\r\n",
        ]
    )
