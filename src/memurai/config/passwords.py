"""Several passwords of one server at a time, as its configuration says it.

Redis' default user may have any number of passwords. `requirepass` gives one; a line `user default` gives all of them,
as SHA-256, and then counts instead of it, also after a restart. So while clients move from one password to the next,
the configuration has both lines: `requirepass` with the former one, `user default` with both.
https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ "Create and edit user ACLs with the ACL
SETUSER command"; tried with redis-server 7.0.15.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai.config import Directive, Document, check, quote
from memurai.config.acl import default_user_rules
from memurai.config.membership import is_member
from memurai.exceptions import ConfigSyntaxError
from winfra.secrets import hidden

REQUIREPASS = ("requirepass",)
DEFAULT_USER = ("user", "default")
MASTERUSER = ("masteruser",)
NO_VALUE = (("",),)
READ = frozenset({"aclfile", "requirepass", "user"})
COMMENT = "# Passwords are being changed: all of these work until tasks/rotate_password.py drops all but one."


@dataclass(frozen=True)
class Passwords:
    """The passwords that a configuration gives the default user.

    host: that of `requirepass`. digests: SHA-256 of all that work, in hexadecimal digits.
    """

    host: HiddenValue
    digests: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> "Passwords | None":
        """Return them; None when somebody has given the default user other rights, an ACL file or no password.

        Raises ConfigSyntaxError when a server would refuse what it says of passwords.
        """
        for line in document.directives:
            if line.name in READ:
                check(line)
        values = document.values
        password = values.get(REQUIREPASS, NO_VALUE)[0][0]
        if not password or values.get(("aclfile",), NO_VALUE) != NO_VALUE:
            return None
        plain = default_user_rules(password)
        rules = values.get(DEFAULT_USER, (plain,))[0]
        digests = _digests(rules)
        is_plain = _others(rules) == _others(plain) and digests >= _digests(plain)
        return cls(hidden(password), digests) if is_plain else None


def digest(password: HiddenValue) -> str:
    """Return the SHA-256 by which a `user` line names a password."""
    return next(iter(_digests(default_user_rules(password.unmask()))))


def with_passwords(document: Document, host: HiddenValue, digests: Iterable[str]) -> Document:
    """Return the configuration with these passwords, its other lines as they are.

    A set's member gives its primary the same password, unless it is a user there.

    host: password of `requirepass`. digests: SHA-256 of all passwords that work, that one among them.
    Raises ConfigSyntaxError when it has no line for the password.
    """
    lines = document.text.split("\n")
    end = "\r" if "\r\n" in document.text else ""
    passwords = [number for number, line in _numbered(document) if line.name == "requirepass"]
    users = [number for number, line in _numbered(document) if (line.name, *line.arguments[:1]) == DEFAULT_USER]
    comments = [number for number, line in enumerate(lines, 1) if line.strip() == COMMENT]
    if not passwords:
        raise ConfigSyntaxError("expected a line requirepass, found none", line=len(lines), column=1)
    kept = {number: line for number, line in enumerate(lines, 1) if number not in {*users, *comments, *passwords[:-1]}}
    kept[passwords[-1]] = f"requirepass {quote(host.unmask())}{end}"
    if document.values.get(MASTERUSER, NO_VALUE) == NO_VALUE:
        kept |= _given_to_primary(document, host, end)
    users_text = _user_lines(digests, f"{end}\n")
    separator = f"{end}\n" if users_text and kept[max(kept)] else ""
    return Document.of("\n".join(kept.values()) + separator + users_text)


def with_password(document: Document, host: HiddenValue) -> Document:
    """Return the configuration with one password, its other lines as they are.

    host: password of `requirepass`.
    Raises ConfigSyntaxError when it has no line for the password.
    """
    return with_passwords(document, host, {digest(host)})


def with_password_for_primary(document: Document, password: HiddenValue) -> Document:
    """Return the configuration by which a set's member gives its primary a password, another server's as it is.

    password: of `masterauth`.
    """
    lines = document.text.split("\n")
    end = "\r" if "\r\n" in document.text else ""
    changed = _given_to_primary(document, password, end)
    return Document.of("\n".join(changed.get(number, line) for number, line in enumerate(lines, 1)))


def keeping(present: Document, desired: Document) -> Document:
    """Return the desired configuration with the passwords that the present one gives besides its own.

    A set's member that is a user of its primary goes on with its present password, which that one takes already.
    Raises ConfigSyntaxError when a server would refuse what one of them says of passwords.
    """
    given = present.words.get("masterauth", "")
    if given and is_member(present) and desired.values.get(MASTERUSER, NO_VALUE) == present.values.get(MASTERUSER):
        return with_password_for_primary(desired, hidden(given))
    before, after = Passwords.of(present), Passwords.of(desired)
    if before is None or after is None or before.digests <= after.digests:
        return desired
    return with_passwords(desired, before.host, before.digests | after.digests)


def adding(present: Document, desired: Document) -> Document:
    """Return the present configuration with the password of the desired one beside its own.

    Raises ConfigSyntaxError when a server would refuse what one of them says of passwords.
    """
    before, after = Passwords.of(present), Passwords.of(desired)
    if before is None or after is None or after.digests <= before.digests:
        return present
    return with_passwords(present, before.host, before.digests | after.digests)


def _numbered(document: Document) -> Iterator[tuple[int, Directive]]:
    return ((line.line, line) for line in document.directives if line.line is not None)


def _given_to_primary(document: Document, password: HiddenValue, end: str) -> dict[int, str]:
    """Return by their numbers the lines by which a member gives its primary a password."""
    if not is_member(document):
        return {}
    line = f"masterauth {quote(password.unmask())}{end}"
    return {number: line for number, found in _numbered(document) if found.name == "masterauth"}


def _user_lines(digests: Iterable[str], end: str) -> str:
    words = [f"#{value}" for value in sorted(digests)]
    if len(words) == 1:
        return ""
    return f"{COMMENT}{end}user default on sanitize-payload {' '.join(words)} ~* &* +@all{end}"


def _digests(rules: Iterable[str]) -> frozenset[str]:
    return frozenset(rule[1:] for rule in rules if rule.startswith("#"))


def _others(rules: Iterable[str]) -> tuple[str, ...]:
    return tuple(rule for rule in rules if not rule.startswith("#"))
