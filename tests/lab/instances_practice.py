"""Two instances on one practice host, and what their servers and Windows say of them."""

from __future__ import annotations

import redis
from lab_practice import CANARY, Practice, Run

from winlab.windows.machine import Machine

INVENTORY = "inventories/lab_instances.py"
SECOND = "Canary-2846-of-the-second-must-not-show"
ENVIRONMENT = {"MEMURAI_LAB_SECOND_PASSWORD": SECOND}
SERVICES = {"cache": "Memurai-cache", "sessions": "Memurai-sessions"}
PORTS = {"cache": 6379, "sessions": 6389}
PASSWORDS = {"cache": CANARY, "sessions": SECOND}
BACKUP = "C:/Backups/Redis"
FOLDER = "C:/ProgramData/Memurai"


def inventory(practice: Practice) -> str:
    """Return the path of the inventory: a test's own, if it wrote one."""
    own = practice.working_folder / "lab_instances.py"
    return str(own) if own.exists() else INVENTORY


def deploy(practice: Practice, *options: str, **environment: str) -> Run:
    """Deploy both instances in one run."""
    return practice.deploy(*options, inventory=inventory(practice), **environment)


def run(practice: Practice, task: str, *options: str, **environment: str) -> Run:
    """Run a task for both instances, or those that --limit names."""
    return practice.run(
        "pyinfra", inventory(practice), f"tasks/{task}.py", "-y", "--json", *options, environment=environment
    )


def ask(practice: Practice, instance: str, *command: str, password: str | None = None) -> str:
    """Return what the server of an instance answers."""
    options = {"port": PORTS[instance], "password": password or PASSWORDS[instance], "decode_responses": True}
    with redis.Redis(host=practice.machine.address, **options) as client:
        answer = client.execute_command(*command)
    return "OK" if answer is True else str(answer)


def write(practice: Practice) -> None:
    """Give each server a key of its own, which is not on disk yet where there is no append-only file."""
    for instance in SERVICES:
        assert ask(practice, instance, "SET", "name", instance) == "OK"


def names(practice: Practice) -> list[str]:
    """Return the keys that the servers hold."""
    return [ask(practice, instance, "GET", "name") for instance in SERVICES]


def processes(machine: Machine) -> list[int]:
    """Return the ids of both servers' processes."""
    return [machine.services.get(name).process_id for name in SERVICES.values()]


def state(machine: Machine) -> list[tuple[str, str]]:
    """Return state and start type of both services."""
    found = [machine.services.get(name) for name in SERVICES.values()]
    return [(service.state, service.settings.start_type) for service in found]


def versions(machine: Machine) -> list[str]:
    """Return the versions of the product."""
    return [product.version for product in machine.products.find("Memurai*")]
