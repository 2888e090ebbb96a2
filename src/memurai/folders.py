"""Our folders on a host: what stands in them, and who may touch them."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PureWindowsPath

from memurai import sentinel
from memurai.instance import APPEND_ONLY_FOLDER, CHANGES_NAME, CONFIGURATION_NAME, Instance
from memurai.sentinel import Sentinel
from memurai.settings import Settings
from winfra.security import (
    ADMINISTRATORS,
    NETWORK_SERVICE,
    SYSTEM,
    Access,
    AccessEntry,
    Rights,
    allow,
    service_sid,
)

# Redis' own names of them, by which a server may have run before.
SNAPSHOT_NAME, APPEND_ONLY_NAME, LOG_NAME = "dump.rdb", "appendonly.aof", "memurai.log"
# What the names of the jobs' modules begin with.
MODULE = "MemuraiProduction"
# On every folder of ours.
ADMINISTRATIVE = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))
# What stands in the folders. The ends are those of files that are written, kept, uploaded or locked.
TLS_NAMES = ("ca.crt*", "server.crt*", "server.key*")
CHANGES_NAMES = tuple(f"{CHANGES_NAME}/{name}" for name in ("lock", "journal", "outcomes*"))
CONFIGURATION_NAMES = (
    *(f"{CONFIGURATION_NAME}*", "users.acl*", "history/????????T*Z-????????.conf*"),
    *CHANGES_NAMES,
    *(f"tls/{name}" for name in TLS_NAMES),
)
# Sentinel writes a new file beside its own, whose name begins with the same, and renames it.
SENTINEL_NAMES = (
    *(f"{name}*" for name in (sentinel.CONFIGURATION_NAME, sentinel.FORMER_NAME)),
    *(sentinel.LOG_NAME, *CHANGES_NAMES),
)
# Of each version whose package is kept with its SHA-256 beside it. Others keep installers and their logs, too.
KEPT_DIGEST = re.compile(r"(\d+(?:\.\d+){2,3})\.msi\.sha256", re.IGNORECASE)
INSTALLER_NAMES = (
    *("{version}.msi", "{version}.msi.*"),
    *(f"{log}-{{version}}{end}" for log in ("install", "reinstall", "uninstall") for end in (".log", ".*.log")),
)
JOB_NAMES = (
    # The former module was one for all jobs.
    *(f"{MODULE}.psm1*", f"{MODULE}.psd1*", "health-state.json*"),
    *(f"{MODULE}.{name}.psm1*" for name in ("backup", "health", "undo")),
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


def tls_folder(settings: Settings) -> FolderAccess:
    """Return the folder of these files: the services read them and nobody else but administrators does."""
    path = Instance.of(settings).tls_folder
    access = Access(ADMINISTRATORS, (*ADMINISTRATIVE, *_allowed(settings, Rights.READ_AND_EXECUTE)))
    return FolderAccess("certificate", path, access, "memurai_storage.config", TLS_NAMES)


def account_sid(settings: Settings) -> str:
    """Return the SID of the account the service runs as."""
    return _sid(settings.service.account)


def _sid(account: str) -> str:
    if account.upper().startswith(sentinel.OWN_ACCOUNT):
        return service_sid(account[len(sentinel.OWN_ACCOUNT) :])
    return NETWORK_SERVICE


def _allowed(settings: Settings, rights: Rights) -> tuple[AccessEntry, ...]:
    """Return the entries of the accounts of a host's services: its server's, and its Sentinel's where there is one."""
    sentinels = [Sentinel.of(settings).account] if settings.replication.enabled else []
    accounts = {_sid(account): account for account in (*sentinels, settings.service.account)}
    return tuple(allow(sid, rights, account) for sid, account in reversed(accounts.items()))


def folders(settings: Settings) -> tuple[FolderAccess, ...]:
    """Return the folders, the outermost first.

    The server may change the folder of its configuration, because CONFIG REWRITE writes a new file beside the old
    one and renames it. Installers and backups are no business of the service.
    """
    sid, account = account_sid(settings), settings.service.account
    private = Access(ADMINISTRATORS, ADMINISTRATIVE)
    reading = Access(ADMINISTRATORS, (*ADMINISTRATIVE, *_allowed(settings, Rights.READ_AND_EXECUTE)))
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
        FolderAccess("job", Instance.of(settings).jobs, private, "memurai_storage.base", JOB_NAMES),
        *_sentinel_folders(settings),
    )


def _sentinel_folders(settings: Settings) -> tuple[FolderAccess, ...]:
    """Return the folder of the Sentinel, where there is one: it may write it, and the server may not."""
    if not settings.replication.enabled:
        return ()
    here = Sentinel.of(settings)
    access = Access(ADMINISTRATORS, (*ADMINISTRATIVE, allow(_sid(here.account), Rights.MODIFY, here.account)))
    return (FolderAccess("sentinel", here.folder, access, "memurai_storage.base", SENTINEL_NAMES),)


def known_names(folder: FolderAccess, present: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what is ours in a folder.

    present: the names of what stands in it. Many have a backup.ps1: those of the jobs are ours beside their module,
    which comes first and goes last.
    """
    if folder.what == "job":
        return folder.names if any(name.lower().startswith(f"{MODULE}.".lower()) for name in present) else ()
    if folder.what == "installer":
        versions = [match[1] for match in map(KEPT_DIGEST.fullmatch, present) if match]
        return tuple(name.format(version=version) for version in versions for name in folder.names)
    return folder.names


def base_names(settings: Settings, *others: Settings) -> tuple[str, ...]:
    """Return the names of what stands in the base folder.

    others: settings of other instances on the host, whose folders may be in it, too.
    """
    base, data = PureWindowsPath(settings.storage.base), PureWindowsPath(settings.storage.data)
    folders = [Instance.of(settings).jobs, f"{base}/trial", f"{data}-before-restore-*"]
    for item in (settings, *others):
        folders += [item.storage.base, *item.storage.separate.values(), item.package.folder]
        folders.append(Instance.of(item).product_changes)
        folders += [folder.path for folder in _sentinel_folders(item)]
    inside = [path.relative_to(base).parts for path in map(PureWindowsPath, folders) if path.is_relative_to(base)]
    return tuple(dict.fromkeys(f"{parts[0]}/" for parts in inside if parts))


def new_stamp() -> str:
    """Return what no other folder in which data is put aside has in its name, also when the clock was set back."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


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
