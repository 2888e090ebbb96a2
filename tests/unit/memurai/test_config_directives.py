"""The table of directives, compared with what a real Redis says of itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from config_practice import next_address, present_values, spoken
from practice import PracticeServer

from memurai.config import Change, needs_restart
from memurai.config.directives import ALIASES, KNOWN
from memurai.config.meaning import default

MEMURAI_ONLY = {"instance-name", "license-file", "winlog-level"}
# Redis 7.0 does not have them yet, or not under this name.
LATER = {
    "aof-rewrite-cpulist",
    "bgsave-cpulist",
    "bio-cpulist",
    "cluster-announce-human-nodename",
    "cluster-ping-interval",
    "hide-user-data-from-log",
    "locale-collate",
    "max-new-connections-per-cycle",
    "max-new-tls-connections-per-cycle",
    "server-cpulist",
    "set-max-listpack-entries",
    "set-max-listpack-value",
}
# CONFIG GET * does not show them.
HIDDEN = {
    "key-load-delay",
    "loading-process-events-interval-bytes",
    "rdb-key-save-delay",
    "use-exit-on-panic",
    "watchdog-period",
}


@pytest.fixture
def client(practice_server: Callable[..., PracticeServer], tmp_path: Path) -> redis.Redis:
    address = next_address()
    (tmp_path / "any.conf").write_text(f"bind {address}\nport 6379\n")
    return practice_server("any.conf", address).client


def refusal_of_set(client: redis.Redis, name: str, value: str) -> str | None:
    try:
        client.execute_command("CONFIG", "SET", name, value)
    except redis.ResponseError as error:
        return str(error)
    return None


def test_the_table_has_every_name_and_default_and_says_what_is_live(client: redis.Redis) -> None:
    values = present_values(client) | present_values(client, *HIDDEN)
    names = {ALIASES.get(name, name) for name in values}
    assert names - set(KNOWN) == set()
    assert {known.name for known in KNOWN.values()} - set(values) == LATER | MEMURAI_ONLY

    of_the_machine = {"bind", "client-output-buffer-limit", "dir", "maxclients"}
    compared = (set(values) & set(KNOWN)) - of_the_machine
    assert {name: spoken(default((name,)) or ()) for name in compared} == {name: values[name] for name in compared}

    refusals = {name: refusal_of_set(client, name, values[name]) for name in KNOWN if name in values}
    assert {name for name, message in refusals.items() if message is None} == {
        known.name for known in KNOWN.values() if known.live and known.name in values
    }
    assert all(any(word in message for word in ("immutable", "protected")) for message in refusals.values() if message)
    restart = {name for name in refusals if needs_restart(Change((name,), None, ((values[name],),)))}
    assert restart == {name for name, message in refusals.items() if message}


def test_the_default_limits_of_client_classes(client: redis.Redis) -> None:
    said = present_values(client, "client-output-buffer-limit")["client-output-buffer-limit"]
    limits = [default(("client-output-buffer-limit", name)) for name in ("normal", "replica", "pubsub")]
    assert [spoken(value) for value in limits if value is not None] == [
        " ".join(said.split()[start + 1 : start + 4]) for start in (0, 4, 8)
    ]
    assert said.split()[::4] == ["normal", "slave", "pubsub"]
    assert default(("client-output-buffer-limit", "unknown")) is None


def test_every_alias_is_one(client: redis.Redis) -> None:
    values = present_values(client)
    old = {alias: name for alias, name in ALIASES.items() if name not in LATER}
    assert {alias: values[alias] for alias in old} == {alias: values[name] for alias, name in old.items()}
    assert {alias for alias in ALIASES if ALIASES[alias] in LATER} <= set(values)


@pytest.mark.parametrize("name", sorted(MEMURAI_ONLY | {"rename-command", "user", "include", "no-such-directive"}))
def test_what_config_set_is_not_known_to_take_needs_a_restart(name: str) -> None:
    assert needs_restart(Change((name,), None, (("x",),)))
