"""The installed product, under a server that may already run."""

import io
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FileUploadCommand, operation
from pyinfra.api.command import PyinfraCommand

from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.neighbours import Neighbours, others, running
from winfra.call import PowerShellCall
from winfra.facts.files import Item, ItemState, TextFile
from winfra.facts.packages import Product, Products
from winfra.facts.services import FolderServices, Service
from winfra.operations import packages
from winfra.operations.packages import INSTALL_TIMEOUT_SECONDS, comparable, pinned_problem
from winfra.operations.shape import converge, current_prefix, failure, is_planning, normal_path, refuse


@dataclass(frozen=True)
class Package:
    """An installer on this machine.

    source: its path. product: display name of what it installs, with * and ?. properties: its public properties.
    """

    source: str
    product: str
    version: str
    sha256: str
    properties: Mapping[str, str]

    @property
    def property_texts(self) -> list[str]:
        """The properties as msiexec takes them."""
        return [f"{key}={value}" for key, value in self.properties.items()]


@dataclass(frozen=True)
class Surroundings:
    """What an installation meets on a host.

    folder: keeps the packages, each as `<version>.msi` with its SHA-256 beside it, and the installer's logs.
    product_folder: where the product is installed; the servers of other services may run from there too.
    service, configuration, command_line_client: of the server. data: its folder; data_names: what in it is its data.
    backup: folder in which the data is put aside before another version. timeout_seconds: longest wait for the server.
    """

    folder: str
    product_folder: str
    service: str
    configuration: str
    command_line_client: str
    data: str
    data_names: tuple[str, ...]
    backup: str
    timeout_seconds: int

    def kept(self, version: str) -> str:
        """Return where the package of a version is kept."""
        return f"{self.folder}/{version}.msi"

    def digest(self, version: str) -> str:
        """Return where its SHA-256 is kept."""
        return f"{self.kept(version)}.sha256"


@operation()
def installed(package: Package, surroundings: Surroundings) -> Generator[PyinfraCommand, None, None]:
    """Ensure that one version of the product is installed and its package kept, so that a later one can be undone.

    Another version under a server is one call on the host, which brings the former version back when the server does
    not come up on the new one: its data is put aside before, and so is that of the other servers on the product.

    + package: what shall be installed
    + surroundings: what it meets on the host
    """
    subject = f"product {package.product}"
    found = current_host.get_fact(Products, product=package.product)
    kept = current_host.get_fact(Item, path=surroundings.kept(package.version), include_hash=True)
    digest = current_host.get_fact(TextFile, path=surroundings.digest(package.version))
    if found is None or kept is None or digest is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
        return
    products = found["products"]
    is_installed = [comparable(item["version"] or "") for item in products] == [comparable(package.version)]
    is_kept = kept["sha256"] == package.sha256.lower() == (digest["content"] or "").strip()
    before = {
        "version": [package.version] if is_installed else [item["version"] or "(unknown)" for item in products],
        "package kept": package.version if is_kept else None,
    }
    commands: list[PyinfraCommand] = [] if is_kept else _upload(package, surroundings)
    problem = None
    if not (is_installed and is_kept):
        problem = pinned_problem(Path(package.source), package.sha256, package.version)
    problem = problem or downgrade_problem(package.version, [item["version"] or "" for item in products])
    if not problem and not is_installed:
        installation = _installation(package, surroundings, products)
        problem = installation if isinstance(installation, str) else None
        commands += [installation] if isinstance(installation, PowerShellCall) else []
    if problem:
        yield from refuse(f"{subject} {package.version}: {problem}")
        return
    after = {"version": [package.version], "package kept": package.version}
    yield from converge(subject, before, after, lambda: commands)


def downgrade_problem(version: str, installed: Iterable[str]) -> str | None:
    """Return why a version can't take the place of the installed ones, None when none is newer."""
    problem = packages.downgrade_problem(version, installed)
    return problem and (
        f"{problem} An older server may refuse what a newer one wrote: try that on another host first, with a backup. "
        "tasks/uninstall.py keeps data and backups."
    )


def _upload(package: Package, surroundings: Surroundings) -> list[PyinfraCommand]:
    content = io.BytesIO(f"{package.sha256.lower()}\n".encode())
    # By its digest a package is known to be ours, also when the run ends in between.
    return [
        FileUploadCommand(content, surroundings.digest(package.version)),
        FileUploadCommand(package.source, surroundings.kept(package.version)),
    ]


def _installation(package: Package, surroundings: Surroundings, products: Sequence[Product]) -> PowerShellCall | str:
    """Return the call that installs the package, or why it can't be done."""
    if len(products) > 1:
        names = ", ".join(f"{item['name']} {item['version']}" for item in products)
        return f"expected at most one such product, found {names}. Give the whole name of the one that is meant."
    service = current_host.get_fact(Service, service=surroundings.service)
    file = current_host.get_fact(TextFile, path=surroundings.configuration)
    if service is None or file is None:
        return "expected to read the server's service and configuration, found an error (above); nothing was changed"
    neighbours = running(current_host, surroundings.product_folder, surroundings.service)
    if neighbours is None:
        return "expected to read the services on this product, found an error (above); nothing was changed"
    if products and service["exists"] and file["content"] is not None:
        return _update(package, surroundings, products[0]["version"] or "", file["content"], neighbours)
    if problem := _stop_problem(surroundings, service["state"], products, neighbours):
        return problem
    return PowerShellCall(
        "Install-WinPackage",
        {
            "Path": surroundings.kept(package.version),
            "Sha256": package.sha256.lower(),
            "LogPath": f"{surroundings.folder}/install-{package.version}.log",
            "Properties": package.property_texts,
            "StopServices": [surroundings.service],
            "TimeoutSeconds": INSTALL_TIMEOUT_SECONDS,
        },
    )


def _stop_problem(
    surroundings: Surroundings, state: str | None, products: Sequence[Product], neighbours: Neighbours
) -> str | None:
    """Return why services may not be stopped for an installation that nothing would bring them back from."""
    if products and (neighbours.running or neighbours.problems):
        return (
            f"expected this version for a new instance, found {products[0]['version']}, on which other services run "
            f"from {surroundings.product_folder}. Deploy one of those first, which upgrades them; then run this again."
        )
    if state == "Running":
        return (
            f"expected the service {surroundings.service} not to run, or on {surroundings.configuration}, by which its "
            "server could be asked to save, found it Running without. Stop it by hand if its data is on disk or not "
            "wanted: a stop saves nothing."
        )
    return None


def _update(
    package: Package, surroundings: Surroundings, former: str, configuration: str, neighbours: Neighbours
) -> PowerShellCall | str:
    if neighbours.problems:
        return " ".join(neighbours.problems)
    digest = current_host.get_fact(TextFile, path=surroundings.digest(former))
    if digest is None or digest["content"] is None:
        return (
            f"expected the package of the installed version {former} at {surroundings.kept(former)}, to go back to "
            f"when the server does not come up on {package.version}, found none. Deploy {former} once more, which "
            "keeps it; or, without a way back, run tasks/uninstall.py, which leaves the data, and deploy."
        )
    try:
        live = Endpoint.of(configuration)
    except ConfigSyntaxError as error:
        return f"{surroundings.configuration}: {error}. Mend or remove that line on the host and run again."
    return PowerShellCall(
        "Update-MemuraiProduct",
        {
            "Path": surroundings.kept(package.version),
            "Sha256": package.sha256.lower(),
            "Version": package.version,
            "FormerPath": surroundings.kept(former),
            "FormerSha256": digest["content"].strip(),
            "FormerVersion": former,
            "ProductName": package.product,
            "ProductFolder": surroundings.product_folder,
            "Properties": package.property_texts,
            "LogFolder": surroundings.folder,
            "ServiceName": surroundings.service,
            "ConfigurationPath": surroundings.configuration,
            **live.server(surroundings.command_line_client).parameters(),
            "DataFolder": surroundings.data,
            "DataNames": list(surroundings.data_names),
            "BackupFolder": surroundings.backup,
            "Neighbours": [item.parameters(surroundings.command_line_client) for item in neighbours.running],
            "TimeoutSeconds": surroundings.timeout_seconds,
        },
    )


@operation()
def removed(  # noqa: PLR0913, PLR0917  # each is one thing that a removal meets
    product: str, folder: str, program: str, service: str, log_folder: str, license_file: str | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that the product and its licence are not there, unless another service uses them.

    + product: display name of the product, with * and ?
    + folder: where it is installed; a service whose program lies there uses it. One that is elsewhere is refused
    + program: path of its program, in that folder
    + service: the one that is removed, and does not count
    + log_folder: on the host, for the installer's log
    + license_file: path of the licence on the host
    """
    subject = f"product {product}"
    found = current_host.get_fact(Products, product=product)
    services = current_host.get_fact(FolderServices, folder=folder)
    server = current_host.get_fact(Item, path=program)
    licence = current_host.get_fact(Item, path=license_file) if license_file else None
    if found is None or services is None or server is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
        return
    names = [f"{item['name']} {item['version']}" for item in found["products"]]
    users = [item["name"] for item in others(services["services"], service)]
    if users:
        _stays(subject, users)
    elif len(names) > 1:
        yield from refuse(
            f"{subject}: expected one product to uninstall, found {', '.join(names)}. Give the whole name of the one "
            "that is meant."
        )
    elif problem := elsewhere_problem(found["products"], folder, server):
        yield from refuse(f"{subject}: {problem}")
    else:
        parameters = {"ProductName": product, "ProductFolder": folder, "LicensePath": license_file}
        yield from converge(
            subject,
            {"installed": names, "licence": license_file if licence and licence["kind"] == "File" else None},
            {"installed": [], "licence": None},
            lambda: [PowerShellCall("Remove-MemuraiProduct", {**parameters, "LogFolder": log_folder})],
        )


def elsewhere_problem(products: Iterable[Product], folder: str, program: ItemState) -> str | None:
    """Return that a product is installed in another folder, where other services may run on it.

    program: what stands at the path of its program in the folder, for an installer that did not tell where it installs.
    """
    for item in products:
        location = item["install_location"]
        is_here = normal_path(location.rstrip("\\/")) == normal_path(folder) if location else program["kind"] == "File"
        if not is_here:
            return (
                f"expected {item['name']} {item['version']} in {folder} (memurai_package.folder), found it in "
                f"{location or 'another folder'}: it may be another's and stays; nothing was changed. When it is the "
                "one that is meant, give memurai_package.folder as found, otherwise another memurai_package.product"
            )
    return None


def _stays(subject: str, users: Sequence[str]) -> None:
    text = f"{subject} stays: other services use it ({', '.join(users)}). The last one's removal takes it along."
    current_host.noop(text)
    if is_planning():
        logger.warning(f"{current_prefix()}{text}")
