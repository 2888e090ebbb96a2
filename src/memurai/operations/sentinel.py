"""The configuration of a Sentinel: its file is made once, and what differs later is given to the running Sentinel."""

from collections.abc import Callable, Generator, Iterable
from hashlib import sha256
from itertools import zip_longest

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra import state as current_state
from pyinfra.api import FunctionCommand, HiddenValue, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai import members
from memurai.changes.sentinel import Plan, change, ways_to
from memurai.config import Change as Difference
from memurai.config.sentinel import TOLD, SentinelDocument, as_told, compare, given_password, sets, with_password
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError, TopologyError
from memurai.facts.server import Answers
from memurai.sentinel import Sentinel
from winfra.facts.files import TextFile, TextFileState
from winfra.facts.services import Service, ServiceState
from winfra.operations.changes import carry_out, settle
from winfra.operations.services import foreign_problem
from winfra.operations.shape import current_prefix, failure, refuse, show_difference
from winfra.redaction import CHANGED, Redaction
from winfra.secrets import MASK, hidden, hidden_values

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
STOPPED = (None, "Stopped")


@operation()
def applied(
    sentinel: Sentinel, desired: HiddenValue, secret_keys: tuple[str, ...] = ()
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a Sentinel has the desired settings, whatever else it has learned and written into its file.

    A Sentinel that runs is given what differs, and restarts only for what it takes at its start. The primary of a set
    that it watches is its own business.

    + sentinel: the Sentinel
    + desired: the whole configuration; a HiddenValue, as it holds passwords
    + secret_keys: first words of lines that `--diff` must not show
    """
    yield from _converged(sentinel, lambda _: SentinelDocument.of(desired.unmask()), secret_keys)


@operation()
def given(sentinel: Sentinel, set_name: str, password: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a Sentinel gives the servers of a set a password, when all of them take it; where there is one.

    + sentinel: the Sentinel
    + set_name: the set's name
    + password: of the servers, or of the user that a Sentinel is there
    """
    file = current_host.get_fact(TextFile, path=sentinel.configuration)
    if file is not None and file["content"] is None:
        current_host.noop(f"there is no Sentinel on {sentinel.configuration}")
        return
    secret_keys = (f"sentinel auth-pass {set_name}",)
    yield from _converged(sentinel, lambda live: with_password(live, set_name, password), secret_keys)


def _converged(
    sentinel: Sentinel, wanted: Callable[[SentinelDocument], SentinelDocument], secret_keys: tuple[str, ...]
) -> Generator[PyinfraCommand, None, None]:
    """Give a Sentinel another configuration; wanted: makes it from the present one."""
    yield from settle(sentinel.changes)
    subject = f"configuration {sentinel.configuration}"
    file = current_host.get_fact(TextFile, path=sentinel.configuration)
    service = current_host.get_fact(Service, service=sentinel.service)
    if file is None or service is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
        return
    try:
        live = SentinelDocument.of(file["content"] or "")
        plan = _plan(sentinel, file, service, _with_taken_password(live, wanted(live)))
    except ConfigSyntaxError as error:
        yield from refuse(f"{subject}: {error}. Mend or remove that line on the host and run again.")
        return
    except TopologyError as error:
        yield from refuse(str(error))
        return
    if problem := foreign_problem(service, sentinel.program) or _missing_file_problem(sentinel, plan):
        yield from refuse(problem)
    elif plan.is_empty:
        current_host.noop(f"{subject} and its Sentinel are as desired")
    else:
        desired = hidden(plan.desired.text)
        _show(sentinel, plan, Redaction(frozenset(hidden_values(desired)), secret_keys))
        yield from carry_out(change(sentinel, plan))
        yield FunctionCommand(proven, (sentinel, desired), {})


def _with_taken_password(live: SentinelDocument, desired: SentinelDocument) -> SentinelDocument:
    """Return what is desired, with the present password for the servers as long as one of them refuses the other.

    For a Sentinel, a server that refuses its password is down. While a run is only planned, its earlier steps have not
    given the servers the password yet.
    """
    for name in sets(live):
        former, wanted = given_password(live, name), given_password(desired, name)
        if former is None or wanted is None or former.unmask() == wanted.unmask() or not current_state.is_executing:
            continue
        if refusing := members.refusing(current_host):
            logger.warning(
                f"{current_prefix()}the Sentinel goes on with its present password for the servers of {name}, because "
                f"the settings' one is refused by {', '.join(refusing)}, or not asked there. Deploy all members."
            )
            desired = with_password(desired, name, former)
    return desired


def proven(state: State, host: Host, sentinel: Sentinel, desired: HiddenValue) -> bool:  # noqa: ARG001 - pyinfra's
    """Compare what stands in the file now, which a running Sentinel has written itself; False fails the host."""
    file = host.get_fact(TextFile, path=sentinel.configuration)
    if file is None or file["content"] is None:
        logger.error(f"{host.print_prefix}configuration {sentinel.configuration}: expected to read it, found no file")
        return False
    left = compare(SentinelDocument.of(file["content"]), SentinelDocument.of(desired.unmask()))
    for difference in left:
        logger.error(
            f"{host.print_prefix}configuration {sentinel.configuration}: expected {' '.join(difference.key)} as "
            "desired, found that the Sentinel has another value; look at its log and run again"
        )
    return not left


def _plan(sentinel: Sentinel, file: TextFileState, service: ServiceState, desired: SentinelDocument) -> Plan:
    """Return what the Sentinel comes to.

    Raises ConfigSyntaxError when a Sentinel could not read its file.
    """
    text, running = file["content"], service["state"] not in STOPPED
    if text is None:
        return Plan(None, None, desired, running=running)
    live = SentinelDocument.of(text)
    ways = ways_to(live, desired)
    mark = BYTE_ORDER_MARK if file["has_byte_order_mark"] else b""
    digest = sha256(mark + text.encode()).hexdigest()
    return Plan(_told(sentinel, live, ways) if running else live, digest, desired, running=running)


def _told(sentinel: Sentinel, live: SentinelDocument, ways: Iterable[Endpoint]) -> SentinelDocument:
    """Return what the running Sentinel has, as far as it tells; its file for the rest."""
    names = sets(live)
    commands = [*(("MASTER", name) for name in names), *(("CONFIG", "GET", option) for option in TOLD)]
    for way in ways:
        server = way.server(sentinel.command_line_client)
        found = current_host.get_fact(Answers, server=server, commands=[("SENTINEL", *words) for words in commands])
        told = [_pairs(answer.text) for answer in found or []]
        if any(told):
            own = {name: value for values in told[len(names) :] for name, value in values.items()}
            return as_told(live, dict(zip(names, told, strict=False)), own)
    return live


def _pairs(text: str | None) -> dict[str, str]:
    """Return names and values, which alternate in an answer line by line; the last one's may be empty."""
    lines = (text or "").splitlines()
    return dict(zip_longest(lines[::2], lines[1::2], fillvalue=""))


def _missing_file_problem(sentinel: Sentinel, plan: Plan) -> str | None:
    if plan.live is not None or not plan.running:
        return None
    return (
        f"service {sentinel.service}: expected its configuration {sentinel.configuration}, found that it runs without "
        "one. Stop the service, and run again: it then begins anew, and asks the set for what it knew."
    )


def _show(sentinel: Sentinel, plan: Plan, redaction: Redaction) -> None:
    if plan.live is None:
        show_difference(f"configuration {sentinel.configuration}", *redaction.lines("", plan.text))
        return
    before = [_value_line(item, item.before, redaction, MASK) for item in plan.changes]
    after = [_value_line(item, item.after, redaction, CHANGED) for item in plan.changes]
    show_difference(f"configuration {sentinel.configuration}", before, after)
    if plan.running and plan.restarting:
        names = ", ".join(sorted({" ".join(item.key) for item in plan.restarting}))
        show_difference(f"service {sentinel.service}", ["running"], [f"restarted, because of: {names}"])


def _value_line(
    difference: Difference, value: tuple[tuple[str, ...], ...] | None, redaction: Redaction, mask: str
) -> str:
    name = " ".join(difference.key)
    if name.lower() in [key.lower() for key in redaction.keys]:
        return f"{name} {mask}"
    return f"{name} {'(unset)' if value is None else ' '.join(' '.join(words) for words in value)}"
