"""A whole set on practice hosts: three servers, three Sentinels, and pyinfra's own command line to work on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from tempfile import mkdtemp
from typing import Any

import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run, practice_hosts, wait_until

INVENTORY = "inventories/lab_sentinel.py"
SENTINEL_CANARY = "Canary-sentinel-8460-must-not-show"
# Of memurai_users, where a set has users.
ROLES = ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA")
USER_SECRETS = {f"MEMURAI_{role}_PASSWORD": f"Canary-{role.lower()}-8460-one-of-users-must-not-show" for role in ROLES}
NAMES = ("lab1", "lab2", "lab3")
SERVER_PORT, SENTINEL_PORT = 6379, 26379
SET = "memurai"
# As inventories/lab_sentinel.py has it.
REPLICATION = {
    "enabled": True,
    "first_primary": "lab1",
    "sentinel_password": "env:MEMURAI_LAB_SENTINEL_PASSWORD",
    "down_after_milliseconds": 2000,
}


# deploy.py without what asks the other members: one host alone is no set.
ONE_MEMBER = """
from pyinfra import local

for task in ("survey", "storage", "install", "certificates", "configure", "service", "jobs", "verify"):
    local.include(f"tasks/{task}.py")
"""


def deploy_of_one_member(practice: Practice) -> str:
    """Return the path of what deploys a host as a member, but neither its role nor its Sentinel."""
    path = practice.working_folder / "one_member.py"
    path.write_text(ONE_MEMBER)
    return str(path)


class PracticeSet:
    """Three hosts, and what they answer.

    practice: the hosts, and pyinfra. default: the inventory where a test names none.
    """

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.password, self.sentinel_password = CANARY, SENTINEL_CANARY
        self.default = INVENTORY

    def run(self, *command: str, inventory: str | None = None) -> Run:
        """Run pyinfra's command line on the set."""
        return self.practice.run("pyinfra", inventory or self.default, *command)

    def deploy(self, *options: str, inventory: str | None = None) -> list[str]:
        """Deploy, which must succeed; return what it changed."""
        run = self.run("deploy.py", "-y", "--json", *options, inventory=inventory)
        assert run.exit_code == 0, run.output
        return run.changed

    def inventory(self, replication: Mapping[str, object] | None = None, **groups: Mapping[str, object]) -> str:
        """Return an inventory of its own with more settings, for all hosts."""
        more = {"memurai_replication": {**REPLICATION, **(replication or {})}, **groups}
        written = self.practice.inventory(**dict.fromkeys(NAMES, more))
        # The file's name is that of the group.
        return str(copy(written, mkdtemp(dir=self.practice.working_folder)))

    def ask(self, name: str, *command: str, port: int = SERVER_PORT) -> Any:
        """Return what a server answers, or the Sentinel beside it."""
        password = self.password if port == SERVER_PORT else self.sentinel_password
        address = self.practice.lab.machines[name].address
        with redis.Redis(address, port, password=password, decode_responses=True, socket_timeout=5) as client:
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def file(self, name: str) -> str:
        """Return a server's configuration as it stands on its host."""
        files = self.practice.lab.machines[name].files
        return files.local_path("C:/ProgramData/Memurai/config/memurai-production.conf").read_text()

    def value(self, name: str, directive: str) -> str:
        """Return what a running server has of a directive."""
        return str(self.ask(name, CONFIG_COMMAND, "GET", directive)[directive])

    def role(self, name: str) -> str:
        """Return whom a server follows, or that it is the primary."""
        role, *rest = self.ask(name, "ROLE")
        return "primary" if role == "master" else f"of {self.named(str(rest[0]))}"

    @staticmethod
    def named(address: str) -> str:
        """Return the host that has an address."""
        return f"lab{address.rpartition('.')[2]}"

    def primary(self, asked: str = "lab1") -> str:
        """Return whom a Sentinel names."""
        address, _ = self.ask(asked, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SET, port=SENTINEL_PORT)
        return self.named(address)

    def roles(self) -> dict[str, str]:
        return {name: self.role(name) for name in NAMES}

    def processes(self) -> dict[str, int | None]:
        """Return the processes of all servers and Sentinels."""
        services = ("Memurai", "Memurai-Sentinel")
        machines = self.practice.lab.machines
        return {
            f"{service} of {name}": machines[name].services.get(service).process_id
            for name in NAMES
            for service in services
        }

    @staticmethod
    def expected_roles(primary: str) -> dict[str, str]:
        """Return the roles of all when all follow a primary."""
        return {name: "primary" if name == primary else f"of {primary}" for name in NAMES}

    def settled(self) -> str:
        """Return the primary, once all Sentinels name it and all follow it."""

        def agrees() -> bool:
            named = {self.primary(name) for name in NAMES}
            return len(named) == 1 and self.roles() == self.expected_roles(named.pop())

        wait_until(agrees, "a set whose members agree")
        return self.primary()

    def wait_until_following(self, primary: str) -> None:
        """Wait until all follow a primary, and all Sentinels name it."""
        wait_until(lambda: self.roles() == self.expected_roles(primary), f"replicas of {primary}")
        wait_until(lambda: {self.primary(name) for name in NAMES} == {primary}, f"Sentinels that name {primary}")


@contextmanager
def practice_set(
    variables: Mapping[str, str], folder: Path, *, count: int = len(NAMES), own_network: bool = False
) -> Iterator[PracticeSet]:
    """Give bare hosts, the members and perhaps more; at the end no secret has shown."""
    variables = {**variables, "MEMURAI_LAB_SENTINEL_PASSWORD": SENTINEL_CANARY}
    for practice in practice_hosts(count, variables, folder, own_network=own_network):
        yield PracticeSet(practice)
        shown = "\n".join(practice.outputs)
        assert not [secret for secret in (CANARY, CONFIG_COMMAND, SENTINEL_CANARY) if secret in shown]
