"""Windows Installer on a practice host. It installs the stand-in that winlab.package builds, and nothing else.

Exit codes: https://learn.microsoft.com/windows/win32/msi/error-codes
"""

from __future__ import annotations

import fnmatch
import hashlib
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from winlab.package import MANUFACTURER
from winlab.windows.accounts import NETWORK_SERVICE
from winlab.windows.errors import LabLimitError, Win32Error
from winlab.windows.firewall import FirewallRule
from winlab.windows.msi import MsiPackage, read_package
from winlab.windows.security import BOTH_INHERIT, FULL_CONTROL, AccessEntry
from winlab.windows.services import ServiceSettings

if TYPE_CHECKING:
    from winlab.windows.machine import Machine

SUCCESS = 0
FATAL_ERROR = 1603
NOT_INSTALLED = 1605
ALREADY_RUNNING = 1618
OPEN_FAILED = 1619
LOG_FAILED = 1622
OTHER_VERSION = 1638
REBOOT_REQUIRED = 3010

_SWITCHES = ("INSTALL_SERVICE", "ADD_FIREWALL_RULE", "ADD_INSTALLFOLDER_TO_PATH")
_FOLDER, _PORT = "INSTALLFOLDER", "PORT"
_SERVICE = "Memurai"
_RULE = "Memurai"
PENDING_FILES = "PendingFileRenameOperations"


@dataclass(frozen=True)
class Product:
    """An installed product.

    Attributes:
        name: shown in the list of programs.
        version: its ProductVersion.
        publisher: its manufacturer.
        product_code: identifies the product, with braces.
        upgrade_code: shared by all versions.
        package_code: identifies the package it came from.
        folder: where its files lie, without a backslash at the end.
        files: full path of each file to the SHA-256 it was installed with.
        has_service: whether it installed the service.
        has_rule: whether it installed the firewall rule.
        has_path: whether it added its folder to Path.
    """

    name: str
    version: str
    publisher: str
    product_code: str
    upgrade_code: str
    package_code: str
    folder: str
    files: Mapping[str, str]
    has_service: bool
    has_rule: bool
    has_path: bool


@dataclass
class _Log:
    """The text of a verbose log."""

    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        self.lines.append(line)

    def encoded(self) -> bytes:
        return b"\xff\xfe" + "".join(f"{line}\r\n" for line in self.lines).encode("utf-16-le")


class ProductStore:
    """What is installed, and the installer.

    Attributes:
        installing: held while an installation runs; another one then ends with 1618.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._products: dict[str, Product] = {}
        self.installing = threading.Lock()

    def find(self, pattern: str) -> list[Product]:
        """Return the products whose name matches a wildcard, by name and version.

        Args:
            pattern: display name, with * and ? as in PowerShell, in any case.
        """
        found = [item for item in self._products.values() if fnmatch.fnmatchcase(item.name.lower(), pattern.lower())]
        return sorted(found, key=lambda item: (item.name, item.version))

    def install(self, path: str, properties: Mapping[str, str], log_path: str) -> int:
        """Do `msiexec /i PATH /qn /norestart /l*v LOG_PATH NAME=VALUE...` and return its exit code.

        Args:
            path: the package.
            properties: public properties.
            log_path: file for the verbose log, UTF-16LE.

        Raises:
            LabLimitError: a package or property this lab does not know.
        """
        return self._run(log_path, lambda log: self._install(path, properties, log))

    def uninstall(self, product_code: str, log_path: str) -> int:
        """Do `msiexec /x PRODUCT_CODE /qn /norestart /l*v LOG_PATH` and return its exit code.

        Args:
            product_code: with braces, in any case.
            log_path: file for the verbose log, UTF-16LE.
        """
        return self._run(log_path, lambda log: self._uninstall(product_code, log))

    # The run around it

    def _run(self, log_path: str, work: Callable[[_Log], int]) -> int:
        if not self.installing.acquire(blocking=False):
            return ALREADY_RUNNING
        log = _Log(["=== Verbose logging started: winlab's Windows Installer ==="])
        try:
            self._machine.files.write_bytes(log_path, log.encoded())
        except Win32Error:
            # Its meaning is the exit code: "Error opening installation log file".
            self.installing.release()
            return LOG_FAILED
        try:
            exit_code = self._attempt(log, work)
            log.add(f"MainEngineThread is returning {exit_code}")
            return exit_code
        finally:
            self._machine.files.write_bytes(log_path, log.encoded())
            self.installing.release()

    def _attempt(self, log: _Log, work: Callable[[_Log], int]) -> int:
        if not self._machine.summary.elevated:
            log.add("Error 1925. You do not have sufficient privileges to complete this installation for all users.")
            return FATAL_ERROR
        try:
            return work(log)
        except LabLimitError as error:
            log.add(str(error))
            raise
        except Win32Error as error:
            # msiexec tells in its log and by its exit code, never otherwise.
            log.add(f"Error {error.code}. {error}")
            return FATAL_ERROR

    # Installing

    def _install(self, path: str, properties: Mapping[str, str], log: _Log) -> int:
        if self._machine.files.kind(path) != "File":
            log.add(f"This installation package could not be opened: {path}")
            return OPEN_FAILED
        try:
            package = read_package(self._machine.files.local_path(path))
        except Win32Error as error:
            log.add(str(error))
            return error.code
        settings = _settings(package, properties)
        refused = self._refusal(package, settings, log)
        return refused if refused is not None else self._put(package, settings, log)

    def _refusal(self, package: MsiPackage, settings: Mapping[str, str], log: _Log) -> int | None:
        """Return the exit code when this package cannot be installed on what is there now."""
        present = self._products.get(package.properties["ProductCode"].upper())
        if present is not None and present.package_code != package.package_code:
            log.add("Another version of this product is already installed.")
            return OTHER_VERSION
        for other in self._related(package):
            if _numbers(other.version) > package.version:
                log.add(f"A newer version of {other.name} is already installed.")
                return FATAL_ERROR
        port = int(settings[_PORT])
        own = {item.name for item in self._machine.services.by_process(self._port_owner(port))}
        if settings["INSTALL_SERVICE"] == "1" and self._machine.network.listeners(port) and own != {_SERVICE}:
            check = "CustomAction ca_SilentCheckIfPortIsAvailable"
            log.add(f"{check} returned actual error code {FATAL_ERROR}: port {port} is in use")
            return FATAL_ERROR
        return None

    def _port_owner(self, port: int) -> int:
        return next((item.process_id for item in self._machine.network.listeners(port)), 0)

    def _related(self, package: MsiPackage) -> list[Product]:
        code = package.properties["ProductCode"].upper()
        upgrade_code = package.properties["UpgradeCode"].upper()
        return [
            item for key, item in self._products.items() if item.upgrade_code.upper() == upgrade_code and key != code
        ]

    def _put(self, package: MsiPackage, settings: Mapping[str, str], log: _Log) -> int:
        with tempfile.TemporaryDirectory() as folder:
            contents = package.extract(Path(folder))
        if sum(map(len, contents.values())) > self._machine.files.free_bytes:
            log.add("Error 1601. Out of disk space.")
            return FATAL_ERROR
        # WiX's default: what is there of older versions goes first, a changed memurai.conf with it.
        pending = [self._take_away(product, log) for product in self._related(package)]
        product = _product(package, settings)
        conf = contents["memurai.conf"].decode()
        contents["memurai.conf"] = _adapted(conf, settings[_PORT], self._machine.address).encode()
        pending.append(self._write_files(product, contents, log))
        self._products[product.product_code.upper()] = replace(product, files=self._hashes(product, contents))
        try:
            self._register(product, settings, log)
        except Win32Error:
            # Assumed: rolling back is removing; an older version that was replaced does not come back.
            self._take_away(self._products[product.product_code.upper()], log)
            raise
        log.add(f"Product: {product.name} -- Installation completed successfully.")
        return self._finished(any(pending))

    def _write_files(self, product: Product, contents: Mapping[str, bytes], log: _Log) -> bool:
        """Write the files and return whether one in use has to wait for a restart.

        A file without a version that was changed since its installation is kept:
        https://learn.microsoft.com/windows/win32/msi/default-file-versioning
        """
        files = self._machine.files
        present = self._products.get(product.product_code.upper())
        files.make_directory(product.folder)
        waits = False
        for name, content in contents.items():
            path = f"{product.folder}\\{name}"
            known = present.files.get(path) if present is not None else None
            if known is not None and files.kind(path) == "File" and files.sha256(path) != known:
                log.add(f"File: {path}; Won't Overwrite; Existing file is unversioned and modified")
                continue
            waits |= self._write_file(path, content, log)
        return waits

    def _write_file(self, path: str, content: bytes, log: _Log) -> bool:
        files = self._machine.files
        if files.kind(path) == "File" and files.read_bytes(path) == content:
            return False
        if files.local_path(path) in files.locked_paths():
            log.add(f"Info 1603. The file {path} is being held in use. A restart will replace it.")
            return True
        files.write_bytes(path, content)
        if path.lower().endswith(".exe"):
            # A cabinet keeps no executable bit; on Windows the name alone makes a program.
            files.local_path(path).chmod(0o755)
        log.add(f"File: {path}; To be installed")
        return False

    def _hashes(self, product: Product, contents: Mapping[str, bytes]) -> dict[str, str]:
        present = self._products.get(product.product_code.upper())
        fresh = {f"{product.folder}\\{name}": hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        return {**fresh, **(present.files if present is not None else {})}

    def _register(self, product: Product, settings: Mapping[str, str], log: _Log) -> None:
        """Add what the package installs beside files.

        Assumed: the service is started at once, its rule is called Memurai, and the account gets the folder, as the
        installer of Memurai's open source ancestor does it.
        """
        machine = self._machine
        if product.has_path and product.folder not in machine.environment["Path"].split(";"):
            machine.environment["Path"] += f";{product.folder}"
        if product.has_rule:
            port = (settings[_PORT],)
            machine.firewall.put(FirewallRule(_RULE, "Memurai", "Inbound", "Allow", "TCP", port, ("Any",), ("Any",)))
        if product.has_service and machine.services.find(_SERVICE) is None:
            self._add_service(product, log)

    def _add_service(self, product: Product, log: _Log) -> None:
        machine, folder = self._machine, product.folder
        own = [entry for entry in machine.security.descriptor(folder).entries if not entry.inherited]
        grant = AccessEntry(NETWORK_SERVICE, "Allow", FULL_CONTROL, BOTH_INHERIT)
        owner = machine.security.descriptor(folder).owner
        entries = [entry for entry in own if entry.sid != NETWORK_SERVICE] + [grant]
        machine.security.set(folder, owner=owner, inheritance_enabled=True, entries=entries)
        image_path = f'"{folder}\\memurai.exe" --service-run --service-name {_SERVICE} "{folder}\\memurai.conf"'
        account = "NT AUTHORITY\\NetworkService"
        settings = ServiceSettings(image_path, _SERVICE, account=account, start_type="Automatic")
        machine.services.create(_SERVICE, settings)
        log.add(f"ServiceInstall: {_SERVICE}")
        machine.services.start(_SERVICE)

    # Removing

    def _uninstall(self, product_code: str, log: _Log) -> int:
        product = self._products.get(product_code.upper())
        if product is None:
            log.add("This action is only valid for products that are currently installed.")
            return NOT_INSTALLED
        pending = self._take_away(product, log)
        log.add(f"Product: {product.name} -- Removal completed successfully.")
        return self._finished(pending)

    def _take_away(self, product: Product, log: _Log) -> bool:
        """Remove a product with all it registered and return whether a file in use has to wait for a restart."""
        machine = self._machine
        if product.has_service:
            self._remove_service()
        if product.has_rule:
            machine.firewall.remove(_RULE)
        path = machine.environment["Path"].split(";")
        machine.environment["Path"] = ";".join(item for item in path if not product.has_path or item != product.folder)
        del self._products[product.product_code.upper()]
        return self._remove_files(product, log)

    def _remove_files(self, product: Product, log: _Log) -> bool:
        files = self._machine.files
        waits = False
        for path in product.files:
            if files.local_path(path) in files.locked_paths():
                log.add(f"Info 1603. The file {path} is being held in use. A restart will remove it.")
                waits = True
            else:
                files.remove(path)
        if not waits and files.kind(product.folder) == "Directory" and not files.names(product.folder):
            files.remove(product.folder)
        return waits

    def _remove_service(self) -> None:
        services = self._machine.services
        service = services.find(_SERVICE)
        if service is None:
            return
        if service.process is not None:
            services.stop(_SERVICE)
        services.delete(_SERVICE)

    def _finished(self, pending: bool) -> int:
        if not pending:
            return SUCCESS
        reasons = self._machine.summary.pending_reboot_reasons
        if PENDING_FILES not in reasons:
            reasons.append(PENDING_FILES)
        return REBOOT_REQUIRED


def _settings(package: MsiPackage, properties: Mapping[str, str]) -> dict[str, str]:
    """Return the value of every property this lab knows.

    Raises:
        LabLimitError: another package, another property, or a value it does not know.
    """
    if package.properties["Manufacturer"] != MANUFACTURER:
        found = f"{package.properties.get('ProductName')} of {package.properties['Manufacturer']}"
        raise LabLimitError(f"this lab installs only the MSI that winlab builds, found {found}")
    settings = {name: package.properties[name] for name in (*_SWITCHES, _PORT)} | {_FOLDER: ""}
    for name, value in properties.items():
        if name not in settings:
            known = ", ".join(sorted(settings))
            raise LabLimitError(f"this lab does not know the MSI property {name}; it knows {known}")
        settings[name] = value
    wrong = [name for name in _SWITCHES if settings[name] not in ("0", "1")]
    if wrong or not settings[_PORT].isdigit():
        found = ", ".join(f"{name}={settings[name]}" for name in (*_SWITCHES, _PORT))
        raise LabLimitError(f"this lab knows 0 and 1 for switches and a number for PORT, found {found}")
    default = f"C:\\Program Files\\{package.folders[_FOLDER]}"
    return settings | {_FOLDER: (settings[_FOLDER] or default).replace("/", "\\").rstrip("\\")}


def _product(package: MsiPackage, settings: Mapping[str, str]) -> Product:
    properties = package.properties
    return Product(
        name=properties["ProductName"],
        version=properties["ProductVersion"],
        publisher=properties["Manufacturer"],
        product_code=properties["ProductCode"],
        upgrade_code=properties["UpgradeCode"],
        package_code=package.package_code,
        folder=settings[_FOLDER],
        files={},
        has_service=settings["INSTALL_SERVICE"] == "1",
        has_rule=settings["ADD_FIREWALL_RULE"] == "1",
        has_path=settings["ADD_INSTALLFOLDER_TO_PATH"] == "1",
    )


def _adapted(configuration: str, port: str, address: str) -> str:
    """Return the stock configuration with the PORT asked for; this host's own 127.0.0.1 is its lab address."""
    with_port = configuration.replace("port 6379\r\n", f"port {port}\r\n")
    return with_port.replace("bind 127.0.0.1\r\n", f"bind {address}\r\n")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".")[:3])
