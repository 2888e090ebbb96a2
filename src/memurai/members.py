"""The members of a set as pyinfra's inventory has them: what is wanted of them, and what each of them answers now."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import gevent  # type: ignore[import-untyped]
from gevent.lock import BoundedSemaphore  # type: ignore[import-untyped]
from pyinfra.api import HiddenValue, Host
from pyinfra.api.exceptions import ConnectError
from pyinfra.context import ctx_host

from memurai import host_settings
from memurai.config import Document
from memurai.config.membership import is_member
from memurai.config.sentinel import SentinelDocument, sets
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError, MemuraiError, SettingsError, TopologyError, UnsettledTopologyError
from memurai.facts.member import Part, SetMember, member_answers
from memurai.facts.server import PONG, Ping
from memurai.instance import Instance
from memurai.sentinel import Sentinel
from memurai.settings import Settings, credentials
from memurai.settings.groups import ReplicationSettings
from memurai.settings.values import OWN_ADDRESSES, WILDCARD_ADDRESSES, is_ip_address
from memurai.topology import Evidence, Member, MemberAnswers, Verdict, WantedSet, decide, not_reached, one_set
from winfra.facts.files import TextFile
from winfra.facts.services import FolderServices
from winfra.secrets import hidden

DocumentType = TypeVar("DocumentType", bound=Document)
# A failover takes some seconds after the time in which a server is found to be down.
SETTLING_SECONDS = 60
PAUSE_SECONDS = 0.5
# Options of pyinfra by which hosts do not carry an operation out at the same time: members wait for each other there.
OUT_OF_STEP = frozenset({"--serial", "--no-wait"})
NO_ANSWER = "its host does not answer any more (above)"
DEFAULT_SET_NAME = ReplicationSettings().set_name
SENTINEL_PASSWORD = ("sentinel", "sentinel-pass")

# Why a host can't be asked in this run, by its name: each is tried once, for that may take a minute.
_unreachable: dict[str, str] = {}
# Held while it is found out, by the host's name: several members ask at the same time.
_asking: defaultdict[str, BoundedSemaphore] = defaultdict(BoundedSemaphore)


def name_of(host: Host) -> str:
    """Return `cache1` for `@winrm/cache1`: the name by which settings and messages know a member."""
    return str(host.name).rpartition("/")[2]


def wanted(current: Host) -> WantedSet:
    """Return the set that a host is a member of, as the data of all its members have it.

    Raises TopologyError when they contradict each other, or no set can be as they say.
    """
    settings = members(current)
    return one_set({name: _wanted(item, settings) for name, item in settings.items()})


def members(current: Host) -> dict[str, Settings]:
    """Return the settings of all members of a host's set, by name.

    Raises TopologyError when the data of a host that names the set is wrong.
    """
    return {name_of(host): settings for host, settings in _hosts(current)}


def evidence(current: Host) -> Evidence:
    """Ask all members of a host's set, at the same time, what they are; raise TopologyError as `wanted` does."""
    found = wanted(current)
    asked = [gevent.spawn(_answers, host, settings) for host, settings in _hosts(current)]
    gevent.joinall(asked, raise_error=True)
    return Evidence(found, tuple(greenlet.value for greenlet in asked))


def decided(current: Host) -> tuple[Evidence, Verdict]:
    """Ask all members of a host's set, again while the Sentinels are about to settle something; decide.

    Raises TopologyError when it is not certain which member is the primary.
    """
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        found = evidence(current)
        try:
            return found, decide(found)
        except UnsettledTopologyError:
            if time.monotonic() > deadline:
                raise
        gevent.sleep(PAUSE_SECONDS)


def problems(current: Host) -> list[str]:
    """Return why the set of a host must not be touched; empty when it may, and outside of a set."""
    if set_name(current) is None:
        return []
    try:
        found, _ = decided(current)
    except TopologyError as error:
        return [str(error)]
    at_once = current.state.config.PARALLEL
    options = sorted(OUT_OF_STEP.intersection(sys.argv))
    options += [f"--parallel {at_once}"] if at_once < len(found.wanted.members) else []
    return [f"set {found.wanted.name}: expected all members side by side, found {option}" for option in options]


def server(host: Host) -> Part:
    """Return how the server of a member is asked now."""
    return _server(host, members(host)[name_of(host)])


def sentinel(host: Host) -> Part:
    """Return how the Sentinel of a member is asked now."""
    return _sentinel(host, members(host)[name_of(host)])


def give_up(host: Host, reason: str) -> None:
    """Have a host not be connected again to ask a member: each sign-in that fails may bring its account to a lock-out.

    reason: why it can't be reached.
    """
    _unreachable[host.name] = reason


def others(current: Host) -> list[str]:
    """Return the IP addresses of the other members of a host's set; one that has only a name has none here."""
    mine = name_of(current)
    return [
        address
        for member in wanted(current).members
        if member.name != mine
        for address in member.hosts
        if is_ip_address(address)
    ]


def refusing(current: Host) -> list[str]:
    """Return the members whose server takes the settings' passwords of Sentinels and replicas not, or not for certain.

    Raises TopologyError as `members` does.
    """
    asked = {name_of(host): gevent.spawn(_takes_passwords, host, settings) for host, settings in _hosts(current)}
    gevent.joinall(asked.values(), raise_error=True)
    return [name for name, greenlet in asked.items() if not greenlet.value]


def has_sentinel(host: Host, settings: Settings) -> bool:
    """Whether there is a Sentinel of ours beside a server, whatever its settings say."""
    found, here = host.get_fact(FolderServices, folder=settings.package.folder), Sentinel.of(settings)
    return found is not None and any(here.is_run_by(item["name"], item["image_path"]) for item in found["services"])


def has_membership(host: Host, settings: Settings) -> bool:
    """Whether a server has the configuration of a member, whatever its settings say."""
    document = _document(host, Instance.of(settings).configuration, Document)
    return document is not None and is_member(document)


def leaving_problem(current: Host, settings: Settings) -> str | None:
    """Return why a server must not leave its set: that lives on, and its Sentinels take the server for its own."""
    document = _document(current, Sentinel.of(settings).configuration, SentinelDocument)
    watched = sets(document) if document is not None else ()
    staying = {name_of(host): found for host in current.inventory if (found := set_name(host)) in watched}
    if not staying:
        return None
    name, one_of_them = name_of(current), next(iter(staying.values()))
    return (
        f"memurai_replication.enabled: expected no other member of the set {one_of_them} to stay one, found "
        f"{', '.join(staying)}, whose Sentinels would make {name} a replica again; nothing was changed. To take one "
        f"member out: run tasks/uninstall.py for {name} while it still is one, take it out of the inventory, deploy "
        "the others, and have them forget it as that deploy says; then deploy it alone"
    )


def _hosts(current: Host) -> Iterator[tuple[Host, Settings]]:
    mine = set_name(current)
    for host in current.inventory:
        if set_name(host) != mine:
            continue
        settings = host_settings.load(host)
        if isinstance(settings, SettingsError):
            raise TopologyError(
                str(mine),
                "data without mistakes of all its members",
                f"{len(settings.problems)} mistake(s) in that of {name_of(host)}",
                settings.problems,
                "Correct it.",
            )
        yield host, settings


def set_name(host: Host) -> str | None:
    """Return the name of the set that a host's data names, also where the rest of it is wrong; None outside of one."""
    settings = host_settings.load(host)
    if isinstance(settings, Settings):
        return settings.replication.set_name if settings.replication.enabled else None
    data = host.data.get(host_settings.REPLICATION)
    names_set = isinstance(data, dict) and bool(data.get("enabled"))
    return str(data.get("set_name", DEFAULT_SET_NAME)) if names_set else None


def _wanted(settings: Settings, everyone: dict[str, Settings]) -> WantedSet:
    replication = settings.replication
    return WantedSet(
        name=replication.set_name,
        members=tuple(_member(name, item) for name, item in everyone.items()),
        primary=str(replication.first_primary).rpartition("/")[2],
        quorum=replication.quorum,
        min_replicas_to_write=replication.min_replicas_to_write,
        min_replicas_max_lag=replication.min_replicas_max_lag,
    )


def _member(name: str, settings: Settings) -> Member:
    others = (address for address in settings.network.addresses if address not in (*OWN_ADDRESSES, *WILDCARD_ADDRESSES))
    own = dict.fromkeys((settings.announced_address, *others))
    return Member(name, tuple(own), Instance.of(settings).port, settings.replication.sentinel_port)


def _answers(host: Host, settings: Settings) -> MemberAnswers:
    name, of_set = name_of(host), settings.replication.set_name
    with ctx_host.use(host):
        if reason := _obstacle(host, settings):
            return not_reached(name, reason)
        parts = {"server": _server(host, settings), "sentinel": _sentinel(host, settings)}
        found = host.get_fact(SetMember, set_name=of_set, **parts, _ignore_errors=True)
    if found is None:
        # Its connection was tried again for a minute: so long would each further question take.
        give_up(host, NO_ANSWER)
        return not_reached(name, NO_ANSWER)
    return member_answers(name, of_set, found)


def _takes_passwords(host: Host, settings: Settings) -> bool:
    with ctx_host.use(host):
        if _obstacle(host, settings):
            return False
        server = _server(host, settings).server
        ways = [replace(server, user=user, password=password) for user, password in _set_passwords(settings)]
        return all(host.get_fact(Ping, server=way, _ignore_errors=True) == PONG for way in ways)


def _set_passwords(settings: Settings) -> list[tuple[str, HiddenValue]]:
    """Return the users as whom Sentinels and replicas come to a server, and their passwords."""
    secrets, users = credentials.resolve(settings), settings.users
    if not users.enabled:
        return [("", secrets.password)]
    return [(str(users.sentinel), secrets.users["sentinel"]), (str(users.replica), secrets.users["replica"])]


def _obstacle(host: Host, settings: Settings) -> str:
    """Return why a host can't be asked; empty when it can. Who is not in this run (`--limit`) is connected for it."""
    with _asking[host.name]:
        if host.name not in _unreachable and (reason := _failure(host, settings)):
            give_up(host, reason)
    return _unreachable.get(host.name, "")


def _failure(host: Host, settings: Settings) -> str:
    """Return why a host does not answer; empty when it does."""
    try:
        if not host.connected:
            host.connect(reason="to ask a member of the set", raise_exceptions=True)
    except ConnectError as error:
        return str(error)
    file = host.get_fact(TextFile, path=Instance.of(settings).configuration, _ignore_errors=True)
    return "" if file else NO_ANSWER


def _server(host: Host, settings: Settings) -> Part:
    """Return how a member's server is reached: as its present configuration says, where there is one."""
    here = Instance.of(settings)
    reached = here.server(credentials.resolve(settings).password)
    if (document := _document(host, here.configuration, Document)) is not None:
        with suppress(ConfigSyntaxError):  # of a line that the server refuses too: it runs on what it has read before
            reached = Endpoint.of(document).server(here.command_line_client)
    return Part(here.service, reached)


def _sentinel(host: Host, settings: Settings) -> Part:
    """Return how a member's Sentinel is reached, likewise."""
    here = Sentinel.of(settings)
    document = _document(host, here.configuration, SentinelDocument)
    found = document.values.get(SENTINEL_PASSWORD) if document is not None else None
    return Part(here.service, here.server(hidden(found[0][0]) if found else _sentinel_password(settings)))


def _sentinel_password(settings: Settings) -> HiddenValue:
    password = credentials.resolve(settings).sentinel
    if password is None:
        raise MemuraiError("expected the settings of a set's member (memurai_replication.enabled), found another's")
    return password


def _document(host: Host, path: str, kind: type[DocumentType]) -> DocumentType | None:
    """Return what a file says; None when there is none, or one that can't be read."""
    file = host.get_fact(TextFile, path=path, _ignore_errors=True)
    with suppress(ConfigSyntaxError):
        return None if file is None or file["content"] is None else kind.of(file["content"])
    return None
