"""The configuration of a server: compared by meaning with what is desired, and changed in steps on its host.

What the server takes while it runs is given to it by one CONFIG SET; only the rest restarts it.
"""

import ntpath
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from pyinfra import host as current_host
from pyinfra.api import HiddenValue, Host, operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes.comparison import Plan, plan_of, switches_append_only_off, word
from memurai.changes.configuration import change
from memurai.changes.history import History
from memurai.checks import stopped_data
from memurai.config import Change as Difference
from memurai.config import Document, needs_restart
from memurai.data.effects import LIMITS, Held, Limits, limits_of, problems
from memurai.data.place import DataPlace, increments
from memurai.endpoint import Endpoint, present_name
from memurai.exceptions import ConfigSyntaxError, ConfigurationError
from memurai.facts.configuration import leftover_of
from memurai.facts.server import Info, RunningConfiguration
from memurai.instance import Instance
from memurai.operations.rewriting import rewriting
from memurai.operations.turns import Turn, turn
from winfra.call import PowerShellCall
from winfra.change import Change
from winfra.facts.files import DirectoryEntries, Item, TextFile
from winfra.facts.services import Service
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import failure, refuse, show_difference
from winfra.redaction import CHANGED, Redaction
from winfra.secrets import MASK, hidden, hidden_values, too_long


@operation()
def applied(
    instance: Instance,
    desired: HiddenValue,
    secret_keys: tuple[str, ...] = (),
    keep_foreign: bool = True,
    keep_passwords: bool = False,
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a configuration file and its running server say what is desired.

    + instance: the server
    + desired: the whole text; a HiddenValue, as it holds the password
    + secret_keys: first words of lines that `--diff` must not show
    + keep_foreign: keep lines of the present file that the desired text does not set, which CONFIG REWRITE writes
    + keep_passwords: keep the passwords of the present file; an operation before this one adds the desired one
    """
    with turn(current_host, instance.timeout_seconds) as mine:
        wanted = _Wanted(desired, secret_keys, keep_foreign, keep_passwords)
        yield from _converged(instance, wanted, mine)


@dataclass(frozen=True)
class _Wanted:
    """What is desired; the arguments of `applied` of these names."""

    desired: HiddenValue
    secret_keys: tuple[str, ...]
    keep_foreign: bool
    keep_passwords: bool


def _converged(instance: Instance, wanted: _Wanted, mine: Turn) -> Generator[PyinfraCommand, None, None]:
    yield from settle(instance.changes)
    file = current_host.get_fact(TextFile, path=instance.configuration)
    service = current_host.get_fact(Service, service=instance.service)
    leftover = leftover_of(current_host, instance.configuration)
    history = history_of(current_host, instance)
    if file is None or service is None or leftover is None or history is None:
        yield failure(
            f"configuration {instance.configuration}: its present state could not be read, so nothing was changed"
        )
        return
    running = service["state"] == "Running"
    leftovers = leftover.paths(running=running)
    try:
        plan = plan_of(
            file["content"] if file["exists"] else None,
            Document.of(wanted.desired.unmask()),
            asking=partial(_asked, instance) if running else None,
            marked=bool(file["has_byte_order_mark"]),
            keep_foreign=wanted.keep_foreign,
            keep_passwords=wanted.keep_passwords,
        )
    except ConfigSyntaxError as error:
        yield from refuse(instance.line_problem(error))
        return
    reason = _refusal(instance, plan, keep_foreign=wanted.keep_foreign, exists=service["exists"])
    if plan is None or reason:
        yield from refuse(f"configuration {instance.configuration}: {reason}")
    elif plan.is_empty and not leftovers:
        current_host.noop(f"configuration {instance.configuration} and its server are as desired")
    elif plan.restart and mine.is_to_come:
        problem = mine.begin()
        yield from [failure(problem)] if problem else _converged(instance, wanted, mine)
    else:
        show_difference(f"left by a run that was ended half way, beside {instance.configuration}", leftovers, [])
        _show(instance, plan, Redaction(frozenset(hidden_values(wanted.desired)), wanted.secret_keys))
        yield from _rewriting(instance, plan)
        for item in _changes(instance, plan, history, leftovers):
            yield from carry_out(item)
        if plan.is_empty:
            yield from (PowerShellCall("Remove-WinItem", {"Path": path}) for path in leftovers)


def history_of(host: Host, instance: Instance) -> History | None:
    """Return what a host keeps of earlier configurations; None when that could not be read."""
    entries = host.get_fact(DirectoryEntries, path=instance.history)
    present = host.get_fact(Item, path=instance.configuration, include_hash=True)
    if entries is None or present is None:
        return None
    names = tuple(entry["name"] for entry in entries["entries"])
    return History(instance.history, names, present["sha256"], datetime.now(UTC))


def _changes(instance: Instance, plan: Plan, history: History, leftovers: Sequence[str]) -> Iterator[Change]:
    """Yield what is done in turn: before a restart the present file becomes one that the server can go back to."""
    if plan.is_empty:
        return
    if plan.restart and plan.before != plan.sound.text:
        yield change(instance, replace(plan, desired=plan.sound, new=plan.former, changes=(), drift=()), history)
        history = history.after(sha256(plan.sound.text.encode()).hexdigest())
        plan = replace(plan, before=plan.sound.text)
    yield change(instance, plan, history, leftovers)


def _refusal(instance: Instance, plan: Plan | None, *, keep_foreign: bool, exists: bool) -> str:
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
    if reasons := _data_problems(instance, plan):
        return " ".join(reasons)
    # What a deploy does to a stopped server's data, its preflight says, which knows how the data gets along.
    if not (plan.running or keep_foreign):
        folder = ntpath.dirname(instance.program)
        if reason := stopped_data.problem(current_host, Document.of(plan.before), plan.desired, folder):
            return reason
    if reason := _append_only_problem(instance, plan, exists=exists):
        return reason
    problem = too_long(plan.desired.text)
    return f"{problem}. Take lines out of it." if problem else ""


def _append_only_problem(instance: Instance, plan: Plan, *, exists: bool) -> str:
    """Return why the server's append-only file can't be begun or ended; empty when it can."""
    if exists and not plan.running and plan.begins_append_only:
        return (
            f"expected the service {instance.service!r} to run, because only a running server can write its data to "
            "its first append-only file, found it stopped. Its next start would load an empty one. Nothing was "
            "changed; start the service first."
        )
    if plan.running and any(switches_append_only_off(change) for change in plan.changes):
        return (
            "appendonly: expected a running server that can be switched off its append-only file, found one without "
            "CONFIG: its next start would load a snapshot that may be old or missing. Nothing was changed. Give "
            "CONFIG a name (memurai_security.renamed_commands) and deploy before appendonly changes."
        )
    return ""


def _limits(plan: Plan) -> tuple[Limits, Limits]:
    """Return what the running server can hold now and after the change, as far as that changes.

    Raises ConfigurationError when the file, which is all there is to ask for a server without CONFIG, does not say it.
    """
    changes = (change for change in (*plan.changes, *plan.drift) if plan.running and not change.file_only)
    known = {change.key[0]: change for change in changes if change.key[0] in LIMITS}
    before = limits_of({name: word(change.before) for name, change in known.items() if change.before})
    return before, limits_of({name: word(change.after) for name, change in known.items() if change.after})


def _data_problems(instance: Instance, plan: Plan) -> tuple[str, ...]:
    """Return what the change of limits would do to the data of the running server, which is asked."""
    try:
        before, after = _limits(plan)
    except ConfigurationError as error:
        reason = f"{' and '.join(LIMITS)}: {error}. The running server has no CONFIG and can't be asked. Write into"
        return (f"{reason} that line what the server started with and run again. Nothing was changed.",)
    if before == after:
        return ()
    server = plan.live.server(instance.command_line_client)
    info = current_host.get_fact(Info, server=server, _ignore_errors=True)
    if not info:
        return ("expected the running server to tell what it holds (INFO), found no answer",)
    written = increments(current_host, _data_place(instance, plan)) if info.get("aof_enabled") == "1" else []
    rewrites = bool(present_name("BGREWRITEAOF", plan.sound.directives))
    return tuple(problems(before, after, Held(info, written), server, rewrites=rewrites))


def _data_place(instance: Instance, plan: Plan) -> DataPlace:
    return DataPlace.of(plan.sound.words, ntpath.dirname(instance.program))


def _rewriting(instance: Instance, plan: Plan) -> Iterator[PyinfraCommand]:
    """Yield what precedes fewer databases of a server with an append-only file."""
    before, after = _limits(plan)
    data = _data_place(instance, plan)
    if after.databases < before.databases and data.appendonly:
        show_difference(
            f"append-only file of {instance.service}", ["as written"], ["rewritten, while no client writes"]
        )
        command = hidden(present_name("BGREWRITEAOF", plan.sound.directives))
        server = plan.live.server(instance.command_line_client)
        yield from rewriting(server, data, command, after.databases, instance.timeout_seconds)


def _asked(instance: Instance, former: Endpoint, new: Endpoint) -> tuple[Endpoint, Mapping[str, str] | None]:
    """Return how the running server is reached, and all its values: none without CONFIG, None when it can't be asked.

    The file may have been changed by hand since the server read it: it may still be as the settings say.
    """
    for endpoint in (former, new):
        if not endpoint.config_command.unmask():
            return endpoint, {}
        values = current_host.get_fact(
            RunningConfiguration,
            server=endpoint.server(instance.command_line_client),
            config_command=endpoint.config_command,
        )
        if values:
            return endpoint, values
    return former, None


def _show(instance: Instance, plan: Plan, redaction: Redaction) -> None:
    show_difference(f"configuration {instance.configuration}", *redaction.lines(plan.before, plan.desired.text))
    shown = [change for change in plan.drift if change not in plan.changes]
    secret = {key.split()[0] for key in redaction.keys}
    show_difference(
        f"server of {instance.service}",
        [_value_line(change, change.before, secret, MASK) for change in shown],
        [_value_line(change, change.after, secret, CHANGED) for change in shown],
    )
    if plan.restart:
        needing = {change.key[0] for change in (*plan.changes, *plan.drift) if needs_restart(change)}
        show_difference(
            f"service {instance.service}", ["running"], [f"restarted, because of: {', '.join(sorted(needing))}"]
        )


def _value_line(change: Difference, value: tuple[tuple[str, ...], ...] | None, secret: set[str], mask: str) -> str:
    name = " ".join(change.key)
    if change.key[0] in secret:
        return f"{name} {mask}"
    return f"{name} {'(unset)' if value is None else ' '.join(' '.join(words) for words in value)}"
