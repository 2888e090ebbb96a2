"""Twins of the functions that install another version under a server, and the former one again."""

import re
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import SecretStr

from winlab.exceptions import WinlabError
from winlab.twin.errors import TwinError
from winlab.twin.functions.locks import ANOTHER_RUN_SECONDS, locked
from winlab.twin.functions.memurai import ServerAccess
from winlab.twin.functions.products import install_win_package, uninstall_win_package
from winlab.twin.functions.saving import save_memurai_data, save_ready_server
from winlab.twin.functions.services import (
    end_hung_service,
    get_win_folder_service,
    start_win_service,
    stop_win_service,
)
from winlab.twin.functions.waiting import wait_memurai_server
from winlab.twin.registry import TIMEOUT_SECONDS, Output, twin
from winlab.windows.machine import Machine

_PORTS = range(1, 65536)
_VERSION = r"^[0-9A-Za-z.-]+$"
_DIGEST = r"^[0-9A-Fa-f]{64}$"


@dataclass(frozen=True)
class _Package:
    path: str
    sha256: str
    log_path: str


@dataclass(frozen=True)
class _Instance:
    """A server that runs on the product. One that holds no data (a Sentinel) is neither saved nor asked."""

    machine: Machine
    service: str
    configuration: str
    holds_data: bool
    server: ServerAccess
    data: str
    data_names: list[str]
    aside: str
    timeout_seconds: int

    @classmethod
    def of(cls, machine: Machine, item: dict[str, Any], cli_path: str, aside: str, timeout_seconds: int) -> Self:
        """Return the instance of an object that the library takes."""
        names = ("Address", "Port", "Password", "User", "TlsCaFile", "TlsCertFile", "TlsKeyFile")
        return cls(
            machine=machine,
            service=item["ServiceName"],
            configuration=machine.files.full_path(item["ConfigurationPath"]),
            holds_data=item["HoldsData"],
            server=ServerAccess(cli_path, *(item[name] for name in names)),
            data=machine.files.full_path(item["DataFolder"]) if item["HoldsData"] else "",
            data_names=item["DataNames"],
            aside=aside,
            timeout_seconds=timeout_seconds,
        )

    def lock(self, purpose: str) -> AbstractContextManager[None]:
        return locked(self.machine, f"{self.configuration}.lock", purpose)

    def save(self) -> None:
        if not self.holds_data or self.machine.services.get(self.service).state != "Running":
            return
        try:
            save_memurai_data(self.machine, **vars(self.server), timeout_seconds=self.timeout_seconds)
        except TwinError as error:
            text = f"Expected the data of the service '{self.service}' to be on disk before it is stopped"
            raise TwinError(f"{text}, found: {error}") from error

    def stop(self) -> None:
        stop_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)

    def start(self) -> None:
        start_win_service(self.machine, name=self.service, timeout_seconds=self.timeout_seconds)
        if self.holds_data:
            wait_memurai_server(self.machine, **vars(self.server), timeout_seconds=self.timeout_seconds)

    def put_aside(self) -> None:
        if self.holds_data:
            self.copy(self.data, self.aside)

    def restore_data(self) -> None:
        if not self.holds_data or self.digest(self.data) == self.digest(self.aside):
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


@dataclass(frozen=True)
class _Update:
    """One call of Update-MemuraiProduct. The first instance is the one that is deployed."""

    machine: Machine
    purpose: str
    version: str
    new: _Package
    former_version: str
    former: _Package
    removal_log: str
    properties: list[str]
    product_name: str
    product_folder: str
    instances: list[_Instance]
    timeout_seconds: int

    def run(self) -> Output:
        """Wait until no other update runs, and do what is needed."""
        with locked(self.machine, f"{self.product_folder}.lock", self.purpose, ANOTHER_RUN_SECONDS):
            products = self.machine.products.find(self.product_name)
            if len(products) != 1:
                text = f"Expected one installed product '{self.product_name}', found {len(products)}."
                raise TwinError(f"{text} Give its whole name.")
            found = products[0].version
            if _comparable(found) == _comparable(self.version):
                return {"AsideFolder": None, "RebootRequired": False}
            if _comparable(found) != _comparable(self.former_version):
                text = f"Expected version {self.former_version} to be installed, found {found}, which somebody else"
                raise TwinError(f"{text} installed meanwhile. Nothing was stopped; run again.")
            return self._update(products[0].product_code)

    def _update(self, former_code: str) -> Output:
        for package in (self.new, self.former):
            self._check(package)
        instances = self._present()
        with ExitStack() as locks:
            for instance in instances:
                locks.enter_context(instance.lock(self.purpose))
            # Who can't be asked or can't save refuses the update here, before anything is stopped.
            for instance in instances:
                instance.save()
            return self._complete(instances, former_code)

    def _present(self) -> list[_Instance]:
        """Return the instance that is deployed and those of the others that run."""
        own = self.instances[0]
        if self.machine.services.find(own.service) is None:
            text = f"Expected the service '{own.service}', found none of that name. Create or install it first."
            raise TwinError(text)
        services = get_win_folder_service(self.machine, folder=self.product_folder)["Services"]
        running = {service["Name"].upper(): service["Name"] for service in services if service["State"] != "Stopped"}
        known = [instance.service for instance in self.instances]
        unknown = [name for key, name in running.items() if key not in map(str.upper, known)]
        if unknown:
            raise TwinError(
                f"Expected only the services {', '.join(known)} to run from '{self.product_folder}', found "
                f"{', '.join(unknown)} too, which started after this run began. Nothing was stopped; run again."
            )
        return [own, *(instance for instance in self.instances[1:] if instance.service.upper() in running)]

    def _complete(self, instances: list[_Instance], former_code: str) -> Output:
        is_touched = False
        try:
            for instance in instances:
                # Saved before, but in use meanwhile.
                instance.save()
                instance.stop()
            for instance in instances:
                instance.put_aside()
            is_touched = True
            run = self._install(self.new)
            for instance in instances:
                instance.start()
        except WinlabError as error:
            raise self._returned(instances, former_code, str(error), is_touched=is_touched) from error
        return {"AsideFolder": instances[0].aside, "RebootRequired": run["RebootRequired"]}

    def _returned(self, instances: list[_Instance], former_code: str, reason: str, *, is_touched: bool) -> TwinError:
        """Go back, and return what to fail with."""
        own, names = instances[0], ", ".join(instance.service for instance in instances)
        start = f"Expected the other version to be installed and its server to answer, found: {reason}\n"
        copy = f"A copy of its data is in {own.aside}." if is_touched else ""
        try:
            if is_touched:
                self._restore_product(instances, former_code)
            for instance in instances:
                instance.start()
        except WinlabError as error:
            return TwinError(
                f"{start}The way back failed too: {error}\nThe former package is {self.former.path}, the data of the "
                f"former version is in {own.data}. {copy} Bring the services up by hand: {names}."
            )
        outcome = "The former version is in its place, and its server answers."
        return TwinError(f"{start}{outcome} {copy} Services: {names}.")

    def _check(self, package: _Package) -> None:
        files, path = self.machine.files, self.machine.files.full_path(package.path)
        if files.kind(path) != "File":
            raise TwinError(f"Expected the package '{path}', found no such file. Upload it first.")
        expected, found = package.sha256.lower(), files.sha256(path)
        if found != expected:
            raise TwinError(f"Expected SHA-256 {expected} of '{path}', found {found}. Upload the right package.")

    def _install(self, package: _Package) -> Output:
        return install_win_package(self.machine, **vars(package), properties=self.properties, timeout_seconds=1800)

    def _restore_product(self, instances: list[_Instance], former_code: str) -> None:
        with self._disabled(instances):
            codes = [product.product_code for product in self.machine.products.find(self.product_name)]
            for code in codes:
                if code != former_code:
                    uninstall_win_package(self.machine, product_code=code, log_path=self.removal_log)
            if former_code not in codes:
                self._install(self.former)
            for instance in instances:
                instance.restore_data()

    @contextmanager
    def _disabled(self, instances: list[_Instance]) -> Iterator[None]:
        """Stop the services and keep them from starting: their recovery would start the version that failed."""
        services, start_types = self.machine.services, {}
        try:
            for instance in instances:
                if instance.holds_data:
                    # Beside the copy that comes back, so that nothing of what its clients wrote meanwhile is lost.
                    save_ready_server(self.machine, vars(instance.server), self.timeout_seconds)
                settings = services.get(instance.service).settings
                start_types[instance.service] = settings.start_type
                services.change(instance.service, replace(settings, start_type="Disabled"))
                end_hung_service(self.machine, instance.service, self.timeout_seconds)
            yield
        finally:
            for name, start_type in start_types.items():
                services.change(name, replace(services.get(name).settings, start_type=start_type))


def _comparable(version: str) -> str:
    """Return a version in a form in which 4.1.2 and 4.1.2.0 are the same."""
    return re.sub(r"(\.0)+$", "", version)


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
    product_folder: str,
    properties: list[str] = [],  # noqa: B006 - the default of the library function, never changed
    log_folder: str,
    service_name: str,
    configuration_path: str,
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
    neighbours: list[dict[str, Any]] = [],  # noqa: B006 - the default of the library function, never changed
    timeout_seconds: int = 300,
) -> Output:
    """Install another version under a server, and the former one again when the server does not come up on it."""
    full, time = machine.files.full_path, datetime.now(UTC)
    stamp = f"{time:%Y%m%dT%H%M%S}{time.microsecond // 1000:03d}Z"
    logs = full(log_folder)
    aside = f"{full(backup_folder)}\\data-of-{former_version}-before-{version}-{stamp}-{uuid.uuid4().hex[:8]}"
    own = {
        "ServiceName": service_name,
        "ConfigurationPath": configuration_path,
        "HoldsData": True,
        "Address": address,
        "Port": port,
        "Password": password,
        "User": user,
        "TlsCaFile": tls_ca_file,
        "TlsCertFile": tls_cert_file,
        "TlsKeyFile": tls_key_file,
        "DataFolder": data_folder,
        "DataNames": data_names,
    }
    others = [
        _Instance.of(machine, item, cli_path, f"{aside}-of-{item['ServiceName']}", timeout_seconds)
        for item in neighbours
    ]
    return _Update(
        machine=machine,
        purpose=f"Update-MemuraiProduct to {version} for {service_name}",
        version=version,
        new=_Package(path, sha256, f"{logs}\\install-{version}.log"),
        former_version=former_version,
        former=_Package(former_path, former_sha256, f"{logs}\\reinstall-{former_version}.log"),
        removal_log=f"{logs}\\uninstall-{version}.log",
        properties=properties,
        product_name=product_name,
        product_folder=full(product_folder),
        instances=[_Instance.of(machine, own, cli_path, aside, timeout_seconds), *others],
        timeout_seconds=timeout_seconds,
    ).run()


@twin("Remove-MemuraiProduct", "Removed", "UsedBy")
def remove_memurai_product(
    machine: Machine,
    *,
    product_name: str,
    product_folder: str,
    license_path: str | None = None,
    log_folder: str,
) -> Output:
    """Uninstall the product and remove its licence, unless a service uses it."""
    folder = machine.files.full_path(product_folder)
    with locked(machine, f"{folder}.lock", "Remove-MemuraiProduct", ANOTHER_RUN_SECONDS):
        users = [service["Name"] for service in get_win_folder_service(machine, folder=folder)["Services"]]
        products = machine.products.find(product_name)
        if users:
            return {"Removed": False, "UsedBy": users}
        if len(products) > 1:
            text = f"Expected at most one product '{product_name}', found {len(products)}. Give its whole name."
            raise TwinError(text)
        if license_path:
            machine.files.remove(license_path)
        for product in products:
            log = f"{machine.files.full_path(log_folder)}\\uninstall-{product.version}.log"
            uninstall_win_package(machine, product_code=product.product_code, log_path=log, timeout_seconds=1800)
        return {"Removed": bool(products), "UsedBy": []}
