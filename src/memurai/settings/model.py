"""The groups together: all that is known about one host."""

from collections.abc import Iterator

from pydantic import Field

from memurai.settings.groups import (
    ApplicationSettings,
    DiagnosticsSettings,
    Group,
    LoggingSettings,
    MemorySettings,
    NetworkSettings,
    PackageSettings,
    PersistenceSettings,
    SecuritySettings,
    ServiceSettings,
    StorageSettings,
)

# Connections beside the application's: administration, backup, monitoring, and a pool that reconnects before the
# server has noticed that the old connections are gone.
RESERVED_CLIENTS = 32


class Settings(Group):
    """Everything one host is to be; `from_host_data` makes it and reports what is wrong with the data."""

    package: PackageSettings = Field(description="The installer.")
    storage: StorageSettings = Field(default_factory=StorageSettings, description="Folders on the host.")
    network: NetworkSettings = Field(default_factory=NetworkSettings, description="Addresses, port and clients.")
    security: SecuritySettings = Field(default_factory=SecuritySettings, description="Password and commands.")
    persistence: PersistenceSettings = Field(default_factory=PersistenceSettings, description="Snapshots and AOF.")
    memory: MemorySettings = Field(default_factory=MemorySettings, description="Memory and eviction.")
    logging: LoggingSettings = Field(default_factory=LoggingSettings, description="The server's log.")
    diagnostics: DiagnosticsSettings = Field(default_factory=DiagnosticsSettings, description="Slow log and latency.")
    service: ServiceSettings = Field(default_factory=ServiceSettings, description="The Windows service.")
    application: ApplicationSettings = Field(default_factory=ApplicationSettings, description="The planned load.")

    def combination_problems(self) -> Iterator[str]:
        """Yield groups that do not fit each other."""
        yield from client_problems(self.security, self.application)
        yield from folder_problems(self.package, self.storage)


def client_problems(security: SecuritySettings, application: ApplicationSettings) -> Iterator[str]:
    """Yield a limit of clients that the application's pools could use up."""
    needed = application.max_connections + RESERVED_CLIENTS
    if security.maxclients < needed:
        yield (
            f"memurai_security.maxclients: expected at least {needed} ({application.max_connections} of "
            f"memurai_application.max_connections and {RESERVED_CLIENTS} for administration), "
            f"found {security.maxclients}"
        )


def folder_problems(package: PackageSettings, storage: StorageSettings) -> Iterator[str]:
    """Yield storage folders inside the product's folder, which an upgrade or uninstallation takes away."""
    product = f"{package.folder}/".lower()
    for name, folder in storage:
        if f"{folder}/".lower().startswith(product):
            yield (
                f"memurai_storage.{name}: expected a folder outside memurai_package.folder ({package.folder!r}), "
                f"found {folder!r}"
            )
