"""The users of a server: its ACL file and the running server, changed together and without a restart."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyinfra import host as current_host
from pyinfra.api import HiddenValue, operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes.users import AclFile, Running, change
from memurai.config import Document
from memurai.config.acl import command_categories, default_user_rules, same_rights
from memurai.config.damage import mended
from memurai.config.passwords import Passwords, digest
from memurai.endpoint import ADMINISTRATOR, Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.configuration import leftover_of
from memurai.facts.server import CategoryCommands, RunningUsers
from memurai.instance import Instance
from memurai.rendering import users
from memurai.rendering.users import Users, digests
from winfra.call import PowerShellCall
from winfra.facts.files import TextFile
from winfra.facts.services import Service
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import failure, refuse, show_difference
from winfra.redaction import CHANGED
from winfra.secrets import MASK

DEFAULT = "default"


@dataclass(frozen=True)
class Present:
    """What a host has.

    text: the ACL file, None when there is no such file. file: its users. problem: why a server would refuse that file,
    None when it would not. passwords: users as far as their passwords go on working. live: users of the running server,
    None when none runs on the file. configuration: an empty one without a file. endpoint: the server, None without
    that. left: paths of what a run left that was ended half way.
    """

    text: str | None
    file: Users
    problem: str | None
    passwords: Users
    live: Users | None
    configuration: Document
    endpoint: Endpoint | None
    left: tuple[str, ...]


@operation()
def applied(
    instance: Instance,
    path: str,
    desired: HiddenValue,
    keep_passwords: bool = True,
    configuration: HiddenValue | None = None,
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that an ACL file and the server that runs on it have the users that are desired, and no others.

    Connections stay open, but for those of users that go.

    + instance: the server
    + path: the ACL file
    + desired: its whole text
    + keep_passwords: let the passwords that the users have at present work besides; otherwise the desired ones must
      work already
    + configuration: the whole desired one; its lines are taken for those of the host that a server refuses
    """
    subject = f"users of {instance.service}"
    yield from settle(instance.changes)
    try:
        wanted = users.read(desired.unmask())
        present = yield from _present(instance, path, subject, configuration)
        if present is None:
            return
    except ConfigSyntaxError as error:
        yield from refuse(
            f"{subject}, in {path} or {instance.configuration}: {error}. Mend or remove that line on the host and run "
            "again."
        )
        return
    if keep_passwords:
        wanted = users.keeping(present.passwords, wanted)
    elif problem := _too_early(present, wanted):
        yield from refuse(f"{subject}: {problem}")
        return
    changed = _changed(instance, present, wanted)
    gone = [name for name in present.live or {} if name not in wanted]
    if present.file == wanted and not (present.problem or changed or gone or present.left):
        current_host.noop(f"{subject} are as desired")
    elif (changed or gone) and not _acl_command(present):
        yield from refuse(
            f"{subject}: expected the command ACL, which changes users, found it disabled by rename-command in "
            f"{instance.configuration}. Take ACL out of memurai_security.renamed_commands there, or restart the "
            "service by hand."
        )
    else:
        _show(path, subject, present, wanted, [*changed, *gone])
        file = AclFile(path, present.text, users.written(wanted)) if present.file != wanted or present.problem else None
        item = change(instance, _running(present, changed, gone), file, present.left)
        if item is None:
            yield from (PowerShellCall("Remove-WinItem", {"Path": left}) for left in present.left)
        else:
            yield from carry_out(item)


def _present(
    instance: Instance, path: str, subject: str, desired: HiddenValue | None
) -> Generator[PyinfraCommand, None, Present | None]:
    file, configuration = (
        current_host.get_fact(TextFile, path=path),
        current_host.get_fact(TextFile, path=instance.configuration),
    )
    service = current_host.get_fact(Service, service=instance.service)
    leftover = leftover_of(current_host, path)
    if file is None or configuration is None or service is None or leftover is None:
        yield failure(f"{subject}: their present state could not be read, so nothing was changed")
        return None
    content, text = file["content"], configuration["content"]
    marked = bool(file["has_byte_order_mark"])
    found, problem = users.read(content or ""), users.unreadable(content or "", marked=marked)
    content = f"{chr(0xFEFF)}{content}" if marked else content
    ended = tuple(leftover.paths(running=True))
    if text is None:
        return Present(content, found, problem, {}, None, Document.of(""), None, ended)
    document = Document.of(text)
    document = document if desired is None else mended(document, Document.of(desired.unmask())).document
    endpoint = Endpoint.of(document)
    if ("aclfile",) not in document.values:
        return Present(content, found, problem, _of_password(Passwords.of(document)), None, document, endpoint, ended)
    live: Users | None = None
    if service["state"] == "Running":
        server = endpoint.server(instance.command_line_client)
        live = users.read(current_host.get_fact(RunningUsers, server=server, acl_command=endpoint.acl_command) or "")
        if not live and endpoint.acl_command.unmask():
            yield failure(
                f"{subject}: expected the running server to name its users to {ADMINISTRATOR} with the password in "
                f"{instance.configuration}, found no such answer (above). Look at the server's log; a restart of the "
                "service brings the users of its file back."
            )
            return None
    return Present(content, found, problem, found, live, document, endpoint, ended)


def _of_password(passwords: Passwords | None) -> Users:
    """Return who goes on with the passwords that the default user has had alone until now."""
    if passwords is None:
        return {}
    rules = (*default_user_rules(""), *(f"#{value}" for value in sorted(passwords.digests)))
    return {DEFAULT: rules, ADMINISTRATOR: rules}


def _too_early(present: Present, wanted: Users) -> str | None:
    """Return why the other passwords can't be dropped yet."""
    missing = [name for name, rules in wanted.items() if not digests(rules) <= digests(present.file.get(name, ()))]
    if missing:
        return (
            f"expected the settings' passwords of {', '.join(missing)} to work already before others are dropped, "
            "found them missing. Run tasks/rotate_password.py without drop_password, move all clients, then drop."
        )
    host = present.endpoint and digest(present.endpoint.password)
    if host not in digests(wanted[ADMINISTRATOR]):
        return (
            "expected the configuration to have the settings' password of the administrator, found another one. Run "
            "tasks/rotate_password.py without drop_password first."
        )
    return None


def _changed(instance: Instance, present: Present, wanted: Users) -> Users:
    """Return the users that the running server has otherwise than desired."""
    if present.live is None:
        return {}
    live = present.live
    names = [name for name, rules in wanted.items() if live.get(name) != rules]
    rules = [rule for name in names for rule in (*wanted[name], *live.get(name, ()))]
    categories = _categories(instance, present.endpoint, command_categories(rules))
    return {name: wanted[name] for name in names if not same_rights(live.get(name, ()), wanted[name], categories)}


def _categories(instance: Instance, endpoint: Endpoint | None, names: Iterable[str]) -> Mapping[str, frozenset[str]]:
    if endpoint is None or not endpoint.acl_command.unmask():
        return {}
    server, command = endpoint.server(instance.command_line_client), endpoint.acl_command
    found: dict[str, list[str]] = {
        name: current_host.get_fact(CategoryCommands, server=server, acl_command=command, category=name) or []
        for name in sorted(names)
    }
    return {name: frozenset(commands) for name, commands in found.items()}


def _acl_command(present: Present) -> str:
    return present.endpoint.acl_command.unmask() if present.endpoint else ""


def _running(present: Present, changed: Users, gone: Iterable[str]) -> Running | None:
    if present.endpoint is None or present.live is None:
        return None
    before = {name: present.live[name] for name in (*changed, *gone) if name in present.live}
    return Running(present.configuration, present.endpoint, before, changed)


def _show(path: str, subject: str, present: Present, wanted: Users, names: Iterable[str]) -> None:
    show_difference(f"left by a run that was ended half way, beside {path}", present.left, [])
    problem = [present.problem] if present.problem else []
    file = list(_lines(present.file, present.file))
    show_difference(f"ACL file {path}", [*problem, *file], list(_lines(wanted, present.file)))
    live, shown = present.live or {}, list(names)
    before = {name: rules for name, rules in live.items() if name in shown}
    after = {name: rules for name, rules in wanted.items() if name in shown}
    show_difference(
        f"{subject}, of the running server, without a restart", list(_lines(before, live)), list(_lines(after, live))
    )


def _lines(found: Users, known: Users) -> Iterator[str]:
    """Yield a line for each user, its passwords replaced by what they are to those known before."""
    for name, rules in found.items():
        old = digests(known.get(name, ()))
        yield " ".join([name, *(_shown(rule, old) for rule in rules)])


def _shown(rule: str, known: frozenset[str]) -> str:
    if not rule.startswith("#"):
        return rule
    return MASK if rule[1:] in known else CHANGED
