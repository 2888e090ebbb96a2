"""What the server reads from an NTLM AUTHENTICATE message before pyspnego judges it (MS-NLMP 2.2.1.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_AUTHENTICATE = b"NTLMSSP\x00\x03\x00\x00\x00"
_RESPONSE_FIELD, _DOMAIN_FIELD, _USER_FIELD, _FLAGS_FIELD = 20, 28, 36, 60
_UNICODE_FLAG = 0x1
_CLIENT_CHALLENGE_OFFSET = 44  # NTLMv2_RESPONSE: 16 bytes of proof, then 28 bytes before the AV pairs
_END_OF_LIST, _CHANNEL_BINDINGS = 0, 10


@dataclass(frozen=True)
class Claim:
    r"""Who a client says it is.

    Attributes:
        name: DOMAIN\user, or the user alone when no domain was sent.
        binds_channel: whether the message carries a channel binding.
    """

    name: str
    binds_channel: bool


def read_claim(token: bytes) -> Claim | None:
    """Return the claim of an AUTHENTICATE message, None when the token holds another message.

    Args:
        token: an NTLM message, alone or inside a SPNEGO token.

    Raises:
        ValueError: the message is cut short or its text can't be decoded.
    """
    start = token.find(_AUTHENTICATE)
    if start < 0:
        return None
    message = token[start:]
    if len(message) < _FLAGS_FIELD + 4:
        raise ValueError("the NTLM AUTHENTICATE message is cut short")
    encoding = "utf-16-le" if _number(message, _FLAGS_FIELD) & _UNICODE_FLAG else "cp1252"
    domain = _field(message, _DOMAIN_FIELD).decode(encoding)
    user = _field(message, _USER_FIELD).decode(encoding)
    binding = _av_pairs(_field(message, _RESPONSE_FIELD)).get(_CHANNEL_BINDINGS, b"")
    return Claim(f"{domain}\\{user}" if domain else user, any(binding))


def _number(message: bytes, offset: int) -> int:
    value: int = struct.unpack_from("<I", message, offset)[0]
    return value


def _field(message: bytes, offset: int) -> bytes:
    length, _, position = struct.unpack_from("<HHI", message, offset)
    content = message[position : position + length]
    if len(content) != length:
        raise ValueError("the NTLM AUTHENTICATE message is cut short")
    return content


def _av_pairs(response: bytes) -> dict[int, bytes]:
    pairs: dict[int, bytes] = {}
    position = _CLIENT_CHALLENGE_OFFSET
    while position + 4 <= len(response):
        identifier, length = struct.unpack_from("<HH", response, position)
        if identifier == _END_OF_LIST:
            break
        pairs[identifier] = response[position + 4 : position + 4 + length]
        position += 4 + length
    return pairs
