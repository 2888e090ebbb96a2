"""A new password without downtime: first beside the former one, later alone.

Each step asks the host's configuration and its server which passwords work, so that it can be run again wherever it was
interrupted. The running server takes both steps without a restart, and connections that are open stay open.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, HiddenValue, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes.passwords import Passwords, change
from memurai.config import Document
from memurai.config.damage import mended
from memurai.config.passwords import Passwords as Known
from memurai.config.passwords import digest, with_passwords
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.server import PONG, Ping, RunningConfiguration
from memurai.instance import Instance
from memurai.operations.configuration import history_of
from memurai.server import Server
from winfra.facts.files import TextFile
from winfra.facts.services import Service
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import current_prefix, failure, is_planning, refuse, show_difference
from winfra.redaction import CHANGED
from winfra.secrets import MASK, hidden


@dataclass(frozen=True)
class Present:
    """What a host has.

    document: its configuration. endpoint, passwords: what that says. running: whether the service runs.
    """

    document: Document
    endpoint: Endpoint
    passwords: Known
    running: bool


@dataclass(frozen=True)
class Step:
    """One change of the passwords.

    instance: the server. after: its new configuration, None when the file is as desired. live: command for the
    running server, undo: the one that takes it back; None when there is nothing to do there. working, refused:
    passwords that work, and don't, afterwards.
    """

    instance: Instance
    after: Document | None
    live: HiddenValue | None
    undo: HiddenValue | None
    working: tuple[HiddenValue, ...]
    refused: tuple[HiddenValue, ...] = ()


@operation()
def added(
    instance: Instance, password: HiddenValue, desired: HiddenValue | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a password works, beside those that work already, now and after a restart.

    A host without a configuration, or whose configuration has no plain password, is left to others.

    + instance: the server
    + password: the new one
    + desired: the whole configuration; its lines are taken for those of the host that a server refuses
    """
    present = yield from _present(instance, desired)
    if present is None:
        return
    before = present.passwords.digests
    after = before | {digest(password)}
    if len(after) == 1:
        current_host.noop(f"the password of {instance.service} is as desired")
        return
    _warn(instance, present, password, len(after) - 1)
    known = _by_digest(present.passwords.host, password)
    working = _working(instance, present, known)
    if present.running and not working:
        yield failure(_no_password_works(instance))
    elif before == after and (not present.running or len(working) == len(known)):
        current_host.noop(f"the password of {instance.service} works, and so do {len(after) - 1} other")
    elif not present.endpoint.acl_command.unmask():
        yield from refuse(_no_acl(instance))
    else:
        _show(instance, present, password, after, working)
        missing = [value for value in known if present.running and value not in working]
        yield from _commands(
            present,
            Step(
                instance=instance,
                after=with_passwords(present.document, present.passwords.host, after) if before != after else None,
                live=_acl(present, *(f"#{value}" for value in sorted(after))) if missing else None,
                # To remove one that is not there is an error.
                undo=_acl(present, *(f"#{value} !{value}" for value in missing)) if missing else None,
                working=tuple(known.values()),
            ),
            via=next(iter(working.values()), password),
        )


@operation()
def dropped(instance: Instance, password: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Ensure that no other password works than this one, which must work already.

    + instance: the server
    + password: the one that stays
    """
    present = yield from _present(instance)
    if present is None:
        return
    before, kept = present.passwords.digests, digest(password)
    if before == {kept}:
        current_host.noop(f"the password of {instance.service} is the only one")
        return
    if kept not in before:
        yield from refuse(
            f"passwords of {instance.service}: expected the settings' password to work already before another is "
            f"dropped, found it missing in {instance.configuration}. Run tasks/rotate_password.py without "
            "drop_password, give the new password to all clients, then drop the old one."
        )
        return
    working = _working(instance, present, _by_digest(password, present.passwords.host))
    if present.running and kept not in working:
        yield failure(_no_password_works(instance) if not working else _not_yet(instance))
    elif not present.endpoint.acl_command.unmask():
        yield from refuse(_no_acl(instance))
    else:
        _show(instance, present, password, {kept}, working)
        former = present.passwords.host
        step = Step(
            instance=instance,
            after=with_passwords(present.document, password, {kept}),
            live=_only(instance, present, password) if present.running else None,
            undo=_acl(present, *(f"#{value}" for value in sorted(before))) if present.running else None,
            working=(password,),
            refused=() if digest(former) == kept else (former,),
        )
        yield from _commands(present, step, via=password)


def check(state: State, host: Host, step: Step, endpoint: Endpoint) -> bool:  # noqa: ARG001  # pyinfra's names
    """Ask the server which passwords work now; False fails the host."""
    outcomes = [(secret, True) for secret in step.working] + [(secret, False) for secret in step.refused]
    for secret, expected in outcomes:
        if _works(host, _server(step.instance, endpoint, secret)) != expected:
            found = "one that should work is refused" if expected else "the dropped one still works"
            logger.error(
                f"{host.print_prefix}passwords of {step.instance.service}: expected the server to be changed, found "
                f"that {found}. Did somebody else change it? Run again."
            )
            return False
    return True


def _present(instance: Instance, desired: HiddenValue | None = None) -> Generator[PyinfraCommand, None, Present | None]:
    yield from settle(instance.changes)
    file = current_host.get_fact(TextFile, path=instance.configuration)
    service = current_host.get_fact(Service, service=instance.service)
    if file is None or service is None:
        yield failure(f"passwords of {instance.service}: its present state could not be read, so nothing was changed")
        return None
    try:
        document = Document.of(file["content"] or "")
        document = document if desired is None else mended(document, Document.of(desired.unmask())).document
        endpoint, passwords = Endpoint.of(document), Known.of(document)
    except ConfigSyntaxError as error:
        yield from refuse(instance.line_problem(error))
        return None
    if passwords is None:
        current_host.noop(f"{instance.configuration} gives no password that could be changed")
        return None
    return Present(document, endpoint, passwords, service["state"] == "Running")


def _by_digest(*passwords: HiddenValue) -> Mapping[str, HiddenValue]:
    return {digest(secret): secret for secret in passwords}


def _working(instance: Instance, present: Present, known: Mapping[str, HiddenValue]) -> Mapping[str, HiddenValue]:
    """Return the passwords that the running server takes."""
    if not present.running:
        return {}
    servers = {value: _server(instance, present.endpoint, secret) for value, secret in known.items()}
    return {value: known[value] for value, server in servers.items() if _works(current_host, server)}


def _works(host: Host, server: Server) -> bool:
    return bool(host.get_fact(Ping, server=server) == PONG)


def _server(instance: Instance, endpoint: Endpoint, password: HiddenValue) -> Server:
    return replace(endpoint, password=password).server(instance.command_line_client)


def _acl(present: Present, *rules: str) -> HiddenValue:
    return hidden(" ".join((present.endpoint.acl_command.unmask(), "SETUSER", "default", *rules)))


def _only(instance: Instance, present: Present, password: HiddenValue) -> HiddenValue:
    """Return the command after which no other password works.

    CONFIG SET requirepass drops the others, but does nothing when the server has that value already: then there may
    still be others.
    """
    values: dict[str, str] = {}
    if present.endpoint.config_command.unmask():
        server = _server(instance, present.endpoint, password)
        command = present.endpoint.config_command
        values = current_host.get_fact(RunningConfiguration, server=server, config_command=command) or {}
    if values.get("requirepass", password.unmask()) == password.unmask():
        return _acl(present, "resetpass", f"#{digest(password)}")
    return present.endpoint.config_set(("requirepass", password.unmask()))


def _commands(present: Present, step: Step, *, via: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Yield the commands of a step; `via` is a password that works before it."""
    history = history_of(current_host, step.instance)
    if history is None:
        yield failure(f"passwords of {step.instance.service}: the earlier configurations could not be listed (above)")
        return
    # The last one is the new one: the trial and the running server must take it.
    ways = list({digest(secret): secret for secret in (via, *step.refused, *step.working)}.values())
    ways = [secret for secret in ways if digest(secret) != digest(step.working[-1])] + [step.working[-1]]
    passwords = Passwords(present.document, step.after, present.endpoint, step.live, step.undo, ways)
    planned = change(step.instance, passwords, history)
    if planned is not None:
        yield from carry_out(planned)
    if present.running:
        yield FunctionCommand(check, (step, present.endpoint), {})


def _show(
    instance: Instance, present: Present, password: HiddenValue, after: Iterable[str], working: Iterable[str]
) -> None:
    names = {digest(password): "settings", digest(present.passwords.host): "host"}
    if digest(password) == digest(present.passwords.host):
        names = {digest(password): "host and settings"}
    before = present.passwords.digests
    lines = _lines(names, before, before), _lines(names, after, before)
    show_difference(f"passwords in {instance.configuration}", *lines)
    if present.running:
        live = set(working) | (before - set(names))
        lines = _lines(names, live, live), _lines(names, after, live)
        show_difference(f"passwords of the running server of {instance.service}, without a restart", *lines)


def _lines(names: dict[str, str], digests: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return a line for each password that works, the host's first, by what it is and not by its value."""
    found = set(digests)
    order = [value for value in reversed(list(names)) if value in found] + sorted(found - set(names))
    return [
        f"works: the password of {names.get(value, 'neither host nor settings')} {MASK if value in known else CHANGED}"
        for value in order
    ]


def _warn(instance: Instance, present: Present, password: HiddenValue, others: int) -> None:
    if not is_planning():
        return
    drop = "new" if digest(password) == digest(present.passwords.host) else "old"
    logger.warning(
        f"{current_prefix()}passwords of {instance.service}: {others} more than the settings' password will go on "
        "working. When all clients use the settings' password, drop the rest: tasks/rotate_password.py "
        f"--data drop_password={drop}"
    )


def _no_password_works(instance: Instance) -> str:
    return (
        f"passwords of {instance.service}: expected the running server to take the password of its file or "
        f"that of the settings ({instance.configuration}), found that it takes neither or does not answer. Look at the "
        "server's log; a restart of the service brings back the passwords of its file."
    )


def _not_yet(instance: Instance) -> str:
    return (
        f"passwords of {instance.service}: expected the running server to take the settings' password before another "
        "is dropped, found that it does not. Run tasks/rotate_password.py without drop_password first."
    )


def _no_acl(instance: Instance) -> str:
    return (
        f"passwords of {instance.service}: expected the command ACL, which gives a server a second password, found it "
        f"disabled by rename-command in {instance.configuration}. Take ACL out of memurai_security.renamed_commands, "
        "or give it a secret new name there, and deploy with the old password first."
    )
