"""Twins of the functions that install another version under a server, and the former one again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.memurai import ServerAccess, invoke_memurai_command, wait_memurai_server
from winlab.twin.functions.products import install_win_package, uninstall_win_package
from winlab.twin.functions.services import start_win_service, stop_win_service
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_PORTS = range(1, 65536)
_VERSION = r"^[0-9A-Za-z.-]+$"
_DIGEST = r"^[0-9A-Fa-f]{64}$"


@twin("Save-MemuraiData", "Saved", port=_PORTS, timeout_seconds=TIMEOUT_SECONDS)
def save_memurai_data(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    timeout_seconds: int = 300,
) -> Output:
    """Have a running server write what it holds in memory only."""
    server = ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file)

    def ask(*arguments: str) -> tuple[str, str]:
        words = list(arguments)
        answer = invoke_memurai_command(machine, **vars(server), arguments=words, timeout_seconds=timeout_seconds)
        return str(answer["Output"]).strip(), f"{answer['Output'].strip()} {answer['ErrorOutput'].strip()}"

    info, shown = ask("INFO", "persistence")
    lines = info.split()
    if not re.search(r"^rdb_changes_since_last_save:\d+\s*$", info, re.MULTILINE):
        raise TwinError(
            f"Expected INFO from {address}:{port}, so that its data can be saved, found: {shown}. Is the password "
            "right? Stop the service by hand if its data is on disk or not wanted."
        )
    is_logged = {"aof_enabled:1", "aof_last_write_status:ok"} <= set(lines)
    if is_logged or "rdb_changes_since_last_save:0" in lines:
        return {"Saved": False}
    answer, shown = ask("SAVE")
    if answer != "OK":
        raise TwinError(
            f"Expected OK to SAVE from {address}:{port}, found: {shown}. Look at the server's log; is SAVE disabled? "
            "With an append-only file it is not needed."
        )
    return {"Saved": True}


@dataclass(frozen=True)
class _Package:
    path: str
    sha256: str
    log_path: str


@dataclass(frozen=True)
class _Update:
    """One call of Update-MemuraiProduct."""

    machine: Machine
    new: _Package
    former: _Package
    removal_log: str
    properties: list[str]
    product_name: str
    former_code: str
    server: ServerAccess
    data: str
    data_names: list[str]
    aside: str
    service: str
    timeout_seconds: int

    def run(self) -> Output:
        """Go through the steps, and back when one fails."""
        for package in (self.new, self.former):
            self._check(package)
        service = self.machine.services.find(self.service)
        if service is None:
            text = f"Expected the service '{self.service}', found none of that name. Create or install it first."
            raise TwinError(text)
        if service.state == "Running":
            save_memurai_data(self.machine, **vars(self.server), timeout_seconds=self.timeout_seconds)
        is_touched = False
        try:
            stop_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)
            self.copy(self.data, self.aside)
            is_touched = True
            run = self._install(self.new)
            self._start()
        except WinlabError as error:
            raise self._returned(str(error), is_touched=is_touched) from error
        return {"AsideFolder": self.aside, "RebootRequired": run["RebootRequired"]}

    def _returned(self, reason: str, *, is_touched: bool) -> TwinError:
        """Go back, and return what to fail with."""
        start = f"Expected the other version to be installed and its server to answer, found: {reason}\n"
        copy = f"A copy of its data is in {self.aside}." if is_touched else ""
        try:
            if is_touched:
                self._restore_product()
            self._start()
        except WinlabError as error:
            return TwinError(
                f"{start}The way back failed too: {error}\nThe former package is {self.former.path}, the data of the "
                f"former version is in {self.data}. {copy} Bring the service "
                f"'{self.service}' up by hand."
            )
        outcome = "The former version is in its place, and its server answers."
        return TwinError(f"{start}{outcome} {copy}")

    def _check(self, package: _Package) -> None:
        files, path = self.machine.files, self.machine.files.full_path(package.path)
        if files.kind(path) != "File":
            raise TwinError(f"Expected the package '{path}', found no such file. Upload it first.")
        expected, found = package.sha256.lower(), files.sha256(path)
        if found != expected:
            raise TwinError(f"Expected SHA-256 {expected} of '{path}', found {found}. Upload the right package.")

    def _install(self, package: _Package) -> Output:
        return install_win_package(self.machine, **vars(package), properties=self.properties)

    def _start(self) -> None:
        start_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)
        wait_memurai_server(self.machine, **vars(self.server), timeout_seconds=self.timeout_seconds)

    def _restore_product(self) -> None:
        services = self.machine.services
        settings = services.get(self.service).settings
        # The recovery would start the version that failed.
        services.change(self.service, replace(settings, start_type="Disabled"))
        try:
            stop_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)
            codes = [product.product_code for product in self.machine.products.find(self.product_name)]
            for code in codes:
                if code != self.former_code:
                    uninstall_win_package(self.machine, product_code=code, log_path=self.removal_log)
            if self.former_code not in codes:
                self._install(self.former)
            self._restore_data()
        finally:
            services.change(self.service, settings)

    def _restore_data(self) -> None:
        if self.digest(self.data) == self.digest(self.aside):
            return
        self.copy(self.data, f"{self.aside}-replaced")
        for name in self.data_names:
            self.machine.files.remove(f"{self.data}\\{name}", recurse=True)
        self.copy(self.aside, self.data)

    def copy(self, folder: str, destination: str) -> None:
        """Copy the data and compare the copy with it."""
        files = self.machine.files
        files.make_directory(destination)
        for path in self._paths(folder):
            target = destination + path.removeprefix(folder)
            files.make_directory(target.rpartition("\\")[0])
            files.copy_file(path, target)
        if self.digest(destination) != self.digest(folder):
            text = f"Expected the copy in '{destination}' to be the data in '{folder}', found other content."
            raise TwinError(f"{text} Check the disk.")

    def digest(self, folder: str) -> dict[str, str]:
        """Return each file's SHA-256 by its path in the folder."""
        return {path.removeprefix(folder): self.machine.files.sha256(path) for path in self._paths(folder)}

    def _paths(self, folder: str) -> Iterator[str]:
        for name in self.data_names:
            yield from _files_of(self.machine, f"{folder}\\{name}")


def _files_of(machine: Machine, path: str) -> Iterator[str]:
    kind = machine.files.kind(path)
    if kind == "File":
        yield path
    elif kind == "Directory":
        for name in machine.files.names(path):
            yield from _files_of(machine, f"{path}\\{name}")


@twin(
    "Update-MemuraiProduct",
    "AsideFolder",
    "RebootRequired",
    sha256=_DIGEST,
    version=_VERSION,
    former_sha256=_DIGEST,
    former_version=_VERSION,
    port=_PORTS,
    timeout_seconds=TIMEOUT_SECONDS,
)
def update_memurai_product(  # noqa: PLR0913 - the parameters of the library function
    machine: Machine,
    *,
    path: str,
    sha256: str,
    version: str,
    former_path: str,
    former_sha256: str,
    former_version: str,
    product_name: str,
    properties: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    log_folder: str,
    service_name: str,
    cli_path: str,
    address: str,
    port: int,
    password: SecretStr | None = None,
    user: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    data_folder: str,
    data_names: list[str],
    backup_folder: str,
    timeout_seconds: int = 300,
) -> Output:
    """Install another version under a server, and the former one again when the server does not come up on it."""
    products = machine.products.find(product_name)
    if len(products) != 1:
        text = f"Expected one installed product '{product_name}', found {len(products)}. Give its whole name."
        raise TwinError(text)
    full, time = machine.files.full_path, datetime.now(UTC)
    stamp = f"{time:%Y%m%dT%H%M%S}{time.microsecond // 1000:03d}Z"
    logs = full(log_folder)
    return _Update(
        machine=machine,
        new=_Package(path, sha256, f"{logs}\\install-{version}.log"),
        former=_Package(former_path, former_sha256, f"{logs}\\reinstall-{former_version}.log"),
        removal_log=f"{logs}\\uninstall-{version}.log",
        properties=properties,
        product_name=product_name,
        former_code=products[0].product_code,
        server=ServerAccess(cli_path, address, port, password, user, tls_ca_file, tls_cert_file, tls_key_file),
        data=full(data_folder),
        data_names=data_names,
        aside=f"{full(backup_folder)}\\data-of-{former_version}-before-{version}-{stamp}",
        service=service_name,
        timeout_seconds=timeout_seconds,
    ).run()
