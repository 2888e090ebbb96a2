"""Lines, arguments and quotes, compared with what a real Redis reads."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from config_practice import next_address, refusal
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings
from practice import PracticeServer

from memurai.config import Directive, parse, quote, render, split_arguments
from memurai.exceptions import ConfigSyntaxError, ConfigurationError

SOUP = strategies.text(strategies.sampled_from("\"'\"'\\\\ \t\v\f\rabnrtx4A1#é\x7f"), max_size=24)
TEXT = strategies.text(strategies.characters(codec="utf-8") | strategies.sampled_from("\"'\\#\n\r\t\x00\x07\x7f x"))
BYTES = strategies.binary(max_size=12).map(lambda data: data.decode("utf-8", "surrogateescape"))
NAMES = strategies.from_regex(r"[a-z][a-z0-9._-]{0,20}", fullmatch=True) | TEXT.map(str.lower)


def arguments_or_none(line: str) -> tuple[str, ...] | None:
    try:
        return split_arguments(line)
    except ConfigSyntaxError:
        return None


def test_any_line_is_split_as_redis_splits_it(practice_server: Callable[..., PracticeServer], tmp_path: Path) -> None:
    """redis-cli splits its input by sdssplitargs(), as the server splits its configuration; many lines a process."""
    address = next_address()
    (tmp_path / "any.conf").write_text(f'bind {address}\nport 6379\nsave ""\n')
    client = practice_server("any.conf", address).client

    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategies.lists(SOUP, min_size=20, max_size=60))
    def check(lines: list[str]) -> None:
        client.flushall()
        commands = "".join(f"RPUSH {number} first {line}\n" for number, line in enumerate(lines))
        subprocess.run(["redis-cli", "-h", address], input=commands.encode(), check=True, capture_output=True)
        found = [client.lrange(str(number), 0, -1) or None for number in range(len(lines))]
        split = [arguments_or_none(f"first {line}") for line in lines]
        assert found == [words and [word.encode("utf-8", "surrogateescape") for word in words] for words in split]

    check()


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("", ()),
        ("  a\tb \r", ("a", "b")),
        (r'"\n\r\t\b\a\x41\q\\\""', ('\n\r\t\b\aAq\\"',)),
        (r"'a\'b\n'", ("a'b\\n",)),
        ("a'b' c\"d\"", ("ab", "cd")),
        ("sec#ret", ("sec#ret",)),
        (r"C:\temp\ x", ("C:\\temp\\", "x")),
        (r'"\xc3\xa9"', ("é",)),
        (r'"\xff"', ("\udcff",)),
        ('""', ("",)),
    ],
)
def test_arguments(line: str, arguments: tuple[str, ...]) -> None:
    assert split_arguments(line) == arguments


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ('port 1\nrequirepass "hunter2\n', 2, 13, "closing quote"),
        ("requirepass 'hunter2\\'", 1, 13, "closing quote"),
        ('\r\n\r\n  requirepass "hunter2"x', 3, 24, "blank after the closing quote"),
        ('dir "C:\\hunter2\\"', 1, 5, "backslash before a quote"),
        ("\ufeffport 1", 1, 1, "byte order mark"),
        ("port 1\nrequirepass hunter2\x00", 2, 20, "NUL byte"),
    ],
)
def test_an_error_says_where_and_holds_no_value(text: str, line: int, column: int, what: str) -> None:
    with pytest.raises(ConfigSyntaxError, match=what) as error:
        parse(text)
    assert (error.value.line, error.value.column) == (line, column)
    assert f"line {line}, column {column}: " in str(error.value)
    assert "hunter2" not in str(error.value)
    assert isinstance(error.value, ConfigurationError)


def test_an_error_in_a_single_line_has_a_column_only() -> None:
    with pytest.raises(ConfigSyntaxError, match=r"^column 3: "):
        split_arguments('a "')


@pytest.mark.parametrize("text", ["\ufeffport 6379\n", 'dir "C:\\data\\"\n', "dir 'C:\\data\\'x\n"])
def test_redis_refuses_what_is_refused_here(tmp_path: Path, text: str) -> None:
    message = refusal(tmp_path, text.encode())
    assert "FATAL CONFIG FILE ERROR" in message
    assert "at line 1" in message
    with pytest.raises(ConfigSyntaxError):
        parse(text)


def test_a_backslash_in_double_quotes_is_an_escape() -> None:
    (directive,) = parse('dir "C:\\temp"\n')
    assert directive.arguments == ("C:\temp",)


def test_comments_blank_lines_case_and_line_ends() -> None:
    text = "# a\r\n\r\n  # b\r\nMaxMemory 2gb\r\n\tport 1 # no comment\n\x0c\nsave"
    assert parse(text) == (
        Directive("maxmemory", ("2gb",)),
        Directive("port", ("1", "#", "no", "comment")),
        Directive("save", ()),
    )
    assert [directive.line for directive in parse(text)] == [4, 5, 7]


def test_only_a_line_feed_ends_a_line() -> None:
    assert parse("masterauth a\u2028b\x0bc\x85\nport 1") == (
        Directive("masterauth", ("a\u2028b\x0bc\x85",)),
        Directive("port", ("1",)),
    )


def test_a_directive_does_not_show_its_arguments() -> None:
    assert "hunter2" not in repr(parse("requirepass hunter2"))


@hypothesis_settings(deadline=None, max_examples=60)
@given(strategies.lists(strategies.builds(Directive, NAMES, strategies.lists(TEXT | BYTES).map(tuple))))
def test_what_was_rendered_is_parsed_back_equal(directives: list[Directive]) -> None:
    text = render(directives)
    assert parse(text) == tuple(directives)
    assert render(parse(text)) == text
    assert text.count("\n") == len(directives)


def test_rendered_words_are_quoted_only_when_they_must_be() -> None:
    directive = Directive("dir", ("C:\\data", "a b", "", "#x", "é"))
    assert render([directive]) == 'dir C:\\data "a b" "" "#x" "é"\n'


@hypothesis_settings(deadline=None, max_examples=60)
@given(BYTES)
def test_any_byte_can_be_quoted(value: str) -> None:
    assert split_arguments(quote(value)) == (value,)
