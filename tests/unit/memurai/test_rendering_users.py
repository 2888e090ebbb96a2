"""The users of an ACL file, and when two lists of rules mean the same."""

import pytest
from pyinfra.api import HiddenValue

from memurai.config.acl import canonical_rules, command_categories, same_rights
from memurai.config.passwords import digest
from memurai.exceptions import SettingsError
from memurai.rendering import users
from memurai.settings import Settings, credentials, from_host_data
from winfra.secrets import hidden

DANGEROUS = {"flushall", "keys", "sort", "info", "acl|list", "config|set"}
CATEGORIES = {"dangerous": frozenset(DANGEROUS), "admin": frozenset({"acl|list", "config|set"})}
PASSWORDS = {
    "MEMURAI_APPLICATION_PASSWORD": "unit-test-application-password",
    "MEMURAI_BACKUP_PASSWORD": "unit-test-backup-password",
    "MEMURAI_MONITORING_PASSWORD": "unit-test-monitoring-password",
    "MEMURAI_SENTINEL_PASSWORD": "unit-test-sentinel-password",
}


@pytest.fixture(autouse=True)
def user_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PASSWORDS.items():
        monkeypatch.setenv(name, value)


def with_users(host_data: dict[str, object], **values: object) -> Settings:
    return from_host_data("cache1", {**host_data, "memurai_users": {"enabled": True, **values}})


def rendered(settings: Settings) -> users.Users:
    return users.read(users.rendered(settings, credentials.resolve(settings)).unmask())


def password_of(role: str) -> HiddenValue:
    return hidden(PASSWORDS[f"MEMURAI_{role.upper()}_PASSWORD"])


def test_the_file_has_a_line_for_each_user_and_no_password(host_data: dict[str, object]) -> None:
    settings = with_users(host_data)
    text = users.rendered(settings, credentials.resolve(settings)).unmask()
    assert [line.split()[1] for line in text.split("\r\n") if line] == [
        "default", "administrator", "application", "backup", "monitoring",
    ]  # fmt: skip
    assert not [secret for secret in PASSWORDS.values() if secret in text]
    assert digest(password_of("backup")) in text
    assert rendered(settings)["default"] == canonical_rules(["off"])


def test_the_application_has_its_keys_and_channels(host_data: dict[str, object]) -> None:
    found = rendered(with_users(host_data, application_keys=["a:*", "b:*"], application_channels=["news"]))
    assert {"~a:*", "~b:*", "&news"} <= set(found["application"])
    assert "~*" not in found["application"]


@pytest.mark.parametrize("is_included", [True, False])
def test_the_backup_may_set_nothing(host_data: dict[str, object], is_included: bool) -> None:
    data = {**host_data, "memurai_backup": {"include_append_only": is_included}}
    found = rendered(with_users(data))["backup"]
    assert {item for item in found if item.startswith("+")} == {"+ping", "+info", "+bgsave"}


def test_present_passwords_go_on_beside_the_desired_ones() -> None:
    present = users.read(f"user a on #{'1' * 64} +ping\nuser gone on #{'2' * 64}\nuser off off")
    desired = users.read(f"user a on #{'3' * 64} +get\nuser new on #{'4' * 64}\nuser off off")
    kept = users.keeping(present, desired)
    assert users.digests(kept["a"]) == {"1" * 64, "3" * 64}
    assert "+get" in kept["a"]
    assert "+ping" not in kept["a"]
    assert users.digests(kept["new"]) == {"4" * 64}
    assert (list(kept), kept["off"]) == (["a", "new", "off"], desired["off"])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("+@all -@dangerous +info", "+@all -@admin -flushall -keys -sort", True),
        ("+@all -@dangerous +info", "+@all -@admin -flushall -keys -sort -info", False),
        ("+@all -@dangerous", "+@all -@dangerous +info", False),
        ("-@all +ping +config|get", "-@all +config|get +ping", True),
        ("-@all +ping", "-@all +ping +get", False),
        ("-@all +@admin", "-@all +acl|list +config|set", True),
        ("+@all", "-@all", False),
        ("~* +@all", "~a +@all", False),
        ("on +@all", "off +@all", False),
        ("-@all +@unknown", "-@all", False),
        ("+@all -config", "+@all", False),
    ],
)
def test_rights_are_compared_by_the_commands_they_amount_to(first: str, second: str, expected: bool) -> None:
    rules = canonical_rules(first.split()), canonical_rules(second.split())
    assert same_rights(*rules, CATEGORIES) is expected


def test_categories_are_those_that_rules_name() -> None:
    assert command_categories(["+@all", "-@dangerous", "+@read", "+get", "~*"]) == {"dangerous", "read"}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"application": "administrator"}, "memurai_users.application: expected different names"),
        ({"monitoring": "backup"}, "memurai_users.application: expected different names"),
        ({"application": "two words"}, "memurai_users.application: expected a name of"),
        ({"application_keys": []}, "memurai_users.application_keys: expected at least 1"),
        ({"application_keys": ["a b"]}, "memurai_users.application_keys[0]: expected a pattern"),
        ({"backup_password": "plain-text-password"}, "memurai_users.backup_password: expected the source of a secret"),
        ({"backup_password": "env:NO_SUCH_VARIABLE"}, "memurai_users.backup_password: expected"),
        ({"backup_password": "env:MEMURAI_APPLICATION_PASSWORD"}, "expected different secrets"),
    ],
)
def test_impossible_users_are_refused(host_data: dict[str, object], values: dict[str, object], reason: str) -> None:
    with pytest.raises(SettingsError) as error:
        with_users(host_data, **values)
    assert [problem for problem in error.value.problems if reason in problem], error.value.problems
    assert "plain-text-password" not in str(error.value)


def test_users_need_the_command_acl(host_data: dict[str, object]) -> None:
    data = {**host_data, "memurai_security": {"renamed_commands": {"ACL": ""}}}
    with pytest.raises(SettingsError, match=r"memurai_security\.renamed_commands\.ACL: expected"):
        with_users(data)


def test_without_users_their_passwords_are_not_asked_for(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEMURAI_BACKUP_PASSWORD")
    settings = from_host_data("cache1", {**host_data, "memurai_users": {"enabled": False}})
    assert credentials.resolve(settings).users == {}
