"""Twins of the functions about installed products."""

import re

from winlab.twin.errors import TwinError
from winlab.twin.registry import Output, twin
from winlab.windows.errors import LabLimitError
from winlab.windows.machine import Machine

_SUCCESS = (0, 1641, 3010)
_REBOOT = (1641, 3010)
_MEANINGS = {
    1602: "the user cancelled the installation",
    1603: "a fatal error during installation",
    1605: "this product is not installed",
    1618: "another installation is in progress",
    1619: "the package could not be opened",
    1620: "the file is no valid Windows Installer package",
    1622: "the log file could not be opened",
    1625: "forbidden by system policy",
    1638: "another version of this product is installed",
}


@twin("Get-WinProduct", "Name", "Products")
def get_win_product(machine: Machine, *, name: str) -> Output:
    """Return the installed products whose name matches a wildcard."""
    if "[" in name:
        raise LabLimitError(f"this lab does not know wildcards with brackets, found '{name}'")
    products = [
        {
            "Name": product.name,
            "Version": product.version,
            "Publisher": product.publisher,
            "ProductCode": product.product_code,
            "InstallLocation": f"{product.folder}\\",
        }
        for product in machine.products.find(name)
    ]
    return {"Name": name, "Products": products}


@twin("Install-WinPackage", "ExitCode", "RebootRequired", "LogPath")
def install_win_package(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    path: str,
    sha256: str,
    log_path: str,
    properties: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    stop_services: list[str] = [],  # noqa: B006
    timeout_seconds: int = 600,
) -> Output:
    """Install an MSI after its checksum was compared."""
    if machine.files.kind(path) != "File":
        raise TwinError(f"Expected a package at '{path}', found no file.")
    found = machine.files.sha256(path)
    if found != sha256.lower():
        raise TwinError(f"Expected the SHA-256 {sha256.lower()} for '{path}', found {found}. Nothing was installed.")
    pairs = dict(_property(text) for text in properties)
    _stop(machine, stop_services, timeout_seconds)
    return _result(machine.products.install(path, pairs, log_path), log_path, "install")


@twin("Uninstall-WinPackage", "ExitCode", "RebootRequired", "LogPath")
def uninstall_win_package(
    machine: Machine,
    *,
    product_code: str,
    log_path: str,
    stop_services: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    timeout_seconds: int = 600,
) -> Output:
    """Remove an installed product."""
    _stop(machine, stop_services, timeout_seconds)
    return _result(machine.products.uninstall(product_code, log_path), log_path, "uninstall")


def _property(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"([A-Z_][A-Z0-9_.]*)=(.*)", text, re.DOTALL)
    if match is None:
        raise TwinError(f"Expected a public property as NAME=value with an upper-case name, found '{text}'.")
    return match[1], match[2]


def _stop(machine: Machine, names: list[str], timeout_seconds: int) -> None:
    for name in names:
        service = machine.services.find(name)
        if service is not None and service.state != "Stopped":
            machine.services.stop(name, timeout_seconds)


def _result(exit_code: int, log_path: str, action: str) -> Output:
    if exit_code not in _SUCCESS:
        meaning = _MEANINGS.get(exit_code, "see https://learn.microsoft.com/windows/win32/msi/error-codes")
        text = f"Expected msiexec to {action} with exit code 0, 1641 or 3010, found {exit_code} ({meaning})."
        raise TwinError(f"{text} Read the log '{log_path}'.")
    full_path = log_path.replace("/", "\\")
    return {"ExitCode": exit_code, "RebootRequired": exit_code in _REBOOT, "LogPath": full_path}
