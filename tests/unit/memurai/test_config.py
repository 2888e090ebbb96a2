"""The configuration language, compared with what a real Redis reads."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from config_practice import next_address
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings
from practice import PracticeServer

from memurai.config import flag, format_size, parse_size, quote
from memurai.exceptions import ConfigurationError

# Everything a line of UTF-8 text can hold, the characters with a meaning more often than chance would bring them.
TEXT = strategies.text(strategies.characters(codec="utf-8") | strategies.sampled_from("\"'\\#\n\r\t\x00\x07\x7f x"))
NASTY = [
    "",
    " ",
    "#",
    "a # b",
    "\\",
    '"',
    "'",
    '\\"',
    "\\x41",
    "a\nb",
    "\r\n",
    "\t",
    "\x00",
    "é",
    "C:\\temp\\",
    "a\x00b",
]


@pytest.fixture
def address() -> str:
    return next_address()


def test_redis_reads_back_what_was_quoted(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, address: str
) -> None:
    """redis-cli splits its input by the function that the server splits its configuration by, sdssplitargs()."""
    (tmp_path / "any.conf").write_text(f'bind {address}\nport 6379\nsave ""\n')
    server = practice_server("any.conf", address)

    @hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategies.lists(TEXT, min_size=1, max_size=40))
    def check(values: list[str]) -> None:
        command = f"RPUSH values {' '.join(quote(value) for value in values)}\n"
        server.client.delete("values")
        subprocess.run(["redis-cli", "-e", "-h", address], input=command.encode(), check=True, capture_output=True)
        assert server.client.lrange("values", 0, -1) == [value.encode() for value in values]

    check()


@pytest.mark.parametrize("value", NASTY)
def test_a_configuration_file_reads_back_what_was_quoted(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, address: str, value: str
) -> None:
    """The same through the server's own file, CRLF line ends and all."""
    lines = [f"bind {address}", "port 6379", 'save ""', f"masterauth {quote(value)}"]
    (tmp_path / "any.conf").write_bytes("\r\n".join([*lines, ""]).encode())
    server = practice_server("any.conf", address)
    assert server.client.execute_command("CONFIG", "GET", "masterauth") == {b"masterauth": value.encode()}


@given(TEXT)
def test_a_quoted_value_stays_on_its_line(value: str) -> None:
    assert not set("\r\n\x00") & set(quote(value))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2gb", 2147483648),
        ("2G", 2000000000),
        ("64mb", 67108864),
        ("1k", 1000),
        ("1KB", 1024),
        ("5b", 5),
        ("1024", 1024),
    ],
)
def test_sizes_are_read_as_redis_reads_them(
    practice_server: Callable[..., PracticeServer], tmp_path: Path, address: str, text: str, size: int
) -> None:
    (tmp_path / "any.conf").write_text(
        f'bind {address}\nport 6379\nsave ""\nclient-query-buffer-limit 1gb\nmaxmemory {text}\n'
    )
    server = practice_server("any.conf", address)
    assert parse_size(text) == size == int(server.client.info()["maxmemory"])


@pytest.mark.parametrize("text", ["", "2 gb", "75%", "2.5gb", "gb", "-1", "2tb", "0x10"])
def test_what_redis_does_not_read_as_a_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="expected a size"):
        parse_size(text)


@given(strategies.integers(min_value=0, max_value=2**62))
def test_a_formatted_size_is_the_same_size(size: int) -> None:
    assert parse_size(format_size(size)) == size


def test_a_size_is_formatted_in_its_largest_unit() -> None:
    assert [format_size(size) for size in (2**31, 64 * 2**20, 1024, 1000, 0)] == ["2gb", "64mb", "1kb", "1000", "0"]


def test_flags() -> None:
    assert (flag(True), flag(False)) == ("yes", "no")
