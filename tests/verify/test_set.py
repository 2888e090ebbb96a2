"""What a member of a set is among the others: asked of all members' servers and Sentinels, on their hosts."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
from host_clock import CLOCK_TOLERANCE, age
from inventory_backend import short_name
from living_set import LivingSet, is_own
from pyinfra.api import Host

from memurai import folders, members
from memurai.config import Document
from memurai.config.sentinel import SentinelDocument, compare
from memurai.facts.backups import Backups, BackupsState
from memurai.instance import Instance
from memurai.rendering import configuration, users
from memurai.rendering import sentinel as rendering
from memurai.sentinel import Sentinel
from memurai.settings import Settings, credentials
from memurai.topology import Kind
from winfra.facts.files import Acl, TextFile
from winfra.facts.firewall import Rule
from winfra.facts.network import TcpListeners
from winfra.facts.services import Service
from winfra.operations.firewall import canonical_address

pytestmark = pytest.mark.member


def test_primary(living_set: LivingSet) -> None:
    """A majority of the set's Sentinels accepts one primary; of the servers that answer, it alone says it is one."""
    evidence = living_set.evidence
    place = next(one for one in evidence.wanted.servers if one.name == living_set.primary)
    accepting = [name for name, view in evidence.views.items() if place.has_server_at(view.primary)]
    assert len(accepting) >= evidence.majority, f"only the Sentinels of {accepting} accept {place.name}"
    primaries = [name for name, answer in evidence.answering_servers.items() if answer.primary is None]
    assert primaries == [living_set.primary]


@pytest.mark.usefixtures("server")
def test_role(living_set: LivingSet, windows: Host) -> None:
    """The server is that primary, or a replica that has all its data: linked, online there, and heard of lately."""
    assert living_set.why_not_in_sync(short_name(windows)) == ""


def test_sentinel(living_set: LivingSet, windows: Host) -> None:
    """The Sentinel names that primary, reaches all other members, has the wanted quorum, and CKQUORUM is OK."""
    name, evidence = short_name(windows), living_set.evidence
    answer, view = living_set.sentinel(name)
    assert evidence.label(view.primary) == evidence.label(evidence.address(living_set.primary))
    assert living_set.unreached(name) == []
    assert view.quorum == evidence.wanted.quorum
    assert view.can_fail_over, view.quorum_answer
    assert not answer.is_tilted, "it is in TILT mode and acts on nothing: look at the host's clock"


def test_known_members(living_set: LivingSet) -> None:
    """The members' servers and Sentinels know no replica and no Sentinel that the inventory does not name."""
    unknown = {Kind.UNKNOWN_REPLICA, Kind.UNKNOWN_SENTINEL}
    assert [finding.text for finding in living_set.verdict.findings if finding.kind in unknown] == []


@pytest.mark.usefixtures("server")
def test_running_values(living_set: LivingSet) -> None:
    """All members' servers run with the same values, but for addresses, ports, files, passwords and priorities."""
    living_set.need_all()
    values = {name: living_set.running(name) for name in living_set.hosts}
    first = values[living_set.primary]
    different = {key for others in values.values() for key, _ in others.items() ^ first.items()}
    found = {key: {name: others.get(key) for name, others in values.items()} for key in sorted(different)}
    assert not found, f"expected the same value at all members, found {found}"


def test_settings(living_set: LivingSet) -> None:
    """The data of all members make the same configuration and the same users, but for what each has its own of."""
    desired = {name: _desired(settings) for name, settings in living_set.settings.items()}
    first = desired[living_set.primary]
    # Only names are shown: the values may be secret.
    different = {key for one in desired.values() for key in {*one, *first} if one.get(key, ()) != first.get(key, ())}
    assert not different, f"expected the same in the data of all members, found others of {sorted(different)}"


def _desired(settings: Settings) -> dict[str, object]:
    secrets = credentials.resolve(settings)
    document = Document.of(configuration.rendered(settings, secrets).unmask())
    directives = {" ".join(key): value for key, value in document.values.items() if not is_own(key[0])}
    rights = users.read(users.rendered(settings, secrets).unmask()) if settings.users.enabled else {}
    return {**directives, **{f"user {name}": rules for name, rules in rights.items()}}


@pytest.mark.usefixtures("server")
def test_passwords_of_servers(living_set: LivingSet, windows: Host) -> None:
    """All members' servers take the password that this one gives its primary, and the one that its Sentinel gives."""
    living_set.need_all()
    name = short_name(windows)
    refusing = living_set.refusing_server(*living_set.given_to_primary(name))
    assert refusing is None, f"{refusing} does not take what the server of {name} gives its primary (masterauth)"
    refusing = living_set.refusing_server(*living_set.given_to_servers(name))
    assert refusing is None, f"{refusing} does not take what the Sentinel of {name} gives servers (auth-pass)"


def test_password_of_sentinels(living_set: LivingSet, windows: Host) -> None:
    """All members' Sentinels take the password that this one gives the others."""
    living_set.need_all()
    name = short_name(windows)
    refusing = living_set.refusing_sentinel(living_set.given_to_sentinels(name))
    assert refusing is None, f"the Sentinel of {refusing} does not take that of the one of {name} (sentinel-pass)"


def test_sentinel_configuration(living_set: LivingSet, windows: Host, settings: Settings) -> None:
    """The Sentinel's file says what the settings say, beside what it remembers, and is as private as its folder."""
    path = Sentinel.of(settings).configuration
    primary = living_set.evidence.address(living_set.primary)
    desired = rendering.rendered(settings, credentials.resolve(settings), primary).unmask()
    present = windows.get_fact(TextFile, path=path)["content"] or ""
    # Shown by name only: the values may be secret.
    changes = compare(SentinelDocument.of(present), SentinelDocument.of(desired))
    assert [" ".join(change.key) for change in changes] == []
    folder = next(one for one in folders.folders(settings) if one.path == Sentinel.of(settings).folder)
    entries = {entry["sid"] for entry in windows.get_fact(Acl, path=path)["entries"]}
    assert entries == {entry.sid for entry in folder.access.entries}


def test_sentinel_service(windows: Host, settings: Settings) -> None:
    """The Sentinel's service runs the product on its own file and account, starts with Windows and after failures."""
    here = Sentinel.of(settings)
    found = windows.get_fact(Service, service=here.service)
    assert found["state"] == "Running"
    assert found["image_path"] == here.image_path
    assert found["account"].lower() == here.account.lower()
    assert found["start_type"] == "Automatic"
    expected = [f"restart/{delay * 1000}" for delay in settings.service.recovery_delays_seconds]
    assert found["recovery_actions"] == expected
    assert found["recovery_reset_seconds"] == settings.service.recovery_reset_seconds
    assert found["recover_on_non_crash_failures"] is True


def test_sentinel_listener(windows: Host, settings: Settings) -> None:
    """The Sentinel listens on its port, at the addresses it should and at no other."""
    here = Sentinel.of(settings)
    listeners = windows.get_fact(TcpListeners, port=here.port)["listeners"]
    found = {listener["address"] for listener in listeners if here.service in listener["services"]}
    required = {address for address in settings.network.bind if not address.startswith("-")}
    assert required <= found <= set(settings.network.addresses)


def test_sentinel_firewall(windows: Host, settings: Settings) -> None:
    """The firewall admits the other members and the named clients to the Sentinel, and without remote ones nobody."""
    found = windows.get_fact(Rule, rule=Sentinel.of(settings).firewall_rule)
    assert found["exists"] is settings.network.is_remote
    if settings.network.is_remote:
        assert (found["enabled"], found["direction"], found["action"]) == (True, "Inbound", "Allow")
        assert found["local_ports"] == [str(settings.replication.sentinel_port)]
        admitted = {canonical_address(address) for address in found["remote_addresses"]}
        wanted = (*members.others(windows), *settings.network.allowed_addresses)
        assert admitted == {canonical_address(address) for address in wanted}


def test_members_are_admitted(windows: Host, settings: Settings) -> None:
    """The firewall's rule of the server, where there is one, admits the other members that are known by an address."""
    found = windows.get_fact(Rule, rule=Instance.of(settings).firewall_rule)
    if found["exists"]:
        networks = [ip_network(canonical_address(address), strict=False) for address in found["remote_addresses"]]
        shut_out = [one for one in members.others(windows) if not any(ip_address(one) in net for net in networks)]
        assert shut_out == [], "deploy: replicas and Sentinels come from there"


def test_backup_of_a_replica(living_set: LivingSet, settings: Settings) -> None:
    """At least one member that is not the primary has a young backup, and its last run succeeded."""
    if not settings.backup.enabled:
        pytest.skip("memurai_backup.enabled is off")
    limit = timedelta(hours=settings.monitoring.backup_age_warning_hours)
    replicas = [name for name, host in living_set.hosts.items() if name != living_set.primary and host.connected]
    found = {name: _backups(living_set, name) for name in replicas}
    good = [name for name, backups in found.items() if _is_good(backups, limit)]
    assert good, f"expected a backup younger than {limit} at one of {', '.join(replicas)}, found none"


def _backups(living_set: LivingSet, name: str) -> BackupsState:
    state: BackupsState = living_set.hosts[name].get_fact(Backups, folder=living_set.settings[name].storage.backup)
    return state


def _is_good(found: BackupsState, limit: timedelta) -> bool:
    taken = [item["taken_utc"] for item in found["backups"] if item["is_age_known"]]
    last = found["last_run"]
    return last is not None and last["exit_code"] == 0 and any(-CLOCK_TOLERANCE < age(one) < limit for one in taken)
