"""The Sentinel beside a server: its service, where its things stand, and how its host reaches it."""

from dataclasses import dataclass
from pathlib import PureWindowsPath

from pyinfra.api import HiddenValue

from memurai.exceptions import ServiceCommandError
from memurai.instance import CHANGES_NAME, Instance, backslashes
from memurai.server import Server, TlsFiles
from memurai.service_command import ServiceCommand
from memurai.settings import Settings

CONFIGURATION_NAME, LOG_NAME = "sentinel.conf", "sentinel.log"
# What the former file is named until the Sentinel has started on the new one.
FORMER_NAME = "sentinel.former.conf"
OWN_ACCOUNT = "NT SERVICE\\"


@dataclass(frozen=True)
class Sentinel:
    """A Sentinel on a host, as the settings of the server beside it have it.

    service, account: of its own; a server's virtual account is no other service's. folder: of all its things, in the
    server's base folder: it writes its configuration anew whenever it learns something. program: path of the server's
    program, which a Sentinel is too. command_line_client: path of memurai-cli. address, port: where its host reaches
    it. tls: files for an encrypted connection, None without one. timeout_seconds: longest wait for its start.
    """

    service: str
    account: str
    folder: str
    program: str
    command_line_client: str
    address: str
    port: int
    tls: TlsFiles | None
    timeout_seconds: int

    @classmethod
    def of(cls, settings: Settings) -> "Sentinel":
        """Return the Sentinel of some settings."""
        server, account = Instance.of(settings), settings.service.account
        service = f"{server.service}-Sentinel"
        return cls(
            service=service,
            account=f"{OWN_ACCOUNT}{service}" if account.upper().startswith(OWN_ACCOUNT) else account,
            folder=f"{server.base}/sentinel",
            program=server.program,
            command_line_client=server.command_line_client,
            address=server.address,
            port=settings.replication.sentinel_port,
            tls=server.tls_files if server.is_encrypted else None,
            timeout_seconds=server.timeout_seconds,
        )

    @property
    def configuration(self) -> str:
        """Path of its configuration, which is also what it remembers."""
        return f"{self.folder}/{CONFIGURATION_NAME}"

    @property
    def former_configuration(self) -> str:
        """Path of the copy that is kept of it during a change."""
        return f"{self.folder}/{FORMER_NAME}"

    @property
    def changes(self) -> str:
        """Folder of changes: all that are made to this Sentinel exclude each other by it."""
        return f"{self.folder}/{CHANGES_NAME}"

    @property
    def log(self) -> str:
        """Path of its log."""
        return f"{self.folder}/{LOG_NAME}"

    @property
    def image_path(self) -> str:
        """Command line of the service; https://docs.memurai.com/en/server-roles has the option."""
        program, configuration = backslashes(self.program), backslashes(self.configuration)
        return f'"{program}" --service-run --service-name {self.service} --sentinel "{configuration}"'

    @property
    def firewall_rule(self) -> str:
        """Stable name of the firewall rule."""
        return f"{self.service}-In"

    def is_run_by(self, service: str, image_path: str) -> bool:
        """Whether a service is this Sentinel's: of its name, and on its configuration."""
        try:
            command = ServiceCommand.of(image_path)
        except ServiceCommandError:
            return False
        is_here = PureWindowsPath(command.configuration) == PureWindowsPath(self.configuration)
        return command.is_sentinel and is_here and service.lower() == self.service.lower()

    def server(self, password: HiddenValue) -> Server:
        """Return how the host reaches its Sentinel, whose own password is given."""
        return Server(self.command_line_client, self.address, self.port, password, tls=self.tls)


def services(settings: Settings) -> tuple[str, ...]:
    """Return the names of the services of a host: its server's, and its Sentinel's where there is one."""
    return (settings.service.name, *((Sentinel.of(settings).service,) if settings.replication.enabled else ()))


def listened_ports(settings: Settings) -> tuple[int, ...]:
    """Return the ports of a host on which its server listens, or the Sentinel beside it where there is one."""
    own = (settings.replication.sentinel_port,) if settings.replication.enabled else ()
    return (*Instance.of(settings).open_ports, *own)
