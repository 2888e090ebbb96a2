"""A set's members: what their configurations say of replication, and what real servers make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from member_practice import USERS, Pair, PracticeMember, member, rendered, set_secrets
from practice import PASSWORD

from memurai.changes.comparison import plan_of
from memurai.config import Document, compare, merge, needs_restart
from memurai.config.membership import DIRECTIVES
from memurai.rendering import configuration, users
from memurai.settings import Settings, credentials, replication


@pytest.fixture(autouse=True)
def member_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    set_secrets(monkeypatch)


def alone(settings: Settings) -> Settings:
    """Return the settings of the same server outside of a set."""
    return settings.model_copy(update={"replication": settings.replication.model_copy(update={"enabled": False})})


def words(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Return the directives that only a member has."""
    own = {line.name for line in Document.of(rendered(alone(settings))).directives}
    found = Document.of(rendered(settings)).directives
    return {line.name: line.arguments for line in found if line.name not in own}


def test_a_member_tells_its_password_and_its_address(host_data: dict[str, object]) -> None:
    assert words(member(host_data, "127.77.0.9")) == {
        "masterauth": (PASSWORD,),
        "replica-announce-ip": ("127.77.0.9",),
        "replica-announce-port": ("6379",),
        "bind-source-addr": ("127.77.0.9",),
        "replica-priority": ("100",),
        "min-replicas-to-write": ("1",),
        "min-replicas-max-lag": ("10",),
    }


def test_behind_another_address_than_its_own_it_connects_from_any(host_data: dict[str, object]) -> None:
    found = words(
        member(
            host_data,
            "",
            network={"bind": ["10.0.0.5"], "allowed_addresses": ["10.0.0.0/24"]},
            replication={"enabled": True, "first_primary": "cache1", "address": "cache1.example"},
        )
    )
    assert found["replica-announce-ip"] == ("cache1.example",)
    assert "bind-source-addr" not in found


def test_with_users_and_encryption_a_member_is_a_user_of_its_primary(host_data: dict[str, object]) -> None:
    found = words(member(host_data, "127.77.0.9", users=USERS, tls={"enabled": True}))
    assert found["masteruser"] == ("replica",)
    assert found["masterauth"] == ("unit-test-password-of-REPLICA",)
    assert found["tls-replication"] == ("yes",)
    assert found["replica-announce-port"] == ("6380",)
    assert set(found) == set(DIRECTIVES) == {*replication.DIRECTIVES, "masterauth"}


def test_whose_replica_it_is_is_the_server_s_own(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9")
    assert "replicaof" not in words(settings)
    present = Document.of(rendered(settings))
    other = Document.of(f"{rendered(settings)}replicaof 127.77.0.8 6379\n")
    assert compare(present, other) == ()
    assert "replicaof" not in merge(present.directives, other).text
    assert "replicaof 127.77.0.8" not in merge(Document.of("replicaof a 1").directives, other).text


def test_the_replica_s_user_may_replicate_and_nothing_else(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9", users=USERS)
    found = users.read(users.rendered(settings, credentials.resolve(settings)).unmask())["replica"]
    assert {rule for rule in found if rule[:1] in "+-~&"} == {"-@all", "+ping", "+psync", "+replconf"}


def test_secrets_of_members_are_known_to_be_some(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9", users=USERS)
    assert "masterauth" in configuration.secret_keys(settings)
    data = configuration.template_data(settings, credentials.resolve(settings))
    assert "unit-test-password-of-REPLICA" not in repr(data)


@pytest.fixture
def pair(tmp_path: Path, host_data: dict[str, object]) -> Iterator[Pair]:
    with Pair(tmp_path, host_data).running() as running:
        yield running


def is_as_desired(one: PracticeMember) -> bool:
    plan = plan_of(one.text, Document.of(rendered(one.settings)))
    return plan is not None and plan.is_empty


def test_changes_of_roles_are_no_difference(pair: Pair) -> None:
    pair.follow(pair.primary, pair.replica)
    assert ("\nreplicaof " in pair.primary.text, "\nreplicaof " in pair.replica.text) == (True, False)
    assert "\nuser default " in pair.primary.text
    assert (is_as_desired(pair.primary), is_as_desired(pair.replica)) == (True, True)
    pair.follow(pair.replica, pair.primary)
    assert ("\nreplicaof " in pair.primary.text, "\nreplicaof " in pair.replica.text) == (False, True)
    assert (is_as_desired(pair.primary), is_as_desired(pair.replica)) == (True, True)


def test_a_change_keeps_the_role_and_needs_no_restart(pair: Pair) -> None:
    pair.replica.rewrite()
    desired = rendered(pair.replica.settings).replace("replica-priority 100", "replica-priority 50")
    plan = plan_of(pair.replica.text, Document.of(desired))
    assert plan is not None
    assert [(change.key[0], needs_restart(change)) for change in plan.changes] == [("replica-priority", False)]
    merged = plan.desired.values
    assert merged["replicaof",] == ((pair.primary.address.host, "6379"),)
    assert ("user", "default") not in merged


def test_a_server_that_leaves_its_set_loses_what_only_members_have(pair: Pair) -> None:
    """It would refuse all writes: there are no replicas any more."""
    pair.primary.rewrite()
    plan = plan_of(pair.primary.text, Document.of(rendered(alone(pair.primary.settings))))
    assert plan is not None
    back = {change.key[0]: change.after for change in plan.changes}
    assert back["masterauth"] == (("",),)
    assert back["min-replicas-to-write"] == (("0",),)
    assert {"replica-announce-ip", "replica-announce-port"} <= set(back)
    assert not any(needs_restart(change) for change in plan.changes)
    assert not {line.name for line in plan.desired.directives} & set(DIRECTIVES)


def test_with_users_and_encryption_a_replica_is_in_sync(tmp_path: Path, host_data: dict[str, object]) -> None:
    tls = {"enabled": True, "client_certificates": "optional"}
    with Pair(tmp_path, host_data, users=USERS, tls=tls).running() as pair:
        assert {client["user"] for client in pair.primary.client.client_list(_type="replica")} == {"replica"}
        pair.follow(pair.primary, pair.replica)
        assert is_as_desired(pair.primary)
