"""The users of a server as its ACL file names them: a line each, with the SHA-256 of the passwords that work.

A comment, a blank password or a byte order mark makes the server refuse the file as a whole.
https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ "Use an external ACL file"; tried with
redis-server 7.0.15.
"""

from collections.abc import Iterable, Mapping

from pyinfra.api import HiddenValue

from memurai.config import parse
from memurai.config.acl import canonical_rules
from memurai.config.damage import BYTE_ORDER_MARK
from memurai.config.passwords import digest
from memurai.settings import Settings
from memurai.settings.credentials import Credentials
from winfra.operations.files import render
from winfra.secrets import hidden

TEMPLATE = "templates/users.acl.j2"
USER = "user"
PASSWORD = "#"  # noqa: S105 - the mark of a digest

Users = Mapping[str, tuple[str, ...]]


def rendered(settings: Settings, credentials: Credentials) -> HiddenValue:
    """Return the whole ACL file; hidden, though it holds SHA-256 and no password.

    Raises jinja2.TemplateError when the template asks for something that is not there.
    """
    passwords = {"administrator": credentials.password, **credentials.users}
    words = {role: f"{PASSWORD}{digest(password)}" for role, password in passwords.items()}
    return hidden(written(read(render(TEMPLATE, {"settings": settings, "passwords": words}))))


def read(text: str) -> Users:
    """Return the canonical rules of each user of an ACL file, or of the answer to ACL LIST.

    Raises ConfigSyntaxError when the text can't be read.
    """
    lines = [line for line in parse(text) if line.name == USER and line.arguments]
    return {line.arguments[0]: canonical_rules(line.arguments[1:]) for line in lines}


def unreadable(text: str, *, marked: bool) -> str | None:
    """Return why a server would refuse an ACL file that `read` can read, None when it would not.

    text: without its byte order mark. marked: whether one precedes it.
    """
    if marked:
        return BYTE_ORDER_MARK
    lines = enumerate((line.strip(" \t\r") for line in text.split("\n")), 1)
    names: set[str] = set()
    for number, words in ((number, line.split(" ")) for number, line in lines if line):
        name = " ".join(words[1:2])
        # A server splits a line at its blanks, quotes or not, and takes neither comments nor USER.
        if words[0] != USER or not name or name in names or {"'", '"'} & set(" ".join(words)):
            return f"line {number}: not `user`, a name that no other line has, and its rules, without quotes"
        names.add(name)
    return None


def written(users: Users) -> str:
    """Return the ACL file of users, with the line ends of Windows."""
    return "".join(f"{USER} {name} {' '.join(rules)}\r\n" for name, rules in users.items())


def digests(rules: Iterable[str]) -> frozenset[str]:
    """Return the SHA-256 of a user's passwords."""
    return frozenset(rule.removeprefix(PASSWORD) for rule in rules if rule.startswith(PASSWORD))


def keeping(present: Users, desired: Users) -> Users:
    """Return the desired users with the passwords that they have at present besides."""
    return {
        name: canonical_rules([*rules, *(rule for rule in present.get(name, ()) if rule.startswith(PASSWORD))])
        if digests(rules)
        else rules
        for name, rules in desired.items()
    }
