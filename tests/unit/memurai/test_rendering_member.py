"""A set's members: what their configurations say of replication, and what real servers make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from config_practice import next_address
from practice import CONFIG_COMMAND, PASSWORD, PracticeServer, patient_client
from practice_server import wait_until
from test_rendering_configuration import TEMPLATE, drive

from memurai.changes.comparison import plan_of
from memurai.config import Document, compare, merge, needs_restart
from memurai.config.membership import DIRECTIVES
from memurai.instance import Instance
from memurai.rendering import configuration, users
from memurai.settings import Settings, credentials, from_host_data, replication
from memurai.topology import Address
from winfra.operations.files import render

SECRETS = ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA", "REPLICATION_SENTINEL")
USERS = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}


@pytest.fixture(autouse=True)
def member_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(f"MEMURAI_{name}_PASSWORD", f"unit-test-password-of-{name}")


def member(host_data: dict[str, object], address: str, **groups: object) -> Settings:
    others = {f"memurai_{name}": group for name, group in groups.items()}
    own = {"memurai_network": {"bind": [address]}, "memurai_replication": {"enabled": True, "first_primary": "cache1"}}
    return from_host_data("cache1", {**host_data, **own, **others})


def rendered(settings: Settings, primary: Address | None = None) -> str:
    data = configuration.template_data(settings, credentials.resolve(settings), primary)
    return "\r\n".join(render(str(TEMPLATE), data).splitlines()) + "\r\n"


def words(settings: Settings, primary: Address | None = None) -> dict[str, tuple[str, ...]]:
    """Return the directives that only a member has."""
    alone = settings.model_copy(update={"replication": settings.replication.model_copy(update={"enabled": False})})
    own = {line.name for line in Document.of(rendered(alone)).directives}
    return {
        line.name: line.arguments
        for line in Document.of(rendered(settings, primary)).directives
        if line.name not in own
    }


def test_a_member_tells_its_password_and_its_address(host_data: dict[str, object]) -> None:
    assert words(member(host_data, "127.77.0.9")) == {
        "masterauth": (PASSWORD,),
        "replica-announce-ip": ("127.77.0.9",),
        "replica-announce-port": ("6379",),
        "replica-priority": ("100",),
        "min-replicas-to-write": ("1",),
        "min-replicas-max-lag": ("10",),
    }


def test_with_users_and_encryption_a_member_is_a_user_of_its_primary(host_data: dict[str, object]) -> None:
    found = words(member(host_data, "127.77.0.9", users=USERS, tls={"enabled": True}))
    assert found["masteruser"] == ("replica",)
    assert found["masterauth"] == ("unit-test-password-of-REPLICA",)
    assert found["tls-replication"] == ("yes",)
    assert found["replica-announce-port"] == ("6380",)
    assert set(found) == set(DIRECTIVES) == {*replication.DIRECTIVES, "masterauth"}


def test_a_role_is_given_only_to_begin_with(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9")
    assert "replicaof" not in words(settings)
    primary = Address.of("127.77.0.8", 6379)
    first = Document.of(rendered(settings, primary))
    assert words(settings, primary)["replicaof"] == ("127.77.0.8", "6379")
    present = Document.of(rendered(settings))
    assert compare(present, first) == ()
    assert "replicaof" not in merge(present.directives, first).text
    assert 'replicaof "127.77.0.8"' not in merge(Document.of("replicaof a 1").directives, first).text


def test_the_replica_s_user_may_replicate_and_nothing_else(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9", users=USERS)
    found = users.read(users.rendered(settings, credentials.resolve(settings)).unmask())["replica"]
    assert {rule for rule in found if rule[:1] in "+-~&"} == {"-@all", "+ping", "+psync", "+replconf"}


def test_secrets_of_members_are_known_to_be_some(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9", users=USERS)
    assert "masterauth" in configuration.secret_keys(settings)
    data = configuration.template_data(settings, credentials.resolve(settings))
    assert "unit-test-password-of-REPLICA" not in repr(data)


class Pair:
    """A primary and its replica: real servers on the rendered configurations."""

    def __init__(self, root: Path, host_data: dict[str, object]) -> None:
        self.settings = [member(host_data, next_address()) for _ in range(2)]
        primary = self.settings[0].announced_address
        self.servers = [
            self._server(root / "primary", self.settings[0], None),
            self._server(root / "replica", self.settings[1], Address.of(primary, 6379)),
        ]

    def _server(self, root: Path, settings: Settings, primary: Address | None) -> PracticeServer:
        root.mkdir()
        path = drive(root, settings)
        (root / path).write_bytes(rendered(settings, primary).encode())
        return PracticeServer(root, path, patient_client(settings.announced_address, 6379, PASSWORD))

    def follow(self, replica: int, primary: int) -> None:
        """Let one be the replica of the other, as Sentinel does, and wait until it is in sync."""
        self.client(primary).replicaof("NO", "ONE")
        self.client(replica).replicaof(self.settings[primary].announced_address, "6379")
        for number in (primary, replica):
            self.client(number).execute_command(CONFIG_COMMAND, "REWRITE")
        self.wait_for_sync(primary)

    def wait_for_sync(self, primary: int) -> None:
        wait_until(lambda: self._in_sync(primary), "a replica in sync")

    def _in_sync(self, primary: int) -> bool:
        found = self.client(primary).info("replication")
        return found.get("slave0", {}).get("state") == "online" and self._takes_writes(primary)

    def _takes_writes(self, primary: int) -> bool:
        try:
            return bool(self.client(primary).set("key", "value"))
        except redis.ResponseError:
            return False

    def client(self, number: int) -> redis.Redis:
        return self.servers[number].client

    def text(self, number: int) -> str:
        """Return the configuration as its server has rewritten it, on the practice drive."""
        root = self.servers[number].root
        path = root / Instance.of(self.settings[number]).configuration
        return path.read_text().replace(f"{root}/C:", "C:")


@pytest.fixture
def pair(tmp_path: Path, host_data: dict[str, object]) -> Iterator[Pair]:
    made = Pair(tmp_path, host_data)
    try:
        for server in made.servers:
            server.start()
        made.wait_for_sync(0)
        yield made
    finally:
        for server in made.servers:
            if server.process:
                server.stop()


def test_changes_of_roles_are_no_difference(pair: Pair) -> None:
    pair.follow(0, 1)
    assert "replicaof" in pair.text(0)
    assert "user default" in pair.text(0)
    pair.follow(1, 0)
    assert ("replicaof" in pair.text(0), "replicaof" in pair.text(1)) == (False, True)
    for number in (0, 1):
        plan = plan_of(pair.text(number), Document.of(rendered(pair.settings[number])))
        assert plan is not None
        assert plan.is_empty


def test_a_change_keeps_the_role_and_needs_no_restart(pair: Pair) -> None:
    pair.client(1).execute_command(CONFIG_COMMAND, "REWRITE")
    desired = Document.of(rendered(pair.settings[1]).replace("replica-priority 100", "replica-priority 50"))
    plan = plan_of(pair.text(1), desired)
    assert plan is not None
    assert [(change.key[0], needs_restart(change)) for change in plan.changes] == [("replica-priority", False)]
    merged = Document.of(plan.desired.text)
    primary = pair.settings[0].announced_address
    assert merged.values["replicaof",] == ((primary, "6379"),)
    assert ("user", "default") not in merged.values


def test_a_server_that_leaves_its_set_loses_what_only_members_have(pair: Pair) -> None:
    pair.client(0).execute_command(CONFIG_COMMAND, "REWRITE")
    settings = pair.settings[0]
    alone = settings.model_copy(update={"replication": settings.replication.model_copy(update={"enabled": False})})
    plan = plan_of(pair.text(0), Document.of(rendered(alone)))
    assert plan is not None
    back = {change.key[0]: change.after for change in plan.changes}
    assert back["masterauth"] == (("",),)
    assert back["min-replicas-to-write"] == (("0",),)
    assert {"replica-announce-ip", "replica-announce-port"} <= set(back)
    assert not any(needs_restart(change) for change in plan.changes)
    left = {line.name for line in plan.desired.directives}
    assert not left & set(DIRECTIVES)
