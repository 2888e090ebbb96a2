"""What a host's configuration and its running server have otherwise than desired, by meaning."""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from memurai.config import Change, Directive, Document, check, compare, extras, needs_restart, render
from memurai.config.damage import BYTE_ORDER_MARK, mended
from memurai.config.kinds import Value
from memurai.config.language import split_arguments
from memurai.config.meaning import Key, default, is_unknown
from memurai.config.passwords import adding, keeping
from memurai.endpoint import Endpoint

APPEND_ONLY = ("appendonly",)
DATA_PLACES = ("dir", "dbfilename", "appendfilename", "appenddirname")
YES = (("yes",),)

# How the running server is reached, of its present and its new configuration, and all its values: none without CONFIG,
# None when it can't be asked.
Asking = Callable[[Endpoint, Endpoint], tuple[Endpoint, Mapping[str, str] | None]]


@dataclass(frozen=True)
class Plan:
    """What a change of configuration comes to.

    before, sound, desired: the text of the file as it is, the file as a server takes it, and the new one.
    new, former, live: the server as it will be, as the present file has it, and as it is reached while it runs.
    changes: of the file. drift: of the running server, as far as it differs from what is desired. running: whether the
    service runs. moves_data: the directives by which a start would not find the data that is there now.
    """

    before: str
    sound: Document
    desired: Document
    new: Endpoint
    former: Endpoint
    live: Endpoint
    changes: tuple[Change, ...]
    drift: tuple[Change, ...]
    running: bool
    moves_data: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether file and server are as desired."""
        return not (self.changes or self.drift)

    @property
    def begins_append_only(self) -> bool:
        """Whether the server has to begin its append-only file while it runs: a start would load an empty one."""
        return any(switches_append_only_on(change) for change in (*self.changes, *self.drift))

    @property
    def live_changes(self) -> tuple[Change, ...]:
        """What the running server is to be given."""
        return tuple(
            change for change in self.drift if not needs_restart(change) and not switches_append_only_on(change)
        )

    @property
    def restart(self) -> bool:
        """Whether something is left that only a restart brings."""
        return self.running and any(needs_restart(change) for change in (*self.changes, *self.drift))


def plan_of(  # noqa: PLR0913  # what the host has, and what an operator may say of it
    present: str | None,
    desired: Document,
    *,
    asking: Asking | None = None,
    marked: bool = False,
    keep_foreign: bool = True,
    keep_passwords: bool = False,
) -> Plan | None:
    """Return what the change comes to; None when the running server could not be asked for its values.

    present: the text of the host's file, None without one. marked: whether a byte order mark precedes it. desired,
    keep_foreign, keep_passwords: as memurai.operations.configuration.applied takes them. asking: asks the running
    server; None when the service does not run.
    Raises ConfigSyntaxError when the present text can't be read, and at a line that a server would refuse and that the
    desired one does not replace.
    """
    if present is None:
        new = Endpoint.of(desired)
        return Plan("", Document.of(""), desired, new, new, new, (_whole_file(),), (), running=False)
    damage = mended(Document.of(present), desired, keep_foreign=keep_foreign)
    found = damage.document
    if keep_passwords:
        found = adding(found, desired)
        desired = keeping(found, desired)
    new, former = Endpoint.of(desired), Endpoint.of(found)
    live, values = asking(former, new) if asking else (former, {})
    if values is None:
        return None
    if keep_foreign:
        _require_known(found, values)
    gone = extras.gone(found, desired) if keep_foreign else ()
    merged = extras.merged(found, desired) if keep_foreign else desired
    changes = _changes(found, desired, gone, keep_foreign=keep_foreign)
    mending = tuple(replace(change, file_only=change.key[0] in values) for change in damage.changes)
    before = present if mending else found.text
    if marked:
        before, mending = f"{BYTE_ORDER_MARK}\n{before}", (*mending, _whole_file())
    drift = _drift(values, desired, gone)
    moves_data = _moved(drift if values else (*mending, *changes))
    changes = (*mending, *_known(changes, values))
    return Plan(
        before, found, merged, new, former, live, changes, drift, running=asking is not None, moves_data=moves_data
    )


def _moved(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return which changes move data; a running server's own word counts more than its file, which it may not know."""
    places = (change for change in changes if change.key[0] in DATA_PLACES and change.before and change.after)
    return tuple(change.key[0] for change in places if _place(change.before) != _place(change.after))


def _place(value: Value | None) -> str:
    # As Windows compares paths and names.
    return ntpath.normpath(word(value)).lower()


def word(value: Value | None) -> str:
    """Return the one word of a directive; empty without one, as a line that was written by hand may be."""
    return value[0][0] if value and value[0] else ""


def _known(changes: Iterable[Change], values: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the changes, as those of the file alone where the running server itself tells what it lacks.

    A place of data stays what it is: what the running server says of it may be spelled in another way.
    """
    return tuple(
        replace(change, file_only=True)
        if change.after is not None and change.key[0] in values and change.key[0] not in DATA_PLACES
        else change
        for change in changes
    )


def _changes(present: Document, desired: Document, gone: Iterable[Key], *, keep_foreign: bool) -> tuple[Change, ...]:
    """Return the changes of a file; one of the whole file when only its text is to change."""
    changes = (*compare(present, desired), *_given_back(present.values, gone))
    if keep_foreign:
        is_text_desired = extras.named(present) == extras.named(desired)
    else:
        changes += _removed(present, desired)
        is_text_desired = present == desired
    return changes if changes or is_text_desired else (_whole_file(),)


def _require_known(present: Document, values: Mapping[str, str]) -> None:
    """Raise ConfigSyntaxError at a line of a name that neither the project nor the running server knows."""
    for line in present.directives:
        if is_unknown(line) and line.name not in values:
            check(line)


def switches_append_only_on(change: Change) -> bool:
    """Return whether a server shall begin to write an append-only file."""
    return change.key == APPEND_ONLY and change.after == YES and not change.file_only


def switches_append_only_off(change: Change) -> bool:
    """Whether a server without CONFIG, which does not tell what it has itself, shall lose its append-only file."""
    return change.key == APPEND_ONLY and change.before == YES and change.after != YES and not change.file_only


def _removed(present: Document, desired: Document) -> tuple[Change, ...]:
    """Return the directives that go because the desired document, taken as it is, does not have them."""
    found, wanted = present.values, desired.values
    known = {change.key for change in compare(present, desired)}
    gone = [place for place in found if place not in wanted and place not in known and found[place] != default(place)]
    return tuple(Change(place, found[place], None) for place in gone)


def _given_back(found: Mapping[Key, Value], gone: Iterable[Key]) -> tuple[Change, ...]:
    """Return the changes that give directives their default back; one whose default is not known takes a restart."""
    return tuple(
        Change(place, found[place], default(place))
        for place in gone
        if place in found and found[place] != default(place)
    )


def _whole_file() -> Change:
    """Return the change of a file whose directives mean what they shall but whose text is not there."""
    return Change(("(file)",), None, None, file_only=True)


def _drift(values: Mapping[str, str], desired: Document, gone: Iterable[Key]) -> tuple[Change, ...]:
    """Return what a running server has otherwise than desired.

    values: what it says. gone: what shall have its default again.
    """
    running = Document.of(render(_directives(values.items())))
    found = compare(running, desired)
    # The server names every directive; those that are not desired are the file's affair. Beside a line `user default`
    # or an ACL file, requirepass counts for nothing, and setting it would drop the other passwords.
    wanted = desired.values
    ignored = {"requirepass"} if ("user", "default") in wanted or ("aclfile",) in wanted else set()
    named = values.keys() - ignored
    back = _given_back(running.values, gone)
    return tuple(change for change in (*found, *back) if change.after is not None and change.key[0] in named)


def _directives(values: Iterable[tuple[str, str]]) -> Iterator[Directive]:
    for name, value in values:
        words = tuple(split_arguments(value)) if _is_list(name) else (value,)
        yield Directive(name, words or ("",))


def _is_list(name: str) -> bool:
    return name in {"save", "bind", "client-output-buffer-limit", "oom-score-adj-values"}
