"""Get-, Set- and Remove-WinFirewallRule. The rules are for addresses that no network has (RFC 5737)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from contract_host import ContractHost

NOBODY = ["192.0.2.0/24", "198.51.100.7"]
RULE: dict[str, Any] = {
    "DisplayName": "winfra contract: Größe 1",
    "Direction": "Inbound",
    "Action": "Allow",
    "Protocol": "TCP",
    "LocalPorts": ["6379", "7000-7010"],
    "RemoteAddresses": NOBODY,
    "Profiles": ["Domain", "Private"],
    "Enabled": False,
}


def comparable(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's settings with its addresses as networks: Windows answers 192.0.2.0/255.255.255.0 for a /24.

    Source: https://github.com/dsccommunity/NetworkingDsc/issues/404
    """
    addresses = rule["RemoteAddresses"]
    networks = addresses if addresses == ["Any"] else sorted(map(str, map(ip_network, addresses)))
    settings = {name: rule[name] for name in RULE}
    return {**settings, "LocalPorts": sorted(rule["LocalPorts"]), "RemoteAddresses": networks}


def test_an_absent_rule_has_nothing(host: ContractHost) -> None:
    name = host.new_rule_name()
    rule = host.call("Get-WinFirewallRule", Name=name)
    lists: dict[str, Any] = {"LocalPorts": [], "RemoteAddresses": [], "Profiles": []}
    assert rule == {**dict.fromkeys(rule), "Name": name, "Exists": False, **lists}


def test_a_rule_is_created_once_and_read_as_it_was_set(host: ContractHost) -> None:
    name = host.new_rule_name()
    assert host.call("Set-WinFirewallRule", Name=name, **RULE) == {"Name": name, "Created": True}
    rule = host.call("Get-WinFirewallRule", Name=name)
    assert (rule["Name"], rule["Exists"], rule["Program"]) == (name, True, None)
    assert comparable(rule) == comparable(RULE)
    assert host.call("Set-WinFirewallRule", Name=name, **RULE) == {"Name": name, "Created": False}
    assert host.call("Get-WinFirewallRule", Name=name) == rule


@pytest.mark.parametrize(
    "change",
    [
        {"DisplayName": "winfra contract: another"},
        {"Direction": "Outbound", "Action": "Block"},
        {"Protocol": "UDP", "LocalPorts": ["6380"]},
        {"LocalPorts": ["Any"]},
        {"RemoteAddresses": ["Any"]},
        {"RemoteAddresses": ["192.0.2.1"]},
        {"Profiles": ["Any"]},
        {"Profiles": ["Public"]},
        {"Enabled": True},
    ],
    ids="-".join,
)
def test_a_rule_is_changed(host: ContractHost, change: dict[str, Any]) -> None:
    name = host.new_rule_name()
    host.call("Set-WinFirewallRule", Name=name, **RULE)
    assert host.call("Set-WinFirewallRule", Name=name, **{**RULE, **change}) == {"Name": name, "Created": False}
    assert comparable(host.call("Get-WinFirewallRule", Name=name)) == comparable({**RULE, **change})


def test_profiles_come_in_the_order_of_their_flags(host: ContractHost) -> None:
    # https://learn.microsoft.com/dotnet/api/system.enum.tostring: flags are named by rising value.
    name = host.new_rule_name()
    host.call("Set-WinFirewallRule", Name=name, **{**RULE, "Profiles": ["Public", "Domain"]})
    assert host.call("Get-WinFirewallRule", Name=name)["Profiles"] == ["Domain", "Public"]


def test_a_rule_is_enabled_unless_told_otherwise_and_keeps_its_program(host: ContractHost) -> None:
    name, program = host.new_rule_name(), f"{host.scratch}\\no program.exe"
    host.call("Set-WinFirewallRule", Name=name, **RULE, Program=program)
    assert host.call("Get-WinFirewallRule", Name=name)["Program"] == program
    without = {key: value for key, value in RULE.items() if key != "Enabled"}
    host.call("Set-WinFirewallRule", Name=name, **without)
    rule = host.call("Get-WinFirewallRule", Name=name)
    assert (rule["Enabled"], rule["Program"]) == (True, program)


def test_a_rule_is_removed_once(host: ContractHost) -> None:
    name, other = host.new_rule_name(), host.new_rule_name()
    for each in (name, other):
        host.call("Set-WinFirewallRule", Name=each, **RULE)
    assert host.call("Remove-WinFirewallRule", Name=name) == {"Name": name, "Removed": True}
    assert not host.call("Get-WinFirewallRule", Name=name)["Exists"]
    assert host.call("Remove-WinFirewallRule", Name=name) == {"Name": name, "Removed": False}
    assert host.call("Get-WinFirewallRule", Name=other)["Exists"]


@pytest.mark.parametrize("wrong", ["winfra-contract-*", "winfra-contract-?", "winfra-[c]ontract", ""])
@pytest.mark.parametrize("function", ["Get-WinFirewallRule", "Remove-WinFirewallRule"])
def test_a_rule_has_one_name(host: ContractHost, function: str, wrong: str) -> None:
    assert "'Name'" in host.refusal(function, Name=wrong)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("Direction", "Sideways"), ("Action", "Ignore"), ("Protocol", "ICMPv4"), ("Profiles", ["Home"]), ("Program", "")],
)
def test_a_value_that_is_not_one_of_the_choices_is_an_error_that_names_the_parameter(
    host: ContractHost, parameter: str, value: object
) -> None:
    name = host.new_rule_name()
    assert f"'{parameter}'" in host.refusal("Set-WinFirewallRule", Name=name, **{**RULE, parameter: value})
    assert not host.call("Get-WinFirewallRule", Name=name)["Exists"]


@pytest.mark.parametrize(("parameter", "value"), [("LocalPorts", ["65536"]), ("RemoteAddresses", ["300.1.1.1"])])
def test_a_port_or_address_that_is_none_makes_no_rule(host: ContractHost, parameter: str, value: list[str]) -> None:
    name = host.new_rule_name()
    assert host.refusal("Set-WinFirewallRule", Name=name, **{**RULE, parameter: value})
    assert not host.call("Get-WinFirewallRule", Name=name)["Exists"]
