"""Members of a set: real servers, and a Sentinel, on the configurations that the settings make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from config_practice import next_address
from practice import CONFIG_COMMAND, PASSWORD, PracticeServer, patient_client
from practice_server import wait_until
from test_rendering_configuration import TEMPLATE, drive

from memurai import folders
from memurai.config.passwords import digest
from memurai.config.sentinel import SentinelDocument
from memurai.instance import Instance
from memurai.rendering import configuration, sentinel, users
from memurai.sentinel import Sentinel
from memurai.settings import Settings, credentials, from_host_data
from memurai.topology import Address
from winfra.operations.files import render
from winlab.certificates import CertificateAuthority

SECRETS = ("APPLICATION", "BACKUP", "MONITORING", "SENTINEL", "REPLICA", "REPLICATION_SENTINEL")
SENTINEL_PASSWORD = "unit-test-password-of-REPLICATION_SENTINEL"
USERS = {"enabled": True, "sentinel": "sentinel", "replica": "replica"}
DEADLINE_SECONDS = 120.0
TEMPLATES = TEMPLATE.parents[1]


def set_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that the default settings of a member name."""
    for name in SECRETS:
        monkeypatch.setenv(f"MEMURAI_{name}_PASSWORD", f"unit-test-password-of-{name}")


def member(host_data: dict[str, object], address: str, **groups: object) -> Settings:
    """Return the settings of a member; those of `groups` come before."""
    own = {"memurai_network": {"bind": [address]}, "memurai_replication": {"enabled": True, "first_primary": "cache1"}}
    return from_host_data(
        "cache1", {**host_data, **own, **{f"memurai_{name}": group for name, group in groups.items()}}
    )


def rendered(settings: Settings) -> str:
    """Return the configuration of a member's server."""
    data = configuration.template_data(settings, credentials.resolve(settings))
    return _text(configuration.TEMPLATE, data)


def rendered_sentinel(settings: Settings, primary: Address) -> str:
    """Return the configuration of a member's Sentinel."""
    return _text(sentinel.TEMPLATE, sentinel.template_data(settings, credentials.resolve(settings), primary))


def _text(template: str, data: dict[str, object]) -> str:
    return "\r\n".join(render(str(TEMPLATES / template), data).splitlines()) + "\r\n"


class PracticeMember:
    """A member's server, on a drive that is a folder named `C:`."""

    def __init__(
        self, root: Path, settings: Settings, primary: Address | None, authority: CertificateAuthority
    ) -> None:
        root.mkdir()
        self.root = root
        self.settings = settings
        self.path = drive(root, settings)
        role = "" if primary is None else f"replicaof {primary.host} {primary.port}\r\n"
        (root / self.path).write_bytes(f"{rendered(settings)}{role}".encode())
        here = Instance.of(settings)
        if settings.users.enabled:
            (root / here.users_file).write_bytes(_text(users.TEMPLATE, _passwords(settings)).encode())
        if settings.tls.enabled:
            self._issue(authority)
        self.ca = authority.certificate if settings.tls.enabled else None
        self.address = Address.of(settings.announced_address, here.port)
        client = patient_client(self.address.host, self.address.port, PASSWORD, self.ca, here.user)
        self.server = PracticeServer(root, self.path, client)
        self.client: redis.Redis = client

    def _issue(self, authority: CertificateAuthority) -> None:
        files = Instance.of(self.settings).tls_files
        (self.root / folders.tls_folder(self.settings).path).mkdir()
        issued = authority.issue(self.root.name, self.settings.announced_address, for_clients=True)
        sources = {files.ca: authority.certificate, files.certificate: issued.certificate, files.key: issued.key}
        for name, source in sources.items():
            (self.root / name).write_bytes(source.read_bytes())

    @property
    def text(self) -> str:
        """The configuration as it stands on the drive."""
        return (self.root / self.path).read_text().replace(f"{self.root}/C:", "C:")

    def rewrite(self) -> None:
        """Let the server write its configuration anew."""
        self.client.execute_command(CONFIG_COMMAND, "REWRITE")

    def writes_first_log(self) -> bool:
        """Whether it writes its first append-only file after a synchronization: until then it refuses to end."""
        found = self.client.info("persistence")
        return bool(found["aof_rewrite_in_progress"] or found["aof_rewrite_scheduled"])

    def is_primary_in_sync(self) -> bool:
        """Whether it is a primary with a replica, and takes writes."""
        found = self.client.info("replication")
        return found.get("slave0", {}).get("state") == "online" and self._takes_writes()

    def _takes_writes(self) -> bool:
        try:
            return bool(self.client.set("key", "value"))
        except redis.ResponseError:
            return False


def _passwords(settings: Settings) -> dict[str, object]:
    found = credentials.resolve(settings)
    passwords = {"administrator": found.password, **found.users}
    digests = {role: f"#{digest(value)}" for role, value in passwords.items()}
    return {"settings": settings, "passwords": digests}


class Pair:
    """A primary and its replica.

    groups: of both members' settings.
    """

    def __init__(self, root: Path, host_data: dict[str, object], **groups: object) -> None:
        authority = CertificateAuthority(root)
        # A primary waits for more replicas before it serves the first one, by default.
        groups = {"extra": {"directives": {"repl-diskless-sync-delay": 0}}, **groups}
        settings = [member(host_data, next_address(), **groups) for _ in range(2)]
        self.primary = PracticeMember(root / "primary", settings[0], None, authority)
        self.replica = PracticeMember(root / "replica", settings[1], self.primary.address, authority)

    def wait_for_sync(self, primary: PracticeMember) -> None:
        """Wait until one of them is the primary, the other is in sync, and both may be stopped."""
        wait_until(primary.is_primary_in_sync, "a replica in sync", DEADLINE_SECONDS)
        for one in (self.primary, self.replica):
            wait_until(lambda one=one: not one.writes_first_log(), "an append-only file", DEADLINE_SECONDS)

    def follow(self, replica: PracticeMember, primary: PracticeMember) -> None:
        """Let one be the replica of the other, as Sentinel does, and wait until it is in sync."""
        primary.client.replicaof("NO", "ONE")
        replica.client.replicaof(primary.address.host, str(primary.address.port))
        for one in (primary, replica):
            one.rewrite()
        self.wait_for_sync(primary)

    @contextmanager
    def running(self) -> Iterator[Pair]:
        """Let both run, in sync."""
        servers = [self.primary.server, self.replica.server]
        try:
            for server in servers:
                server.start()
            self.wait_for_sync(self.primary)
            yield self
        finally:
            for server in servers:
                if server.process:
                    server.stop()


class PracticeSentinel:
    """The Sentinel beside a member's server."""

    def __init__(self, beside: PracticeMember) -> None:
        self.root = beside.root
        self.here = Sentinel.of(beside.settings)
        self.desired = rendered_sentinel(beside.settings, beside.address)
        folder = self.root / self.here.folder
        (folder / "C:").symlink_to(self.root / "C:")
        self.write(self.desired)
        self.host, self.ca = beside.address.host, beside.ca
        port = beside.settings.replication.sentinel_port
        self.server = PracticeServer(self.root, self.here.configuration, self.client_of(port), ("--sentinel",))

    def client_of(self, port: int, password: str = SENTINEL_PASSWORD) -> redis.Redis:
        """Return a client of the Sentinel."""
        return patient_client(self.host, port, password, self.ca)

    @property
    def client(self) -> redis.Redis:
        """The client of the running Sentinel."""
        return self.server.client

    def restart(self, client: redis.Redis | None = None) -> None:
        """Stop it and start it again; client: by which it is reached then, the present one by default."""
        self.server.stop()
        self.server.client = client or self.client
        self.server.start()

    def write(self, text: str) -> None:
        """Put a configuration in place."""
        (self.root / self.here.configuration).write_bytes(text.encode())

    @property
    def document(self) -> SentinelDocument:
        """The configuration as the Sentinel has written it."""
        text = (self.root / self.here.configuration).read_text()
        return SentinelDocument.of(text.replace(f"{self.root}/C:", "C:"))

    @contextmanager
    def running(self) -> Iterator[PracticeSentinel]:
        """Let it run."""
        try:
            self.server.start()
            # It asks each server every ten seconds, by default.
            self.client.execute_command("SENTINEL", "DEBUG", "info-period", "500")
            yield self
        finally:
            if self.server.process:
                self.server.stop()
