"""The configuration of a server, changed as a transaction on its host.

The new text is compared with the file and with the running server by meaning; what the server takes while it runs is
given to it by one CONFIG SET; only the rest restarts it. Set-MemuraiConfiguration does it on the host, to its end or
not at all.
"""

import ntpath
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyinfra import host as current_host
from pyinfra.api import HiddenValue, operation
from pyinfra.api.command import PyinfraCommand

from memurai import extras, stopped_data
from memurai.config import (
    Change,
    Directive,
    check,
    compare,
    needs_restart,
    normal,
    parse,
    render,
    set_arguments,
)
from memurai.config.kinds import Value
from memurai.config.language import split_arguments
from memurai.config.meaning import Key, default, is_unknown
from memurai.damage import BYTE_ORDER_MARK, mended
from memurai.data_effects import LIMITS, Held, Limits, limits_of, problems
from memurai.data_place import DataPlace, directives, increments
from memurai.endpoint import Endpoint, present_name
from memurai.exceptions import ConfigSyntaxError, ConfigurationError
from memurai.facts.configuration import Leftover, left
from memurai.facts.server import Info, RunningConfiguration, access_parameters
from memurai.operations.rewriting import rewriting
from memurai.passwords import adding, keeping
from winfra.call import PowerShellCall
from winfra.facts.files import TextFile
from winfra.facts.services import Service
from winfra.operations.shape import failure, refuse, show_difference
from winfra.redaction import CHANGED, Redaction
from winfra.secrets import MASK, hidden, hidden_values, too_long

APPEND_ONLY = ("appendonly",)
DATA_PLACES = ("dir", "dbfilename", "appendfilename", "appenddirname")
YES = (("yes",),)


@dataclass(frozen=True)
class Place:
    """Where a server's configuration stands and with what it is changed.

    path: the configuration. history: folder of earlier ones. program, command_line_client: paths of memurai.exe and
    memurai-cli.exe. service: its name. trial_folder, trial_port: where a new configuration is tried. timeout_seconds:
    longest wait for a start up to a healthy server.
    """

    path: str
    history: str
    program: str
    command_line_client: str
    service: str
    trial_folder: str
    trial_port: int
    timeout_seconds: int


@dataclass(frozen=True)
class Plan:
    """What a change of configuration comes to.

    before, sound, text: the file as it is, the same as a server takes it, and the new one.
    new, former, live: the server as it will be, as the present file has it, and as it is reached while it runs.
    changes: of the file. drift: of the running server, as far as it differs from what is desired. running: whether the
    service runs. moves_data: the directives by which a start would not find the data that is there now.
    """

    before: str
    sound: str
    text: str
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
    def switches_append_only_on(self) -> bool:
        """Whether the server has to begin its append-only file while it runs: a start would load an empty one."""
        return any(_switches_append_only_on(change) for change in (*self.changes, *self.drift))

    @property
    def live_changes(self) -> tuple[Change, ...]:
        """What the running server is to be given."""
        return tuple(
            change for change in self.drift if not needs_restart(change) and not _switches_append_only_on(change)
        )

    @property
    def restart(self) -> bool:
        """Whether something is left that only a restart brings."""
        return self.running and any(needs_restart(change) for change in (*self.changes, *self.drift))


@operation()
def applied(
    place: Place,
    desired: HiddenValue,
    secret_keys: tuple[str, ...] = (),
    keep_foreign: bool = True,
    keep_passwords: bool = False,
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a configuration file and its running server say what is desired.

    + place: where it stands and with what it is changed
    + desired: the whole text; a HiddenValue, as it holds the password
    + secret_keys: first words of lines that `--diff` must not show
    + keep_foreign: keep lines of the present file that the desired text does not set, which CONFIG REWRITE writes
    + keep_passwords: keep the passwords of the present file; an operation before this one adds the desired one
    """
    file = current_host.get_fact(TextFile, path=place.path)
    service = current_host.get_fact(Service, service=place.service)
    leftover = current_host.get_fact(Leftover, path=place.path)
    if file is None or service is None or leftover is None:
        yield failure(f"configuration {place.path}: its present state could not be read, so nothing was changed")
        return
    present, text = file["content"] if file["exists"] else None, desired.unmask()
    running = service["state"] == "Running"
    leftovers = left(leftover, running=running)
    try:
        plan = plan_of(
            place,
            present,
            text,
            marked=bool(file["has_byte_order_mark"]),
            running=running,
            keep_foreign=keep_foreign,
            keep_passwords=keep_passwords,
        )
    except ConfigSyntaxError as error:
        yield from refuse(f"configuration {place.path}: {error}. Mend or remove that line on the host and run again.")
        return
    reason = _refusal(place, plan, keep_foreign=keep_foreign)
    if plan is None or reason:
        yield from refuse(f"configuration {place.path}: {reason}")
    elif plan.is_empty and not leftovers:
        current_host.noop(f"configuration {place.path} and its server are as desired")
    else:
        show_difference(f"left by a run that was ended half way, beside {place.path}", leftovers, [])
        _show(place, plan, Redaction(frozenset(hidden_values(desired)), secret_keys))
        yield from _rewriting(place, plan)
        for step in _steps(plan):
            yield PowerShellCall("Set-MemuraiConfiguration", _parameters(place, step))


def _refusal(place: Place, plan: Plan | None, *, keep_foreign: bool) -> str:
    """Return why nothing is changed; empty when nothing speaks against it."""
    if plan is None:
        return (
            "expected the running server to tell its values at the address and with the password of this file or of "
            "the settings, found no such answer. Look at the server's log; a restart of the service brings back what "
            "its file says."
        )
    if plan.moves_data and (plan.running or not keep_foreign):
        return (
            f"expected the data to stay where it is, found another {', '.join(plan.moves_data)}: the server would "
            "start without it. Nothing was changed. A deploy with settings that say the same tells how the data gets "
            "there."
        )
    if plan.running and any(_switches_append_only_off(change) for change in plan.changes):
        return (
            "appendonly: expected a running server that can be switched off its append-only file, found one without "
            "CONFIG: its next start would load a snapshot that may be old or missing. Nothing was changed. Give "
            "CONFIG a name (memurai_security.renamed_commands) and deploy before appendonly changes."
        )
    if reasons := _data_problems(place, plan):
        return " ".join(reasons)
    # What a deploy does to a stopped server's data, its preflight says, which knows how the data gets along.
    if not (plan.running or keep_foreign):
        folder = ntpath.dirname(place.program)
        if reason := stopped_data.problem(current_host, plan.before, plan.text, folder):
            return reason
    problem = too_long(plan.text)
    return f"{problem}. Take lines out of it." if problem else ""


def _steps(plan: Plan) -> Iterator[Plan]:
    """Yield what is done in turn: before a restart the present file becomes one that the server can go back to."""
    if plan.restart and plan.before != plan.sound:
        yield replace(plan, text=plan.sound, new=plan.former, changes=(), drift=())
    yield plan


def plan_of(  # noqa: PLR0913  # what the host has, and what an operator may say of it
    place: Place,
    present: str | None,
    desired: str,
    *,
    marked: bool = False,
    running: bool = False,
    keep_foreign: bool = True,
    keep_passwords: bool = False,
) -> Plan | None:
    """Return what the change comes to; None when the running server could not be asked for its values.

    place, desired, keep_foreign, keep_passwords: as `applied` takes them. present: the host's file, None without one.
    marked: whether a byte order mark precedes it. running: whether the service runs.
    Raises ConfigSyntaxError at a line of a text that a server would refuse and that the desired text does not replace.
    """
    if present is None:
        new = Endpoint.of(desired)
        return Plan("", "", desired, new, new, new, (_whole_file(),), (), running=False)
    damage = mended(present, desired, keep_foreign=keep_foreign)
    found = damage.text
    if keep_passwords:
        found = adding(found, desired)
        desired = keeping(found, desired)
    new, former = Endpoint.of(desired), Endpoint.of(found)
    live, values = _asked(place, former, new) if running else (former, {})
    if values is None:
        return None
    if keep_foreign:
        _require_known(found, values)
    gone = extras.gone(found, desired) if keep_foreign else ()
    text = extras.merged(found, desired) if keep_foreign else desired
    changes = _changes(found, desired, gone, keep_foreign=keep_foreign)
    mending = tuple(replace(change, file_only=change.key[0] in values) for change in damage.changes)
    before = present if mending else found
    if marked:
        before, mending = f"{BYTE_ORDER_MARK}\n{before}", (*mending, _whole_file())
    drift = _drift(values, desired, gone)
    moves_data = _moved(drift if values else (*mending, *changes))
    changes = (*mending, *_known(changes, values))
    return Plan(before, found, text, new, former, live, changes, drift, running=running, moves_data=moves_data)


def _moved(changes: Iterable[Change]) -> tuple[str, ...]:
    """Return which changes move data; a running server's own word counts more than its file, which it may not know."""
    places = (change for change in changes if change.key[0] in DATA_PLACES and change.before and change.after)
    return tuple(change.key[0] for change in places if _place(change.before) != _place(change.after))


def _place(value: Value | None) -> str:
    # As Windows compares paths and names.
    return ntpath.normpath(_word(value)).lower()


def _word(value: Value | None) -> str:
    """Return the one word of a directive; empty without one, as a line that was written by hand may be."""
    return value[0][0] if value and value[0] else ""


def _limits(plan: Plan) -> tuple[Limits, Limits]:
    """Return what the running server can hold now and after the change, as far as that changes.

    Raises ConfigurationError when the file, which is all there is to ask for a server without CONFIG, does not say it.
    """
    changes = (change for change in (*plan.changes, *plan.drift) if plan.running and not change.file_only)
    known = {change.key[0]: change for change in changes if change.key[0] in LIMITS}
    before = limits_of({name: _word(change.before) for name, change in known.items() if change.before})
    return before, limits_of({name: _word(change.after) for name, change in known.items() if change.after})


def _data_problems(place: Place, plan: Plan) -> tuple[str, ...]:
    """Return what the change of limits would do to the data of the running server, which is asked."""
    try:
        before, after = _limits(plan)
    except ConfigurationError as error:
        reason = f"{' and '.join(LIMITS)}: {error}. The running server has no CONFIG and can't be asked. Write into"
        return (f"{reason} that line what the server started with and run again. Nothing was changed.",)
    if before == after:
        return ()
    server = plan.live.server(place.command_line_client)
    info = current_host.get_fact(Info, server=server, _ignore_errors=True)
    if not info:
        return ("expected the running server to tell what it holds (INFO), found no answer",)
    written = increments(current_host, _data_place(place, plan)) if info.get("aof_enabled") == "1" else []
    rewrites = bool(present_name("BGREWRITEAOF", parse(plan.sound)))
    return tuple(problems(before, after, Held(info, written), server, rewrites=rewrites))


def _data_place(place: Place, plan: Plan) -> DataPlace:
    return DataPlace.of(directives(plan.sound), ntpath.dirname(place.program))


def _rewriting(place: Place, plan: Plan) -> Iterator[PyinfraCommand]:
    """Yield what precedes fewer databases of a server with an append-only file."""
    before, after = _limits(plan)
    data = _data_place(place, plan)
    if after.databases < before.databases and data.appendonly:
        show_difference(f"append-only file of {place.service}", ["as written"], ["rewritten, while no client writes"])
        command = hidden(present_name("BGREWRITEAOF", parse(plan.sound)))
        server = plan.live.server(place.command_line_client)
        yield from rewriting(server, data, command, after.databases, place.timeout_seconds)


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


def _changes(present: str, desired: str, gone: Iterable[Key], *, keep_foreign: bool) -> tuple[Change, ...]:
    """Return the changes of a file; one of the whole file when only its text is to change."""
    changes = (*compare(present, desired), *_given_back(normal(parse(present)), gone))
    if keep_foreign:
        is_text_desired = extras.named(present) == extras.named(desired)
    else:
        changes += _removed(present, desired)
        is_text_desired = present == desired
    return changes if changes or is_text_desired else (_whole_file(),)


def _asked(place: Place, former: Endpoint, new: Endpoint) -> tuple[Endpoint, Mapping[str, str] | None]:
    """Return how the running server is reached, and all its values: none without CONFIG, None when it can't be asked.

    The file may have been changed by hand since the server read it: it may still be as the settings say.
    """
    for endpoint in (former, new):
        if not endpoint.config_command.unmask():
            return endpoint, {}
        values = current_host.get_fact(
            RunningConfiguration,
            server=endpoint.server(place.command_line_client),
            config_command=endpoint.config_command,
        )
        if values:
            return endpoint, values
    return former, None


def _require_known(present: str, values: Mapping[str, str]) -> None:
    """Raise ConfigSyntaxError at a line of a name that neither the project nor the running server knows."""
    for line in parse(present):
        if is_unknown(line) and line.name not in values:
            check(line)


def _switches_append_only_on(change: Change) -> bool:
    return change.key == APPEND_ONLY and change.after == YES and not change.file_only


def _switches_append_only_off(change: Change) -> bool:
    """Whether a server without CONFIG, which does not tell what it has itself, shall lose its append-only file."""
    return change.key == APPEND_ONLY and change.before == YES and change.after != YES and not change.file_only


def _removed(present: str, desired: str) -> tuple[Change, ...]:
    """Return the directives that go because the desired text, taken as it is, does not have them."""
    found, wanted = normal(parse(present)), normal(parse(desired))
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


def _drift(values: Mapping[str, str], desired: str, gone: Iterable[Key]) -> tuple[Change, ...]:
    """Return what a running server has otherwise than desired.

    values: what it says. gone: what shall have its default again.
    """
    found = compare(render(_directives(values.items())), desired)
    # The server names every directive; those that are not desired are the file's affair. Beside a line `user default`
    # or an ACL file, requirepass counts for nothing, and setting it would drop the other passwords.
    wanted = normal(parse(desired))
    ignored = {"requirepass"} if ("user", "default") in wanted or ("aclfile",) in wanted else set()
    named = values.keys() - ignored
    back = _given_back(normal(_directives(values.items())), gone)
    return tuple(change for change in (*found, *back) if change.after is not None and change.key[0] in named)


def _directives(values: Iterable[tuple[str, str]]) -> Iterator[Directive]:
    for name, value in values:
        words = tuple(split_arguments(value)) if _is_list(name) else (value,)
        yield Directive(name, words or ("",))


def _is_list(name: str) -> bool:
    return name in {"save", "bind", "client-output-buffer-limit", "oom-score-adj-values"}


def _parameters(place: Place, plan: Plan) -> dict[str, object]:
    live = set_arguments(plan.live_changes)
    append_only = plan.switches_append_only_on
    undo = set_arguments(tuple(_reversed(change) for change in plan.live_changes))
    undo += ("appendonly", "no") if append_only else ()
    return {
        "Path": place.path,
        "Content": hidden(plan.text),
        "HistoryFolder": place.history,
        "ProgramPath": place.program,
        "CliPath": place.command_line_client,
        "ServiceName": place.service,
        "Address": plan.new.address,
        "Port": plan.new.port,
        **access_parameters(plan.new.user, plan.new.tls),
        "ScratchFolder": place.trial_folder,
        "ScratchPort": place.trial_port,
        "Password": plan.new.password,
        "LivePassword": plan.live.password,
        "LiveAddress": plan.live.address,
        "LivePort": plan.live.port,
        **{f"Live{name}": value for name, value in access_parameters(plan.live.user, plan.live.tls).items()},
        "LiveCommand": plan.live.config_set(live) if live else None,
        "UndoCommand": plan.live.config_set(undo) if undo else None,
        "EnableAppendOnly": append_only,
        "AppendOnlyCommand": plan.live.config_set(("appendonly", "yes")) if append_only else None,
        "Restart": plan.restart,
        "ExpectedRole": "slave" if plan.new.is_replica else "master",
        "ExpectAppendOnly": plan.new.appendonly,
        "TimeoutSeconds": place.timeout_seconds,
    }


def _reversed(change: Change) -> Change:
    return Change(change.key, change.after, change.before if change.before is not None else default(change.key))


def _show(place: Place, plan: Plan, redaction: Redaction) -> None:
    show_difference(f"configuration {place.path}", *redaction.lines(plan.before, plan.text))
    shown = [change for change in plan.drift if change not in plan.changes]
    secret = {key.split()[0] for key in redaction.keys}
    show_difference(
        f"server of {place.service}",
        [_value_line(change, change.before, secret, MASK) for change in shown],
        [_value_line(change, change.after, secret, CHANGED) for change in shown],
    )
    if plan.restart:
        needing = {change.key[0] for change in (*plan.changes, *plan.drift) if needs_restart(change)}
        show_difference(
            f"service {place.service}", ["running"], [f"restarted, because of: {', '.join(sorted(needing))}"]
        )


def _value_line(change: Change, value: tuple[tuple[str, ...], ...] | None, secret: set[str], mask: str) -> str:
    name = " ".join(change.key)
    if change.key[0] in secret:
        return f"{name} {mask}"
    return f"{name} {'(unset)' if value is None else ' '.join(' '.join(words) for words in value)}"
