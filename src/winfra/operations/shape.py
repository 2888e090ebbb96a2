"""The one shape of an operation.

Read facts, compare with what is desired, print the whole difference before the first command, then either say why
nothing is to be done or yield the commands. pyinfra stops at the first command while it plans, so what is not printed
by then does not appear under `--dry --diff`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra import state as current_state
from pyinfra.api import FunctionCommand, Host, State
from pyinfra.api.command import PyinfraCommand
from pyinfra.context import ctx_host
from pyinfra.operations.util.files import generate_color_diff

from winfra import refusal

Commands = Callable[[], Iterable[PyinfraCommand]]

# Paths that operations of this run will write, by host. An operation that is planned before the write happens
# (a restart that follows a new configuration) can so be shown in the plan.
_planned_writes: WeakKeyDictionary[object, set[str]] = WeakKeyDictionary()


def converge(
    subject: str, before: Mapping[str, object] | None, after: Mapping[str, object], commands: Commands
) -> Generator[PyinfraCommand, None, None]:
    """Bring managed values to what is desired.

    subject: what it is about, e.g. `service Memurai`.
    before: the values as they are; None when they could not be read.
    after: the values as they shall be, with the same keys.
    commands: makes the commands; called only when there is a difference.
    """
    if before is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
    elif before == after:
        current_host.noop(f"{subject} is as desired")
    else:
        show_difference(subject, value_lines(before), value_lines(after))
        yield from commands()


def failure(message: str) -> FunctionCommand:
    """Return a command that fails this host, and no other, with a message.

    An exception from an operation would end the whole run for all hosts.
    """
    return FunctionCommand(_fail, (message,), {})


def _fail(state: State, host: Host, message: str) -> bool:  # noqa: ARG001  # pyinfra looks for these two names
    logger.error(f"{host.print_prefix}{message}")
    return False


def refuse(message: str) -> Generator[PyinfraCommand, None, None]:
    """Say why an operation can't be done, and fail its host: already in the plan, where there is one.

    What is planned before it is not carried out either then, and `--dry` ends with an error.
    """
    if is_planning() and not current_state.is_executing:
        refusal.refuse(current_state.inventory.get_host(current_host.name), [message])
    elif is_planning():
        logger.error(f"{current_prefix()}{message}")
    yield failure(message)


def show_difference(subject: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Print a difference under --diff: once, while planning, or while executing when there was no planning (-y)."""
    if not current_state.config.DIFF or not is_planning() or list(before) == list(after):
        return
    logger.info(f"{current_prefix()}{subject}:")
    for line in generate_color_diff(list(before), list(after)):
        logger.info(f"{current_prefix()}    {line}")


def is_planning() -> bool:
    """Whether this pass is the one that tells what would change."""
    return not current_state.is_executing or not current_state.should_check_for_changes()


def current_prefix() -> str:
    """Return what pyinfra puts in front of the lines of the current host."""
    return str(current_host.print_prefix)


def value_lines(values: Mapping[str, object]) -> list[str]:
    """Return values as lines for a difference: a list takes a line an item, so that one item's change shows."""
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, list | tuple):
            lines += [f"{key}: {item}" for item in value] or [f"{key}: (none)"]
        else:
            lines.append(f"{key}: {'(none)' if value is None else value}")
    return lines


def plan_write(path: str) -> None:
    """Remember that this run will write a file of the current host."""
    if is_planning():
        _planned_writes.setdefault(_host_key(), set()).add(normal_path(path))


def is_write_planned(path: str) -> bool:
    """Whether an earlier operation of this run will write a file of the current host."""
    return not current_state.is_executing and normal_path(path) in _planned_writes.get(_host_key(), set())


def normal_path(path: str) -> str:
    """Return a Windows path as it compares: backslashes, lower case."""
    return path.replace("/", "\\").lower()


def _host_key() -> object:
    return ctx_host.get()
