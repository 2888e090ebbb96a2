"""The installed product, under a server that may already run."""

import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FileUploadCommand, operation
from pyinfra.api.command import PyinfraCommand

from memurai import host_settings
from memurai.changes import product as changes
from memurai.checks.host import downgrade_problem
from memurai.checks.neighbours import STOPPED, Neighbour, Neighbours, others, running
from memurai.config import Document
from memurai.data.place import DataPlace
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.instance import Instance
from memurai.operations.turns import Turn, turn
from winfra.call import PowerShellCall
from winfra.change import Change
from winfra.facts.files import Item, ItemState, TextFile
from winfra.facts.packages import Product, Products
from winfra.facts.services import FolderServices, Service
from winfra.operations.changes import carry_out, settle, show_steps
from winfra.operations.packages import INSTALL_TIMEOUT_SECONDS, comparable, pinned_problem
from winfra.operations.shape import converge, current_prefix, failure, is_planning, normal_path, refuse


@dataclass(frozen=True)
class Package:
    """An installer on this machine.

    source: its path. product: display name of what it installs, with * and ?.
    """

    source: str
    product: str
    version: str
    sha256: str


@operation()
def installed(package: Package, instance: Instance, stamp: str) -> Generator[PyinfraCommand, None, None]:
    """Ensure that one version of the product is installed and its package kept, so that a later one can be undone.

    Another version under a server is one change of the host, which brings the former version back when a server does
    not come up on the new one: its data is put aside before, and so is that of the other servers on the product.

    + package: what shall be installed
    + instance: the server on it
    + stamp: what no other upgrade has in the names of the folders in which data is put aside
    """
    # Each instance on a host has its own part of a run, all at the same time.
    with host_settings.turn(current_host), turn(current_host, instance.timeout_seconds) as mine:
        yield from settle(instance.product_changes)
        yield from settle(instance.changes)
        yield from _converged(package, instance, stamp, mine)


def _converged(package: Package, instance: Instance, stamp: str, mine: Turn) -> Generator[PyinfraCommand, None, None]:
    subject = f"product {package.product}"
    found = current_host.get_fact(Products, product=package.product)
    kept = current_host.get_fact(Item, path=instance.package(package.version), include_hash=True)
    digest = current_host.get_fact(TextFile, path=instance.package_digest(package.version))
    if found is None or kept is None or digest is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
        return
    products = found["products"]
    is_installed = [comparable(item["version"] or "") for item in products] == [comparable(package.version)]
    is_kept = kept["sha256"] == package.sha256.lower() == (digest["content"] or "").strip()
    problem, installation = None, None
    if not (is_installed and is_kept):
        problem = pinned_problem(Path(package.source), package.sha256, package.version)
    problem = problem or downgrade_problem(package.version, [item["version"] or "" for item in products])
    if not problem and not is_installed:
        installation = _installation(package, instance, products, stamp)
        problem = installation if isinstance(installation, str) else None
    if problem:
        yield from refuse(f"{subject} {package.version}: {problem}")
        return
    if isinstance(installation, Change) and mine.is_to_come:
        problem = mine.begin()
        yield from [failure(problem)] if problem else _converged(package, instance, stamp, mine)
        return
    before = {
        "version": [package.version] if is_installed else [item["version"] or "(unknown)" for item in products],
        "package kept": package.version if is_kept else None,
    }
    after = {"version": [package.version], "package kept": package.version}
    # The plan ends with the first command.
    if isinstance(installation, Change):
        show_steps(installation)
        installation = installation.call
    commands: list[PyinfraCommand] = [] if is_kept else _upload(package, instance)
    commands += [installation] if isinstance(installation, PowerShellCall) else []
    yield from converge(subject, before, after, lambda: commands)


def _upload(package: Package, instance: Instance) -> list[PyinfraCommand]:
    content = io.BytesIO(f"{package.sha256.lower()}\n".encode())
    # By its digest a package is known to be ours, also when the run ends in between.
    return [
        FileUploadCommand(content, instance.package_digest(package.version)),
        FileUploadCommand(package.source, instance.package(package.version)),
    ]


def _installation(
    package: Package, instance: Instance, products: Sequence[Product], stamp: str
) -> Change | PowerShellCall | str:
    """Return what installs the package, or why it can't be done."""
    if len(products) > 1:
        names = ", ".join(f"{item['name']} {item['version']}" for item in products)
        return f"expected at most one such product, found {names}. Give the whole name of the one that is meant."
    service = current_host.get_fact(Service, service=instance.service)
    file = current_host.get_fact(TextFile, path=instance.configuration)
    if service is None or file is None:
        return "expected to read the server's service and configuration, found an error (above); nothing was changed"
    neighbours = running(current_host, instance.product, instance.service)
    if neighbours is None:
        return "expected to read the services on this product, found an error (above); nothing was changed"
    if products and service["exists"] and file["content"] is not None:
        return _upgrade(package, instance, products[0], file["content"], neighbours, stamp)
    if problem := _stop_problem(instance, service["state"], products, neighbours):
        return problem
    return PowerShellCall(
        "Install-WinPackage",
        {
            "Path": instance.package(package.version),
            "Sha256": package.sha256.lower(),
            "LogPath": f"{instance.installers}/install-{package.version}.log",
            "Properties": changes.properties(instance),
            "StopServices": [instance.service],
            "TimeoutSeconds": INSTALL_TIMEOUT_SECONDS,
        },
    )


def _stop_problem(
    instance: Instance, state: str | None, products: Sequence[Product], neighbours: Neighbours
) -> str | None:
    """Return why services may not be stopped for an installation that nothing would bring them back from."""
    if products and (neighbours.running or neighbours.problems):
        return (
            f"expected this version for a new instance, found {products[0]['version']}, on which other services run "
            f"from {instance.product}. Deploy one of those first, which upgrades them; then run this again."
        )
    if state == "Running":
        return (
            f"expected the service {instance.service} not to run, or on {instance.configuration}, by which its "
            "server could be asked to save, found it Running without. Stop it by hand if its data is on disk or not "
            "wanted: a stop saves nothing."
        )
    return None


def _upgrade(  # noqa: PLR0913, PLR0917  # each is one thing that an upgrade is decided from
    package: Package, instance: Instance, product: Product, configuration: str, neighbours: Neighbours, stamp: str
) -> Change | str:
    if neighbours.problems:
        return " ".join(neighbours.problems)
    former = _kept(instance, product["version"] or "")
    if former is None:
        version = product["version"]
        return (
            f"expected the package of the installed version {version} at {instance.package(version or '')}, to go back "
            f"to when the server does not come up on {package.version}, found none, or another. Deploy {version} once "
            "more, which keeps it; or, without a way back, run tasks/uninstall.py, which leaves the data, and deploy."
        )
    try:
        document = Document.of(configuration)
        endpoint, place = Endpoint.of(document), DataPlace.of(document.words, instance.product)
    except ConfigSyntaxError as error:
        return f"{instance.configuration}: {error}. Mend or remove that line on the host and run again."
    own = Neighbour(instance.service, instance.configuration, endpoint, place)
    aside = f"{instance.backups}/data-of-{former.version}-before-{package.version}-{stamp}"
    members = [_member(instance, own, aside)]
    members += [_member(instance, item, f"{aside}-of-{item.service}") for item in neighbours.running]
    known = tuple(item for item in members if item is not None)
    if len(known) < len(members):
        return "expected to read the services on this product, found an error (above); nothing was changed"
    new = changes.KeptPackage(package.version, instance.package(package.version), package.sha256.lower())
    return changes.upgraded(changes.Upgrade(instance, known, package.product, product["product_code"], former, new))


def _kept(instance: Instance, version: str) -> changes.KeptPackage | None:
    """Return the package of a version that is kept on the host; None when it is not there as its digest says."""
    path = instance.package(version)
    item = current_host.get_fact(Item, path=path, include_hash=True)
    digest = current_host.get_fact(TextFile, path=instance.package_digest(version))
    if item is None or digest is None or digest["content"] is None or item["sha256"] != digest["content"].strip():
        return None
    return changes.KeptPackage(version, path, item["sha256"])


def _member(instance: Instance, found: Neighbour, aside: str) -> changes.Member | None:
    """Return a service of the product as an upgrade meets it; None when it can't be read."""
    service = current_host.get_fact(Service, service=found.service)
    if service is None or service["start_type"] is None:
        return None
    return changes.Member(
        service=found.service,
        configuration=found.configuration,
        server=None if found.endpoint is None else found.endpoint.server(instance.command_line_client),
        place=found.data,
        start_type=service["start_type"],
        is_running=service["state"] != STOPPED,
        aside=aside,
        timeout_seconds=instance.timeout_seconds,
    )


@operation()
def removed(
    product: str, instance: Instance, logs: str, license_file: str | None = None
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that the product and its licence are not there, unless another service uses them.

    + product: display name of the product, with * and ?
    + instance: the server that is removed, whose service does not count. A product in another folder is refused
    + logs: folder on the host, for the installer's log
    + license_file: path of the licence on the host
    """
    with host_settings.turn(current_host):
        yield from settle(instance.product_changes)
        yield from _removed(product, instance, logs, license_file)


def _removed(
    product: str, instance: Instance, logs: str, license_file: str | None
) -> Generator[PyinfraCommand, None, None]:
    subject = f"product {product}"
    found = current_host.get_fact(Products, product=product)
    services = current_host.get_fact(FolderServices, folder=instance.product)
    server = current_host.get_fact(Item, path=instance.program)
    licence = current_host.get_fact(Item, path=license_file) if license_file else None
    if found is None or services is None or server is None:
        yield failure(f"{subject}: its present state could not be read, so nothing was changed")
        return
    names = [f"{item['name']} {item['version']}" for item in found["products"]]
    users = [item["name"] for item in others(services["services"], instance.service)]
    if users:
        _stays(subject, users)
    elif len(names) > 1:
        yield from refuse(
            f"{subject}: expected one product to uninstall, found {', '.join(names)}. Give the whole name of the one "
            "that is meant."
        )
    elif problem := elsewhere_problem(found["products"], instance.product, server):
        yield from refuse(f"{subject}: {problem}")
    else:
        is_licensed = licence is not None and licence["kind"] == "File"
        yield from converge(
            subject,
            {"installed": names, "licence": license_file if is_licensed else None},
            {"installed": [], "licence": None},
            lambda: _removal(product, instance, found["products"], logs, license_file if is_licensed else None),
        )


def _removal(
    product: str, instance: Instance, products: Sequence[Product], logs: str, license_file: str | None
) -> Iterator[PyinfraCommand]:
    if not products:
        yield PowerShellCall("Remove-WinItem", {"Path": license_file})
        return
    (item,) = products
    version = item["version"] or ""
    removal = changes.Removal(
        instance=instance,
        name=f"{item['name']} {version}",
        product=product,
        product_code=item["product_code"],
        version=version,
        kept=_kept(instance, version),
        license_file=license_file,
        logs=logs,
    )
    yield from carry_out(changes.removed(removal))
    # Nobody is left whose changes it could keep apart.
    yield PowerShellCall("Remove-WinItem", {"Path": instance.product_changes, "Recurse": True})


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
