"""The password by which a set's member is let in by its primary: it changes before the former one is dropped."""

from __future__ import annotations

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run
from redis.backoff import NoBackoff
from redis.retry import Retry
from set_practice import deploy_of_one_member

FILE = "ProgramData/Memurai/config/memurai-production.conf"
SECRETS = {
    "MEMURAI_APPLICATION_PASSWORD": "Canary-app-1-must-not-show",
    "MEMURAI_BACKUP_PASSWORD": "Canary-backup-1-must-not-show",
    "MEMURAI_MONITORING_PASSWORD": "Canary-monitoring-1-must-not-show",
    "MEMURAI_SENTINEL_PASSWORD": "Canary-sentinel-1-must-not-show",
    "MEMURAI_REPLICA_PASSWORD": "Canary-replica-1-must-not-show",
    "MEMURAI_REPLICATION_SENTINEL_PASSWORD": "Canary-sentinels-1-must-not-show",
}
NEW_PASSWORD = "Canary-8265-another-must-not-show"
NEW_OF_REPLICA = "Canary-replica-2-must-not-show"
# There is no replica here, without which a member takes no writes.
SET = {"enabled": True, "first_primary": "lab1", "min_replicas_to_write": 0}
USERS = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}
DROP_OLD = ("--data", "drop_password=old")


def run(practice: Practice, users: dict[str, object], *command: str, **environment: str) -> Run:
    inventory = practice.inventory(lab1={"memurai_replication": SET, "memurai_users": users})
    done = practice.run("pyinfra", inventory, *command, "-y", "--json", environment={**SECRETS, **environment})
    assert not [secret for secret in (*SECRETS.values(), NEW_PASSWORD, NEW_OF_REPLICA) if secret in done.output]
    return done


def deploy(practice: Practice, users: dict[str, object], **environment: str) -> Run:
    return run(practice, users, deploy_of_one_member(practice), **environment)


def rotate(practice: Practice, users: dict[str, object], *options: str, **environment: str) -> Run:
    return run(practice, users, "tasks/rotate_password.py", "--diff", *options, **environment)


def given(practice: Practice, user: str | None, password: str) -> tuple[str, str]:
    """Return the password for the primary, as the running server and its file have it."""
    address = practice.machine.address
    with redis.Redis(
        host=address, username=user, password=password, decode_responses=True, retry=Retry(NoBackoff(), 0)
    ) as client:
        live = client.execute_command(CONFIG_COMMAND, "GET", "masterauth")["masterauth"]
    text = (practice.machine.root / "C:" / FILE).read_text()
    line = next(line for line in text.splitlines() if line.startswith("masterauth "))
    return live, line.split()[1].strip('"')


def succeed(done: Run) -> list[str]:
    assert done.exit_code == 0, done.output
    return done.changed


@pytest.fixture(scope="module")
def member(deployed: Practice) -> Practice:
    succeed(deploy(deployed, {}))
    assert given(deployed, None, CANARY) == (CANARY, CANARY)
    return deployed


def test_one_password_for_all(member: Practice) -> None:
    new = {"MEMURAI_LAB_PASSWORD": NEW_PASSWORD}
    early = rotate(member, {}, *DROP_OLD, **new)
    assert (early.exit_code, given(member, None, CANARY)) == (1, (CANARY, CANARY))
    succeed(rotate(member, {}, **new))
    assert given(member, None, CANARY) == (CANARY, CANARY)
    assert succeed(deploy(member, {}, **new)) == []
    succeed(rotate(member, {}, *DROP_OLD, **new))
    assert given(member, None, NEW_PASSWORD) == (NEW_PASSWORD, NEW_PASSWORD)
    assert succeed(rotate(member, {}, *DROP_OLD, **new)) == []
    assert succeed(deploy(member, {}, **new)) == []
    # And back, for the other test of this module.
    succeed(rotate(member, {}))
    succeed(rotate(member, {}, *DROP_OLD))
    assert given(member, None, CANARY) == (CANARY, CANARY)


def test_the_replicas_have_a_user(member: Practice) -> None:
    old, new = SECRETS["MEMURAI_REPLICA_PASSWORD"], {"MEMURAI_REPLICA_PASSWORD": NEW_OF_REPLICA}
    # Users take a restart, for which a member of a set would wait until the rest of it is whole.
    alone = member.inventory(lab1={"memurai_users": USERS})
    succeed(member.run("pyinfra", alone, deploy_of_one_member(member), "-y", "--json", environment=SECRETS))
    succeed(deploy(member, USERS))
    assert given(member, "administrator", CANARY) == (old, old)
    early = rotate(member, USERS, *DROP_OLD, **new)
    assert (early.exit_code, given(member, "administrator", CANARY)) == (1, (old, old))
    succeed(rotate(member, USERS, **new))
    assert given(member, "administrator", CANARY) == (old, old)
    assert succeed(deploy(member, USERS, **new)) == []
    succeed(rotate(member, USERS, *DROP_OLD, **new))
    assert given(member, "administrator", CANARY) == (NEW_OF_REPLICA, NEW_OF_REPLICA)
    assert succeed(rotate(member, USERS, *DROP_OLD, **new)) == []
    succeed(run(member, USERS, "tasks/rollback.py", "--data", "rollback_to=previous", **new))
    assert given(member, "administrator", CANARY) == (NEW_OF_REPLICA, NEW_OF_REPLICA)
