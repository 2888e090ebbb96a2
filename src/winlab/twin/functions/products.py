"""Twins of the functions about installed products."""

import time
from collections.abc import Callable

from winlab.twin.errors import TwinError
from winlab.twin.functions.services import get_win_folder_service, stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.errors import LabLimitError
from winlab.windows.files import written_path
from winlab.windows.machine import Machine
from winlab.windows.products import ALREADY_RUNNING

_SUCCESS = (0, 1641, 3010)
_STOP_SECONDS = 300
_POLL_SECONDS = 0.05
_INSTALL_SECONDS = 1800
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


@twin("Get-WinProduct", "Name", "Products", wait_seconds=range(86401))
def get_win_product(machine: Machine, *, name: str, wait_seconds: int = 0) -> Output:
    """Return the installed products whose name matches a wildcard."""
    if wait_seconds and not machine.products.installing.acquire(timeout=wait_seconds):
        text = f"Expected the installation that is under way to end within {wait_seconds} s, found it going on."
        raise TwinError(f"{text} Wait for its end and run again.")
    if wait_seconds:
        machine.products.installing.release()
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


@twin("Assert-MemuraiProduct", "ProductCode", "Services")
def assert_memurai_product(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    product_name: str,
    product_code: str,
    product_folder: str,
    services: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    include_stopped: bool = False,
) -> Output:
    """Fail unless one version of the product is installed, and only these services are on it."""
    products = machine.products.find(product_name)
    if len(products) != 1:
        text = f"Expected one installed product '{product_name}', found {len(products)}."
        raise TwinError(f"{text} Give its whole name.")
    if products[0].product_code.upper() != product_code.upper():
        text = f"Expected the version that was installed when this run began, found {products[0].version}, which"
        raise TwinError(f"{text} somebody else installed meanwhile. Nothing was stopped; run again.")
    found = get_win_folder_service(machine, folder=product_folder)
    names = [item["Name"] for item in found["Services"] if include_stopped or item["State"] != "Stopped"]
    others = [name for name in names if name.upper() not in map(str.upper, services)]
    if others:
        text = f"Expected only these services on '{found['Folder']}': {', '.join(services)}; found {', '.join(others)}"
        raise TwinError(f"{text} too, which came after this run began. Nothing was stopped; run again.")
    return {"ProductCode": products[0].product_code, "Services": names}


@twin(
    "Restore-MemuraiProduct",
    "Uninstalled",
    "Installed",
    sha256=r"^[0-9A-Fa-f]{64}$",
    version=r"^[0-9A-Za-z.-]+$",
)
def restore_memurai_product(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    product_name: str,
    product_code: str,
    path: str,
    sha256: str,
    version: str,
    properties: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    log_folder: str,
) -> Output:
    """Bring one version of the product back in the place of any other."""
    logs = written_path(log_folder)
    found = get_win_product(machine, name=product_name, wait_seconds=_INSTALL_SECONDS)["Products"]
    others = [item for item in found if item["ProductCode"].upper() != product_code.upper()]
    for item in others:
        log = f"{logs}\\uninstall-{item['Version']}.log"
        uninstall_win_package(machine, product_code=item["ProductCode"], log_path=log)
    is_missing = len(others) == len(found)
    if is_missing:
        log = f"{logs}\\reinstall-{version}.log"
        install_win_package(machine, path=path, sha256=sha256, log_path=log, properties=properties)
    return {"Uninstalled": [item["ProductCode"] for item in others], "Installed": is_missing}
