"""Comparing and merging configurations, also those that a real Redis has rewritten, and making changes live."""

from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from config_practice import as_mapping, next_address, present_values, refusal, spoken
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings
from practice import CONFIG_COMMAND, PASSWORD, PracticeServer, patient_client
from redis.backoff import NoBackoff
from redis.retry import Retry
from test_rendering_configuration import drive, rendered

from memurai import config
from memurai.config import (
    Change,
    Directive,
    Document,
    needs_restart,
    normal,
    parse,
    problems,
    render,
    set_arguments,
)
from memurai.settings import Settings, from_host_data

StartServer = Callable[..., PracticeServer]

DEFAULT_USER = ("user", "default")
NEW_PASSWORD = "another-unit-test-password-0123456789"
LINES = [
    "maxmemory 1gb",
    "MaxMemory 1073741824",
    "maxmemory 2gb",
    "appendonly yes",
    "appendonly no",
    'save ""',
    "save 900 1 300 10",
    "save 300 10",
    "requirepass a",
    "requirepass 'b c'",
    "user default on nopass ~* &* +@all",
    "user app on >x ~* +@all",
    "rename-command CONFIG a",
    "rename-command flushall ''",
    "client-output-buffer-limit normal 0 0 0 replica 1mb 1mb 60",
    "client-output-buffer-limit slave 256mb 64mb 60",
    "aclfile C:/users.acl",
    "include C:/more.conf",
    "loadmodule C:/a.dll x",
    "masterauth c",
    "slaveof 10.0.0.1 6379",
    "replicaof 10.0.0.2 6379",
    "latency-tracking-info-percentiles 50 99",
    "instance-name x",
    "no-such-directive x",
    "# comment",
    "",
]
TEXTS = strategies.builds(
    lambda lines, newline: newline.join(lines),
    strategies.lists(strategies.sampled_from(LINES), max_size=10),
    strategies.sampled_from(["\n", "\r\n"]),
)


def compare(live: str, desired: str) -> tuple[Change, ...]:
    return config.compare(Document.of(live), Document.of(desired))


def merge(live: str, desired: str) -> str:
    return config.merge(parse(live), Document.of(desired)).text


@hypothesis_settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_a_text_compared_with_itself_has_no_changes(text: str) -> None:
    assert compare(text, text) == ()
    assert compare(render(parse(text)), text) == ()


@hypothesis_settings(deadline=None, max_examples=60)
@given(TEXTS, TEXTS)
def test_merging_brings_about_every_change_and_nothing_twice(live: str, desired: str) -> None:
    merged = merge(live, desired)
    assert merged.startswith(desired)
    assert merge(merged, desired) == merged
    assert compare(merged, desired) == ()
    assert ("\r\n" in desired) <= (merged.count("\r\n") == merged.count("\n"))
    kept = {place: value for place, value in normal(parse(live)).items() if place not in normal(parse(desired))}
    gone = {change.key for change in compare(live, desired) if change.after is None}
    assert normal(parse(merged)) == {
        **normal(parse(desired)),
        **{place: value for place, value in kept.items() if place not in gone},
    }


def test_nothing_foreign_leaves_the_desired_text_as_it_is() -> None:
    assert merge("# c\r\nport 1\r\n", "port 2") == "port 2"
    assert merge("port 1\nhz 20\n", "port 2") == (
        "port 2\n\n"
        "# Kept from the host: directives that the deploy does not set. CONFIG REWRITE writes such lines.\nhz 20\n"
    )


def test_a_missing_directive_is_no_change_when_its_default_is_desired() -> None:
    desired = "hz 10\nappendonly yes\nsave 3600 1 300 100 60 10000\nclient-output-buffer-limit slave 256mb 64mb 60\n"
    assert as_mapping(compare("", desired)) == {("appendonly",): (None, (("yes",),))}


def test_a_change_does_not_show_its_values() -> None:
    changes = compare("requirepass hunter2", "requirepass hunter3")
    assert as_mapping(changes) == {("requirepass",): ((("hunter2",),), (("hunter3",),))}
    assert "hunter" not in repr(changes)


def test_one_command_sets_every_live_change() -> None:
    desired = (
        "maxmemory 1gb\nsave 900 1\nsave 300 10\nclient-output-buffer-limit slave 1mb 1mb 60 normal 1k 1k 1\n"
        "rename-command CONFIG x\ntcp-backlog 100\nbind 10.0.0.1 -::1\nmin-slaves-to-write 1\n"
        "masterauth 'a b'\ninstance-name a\n"
    )
    changes = compare("", desired)
    assert set_arguments(changes) == (
        *("maxmemory", "1073741824"),
        *("save", "900 1 300 10"),
        *("client-output-buffer-limit", "replica 1048576 1048576 60 normal 1000 1000 1"),
        *("bind", "10.0.0.1 -::1"),
        *("min-replicas-to-write", "1"),
        *("masterauth", "a b"),
    )
    restart = {change.key[0] for change in changes if needs_restart(change)}
    assert restart == {"rename-command", "tcp-backlog", "instance-name"}


@pytest.mark.parametrize(
    ("live", "desired", "removed"),
    [
        ("user default on nopass", "requirepass x", {DEFAULT_USER}),
        ("user default on nopass", "port 1", set()),
        ("user app on", "requirepass x", set()),
        ("user default on\nuser app on", 'aclfile "C:/users.acl"', {DEFAULT_USER, ("user", "app")}),
        ("user default on\nuser app on", "requirepass x\nuser default on >x", set()),
        ("aclfile C:/users.acl", "requirepass x", {("aclfile",)}),
        ("aclfile C:/users.acl", "user app on", {("aclfile",)}),
        ("aclfile C:/users.acl", "port 1", set()),
        ("include C:/more.conf", "port 1", {("include", "C:/more.conf")}),
        ("include C:\\more.conf", 'include "C:/more.conf"', set()),
        ("requirepass x\nmasterauth x\nreplicaof a 1", "include a", {("requirepass",), ("masterauth",)}),
        ("rename-command KEYS x", "port 1", {("rename-command", "KEYS")}),
        ("replicaof a 1\nhz 20", "port 1", set()),
    ],
)
def test_what_would_override_the_desired_text_does_not_stay(
    live: str, desired: str, removed: set[tuple[str, ...]]
) -> None:
    changes = [change for change in compare(live, desired) if change.after is None]
    assert {change.key for change in changes} == removed
    assert not set(normal(parse(merge(live, desired)))) & removed
    assert set_arguments(changes) == ()


@pytest.fixture
def settings(host_data: dict[str, object]) -> Settings:
    networks = {"bind": [next_address()], "allowed_addresses": []}
    return from_host_data("cache1", {**host_data, "memurai_network": networks})


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> str:
    return drive(tmp_path, settings)


@pytest.fixture
def server(practice_server: StartServer, path: str, settings: Settings) -> PracticeServer:
    return practice_server(path, settings.network.local_address, settings.network.port, PASSWORD)


def rewritten(server: PracticeServer, path: str, command: str = CONFIG_COMMAND) -> str:
    """Return the text after CONFIG REWRITE, with the practice drive's folder taken for the drive."""
    server.client.execute_command(command, "REWRITE")
    return (server.root / path).read_text().replace(f"{server.root}/C:", "C:")


def accepts(settings: Settings, password: str) -> bool:
    address = settings.network.local_address
    with redis.Redis(host=address, password=password, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return bool(client.ping())
        except redis.AuthenticationError:
            return False


def test_a_rewrite_shows_exactly_what_was_set(server: PracticeServer, path: str, settings: Settings) -> None:
    desired = rendered(settings)
    untouched = rewritten(server, path)
    assert parse(untouched) != parse(desired)
    assert {change.key for change in compare(untouched, desired)} == {DEFAULT_USER}

    values = {"maxmemory": "3gb", "save": "60 1", "appendfsync": "always", "slowlog-max-len": "7", "hz": "50"}
    words = [word for pair in values.items() for word in pair]
    server.client.execute_command(CONFIG_COMMAND, "SET", *words)
    text = rewritten(server, path)
    changes = {change.key: change for change in compare(text, desired)}
    assert set(changes) == {("maxmemory",), ("save",), ("appendfsync",), ("slowlog-max-len",), DEFAULT_USER}
    assert changes["maxmemory",].before == ((str(3 * 2**30),),)
    assert changes[DEFAULT_USER].file_only
    assert not any(map(needs_restart, changes.values()))
    assert compare(merge(text, desired), desired) == ()
    assert normal(parse(merge(text, desired)))["hz",] == (("50",),)


def test_the_changes_are_made_live_by_one_command(server: PracticeServer, path: str, settings: Settings) -> None:
    """What set_arguments says, the running server takes at once, and means the desired text by it."""
    desired = rendered(settings)
    server.client.execute_command(CONFIG_COMMAND, "SET", "save", "", "maxmemory", "3gb", "requirepass", NEW_PASSWORD)
    server.client.execute_command(
        CONFIG_COMMAND, "SET", "notify-keyspace-events", "Ex", "client-output-buffer-limit", "normal 1 1 1 pubsub 2 2 2"
    )
    desired += (
        'notify-keyspace-events ""\nclient-output-buffer-limit normal 0 0 0 pubsub 32mb 8mb 60\n'
        'latency-tracking-info-percentiles ""\nshutdown-on-sigterm nosave force\n'
    )
    changes = compare(rewritten(server, path), desired)
    assert not any(map(needs_restart, changes))
    server.client.execute_command(CONFIG_COMMAND, "SET", *set_arguments(changes))
    assert {change.key for change in compare(rewritten(server, path), desired)} == {DEFAULT_USER}
    values = present_values(server.client, "*", command=CONFIG_COMMAND)
    wanted = {place[0]: spoken(value) for place, value in normal(parse(desired)).items() if len(place) == 1}
    assert {name: values[name] for name in wanted} == wanted | {"dir": str(server.root / settings.storage.data)}
    assert accepts(settings, PASSWORD)


def test_a_refused_value_changes_nothing(server: PracticeServer) -> None:
    changes = compare("", "maxmemory 3gb\nhz 50\nreplica-priority -1\n")
    with pytest.raises(redis.ResponseError, match="replica-priority"):
        server.client.execute_command(CONFIG_COMMAND, "SET", *set_arguments(changes))
    values = present_values(server.client, "maxmemory", "hz", command=CONFIG_COMMAND)
    assert values == {"maxmemory": str(2 * 2**30), "hz": "10"}


def test_password_rotation_after_a_rewrite(server: PracticeServer, path: str, settings: Settings) -> None:
    """CONFIG REWRITE adds `user default on #hash`: with it, a new requirepass would not count after a restart."""
    old, desired = rewritten(server, path), rendered(settings).replace(PASSWORD, NEW_PASSWORD)
    changes = compare(old, desired)
    assert {change.key for change in changes} == {("requirepass",), DEFAULT_USER}
    assert set_arguments(changes) == ("requirepass", NEW_PASSWORD)
    assert not any(map(needs_restart, changes))

    restarted(server, path, old.replace(f'requirepass "{PASSWORD}"', f'requirepass "{NEW_PASSWORD}"'))
    assert (accepts(settings, PASSWORD), accepts(settings, NEW_PASSWORD)) == (True, False)
    trapped = rewritten(server, path)
    assert [(change.key, needs_restart(change)) for change in compare(trapped, desired)] == [(DEFAULT_USER, True)]

    server.client.close()
    server.client = patient_client(settings.network.local_address, settings.network.port, NEW_PASSWORD)
    restarted(server, path, merge(trapped, desired))
    assert (accepts(settings, PASSWORD), accepts(settings, NEW_PASSWORD)) == (False, True)


def restarted(server: PracticeServer, path: str, text: str) -> None:
    server.stop()
    (server.root / path).write_text(text, newline="")
    server.start()


def test_an_acl_file_takes_the_users_place(practice_server: StartServer, tmp_path: Path) -> None:
    address = next_address()
    lines = [f"bind {address}", "port 6379", 'save ""']
    live = render(parse("\n".join([*lines, f"requirepass {PASSWORD}", "user app on >x ~* +@all"])))
    (tmp_path / "users.acl").write_text(f"user default on >{PASSWORD} ~* &* +@all\n")
    desired = "\n".join([*lines, f"aclfile {tmp_path}/users.acl", ""])
    assert "ACL file path is invalid" in refusal(tmp_path, (desired + live).encode())
    assert [len(problems(parse(text))) for text in (desired + live, desired, live)] == [1, 0, 0]

    removed = {change.key for change in compare(live, desired) if change.after is None}
    assert removed == {("user", "app")}
    (tmp_path / "any.conf").write_text(merge(live, desired))
    server = practice_server("any.conf", address, password=PASSWORD)
    assert server.client.acl_users() == ["default"]
    assert compare(rewritten(server, "any.conf", "CONFIG"), desired) == ()


def test_secrets_copied_from_an_included_file_do_not_stay(practice_server: StartServer, tmp_path: Path) -> None:
    address = next_address()
    (tmp_path / "secrets.conf").write_text(f"requirepass {PASSWORD}\nmasterauth {PASSWORD}\n")
    desired = f'bind {address}\nport 6379\nsave ""\ndir "{tmp_path}"\ninclude "{tmp_path}/secrets.conf"\n'
    (tmp_path / "any.conf").write_text(desired)
    server = practice_server("any.conf", address, password=PASSWORD)
    server.client.execute_command("CONFIG", "REWRITE")
    text = (tmp_path / "any.conf").read_text()
    assert text.count(PASSWORD) == 2
    assert {change.key for change in compare(text, desired)} == {("requirepass",), ("masterauth",), DEFAULT_USER}
    assert PASSWORD not in merge(text, desired)
    assert "latency-tracking-info-percentiles" in merge(text, desired)


def test_roles_are_the_live_files(server: PracticeServer, path: str, settings: Settings) -> None:
    """Sentinel makes a server a replica, or a primary, and rewrites its file: the deploy leaves that alone."""
    desired = rendered(settings)
    server.client.replicaof("127.79.1.254", "6379")
    demoted = rewritten(server, path)
    assert ("replicaof",) in normal(parse(demoted))
    assert {change.key for change in compare(demoted, desired)} == {DEFAULT_USER}
    assert Directive("replicaof", ("127.79.1.254", "6379")) in parse(merge(demoted, desired))
    server.client.replicaof("NO", "ONE")
    promoted = rewritten(server, path)
    assert ("replicaof",) not in normal(parse(merge(promoted, desired)))


def test_a_rewritten_user_is_the_same_user(practice_server: StartServer, tmp_path: Path) -> None:
    address = next_address()
    desired = (
        f'bind {address}\nport 6379\nsave ""\nuser app on >secret ~app:* %R~b:* allchannels +@read +SET -get\n'
        "user bob on nopass allkeys allcommands -@dangerous (+get ~x)\nuser old off resetpass\n"
    )
    (tmp_path / "any.conf").write_text(desired)
    server = practice_server("any.conf", address)
    text = rewritten(server, "any.conf", "CONFIG")
    assert "secret" not in text
    assert as_mapping(compare(text, desired)) == {}
    server.client.execute_command("ACL", "SETUSER", "app", "+del")
    assert [change.key for change in compare(rewritten(server, "any.conf", "CONFIG"), desired)] == [("user", "app")]


def test_a_live_file_with_comments_behind_values_is_put_right() -> None:
    """Redis refuses such lines; comparing names them, and merging leaves them out."""
    live = "save 900 1 # Save if secret\nappendonly yes # x\nmaxmemory 75%\n"
    desired = "save 900 1\nappendonly yes\nmaxmemory 2gb\n"
    assert [change.key[0] for change in compare(live, desired)] == ["save", "appendonly", "maxmemory"]
    assert merge(live, desired) == desired


def test_changes_of_the_file_alone_are_not_set() -> None:
    change = Change(DEFAULT_USER, (("on",),), None, file_only=True)
    assert not needs_restart(change)
    assert set_arguments([change]) == ()


ENCRYPTED = "port 0\ntls-port 6380\ntls-cert-file C:/a.crt\ntls-key-file C:/a.key\ntls-auth-clients no\nhz 20\n"


def test_encrypted_connections_that_are_not_desired_any_more_end_without_a_restart() -> None:
    changes = compare(ENCRYPTED, "port 6379\n")
    assert [needs_restart(change) for change in changes] == [False] * 5
    words = set_arguments(changes)
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        "port": "6379",
        "tls-port": "0",
        "tls-cert-file": "",
        "tls-key-file": "",
        "tls-auth-clients": "yes",
    }
    merged = merge(ENCRYPTED, "port 6379\n")
    assert ("tls" in merged, "hz 20" in merged) == (False, True)


def test_a_server_that_names_the_defaults_of_encryption_is_as_desired() -> None:
    live = 'port 6379\ntls-port 0\ntls-cert-file ""\ntls-key-file ""\ntls-ca-cert-file ""\ntls-auth-clients yes\n'
    assert compare(live, "port 6379\n") == ()
