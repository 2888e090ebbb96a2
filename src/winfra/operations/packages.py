"""Windows Installer packages."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path, PureWindowsPath

from pyinfra import host
from pyinfra.api import FileUploadCommand, operation
from pyinfra.api.command import PyinfraCommand

from winfra.call import PowerShellCall
from winfra.exceptions import PackageError
from winfra.facts.packages import Product, Products, ProductsState
from winfra.msi import product_version
from winfra.operations.shape import converge, refuse

INSTALL_TIMEOUT_SECONDS = 1800


@operation()
def msi(  # noqa: PLR0913  # a package is pinned by all of these
    source: str,
    *,
    product: str,
    version: str,
    sha256: str,
    directory: str,
    properties: Mapping[str, str] | None = None,
    stop_services: Sequence[str] = (),
    present: bool = True,
) -> Generator[PyinfraCommand, None, None]:
    """Ensure that exactly one version of a product is installed, from a package on this machine, or that none is.

    + source: the .msi file on this machine
    + product: display name of the product, with * and ?
    + version: the version that shall be installed, and the package's own; an older one that is found is upgraded
    + sha256: of the package; checked here and again on the host before it runs
    + directory: folder on the host for the package while it installs, and for the installer's log; it must exist and
      should be writable for administrators only
    + properties: public properties of the package, e.g. INSTALLFOLDER
    + stop_services: services to stop first, because they hold the product's files
    + present: False: the product is uninstalled, whatever its version; the package itself is not needed for that

    **Example:**

    .. code:: python

        packages.msi(
            name="Memurai 4.1.2", source="packages/Memurai-Developer-v4.1.2.msi", product="Memurai*", version="4.1.2",
            sha256="11d009c8...", directory="C:/ProgramData/Memurai/install", stop_services=["Memurai"],
        )
    """
    found = host.get_fact(Products, product=product)
    if not present:
        yield from _removal(product, found, directory=directory, stop_services=stop_services)
        return
    installed = None if found is None else [item["version"] or "(unknown)" for item in found["products"]]
    if installed is not None and [comparable(item) for item in installed] != [comparable(version)]:
        problem = pinned_problem(Path(source), sha256, version) or downgrade_problem(version, installed)
        if problem:
            yield from refuse(f"{product} {version}: {problem}")
            return
    yield from converge(
        f"product {product}",
        None if installed is None else {"version": [_as_desired(item, version) for item in installed]},
        {"version": [version]},
        lambda: _install(
            source,
            version=version,
            sha256=sha256,
            directory=directory,
            properties=properties or {},
            stop_services=stop_services,
        ),
    )


def _install(  # noqa: PLR0913  # as the operation
    source: str,
    *,
    version: str,
    sha256: str,
    directory: str,
    properties: Mapping[str, str],
    stop_services: Sequence[str],
) -> Generator[PyinfraCommand, None, None]:
    package = str(PureWindowsPath(directory) / Path(source).name)
    parameters = {
        "Path": package,
        "Sha256": sha256.lower(),
        "LogPath": str(PureWindowsPath(directory) / f"install-{version}.log"),
        "Properties": [f"{key}={value}" for key, value in properties.items()],
        "StopServices": list(stop_services),
        "TimeoutSeconds": INSTALL_TIMEOUT_SECONDS,
    }
    yield FileUploadCommand(source, package)
    yield PowerShellCall("Install-WinPackage", parameters)
    yield PowerShellCall("Remove-WinItem", {"Path": package})


def _removal(
    product: str, found: ProductsState | None, *, directory: str, stop_services: Sequence[str]
) -> Generator[PyinfraCommand, None, None]:
    products = [] if found is None else found["products"]
    names = [f"{item['name']} {item['version']}" for item in products]
    if len(products) > 1:
        yield from refuse(
            f"product {product}: expected one product to uninstall, found {', '.join(names)}. Give the whole name of "
            "the one that is meant."
        )
        return
    yield from converge(
        f"product {product}",
        None if found is None else {"installed": names},
        {"installed": []},
        lambda: [_uninstallation(item, directory, stop_services) for item in products],
    )


def _uninstallation(product: Product, directory: str, stop_services: Sequence[str]) -> PowerShellCall:
    log = PureWindowsPath(directory) / f"uninstall-{product['version'] or 'unknown'}.log"
    return PowerShellCall(
        "Uninstall-WinPackage",
        {
            "ProductCode": product["product_code"],
            "LogPath": str(log),
            "StopServices": list(stop_services),
            "TimeoutSeconds": INSTALL_TIMEOUT_SECONDS,
        },
    )


def pinned_problem(source: Path, sha256: str, version: str) -> str | None:
    """Return why a package on this machine must not be installed, None when it is what all of its pin says."""
    return package_problem(source, sha256) or version_problem(source, version)


def package_problem(source: Path, sha256: str) -> str | None:
    """Return what is wrong with a package on this machine, None when it is the pinned file."""
    if not source.is_file():
        return f"expected the package {source} on this machine, found none. Put it there and run again."
    with source.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256.lower():
        return (
            f"expected {source} to have SHA-256 {sha256.lower()}, found {found}. Do not install it: get the package "
            "again, or pin the new hash when the change is intended."
        )
    return None


def version_problem(source: Path, version: str) -> str | None:
    """Return how the version of a package on this machine differs from the pinned one, None when it does not.

    Another version than the pinned one would be installed again by each run.
    """
    try:
        found = product_version(source)
    except PackageError as error:
        return f"{source}: {error}. Get the package again, and pin its hash."
    if comparable(found) != comparable(version):
        return (
            f"expected version {version} in {source}, found {found}. Pin {found} if this is the package that is meant, "
            f"or else name that of {version}."
        )
    return None


def downgrade_problem(version: str, installed: Iterable[str]) -> str | None:
    """Return why a version can't take the place of the installed ones: one of them is newer. None when none is."""
    newer = [found for found in installed if _numbers(found) > _numbers(version)]
    if not newer:
        return None
    return (
        f"expected {version} or an older version to be installed, found {', '.join(newer)}: Windows Installer puts no "
        f"version in the place of a newer one. Pin {newer[0]} to keep it, or uninstall it first."
    )


def _numbers(version: str) -> tuple[int, ...]:
    parts = comparable(version)
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def comparable(version: str) -> tuple[str, ...]:
    """Return a version in a form in which 4.1.2 and 4.1.2.0 are the same."""
    parts = version.split(".")
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return tuple(parts)


def _as_desired(found: str, desired: str) -> str:
    return desired if comparable(found) == comparable(desired) else found
