"""Where things stand on a host, under which names, and who may touch them."""

from dataclasses import dataclass

from pyinfra.api import HiddenValue

from memurai.endpoint import ADMINISTRATOR
from memurai.facts.server import Server, TlsFiles
from memurai.operations.configuration import Place
from memurai.operations.product import Surroundings
from memurai.settings import Settings
from winfra.security import (
    ADMINISTRATORS,
    NETWORK_SERVICE,
    SYSTEM,
    Access,
    Rights,
    allow,
    service_sid,
)

# The server's default appenddirname.
APPEND_ONLY_FOLDER = "appendonlydir"
CONFIGURATION_NAME = "memurai-production.conf"
# Memurai takes any memurai-license*.txt in the folder of the product.
LICENSE_NAME = "memurai-license.txt"
# On every folder of ours.
ADMINISTRATIVE = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))


@dataclass(frozen=True)
class FolderAccess:
    """A folder and who may touch it.

    what: the folder in a word, for the name of the step.
    """

    what: str
    path: str
    access: Access


def configuration_file(settings: Settings) -> str:
    """Return the path of the configuration."""
    return f"{settings.storage.config}/{CONFIGURATION_NAME}"


def configuration_place(settings: Settings) -> Place:
    """Return where the configuration stands and with what it is changed."""
    return Place(
        path=configuration_file(settings),
        history=f"{settings.storage.config}/history",
        program=program(settings),
        command_line_client=command_line_client(settings),
        service=settings.service.name,
        trial_folder=f"{settings.storage.base}/trial",
        trial_port=settings.service.trial_port,
        timeout_seconds=settings.service.ready_timeout_seconds,
    )


def surroundings(settings: Settings) -> Surroundings:
    """Return what an installation of the product meets."""
    return Surroundings(
        folder=settings.storage.install,
        product_folder=settings.package.folder,
        service=settings.service.name,
        configuration=configuration_file(settings),
        command_line_client=command_line_client(settings),
        data=settings.storage.data,
        data_names=(settings.persistence.dbfilename, APPEND_ONLY_FOLDER),
        backup=settings.storage.backup,
        timeout_seconds=settings.service.ready_timeout_seconds,
    )


def license_file(settings: Settings) -> str:
    """Return the path the licence has on the host."""
    return f"{settings.package.folder}/{LICENSE_NAME}"


def command_line_client(settings: Settings) -> str:
    """Return the path of memurai-cli."""
    return f"{settings.package.folder}/memurai-cli.exe"


def program(settings: Settings) -> str:
    """Return the path of the server's program."""
    return f"{settings.package.folder}/memurai.exe"


def check_program(settings: Settings) -> str:
    """Return the path of the program that checks snapshots."""
    return f"{settings.package.folder}/memurai-check-rdb.exe"


def jobs_folder(settings: Settings) -> str:
    """Return the folder of what runs on the host by itself."""
    return f"{settings.storage.base}/jobs"


def tls_files(settings: Settings) -> TlsFiles:
    """Return the files of encrypted connections on the host."""
    folder = tls_folder(settings).path
    return TlsFiles(f"{folder}/ca.crt", f"{folder}/server.crt", f"{folder}/server.key")


def tls_folder(settings: Settings) -> FolderAccess:
    """Return the folder of these files: the service reads them and nobody else but administrators does."""
    path = f"{settings.storage.config}/tls"
    service = allow(account_sid(settings), Rights.READ_AND_EXECUTE, settings.service.account)
    return FolderAccess("certificate", path, Access(ADMINISTRATORS, (*ADMINISTRATIVE, service)))


def tls_sources(settings: Settings) -> dict[str, str]:
    """Return the path on the control node of each of these files by that on the host; none without encryption."""
    files, tls = tls_files(settings), settings.tls
    return {files.ca: tls.ca, files.certificate: tls.certificate, files.key: tls.key} if tls.enabled else {}


def open_ports(settings: Settings) -> tuple[int, ...]:
    """Return the ports that the server listens on: that of encrypted connections, and the other one unless closed."""
    tls, plain = settings.tls, settings.network.port
    if not tls.enabled:
        return (plain,)
    return (plain, tls.port) if tls.plain_port else (tls.port,)


def users_file(settings: Settings) -> str:
    """Return the path of the ACL file."""
    return f"{settings.storage.config}/users.acl"


def server(settings: Settings, password: HiddenValue) -> Server:
    """Return how the host reaches its server as the administrator.

    password: the administrator's.
    """
    network, tls = settings.network, settings.tls
    return Server(
        command_line_client=command_line_client(settings),
        address=network.local_address,
        port=tls.port if tls.enabled else network.port,
        password=password,
        user=ADMINISTRATOR if settings.users.enabled else "",
        tls=tls_files(settings) if tls.enabled else None,
    )


def image_path(settings: Settings) -> str:
    """Return the command line of the service.

    The form is the one the installer writes: the verb first, and the configuration by its absolute path, because the
    server starts in the folder of its program.
    """
    configuration = backslashes(configuration_file(settings))
    return f'"{backslashes(program(settings))}" --service-run --service-name {settings.service.name} "{configuration}"'


def firewall_rule(settings: Settings) -> str:
    """Return the stable name of the firewall rule."""
    return f"{settings.service.name}-Clients-In"


def account_sid(settings: Settings) -> str:
    """Return the SID of the account the service runs as."""
    if settings.service.account.upper().startswith("NT SERVICE\\"):
        return service_sid(settings.service.name)
    return NETWORK_SERVICE


def folders(settings: Settings) -> tuple[FolderAccess, ...]:
    """Return the folders, the outermost first.

    The server may change the folder of its configuration, because CONFIG REWRITE writes a new file beside the old
    one and renames it. Installers and backups are no business of the service.
    """
    sid, account = account_sid(settings), settings.service.account
    private = Access(ADMINISTRATORS, ADMINISTRATIVE)
    reading = Access(ADMINISTRATORS, (*ADMINISTRATIVE, allow(sid, Rights.READ_AND_EXECUTE, account)))
    changing = Access(ADMINISTRATORS, (*ADMINISTRATIVE, allow(sid, Rights.MODIFY, account)))
    storage = settings.storage
    return (
        FolderAccess("base", storage.base, reading),
        FolderAccess("configuration", storage.config, changing),
        FolderAccess("data", storage.data, changing),
        FolderAccess("log", storage.logs, changing),
        FolderAccess("installer", storage.install, private),
        FolderAccess("backup", storage.backup, private),
        FolderAccess("job", jobs_folder(settings), private),
    )


def removable_folders(settings: Settings) -> tuple[FolderAccess, ...]:
    """Return the folders that go when the data is not wanted any more.

    The folder around them stays with what else may stand in it, and so do the backups.
    """
    return tuple(folder for folder in folders(settings) if folder.what not in ("base", "backup"))


def backslashes(path: str) -> str:
    """Return a path as Windows programs write it."""
    return path.replace("/", "\\")
