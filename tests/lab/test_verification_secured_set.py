"""Verification of a set whose members have users and encrypted connections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from set_practice import NAMES, REPLICATION, practice_set
from verification_practice import assert_all_proven

from winlab.certificates import CertificateAuthority

USERS = ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA")


def test_members_with_users_and_encryption_are_proven(variables: dict[str, str], tmp_path: Path) -> None:
    passwords = {f"MEMURAI_{user}_PASSWORD": f"Canary-{user.lower()}-5117-must-not-show" for user in USERS}
    with practice_set({**variables, **passwords}, tmp_path) as hosts:
        authority = CertificateAuthority(tmp_path)
        data = {name: _secured(authority, name, hosts.practice.lab.machines[name].address) for name in NAMES}
        inventory = hosts.practice.inventory(**data)
        hosts.deploy(inventory=inventory)
        assert_all_proven(hosts, inventory)
        assert not [password for password in passwords.values() if password in "\n".join(hosts.practice.outputs)]


def _secured(authority: CertificateAuthority, name: str, address: str) -> dict[str, Mapping[str, object]]:
    issued = authority.issue(name, address, for_clients=True)
    files = {"ca": authority.certificate, "certificate": issued.certificate, "key": issued.key}
    return {
        "memurai_replication": REPLICATION,
        "memurai_users": {"enabled": True, "sentinel": "sentinel", "replica": "replica"},
        "memurai_tls": {"enabled": True, **{what: str(path) for what, path in files.items()}},
    }
