"""What stands on the host: service, files, access, firewall."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pyinfra.api import Host

from memurai import folders, instance, members
from memurai.config import Document, compare, damage
from memurai.config.passwords import keeping
from memurai.facts.configuration import leftover_of
from memurai.instance import Instance
from memurai.rendering import configuration, users
from memurai.settings import Settings, credentials
from winfra.facts.files import Acl, Item, TextFile
from winfra.facts.firewall import Rule
from winfra.facts.network import TcpListeners
from winfra.facts.packages import Products
from winfra.facts.services import Service
from winfra.operations.firewall import canonical_address
from winfra.operations.packages import comparable
from winfra.security import AccessEntry


def test_product(windows: Host, settings: Settings) -> None:
    """Exactly the pinned version of the product is installed."""
    products = windows.get_fact(Products, product=settings.package.product)["products"]
    assert [comparable(product["version"]) for product in products] == [comparable(settings.package.version)]


def test_service(windows: Host, settings: Settings) -> None:
    """The service runs the configuration under its own account and starts with Windows."""
    found = windows.get_fact(Service, service=settings.service.name)
    assert found["state"] == "Running"
    assert found["image_path"] == Instance.of(settings).image_path
    assert found["account"].lower() == settings.service.account.lower()
    assert found["start_type"] == settings.service.start_type


def test_recovery(windows: Host, settings: Settings) -> None:
    """Windows restarts the service when it fails."""
    found = windows.get_fact(Service, service=settings.service.name)
    expected = [f"restart/{delay * 1000}" for delay in settings.service.recovery_delays_seconds]
    assert found["recovery_actions"] == expected
    assert found["recovery_reset_seconds"] == settings.service.recovery_reset_seconds
    assert found["recover_on_non_crash_failures"] is True


def test_access(windows: Host, settings: Settings) -> None:
    """Every folder belongs to Administrators and has exactly the entries it needs."""
    encryption = [folders.tls_folder(settings)] if settings.tls.enabled else []
    for folder in (*folders.folders(settings), *encryption):
        found = windows.get_fact(Acl, path=folder.path)
        entries = {
            AccessEntry(
                entry["sid"], entry["rights"], entry["type"], entry["inheritance_flags"], entry["propagation_flags"]
            )
            for entry in found["entries"]
        }
        assert (folder.path, found["owner_sid"], found["inheritance_enabled"]) == (
            folder.path,
            folder.access.owner,
            False,
        )
        assert (folder.path, entries) == (folder.path, set(folder.access.entries))


def test_configuration_access(windows: Host, settings: Settings) -> None:
    """The files that hold the password and a private key are open to nobody beyond their folder's entries."""
    config = next(folder for folder in folders.folders(settings) if folder.path == settings.storage.config)
    private = {Instance.of(settings).configuration: config}
    if settings.tls.enabled:
        private[Instance.of(settings).tls_files.key] = folders.tls_folder(settings)
    for path, folder in private.items():
        found = windows.get_fact(Acl, path=path)
        entries = {entry["sid"] for entry in found["entries"]}
        assert (path, entries) == (path, {entry.sid for entry in folder.access.entries})


def test_nothing_is_left(windows: Host, settings: Settings) -> None:
    """No run that was ended half way left a password, a private key, or a configuration that is not proven."""
    users_file = [Instance.of(settings).users_file] if settings.users.enabled else []
    key = [Instance.of(settings).tls_files.key] if settings.tls.enabled else []
    paths = (Instance.of(settings).configuration, *users_file, *key)
    leftovers = [leftover_of(windows, path) for path in paths]
    assert None not in leftovers
    found = [path for item in leftovers if item is not None for path in item.paths(running=True)]
    assert not found, f"left by a run that was ended half way: {', '.join(found)}"


def test_configuration(windows: Host, settings: Settings) -> None:
    """Configuration and certificates are what the settings say, beside passwords that are still to be dropped."""
    found = windows.get_fact(TextFile, path=Instance.of(settings).configuration)
    text = found["content"] or ""
    assert damage.unreadable(text, marked=found["has_byte_order_mark"]) == ()
    present = Document.of(text)
    desired = Document.of(configuration.rendered(settings, credentials.resolve(settings)).unmask())
    # Compared by meaning, and shown by name only: the values may be secret.
    different = [" ".join(change.key) for change in compare(present, keeping(present, desired))]
    assert different == []
    if settings.users.enabled:
        acl_file = windows.get_fact(TextFile, path=Instance.of(settings).users_file)
        assert users.unreadable(acl_file["content"] or "", marked=acl_file["has_byte_order_mark"]) is None
    for path, source in instance.tls_sources(settings).items():
        item = windows.get_fact(Item, path=path, include_hash=True)
        assert (path, item["sha256"]) == (path, hashlib.sha256(Path(source).read_bytes()).hexdigest())


def test_listener(windows: Host, settings: Settings) -> None:
    """Only this service listens on its ports, and only at the addresses it should; another port is closed."""
    required = {address for address in settings.network.bind if not address.startswith("-")}
    for port in Instance.of(settings).open_ports:
        assert required <= addresses(windows, settings, port) <= set(settings.network.addresses)
    for port in {settings.network.port, settings.tls.port} - set(Instance.of(settings).open_ports):
        assert (port, addresses(windows, settings, port)) == (port, set())


def addresses(windows: Host, settings: Settings, port: int) -> set[str]:
    """Return where this service listens on a port."""
    listeners = windows.get_fact(TcpListeners, port=port)["listeners"]
    return {listener["address"] for listener in listeners if settings.service.name in listener["services"]}


def test_firewall(windows: Host, settings: Settings) -> None:
    """The firewall admits named clients and the set's members when the server listens beyond loopback, else nobody."""
    found = windows.get_fact(Rule, rule=Instance.of(settings).firewall_rule)
    assert found["exists"] is settings.network.is_remote
    if settings.network.is_remote:
        assert (found["enabled"], found["direction"], found["action"]) == (True, "Inbound", "Allow")
        assert sorted(found["local_ports"]) == sorted(str(port) for port in Instance.of(settings).open_ports)
        admitted = {canonical_address(address) for address in found["remote_addresses"]}
        others = members.others(windows) if settings.replication.enabled else []
        assert admitted == {canonical_address(address) for address in (*others, *settings.network.allowed_addresses)}


def test_backup_folder(windows: Host, settings: Settings) -> None:
    """The backup folder is there."""
    assert windows.get_fact(Item, path=settings.storage.backup)["kind"] == "Directory"
