"""A set whose servers and Sentinels take encrypted connections only, with a user for each purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from lab_practice import wait_until
from set_practice import (
    NAMES,
    REPLICATION,
    SENTINEL_CANARY,
    SENTINEL_PORT,
    SET,
    USER_SECRETS,
    PracticeSet,
    practice_set,
)

from winlab.certificates import CertificateAuthority

USERS = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}


class EncryptedSet:
    """Three hosts, the inventory of their set, and who issued their certificates."""

    def __init__(self, hosts: PracticeSet, folder: Path) -> None:
        self.hosts, self.authority = hosts, CertificateAuthority(folder)
        self.inventory = hosts.practice.inventory(**{name: self._data(name) for name in NAMES})

    def _data(self, name: str) -> dict[str, Any]:
        address = self.hosts.practice.lab.machines[name].address
        issued = self.authority.issue(name, address, for_clients=True)
        files = {"ca": self.authority.certificate, "certificate": issued.certificate, "key": issued.key}
        tls = {"enabled": True, **{what: str(path) for what, path in files.items()}}
        return {"memurai_replication": REPLICATION, "memurai_users": USERS, "memurai_tls": tls}

    def deploy(self) -> list[str]:
        """Deploy, which must succeed; return what it changed."""
        command = ("pyinfra", self.inventory, "deploy.py", "-y", "--json")
        run = self.hosts.practice.run(*command, environment=USER_SECRETS)
        assert run.exit_code == 0, run.output
        return run.changed

    def ask(self, name: str, *command: str) -> Any:
        """Return what a Sentinel answers."""
        address = self.hosts.practice.lab.machines[name].address
        access = {"password": SENTINEL_CANARY, "ssl": True, "ssl_ca_certs": str(self.authority.certificate)}
        with redis.Redis(address, SENTINEL_PORT, decode_responses=True, **access) as client:  # type: ignore[arg-type]
            return client.execute_command(*command)  # type: ignore[no-untyped-call]

    def primary(self, asked: str) -> str:
        """Return whom a Sentinel names."""
        return PracticeSet.named(self.ask(asked, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SET)[0])


@pytest.fixture(scope="module")
def encrypted(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[EncryptedSet]:
    """A set that was deployed; at the end no secret has shown."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as hosts:
        found = EncryptedSet(hosts, tmp_path_factory.mktemp("issued"))
        found.deploy()
        yield found
        shown = "\n".join(hosts.practice.outputs)
        assert not [secret for secret in USER_SECRETS.values() if secret in shown]


def test_it_is_whole_and_a_second_run_changes_nothing(encrypted: EncryptedSet) -> None:
    processes = encrypted.hosts.processes()
    assert encrypted.deploy() == []
    assert encrypted.hosts.processes() == processes
    assert {encrypted.primary(name) for name in NAMES} == {"lab1"}
    assert encrypted.ask("lab2", "SENTINEL", "CKQUORUM", SET).startswith("OK 3 usable")


def test_a_failover_costs_no_change(encrypted: EncryptedSet) -> None:
    machine = encrypted.hosts.practice.lab.machines["lab1"]
    machine.services.end_process("Memurai", recover=False)
    wait_until(lambda: encrypted.primary("lab2") != "lab1", "another primary")
    machine.services.start("Memurai")
    wait_until(lambda: len({encrypted.primary(name) for name in NAMES}) == 1, "Sentinels that agree")
    processes = encrypted.hosts.processes()
    assert set(encrypted.deploy()) <= {"Member is whole"}
    assert encrypted.hosts.processes() == processes
    assert encrypted.deploy() == []


def test_encryption_does_not_go_one_member_after_the_other(encrypted: EncryptedSet) -> None:
    plain = encrypted.hosts.inventory(memurai_users=USERS)
    run = encrypted.hosts.practice.run("pyinfra", plain, "deploy.py", "-y", environment=USER_SECRETS)
    assert run.exit_code != 0
    assert "memurai_tls.enabled: expected True, as the set memurai has it, found False" in run.output, run.output
