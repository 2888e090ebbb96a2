"""What the server does: asked by commands, not read from files."""

from __future__ import annotations

import secrets

import pytest
from pyinfra.api import Host
from server import ServerOnHost, wait_until

from memurai import host_settings
from memurai.checks import server as server_checks
from memurai.settings import Settings
from winfra.secrets import hidden

# Keys of a verification: nobody else's, and gone by themselves if the verification is.
PREFIX = "memurai-production:verify:"
LIFETIME_SECONDS = 300


def test_ping(server: ServerOnHost) -> None:
    """The server answers with the password."""
    assert server.ask("PING") == "PONG"


def test_edition(server: ServerOnHost, settings: Settings, windows: Host) -> None:
    """The server is of an edition that may be used where it runs."""
    info = server.info()
    unwanted = server_checks.unwanted_info(settings, is_production=host_settings.is_production(windows))
    assert [f"{item.field}:{info[item.field]}; {item.advice}" for item in unwanted if item.is_in(info)] == []


def test_password(server: ServerOnHost) -> None:
    """The server refuses everything with a wrong password."""
    answer = server.ask("GET", f"{PREFIX}any", password=hidden(secrets.token_urlsafe(24)))
    assert "NOAUTH" in answer or "WRONGPASS" in answer


def test_encryption(server: ServerOnHost, settings: Settings) -> None:
    """Connections are encrypted where that is asked, and others are accepted only where that is asked."""
    assert server.configured("tls-port") == str(settings.tls.port if settings.tls.enabled else 0)
    answer = server.ask_unencrypted("PING")
    if settings.tls.enabled and not settings.tls.plain_port:
        assert "Could not connect" in answer
    else:
        assert answer == "PONG"


def test_commands(server: ServerOnHost, settings: Settings) -> None:
    """The server does not know disabled commands, and knows renamed ones under their new name only."""
    # Without this an answer that is empty for another reason would prove everything.
    assert server.command_named("PING") == "ping", "COMMAND INFO must answer: it tells which commands there are"
    for command in settings.security.renamed_commands:
        assert server.command_named(command) == "", f"{command} is not disabled or renamed: the server knows it"
    for command, new_name in server.renamed_commands.items():
        # The answer is not compared here: were it the new name, it would be shown.
        is_known = server.is_disabled(command) or server.command_named(new_name) == command.lower()
        assert is_known, f"{command} is not known under its new name"


def test_users(server: ServerOnHost, settings: Settings) -> None:
    """Users have the rights they need and no more; without users this is one password for all."""
    if server.is_disabled("ACL"):
        pytest.skip("memurai_security.renamed_commands disables ACL, which tells of users")
    if not settings.users.enabled:
        assert server.user() == "default"
        return
    for role in server.users:
        assert server.ask("PING", role=role) == "PONG", role
    for role, command in (
        ("application", "ACL LIST"),
        ("monitoring", f"SET {PREFIX} x"),
        ("backup", f"SET {PREFIX} x"),
    ):
        assert not server.may(role, *command.split()), f"{role} may {command}"
    assert ("off" in server.rights("default")) == (settings.users.default_user == "off")


def test_memory(server: ServerOnHost, settings: Settings) -> None:
    """Memory and eviction are limited as configured."""
    info = server.info()
    assert (info["maxmemory"], info["maxmemory_policy"]) == (str(settings.memory.maxmemory), settings.memory.policy)


def test_persistence(server: ServerOnHost, settings: Settings) -> None:
    """Snapshots and the append-only file are on, and the last of each went well."""
    info = server.info()
    assert info["aof_enabled"] == str(int(settings.persistence.appendonly))
    assert info["rdb_last_bgsave_status"] == "ok"
    if settings.persistence.appendonly:
        assert (info["aof_last_write_status"], info["aof_last_bgrewrite_status"]) == ("ok", "ok")
    assert server.configured("save").split() == [str(item) for point in settings.persistence.save for item in point]


def test_limits(server: ServerOnHost, settings: Settings) -> None:
    """Clients, slow log and latency monitor have the configured limits."""
    assert server.configured("maxclients") == str(settings.security.maxclients)
    assert server.configured("slowlog-max-len") == str(settings.diagnostics.slowlog_max_len)
    assert server.configured("latency-monitor-threshold") == str(settings.diagnostics.latency_monitor_threshold)


def test_aof_grows(server: ServerOnHost, writable: ServerOnHost, settings: Settings) -> None:
    """A write reaches the append-only file."""
    if not settings.persistence.appendonly:
        pytest.skip("memurai_persistence.appendonly is off")
    before = int(server.info()["aof_current_size"])
    key = PREFIX + secrets.token_hex(8)
    assert writable.ask("SET", key, "x" * 64, "EX", str(LIFETIME_SECONDS)) == "OK"
    wait_until(lambda: int(server.info()["aof_current_size"]) > before, "the append-only file to grow")
    assert writable.ask("DEL", key) == "1"


@pytest.mark.usefixtures("disruptive")
def test_restart(server: ServerOnHost, settings: Settings) -> None:
    """Data survives a restart of the service."""
    if settings.replication.enabled:
        pytest.skip(
            "a member of a set goes down only while the others are whole, and not for a check: tasks/failover.py has "
            "another one become the primary, as a drill by ending the primary's process"
        )
    key, value = PREFIX + secrets.token_hex(8), secrets.token_hex(16)
    assert server.ask("SET", key, value, "EX", str(LIFETIME_SECONDS)) == "OK"
    # Whether a service saves when it is stopped is not known; what others wrote must survive this test.
    server.save()
    server.call("Restart-WinService", Name=settings.service.name)
    wait_until(lambda: server.ask("PING") == "PONG", "the server to answer after its restart")
    assert server.ask("GET", key) == value
    assert server.ask("DEL", key) == "1"
