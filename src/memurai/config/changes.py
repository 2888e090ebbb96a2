"""What is to be done so that a live configuration says what is desired, and which part of it needs a restart.

A live file is not only ours: CONFIG REWRITE, which Sentinel sends at every change of roles, reorders it, writes other
forms of the same values, and adds lines. So files are compared by the meaning of the directives that the desired one
holds; the others stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from memurai.config.acl import default_user_rules
from memurai.config.directives import KNOWN, SENSITIVE
from memurai.config.document import Document
from memurai.config.kinds import Value
from memurai.config.language import Directive, render
from memurai.config.meaning import BUFFER_LIMIT, Key, default, key, parts
from memurai.config.membership import is_member, without_role

DEFAULT_USER = ("user", "default")
# Written all together or not at all: a port for encrypted connections that nobody wants any more must not stay open.
ENCRYPTION = frozenset({"tls-auth-clients", "tls-ca-cert-file", "tls-cert-file", "tls-key-file", "tls-port"})
FOREIGN_COMMENT = "# Kept from the host: directives that the deploy does not set. CONFIG REWRITE writes such lines."


@dataclass(frozen=True)
class Change:
    """One key whose value is to change; the values may be secret and are left out of its representation.

    key: what is changed, as `key` says it.
    before, after: its values in canonical form; None where no directive has this key.
    file_only: the running server has the new value already, only the file differs.
    """

    key: Key
    before: Value | None = field(repr=False)
    after: Value | None = field(repr=False)
    file_only: bool = False


def compare(live: Document, desired: Document) -> tuple[Change, ...]:
    """Return the changes that make the live one mean what the desired one says, in the order of the desired one.

    A directive that is missing and desired at its default is no change. Directives that only the live one holds
    are none either, except those that must not stay: they would override what is desired. Those of encrypted
    connections return to their defaults, which the running server takes too. Of a set's member neither its role is a
    change nor what CONFIG REWRITE adds: Sentinel has it called at every change of roles.
    """
    found, wanted = live.values, without_role(desired).values
    changes = [
        Change(place, found.get(place), after) for place, after in wanted.items() if _differs(place, found, after)
    ]
    removed = [place for place in found if place not in wanted and _must_not_stay(place, wanted)]
    removals = [_removal(place, found) for place in removed]
    return (*changes, *(change for change in removals if _counts(change, desired)))


def merge(live: Iterable[Directive], desired: Document) -> Document:
    """Return the desired one, followed by those of the live directives that it leaves alone.

    The role of a set's member is the live one.
    """
    desired = without_role(desired)
    foreign = _foreign(live, desired.values)
    if not foreign:
        return desired
    text = desired.text
    newline = "\r\n" if "\r\n" in text else "\n"
    separator = "" if not text or text.endswith("\n") else newline
    kept = render(foreign).replace("\n", newline)
    return Document.of(f"{text}{separator}{newline}{FOREIGN_COMMENT}{newline}{kept}")


def needs_restart(change: Change) -> bool:
    """Return whether the running server takes the change only by a restart: what it does not know for live does."""
    if change.file_only:
        return False
    known = KNOWN.get(change.key[0])
    return change.after is None or known is None or not known.live


def set_arguments(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the names and values of one CONFIG SET, which takes all or nothing, for all changes that it can make."""
    values: dict[str, list[str]] = {}
    for change in changes:
        if change.after is not None and not needs_restart(change):
            values.setdefault(change.key[0], []).append(_set_value(change.key, change.after))
    return tuple(word for name, texts in values.items() for word in (name, " ".join(texts)))


def _differs(place: Key, found: Mapping[Key, Value], after: Value) -> bool:
    return found[place] != after if place in found else default(place) != after


def _set_value(place: Key, value: Value) -> str:
    text = " ".join(" ".join(arguments) for arguments in value)
    return f"{place[1]} {text}" if place[0] == BUFFER_LIMIT else text


def _must_not_stay(place: Key, wanted: Mapping[Key, Value]) -> bool:
    """Return whether a directive that is not desired would override one that is.

    A `user default` line, which CONFIG REWRITE adds, wins over requirepass: after the next restart the old password
    works and the new one doesn't. With an ACL file, requirepass counts for nothing and a `user` line keeps the server
    from starting. CONFIG REWRITE copies the secrets of an included file, and the copy wins from then on. An included
    file may hold anything. Redis never writes rename-command, so such a line is an earlier wish of the deploy.
    """
    name, includes = place[0], any(other[0] == "include" for other in wanted)
    has_acl_file = wanted.get(("aclfile",), (("",),)) != (("",),)
    if name in {"include", "rename-command"} or name in ENCRYPTION:
        return True
    if name == "user":
        return has_acl_file or (place == DEFAULT_USER and (includes or ("requirepass",) in wanted))
    if name == "aclfile":
        return ("requirepass",) in wanted or any(other[0] == "user" for other in wanted)
    return includes and name in SENSITIVE


def _removal(place: Key, found: Mapping[Key, Value]) -> Change:
    if place[0] in ENCRYPTION:
        return Change(place, found[place], default(place))
    return Change(place, found[place], None, _is_file_only(place, found))


def _counts(removal: Change, desired: Document) -> bool:
    return removal.before != removal.after and not (removal.file_only and is_member(desired))


def _is_file_only(place: Key, found: Mapping[Key, Value]) -> bool:
    """Return whether a line says nothing but what `requirepass` of the same file says, as CONFIG REWRITE writes it."""
    password = found.get(("requirepass",), (("",),))[0]
    return place == DEFAULT_USER and len(password) == 1 and found[place] == (default_user_rules(password[0]),)


def _foreign(live: Iterable[Directive], wanted: Mapping[Key, Value]) -> tuple[Directive, ...]:
    """Return the directives of the live text that stay beside the desired ones, of each key what counts."""
    kept: dict[Key, list[Directive]] = {}
    for directive in (part for line in live for part in parts(line)):
        place = key(directive)
        if place in wanted or _must_not_stay(place, wanted):
            continue
        earlier = kept.get(place, []) if place == ("save",) else []
        kept[place] = [*earlier, directive]
    return tuple(directive for directives in kept.values() for directive in directives)
