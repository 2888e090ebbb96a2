"""Where things stand on a host, under which names, and who may touch them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

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
# Redis' own names of them, by which a server may have run before.
SNAPSHOT_NAME, APPEND_ONLY_NAME, LOG_NAME = "dump.rdb", "appendonly.aof", "memurai.log"
# The module that the jobs use.
MODULE = "MemuraiProduction"
CONFIGURATION_NAME = "memurai-production.conf"
# Memurai takes any memurai-license*.txt in the folder of the product.
LICENSE_NAME = "memurai-license.txt"
# On every folder of ours.
ADMINISTRATIVE = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))
# What stands in the folders. The ends are those of files that are staged, kept, uploaded or locked.
TLS_NAMES = ("ca.crt*", "server.crt*", "server.key*")
CONFIGURATION_NAMES = (
    *(f"{CONFIGURATION_NAME}*", "users.acl*", "history/????????T*Z-????????.conf*"),
    *(f"tls/{name}" for name in TLS_NAMES),
)
# Of each version whose package is kept with its SHA-256 beside it. Others keep installers and their logs, too.
KEPT_DIGEST = re.compile(r"(\d+(?:\.\d+){2,3})\.msi\.sha256", re.IGNORECASE)
INSTALLER_NAMES = (
    *("{version}.msi", "{version}.msi.*"),
    *(f"{log}-{{version}}{end}" for log in ("install", "reinstall", "uninstall") for end in (".log", ".*.log")),
)
JOB_NAMES = (
    *(f"{MODULE}.psm1*", f"{MODULE}.psd1*", "health-state.json*"),
    *(f"{job}.{end}*" for job in ("backup", "health") for end in ("ps1", "json", "secret")),
)
BACKUP_NAMES = (
    *("????????T??????*Z*/", "data-of-*/", "rehearsal.partial/"),
    *("backup.lock", "last-run.json*", "uninstall-*.log"),
)


@dataclass(frozen=True)
class FolderAccess:
    """A folder and who may touch it.

    what: the folder in a word, for the name of the step. setting: the key that says where it is. names: what the
    deploy, its jobs and the server make in it, as winfra.known_names has it; all else there is somebody else's.
    {version} in it stands for each that is kept there: `known_names` returns those of a present folder.
    """

    what: str
    path: str
    access: Access
    setting: str
    names: tuple[str, ...]


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
    access = Access(ADMINISTRATORS, (*ADMINISTRATIVE, service))
    return FolderAccess("certificate", path, access, "memurai_storage.config", TLS_NAMES)


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
    logs = (settings.logging.file, LOG_NAME)
    return (
        FolderAccess("base", storage.base, reading, "memurai_storage.base", base_names(settings)),
        FolderAccess("configuration", storage.config, changing, "memurai_storage.config", CONFIGURATION_NAMES),
        FolderAccess("data", storage.data, changing, "memurai_storage.data", _data_names(settings)),
        FolderAccess("log", storage.logs, changing, "memurai_storage.logs", logs),
        FolderAccess("installer", storage.install, private, "memurai_storage.install", INSTALLER_NAMES),
        FolderAccess("backup", storage.backup, private, "memurai_storage.backup", BACKUP_NAMES),
        FolderAccess("job", jobs_folder(settings), private, "memurai_storage.base", JOB_NAMES),
    )


def known_names(folder: FolderAccess, present: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what is ours in a folder.

    present: the names of what stands in it. Many have a backup.ps1: those of the jobs are ours beside their module,
    which comes first and goes last.
    """
    if folder.what == "job":
        return folder.names if any(name.lower().startswith(f"{MODULE}.ps".lower()) for name in present) else ()
    if folder.what == "installer":
        versions = [match[1] for match in map(KEPT_DIGEST.fullmatch, present) if match]
        return tuple(name.format(version=version) for version in versions for name in folder.names)
    return folder.names


def base_names(settings: Settings, *others: Settings) -> tuple[str, ...]:
    """Return the names of what stands in the base folder.

    others: settings of other instances on the host, whose folders may be in it, too.
    """
    base, data = PureWindowsPath(settings.storage.base), PureWindowsPath(settings.storage.data)
    folders = [jobs_folder(settings), f"{base}/trial", f"{data}-before-restore-*"]
    for item in (settings, *others):
        folders += [item.storage.base, *item.storage.separate.values(), item.package.folder]
    inside = [path.relative_to(base).parts for path in map(PureWindowsPath, folders) if path.is_relative_to(base)]
    return tuple(dict.fromkeys(f"{parts[0]}/" for parts in inside if parts))


def _data_names(settings: Settings) -> tuple[str, ...]:
    """Return the names of the data; those of files that a server which was ended has not put in their place, too."""
    persistence = settings.persistence
    files = dict.fromkeys((persistence.appendfilename, APPEND_ONLY_NAME))
    return (
        *dict.fromkeys((persistence.dbfilename, SNAPSHOT_NAME)),
        *files,
        *(f"{APPEND_ONLY_FOLDER}/{name}.*" for name in files),
        *(f"{APPEND_ONLY_FOLDER}/temp-{name}.*" for name in files),
        *("temp-*.rdb", "temp-*.aof", f"{APPEND_ONLY_FOLDER}/temp-*.aof", "restore.partial/"),
    )


def removable_folders(settings: Settings) -> tuple[FolderAccess, ...]:
    """Return the folders that go when the data is not wanted any more.

    The folder around them stays with what else may stand in it, and so do the backups.
    """
    return tuple(folder for folder in folders(settings) if folder.what not in ("base", "backup"))


def backslashes(path: str) -> str:
    """Return a path as Windows programs write it."""
    return path.replace("/", "\\")
