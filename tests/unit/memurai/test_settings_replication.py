"""What the data of a set's member must say, and what does not fit a member."""

import pytest
from practice import PASSWORD

from memurai.exceptions import SettingsError
from memurai.settings import Environments, Settings, credentials, from_host_data

SENTINEL_PASSWORD = "unit-test-password-of-the-sentinels"
NETWORK = {"bind": ["127.0.0.1", "10.20.0.5"], "allowed_addresses": ["10.20.0.0/24"]}
PASSWORDS = {
    "MEMURAI_APPLICATION_PASSWORD": "unit-test-application-password",
    "MEMURAI_BACKUP_PASSWORD": "unit-test-backup-password",
    "MEMURAI_MONITORING_PASSWORD": "unit-test-monitoring-password",
    "MEMURAI_SENTINEL_PASSWORD": "unit-test-sentinel-password",
    "MEMURAI_REPLICA_PASSWORD": "unit-test-replica-password",
}


@pytest.fixture(autouse=True)
def member_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMURAI_REPLICATION_SENTINEL_PASSWORD", SENTINEL_PASSWORD)
    for name, value in PASSWORDS.items():
        monkeypatch.setenv(name, value)


def member(host_data: dict[str, object], **groups: dict[str, object]) -> Settings:
    """Return the settings of a member, whose data in `groups` count before those of a right one."""
    replication = {"enabled": True, "first_primary": "cache1", **groups.pop("replication", {})}
    data = {"network": NETWORK, **groups, "replication": replication}
    return from_host_data("cache1", {**host_data, **{f"memurai_{name}": value for name, value in data.items()}})


def problems_of(host_data: dict[str, object], **groups: dict[str, object]) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        member(host_data, **groups)
    return list(raised.value.problems)


def test_a_server_stands_alone_unless_the_data_say_otherwise(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, host_data: dict[str, object]
) -> None:
    monkeypatch.delenv("MEMURAI_REPLICATION_SENTINEL_PASSWORD")
    monkeypatch.setenv("MEMURAI_PASSWORD", "it's-a-password-of-nobody-s-set")
    assert not settings.replication.enabled
    assert settings.announced_address == ""
    assert credentials.resolve(settings).sentinel is None
    # Whatever a set needs is not asked for.
    commands = {"memurai_security": {"renamed_commands": {"CONFIG": "", "REPLICAOF": ""}}}
    nothing = {"memurai_persistence": {"appendonly": False, "save": []}}
    extra = {"memurai_extra": {"directives": {"replica-priority": 10}}}
    same_port = {"memurai_replication": {"sentinel_port": 6379}}
    assert from_host_data("cache1", {**host_data, **commands, **nothing, **extra, **same_port})


@pytest.mark.parametrize(
    ("network", "address", "announced"),
    [
        (["127.0.0.1", "10.20.0.5"], None, "10.20.0.5"),
        (["127.0.0.1", "-10.20.0.5", "10.20.0.6"], None, "10.20.0.5"),
        (["127.77.0.3"], None, "127.77.0.3"),
        (["127.77.0.3", "fd00::5"], None, "fd00::5"),
        (["0.0.0.0"], "10.20.0.7", "10.20.0.7"),  # noqa: S104
        (["10.20.0.5"], "192.0.2.1", "192.0.2.1"),
        (["10.20.0.5"], "FD00:0::7", "fd00::7"),
        (["10.20.0.5"], "Cache1.Example.com", "cache1.example.com"),
    ],
)
def test_a_member_makes_itself_known_at_an_address_that_others_reach(
    host_data: dict[str, object], network: list[str], address: str | None, announced: str
) -> None:
    networks = {"bind": network, "allowed_addresses": ["10.20.0.0/24"]}
    assert member(host_data, network=networks, replication={"address": address}).announced_address == announced


@pytest.mark.parametrize(
    ("network", "address", "expected"),
    [
        (["127.0.0.1"], None, "memurai_replication.address: expected an address at which the other members reach"),
        (["127.0.0.1", "::1"], None, "memurai_replication.address: expected an address"),
        (["*"], None, "memurai_replication.address: expected an address"),
        (["127.0.0.1"], "10.20.0.5", "memurai_network.bind: expected an address at which the other members reach"),
        (["127.0.0.1"], "cache1.example.com", "memurai_network.bind: expected an address"),
        (["10.20.0.5"], "127.0.0.1", "memurai_replication.address: expected an IP address or a DNS name"),
        (["10.20.0.5"], "localhost", "memurai_replication.address: expected an IP address or a DNS name"),
        (["10.20.0.5"], "0.0.0.0", "memurai_replication.address: expected an IP address or a DNS name"),  # noqa: S104
        (["10.20.0.5"], "10.20.0.555", "memurai_replication.address: expected an IP address or a DNS name"),
        (["10.20.0.5"], "two words", "memurai_replication.address: expected an IP address or a DNS name"),
    ],
)
def test_a_member_that_others_cannot_reach_is_refused(
    host_data: dict[str, object], network: list[str], address: str | None, expected: str
) -> None:
    networks = {"bind": network, "allowed_addresses": ["10.20.0.0/24"]}
    (problem,) = problems_of(host_data, network=networks, replication={"address": address})
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"replication": {"first_primary": None}}, "memurai_replication.first_primary: expected the inventory's name"),
        ({"replication": {"first_primary": "two words"}}, "memurai_replication.first_primary: expected the name of"),
        ({"replication": {"set_name": "a b"}}, "memurai_replication.set_name: expected a name of"),
        ({"replication": {"quorum": 1}}, "memurai_replication.quorum: expected greater than or equal to 2, found 1"),
        ({"replication": {"down_after_milliseconds": 10}}, "memurai_replication.down_after_milliseconds: expected"),
        ({"persistence": {"appendonly": False, "save": []}}, "memurai_persistence.appendonly: expected True, or save"),
        (
            {"extra": {"directives": {"slave-priority": 10}}},
            "memurai_extra.directives.replica-priority: expected no directive that has a setting",
        ),
        ({"replication": {"sentinel_port": 6379}}, "memurai_replication.sentinel_port: expected another port than"),
        ({"replication": {"sentinel_port": 16379}}, "memurai_replication.sentinel_port: expected another port than"),
        ({"replication": {"sentinel_port": 6399}}, "memurai_replication.sentinel_port: expected another port than"),
        ({"replication": {"sentinel_port": 5985}}, "memurai_replication.sentinel_port: expected a port that WinRM"),
        (
            {"replication": {"sentinel_port": 6380}, "tls": {"enabled": True}},
            "memurai_replication.sentinel_port: expected another port than memurai_tls.port",
        ),
        ({"replication": {"sentinel_password": "env:NOT_SET_AT_ALL"}}, "memurai_replication.sentinel_password"),
        ({"replication": {"sentinel_password": "env:MEMURAI_PASSWORD"}}, "memurai_security: expected different"),
    ],
)
def test_impossible_members_are_refused(
    host_data: dict[str, object], groups: dict[str, dict[str, object]], expected: str
) -> None:
    (problem,) = problems_of(host_data, **groups)
    assert expected in problem


@pytest.mark.parametrize("command", ["REPLICAOF", "SLAVEOF"])
@pytest.mark.parametrize("source", ["", "env:MEMURAI_CONFIG_COMMAND"])
def test_the_commands_that_change_roles_keep_their_names(
    host_data: dict[str, object], command: str, source: str
) -> None:
    (problem,) = problems_of(host_data, security={"renamed_commands": {command: source}})
    assert problem.startswith(f"memurai_security.renamed_commands.{command}: expected the command by its own name")


def test_config_may_have_a_new_name_and_is_not_disabled(host_data: dict[str, object]) -> None:
    (problem,) = problems_of(host_data, security={"renamed_commands": {"CONFIG": ""}})
    assert problem.startswith("memurai_security.renamed_commands.CONFIG: expected the command, or a secret new name")
    assert "CONFIG" in member(host_data).security.renamed_commands
    assert member(host_data, security={"renamed_commands": {}}).replication.enabled


def test_a_secret_that_sentinel_cannot_read_back_is_refused(
    host_data: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes `sentinel auth-pass main it's`, and does not start on that: tried with a real one."""
    users = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}
    monkeypatch.setenv("MEMURAI_PASSWORD", "it's-a-password-0123456789")
    (problem,) = problems_of(host_data)
    assert problem.startswith("memurai_security.password: expected no ' in it")
    assert "it's-a" not in problem
    monkeypatch.setenv("MEMURAI_PASSWORD", PASSWORD)
    monkeypatch.setenv("MEMURAI_SENTINEL_PASSWORD", "it's-a-password-0123456789")
    monkeypatch.setenv("MEMURAI_REPLICATION_SENTINEL_PASSWORD", "it's-another-password-0123456789")
    found = problems_of(host_data, users=users)
    assert [problem.split(":")[0] for problem in found] == [
        "memurai_users.sentinel_password",
        "memurai_replication.sentinel_password",
    ]


def test_a_member_with_users_has_those_of_sentinels_and_replicas(
    host_data: dict[str, object],
) -> None:
    sentinel, replica = problems_of(host_data, users={"enabled": True})
    assert sentinel.startswith("memurai_users.sentinel: expected a name")
    assert replica.endswith('found none; write "replica"')
    settings = member(host_data, users={"enabled": True, "sentinel": "sentinel", "replica": "follower"})
    assert credentials.resolve(settings).users["replica"].unmask() == "unit-test-replica-password"
    same = problems_of(host_data, users={"enabled": True, "sentinel": "same", "replica": "same"})
    assert "memurai_users.application: expected different names" in same[0]


def test_the_password_of_the_sentinels_is_a_secret(host_data: dict[str, object]) -> None:
    settings = member(host_data)
    resolved = credentials.resolve(settings)
    assert resolved.sentinel is not None
    assert resolved.sentinel.unmask() == SENTINEL_PASSWORD
    assert SENTINEL_PASSWORD not in repr((settings, resolved, settings.model_dump_json()))
    (problem,) = problems_of(host_data, replication={"sentinel_password": SENTINEL_PASSWORD})
    assert problem.startswith("memurai_replication.sentinel_password: expected the source of a secret")
    assert SENTINEL_PASSWORD not in problem


def test_the_sentinels_of_two_environments_have_different_passwords(host_data: dict[str, object]) -> None:
    data = {
        **host_data,
        "memurai_network": NETWORK,
        "memurai_replication": {"enabled": True, "first_primary": "cache1"},
    }
    others = {"staging": {"password": "env:NOT_SET_AT_ALL", "renamed_commands": {}}}
    environments = Environments("prod", others, replication={"staging": {"enabled": True}})
    with pytest.raises(SettingsError) as raised:
        from_host_data("cache1", data, {}, environments)
    (problem,) = raised.value.problems
    assert problem.startswith("memurai_replication.sentinel_password: expected a secret of prod alone")
    alone = Environments("prod", others, replication={"staging": {"enabled": False}})
    assert from_host_data("cache1", data, {}, alone)
