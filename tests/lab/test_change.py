"""Changes that somebody wants: another version, another listening address."""

from __future__ import annotations

import hashlib

import pytest
from lab_practice import NETWORK, Practice

from winlab.package import build

OPEN = {"bind": [f"{NETWORK}.1", "-10.77.0.1"], "allowed_addresses": ["10.77.4.0/24", "10.77.5.9"]}


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables that name a newer package."""
    path = build("4.3.0", tmp_path_factory.mktemp("newer"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"WINLAB_PACKAGE": str(path), "WINLAB_PACKAGE_VERSION": "4.3.0", "WINLAB_PACKAGE_SHA256": digest}


def test_another_version_is_upgraded_and_the_data_stays(deployed: Practice, newer: dict[str, str]) -> None:
    written = deployed.ask("SET", "kept", "value")
    assert written == "OK"

    upgraded = deployed.deploy("--diff", **newer)
    assert upgraded.exit_code == 0, upgraded.output
    assert "- version: 4.2.2" in upgraded.output
    assert "+ version: 4.3.0" in upgraded.output
    assert [product.version for product in deployed.machine.products.find("Memurai*")] == ["4.3.0"]
    assert deployed.ask("GET", "kept") == "value"
    again = deployed.deploy("--json", **newer)
    assert (again.exit_code, again.changed) == (0, [])


def test_a_server_beyond_loopback_gets_a_rule_for_its_clients_and_loses_it_again(
    deployed: Practice, newer: dict[str, str]
) -> None:
    """The other address is optional, as this machine does not have it: Redis starts without it."""
    upgraded = deployed.machine.products.find("Memurai*")[0].version == newer["WINLAB_PACKAGE_VERSION"]
    installed = newer if upgraded else {}
    open_inventory = deployed.inventory(lab1={"memurai_network": OPEN})
    opened = deployed.deploy("--json", "--diff", inventory=open_inventory, **installed)
    assert opened.exit_code == 0, opened.output
    assert "Firewall rule" in opened.changed
    rule = deployed.machine.firewall.find("Memurai-Clients-In")
    assert rule is not None
    assert "10.77.5.9" in opened.output
    verified = deployed.run("pytest", "tests/verify", "--inventory", open_inventory, "-q", environment=installed)
    assert verified.exit_code == 0, verified.output

    closed = deployed.deploy("--json", **installed)
    assert closed.exit_code == 0, closed.output
    assert deployed.machine.firewall.find("Memurai-Clients-In") is None
