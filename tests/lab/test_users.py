"""Users with the rights each needs, on a real server: made, changed and given other passwords without a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, Practice, Run, snapshot, wait_until
from redis.backoff import NoBackoff
from redis.retry import Retry

from winlab.windows.machine import Machine

USERS_FILE = "ProgramData/Memurai/config/users.acl"
TASK = ("pyinfra", "tasks/rotate_password.py")
SECRETS = {
    "MEMURAI_APPLICATION_PASSWORD": "Canary-app-1-must-not-show",
    "MEMURAI_BACKUP_PASSWORD": "Canary-backup-1-must-not-show",
    "MEMURAI_MONITORING_PASSWORD": "Canary-monitoring-1-must-not-show",
    "MEMURAI_SENTINEL_PASSWORD": "Canary-sentinel-1-must-not-show",
}
NEW_PASSWORD = "Canary-app-2-must-not-show"
NEW_ADMINISTRATOR = "Canary-7391-another-must-not-show"
USERS = {"enabled": True, "sentinel": "sentinel"}


def client(machine: Machine, user: str | None, password: str) -> redis.Redis:
    return redis.Redis(
        host=machine.address, username=user, password=password, decode_responses=True, retry=Retry(NoBackoff(), 0)
    )


def administrator(machine: Machine, password: str = CANARY) -> redis.Redis:
    return client(machine, "administrator", password)


def application(machine: Machine, password: str = SECRETS["MEMURAI_APPLICATION_PASSWORD"]) -> redis.Redis:
    return client(machine, "application", password)


def deploy(practice: Practice, *options: str, users: dict[str, object], **environment: str) -> Run:
    inventory = practice.inventory(lab1={"memurai_users": users})
    return practice.deploy("--json", *options, inventory=inventory, **{**SECRETS, **environment})


def plan(practice: Practice, users: dict[str, object], **environment: str) -> Run:
    inventory = practice.inventory(lab1={"memurai_users": users})
    command = ("pyinfra", inventory, "deploy.py", "--dry", "--diff")
    return practice.run(*command, environment={**SECRETS, **environment})


def rotate(practice: Practice, *options: str, **environment: str) -> Run:
    inventory = practice.inventory(lab1={"memurai_users": USERS})
    command = ("pyinfra", inventory, "tasks/rotate_password.py", "-y", "--json", "--diff", *options)
    return practice.run(*command, environment={**SECRETS, **environment})


def refusal(connection: redis.Redis, *command: str) -> str:
    with pytest.raises(redis.ResponseError) as error:
        connection.execute_command(*command)
    return str(error.value)


@pytest.fixture(scope="module")
def with_users(deployed: Practice) -> Practice:
    """The host, which was deployed with one password for all, with users and the data it had."""
    before = client(deployed.machine, None, CANARY)
    before.set("kept", "through the change")
    planned = plan(deployed, USERS)
    assert planned.exit_code == 0, planned.output
    assert "+ application on" in planned.output
    # Nothing was left, so nothing is said of it.
    assert "left by a run" not in planned.output
    assert not (deployed.machine.root / "C:" / USERS_FILE).exists()
    done = deploy(deployed, users=USERS)
    assert done.exit_code == 0, done.output
    assert {"Users", "Configuration"} <= set(done.changed)
    return deployed


@pytest.fixture
def machine(with_users: Practice) -> Machine:
    return with_users.machine


@contextmanager
def writing(connection: redis.Redis) -> Iterator[None]:
    """Write all the time on one connection; fail at the end when a write failed or the connection was another."""
    stop, failures, written = threading.Event(), [], []
    begun = connection.client_id()

    def write() -> None:
        while not stop.is_set():
            try:
                written.append(connection.incr("written"))
            except redis.RedisError as error:
                failures.append(repr(error))
            stop.wait(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: bool(written or failures), "a first write")
        yield
    finally:
        stop.set()
        writer.join()
    assert not failures, failures[:3]
    assert connection.client_id() == begun


def test_each_user_may_do_what_it_needs_and_no_more(machine: Machine) -> None:
    app = application(machine)
    assert app.get("kept") == "through the change"
    assert app.eval("return redis.call('INCR', KEYS[1])", 1, "counted") == 1
    assert app.info("server")["redis_version"]
    assert "unknown command" in refusal(app, "FLUSHALL")
    for command in (("ACL", "LIST"), ("SHUTDOWN",), ("MONITOR",), (CONFIG_COMMAND, "GET", "*")):
        assert "no permissions" in refusal(app, *command)
    backup = client(machine, "backup", SECRETS["MEMURAI_BACKUP_PASSWORD"])
    assert backup.info("persistence")["rdb_last_bgsave_status"] == "ok"
    assert "no permissions" in refusal(backup, "GET", "kept")
    monitoring = client(machine, "monitoring", SECRETS["MEMURAI_MONITORING_PASSWORD"])
    assert monitoring.slowlog_len() >= 0
    assert monitoring.info("memory")["maxmemory"]
    assert "no permissions" in refusal(monitoring, CONFIG_COMMAND, "GET", "requirepass")
    assert "no permissions" in refusal(monitoring, "GET", "kept")
    sentinel = client(machine, "sentinel", SECRETS["MEMURAI_SENTINEL_PASSWORD"])
    assert sentinel.execute_command("ROLE")[0] == "master"
    assert "no permissions" in refusal(sentinel, "SET", "a", "b")


def test_nobody_is_the_default_user(machine: Machine) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=machine.address).ping()
    with pytest.raises(redis.AuthenticationError):
        client(machine, None, CANARY).ping()


def test_disabled_and_renamed_commands_are_so_for_the_administrator_too(machine: Machine) -> None:
    boss = administrator(machine)
    assert "unknown command" in refusal(boss, "KEYS", "*")
    assert "unknown command" in refusal(boss, "CONFIG", "GET", "maxmemory")
    assert boss.execute_command(CONFIG_COMMAND, "GET", "maxmemory")


def test_the_acl_file_holds_no_password(machine: Machine) -> None:
    content = (machine.root / "C:" / USERS_FILE).read_bytes()
    assert CANARY.encode() not in content
    assert not [secret for secret in SECRETS.values() if secret.encode() in content]
    assert content.startswith(b"user default off")


def test_a_second_run_changes_nothing(with_users: Practice) -> None:
    again = deploy(with_users, users=USERS)
    assert (again.exit_code, again.changed) == (0, []), again.output


def verify(practice: Practice, *options: str) -> Run:
    inventory = practice.inventory(lab1={"memurai_users": USERS})
    command = ("pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "--inventory", inventory, *options)
    return practice.run(*command, environment=SECRETS)


def test_verification_passes(with_users: Practice) -> None:
    checked = verify(with_users)
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize("user", ["monitoring", "backup"])
def test_verification_names_a_right_too_many_and_does_not_use_it(
    with_users: Practice, machine: Machine, user: str
) -> None:
    """A user that may write after all has written nothing when the verification has failed."""
    boss = administrator(machine)
    boss.execute_command("ACL", "SETUSER", user, "+@all", "~*")
    keys = boss.dbsize()
    checked = verify(with_users, "-k", "test_users")
    assert boss.dbsize() == keys
    assert checked.exit_code == 1, checked.output
    assert f"{user} may SET" in checked.output
    mended = deploy(with_users, users=USERS)
    assert (mended.exit_code, mended.changed) == (0, ["Users"]), mended.output


def test_other_rights_come_without_a_restart_and_connections_stay_open(with_users: Practice, machine: Machine) -> None:
    process = machine.services.get("Memurai").process_id
    fewer = {**USERS, "application_keys": ["counted", "written"]}
    with writing(application(machine)):
        before = snapshot(machine)
        planned = plan(with_users, fewer)
        assert planned.exit_code == 0, planned.output
        assert [name for name in before if "/config" in name and before[name] != snapshot(machine).get(name)] == []
        assert "~counted ~written" in planned.output
        assert "have the running server take the user application of templates/users.acl.j2" in planned.output
        done = deploy(with_users, "--diff", users=fewer)
        assert (done.exit_code, done.changed) == (0, ["Users"]), done.output
    assert "no permissions" in refusal(application(machine), "GET", "kept")
    back = deploy(with_users, users=USERS)
    assert (back.exit_code, back.changed) == (0, ["Users"]), back.output
    assert application(machine).get("kept") == "through the change"
    assert machine.services.get("Memurai").process_id == process


def test_a_right_given_by_hand_and_a_user_of_nobody_are_taken_back(with_users: Practice, machine: Machine) -> None:
    boss = administrator(machine)
    boss.execute_command("ACL", "SETUSER", "monitoring", "+flushall")
    boss.execute_command("ACL", "SETUSER", "stranger", "on", "nopass", "~*", "+@all")
    planned = plan(with_users, USERS)
    assert "- stranger on" in planned.output
    assert "+flushall" in planned.output
    done = deploy(with_users, users=USERS)
    assert (done.exit_code, done.changed) == (0, ["Users"]), done.output
    names = boss.execute_command("ACL", "USERS")
    assert "stranger" not in names
    assert "+flushall" not in str(boss.acl_getuser("monitoring")["commands"])


def test_passwords_change_while_clients_write(with_users: Practice, machine: Machine) -> None:
    process = machine.services.get("Memurai").process_id
    new = {"MEMURAI_APPLICATION_PASSWORD": NEW_PASSWORD, "MEMURAI_LAB_PASSWORD": NEW_ADMINISTRATOR}
    early = rotate(with_users, "--data", "drop_password=old", **new)
    assert early.exit_code == 1
    assert "Run tasks/rotate_password.py without drop_password" in early.output
    with writing(application(machine)):
        begun = rotate(with_users, **new)
        assert begun.exit_code == 0, begun.output
        assert "<secret, changed>" in begun.output
        assert application(machine, NEW_PASSWORD).ping()
        assert administrator(machine).ping()
        again = rotate(with_users, **new)
        assert (again.exit_code, again.changed) == (0, []), again.output
        deployed = deploy(with_users, users=USERS, **new)
        assert (deployed.exit_code, deployed.changed) == (0, []), deployed.output
    with writing(application(machine, NEW_PASSWORD)):
        ended = rotate(with_users, "--data", "drop_password=old", **new)
        assert ended.exit_code == 0, ended.output
        again = rotate(with_users, "--data", "drop_password=old", **new)
        assert (again.exit_code, again.changed) == (0, []), again.output
    with pytest.raises(redis.AuthenticationError):
        application(machine).ping()
    with pytest.raises(redis.AuthenticationError):
        administrator(machine).ping()
    assert machine.services.get("Memurai").process_id == process
    inventory = with_users.inventory(lab1={"memurai_users": USERS})
    command = ("pyinfra", inventory, "tasks/rollback.py", "-y", "--json", "--data", "rollback_to=previous")
    returned = with_users.run(*command, environment={**SECRETS, **new})
    assert returned.exit_code == 0, returned.output
    assert administrator(machine, NEW_ADMINISTRATOR).ping()
    # And back, for the other tests of this module.
    assert rotate(with_users).exit_code == 0
    assert rotate(with_users, "--data", "drop_password=old").exit_code == 0
    assert administrator(machine).ping()


def test_the_default_user_can_be_the_administrator(with_users: Practice, machine: Machine) -> None:
    done = deploy(with_users, users={**USERS, "default_user": "password"})
    assert (done.exit_code, done.changed) == (0, ["Users"]), done.output
    assert client(machine, None, CANARY).ping()
    assert deploy(with_users, users=USERS).changed == ["Users"]


def test_one_password_for_all_comes_back(with_users: Practice, machine: Machine) -> None:
    done = deploy(with_users, users={"enabled": False})
    assert done.exit_code == 0, done.output
    assert client(machine, None, CANARY).get("kept") == "through the change"
    assert not (machine.root / "C:" / USERS_FILE).exists()
    again = deploy(with_users, users={"enabled": False})
    assert (again.exit_code, again.changed) == (0, []), again.output
    assert deploy(with_users, users=USERS).exit_code == 0


def test_no_secret_is_shown(with_users: Practice) -> None:
    secrets = [CANARY, CONFIG_COMMAND, NEW_PASSWORD, NEW_ADMINISTRATOR, *SECRETS.values()]
    shown = "".join(with_users.outputs)
    assert [secret for secret in secrets if secret in shown] == []
