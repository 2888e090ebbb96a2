"""The environment variables by which a deploy finds the practice hosts and their stand-in package."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path

from winlab.exceptions import WinlabError
from winlab.inventory import HOSTS_VARIABLE, NETWORK_VARIABLE
from winlab.lab import ca_bundle_path
from winlab.package import build

DEFAULT_PACKAGE_VERSION = "4.2.2"

_PACKAGE, _PACKAGE_VERSION, _PACKAGE_SHA256 = "WINLAB_PACKAGE", "WINLAB_PACKAGE_VERSION", "WINLAB_PACKAGE_SHA256"
_SECRET_BYTES = 24


def lab_variables(directory: Path, hosts: int | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a lab.

    Those set already keep their values, but for WINLAB_CA_BUNDLE: every lab has a certificate authority of its own.

    Args:
        directory: the lab's folder; the stand-in package is built there.
        hosts: how many hosts were asked for, None when the inventory decides.
        environment: the environment so far.

    Raises:
        WinlabError: the variables of the package contradict each other.
    """
    variables = {
        "WINLAB_PASSWORD": environment.get("WINLAB_PASSWORD") or secrets.token_urlsafe(_SECRET_BYTES),
        "WINLAB_CA_BUNDLE": str(ca_bundle_path(directory)),
        **_package(directory, environment),
        "MEMURAI_LAB_PASSWORD": environment.get("MEMURAI_LAB_PASSWORD") or secrets.token_urlsafe(_SECRET_BYTES),
        # Of the second instance in inventories/lab_instances.py.
        "MEMURAI_LAB_SECOND_PASSWORD": environment.get("MEMURAI_LAB_SECOND_PASSWORD")
        or secrets.token_urlsafe(_SECRET_BYTES),
        # Of the set in inventories/lab_sentinel.py.
        "MEMURAI_LAB_SENTINEL_PASSWORD": environment.get("MEMURAI_LAB_SENTINEL_PASSWORD")
        or secrets.token_urlsafe(_SECRET_BYTES),
        "MEMURAI_LAB_CONFIG_COMMAND": environment.get("MEMURAI_LAB_CONFIG_COMMAND")
        or f"CONFIG_{secrets.token_hex(8).upper()}",
    }
    # By these an inventory decides how many hosts there are and where: another terminal must find the same ones.
    shape = {HOSTS_VARIABLE: str(hosts or environment.get(HOSTS_VARIABLE) or "")}
    shape[NETWORK_VARIABLE] = environment.get(NETWORK_VARIABLE, "")
    return {**{name: value for name, value in shape.items() if value}, **variables}


def _package(directory: Path, environment: Mapping[str, str]) -> dict[str, str]:
    given = environment.get(_PACKAGE)
    version = environment.get(_PACKAGE_VERSION)
    if given:
        path = Path(given)
        _check_given(path, version)
    else:
        version = version or DEFAULT_PACKAGE_VERSION
        path = build(version, directory / f"memurai-{version}.msi")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        _PACKAGE: str(path),
        _PACKAGE_VERSION: version or "",
        _PACKAGE_SHA256: (given and environment.get(_PACKAGE_SHA256)) or digest,
    }


def _check_given(path: Path, version: str | None) -> None:
    if not path.is_file():
        raise WinlabError(
            f"{_PACKAGE} names {path}, and there is no such file. Unset it to have winlab build its stand-in package."
        )
    if not version:
        raise WinlabError(f"{_PACKAGE} is set, so {_PACKAGE_VERSION} must say that package's version; it is not set.")
