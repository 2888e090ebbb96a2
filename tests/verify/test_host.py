"""What stands on the host: service, files, access, firewall."""

from __future__ import annotations

from pyinfra.api import Host

from memurai import configuration, credentials, layout
from memurai.config import compare
from memurai.passwords import keeping
from memurai.settings import Settings
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
    assert found["image_path"] == layout.image_path(settings)
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
    for folder in layout.folders(settings):
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
    """The file that holds the password is open to nobody beyond its folder's entries."""
    config = next(folder for folder in layout.folders(settings) if folder.path == settings.storage.config)
    found = windows.get_fact(Acl, path=layout.configuration_file(settings))
    assert {entry["sid"] for entry in found["entries"]} == {entry.sid for entry in config.access.entries}


def test_configuration(windows: Host, settings: Settings) -> None:
    """The configuration file says what the settings say, beside passwords that are still to be dropped."""
    found = windows.get_fact(TextFile, path=layout.configuration_file(settings))
    text = found["content"] or ""
    desired = keeping(text, configuration.rendered(settings, credentials.resolve(settings)).unmask())
    # Compared by meaning, and shown by name only: the values may be secret.
    different = [" ".join(change.key) for change in compare(text, desired)]
    assert different == []
    assert not found["has_byte_order_mark"]


def test_listener(windows: Host, settings: Settings) -> None:
    """Only this service listens on the port, and only at the addresses it should."""
    listeners = windows.get_fact(TcpListeners, port=settings.network.port)["listeners"]
    ours = [listener for listener in listeners if settings.service.name in listener["services"]]
    required = {address for address in settings.network.bind if not address.startswith("-")}
    assert required <= {listener["address"] for listener in ours} <= set(settings.network.addresses)


def test_firewall(windows: Host, settings: Settings) -> None:
    """The firewall admits the named clients when the server listens beyond loopback, and otherwise nobody."""
    found = windows.get_fact(Rule, rule=layout.firewall_rule(settings))
    assert found["exists"] is settings.network.is_remote
    if settings.network.is_remote:
        assert (found["enabled"], found["direction"], found["action"]) == (True, "Inbound", "Allow")
        assert found["local_ports"] == [str(settings.network.port)]
        addresses = {canonical_address(address) for address in found["remote_addresses"]}
        assert addresses == {canonical_address(address) for address in settings.network.allowed_addresses}


def test_backup_folder(windows: Host, settings: Settings) -> None:
    """The backup folder is there."""
    assert windows.get_fact(Item, path=settings.storage.backup)["kind"] == "Directory"
