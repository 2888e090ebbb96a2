"""Passwords beside each other in a configuration, and which step may be taken."""

from collections.abc import Collection

import pytest
from pyinfra.api import HiddenValue

from memurai.checks.rotation import drop_problems, problems
from memurai.config import Document, membership, normal, parse, passwords
from memurai.config.passwords import Passwords, digest
from winfra.facts.files import TextFileState
from winfra.secrets import hidden

PATH = "C:/x.conf"
OLD, NEW, OTHER = "old-password-of-the-host", "new-password-of-the-settings", "somebody-else's-password"


def with_passwords(text: str, host: HiddenValue, digests: Collection[str]) -> str:
    return passwords.with_passwords(Document.of(text), host, digests).text


def keeping(present: str, desired: str) -> str:
    return passwords.keeping(Document.of(present), Document.of(desired)).text


def adding(present: str, desired: str) -> str:
    return passwords.adding(Document.of(present), Document.of(desired)).text


def configuration(password: str, *others: str, end: str = "\r\n") -> str:
    text = end.join(("# A comment", "port 1", f'requirepass "{password}"', "maxmemory 1gb", ""))
    return with_passwords(text, hidden(password), {digest(hidden(secret)) for secret in (password, *others)})


def digests(*passwords: str) -> set[str]:
    return {digest(hidden(password)) for password in passwords}


def found(text: str) -> tuple[str, frozenset[str]]:
    read = Passwords.of(Document.of(text))
    assert read is not None
    return read.host.unmask(), read.digests


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_two_passwords_and_one_again(end: str) -> None:
    one = configuration(OLD, end=end)
    both = with_passwords(one, hidden(OLD), digests(OLD, NEW))
    assert found(both) == (OLD, digests(OLD, NEW))
    assert with_passwords(both, hidden(OLD), digests(OLD, NEW)) == both
    assert with_passwords(both, hidden(OLD), digests(OLD)) == one
    assert with_passwords(both, hidden(NEW), digests(NEW)) == one.replace(OLD, NEW)


def test_a_line_is_added_to_a_file_without_a_last_newline() -> None:
    text = with_passwords(f"port 1\nrequirepass {OLD}", hidden(OLD), digests(OLD, NEW))
    assert normal(parse(text))[("requirepass",)] == ((OLD,),)
    assert found(text) == (OLD, digests(OLD, NEW))


def test_of_several_requirepass_the_last_one_counts_and_stays() -> None:
    text = with_passwords(f"requirepass {OTHER.replace(chr(39), '')}\nrequirepass {OLD}\n", hidden(NEW), digests(NEW))
    assert text == f'requirepass "{NEW}"\n'


@pytest.mark.parametrize(
    "line",
    ["aclfile users.acl", "user default off", f"user default on >{OLD} ~* +get", f"user default on >{NEW} ~* &* +@all"],
)
def test_other_rules_are_no_passwords_to_change(line: str) -> None:
    assert Passwords.of(Document.of(f"requirepass {OLD}\n{line}\n")) is None


def test_no_password_is_none() -> None:
    assert Passwords.of(Document.of("port 1\n")) is None


def test_what_a_deploy_keeps_and_adds() -> None:
    assert keeping(configuration(OLD), configuration(OLD)) == configuration(OLD)
    assert found(keeping(configuration(OLD), configuration(NEW))) == (OLD, digests(OLD, NEW))
    assert found(keeping(configuration(OLD, NEW), configuration(OLD))) == (OLD, digests(OLD, NEW))
    assert found(adding(configuration(OLD), configuration(NEW))) == (OLD, digests(OLD, NEW))
    assert adding(configuration(OLD, NEW), configuration(NEW)) == configuration(OLD, NEW)
    assert keeping("port 1\n", configuration(NEW)) == configuration(NEW)


def given_to_primary(text: str) -> str:
    return Document.of(text).words["masterauth"]


def test_a_member_gives_its_primary_what_that_takes_already() -> None:
    """While passwords change, the new one is one that not all of the set take yet."""
    old, new = (f"{configuration(password)}{membership.comment()}\nmasterauth {password}\n" for password in (OLD, NEW))
    both = keeping(old, new)
    assert (found(both), given_to_primary(both)) == ((OLD, digests(OLD, NEW)), OLD)
    assert given_to_primary(with_passwords(both, hidden(NEW), digests(OLD, NEW))) == NEW
    assert adding(old, new).count(OLD) == 2
    users = [f"{text}masteruser replica\n" for text in (old, new)]
    assert given_to_primary(keeping(old, users[1])) == NEW
    assert given_to_primary(keeping(*users)) == OLD
    assert given_to_primary(keeping(users[0].replace(f"masterauth {OLD}\n", ""), users[1])) == NEW
    assert given_to_primary(with_passwords(users[1], hidden(OTHER), digests(OTHER))) == NEW


def test_the_password_of_another_primary_stays() -> None:
    text = f"{configuration(OLD)}masterauth {OTHER.replace(chr(39), '')}\n"
    assert given_to_primary(with_passwords(text, hidden(NEW), digests(NEW))) == OTHER.replace(chr(39), "")


def asked(text: str | None, password: str, drop: object) -> list[str]:
    file: TextFileState | None = None
    if text is not None:
        file = {
            "path": PATH, "exists": True, "content": text, "has_byte_order_mark": False, "size_bytes": len(text),
        }  # fmt: skip
    return list(problems(file, PATH, hidden(password), drop))


@pytest.mark.parametrize(
    ("text", "password", "drop", "expected"),
    [
        (None, NEW, None, "found an error"),
        ("port 1\n", NEW, None, "Run deploy.py"),
        ('requirepass "x\n', NEW, None, "closing quote"),
        (configuration(OLD, NEW), OLD, "old", "the new one would be dropped"),
        (configuration(OLD, NEW), NEW, "new", "Set memurai_security.password's source back first"),
    ],
)
def test_a_wrong_step_is_refused(text: str | None, password: str, drop: object, expected: str) -> None:
    (problem,) = asked(text, password, drop)
    assert expected in problem
    assert OLD not in problem
    assert NEW not in problem


def test_only_the_old_or_the_new_password_is_dropped() -> None:
    assert [list(drop_problems(drop)) for drop in (None, "old", "new")] == [[], [], []]
    (problem,) = drop_problems(True)
    assert "expected old or new" in problem


@pytest.mark.parametrize(("password", "drop"), [(NEW, None), (OLD, None), (NEW, "old"), (OLD, "new")])
def test_a_right_step_is_taken(password: str, drop: object) -> None:
    assert asked(configuration(OLD, NEW), password, drop) == []
