"""Parameters are bound as PowerShell binds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from winlab.twin.binder import bind, invoke
from winlab.twin.errors import BindingError
from winlab.twin.functions import FUNCTIONS
from winlab.twin.launcher import launch
from winlab.windows.machine import Machine

RULE = {
    "Name": "memurai-in",
    "DisplayName": "Memurai",
    "Direction": "Inbound",
    "Action": "Allow",
    "Protocol": "TCP",
    "LocalPorts": ["6379"],
    "RemoteAddresses": ["Any"],
    "Profiles": ["Any"],
}
SERVER = {"CliPath": "C:\\x.exe", "Address": "127.0.0.1", "Port": 6379}
CLIENT = {"Server": SERVER, "Arguments": ["PING"]}
PACKAGE = {"Path": "C:\\x.msi", "Sha256": "0" * 64, "LogPath": "C:\\x.log"}


def refusal(name: str, parameters: dict[str, Any]) -> str:
    with pytest.raises(BindingError) as error:
        bind(FUNCTIONS[name], parameters)
    return str(error.value)


def test_names_are_matched_in_any_case_and_defaults_are_left_to_the_function() -> None:
    assert bind(FUNCTIONS["Get-WinItem"], {"path": "C:\\x", "INCLUDEHASH": True}) == {
        "path": "C:\\x",
        "include_hash": True,
    }


def test_null_is_not_given() -> None:
    assert bind(FUNCTIONS["Set-WinService"], {"Name": "x", "ImagePath": None}) == {"name": "x"}
    assert refusal("Get-WinItem", {"Path": None}).endswith("missing mandatory parameters: Path.")


def test_choices_are_matched_in_any_case() -> None:
    bound = bind(FUNCTIONS["Set-WinFirewallRule"], RULE | {"Direction": "inbound", "Profiles": ["domain"]})
    assert (bound["direction"], bound["profiles"]) == ("Inbound", ["Domain"])


def test_a_secret_arrives_as_a_secret_and_shows_in_no_message() -> None:
    secret = {"$secret": "canary"}
    bound = bind(FUNCTIONS["Invoke-MemuraiCommand"], {"Server": SERVER | {"Password": secret}, "SecretCommand": secret})
    for found in (bound["secret_command"], bound["server"]["Password"]):
        assert isinstance(found, SecretStr)
        assert found.get_secret_value() == "canary"
    for wrong in ({"SecretCommand": "canary"}, {"SecretCommand": {**secret, "x": 1}}, {"TimeoutSeconds": secret}):
        assert "canary" not in refusal("Invoke-MemuraiCommand", CLIENT | wrong)


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("Get-WinItem", {"Path": "C:\\x", "Hash": True}, "that matches parameter name 'Hash'"),
        ("Get-WinItem", {"Path": "C:\\x", "path": "C:\\y"}, "specified more than once"),
        ("Get-WinItem", {}, "missing mandatory parameters: Path."),
        ("Get-WinItem", {"Path": ""}, "parameter 'Path' because it is an empty string"),
        ("Get-WinItem", {"Path": 5}, 'to type "System.String"'),
        ("Get-WinItem", {"Path": "C:\\x", "IncludeHash": 1}, 'to type "System.Boolean"'),
        ("Get-WinTcpListener", {"Port": "6379"}, 'to type "System.Int32"'),
        ("Get-WinTcpListener", {"Port": True}, 'to type "System.Int32"'),
        ("Get-WinTcpListener", {"Port": 0}, "not in the allowed range of 1 to 65535"),
        ("Get-WinTextFile", {"Path": "C:\\x", "MaximumBytes": -1}, "not in the allowed range"),
        ("Start-WinService", {"Name": "x", "TimeoutSeconds": 0}, "not in the allowed range"),
        ("Set-WinFirewallRule", RULE | {"Direction": "Both"}, 'belong to the set "Inbound,Outbound"'),
        ("Set-WinFirewallRule", RULE | {"Profiles": ["Home"]}, 'the set "Any,Domain,Private,Public"'),
        ("Set-WinFirewallRule", RULE | {"LocalPorts": []}, "'LocalPorts' because it is an empty array"),
        ("Set-WinFirewallRule", RULE | {"LocalPorts": [""]}, "'LocalPorts' because it is an empty string"),
        ("Set-WinFirewallRule", RULE | {"LocalPorts": "6379"}, 'to type "System.Object[]"'),
        ("Set-WinFirewallRule", RULE | {"LocalPorts": [6379]}, 'to type "System.String"'),
        ("Get-WinFirewallRule", {"Name": "memurai*"}, "does not match the"),
        ("Set-WinService", {"Name": "x", "RecoveryActions": ["reboot/1"]}, '"^(restart|none)/\\d+$" pattern'),
        ("Set-WinService", {"Name": "x", "Account": "CORP\\person"}, "'Account'"),
        ("Invoke-MemuraiCommand", {"Server": "127.0.0.1"}, 'to type "System.Management.Automation.PSObject"'),
        ("Set-WinAcl", {"Path": "C:\\", "OwnerSid": "x", "InheritanceEnabled": True, "Entries": ["x"]}, "PSObject[]"),
        ("Install-WinPackage", PACKAGE | {"Sha256": "abc"}, "'Sha256'"),
        ("Install-WinPackage", PACKAGE | {"Properties": ["port=1"]}, "'Properties'"),
        ("Uninstall-WinPackage", {"ProductCode": "Memurai", "LogPath": "C:\\x"}, "'ProductCode'"),
    ],
)
def test_what_does_not_fit_is_refused_in_the_words_of_powershell(
    name: str, parameters: dict[str, Any], words: str
) -> None:
    assert words in refusal(name, parameters)


def test_the_empty_text_is_an_argument_of_a_command() -> None:
    command = CLIENT | {"Arguments": ["CONFIG", "SET", "save", ""]}
    assert bind(FUNCTIONS["Invoke-MemuraiCommand"], command)["arguments"][-1] == ""


def test_an_output_has_exactly_the_declared_properties(tmp_path: Path) -> None:
    with Machine("web1", "127.78.0.9", tmp_path, launch) as machine:
        output = invoke(FUNCTIONS["Get-WinHostSummary"], machine, {})
    assert tuple(output) == FUNCTIONS["Get-WinHostSummary"].outputs


def test_a_secret_inside_an_object_arrives_as_one() -> None:
    entries = [{"Sid": "S-1", "More": [{"Password": {"$secret": "canary"}}]}]
    given = {"Path": "C:\\x", "OwnerSid": "S-1", "InheritanceEnabled": True, "Entries": entries}
    (entry,) = bind(FUNCTIONS["Set-WinAcl"], given)["entries"]
    assert entry["More"] == [{"Password": SecretStr("canary")}]
