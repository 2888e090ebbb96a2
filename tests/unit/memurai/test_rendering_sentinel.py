"""A Sentinel on the rendered configuration: real ones, which write it anew, and are given what differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from member_practice import (
    DEADLINE_SECONDS,
    SENTINEL_PASSWORD,
    USERS,
    Pair,
    PracticeSentinel,
    member,
    rendered,
    rendered_sentinel,
    set_secrets,
)
from practice import CONFIG_COMMAND, PASSWORD
from practice_server import wait_until
from redis.backoff import NoBackoff
from redis.retry import Retry

from memurai.changes.comparison import plan_of
from memurai.config import Document
from memurai.config.language import split_arguments
from memurai.config.passwords import digest
from memurai.config.sentinel import SentinelDocument, calls, compare, merge, needs_restart
from memurai.exceptions import MemuraiError
from memurai.rendering import sentinel
from memurai.sentinel import Sentinel
from memurai.service_command import ServiceCommand
from memurai.settings import Settings, credentials
from memurai.topology import Address
from winfra.secrets import hidden, hidden_values

PRIMARY = Address.of("127.77.0.8", 6379)


@pytest.fixture(autouse=True)
def member_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    set_secrets(monkeypatch)


def lines(settings: Settings, primary: Address = PRIMARY) -> list[str]:
    """Return what a Sentinel's configuration says, without quotes."""
    document = SentinelDocument.of(rendered_sentinel(settings, primary))
    return [" ".join((line.name, *line.arguments)) for line in document.directives]


def test_a_sentinel_watches_one_set(host_data: dict[str, object]) -> None:
    replication = {"enabled": True, "first_primary": "cache1", "set_name": "cache", "quorum": 3, "parallel_syncs": 2}
    assert lines(member(host_data, "127.77.0.9", replication=replication)) == [
        "bind 127.77.0.9",
        "bind-source-addr 127.77.0.9",
        "port 26379",
        "dir C:/ProgramData/Memurai/sentinel",
        "logfile C:/ProgramData/Memurai/sentinel/sentinel.log",
        f"user default on sanitize-payload #{digest(hidden(SENTINEL_PASSWORD))} ~* &* +@all",
        f"sentinel sentinel-pass {SENTINEL_PASSWORD}",
        "sentinel announce-ip 127.77.0.9",
        "sentinel announce-port 26379",
        "sentinel monitor cache 127.77.0.8 6379 3",
        f"sentinel auth-pass cache {PASSWORD}",
        "sentinel down-after-milliseconds cache 10000",
        "sentinel failover-timeout cache 60000",
        "sentinel parallel-syncs cache 2",
        f"sentinel rename-command cache CONFIG {CONFIG_COMMAND}",
    ]


def test_with_users_and_encryption_a_sentinel_is_a_user_of_the_servers(host_data: dict[str, object]) -> None:
    found = lines(
        member(host_data, "127.77.0.9", users=USERS, tls={"enabled": True}, security={"renamed_commands": {}})
    )
    assert {"port 0", "tls-port 26379", "tls-replication yes", "tls-auth-clients no"} <= set(found)
    assert "sentinel auth-user memurai sentinel" in found
    assert "sentinel auth-pass memurai unit-test-password-of-SENTINEL" in found
    assert not [line for line in found if "rename-command" in line]


@pytest.mark.parametrize(
    ("own", "primary"), [("cache1.example.com", PRIMARY), ("10.0.0.9", Address.of("cache2.example.com", 6379))]
)
def test_names_are_resolved_where_there_are_some(host_data: dict[str, object], own: str, primary: Address) -> None:
    network = {"bind": ["10.0.0.9"], "allowed_addresses": ["10.0.0.0/24"]}
    replication = {"enabled": True, "first_primary": "cache1", "address": own}
    found = lines(member(host_data, "", network=network, replication=replication), primary)
    assert {"sentinel resolve-hostnames yes", "sentinel announce-hostnames yes", f"sentinel announce-ip {own}"} <= set(
        found
    )
    assert f"sentinel monitor memurai {primary.host} 6379 2" in found


def test_its_secrets_are_known_to_be_some(host_data: dict[str, object]) -> None:
    settings = member(host_data, "127.77.0.9", users=USERS)
    data = sentinel.template_data(settings, credentials.resolve(settings), PRIMARY)
    assert hidden_values(data) >= {SENTINEL_PASSWORD, "unit-test-password-of-SENTINEL", CONFIG_COMMAND}
    text = rendered_sentinel(settings, PRIMARY)
    secret = [line for line in text.splitlines() if any(value in line for value in hidden_values(data))]
    assert len(secret) == 3
    assert all(line.startswith(sentinel.secret_keys(settings)) for line in secret)


def test_a_server_that_stands_alone_has_no_sentinel(settings: Settings) -> None:
    with pytest.raises(MemuraiError, match="memurai_replication"):
        sentinel.rendered(settings, credentials.resolve(settings), PRIMARY)


def test_its_service_runs_a_sentinel(host_data: dict[str, object]) -> None:
    here = Sentinel.of(member(host_data, "127.77.0.9", service={"name": "Cache"}))
    command = ServiceCommand.of(here.image_path)
    assert (command.is_sentinel, here.service) == (True, "Cache-Sentinel")
    assert command.configuration.replace("\\", "/") == here.configuration == f"{here.folder}/sentinel.conf"


@pytest.fixture
def pair(tmp_path: Path, host_data: dict[str, object]) -> Iterator[Pair]:
    with Pair(tmp_path, host_data).running() as running:
        yield running


@pytest.fixture
def watching(pair: Pair) -> Iterator[PracticeSentinel]:
    with PracticeSentinel(pair.primary).running() as running:
        wait_until(lambda: knows_the_replica(running), "a Sentinel that knows the replica", DEADLINE_SECONDS)
        yield running


def state(watching: PracticeSentinel) -> dict[str, object]:
    return watching.client.sentinel_master("memurai")


def knows_the_replica(watching: PracticeSentinel) -> bool:
    found = state(watching)
    return found["num-slaves"] == 1 and not found["is_disconnected"]


def differences(watching: PracticeSentinel, desired: str) -> tuple[str, ...]:
    """Return what a Sentinel has otherwise than desired."""
    return tuple(" ".join(change.key) for change in compare(watching.document, SentinelDocument.of(desired)))


def converge(watching: PracticeSentinel, desired: str) -> list[str]:
    """Give a Sentinel what differs, and return the commands as they are shown."""
    found = calls(compare(watching.document, SentinelDocument.of(desired)))
    for call in found:
        watching.client.execute_command(*split_arguments(call.command_line.unmask()))
    return [call.shown for call in found]


def test_what_a_sentinel_makes_of_its_file_is_no_difference(watching: PracticeSentinel) -> None:
    assert watching.document.text != watching.desired
    assert ("sentinel", "myid") in watching.document.values
    assert differences(watching, watching.desired) == ()
    watching.restart()
    assert differences(watching, watching.desired) == ()


def test_a_running_sentinel_is_given_exactly_what_differs(watching: PracticeSentinel) -> None:
    desired = (
        watching.desired.replace("6379 2", "6379 3")
        .replace("down-after-milliseconds memurai 10000", "down-after-milliseconds memurai 30000")
        .replace("sentinel announce-port 26379", "sentinel announce-port 26380")
        .replace(CONFIG_COMMAND, "CONFIG_another")
    )
    assert converge(watching, desired) == [
        "SENTINEL CONFIG SET announce-port 26380",
        "SENTINEL SET memurai quorum 3 down-after-milliseconds 30000 rename-command CONFIG <secret, changed>",
    ]
    assert differences(watching, desired) == ()
    assert state(watching)["quorum"] == 3
    assert len(converge(watching, watching.desired)) == 2
    assert differences(watching, watching.desired) == ()


def test_the_set_s_name_is_another_set(watching: PracticeSentinel) -> None:
    desired = watching.desired.replace("memurai ", "other ")
    assert converge(watching, desired)[0].startswith("SENTINEL MONITOR other ")
    assert differences(watching, desired) == ()
    assert set(watching.client.sentinel_masters()) == {"memurai", "other"}


def test_a_sentinel_s_own_password_changes_while_it_runs(watching: PracticeSentinel) -> None:
    new = "second-secret-of-the-tests-0123456789"
    before, after = (digest(hidden(password)) for password in (SENTINEL_PASSWORD, new))
    desired = watching.desired.replace(SENTINEL_PASSWORD, new).replace(before, after)
    assert converge(watching, desired) == [
        "ACL SETUSER default <secret, changed>",
        "SENTINEL CONFIG SET sentinel-pass <secret, changed>",
        "SENTINEL FLUSHCONFIG",
    ]
    assert differences(watching, desired) == ()
    assert SENTINEL_PASSWORD not in watching.document.text
    watching.restart(watching.client_of(26379, new))
    assert (accepts(watching, SENTINEL_PASSWORD), accepts(watching, new)) == (False, True)


def accepts(watching: PracticeSentinel, password: str) -> bool:
    with redis.Redis(host=watching.host, port=26379, password=password, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return False


def test_the_password_of_the_servers_changes_while_it_watches(pair: Pair, watching: PracticeSentinel) -> None:
    new = "second-secret-of-the-tests-0123456789"
    pair.primary.client.execute_command(CONFIG_COMMAND, "SET", "requirepass", new)
    desired = watching.desired.replace(PASSWORD, new)
    assert converge(watching, desired) == ["SENTINEL SET memurai auth-pass <secret, changed>"]
    assert differences(watching, desired) == ()
    assert PASSWORD not in watching.document.text
    wait_until(lambda: state(watching)["flags"] == "master", "a Sentinel with the new password", DEADLINE_SECONDS)


def test_another_port_needs_the_file_and_a_restart(watching: PracticeSentinel) -> None:
    desired = SentinelDocument.of(watching.desired.replace("26379", "26380"))
    changes = compare(watching.document, desired)
    assert [change.key for change in changes if needs_restart(change)] == [("port",)]
    identifier = watching.document.values["sentinel", "myid"]
    watching.write(merge(watching.document, desired).text)
    watching.restart(watching.client_of(26380))
    assert compare(watching.document, desired) == ()
    assert watching.document.values["sentinel", "myid"] == identifier


def fail_over(watching: PracticeSentinel, pair: Pair) -> None:
    """Let a Sentinel make the other one the primary, and wait until the former primary is its replica."""
    wait_until(lambda: is_begun(watching), "a replica that can be promoted", DEADLINE_SECONDS)
    wait_until(lambda: state(watching)["ip"] == pair.replica.address.host, "another primary", DEADLINE_SECONDS)
    pair.wait_for_sync(pair.replica)


def is_begun(watching: PracticeSentinel) -> bool:
    try:
        return bool(watching.client.execute_command("SENTINEL", "FAILOVER", "memurai"))
    except redis.ResponseError:
        return False


@pytest.mark.parametrize("groups", [{}, {"users": USERS, "tls": {"enabled": True}}])
def test_after_a_failover_nothing_differs(
    tmp_path: Path, host_data: dict[str, object], groups: dict[str, object]
) -> None:
    """The Sentinel's file, and both servers' files, which it has had rewritten under CONFIG's secret name."""
    with Pair(tmp_path, host_data, **groups).running() as pair, PracticeSentinel(pair.primary).running() as watching:
        wait_until(lambda: knows_the_replica(watching), "a Sentinel that knows the replica", DEADLINE_SECONDS)
        fail_over(watching, pair)
        assert differences(watching, watching.desired) == ()
        assert watching.document.values["sentinel", "monitor", "memurai"][0][0] == pair.replica.address.host
        wait_until(lambda: "\nreplicaof " in pair.primary.text, "a rewritten configuration", DEADLINE_SECONDS)
        for one in (pair.primary, pair.replica):
            plan = plan_of(one.text, Document.of(rendered(one.settings)))
            assert plan is not None
            assert plan.is_empty
