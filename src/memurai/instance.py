"""One server on a host: its service, where its things stand, its ports and its deadlines."""

from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai.endpoint import ADMINISTRATOR
from memurai.exceptions import ConfigSyntaxError
from memurai.server import Server, TlsFiles
from memurai.settings import Settings

# The server's default appenddirname.
APPEND_ONLY_FOLDER = "appendonlydir"
CONFIGURATION_NAME = "memurai-production.conf"
# Of the folder of changes, in that of the configuration.
CHANGES_NAME = "changes"
# Memurai takes any memurai-license*.txt in the folder of the product.
LICENSE_NAME = "memurai-license.txt"


@dataclass(frozen=True)
class Instance:
    """One server on a host, as its settings have it.

    service, start_type: of its service. base, config, data, logs, installers, backups, product: its folders; product is
    the one that the product is installed in, which other instances may share. snapshot: name of its snapshot.
    address, port, open_ports: where its host reaches it, and all that it listens on. user: its administrator; empty for
    the default user. is_encrypted: whether it is reached so.
    trial_port: where a new configuration is tried. timeout_seconds: longest wait for a start up to a healthy server.
    """

    service: str
    start_type: str
    base: str
    config: str
    data: str
    logs: str
    installers: str
    backups: str
    product: str
    snapshot: str
    address: str
    port: int
    open_ports: tuple[int, ...]
    user: str
    is_encrypted: bool
    trial_port: int
    timeout_seconds: int

    @classmethod
    def of(cls, settings: Settings) -> "Instance":
        """Return the instance of some settings."""
        storage, service, network, tls = settings.storage, settings.service, settings.network, settings.tls
        return cls(
            service=service.name,
            start_type=service.start_type,
            base=storage.base,
            config=storage.config,
            data=storage.data,
            logs=storage.logs,
            installers=storage.install,
            backups=storage.backup,
            product=settings.package.folder,
            snapshot=settings.persistence.dbfilename,
            address=network.local_address,
            port=tls.port if tls.enabled else network.port,
            open_ports=_open_ports(settings),
            user=ADMINISTRATOR if settings.users.enabled else "",
            is_encrypted=tls.enabled,
            trial_port=service.trial_port,
            timeout_seconds=service.ready_timeout_seconds,
        )

    @property
    def configuration(self) -> str:
        """Path of the configuration."""
        return f"{self.config}/{CONFIGURATION_NAME}"

    @property
    def history(self) -> str:
        """Folder of earlier configurations."""
        return f"{self.config}/history"

    @property
    def changes(self) -> str:
        """Folder of changes: all that are made to this server exclude each other by it."""
        return f"{self.config}/{CHANGES_NAME}"

    @property
    def product_changes(self) -> str:
        """Folder of changes of the product, beside it: it is shared by all instances on it."""
        return f"{self.product}-{CHANGES_NAME}"

    @property
    def users_file(self) -> str:
        """Path of the ACL file."""
        return f"{self.config}/users.acl"

    @property
    def tls_folder(self) -> str:
        """Folder of the files of encrypted connections."""
        return f"{self.config}/tls"

    @property
    def tls_files(self) -> TlsFiles:
        """The files of encrypted connections."""
        folder = self.tls_folder
        return TlsFiles(f"{folder}/ca.crt", f"{folder}/server.crt", f"{folder}/server.key")

    @property
    def jobs(self) -> str:
        """Folder of what runs on the host by itself."""
        return f"{self.base}/jobs"

    @property
    def trial_folder(self) -> str:
        """Folder in which a new configuration is tried."""
        return f"{self.base}/trial"

    @property
    def license_file(self) -> str:
        """Path of the licence."""
        return f"{self.product}/{LICENSE_NAME}"

    @property
    def program(self) -> str:
        """Path of the server's program."""
        return f"{self.product}/memurai.exe"

    @property
    def command_line_client(self) -> str:
        """Path of memurai-cli."""
        return f"{self.product}/memurai-cli.exe"

    @property
    def check_program(self) -> str:
        """Path of the program that checks snapshots."""
        return f"{self.product}/memurai-check-rdb.exe"

    @property
    def image_path(self) -> str:
        """Command line of the service.

        The form is the one the installer writes: the verb first, and the configuration by its absolute path, because
        the server starts in the folder of its program.
        """
        program, configuration = backslashes(self.program), backslashes(self.configuration)
        return f'"{program}" --service-run --service-name {self.service} "{configuration}"'

    @property
    def firewall_rule(self) -> str:
        """Stable name of the firewall rule."""
        return f"{self.service}-Clients-In"

    def line_problem(self, error: ConfigSyntaxError) -> str:
        """Return what speaks against a change: a line of the configuration that can't be read."""
        return f"configuration {self.configuration}: {error}. Mend or remove that line on the host and run again."

    def package(self, version: str) -> str:
        """Return where the package of a version is kept."""
        return f"{self.installers}/{version}.msi"

    def package_digest(self, version: str) -> str:
        """Return where its SHA-256 is kept."""
        return f"{self.package(version)}.sha256"

    def server(self, password: HiddenValue) -> Server:
        """Return how the host reaches its server as the administrator, whose password is given."""
        tls = self.tls_files if self.is_encrypted else None
        return Server(self.command_line_client, self.address, self.port, password, self.user, tls)


def tls_sources(settings: Settings) -> dict[str, str]:
    """Return the path on the control node of each file of encrypted connections by that on the host; none without."""
    files, tls = Instance.of(settings).tls_files, settings.tls
    return {files.ca: tls.ca, files.certificate: tls.certificate, files.key: tls.key} if tls.enabled else {}


def backslashes(path: str) -> str:
    """Return a path as Windows programs write it."""
    return path.replace("/", "\\")


def _open_ports(settings: Settings) -> tuple[int, ...]:
    """Return the ports that the server listens on: that of encrypted connections, and the other one unless closed."""
    tls, plain = settings.tls, settings.network.port
    if not tls.enabled:
        return (plain,)
    return (plain, tls.port) if tls.plain_port else (tls.port,)
