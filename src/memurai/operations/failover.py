"""A planned change of the primary: the Sentinels make another member it, and no acknowledged write is lost.

After SENTINEL FAILOVER the old primary takes writes until the Sentinels demote it, and forgets them then (seen with
redis-server 7.0.15). So its writes pause first, for as long as it takes.
https://redis.io/docs/latest/commands/client-pause/
"""

import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import gevent  # type: ignore[import-untyped]
from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai import members
from memurai.exceptions import TopologyError
from memurai.facts.member import Part
from memurai.facts.server import CommandAnswer, answered, command_call
from memurai.topology import Action, Evidence, Phase, ServerAnswer, decide, may_go_on
from memurai.topology.rolling import copies_in_sync
from winfra.facts.base import snake_keys
from winfra.operations.shape import refuse, show_difference

PAUSE_SECONDS = 0.2
# The replicas have all that a paused primary has but for what is on its way.
CATCHING_UP_SECONDS = 5
# Should nobody be left to end the pause.
LONGEST_PAUSE_MILLISECONDS = 20_000


@operation()
def switched(timeout_seconds: int) -> Generator[PyinfraCommand, None, None]:
    """Have the Sentinels make another member the primary, which this host has now.

    + timeout_seconds: longest wait for a set that is whole, before and after
    """
    name = members.name_of(current_host)
    try:
        evidence, verdict = members.decided(current_host)
        others = copies_in_sync(evidence) if verdict.primary == name else ()
    except TopologyError as error:
        yield from refuse(str(error))
        return
    if verdict.primary != name:
        yield from refuse(f"{name}: expected the primary, found that {verdict.primary} is it by now. Run again.")
        return
    show_difference(f"primary of the set {evidence.wanted.name}", [name], [f"one of {', '.join(others) or '(none)'}"])
    yield FunctionCommand(switch, (timeout_seconds,), {})


def switch(state: State, host: Host, timeout_seconds: int) -> bool:  # noqa: ARG001  # pyinfra's names
    """Have the Sentinels replace the primary, which a host has; False fails it."""
    name = members.name_of(host)
    try:
        wait_for(host, "a set that may change its primary", may_fail_over(name), timeout_seconds)
        began = time.monotonic()
        with _paused_writes(host):
            wait_for(host, "replicas that have all data", _behind, CATCHING_UP_SECONDS)
            _tell(host, members.sentinel(host), "SENTINEL", "FAILOVER", members.wanted(host).name)
            wait_for(host, f"another primary than {name}", _paused_until_replaced(host), timeout_seconds)
        seconds = time.monotonic() - began
        evidence = wait_for(host, "a whole set", findings, timeout_seconds)
    except TopologyError as error:
        logger.error(f"{host.print_prefix}{error}")
        return False
    primary = decide(evidence).primary
    logger.info(f"{host.print_prefix}{primary} is the primary instead of {name}; writes paused for {seconds:.1f} s")
    return True


def wait_for(
    host: Host, expected: str, problems: Callable[[Evidence], Iterable[str]], timeout_seconds: float
) -> Evidence:
    """Ask the set of a host again and again until there are no problems; return what it answered then.

    Raises TopologyError when that is not so after a number of seconds.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        evidence = members.evidence(host)
        found = list(problems(evidence))
        if not found:
            return evidence
        if time.monotonic() > deadline:
            advice = f"That was waited for, {timeout_seconds:.0f} s. Look at the members; then run again."
            raise evidence.unsettled(expected, "; ".join(found), advice)
        gevent.sleep(PAUSE_SECONDS)


def may_fail_over(name: str) -> Callable[[Evidence], Iterable[str]]:
    """Return what tells why a primary must not be replaced."""
    return lambda evidence: may_go_on(Phase(Action.FAIL_OVER, name), evidence)


def _paused_until_replaced(host: Host) -> Callable[[Evidence], Iterable[str]]:
    """Return what tells that a host's server is still the primary, and pauses its writes anew as long as it is."""
    replaced = not_replaced(members.name_of(host))

    def problems(evidence: Evidence) -> Iterator[str]:
        if found := list(replaced(evidence)):
            # What it took now, nobody would have once it is demoted.
            _pause_writes(host)
        yield from found

    return problems


def _behind(evidence: Evidence) -> Iterator[str]:
    """Yield the replicas in sync that do not have all yet."""
    primary = evidence.server(decide(evidence).primary)
    for name in copies_in_sync(evidence):
        answer = evidence.server(name)
        if isinstance(answer, ServerAnswer) and isinstance(primary, ServerAnswer) and answer.offset < primary.offset:
            yield f"{name} has {answer.offset} of {primary.offset} bytes"


def not_replaced(name: str) -> Callable[[Evidence], Iterable[str]]:
    """Return what tells that no other member is the primary yet."""

    def problems(evidence: Evidence) -> Iterator[str]:
        try:
            verdict = decide(evidence)
        except TopologyError as error:
            yield error.found
        else:
            yield from [name] if verdict.primary == name else []

    return problems


def findings(evidence: Evidence) -> Iterator[str]:
    """Yield what is not as it should be in a set."""
    try:
        yield from (finding.text for finding in decide(evidence).findings)
    except TopologyError as error:
        yield error.found


@contextmanager
def _paused_writes(host: Host) -> Iterator[None]:
    """Pause the writes of a host's server."""
    _pause_writes(host)
    try:
        yield
    finally:
        _tell(host, members.server(host), "CLIENT", "UNPAUSE")


def _pause_writes(host: Host) -> None:
    _tell(host, members.server(host), "CLIENT", "PAUSE", str(LONGEST_PAUSE_MILLISECONDS), "WRITE")


def _tell(host: Host, part: Part, *words: str) -> None:
    """Send a command; raise TopologyError when its answer is not OK."""
    is_sent, output = host.run_shell_command(command_call(part.server, *words))
    answer = answered(cast("CommandAnswer", snake_keys(json.loads(output.stdout)))) if is_sent else None
    if answer is None or answer.text != "OK":
        found = answer.text or answer.reason if answer else output.stderr
        name = members.wanted(host).name
        raise TopologyError(name, f"OK of {part.service} to {' '.join(words[:2])}", found, [], "Look at its log.")
