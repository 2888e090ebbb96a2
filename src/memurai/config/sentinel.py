"""A Sentinel's own file: what it says, and what is to be done so that a Sentinel is as it is desired.

A Sentinel writes its file anew whenever it learns something: what it remembers (its id, epochs, the replicas and other
Sentinels that it knows) stands there among its settings, the primary is the present one, and lines that say a default
are gone. So files are compared by the settings that the desired one holds, and a running Sentinel is given those that
differ.
https://github.com/redis/redis/blob/7.2/src/sentinel.c rewriteConfigSentinelOption(), sentinelSetCommand(),
sentinelConfigSetCommand(); https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ "Reconfiguring
Sentinel at Runtime"; tried with redis-server 7.0.15.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyinfra.api import HiddenValue

from memurai.config import meaning
from memurai.config.acl import default_user_rules
from memurai.config.changes import DEFAULT_USER, ENCRYPTION, Change
from memurai.config.document import Document
from memurai.config.kinds import Value
from memurai.config.language import LOWER_CASE, Directive, render
from memurai.config.meaning import Key
from memurai.config.values import quote
from winfra.redaction import CHANGED
from winfra.secrets import hidden

SENTINEL = "sentinel"
MONITOR, QUORUM, RENAME, AUTH_PASS = "monitor", "quorum", "rename-command", "auth-pass"
REQUIREPASS = ("requirepass",)
# Of one set, whose name follows; the others are of the whole Sentinel.
OF_A_SET = frozenset(
    {
        *(AUTH_PASS, "auth-user", "client-reconfig-script", "config-epoch", "down-after-milliseconds"),
        *("failover-timeout", "known-replica", "known-sentinel", "leader-epoch", "master-reboot-down-after-period"),
        *(MONITOR, "notification-script", "parallel-syncs", QUORUM, RENAME),
    }
)
# Each of these is one of several of its kind, which its first arguments tell apart; so many, after the set's name.
DISTINCT = {"known-replica": 2, "known-sentinel": 2, RENAME: 1}
OLD_NAMES = {"known-slave": "known-replica"}
DEFAULTS = {
    "announce-hostnames": "no",
    "announce-ip": "",
    "announce-port": "0",
    AUTH_PASS: "",
    "auth-user": "",
    "down-after-milliseconds": "30000",
    "failover-timeout": "180000",
    "parallel-syncs": "1",
    "resolve-hostnames": "no",
    "sentinel-pass": "",
    "sentinel-user": "",
}
# What a running Sentinel tells of these is asked for; passwords it never tells, or should not have to.
TOLD_OF_A_SET = (QUORUM, "down-after-milliseconds", "failover-timeout", "parallel-syncs")
TOLD = ("announce-*", "resolve-hostnames")
# Settings that are written only where they are wanted: what a Sentinel has of them besides goes.
OPTIONAL = frozenset({"announce-hostnames", "auth-user", RENAME, "resolve-hostnames", "sentinel-user"})
OPTIONAL_ENCRYPTION = ENCRYPTION | {"tls-replication"}
SECRET = frozenset({AUTH_PASS, RENAME, "sentinel-pass"})
FOREIGN_COMMENT = "# Kept from the host: what the Sentinel remembers, and what the deploy does not set."


@dataclass(frozen=True)
class SentinelDocument(Document):
    """A Sentinel's configuration; what it says may be secret and is left out of its representation."""

    @cached_property
    def values(self) -> Mapping[Key, Value]:
        """The effective values: of a `sentinel` line by its option and set, others as those of a server.

        The quorum, a setting, stands apart from the address beside it, which is what the Sentinel remembers.
        """
        values = dict(meaning.normal(line for line in self.directives if line.name != SENTINEL))
        if DEFAULT_USER not in values and REQUIREPASS in values:
            values[DEFAULT_USER] = (default_user_rules(values[REQUIREPASS][0][0]),)
        for line in self.directives:
            if line.name == SENTINEL:
                values.update(_values(line))
        return values


@dataclass(frozen=True)
class SentinelCall:
    """One command for a running Sentinel.

    command_line: all of it, as `split_arguments` reads it. shown: the same, its secrets masked.
    """

    command_line: HiddenValue
    shown: str


def compare(live: SentinelDocument, desired: SentinelDocument) -> tuple[Change, ...]:
    """Return the changes that make a Sentinel what is desired, in the order of the desired one.

    The primary of a set that it watches is what it remembers, and no change.
    """
    found, wanted = live.values, desired.values
    changes = [
        Change(place, found.get(place), after)
        for place, after in wanted.items()
        if after != found.get(place, _default(place)) and not _is_known_primary(place, found)
    ]
    others = (Change(place, before, _default(place)) for place, before in found.items() if place not in wanted)
    return (*changes, *(change for change in others if change.before != change.after and _is_to_go(change.key, wanted)))


def needs_restart(change: Change) -> bool:
    """Return whether a Sentinel takes a change only from its file, at its start: port, bind and the like."""
    return change.key[0] != SENTINEL and change.key != DEFAULT_USER


def calls(changes: Iterable[Change]) -> tuple[SentinelCall, ...]:
    """Return the commands by which a running Sentinel takes those of the changes that need no restart.

    The options of a set go together, as a user and its password must, and after those of the Sentinel: without
    resolve-hostnames it watches no name. SENTINEL CONFIG SET of Redis 7.0 takes one option.
    """
    live = [change for change in changes if not needs_restart(change)]
    options = [change for change in live if change.key != DEFAULT_USER]
    sets = dict.fromkeys(change.key[2] for change in options if change.key[1] in OF_A_SET)
    users = [_user_call(change) for change in live if change.key == DEFAULT_USER]
    return (
        *users,
        *(_call(["SENTINEL", "CONFIG", "SET"], [change]) for change in options if change.key[1] not in OF_A_SET),
        *(call for name in sets for call in _calls_of_set(name, [one for one in options if one.key[2:3] == (name,)])),
        # The others write the file by themselves.
        *(_call(["SENTINEL", "FLUSHCONFIG"], []) for _ in users),
    )


def is_watching_anew(change: Change) -> bool:
    """Return whether a Sentinel does not watch the set of a change yet."""
    return change.key[:2] == (SENTINEL, MONITOR)


def taken_back(change: Change) -> Change:
    """Return the change that takes one back; what no line said was at its default."""
    before = change.before
    if before is None:
        before = (default_user_rules(""),) if change.key == DEFAULT_USER else _default(change.key)
    return Change(change.key, change.after, before)


def sets(document: SentinelDocument) -> tuple[str, ...]:
    """Return the names of the sets that a Sentinel watches by its file."""
    return tuple(key[2] for key in document.values if key[:2] == (SENTINEL, MONITOR))


def as_told(
    live: SentinelDocument, of_sets: Mapping[str, Mapping[str, str]], own: Mapping[str, str]
) -> SentinelDocument:
    """Return what a Sentinel has while it runs: what it tells, and for the rest its file.

    Somebody may have edited that since the Sentinel wrote it.
    of_sets: what SENTINEL MASTER tells of each set, by its name. own: what SENTINEL CONFIG GET tells.
    """
    told = [Directive(SENTINEL, (option, value)) for option, value in own.items()]
    for name in sets(live):
        primary, found = live.values[SENTINEL, MONITOR, name][0], of_sets.get(name, {})
        for option in (option for option in TOLD_OF_A_SET if option in found):
            words = (MONITOR, name, *primary) if option == QUORUM else (option, name)
            told.append(Directive(SENTINEL, (*words, found[option])))
    # As in its file, where a default may not be written.
    told = [line for line in told if _key(line) in live.values or not _says_default(line)]
    keys = {_key(line) for line in told}
    return SentinelDocument.of(render([*(line for line in live.directives if _key(line) not in keys), *told]))


def merge(live: SentinelDocument, desired: SentinelDocument) -> SentinelDocument:
    """Return the file from which a Sentinel starts as it is desired, with what the live one remembers."""
    found, wanted = live.values, desired.values
    watched = [place for place in found if _is_known_primary(place, wanted)]
    replaced = {*wanted, REQUIREPASS, *(change.key for change in compare(live, desired))}
    kept = [
        *(
            Directive(SENTINEL, (MONITOR, place[2], *found[place][0], *wanted[_quorum_of(place)][0]))
            for place in watched
        ),
        *(line for line in live.directives if _key(line) not in replaced),
    ]
    gone = {line.line for line in desired.directives if _key(line) in watched}
    lines = desired.text.splitlines(keepends=True)
    text = "".join(line for number, line in enumerate(lines, 1) if number not in gone)
    newline = "\r\n" if "\r\n" in text else "\n"
    return SentinelDocument.of(f"{text}{newline}{FOREIGN_COMMENT}{newline}{render(kept).replace(chr(10), newline)}")


def with_password(document: SentinelDocument, set_name: str, password: HiddenValue) -> SentinelDocument:
    """Return a Sentinel's configuration with another password for the servers of a set that it watches.

    One without a line for it is returned as it is.
    """
    place, lines = (SENTINEL, AUTH_PASS, set_name), document.text.split("\n")
    end = "\r" if "\r\n" in document.text else ""
    for line in document.directives:
        if _key(line) == place and line.line is not None:
            lines[line.line - 1] = render([Directive(SENTINEL, (*place[1:], password.unmask()))]).rstrip("\n") + end
    return SentinelDocument.of("\n".join(lines))


def given_password(document: SentinelDocument, set_name: str) -> HiddenValue | None:
    """Return the password that a Sentinel gives the servers of a set; None when it has none for them."""
    found = document.values.get((SENTINEL, AUTH_PASS, set_name))
    return hidden(found[0][0]) if found and found[0] else None


def _key(line: Directive) -> Key:
    """Return what a line is about; a line `monitor` is about the primary, and tells the quorum besides."""
    if line.name != SENTINEL:
        return meaning.key(line)
    option, *words = (*line.arguments, "")
    option = option.translate(LOWER_CASE)
    option = OLD_NAMES.get(option, option)
    if option not in OF_A_SET:
        return (SENTINEL, option)
    set_name, *identity = words[: 1 + DISTINCT.get(option, 0)]
    return (SENTINEL, option, set_name, *(map(str.upper, identity) if option == RENAME else identity))


def _values(line: Directive) -> Iterator[tuple[Key, Value]]:
    """Yield what a `sentinel` line says."""
    place = _key(line)
    words = line.arguments[len(place) - 1 :]
    if place[1] == MONITOR:
        yield place, (words[:2],)
        yield _quorum_of(place), (words[2:],)
    else:
        yield place, (words,)


def _quorum_of(place: Key) -> Key:
    return (SENTINEL, QUORUM, place[2])


def _says_default(line: Directive) -> bool:
    return all(value == _default(place) for place, value in _values(line))


def _default(place: Key) -> Value | None:
    if place[0] != SENTINEL:
        return meaning.default(place)
    if place[1] == RENAME:
        return (place[3:],)
    return ((DEFAULTS[place[1]],),) if place[1] in DEFAULTS else None


def _is_known_primary(place: Key, values: Mapping[Key, Value]) -> bool:
    return place[:2] == (SENTINEL, MONITOR) and place in values


def _is_to_go(place: Key, wanted: Mapping[Key, Value]) -> bool:
    """Return whether a setting that is not desired is an earlier wish of the deploy."""
    if place[0] != SENTINEL:
        return place[0] in OPTIONAL_ENCRYPTION
    return place[1] in OPTIONAL and (place[1] not in OF_A_SET or (SENTINEL, MONITOR, place[2]) in wanted)


def _user_call(change: Change) -> SentinelCall:
    words = ["ACL", "SETUSER", "default"]
    return SentinelCall(_hidden([*words, "reset", *_value(change)]), " ".join([*words, CHANGED]))


def _calls_of_set(name: str, changes: Iterable[Change]) -> Iterator[SentinelCall]:
    """Yield what a set's options take; one that is not watched yet is watched first, which takes its quorum."""
    options = {change.key[1:]: change for change in changes}
    primary = options.pop((MONITOR, name), None)
    if primary is not None:
        quorum = options.pop((QUORUM, name))
        words = ["SENTINEL", "MONITOR", name, *_value(primary), *_value(quorum)]
        yield SentinelCall(_hidden(words), " ".join(words))
    if options:
        yield _call(["SENTINEL", "SET", name], options.values())


def _call(words: list[str], changes: Iterable[Change]) -> SentinelCall:
    """Return a command with the options that change."""
    line, shown = list(words), list(words)
    for change in changes:
        option = [change.key[1], *change.key[3:]]
        line += [*option, *_value(change)]
        shown += [*option, *([CHANGED] if change.key[1] in SECRET else [word or '""' for word in _value(change)])]
    return SentinelCall(_hidden(line), " ".join(shown))


def _value(change: Change) -> tuple[str, ...]:
    return change.after[0] if change.after else ()


def _hidden(words: Iterable[str]) -> HiddenValue:
    return hidden(" ".join(map(quote, words)))
