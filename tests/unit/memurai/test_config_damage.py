"""Lines of a host's configuration that a server refuses: named with their number, and mended by what is desired."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from config_practice import refusal

from memurai import config
from memurai.changes import rollback
from memurai.changes.comparison import plan_of
from memurai.checks import rotation
from memurai.config import Document, parse
from memurai.config.damage import Mended, mended, unreadable
from memurai.config.passwords import Passwords, with_password
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.rendering import configuration
from memurai.settings import Settings, credentials
from winfra.facts.files import TextFileState
from winfra.secrets import hidden

WORD = "abc"


def rendered(settings: Settings) -> str:
    return configuration.rendered(settings, credentials.resolve(settings)).unmask()


def endpoint(text: str) -> Endpoint:
    return Endpoint.of(Document.of(text))


def passwords(text: str) -> Passwords | None:
    return Passwords.of(Document.of(text))


def mend(present: str, desired: str, *, keep_foreign: bool = True) -> Mended:
    return mended(Document.of(present), Document.of(desired), keep_foreign=keep_foreign)


def names(text: str) -> list[str]:
    return list(dict.fromkeys(directive.name for directive in parse(text)))


def damages(text: str) -> Iterator[tuple[str, str]]:
    """Yield each directive of a text with no value, one value too many, and a word for its value, by what was done."""
    for name in names(text):
        lines = text.splitlines()
        number = next(place for place, line in enumerate(lines) if line.startswith(f"{name} "))
        for what, line in (("none", name), ("too many", f"{lines[number]} more"), ("a word", f"{name} {WORD}")):
            yield f"{name}: {what}", "\r\n".join([*lines[:number], line, *lines[number + 1 :]]) + "\r\n"


def line_of_error(read: Callable[[str], object], text: str) -> int | None:
    """Return the line that is named, None when there is no error."""
    try:
        read(text)
    except ConfigSyntaxError as error:
        return error.line or 0
    return None


def refusals(text: str) -> Iterator[str]:
    """Yield what a change of the password is refused with."""
    try:
        passwords(text)
    except ConfigSyntaxError as error:
        yield f"configuration x: {error}. Mend or remove that line on the host and run again."


@pytest.fixture
def desired(settings: Settings) -> str:
    return rendered(settings)


def test_every_directive_of_the_template_may_be_damaged_on_a_host(desired: str) -> None:
    """The plan writes the desired line; whoever else reads the file names the line or can do without it."""
    tried = 0
    for what, present in damages(desired):
        plan = plan_of(present, Document.of(desired))
        assert present == desired or plan.changes or plan.desired.text == present, what
        if config.problems(parse(present)):
            assert plan.changes, what
            assert config.compare(plan.desired, Document.of(desired)) == (), what
            assert config.problems(plan.desired.directives) == (), what
        for read in (endpoint, passwords):
            assert line_of_error(read, present) != 0, what
        returned = rollback.with_present_password(Document.of(present), Document.of(desired))
        assert returned.text == desired, what
        file = TextFileState(path="x", exists=True, content=present, has_byte_order_mark=False, size_bytes=len(present))
        assert list(rotation.problems(file, "x", hidden("x"), None)) == list(refusals(present)), what
        tried += 1
    assert tried == 3 * len(names(desired))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("requirepass", "line 2, column 1: requirepass: expected one value"),
        ("port abc", "line 2, column 1: port: expected a whole number"),
        ("port 70000", "line 2, column 1: port: expected a port, from 0 to 65535, found another number"),
        ("tls-port", "line 2, column 1: tls-port: expected a whole number"),
        ("rename-command CONFIG", "line 2, column 1: rename-command: expected 2 argument(s), found 1"),
        ("aclfile a b", "line 2, column 1: aclfile: expected one path"),
    ],
)
def test_an_endpoint_is_not_guessed_from_a_line_that_a_server_refuses(line: str, expected: str) -> None:
    with pytest.raises(ConfigSyntaxError) as error:
        endpoint(f"# first\n{line}\n")
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("line", "address"),
    [("bind localhost", "localhost"), ('bind ""', "127.0.0.1"), ("bind", "127.0.0.1"), ("bind web1 ::1", "::1")],
)
def test_an_address_may_be_a_name(line: str, address: str) -> None:
    assert endpoint(f"{line}\n").address == address


def test_the_passwords_of_a_damaged_line_are_unknown() -> None:
    with pytest.raises(ConfigSyntaxError, match="line 1, column 1: requirepass: expected one value"):
        passwords("requirepass\n")


def test_a_password_needs_a_line_to_stand_in() -> None:
    with pytest.raises(ConfigSyntaxError, match="expected a line requirepass, found none"):
        with_password(Document.of("aclfile users.acl\n"), hidden("new"))


def test_a_damaged_line_is_replaced_by_the_desired_one_and_the_rest_stays() -> None:
    present = "# comment\r\nport abc\r\nhz 20\r\nport 6379\r\n"
    found = mend(present, "port 6380\n")
    assert found.document.text == "# comment\r\nhz 20\r\nport 6380\n"
    assert [(change.key, change.before, change.after) for change in found.changes] == [
        (("port",), (("abc",),), (("6380",),))
    ]
    assert mend("port 6379\n", "port 6380\n").changes == ()


def test_a_damaged_line_that_nobody_desires_is_named() -> None:
    with pytest.raises(ConfigSyntaxError, match="line 2, column 1: maxmemory-samples: expected a whole number"):
        mend("hz 20\nmaxmemory-samples many\n", "port 6380\n")
    taken = mend("hz 20\nmaxmemory-samples many\n", "port 6380\n", keep_foreign=False)
    assert taken.document.text == "hz 20\n"
    assert [change.key for change in taken.changes] == [("maxmemory-samples",)]


def test_what_a_server_would_not_start_on_is_said_without_values() -> None:
    assert unreadable("port abc\nhz 20\n", marked=False) == (
        "line 1: port: expected a whole number, found 1 argument(s) that are not that",
    )
    assert unreadable("port 6379\n", marked=False) == ()
    assert unreadable("port 6379\n", marked=True) == ("expected no byte order mark, found one",)
    assert unreadable("# a comment\x00\nport 6379\n", marked=False) == (
        "line 1, column 12: expected text, found a NUL byte",
    )


def test_after_a_nul_byte_a_server_takes_the_next_line_for_the_same(tmp_path: Path) -> None:
    """So a comment with one hides a line, and a line with one is another: the file is not read as it was meant."""
    assert "'maxclients 10hz 20'" in refusal(tmp_path, b"maxclients 10\x00\nhz 20\n")
    assert "'also-none 1'" in refusal(tmp_path, b"# a comment\x00\nnot-a-directive 1\nalso-none 1\n")


def test_a_byte_order_mark_is_shown_and_needs_no_restart(desired: str) -> None:
    plan = plan_of(desired, Document.of(desired), marked=True)
    assert plan is not None
    assert (plan.is_empty, plan.desired.text, plan.restart) == (False, desired, False)
    assert plan.before.splitlines()[0] == "byte order mark"
    assert plan.sound == plan.desired
