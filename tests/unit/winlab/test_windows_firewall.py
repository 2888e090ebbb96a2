"""Firewall rules of a practice host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from winlab.windows.errors import LabLimitError, Win32Error
from winlab.windows.firewall import Firewall, FirewallRule, Profile

RULE = FirewallRule("memurai-in", "Memurai", "Inbound", "Allow", "TCP", ("6379",), ("Any",), ("Domain",))


def test_a_rule_is_created_once_and_then_replaced() -> None:
    firewall = Firewall()
    assert firewall.put(RULE)
    assert not firewall.put(replace(RULE, name="MEMURAI-IN", local_ports=("6380", "7000-7010")))
    found = firewall.find("Memurai-In")
    assert found is not None
    assert found.local_ports == ("6380", "7000-7010")
    assert firewall.remove("memurai-in")
    assert not firewall.remove("memurai-in")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("10.0.0.0/24", "10.0.0.0/255.255.255.0"),
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5/32", "10.0.0.5"),
        ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
        ("localsubnet", "LocalSubnet"),
        ("any", "Any"),
        ("fd00::/64", "fd00::/64"),
    ],
)
def test_addresses_are_shown_as_windows_shows_them(address: str, shown: str) -> None:
    firewall = Firewall()
    firewall.put(replace(RULE, remote_addresses=(address,)))
    found = firewall.find(RULE.name)
    assert found is not None
    assert found.remote_addresses == (shown,)


@pytest.mark.parametrize(
    ("profiles", "shown"),
    [(("Domain", "Private", "Public"), ("Any",)), (("Any",), ("Any",)), (("Private",), ("Private",))],
)
def test_all_profiles_are_any(profiles: tuple[Profile, ...], shown: tuple[Profile, ...]) -> None:
    firewall = Firewall()
    firewall.put(replace(RULE, profiles=profiles))
    found = firewall.find(RULE.name)
    assert found is not None
    assert found.profiles == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"local_ports": ("redis",)},
        {"local_ports": ("65536",)},
        {"remote_addresses": ("example.org",)},
        {"remote_addresses": ("10.0.0.0/33",)},
    ],
    ids=str,
)
def test_what_is_no_port_or_address_is_refused(wrong: dict[str, tuple[str, ...]]) -> None:
    firewall = Firewall()
    with pytest.raises(Win32Error, match="invalid"):
        firewall.put(replace(RULE, **wrong))  # type: ignore[arg-type]
    assert firewall.find(RULE.name) is None


def test_host_bits_in_a_network_are_beyond_the_lab() -> None:
    with pytest.raises(LabLimitError):
        Firewall().put(replace(RULE, remote_addresses=("10.0.0.7/24",)))
