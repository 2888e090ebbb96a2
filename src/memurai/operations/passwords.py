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

from memurai.damage import mended
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.server import Ping, RunningConfiguration, Server, access_parameters
from memurai.operations.configuration import Place
from memurai.passwords import Passwords, digest, with_passwords
from winfra.call import PowerShellCall
from winfra.facts.files import TextFile
from winfra.facts.services import Service
from winfra.operations.shape import current_prefix, failure, is_planning, refuse, show_difference
from winfra.redaction import CHANGED
from winfra.secrets import MASK, hidden

PONG = "PONG"


@dataclass(frozen=True)
class Present:
    """What a host has.

    text: its configuration. endpoint, passwords: what that says. running: whether the service runs.
    """

    text: str
    endpoint: Endpoint
    passwords: Passwords
    running: bool


@dataclass(frozen=True)
class Step:
    """One change of the passwords.

    place: where the configuration stands. text: the new one, None when the file is as desired. live: command for the
    running server, undo: the one that takes it back; None when there is nothing to do there. working, refused:
    passwords that work, and don't, afterwards.
    """

    place: Place
    text: str | None
    live: HiddenValue | None
    undo: HiddenValue | None
    working: tuple[HiddenValue, ...]
    refused: tuple[HiddenValue, ...] = ()


@operation()
def added(
    place: Place, password: HiddenValue, desired: HiddenValue | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that a password works, beside those that work already, now and after a restart.

    A host without a configuration, or whose configuration has no plain password, is left to others.

    + place: where the configuration stands and with what it is changed
    + password: the new one
    + desired: the whole configuration; its lines are taken for those of the host that a server refuses
    """
    present = yield from _present(place, desired)
    if present is None:
        return
    before = present.passwords.digests
    after = before | {digest(password)}
    if len(after) == 1:
        current_host.noop(f"the password of {place.service} is as desired")
        return
    _warn(place, present, password, len(after) - 1)
    known = _by_digest(present.passwords.host, password)
    working = _working(place, present, known)
    if present.running and not working:
        yield failure(_no_password_works(place))
    elif before == after and (not present.running or len(working) == len(known)):
        current_host.noop(f"the password of {place.service} works, and so do {len(after) - 1} other")
    elif not present.endpoint.acl_command.unmask():
        yield from refuse(_no_acl(place))
    else:
        _show(place, present, password, after, working)
        missing = [value for value in known if present.running and value not in working]
        yield from _commands(
            present,
            Step(
                place=place,
                text=with_passwords(present.text, present.passwords.host, after) if before != after else None,
                live=_acl(present, *(f"#{value}" for value in sorted(after))) if missing else None,
                undo=_acl(present, *(f"!{value}" for value in missing)) if missing else None,
                working=tuple(known.values()),
            ),
            via=next(iter(working.values()), password),
        )


@operation()
def dropped(place: Place, password: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Ensure that no other password works than this one, which must work already.

    + place: where the configuration stands and with what it is changed
    + password: the one that stays
    """
    present = yield from _present(place)
    if present is None:
        return
    before, kept = present.passwords.digests, digest(password)
    if before == {kept}:
        current_host.noop(f"the password of {place.service} is the only one")
        return
    if kept not in before:
        yield from refuse(
            f"passwords of {place.service}: expected the settings' password to work already before another is dropped, "
            f"found it missing in {place.path}. Run tasks/rotate_password.py without drop_password, give the new "
            "password to all clients, then drop the old one."
        )
        return
    working = _working(place, present, _by_digest(password, present.passwords.host))
    if present.running and kept not in working:
        yield failure(_no_password_works(place) if not working else _not_yet(place))
    elif not present.endpoint.acl_command.unmask():
        yield from refuse(_no_acl(place))
    else:
        _show(place, present, password, {kept}, working)
        former = present.passwords.host
        step = Step(
            place=place,
            text=with_passwords(present.text, password, {kept}),
            live=_only(place, present, password) if present.running else None,
            undo=_acl(present, *(f"#{value}" for value in sorted(before))) if present.running else None,
            working=(password,),
            refused=() if digest(former) == kept else (former,),
        )
        yield from _commands(present, step, via=password)


def check(state: State, host: Host, step: Step, endpoint: Endpoint) -> bool:  # noqa: ARG001  # pyinfra's names
    """Ask the server which passwords work now; False fails the host."""
    outcomes = [(secret, True) for secret in step.working] + [(secret, False) for secret in step.refused]
    for secret, expected in outcomes:
        if _works(host, _server(step.place, endpoint, secret)) != expected:
            found = "one that should work is refused" if expected else "the dropped one still works"
            logger.error(
                f"{host.print_prefix}passwords of {step.place.service}: expected the server to be changed, found that "
                f"{found}. Did somebody else change it? Run again."
            )
            return False
    return True


def _present(place: Place, desired: HiddenValue | None = None) -> Generator[PyinfraCommand, None, Present | None]:
    file = current_host.get_fact(TextFile, path=place.path)
    service = current_host.get_fact(Service, service=place.service)
    if file is None or service is None:
        yield failure(f"passwords of {place.service}: its present state could not be read, so nothing was changed")
        return None
    text = file["content"] or ""
    try:
        text = text if desired is None else mended(text, desired.unmask()).text
        endpoint, passwords = Endpoint.of(text), Passwords.of(text)
    except ConfigSyntaxError as error:
        yield from refuse(f"configuration {place.path}: {error}. Mend or remove that line on the host and run again.")
        return None
    if passwords is None:
        current_host.noop(f"{place.path} gives no password that could be changed")
        return None
    return Present(text, endpoint, passwords, service["state"] == "Running")


def _by_digest(*passwords: HiddenValue) -> Mapping[str, HiddenValue]:
    return {digest(secret): secret for secret in passwords}


def _working(place: Place, present: Present, known: Mapping[str, HiddenValue]) -> Mapping[str, HiddenValue]:
    """Return the passwords that the running server takes."""
    if not present.running:
        return {}
    servers = {value: _server(place, present.endpoint, secret) for value, secret in known.items()}
    return {value: known[value] for value, server in servers.items() if _works(current_host, server)}


def _works(host: Host, server: Server) -> bool:
    return bool(host.get_fact(Ping, server=server) == PONG)


def _server(place: Place, endpoint: Endpoint, password: HiddenValue) -> Server:
    return replace(endpoint, password=password).server(place.command_line_client)


def _acl(present: Present, *rules: str) -> HiddenValue:
    return hidden(" ".join((present.endpoint.acl_command.unmask(), "SETUSER", "default", *rules)))


def _only(place: Place, present: Present, password: HiddenValue) -> HiddenValue:
    """Return the command after which no other password works.

    CONFIG SET requirepass drops the others, but does nothing when the server has that value already: then there may
    still be others.
    """
    values: dict[str, str] = {}
    if present.endpoint.config_command.unmask():
        server = _server(place, present.endpoint, password)
        command = present.endpoint.config_command
        values = current_host.get_fact(RunningConfiguration, server=server, config_command=command) or {}
    if values.get("requirepass", password.unmask()) == password.unmask():
        return _acl(present, "resetpass", f"#{digest(password)}")
    return present.endpoint.config_set(("requirepass", password.unmask()))


def _commands(present: Present, step: Step, *, via: HiddenValue) -> Generator[PyinfraCommand, None, None]:
    """Yield the commands of a step; `via` is a password that works before it."""
    if step.text is not None:
        yield PowerShellCall("Set-MemuraiConfiguration", _parameters(present, step, step.text, via))
    elif step.live is not None:
        server = _server(step.place, present.endpoint, via)
        yield PowerShellCall("Invoke-MemuraiCommand", {**server.parameters(), "SecretCommand": step.live})
    if present.running:
        yield FunctionCommand(check, (step, present.endpoint), {})


def _parameters(present: Present, step: Step, text: str, via: HiddenValue) -> dict[str, object]:
    place, endpoint = step.place, present.endpoint
    return {
        "Path": place.path,
        "Content": hidden(text),
        "HistoryFolder": place.history,
        "ProgramPath": place.program,
        "CliPath": place.command_line_client,
        "ServiceName": place.service,
        "Address": endpoint.address,
        "Port": endpoint.port,
        **access_parameters(endpoint.user, endpoint.tls),
        "ScratchFolder": place.trial_folder,
        "ScratchPort": place.trial_port,
        # The last one is the new one: the trial and the running server must take it.
        "Password": step.working[-1],
        "LivePassword": via,
        "LiveCommand": step.live,
        "UndoCommand": step.undo,
        "ExpectedRole": "slave" if endpoint.is_replica else "master",
        "ExpectAppendOnly": endpoint.appendonly,
        "TimeoutSeconds": place.timeout_seconds,
    }


def _show(place: Place, present: Present, password: HiddenValue, after: Iterable[str], working: Iterable[str]) -> None:
    names = {digest(password): "settings", digest(present.passwords.host): "host"}
    if digest(password) == digest(present.passwords.host):
        names = {digest(password): "host and settings"}
    before = present.passwords.digests
    lines = _lines(names, before, before), _lines(names, after, before)
    show_difference(f"passwords in {place.path}", *lines)
    if present.running:
        live = set(working) | (before - set(names))
        lines = _lines(names, live, live), _lines(names, after, live)
        show_difference(f"passwords of the running server of {place.service}, without a restart", *lines)


def _lines(names: dict[str, str], digests: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return a line for each password that works, the host's first, by what it is and not by its value."""
    found = set(digests)
    order = [value for value in reversed(list(names)) if value in found] + sorted(found - set(names))
    return [
        f"works: the password of {names.get(value, 'neither host nor settings')} {MASK if value in known else CHANGED}"
        for value in order
    ]


def _warn(place: Place, present: Present, password: HiddenValue, others: int) -> None:
    if not is_planning():
        return
    drop = "new" if digest(password) == digest(present.passwords.host) else "old"
    logger.warning(
        f"{current_prefix()}passwords of {place.service}: {others} more than the settings' password will go on "
        "working. When all clients use the settings' password, drop the rest: tasks/rotate_password.py "
        f"--data drop_password={drop}"
    )


def _no_password_works(place: Place) -> str:
    return (
        f"passwords of {place.service}: expected the running server to take the password of {place.path} or that of "
        "the settings, found that it takes neither or does not answer. Look at the server's log; a restart of the "
        "service brings back the passwords of its file."
    )


def _not_yet(place: Place) -> str:
    return (
        f"passwords of {place.service}: expected the running server to take the settings' password before another is "
        "dropped, found that it does not. Run tasks/rotate_password.py without drop_password first."
    )


def _no_acl(place: Place) -> str:
    return (
        f"passwords of {place.service}: expected the command ACL, which gives a server a second password, found it "
        f"disabled by rename-command in {place.path}. Take ACL out of memurai_security.renamed_commands, or give it a "
        "secret new name there, and deploy with the old password first."
    )
