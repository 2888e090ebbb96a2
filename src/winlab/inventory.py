"""The hosts of a pyinfra inventory, as practice hosts."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from winlab.exceptions import WinlabError
from winlab.lab import LabHost
from winlab.wsman import HTTP_PORT, HTTPS_PORT

CONNECTOR_PREFIX = "@winrm/"
HOSTS_VARIABLE, NETWORK_VARIABLE = "WINLAB_HOSTS", "WINLAB_NETWORK"

_ENVIRONMENT_PREFIX = "env:"
_TIMEOUT_SECONDS = 120


def read_hosts(inventory: Path, environment: Mapping[str, str], expected: int | None = None) -> list[LabHost]:
    """Return the hosts of an inventory, as pyinfra itself reads it.

    Args:
        inventory: path of the inventory.
        environment: the environment to read it in; passwords of the form env:NAME are looked up there.
        expected: how many practice hosts there must be, None for any number.

    Several hosts of the inventory at one address are one practice host, of the first one's name: instances of a
    server on one machine.

    Raises:
        WinlabError: pyinfra can't read it, a host is no practice host, or hosts at one address have other accounts.
    """
    entries = _debug_inventory(inventory, environment)
    hosts = _merged([practice_host(entry["name"], entry["data"], environment) for entry in entries])
    if expected is not None and len(hosts) != expected:
        raise WinlabError(
            f"Expected {expected} hosts (--hosts), found {len(hosts)} in {inventory}. An inventory says itself how "
            f"many hosts it has: let it read the environment variable {HOSTS_VARIABLE}, which --hosts sets, or leave "
            "out --hosts."
        )
    if not hosts:
        raise WinlabError(f"Expected at least one host named {CONNECTOR_PREFIX}NAME, found none in {inventory}.")
    return hosts


def practice_host(name: str, data: Mapping[str, Any], environment: Mapping[str, str]) -> LabHost:
    """Return the practice host an inventory's host stands for.

    Args:
        name: the host's name, @winrm/NAME.
        data: the host's data: winrm_hostname, winrm_user, winrm_password, perhaps winrm_port.
        environment: where passwords of the form env:NAME are looked up.

    Raises:
        WinlabError: it is not reached by WinRM, not at a loopback address, at another port, or lacks something.
    """
    if not name.startswith(CONNECTOR_PREFIX):
        raise WinlabError(
            f"Expected hosts named {CONNECTOR_PREFIX}NAME, found {name!r}: winlab can only stand in for Windows hosts "
            "that are reached over WinRM. Use an inventory of practice hosts."
        )
    short_name = name.removeprefix(CONNECTOR_PREFIX)
    _refuse_other_ports(name, data.get("winrm_port"))
    return LabHost(
        name=short_name,
        address=_loopback_address(name, str(data.get("winrm_hostname") or short_name)),
        user=_text(name, data, "winrm_user"),
        password=_password(name, _text(name, data, "winrm_password"), environment),
    )


def _merged(hosts: list[LabHost]) -> list[LabHost]:
    by_address: dict[str, LabHost] = {}
    for host in hosts:
        first = by_address.setdefault(host.address, host)
        if (first.user, first.password) != (host.user, host.password):
            raise WinlabError(
                f"Expected {first.name} and {host.name}, which are both at {host.address}, to have one winrm_user and "
                "winrm_password, found different ones. Give both the same, or another address to one of them."
            )
    return list(by_address.values())


def _debug_inventory(inventory: Path, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    if not inventory.is_file():
        raise WinlabError(
            f"There is no inventory at {inventory}. Run winlab from the project's folder, or name one with --inventory."
        )
    command = [sys.executable, "-m", "pyinfra", str(inventory), "debug-inventory", "--json"]
    try:
        result = subprocess.run(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WinlabError(
            f"pyinfra did not read the inventory {inventory} within {_TIMEOUT_SECONDS} seconds. Look at what it waits "
            f"for: pyinfra {inventory} debug-inventory"
        ) from error
    if result.returncode != 0:
        raise WinlabError(
            f"pyinfra could not read the inventory {inventory} (exit code {result.returncode}):\n"
            f"{result.stderr.strip()}"
        )
    hosts: list[dict[str, Any]] = json.loads(result.stdout)
    return hosts


def _loopback_address(name: str, hostname: str) -> str:
    try:
        address = ipaddress.IPv4Address(hostname)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise WinlabError(
            f"The host {name} has winrm_hostname {hostname!r}; expected an address such as 127.77.0.1. winlab starts "
            "its hosts on this machine only, so that a practice run can never reach a real server: every host of the "
            "inventory must have a loopback address (127.0.0.0/8) of its own."
        )
    return str(address)


def _refuse_other_ports(name: str, port: object) -> None:
    if port is not None and port not in (HTTP_PORT, HTTPS_PORT):
        raise WinlabError(
            f"The host {name} has winrm_port {port!r}; practice hosts listen on {HTTP_PORT} (HTTP) and {HTTPS_PORT} "
            "(HTTPS) of their own address. Remove winrm_port."
        )


def _text(name: str, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise WinlabError(f"The host {name} has no {key}; set it to a text in the inventory or in its group data.")
    return value


def _password(name: str, source: str, environment: Mapping[str, str]) -> str:
    if not source.startswith(_ENVIRONMENT_PREFIX):
        return source
    variable = source.removeprefix(_ENVIRONMENT_PREFIX)
    password = environment.get(variable)
    if not password:
        raise WinlabError(
            f"The winrm_password of {name} is in the environment variable {variable}, which is not set. Set it, or use "
            "env:WINLAB_PASSWORD, which winlab sets."
        )
    return password
