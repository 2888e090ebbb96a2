"""The rules of a `user` line, in the one form that stands for all that mean the same.

CONFIG REWRITE writes every user anew: passwords as SHA-256, `&*` and `+@all` for their synonyms, single commands in an
order of its own. Redis 7.0 also looks for other categories that amount to the same commands: such a line may then be
found different from its like. An ACL file is safe from that.
https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ "ACL rules",
https://github.com/redis/redis/blob/7.2/src/acl.c ACLSetUser(), ACLDescribeUser().
"""

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from memurai.config.language import LOWER_CASE

SYNONYMS = {"allkeys": "~*", "allchannels": "&*", "allcommands": "+@all", "nocommands": "-@all"}
NO_COMMANDS = "-@all"
WHOLE_SETS = frozenset({"+@all", NO_COMMANDS})


@dataclass
class _Selector:
    """Keys, channels and commands; a user has one of its own and may have more."""

    keys: set[str] = field(default_factory=set)
    channels: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=lambda: [NO_COMMANDS])
    unread: list[str] = field(default_factory=list)

    def apply(self, rule: str) -> None:
        word = rule.translate(LOWER_CASE)
        word = SYNONYMS.get(word, word)
        if word == "resetkeys":
            self.keys.clear()
        elif word == "resetchannels":
            self.channels.clear()
        elif word in WHOLE_SETS:
            self.commands = [word]
        elif word[:1] in {"+", "-"}:
            self.commands = [*(other for other in self.commands if other[1:] != word[1:]), word]
        elif word[:1] in {"~", "%"}:
            self.keys.add(_key_pattern(SYNONYMS.get(word, rule)))
        elif word[:1] == "&":
            self.channels.add(rule)
        else:
            self.unread.append(rule)

    def rules(self) -> tuple[str, ...]:
        return (*sorted(self.keys), *sorted(self.channels), *_ordered_commands(self.commands), *self.unread)


@dataclass
class _User:
    enabled: str = "off"
    payload: str = "sanitize-payload"
    nopass: bool = False
    passwords: set[str] = field(default_factory=set)
    root: _Selector = field(default_factory=_Selector)
    selectors: list[tuple[str, ...]] = field(default_factory=list)

    def apply(self, rule: str) -> None:
        word = rule.translate(LOWER_CASE)
        if word in {"on", "off"}:
            self.enabled = word
        elif word in {"sanitize-payload", "skip-sanitize-payload"}:
            self.payload = word
        elif word in {"nopass", "resetpass"}:
            self.passwords.clear()
            self.nopass = word == "nopass"
        elif word[:1] in {">", "#", "<", "!"}:
            self._apply_password(rule)
        elif word == "clearselectors":
            self.selectors.clear()
        elif word[:1] == "(":
            self.selectors.append(_selector_rules(rule))
        else:
            self.root.apply(SYNONYMS.get(word, rule))

    def _apply_password(self, rule: str) -> None:
        digest = _digest(rule[1:]) if rule[0] in "><" else rule[1:]
        if rule[0] in ">#":
            self.nopass = False
            self.passwords.add(digest)
        else:
            self.passwords.discard(digest)

    def rules(self) -> tuple[str, ...]:
        passwords = ("nopass",) if self.nopass else tuple(f"#{digest}" for digest in sorted(self.passwords))
        selectors = tuple(f"({' '.join(rules)})" for rules in self.selectors)
        return (self.enabled, self.payload, *passwords, *self.root.rules(), *selectors)


def canonical_rules(rules: Iterable[str]) -> tuple[str, ...]:
    """Return the canonical rules of a user that has just been made: off, without passwords, keys and commands.

    Rules that are not known stand behind the others as they are.
    """
    user = _User()
    for rule in _joined_selectors(rules):
        if rule.translate(LOWER_CASE) == "reset":
            user = _User()
        else:
            user.apply(rule)
    return user.rules()


def same_rights(first: Iterable[str], second: Iterable[str], categories: Mapping[str, frozenset[str]]) -> bool:
    """Whether two canonical lists of rules mean the same.

    Redis 7.0 describes a user's commands by other categories and in another order than they were given.

    categories: the commands of each category, of those that the rules name; others are taken as they stand.
    """
    texts = [tuple(rule for rule in rules if rule[:1] not in "+-") for rules in (first, second)]
    return texts[0] == texts[1] and _exceptions(first, categories) == _exceptions(second, categories)


def command_categories(rules: Iterable[str]) -> frozenset[str]:
    """Return the names of the categories that rules name, but for all."""
    return frozenset(rule[2:] for rule in rules if rule[1:2] == "@" and rule not in WHOLE_SETS)


def _exceptions(rules: Iterable[str], categories: Mapping[str, frozenset[str]]) -> tuple[str, frozenset[str]]:
    """Return what the rules begin with, all commands or none, and the commands that are otherwise."""
    base, exceptions = NO_COMMANDS, set[str]()
    for rule in (rule for rule in rules if rule[:1] in "+-"):
        named = categories.get(rule[2:], {rule[1:]}) if rule[1:2] == "@" else {rule[1:]}
        if rule in WHOLE_SETS:
            base, exceptions = rule, set()
        elif rule[0] == base[0]:
            exceptions -= named
        else:
            exceptions |= named
    return base, frozenset(exceptions)


def default_user_rules(password: str) -> tuple[str, ...]:
    """Return the canonical rules that `requirepass` gives the user `default`; an empty password asks for none."""
    return canonical_rules(("on", f">{password}" if password else "nopass", "~*", "&*", "+@all"))


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode("utf-8", "surrogateescape")).hexdigest()


def _key_pattern(rule: str) -> str:
    return re.sub(r"^%(?:rw|wr)~", "~", rule, flags=re.IGNORECASE)


def _ordered_commands(rules: Iterable[str]) -> Iterator[str]:
    """Yield rules for commands with those of neighbouring single commands by name: their order means nothing.

    A category stays where it is, and so does a command with subcommands: they take part of each other away.
    """
    for movable, neighbours in itertools.groupby(rules, lambda rule: rule[1:2] != "@" and "|" not in rule):
        yield from sorted(neighbours, key=(lambda rule: rule[1:]) if movable else (lambda _: ""))


def _selector_rules(rule: str) -> tuple[str, ...]:
    selector = _Selector()
    for word in rule.removeprefix("(").removesuffix(")").split():
        selector.apply(word)
    return selector.rules()


def _joined_selectors(rules: Iterable[str]) -> Iterator[str]:
    """Yield the rules with each selector, `(` to `)`, as one of them."""
    selector: list[str] = []
    for rule in rules:
        if selector or rule.startswith("("):
            selector.append(rule)
            if not rule.endswith(")"):
                continue
            yield " ".join(selector)
            selector = []
        else:
            yield rule
    yield from selector
