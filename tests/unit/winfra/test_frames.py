"""Frames are ASCII lines; replies are found among whatever else a host prints."""

from __future__ import annotations

import base64

import pytest

from winfra.exceptions import HostConnectionError
from winfra.session.frames import Reply, Request, json_field, parse_reply, text_field


def test_a_request_is_one_line_with_an_id_of_its_own() -> None:
    fields = (b"run", text_field("Write-Output 'é'"), json_field({"Directory": None}))
    first, second = Request("script", fields), Request("script", fields)
    assert first.id != second.id
    assert first.line.startswith(first.id.encode() + b" run ")
    assert first.line.count(b"\n") == 1
    assert first.line.isascii()


def test_an_empty_field_stays_a_field() -> None:
    assert Request("x", (b"run", text_field(""), b"e30=")).line.split(b" ")[1:] == [b"run", b"", b"e30=\n"]


def reply_line(identifier: str, out: bytes, err: bytes) -> bytes:
    encode = base64.b64encode
    return b"@WINFRA " + identifier.encode() + b" 3 " + encode(out) + b". " + encode(err) + b".\r"


def test_a_reply_is_read_behind_what_else_is_on_its_line() -> None:
    line = b"stray text" + reply_line("ab", b"\x00\xff", b"")
    assert parse_reply(line, "ab") == Reply(3, b"\x00\xff", b"")


def test_other_lines_are_not_the_reply() -> None:
    assert parse_reply(reply_line("abc", b"", b""), "ab") is None
    assert parse_reply(b"Windows PowerShell", "ab") is None


def test_a_reply_that_lost_a_part_is_an_error() -> None:
    with pytest.raises(HostConnectionError, match="expected a reply of five fields"):
        parse_reply(b"@WINFRA ab 0 " + base64.b64encode(b"half"), "ab")
