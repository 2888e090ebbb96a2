"""The servers of a set: who follows whom, and whether all of it is whole."""

import time
from collections.abc import Generator

import gevent  # type: ignore[import-untyped]
from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, HiddenValue, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai import members
from memurai.changes import replication as changes
from memurai.config import Document, quote
from memurai.exceptions import ConfigSyntaxError, TopologyError
from memurai.instance import Instance
from memurai.server import Server
from memurai.topology import Evidence, Kind, ServerAnswer, Situation, Verdict, decide
from winfra.facts.files import TextFile
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import refuse, show_difference

PAUSE_SECONDS = 0.5
# What only an operator brings in order, or the deploy of another member: told, and no reason to fail this one.
TOLD = frozenset({Kind.SILENT_SERVER, Kind.SILENT_SENTINEL, Kind.UNKNOWN_REPLICA, Kind.UNKNOWN_SENTINEL})


@operation()
def joined(instance: Instance, server: Server, config_command: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a member's server is the primary of its set, or follows it, as the living set has it.

    Who the primary is, its Sentinels and servers say, the inventory only where there is no set yet. A former primary
    is made a replica by the Sentinels and by nobody else.

    + instance: the server
    + server: where it is reached from its host
    + config_command: its name of CONFIG
    """
    yield from settle(instance.changes)
    name = members.name_of(current_host)
    try:
        evidence, verdict = members.decided(current_host)
        file = current_host.get_fact(TextFile, path=instance.configuration)
        document = Document.of((file and file["content"]) or "")
    except TopologyError as error:
        yield from refuse(str(error))
        return
    except ConfigSyntaxError as error:
        yield from refuse(instance.line_problem(error))
        return
    before = role(evidence, name)
    if not _is_to_follow(evidence, verdict, name):
        current_host.noop(f"{name} is {before}")
        return
    primary = evidence.address(verdict.primary)
    set_name = evidence.wanted.name
    show_difference(f"role of {name} in the set {set_name}", [before], [f"a replica of {evidence.label(primary)}"])
    answer = evidence.server(name)
    former = answer.primary if isinstance(answer, ServerAnswer) else None
    roles = (changes.following(former), changes.following(primary))
    rewrite = f"{quote(config_command.unmask())} REWRITE"
    yield from carry_out(changes.followed(instance, server, document, rewrite, roles))


@operation()
def whole(timeout_seconds: int) -> Generator[PyinfraCommand, None, None]:
    """Wait until a member is as it should be in its set: in sync, known to all Sentinels, and they agree.

    What is wrong with other members, and what only an operator can bring in order, is told.

    + timeout_seconds: longest wait
    """
    problems = _problems(current_host)
    if not problems:
        current_host.noop(f"{members.name_of(current_host)} is as it should be in its set")
        return
    show_difference(f"{members.name_of(current_host)} in its set", problems, [])
    yield FunctionCommand(wait_until_whole, (timeout_seconds,), {})


def wait_until_whole(state: State, host: Host, timeout_seconds: int) -> bool:  # noqa: ARG001  # pyinfra's names
    """Wait for a member; False fails the host."""
    deadline = time.monotonic() + timeout_seconds
    while (problems := _problems(host)) and time.monotonic() < deadline:
        gevent.sleep(PAUSE_SECONDS)
    for problem in problems:
        logger.error(f"{host.print_prefix}not as it should be after {timeout_seconds} s: {problem}")
    return not problems


def role(evidence: Evidence, name: str) -> str:
    """Return what a member's server is, for people."""
    answer = evidence.server(name)
    if not isinstance(answer, ServerAnswer):
        return "(no server)"
    return "a primary" if answer.primary is None else f"a replica of {evidence.label(answer.primary)}"


def _is_to_follow(evidence: Evidence, verdict: Verdict, name: str) -> bool:
    """Whether a member's server is to be told to follow the primary."""
    if verdict.situation is Situation.LIVING:
        return any(name in verdict.subjects(kind) for kind in (Kind.NEW_SERVER, Kind.CHAINED_REPLICA))
    answer = evidence.server(name)
    return name != verdict.primary and not (isinstance(answer, ServerAnswer) and answer.primary is not None)


def _problems(host: Host) -> list[str]:
    """Return what is not as it should be with a member; says of others what is not."""
    name = members.name_of(host)
    try:
        evidence = members.evidence(host)
        verdict = decide(evidence)
    except TopologyError as error:
        return [str(error)]
    if verdict.situation is not Situation.LIVING:
        return [f"expected a set that its Sentinels watch, found: {verdict.situation.value}"]
    return [finding.text for finding in verdict.findings if finding.subject == name and finding.kind not in TOLD]
