"""The servers of a set: who follows whom, and whether all of it is whole."""

import re
import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

import gevent  # type: ignore[import-untyped]
from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, HiddenValue, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai import members
from memurai.changes import replication as changes
from memurai.config import Document, quote
from memurai.config.membership import is_member
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError, TopologyError
from memurai.facts.server import Answered, Answers, Info
from memurai.instance import Instance
from memurai.server import Server
from memurai.topology import Address, Evidence, Kind, ServerAnswer, Situation, Verdict, decide
from winfra.facts.files import TextFile
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import refuse, show_difference

PAUSE_SECONDS = 0.5
# The connections of a Sentinel that was stopped are closed at once.
UNWATCHED_SECONDS = 30
# A replica that has just started gets all data anew.
IN_SYNC_SECONDS = 60
SENTINEL_CLIENT = re.compile(r"\baddr=(\S+) .*\bname=sentinel-")
NOT_TOLD = Answered(None, "no answer to CLIENT LIST")
# What only an operator brings in order, or the deploy of another member: told, and no reason to fail this one.
TOLD = frozenset({Kind.SILENT_SERVER, Kind.SILENT_SENTINEL, Kind.UNKNOWN_REPLICA, Kind.UNKNOWN_SENTINEL})
# What was told in this run.
_told: set[str] = set()


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
def unbound(instance: Instance) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a primary that leaves its set goes on taking writes while its replicas leave, too.

    + instance: the server
    """
    former = yield from _former(instance)
    if former is None:
        return
    if "min_slaves_good_slaves" not in former.info:
        current_host.noop(f"{instance.service} needs no replica for writes, or takes none itself")
        return
    show_difference(f"writes of {instance.service}", ["need a replica in sync"], ["need none"])
    server = former.endpoint.server(instance.command_line_client)
    yield from carry_out(changes.unbound(instance, server, former.document, former.endpoint))


@operation()
def alone(instance: Instance) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a server that leaves its set follows nobody any more; it keeps its data.

    + instance: the server
    """
    former = yield from _former(instance)
    if former is None:
        return
    if former.info["role"] != "slave":
        current_host.noop(f"{instance.service} follows nobody")
        return
    primary = Address.of(former.info["master_host"], former.info["master_port"])
    show_difference(f"role of {instance.service}", [f"a replica of {primary}"], ["a server of its own"])
    server = former.endpoint.server(instance.command_line_client)
    yield FunctionCommand(wait_until_in_sync, (instance, server), {})
    yield FunctionCommand(wait_until_unwatched, (instance, server), {})
    rewrite = f"{quote(former.endpoint.config_command.unmask())} REWRITE"
    roles = (changes.following(primary), changes.following(None))
    yield from carry_out(changes.followed(instance, server, former.document, rewrite, roles))


def wait_until_in_sync(state: State, host: Host, instance: Instance, server: Server) -> bool:  # noqa: ARG001  # pyinfra's names
    """Wait until a replica has all data of its primary; one that does not get them stands alone with what it has."""
    deadline = time.monotonic() + IN_SYNC_SECONDS
    while not (is_up := _is_link_up(host, server)) and time.monotonic() < deadline:
        gevent.sleep(PAUSE_SECONDS)
    if not is_up:
        logger.warning(
            f"{host.print_prefix}service {instance.service}: its link to its primary is not up after {IN_SYNC_SECONDS} "
            "s. It stands alone without what it did not get from there."
        )
    return True


def _is_link_up(host: Host, server: Server) -> bool:
    info = host.get_fact(Info, server=server, _ignore_errors=True) or {}
    return bool(info.get("master_link_status") == "up")


def wait_until_unwatched(state: State, host: Host, instance: Instance, server: Server) -> bool:  # noqa: ARG001  # pyinfra's names
    """Wait until no Sentinel is connected to a server; False fails the host.

    https://github.com/redis/redis/blob/7.2/src/sentinel.c sentinelSetClientName()
    """
    deadline = time.monotonic() + UNWATCHED_SECONDS
    while (found := _watching(host, server)) and time.monotonic() < deadline:
        gevent.sleep(PAUSE_SECONDS)
    if found:
        logger.error(
            f"{host.print_prefix}service {instance.service}: expected no Sentinel that watches its server, because it "
            f"would make it a replica again, found {', '.join(found)}. Its role is as it was. Run for all hosts of the "
            "former set, without --limit and --serial; or have that Sentinel forget it (SENTINEL REMOVE, of a set that "
            "lives on SENTINEL RESET), and run again."
        )
    return not found


def _watching(host: Host, server: Server) -> list[str]:
    """Return the addresses of the Sentinels that are connected to a server, or why it does not tell."""
    (clients,) = host.get_fact(Answers, server=server, commands=[("CLIENT", "LIST")], _ignore_errors=True) or [NOT_TOLD]
    if clients.text is None:
        return [clients.reason]
    return sorted({match[1] for match in map(SENTINEL_CLIENT.search, clients.text.splitlines()) if match})


@dataclass(frozen=True)
class _Former:
    """A server that leaves its set.

    document: its configuration. endpoint: how it is reached by that. info: what it says of itself.
    """

    document: Document
    endpoint: Endpoint
    info: Mapping[str, str]


def _former(instance: Instance) -> Generator[PyinfraCommand, None, _Former | None]:
    """Return a former member's server, which must answer: only it can change its role, and write that into its file."""
    yield from settle(instance.changes)
    file = current_host.get_fact(TextFile, path=instance.configuration)
    try:
        document = Document.of((file and file["content"]) or "")
        endpoint = Endpoint.of(document)
    except ConfigSyntaxError as error:
        yield from refuse(instance.line_problem(error))
        return None
    if not is_member(document):
        current_host.noop(f"{instance.configuration} is no configuration of a set's member (any more)")
        return None
    info = current_host.get_fact(Info, server=endpoint.server(instance.command_line_client), _ignore_errors=True)
    if not info:
        yield from refuse(
            f"service {instance.service}: expected the server of a former member of a set to answer, because it writes "
            f"its role into {instance.configuration} itself, found no answer. Start the service, and run again."
        )
        return None
    return _Former(document, endpoint, info)


@operation()
def whole(timeout_seconds: int) -> Generator[PyinfraCommand, None, None]:
    """Wait until a member is as it should be in its set: in sync, known to all Sentinels, and they agree.

    What only an operator can bring in order, and what is wrong with members that are not in this run, is told.

    + timeout_seconds: longest wait
    """
    problems, others = _found(current_host)
    if not problems:
        _tell(current_host, others)
        current_host.noop(f"{members.name_of(current_host)} is as it should be in its set")
        return
    show_difference(f"{members.name_of(current_host)} in its set", problems, [])
    yield FunctionCommand(wait_until_whole, (timeout_seconds,), {})


def wait_until_whole(state: State, host: Host, timeout_seconds: int) -> bool:  # noqa: ARG001  # pyinfra's names
    """Wait for a member; False fails the host."""
    deadline = time.monotonic() + timeout_seconds
    while (found := _found(host))[0] and time.monotonic() < deadline:
        gevent.sleep(PAUSE_SECONDS)
    problems, others = found
    _tell(host, others)
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


def _found(host: Host) -> tuple[list[str], list[str]]:
    """Return what is not as it should be with a member, and what else is to be told."""
    name = members.name_of(host)
    try:
        evidence = members.evidence(host)
        verdict = decide(evidence)
    except TopologyError as error:
        return [str(error)], []
    if verdict.situation is not Situation.LIVING:
        return [f"expected a set that its Sentinels watch, found: {verdict.situation.value}"], []
    in_run = {members.name_of(item) for item in host.inventory.get_active_hosts()}
    told = [item for item in verdict.findings if item.kind in TOLD or item.subject not in in_run]
    mine = [item.text for item in verdict.findings if item.subject == name and item not in told]
    return mine, [item.text for item in told]


def _tell(host: Host, texts: Iterable[str]) -> None:
    """Warn once a run: all members find the same."""
    for text in texts:
        if text not in _told:
            _told.add(text)
            host.log(text, logger.warning)
