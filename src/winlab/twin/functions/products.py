"""Twins of the functions about installed products."""

import time
from collections.abc import Callable

from winlab.twin.errors import TwinError
from winlab.twin.functions.services import stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.errors import LabLimitError
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.products import ALREADY_RUNNING

_SUCCESS = (0, 1641, 3010)
_STOP_SECONDS = 300
_POLL_SECONDS = 0.05
_MEANINGS = {
    1602: "it was cancelled",
    1603: 'fatal error; look above "Return value 3" in the log for the action that failed',
    1605: "the product is not installed",
    1618: "another installation is in progress; wait for its end",
    1619: "the package could not be opened; is it a whole MSI file that the account may read?",
    1622: "the log could not be opened; does its folder exist?",
    1625: "a system policy forbids this installation",
    1638: "another version of the product is installed; remove it first",
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


@twin(
    "Install-WinPackage",
    "ExitCode",
    "RebootRequired",
    "LogPath",
    sha256=r"^[0-9A-Fa-f]{64}$",
    properties=r"(?-i:^[A-Z_][A-Z0-9_.]*=)",
    timeout_seconds=TIMEOUT_SECONDS,
)
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
        raise TwinError(f"Expected the package '{written_path(path)}', found no such file. Upload it first.")
    found = machine.files.sha256(path)
    if found != sha256.lower():
        package = written_path(path)
        raise TwinError(f"Expected SHA-256 {sha256.lower()} of '{package}', found {found}. Upload the right package.")
    _stop(machine, stop_services)
    pairs = dict(text.split("=", 1) for text in properties)
    return _result(lambda: machine.products.install(path, pairs, log_path), log_path, timeout_seconds)


@twin(
    "Uninstall-WinPackage",
    "ExitCode",
    "RebootRequired",
    "LogPath",
    product_code=r"^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$",
    timeout_seconds=TIMEOUT_SECONDS,
)
def uninstall_win_package(
    machine: Machine,
    *,
    product_code: str,
    log_path: str,
    stop_services: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    timeout_seconds: int = 600,
) -> Output:
    """Remove an installed product."""
    _stop(machine, stop_services)
    return _result(lambda: machine.products.uninstall(product_code, log_path), log_path, timeout_seconds)


def _stop(machine: Machine, names: list[str]) -> None:
    for name in names:
        if machine.services.find(name) is not None:
            stop_win_service(machine, name=name, timeout_seconds=_STOP_SECONDS)


def _result(attempt: Callable[[], int], log_path: str, timeout_seconds: int) -> Output:
    """Run the installer, once more while another installation is in progress; the lab's own always ends at once."""
    log, deadline = written_path(log_path), time.monotonic() + timeout_seconds
    while (exit_code := attempt()) == ALREADY_RUNNING and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if exit_code not in _SUCCESS:
        meaning = _MEANINGS.get(exit_code, "see Microsoft's list of msiexec error messages")
        raise TwinError(
            f"Expected msiexec to succeed, found exit code {exit_code}: {meaning}. Its log on the host is {log}."
        )
    return {"ExitCode": exit_code, "RebootRequired": exit_code != 0, "LogPath": log}
