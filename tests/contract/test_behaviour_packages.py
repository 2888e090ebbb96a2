"""Get-WinProduct, Install-WinPackage, Uninstall-WinPackage. Nothing is installed on a real host."""

from __future__ import annotations

import re
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from contract_host import ContractHost, PracticeHost

NO_PRODUCT = "{F2A9D7C4-5E0B-4B7E-9D1C-3A6E8B90C15D}"


def test_a_name_that_nothing_has_gives_no_products(host: ContractHost) -> None:
    name = f"{host.name}*"
    assert host.call("Get-WinProduct", Name=name) == {"Name": name, "Products": []}


def test_products_have_a_code_and_come_by_name(host: ContractHost) -> None:
    products = host.call("Get-WinProduct", Name="*")["Products"]
    assert all(re.fullmatch(r"\{[0-9A-Fa-f-]{36}\}", product["ProductCode"]) for product in products)
    narrowed = [host.call("Get-WinProduct", Name=product["Name"])["Products"] for product in products[:3]]
    assert all(found for found in narrowed)


def test_an_absent_package_is_an_error(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\none.msi"
    refusal = host.refusal("Install-WinPackage", Path=path, Sha256="0" * 64, LogPath=f"{folder}\\log")
    assert f"Expected the package '{path}', found no such file." in refusal
    assert host.kind(f"{folder}\\log") == "Absent"


def test_a_package_with_another_digest_is_not_installed(host: ContractHost, folder: str) -> None:
    path, content = f"{folder}\\package.msi", b"no package"
    host.put(path, content)
    refusal = host.refusal("Install-WinPackage", Path=path, Sha256="A" * 64, LogPath=f"{folder}\\log")
    assert f"Expected SHA-256 {'a' * 64} of '{path}', found {sha256(content).hexdigest()}." in refusal
    assert host.kind(f"{folder}\\log") == "Absent"


def test_what_is_no_package_is_not_installed(host: ContractHost, folder: str) -> None:
    # 1619 or 1620: https://learn.microsoft.com/windows/win32/msi/error-codes
    path, content = f"{folder}\\package.msi", b"no package"
    host.put(path, content)
    given = {"Path": path, "Sha256": sha256(content).hexdigest(), "LogPath": f"{folder}/log.txt"}
    refusal = host.refusal("Install-WinPackage", **given, StopServices=[host.new_name()])
    assert re.search(r"Expected msiexec to succeed, found exit code (1619|1620): ", refusal)
    assert f"{folder}\\log.txt" in refusal


def test_what_is_not_installed_is_not_removed(host: ContractHost, folder: str) -> None:
    log = f"{folder}\\log.txt"
    refusal = host.refusal("Uninstall-WinPackage", ProductCode=NO_PRODUCT, LogPath=log)
    assert "Expected msiexec to succeed, found exit code 1605: the product is not installed." in refusal
    assert log in refusal


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("Sha256", "abc"),
        ("Properties", ["lower=1"]),
        ("Properties", ["GOOD=1", "NOVALUE"]),
        ("TimeoutSeconds", 0),
        ("LogPath", ""),
    ],
)
def test_a_wrong_argument_is_an_error_that_names_the_parameter(
    host: ContractHost, folder: str, parameter: str, value: object
) -> None:
    given = {"Path": f"{folder}\\none.msi", "Sha256": "0" * 64, "LogPath": f"{folder}\\log", parameter: value}
    assert f"'{parameter}'" in host.refusal("Install-WinPackage", **given)


@pytest.mark.parametrize("code", ["Memurai", "22B6AC11-E06C-4DBD-9C92-1D8A6485A554", "{22B6AC11}", ""])
def test_a_product_code_is_a_guid_in_braces(host: ContractHost, folder: str, code: str) -> None:
    refusal = host.refusal("Uninstall-WinPackage", ProductCode=code, LogPath=f"{folder}\\log")
    assert "'ProductCode'" in refusal


def test_another_installation_is_waited_for_until_the_deadline(host: ContractHost, folder: str) -> None:
    if not isinstance(host, PracticeHost):
        pytest.skip("no installation is begun on a real host")
    given = {"ProductCode": NO_PRODUCT, "LogPath": f"{folder}\\log.txt"}
    busy = host.machine.products.installing
    with busy:
        refusal = host.refusal("Uninstall-WinPackage", **given, TimeoutSeconds=1)
    assert "found exit code 1618: another installation is in progress" in refusal
    busy.acquire()
    other = threading.Timer(0.5, busy.release)
    other.start()
    assert "found exit code 1605" in host.refusal("Uninstall-WinPackage", **given, TimeoutSeconds=60)
    other.join()


def test_what_is_installed_is_told_when_no_installation_is_under_way(host: ContractHost) -> None:
    assert host.call("Get-WinProduct", Name=f"{host.name}*", WaitSeconds=5)["Products"] == []
    if not isinstance(host, PracticeHost):
        pytest.skip("no installation is begun on a real host")
    with host.machine.products.installing:
        refusal = host.refusal("Get-WinProduct", Name="Memurai*", WaitSeconds=1)
    assert "Expected the installation that is under way to end within 1 s, found it going on." in refusal


def test_a_package_is_installed_and_removed(host: ContractHost, folder: str, package: Path) -> None:
    if not isinstance(host, PracticeHost):
        pytest.skip("installs the lab's stand-in package, and nothing is installed on a real host")
    path, content, log = f"{folder}\\stand in.msi", package.read_bytes(), f"{folder}\\log.txt"
    host.put(path, content)
    given = {"Path": path, "Sha256": sha256(content).hexdigest().upper(), "LogPath": log}
    done = {"ExitCode": 0, "RebootRequired": False, "LogPath": log}
    target = f"{folder}\\A Product"
    properties = [f"INSTALLFOLDER={target}", "INSTALL_SERVICE=0", "ADD_FIREWALL_RULE=0"]
    assert host.call("Install-WinPackage", **given, Properties=properties, StopServices=[host.new_name()]) == done
    (product,) = host.call("Get-WinProduct", Name="memurai*")["Products"]
    assert (product["Version"], host.kind(f"{target}\\memurai.exe")) == ("4.2.2", "File")
    assert host.kind(log) == "File"
    assert host.call("Uninstall-WinPackage", ProductCode=product["ProductCode"], LogPath=log) == done
    assert host.call("Get-WinProduct", Name="memurai*")["Products"] == []
    assert host.kind(f"{target}\\memurai.exe") == "Absent"
