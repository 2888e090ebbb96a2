"""Practice hosts that are a Sentinel set: on each a server and a Sentinel, deployed as services."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from windows_practice import NETWORK_SERVICE, NETWORK_SERVICE_SID, grant, install, wait_until

from winlab.lab import Lab, LabHost
from winlab.windows.machine import Machine
from winlab.windows.services import RecoveryAction, ServiceSettings

SERVER, SENTINEL = "Memurai", "Memurai-sentinel"
SERVER_PORT, SENTINEL_PORT = 6379, 26379
PORTS = {SERVER: SERVER_PORT, SENTINEL: SENTINEL_PORT}
SET = "main"
BASE = "C:\\ProgramData\\Memurai"
CONFIGURATIONS = {SERVER: f"{BASE}\\config\\memurai-production.conf", SENTINEL: f"{BASE}\\config\\sentinel.conf"}
HOSTS = ("lab1", "lab2", "lab3")
# Of the test process's own, so that several may run at once.
NETWORK, FIRST = f"127.79.{os.getpid() // 80 % 250}", os.getpid() % 80 * 3 + 1
ADDRESSES = {name: f"{NETWORK}.{FIRST + number}" for number, name in enumerate(HOSTS)}
DEADLINE_SECONDS = 120.0


def server_configuration(name: str, *more: str) -> str:
    """Return the configuration of a host's server."""
    return _text(
        SERVER,
        name,
        "save 3600 1",
        "protected-mode no",
        f"replica-announce-ip {ADDRESSES[name]}",
        "repl-diskless-sync-delay 0",
        *more,
    )


def sentinel_configuration(name: str, *more: str) -> str:
    """Return the configuration of a host's Sentinel, before it has rewritten it."""
    return _text(
        SENTINEL,
        name,
        f"sentinel announce-ip {ADDRESSES[name]}",
        f"sentinel monitor {SET} {ADDRESSES['lab1']} {SERVER_PORT} 2",
        f"sentinel down-after-milliseconds {SET} 2000",
        f"sentinel failover-timeout {SET} 1000",
        *more,
    )


def _text(service: str, name: str, *directives: str) -> str:
    address = ADDRESSES[name]
    return "\r\n".join(
        (
            f"bind {address}",
            f"bind-source-addr {address}",
            f"port {PORTS[service]}",
            'dir "C:/ProgramData/Memurai/data"',
            f'logfile "C:/ProgramData/Memurai/logs/{service}.log"',
            *directives,
            "",
        )
    )


def deploy_folders(machine: Machine) -> None:
    """Create the folders, which the services may write: a Sentinel, and CONFIG REWRITE, replace their files."""
    for folder in ("data", "logs", "config"):
        machine.files.make_directory(f"{BASE}\\{folder}")
        grant(machine, f"{BASE}\\{folder}", NETWORK_SERVICE_SID)


def deploy_service(
    machine: Machine, service: str, configuration: str, start_type: Literal["Automatic", "Manual"] = "Automatic"
) -> None:
    """Write a configuration and create the service that runs on it, which starts with Windows unless said otherwise."""
    path = CONFIGURATIONS[service]
    machine.files.write_bytes(path, configuration.encode())
    option = "--sentinel " if service == SENTINEL else ""
    command = f'"C:\\Program Files\\Memurai\\memurai.exe" --service-run --service-name {service} {option}"{path}"'
    recovery = (RecoveryAction("restart", 0),)
    settings = ServiceSettings(
        command, service, account=NETWORK_SERVICE, start_type=start_type, recovery_actions=recovery
    )
    machine.services.create(service, settings)


def ask(name: str, *command: str, port: int = SERVER_PORT) -> Any:
    """Return what a host's server, or Sentinel, answers to a command."""
    options = {"port": port, "decode_responses": True, "socket_timeout": 30, "retry": Retry(NoBackoff(), 0)}
    with redis.Redis(host=ADDRESSES[name], **options) as client:
        return client.execute_command(*command)


def role(name: str) -> str:
    """Return the role of a host's server: master or slave."""
    return str(ask(name, "INFO", "replication")["role"])


def primary(asked: str) -> str:
    """Return which host a host's Sentinel says has the primary."""
    address, _ = ask(asked, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SET, port=SENTINEL_PORT)
    return next(name for name in HOSTS if ADDRESSES[name] == address)


def is_replica(name: str) -> bool:
    """Whether a host's server is a replica in touch with its primary."""
    return bool(ask(name, "INFO", "replication").get("master_link_status") == "up")


def wait_for(condition: Callable[[], object]) -> None:
    """Wait for a condition, or fail; a server that does not answer does not meet it."""

    def holds() -> bool:
        try:
            return bool(condition())
        except redis.RedisError:
            return False

    wait_until(holds, DEADLINE_SECONDS)


def hurry(name: str) -> None:
    """Have a host's Sentinel, until it ends, say and ask every fifth of a second what takes seconds else."""
    ask(name, "SENTINEL", "DEBUG", "PUBLISH-PERIOD", "200", "INFO-PERIOD", "200", port=SENTINEL_PORT)


def is_whole() -> bool:
    """Whether all Sentinels agree, know each other and all servers, and the servers are what they say."""
    agreed = set(map(primary, HOSTS))
    return len(agreed) == 1 and all(map(_knows_all, HOSTS)) and all(map(is_replica, set(HOSTS) - agreed))


def _knows_all(name: str) -> bool:
    state = ask(name, "SENTINEL", "MASTER", SET, port=SENTINEL_PORT)
    replicas = ask(name, "SENTINEL", "REPLICAS", SET, port=SENTINEL_PORT)
    links = [replica["master-link-status"] for replica in replicas]
    return (state["flags"], int(state["num-other-sentinels"]), links) == ("master", 2, ["ok", "ok"])


@contextmanager
def sentinel_set(folder: Path, *, own_network: bool) -> Iterator[Lab]:
    """Give a lab of three hosts that are a set, on a network of its own if asked for."""
    hosts = [LabHost(name, ADDRESSES[name], "Administrator", "word") for name in HOSTS]
    with Lab(hosts, directory=folder / "lab", own_network=own_network) as lab:
        for name, machine in lab.machines.items():
            install(machine, folder)
            deploy_folders(machine)
            replicaof = [] if name == "lab1" else [f"replicaof {ADDRESSES['lab1']} {SERVER_PORT}"]
            deploy_service(machine, SERVER, server_configuration(name, *replicaof))
            deploy_service(machine, SENTINEL, sentinel_configuration(name))
            machine.services.boot()
            hurry(name)
        wait_for(is_whole)
        yield lab
