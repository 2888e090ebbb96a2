"""The lines that travel between this machine and the PowerShell agent (powershell/agent/agent.ps1).

Everything is ASCII: fields are separated by one blank, texts and bytes are base64, so that no code page between
the two can change them.
"""

from __future__ import annotations

import base64
import gzip
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from winfra.exceptions import HostConnectionError

REPLY_TAG = b"@WINFRA "
LANGUAGE_TAG = b"@WINFRA-LANGUAGE "
READY = "0"
# Base64 in a frame and base64 of that in the SOAP envelope: 250 KB become 444 KB, under the 500 KB that a server
# takes by default (MaxEnvelopeSizekb).
LARGEST_BLOCK = 250_000
LARGEST_LINE = 340_000


@dataclass(frozen=True)
class Reply:
    """What the agent answered: an exit code and two streams of bytes."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Request:
    """One request that has a reply.

    what: what is asked, in words, for messages.
    fields: the operation and its encoded fields.
    id: unique, so that a lost reply can be asked for again without running anything twice.
    """

    what: str
    fields: tuple[bytes, ...]
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def line(self) -> bytes:
        """The request as it travels."""
        return frame(self.id, *self.fields)


def text_field(value: str) -> bytes:
    """Encode a text."""
    return base64.b64encode(value.encode())


def json_field(value: Mapping[str, object]) -> bytes:
    """Encode a JSON object."""
    return text_field(json.dumps(value, ensure_ascii=True))


def block_field(value: bytes) -> bytes:
    """Encode raw bytes."""
    return base64.b64encode(value)


def frame(identifier: str, *fields: bytes) -> bytes:
    """Return one line of a request."""
    return b" ".join([identifier.encode("ascii"), *fields]) + b"\n"


@cache
def packed_line(text: str) -> bytes:
    """Return a script as the agent's start reads it: one line of base64 of gzip."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)) + b"\n"


def parse_reply(line: bytes, identifier: str) -> Reply | None:
    """Return the reply in a line of output, or None when the line is not the reply to this request."""
    start = line.find(REPLY_TAG + identifier.encode("ascii") + b" ")
    if start < 0:
        return None
    parts = line[start:].strip().split(b" ")
    if len(parts) != 5 or not (parts[3].endswith(b".") and parts[4].endswith(b".")):  # noqa: PLR2004  # the five fields
        raise HostConnectionError(f"expected a reply of five fields from the agent, found {len(parts)}: {line[:120]!r}")
    return Reply(int(parts[2]), base64.b64decode(parts[3][:-1]), base64.b64decode(parts[4][:-1]))
