"""The groups together: all that is known about one host."""

from collections.abc import Iterator
from itertools import combinations

from pydantic import Field

from memurai.settings.groups import (
    WINRM_PORTS,
    ApplicationSettings,
    BackupSettings,
    DiagnosticsSettings,
    ExtraSettings,
    Group,
    LoggingSettings,
    MemorySettings,
    MonitoringSettings,
    NetworkSettings,
    PackageSettings,
    PersistenceSettings,
    ReplicationSettings,
    SecuritySettings,
    ServiceSettings,
    StorageSettings,
    TlsSettings,
    UsersSettings,
)
from memurai.settings.replication import RULES as REPLICATION_RULES
from memurai.settings.replication import (
    announced_address,
    command_problems,
    directive_problems,
    durability_problems,
    member_problems,
    member_user_problems,
)

# Connections beside the application's: administration, backup, monitoring, and a pool that reconnects before the
# server has noticed that the old connections are gone.
RESERVED_CLIENTS = 32
# Forgetting a revoked token lets it in again, forgetting a session logs somebody out; a counter or a copy comes back.
NOT_TO_BE_FORGOTTEN = ("token_blacklist", "sessions")


class Settings(Group):
    """Everything one host is to be; `from_host_data` makes it and reports what is wrong with the data."""

    RULES = (
        (
            "`memurai_security.maxclients` is at least `memurai_application.max_connections` and "
            f"{RESERVED_CLIENTS} more, for administration, backup and monitoring."
        ),
        "With `memurai_users.enabled`, the command ACL is not disabled in `memurai_security.renamed_commands`.",
        (
            "`memurai_network.port`, `memurai_tls.port` (when encrypted connections are on), "
            "`memurai_service.trial_port`, `memurai_backup.rehearsal_port` and `memurai_replication.sentinel_port` (in "
            "a set) are different ports."
        ),
        "The folders of `memurai_storage` are outside `memurai_package.folder`, which an upgrade takes away.",
        (
            "With `token_blacklist` or `sessions` in `memurai_application.stores`, `memurai_memory.policy` is "
            "`noeviction`: these keys have a lifetime, so `volatile-*` evicts them as well; with `noeviction` a full "
            "server refuses writes instead of forgetting a revocation."
        ),
        (
            "With either of them, `memurai_persistence.appendonly` is on: a restart would forget what came after the "
            "last snapshot."
        ),
        *REPLICATION_RULES,
    )

    package: PackageSettings = Field(description="The installer.")
    storage: StorageSettings = Field(default_factory=StorageSettings, description="Folders on the host.")
    network: NetworkSettings = Field(default_factory=NetworkSettings, description="Addresses, port and clients.")
    security: SecuritySettings = Field(default_factory=SecuritySettings, description="Password and commands.")
    users: UsersSettings = Field(default_factory=UsersSettings, description="Users and their rights.")
    tls: TlsSettings = Field(default_factory=TlsSettings, description="Encrypted connections.")
    replication: ReplicationSettings = Field(
        default_factory=ReplicationSettings, description="A set and its Sentinels."
    )
    persistence: PersistenceSettings = Field(default_factory=PersistenceSettings, description="Snapshots and AOF.")
    memory: MemorySettings = Field(default_factory=MemorySettings, description="Memory and eviction.")
    logging: LoggingSettings = Field(default_factory=LoggingSettings, description="The server's log.")
    diagnostics: DiagnosticsSettings = Field(default_factory=DiagnosticsSettings, description="Slow log and latency.")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="The Windows service.")
    application: ApplicationSettings = Field(
        default_factory=ApplicationSettings, description="What is stored, and the load."
    )
    backup: BackupSettings = Field(default_factory=BackupSettings, description="Backups and their rehearsal.")
    monitoring: MonitoringSettings = Field(default_factory=MonitoringSettings, description="Health and thresholds.")
    extra: ExtraSettings = Field(default_factory=ExtraSettings, description="Directives without a setting.")

    def combination_problems(self) -> Iterator[str]:
        """Yield groups that do not fit each other."""
        yield from client_problems(self.security, self.application)
        yield from user_problems(self.users, self.security)
        yield from port_problems(self.network, self.tls, self.service, self.backup, self.replication)
        yield from member_problems(self.replication, self.network)
        yield from command_problems(self.replication, self.security)
        yield from member_user_problems(self.replication, self.users)
        yield from durability_problems(self.replication, self.persistence)
        yield from directive_problems(self.replication, self.extra)
        yield from folder_problems(self.package, self.storage)
        yield from retention_problems(self.application, self.memory, self.persistence)

    @property
    def announced_address(self) -> str:
        """The address or name by which a member of a set makes itself known; empty outside of one."""
        return (self.replication.enabled and announced_address(self.replication, self.network)) or ""

    @property
    def source_address(self) -> str:
        """The address from which a member of a set connects to the others, whose firewalls know it; empty for any."""
        announced = self.announced_address
        return announced if announced in self.network.addresses else ""


def client_problems(security: SecuritySettings, application: ApplicationSettings) -> Iterator[str]:
    """Yield a limit of clients that the application's pools could use up."""
    needed = application.max_connections + RESERVED_CLIENTS
    if security.maxclients < needed:
        yield (
            f"memurai_security.maxclients: expected at least {needed} ({application.max_connections} of "
            f"memurai_application.max_connections and {RESERVED_CLIENTS} for administration), "
            f"found {security.maxclients}"
        )


def user_problems(users: UsersSettings, security: SecuritySettings) -> Iterator[str]:
    """Yield that the command by which users are changed is disabled."""
    acl = security.renamed_commands.get("ACL")
    if users.enabled and acl is not None and not acl.get_secret_value():
        yield (
            "memurai_security.renamed_commands.ACL: expected the command, or a secret new name of it, because "
            "memurai_users.enabled changes users by it, found it disabled; only the administrator may use it anyway"
        )


def port_problems(
    network: NetworkSettings,
    tls: TlsSettings,
    service: ServiceSettings,
    backup: BackupSettings,
    replication: ReplicationSettings,
) -> Iterator[str]:
    """Yield ports that two servers, or two kinds of connections, would share."""
    encrypted = {"memurai_tls.port": tls.port} if tls.enabled else {}
    sentinel = {"memurai_replication.sentinel_port": replication.sentinel_port} if replication.enabled else {}
    ports = {
        **sentinel,
        **encrypted,
        "memurai_service.trial_port": service.trial_port,
        "memurai_backup.rehearsal_port": backup.rehearsal_port,
        "memurai_network.port": network.port,
    }
    for (key, port), (other, other_port) in combinations(ports.items(), 2):
        if port == other_port:
            yield f"{key}: expected another port than {other}, found {port} for both; choose a free one"
    for key, port in {**encrypted, **sentinel}.items():
        if port in WINRM_PORTS:
            yield f"{key}: expected a port that WinRM does not use (5985, 5986), found {port}"


def folder_problems(package: PackageSettings, storage: StorageSettings) -> Iterator[str]:
    """Yield storage folders inside the product's folder, which an upgrade or uninstallation takes away."""
    product = f"{package.folder}/".lower()
    for name, folder in storage:
        if f"{folder}/".lower().startswith(product):
            yield (
                f"memurai_storage.{name}: expected a folder outside memurai_package.folder ({package.folder!r}), "
                f"found {folder!r}"
            )


def retention_problems(
    application: ApplicationSettings, memory: MemorySettings, persistence: PersistenceSettings
) -> Iterator[str]:
    """Yield settings by which the server would forget what the application relies on.

    The keys of a token blacklist and of sessions have a lifetime: `volatile-*` evicts exactly such keys.
    https://redis.io/docs/latest/develop/reference/eviction/
    """
    lasting = [kind for kind in application.stores if kind in NOT_TO_BE_FORGOTTEN]
    if not lasting:
        return
    because = f"because memurai_application.stores has {' and '.join(lasting)}"
    if memory.policy != "noeviction":
        yield (
            f"memurai_memory.policy: expected noeviction, {because}: the server would forget revocations and logins "
            f"when its memory is full (volatile-* too, their keys have a lifetime), found {memory.policy}; write "
            "noeviction, or keep them in another server"
        )
    if not persistence.appendonly:
        yield (
            f"memurai_persistence.appendonly: expected True, {because}: a restart would forget what came after the "
            "last snapshot, found False"
        )
