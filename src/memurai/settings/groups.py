"""Every setting: its name, type, bounds, default and meaning. The defaults are the production guide's figures.

A group is one key of the host data: `NetworkSettings` is `memurai_network`. pyinfra takes a key whole from the most
specific place that has it (`--data`, the host, its group, `all`); what that place leaves out has the default below.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from itertools import permutations
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from memurai.settings import raw
from memurai.settings.values import (
    COMBINATION,
    WILDCARD_ADDRESSES,
    Account,
    BindAddress,
    ClientNetwork,
    ControlNodeFile,
    CopyFolder,
    DisplayName,
    FileName,
    Folder,
    InstallerPath,
    InventoryName,
    KeyPattern,
    MemberAddress,
    NewNameSource,
    ProductName,
    SecretSource,
    ServiceName,
    SetName,
    Sha256,
    Size,
    TimeOfDay,
    UserName,
    Version,
)

MEBIBYTE = 1024**2
TEBIBYTE = 1024**4
WINRM_PORTS = (5985, 5986)

# Commands that administration needs and applications do not. A name Redis does not know would stop the server from
# starting, and PING and INFO must stay: the deploy verifies with them.
RestrictableCommand = Literal[
    "ACL", "BGREWRITEAOF", "BGSAVE", "CONFIG", "DEBUG", "FLUSHALL", "FLUSHDB", "KEYS", "LATENCY", "MEMORY", "MIGRATE",
    "MODULE", "MONITOR", "RANDOMKEY", "REPLICAOF", "SAVE", "SHUTDOWN", "SLAVEOF", "SLOWLOG", "SORT", "SWAPDB",
]  # fmt: skip

EvictionPolicy = Literal[
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
]  # fmt: skip


class Group(BaseModel):
    """Base of the groups: unchangeable, and closed to unknown keys.

    RULES: what `combination_problems` checks, in words, for the documentation.
    """

    RULES: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def combination_problems(self) -> Iterator[str]:
        """Yield what is wrong with the values together, each of them being right alone."""
        yield from ()

    @model_validator(mode="after")
    def _refuse_impossible_combinations(self) -> Self:
        problems = list(self.combination_problems())
        if problems:
            raise PydanticCustomError(COMBINATION, "the values do not fit together", {"problems": problems})
        return self


class PackageSettings(Group):
    """`memurai_package`: which installer, and where it puts the product."""

    version: Version = Field(
        description="Version the installer brings, as Windows shows it among the installed products; the MSI is asked."
    )
    source: InstallerPath = Field(
        description="Path of the MSI on the control node, from the project's folder. It is the operator's to provide."
    )
    sha256: Sha256 = Field(
        description="SHA-256 of the MSI, recorded when it was obtained; checked here and on the host."
    )
    product: ProductName = Field(
        default="Memurai*", description="Display name of the product; a * at the end stands for the edition's name."
    )
    folder: Folder = Field(
        default="C:/Program Files/Memurai",
        description="Folder the product is installed into (the MSI's INSTALLFOLDER).",
    )
    license_file: ControlNodeFile | None = Field(
        default=None,
        description="Path of the licence file on the control node; none: the development licence the MSI brings.",
    )
    allow_developer_edition: bool = Field(
        default=False,
        description="Let a server in the inventory group prod be Memurai Developer. It may not be used in production, "
        "and stops without saving after ten days.",
    )


class StorageSettings(Group):
    """`memurai_storage`: where configuration, data, logs and installers stand on the host."""

    RULES = (
        (
            "`config`, `data`, `logs`, `install` and `backup` are different folders, none inside another and none the "
            "base folder itself: each has an access list of its own."
        ),
        (
            "A folder, here and in the other groups, is none of Windows' own and in none of those (Windows, Users, "
            "Recovery, ...; in Program Files and ProgramData it is a folder of its own), has neither a name that "
            "Windows keeps for devices (CON, NUL, ...) nor a short one (PROGRA~1) in it, and no [ or ], which the "
            "server takes for a pattern."
        ),
    )

    base: Folder = Field(default="C:/ProgramData/Memurai", description="Folder around the others.")
    config: Folder = Field(
        default_factory=lambda values: f"{values['base']}/config",
        description="Folder of the configuration, which holds the password. Default: config in the base folder.",
    )
    data: Folder = Field(
        default_factory=lambda values: f"{values['base']}/data",
        description="Folder of RDB and AOF files. Default: data in the base folder.",
    )
    logs: Folder = Field(
        default_factory=lambda values: f"{values['base']}/logs",
        description="Folder of the server's log. Default: logs in the base folder.",
    )
    install: Folder = Field(
        default_factory=lambda values: f"{values['base']}/install",
        description="Folder of installers and their logs. Default: install in the base folder.",
    )
    backup: Folder = Field(default="C:/Backups/Redis", description="Folder of the backups.")

    def combination_problems(self) -> Iterator[str]:
        """Yield folders that are the same as, or inside, another: each folder has an access list of its own."""
        folders = {"base": self.base, **self.separate}
        for name, other_name in permutations(folders, 2):
            same = folders[name].lower() == folders[other_name].lower()
            inside = name != "base" and _is_inside(folders[other_name], folders[name])
            if inside or (same and name < other_name):
                yield (
                    f"{other_name}: expected a folder of its own, outside {name} ({folders[name]!r}), "
                    f"found {folders[other_name]!r}"
                )

    @property
    def separate(self) -> dict[str, str]:
        """The folders that have nothing to do with each other, by name."""
        return {
            "config": self.config,
            "data": self.data,
            "logs": self.logs,
            "install": self.install,
            "backup": self.backup,
        }


def _is_inside(folder: str, other: str) -> bool:
    return folder.lower().startswith(f"{other}/".lower())


class NetworkSettings(Group):
    """`memurai_network`: where the server listens, and who may reach it."""

    RULES = (
        "Each address of `bind` stands there once.",
        "A server that listens beyond loopback needs `allowed_addresses`: the firewall lets in nobody else.",
    )

    bind: tuple[BindAddress, ...] = Field(
        default=("127.0.0.1",),
        min_length=1,
        max_length=16,
        description="Addresses to listen on; a leading - means the address may be missing when the server starts.",
    )
    port: int = Field(
        default=6379,
        ge=1024,
        le=49151,
        description="TCP port. Not above 49151: Windows lends those to outgoing connections.",
    )
    tcp_backlog: int = Field(default=511, ge=16, le=65535, description="Connections that may wait to be accepted.")
    timeout: int = Field(
        default=0,
        ge=0,
        le=86400,
        description="Seconds until an idle client is disconnected; 0: never, the pool checks its own.",
    )
    tcp_keepalive: int = Field(
        default=300, ge=1, le=7200, description="Seconds between keepalive probes to idle clients."
    )
    allowed_addresses: tuple[ClientNetwork, ...] = Field(
        default=(),
        max_length=256,
        description="Addresses and networks of the clients the firewall lets in. Needed beyond loopback.",
    )

    @field_validator("port")
    @classmethod
    def _leave_winrm_alone(cls, port: int) -> int:
        if port in WINRM_PORTS:
            raise ValueError("a port that WinRM does not use (5985, 5986)")
        return port

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses to listen on, without the mark of optional ones."""
        return tuple(address.removeprefix("-") for address in self.bind)

    @property
    def is_remote(self) -> bool:
        """Whether another machine can reach the server, but for the firewall."""
        return any(address in WILDCARD_ADDRESSES or not ip_address(address).is_loopback for address in self.addresses)

    @property
    def local_address(self) -> str:
        """The address at which the host itself reaches the server: a loopback one if there is one."""
        return local_address(self.bind)

    def combination_problems(self) -> Iterator[str]:
        """Yield repeated addresses, and a server open to the network without named clients."""
        if len(set(self.addresses)) < len(self.addresses):
            yield f"bind: expected each address once, found {list(self.bind)}"
        if self.is_remote and not self.allowed_addresses:
            yield (
                f"allowed_addresses: expected the clients' addresses, because bind {list(self.bind)} is not only "
                "loopback, found none; name them, or bind to 127.0.0.1"
            )


def local_address(bind: Sequence[str]) -> str:
    """Return the address at which a host reaches its own server: a loopback one if there is one.

    bind: addresses as the directive has them, optional ones with a leading `-`. On a host they may be names.
    """
    usual = [_reachable(address) for address in sorted(bind, key=lambda address: address.startswith("-"))]
    addresses = [address.removeprefix("-") for address in usual]
    return next((address for address in addresses if _is_loopback(address)), addresses[0])


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def _reachable(address: str) -> str:
    name = address.removeprefix("-")
    if name not in WILDCARD_ADDRESSES:
        return address
    return "::1" if ":" in name else "127.0.0.1"


class SecuritySettings(Group):
    """`memurai_security`: the password, the restricted commands, and how many may connect."""

    password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_PASSWORD"),
        description="Source of the password. The password has at least 16 printable ASCII characters (no blank, "
        '`"` or `\\`) and is of this environment alone; `python -m memurai secrets generate` makes one.',
    )
    renamed_commands: dict[RestrictableCommand, NewNameSource] = Field(
        default={
            "FLUSHDB": SecretStr(""),
            "FLUSHALL": SecretStr(""),
            "KEYS": SecretStr(""),
            "CONFIG": SecretStr("env:MEMURAI_CONFIG_COMMAND"),
        },
        description="Commands that are disabled (empty) or have a secret new name (its source). The name has at least "
        "16 letters, digits, _ or -. The whole list: it replaces the default one.",
    )
    maxclients: int = Field(default=10000, ge=64, le=100000, description="Clients that may be connected at once.")


# token_blacklist: revoked tokens until they expire. sessions: who is logged in. rate_limits: counters of short windows.
# cache: copies of what stands elsewhere.
Stored = Literal["token_blacklist", "sessions", "rate_limits", "cache"]

SavePoint = tuple[Annotated[int, Field(ge=1, le=604800)], Annotated[int, Field(ge=1, le=1_000_000_000)]]


class PersistenceSettings(Group):
    """`memurai_persistence`: snapshots (RDB) and the append-only file (AOF)."""

    save: tuple[SavePoint, ...] = Field(
        default=((900, 1), (300, 10), (60, 10000)),
        max_length=16,
        description="Snapshot after so many seconds if so many keys changed: (seconds, changes). Empty: no snapshots.",
    )
    dbfilename: FileName = Field(default="dump.rdb", description="File name of the snapshot in the data folder.")
    rdbcompression: bool = Field(default=True, description="Compress strings in snapshots.")
    rdbchecksum: bool = Field(default=True, description="Write and check a checksum of the snapshot.")
    appendonly: bool = Field(
        default=True, description="Log every write, so that a crash loses at most what appendfsync says."
    )
    appendfilename: FileName = Field(default="appendonly.aof", description="Base of the AOF's file names.")
    appendfsync: Literal["always", "everysec", "no"] = Field(
        default="everysec",
        description="How often the AOF is forced to disk: at most a second of writes is lost by default.",
    )
    auto_aof_rewrite_percentage: int = Field(
        default=100, ge=0, le=1000, description="Growth of the AOF in percent after which it is rewritten; 0: never."
    )
    auto_aof_rewrite_min_size: Size = Field(
        default=64 * MEBIBYTE,
        ge=MEBIBYTE,
        le=TEBIBYTE,
        description="Size below which the AOF is not rewritten, e.g. 64mb.",
    )


class MemorySettings(Group):
    """`memurai_memory`: how much data, and what goes first when it is full."""

    maxmemory: Size = Field(
        default=2048 * MEBIBYTE,
        ge=16 * MEBIBYTE,
        le=TEBIBYTE,
        description="Most memory for data, e.g. 2gb. The host needs twice as much.",
    )
    policy: EvictionPolicy = Field(
        default="allkeys-lru",
        description="Which keys are evicted when the memory is used up; noeviction: none, writes fail instead. What "
        "memurai_application.stores names decides which are right.",
    )


class LoggingSettings(Group):
    """`memurai_logging`: the server's own log."""

    loglevel: Literal["debug", "verbose", "notice", "warning"] = Field(
        default="notice", description="How much is logged."
    )
    file: FileName = Field(default="memurai.log", description="File name of the log in the logs folder.")


class DiagnosticsSettings(Group):
    """`memurai_diagnostics`: what the server remembers about slow moments."""

    slowlog_log_slower_than: int = Field(
        default=10000, ge=0, le=60_000_000, description="Microseconds a command runs before it enters the slow log."
    )
    slowlog_max_len: int = Field(default=128, ge=1, le=100_000, description="Entries the slow log keeps.")
    latency_monitor_threshold: int = Field(
        default=100, ge=0, le=60_000, description="Milliseconds from which an event is a latency event; 0: none."
    )


class ServiceSettings(Group):
    """`memurai_service`: the Windows service."""

    RULES = (
        "`account` is the service's own virtual account, `NT SERVICE\\<name>`, or `NT AUTHORITY\\NetworkService`.",
    )

    name: ServiceName = Field(default="Memurai", description="Name of the service.")
    display_name: DisplayName = Field(
        default_factory=lambda values: values["name"],
        description="Name of the service that people see, another one for each service. Default: its name.",
    )
    account: Account = Field(
        default_factory=lambda values: f"NT SERVICE\\{values['name']}",
        description="Account of the service: its own virtual account (the default), so that no other service can read "
        r"the password, or NT AUTHORITY\NetworkService.",
    )
    start_type: Literal["Automatic", "Manual"] = Field(default="Automatic", description="When Windows starts it.")
    recovery_reset_seconds: int = Field(
        default=86400,
        ge=60,
        le=2_592_000,
        description="Seconds without a failure after which failures count from one again.",
    )
    recovery_delays_seconds: tuple[Annotated[int, Field(ge=0, le=3600)], ...] = Field(
        default=(5, 30, 60),
        min_length=1,
        max_length=3,
        description="Seconds until the restart after the first, second and every later failure.",
    )
    trial_port: int = Field(
        default=16379,
        ge=1024,
        le=49151,
        description="A free port on which a new configuration is tried before it is used.",
    )
    ready_timeout_seconds: int = Field(
        default=300, ge=10, le=3600, description="Seconds the server may take to load its data and answer."
    )

    def combination_problems(self) -> Iterator[str]:
        """Yield an account that is neither the service's own nor NetworkService."""
        accounts = (f"NT SERVICE\\{self.name}", r"NT AUTHORITY\NetworkService")
        if self.account.lower() not in [account.lower() for account in accounts]:
            yield f"account: expected {accounts[0]} (its own) or {accounts[1]}, found {self.account!r}"


class ApplicationSettings(Group):
    """`memurai_application`: what the application stores, and the load the server is planned for."""

    RULES = (
        "`max_connections` is at least `workers`: no worker is left without a connection.",
        "`stores` names each kind once.",
    )

    workers: int = Field(default=4, ge=1, le=1024, description="Processes of the application.")
    max_connections: int = Field(default=160, ge=1, le=90_000, description="Connections of all its pools together.")
    target_users: int = Field(default=10_000, ge=1, le=100_000_000, description="Users it is planned for.")
    stores: tuple[Stored, ...] = Field(
        default=("cache", "rate_limits"),
        min_length=1,
        max_length=4,
        description="What the application keeps in this server. The default is what the guide's allkeys-lru is right "
        "for: data that may be forgotten under memory pressure. The guide's own application also keeps revoked tokens "
        "and sessions, which may not: name them, and the server needs noeviction and the AOF.",
    )

    def combination_problems(self) -> Iterator[str]:
        """Yield workers that would be left without a connection, and kinds that are named twice."""
        if self.max_connections < self.workers:
            yield (
                f"max_connections: expected at least one for each of the {self.workers} workers, "
                f"found {self.max_connections}"
            )
        if len(set(self.stores)) < len(self.stores):
            yield f"stores: expected each kind once, found {list(self.stores)}"


class UsersSettings(Group):
    """`memurai_users`: users of the server with the rights each needs (Redis ACL), instead of one password for all."""

    RULES = (
        (
            "`application`, `backup`, `monitoring`, `sentinel` and `replica` are different names, none `default` or "
            "`administrator`."
        ),
    )

    enabled: bool = Field(
        default=False,
        description="Have users, in an ACL file. Without, everybody is the default user, who has the password of "
        "memurai_security; with them, that is the administrator's.",
    )
    default_user: Literal["off", "password"] = Field(
        default="off",
        description="The user of clients that name none. off: there is none, and the administrator is the user "
        "`administrator`. password: the default user is the administrator, for clients that know a password only.",
    )
    application: UserName = Field(default="application", description="User of the application.")
    application_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_APPLICATION_PASSWORD"), description="Source of its password."
    )
    application_keys: tuple[KeyPattern, ...] = Field(
        default=("*",), min_length=1, max_length=64, description="Patterns of the keys it may touch."
    )
    application_channels: tuple[KeyPattern, ...] = Field(
        default=("*",), max_length=64, description="Patterns of the channels it may use."
    )
    backup: UserName = Field(default="backup", description="User of the backup on the host.")
    backup_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_BACKUP_PASSWORD"), description="Source of its password."
    )
    monitoring: UserName = Field(default="monitoring", description="User of the health check and of redis_exporter.")
    monitoring_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_MONITORING_PASSWORD"), description="Source of its password."
    )
    sentinel: UserName | None = Field(default=None, description="User of the Sentinels; none: there are no Sentinels.")
    sentinel_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_SENTINEL_PASSWORD"), description="Source of its password."
    )
    replica: UserName | None = Field(
        default=None, description="User of this server's replicas; none: there are no replicas."
    )
    replica_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_REPLICA_PASSWORD"), description="Source of its password."
    )

    def combination_problems(self) -> Iterator[str]:
        """Yield names that stand for two users."""
        optional = [name for name in (self.sentinel, self.replica) if name]
        names = [self.application, self.backup, self.monitoring, *optional]
        taken = {"default", "administrator", *names}
        if len(taken) < len(names) + 2:
            yield f"application: expected different names, none default or administrator, found {names}"


class TlsSettings(Group):
    """`memurai_tls`: encrypted connections."""

    RULES = ("`port` is another one than `memurai_network.port`.",)

    enabled: bool = Field(default=False, description="Accept encrypted connections.")
    port: int = Field(default=6380, ge=1024, le=49151, description="TCP port of encrypted connections.")
    plain_port: bool = Field(
        default=False, description="Accept connections that are not encrypted too, at memurai_network.port."
    )
    certificate: ControlNodeFile = Field(
        default="certificates/server.crt", description="Path of the server's certificate (PEM) on the control node."
    )
    key: ControlNodeFile = Field(
        default="certificates/server.key",
        description="Path of its private key (PEM, not encrypted) on the control node, which nobody else may read.",
    )
    ca: ControlNodeFile = Field(
        default="certificates/ca.crt", description="Path of the authorities' certificates (PEM) on the control node."
    )
    client_certificates: Literal["no", "optional", "yes"] = Field(
        default="no", description="Whether clients need a certificate of these authorities too."
    )


class ReplicationSettings(Group):
    """`memurai_replication`: this host as a member of a set: a primary, its replicas, and a Sentinel on each host."""

    enabled: bool = Field(
        default=False, description="Be a member of a set. Without, the server stands alone, and there is no Sentinel."
    )
    set_name: SetName = Field(
        default="memurai", description="Name by which Sentinels and clients know the set; the same on all members."
    )
    first_primary: InventoryName | None = Field(
        default=None,
        description="Name, in the inventory, of the member that is the primary when the set is made; its data become "
        "the set's. Of no meaning ever after: the Sentinels decide, and a deploy moves nothing. The same on all "
        "members, and needed.",
    )
    address: MemberAddress | None = Field(
        default=None,
        description="Address or name by which this member makes itself known to the others. Default: the first of "
        "`memurai_network.bind` that is no wildcard, and best no loopback one. Needed behind NAT, or for names; these "
        "all members have, or none.",
    )
    replica_priority: int = Field(
        default=100,
        ge=0,
        le=1000,
        description="Which replica is promoted first: that with the lowest figure; 0: never.",
    )
    min_replicas_to_write: int = Field(
        default=1,
        ge=0,
        le=16,
        description="Replicas in sync without which the primary takes no writes, so that one that is cut off loses "
        "few; 0: it takes them always. 1 is right for three members, with two of which one may be missing.",
    )
    min_replicas_max_lag: int = Field(
        default=10, ge=1, le=3600, description="Seconds since a replica's last sign up to which it is in sync."
    )
    sentinel_port: int = Field(default=26379, ge=1024, le=49151, description="TCP port of the Sentinel.")
    sentinel_password: SecretSource = Field(
        default=SecretStr("env:MEMURAI_REPLICATION_SENTINEL_PASSWORD"),
        description="Source of the Sentinels' own password, which clients and the other Sentinels need. The same on "
        "all members.",
    )
    quorum: int = Field(
        default=2,
        ge=2,
        le=32,
        description="Sentinels that must see the primary down before another one is made it: at least the majority. 2 "
        "is that of three.",
    )
    down_after_milliseconds: int = Field(
        default=10_000,
        ge=500,
        le=600_000,
        description="Milliseconds without a valid answer after which a Sentinel takes a server for down.",
    )
    failover_timeout_milliseconds: int = Field(
        default=60_000,
        ge=1000,
        le=3_600_000,
        description="Milliseconds that a failover may take; after twice as many the next attempt begins.",
    )
    parallel_syncs: int = Field(
        default=1,
        ge=1,
        le=16,
        description="Replicas that follow a new primary at a time; meanwhile they may have nothing to read.",
    )


class BackupSettings(Group):
    """`memurai_backup`: when a backup is taken, what of it is kept, and how it is proven."""

    RULES = (
        "`keep_at_least` is not more than `keep_at_most`.",
        "`rehearsal_port` is neither a port of the server nor `memurai_service.trial_port`.",
    )

    enabled: bool = Field(default=True, description="Take backups by a scheduled task.")
    at: TimeOfDay = Field(default="02:00", description="Time of day, in the host's own time, of the daily backup.")
    include_append_only: bool = Field(default=False, description="Back the append-only file's folder up as well.")
    keep_days: int = Field(default=7, ge=1, le=3650, description="Days after which a backup is removed.")
    keep_at_least: int = Field(
        default=3, ge=1, le=1000, description="Good backups that stay, however old. The last good one always stays."
    )
    keep_at_most: int = Field(default=30, ge=1, le=1000, description="Backups that stay, however young.")
    copy_to: CopyFolder | None = Field(
        default=None,
        description="Folder for a second copy of each backup, e.g. a share (//server/share/folder) that the host's "
        "computer account may write to. That it fails is reported and does not undo the backup.",
    )
    rehearse: Literal["each", "weekly"] = Field(
        default="each",
        description="How often the newest backup is loaded into a scratch server on the host, which proves it.",
    )
    rehearsal_port: int = Field(
        default=6399, ge=1024, le=49151, description="Port of that scratch server, on loopback only, while it runs."
    )
    time_limit_minutes: int = Field(
        default=120, ge=1, le=1440, description="Minutes after which a backup that still runs is ended."
    )

    def combination_problems(self) -> Iterator[str]:
        """Yield a least number of backups above the greatest."""
        if self.keep_at_least > self.keep_at_most:
            yield (f"keep_at_least: expected at most keep_at_most ({self.keep_at_most}), found {self.keep_at_least}")


class MonitoringSettings(Group):
    """`memurai_monitoring`: the health check on the host, and the figures it and the alert rules judge by."""

    RULES = ("Each warning figure comes before its critical figure.",)

    enabled: bool = Field(
        default=True,
        description="Check the server's health by a scheduled task, which first undoes what changes left unfinished.",
    )
    every_minutes: int = Field(default=5, ge=1, le=60, description="Minutes between two health checks.")
    textfile_folder: Folder | None = Field(
        default="C:/Program Files/windows_exporter/textfile_inputs",
        description="Folder from which windows_exporter takes text files; metrics are written there when it exists.",
    )
    memory_warning_percent: int = Field(default=80, ge=1, le=100, description="Memory used, in percent of maxmemory.")
    memory_critical_percent: int = Field(default=95, ge=1, le=100, description="The same, critical.")
    fragmentation_warning_ratio: float = Field(
        default=1.5,
        ge=1,
        le=10,
        description="mem_fragmentation_ratio from which memory is wasted; 1.0 to 1.5 is ideal.",
    )
    hit_rate_warning_percent: int = Field(
        default=80, ge=0, le=100, description="Hits in percent of all lookups, below which the cache does little."
    )
    clients_warning_percent: int = Field(
        default=80, ge=1, le=100, description="Connected clients, in percent of maxclients."
    )
    blocked_clients_warning: int = Field(default=10, ge=1, le=100_000, description="Clients blocked by a command.")
    replication_lag_warning_seconds: int = Field(
        default=30, ge=1, le=3600, description="Seconds since a replica last heard of its primary."
    )
    slowlog_growth_warning: int = Field(
        default=10, ge=1, le=100_000, description="New entries of the slow log between two checks."
    )
    backup_age_warning_hours: int = Field(default=26, ge=1, le=8760, description="Age of the newest good backup.")
    backup_age_critical_hours: int = Field(default=50, ge=1, le=8760, description="The same, critical.")
    rehearsal_age_warning_hours: int = Field(
        default=194, ge=1, le=8760, description="Age of the last rehearsal that succeeded; a week and some hours."
    )
    disk_free_warning_percent: int = Field(default=20, ge=1, le=99, description="Free space of the drives used.")
    disk_free_critical_percent: int = Field(default=10, ge=1, le=99, description="The same, critical.")

    def combination_problems(self) -> Iterator[str]:
        """Yield critical figures that come before their warning."""
        pairs = (
            ("memory_critical_percent", self.memory_warning_percent, self.memory_critical_percent, "above"),
            ("backup_age_critical_hours", self.backup_age_warning_hours, self.backup_age_critical_hours, "above"),
            ("disk_free_critical_percent", self.disk_free_warning_percent, self.disk_free_critical_percent, "below"),
        )
        for name, warning, critical, side in pairs:
            if not (critical > warning if side == "above" else critical < warning):
                yield f"{name}: expected a figure {side} its warning ({warning}), found {critical}"


class ExtraSettings(Group):
    """`memurai_extra`: directives that this model has no setting for, as they stand in a configuration."""

    RULES = (
        "No directive that has a setting, holds a secret, or that the deploy relies on: the error says what to do.",
        "Each directive is known to Redis 7 or Memurai 4, and its values are of its kind.",
    )

    directives: raw.Directives = Field(
        default=(),
        max_length=256,
        description="Written at the end of the configuration. {name: value}, or {name: [value, value]} for a directive "
        "of several values; a list of [name, value, ...] where a name comes more than once. Each value is one argument "
        "and is quoted as such; True and False are written as yes and no. Names and kinds of values are those of "
        "Redis 7 and Memurai 4; bounds only the server knows.",
    )
