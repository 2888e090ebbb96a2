"""Backups: one taken now, and one whose data the server gets back."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai.facts.backups import Backup, Backups, BackupsState
from memurai.facts.server import Server
from winfra.call import PowerShellCall
from winfra.facts.files import Item
from winfra.facts.tasks import Task
from winfra.operations.shape import failure, refuse, show_difference

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class RestorePlace:
    """What a restore meets on a host.

    folder: of the backups. server: how the server is reached. check_program: path of memurai-check-rdb.exe. service:
    its name. configuration: its path. data, snapshot, append_only_folder: folder of the data, and the names of the
    snapshot and of the append-only file's folder in it. aside: folder into which the present data is moved.
    append_only: whether the server loads its append-only file. start_type: of the service, if it is found disabled.
    timeout_seconds: longest wait for the server.
    """

    folder: str
    server: Server
    check_program: str
    service: str
    configuration: str
    data: str
    snapshot: str
    append_only_folder: str
    aside: str
    append_only: bool
    start_type: str
    timeout_seconds: int


@operation()
def taken(task: str, folder: str, timeout_seconds: int) -> Generator[PyinfraCommand, None, None]:
    """Take a backup now, by the host's own scheduled task, and wait for what comes of it.

    + task: name of the scheduled task
    + folder: of the backups
    + timeout_seconds: longest wait for its end
    """
    found, backups = current_host.get_fact(Task, task=task), current_host.get_fact(Backups, folder=folder)
    if found is None or backups is None:
        yield failure(f"scheduled task {task}: its present state could not be read, so no backup was taken")
        return
    if not found["exists"]:
        yield from refuse(
            f"scheduled task {task}: expected it on the host, found none. Run deploy.py with "
            "memurai_backup.enabled = True first."
        )
        return
    newest = _newest(backups)
    yield from _run(task, folder, "none" if newest is None else _named(newest), timeout_seconds)


@operation()
def present(task: str, folder: str, timeout_seconds: int) -> Generator[PyinfraCommand, None, None]:
    """Ensure that there is a backup: the first one is taken now, so that it is known that backups can be taken.

    One that was taken in the future proves nothing of today.

    + task: name of the scheduled task, which an operation before this one may make
    + folder: of the backups
    + timeout_seconds: longest wait for its end
    """
    backups = current_host.get_fact(Backups, folder=folder)
    if backups is None:
        yield failure(f"backups in {folder}: they could not be read, so no backup was taken")
    elif (newest := _newest(backups)) is not None:
        current_host.noop(f"there is a backup: {_named(newest)}")
    else:
        yield from _run(task, folder, "none", timeout_seconds)


@operation()
def restored(place: RestorePlace, backup: str | None = None) -> Generator[PyinfraCommand, None, None]:
    """Give the server the data of a backup; the data it has now is kept aside.

    The server goes down for as long as it takes to load the data. What it has now comes back when the backup does not
    load, or not whole.

    + place: what the restore meets
    + backup: its name; not given, the newest one of a known age whose rehearsal did not fail
    """
    found = current_host.get_fact(Backups, folder=place.folder)
    if found is None:
        yield failure(f"backups in {place.folder}: they could not be read, so nothing was changed")
        return
    chosen = _choose(found, backup)
    if chosen is None:
        yield from refuse("\n".join(_nothing_to_restore(place.folder, found, backup)))
        return
    path = f"{place.folder}/{chosen['name']}/{MANIFEST}"
    manifest = current_host.get_fact(Item, path=path, include_hash=True)
    if manifest is None or not manifest["sha256"]:
        yield failure(f"{path}: expected to read the manifest, found an error (above); nothing was changed")
        return
    before = [f"what {place.service} has now (kept aside in {place.aside})"]
    show_difference(f"data of the server of {place.service} in {place.data}", before, [_named(chosen)])
    yield PowerShellCall("Restore-MemuraiBackup", _parameters(place, chosen["name"], manifest["sha256"]))
    yield FunctionCommand(report_restore, (chosen["name"], chosen["keys"], place.aside), {})


def report_run(state: State, host: Host, folder: str) -> bool:  # noqa: ARG001  # pyinfra's names
    """Say how the last run of the backup ended; False fails the host."""
    found = host.get_fact(Backups, folder=folder)
    run = found["last_run"] if found else None
    if not found or not run:
        logger.error(f"{host.print_prefix}backups in {folder}: expected a record of the last run, found none")
        return False
    for problem in run["problems"]:
        logger.error(f"{host.print_prefix}backup: {problem}")
    done = next((item for item in found["backups"] if item["name"] == run["backup"]), None)
    if done is not None:
        logger.info(f"{host.print_prefix}backup {_named(done)}")
    return run["exit_code"] == 0


def report_restore(state: State, host: Host, name: str, keys: int, aside: str) -> bool:  # noqa: ARG001  # pyinfra's names
    """Say what was restored, and where the former data is."""
    logger.info(f"{host.print_prefix}restored {name} ({keys} keys); the data before it is in {aside}")
    return True


def _run(task: str, folder: str, newest: str, timeout_seconds: int) -> Iterator[PyinfraCommand]:
    show_difference(f"newest backup in {folder}", [newest], [f"a new one, taken now by the task {task}"])
    yield PowerShellCall("Start-WinTask", {"Name": task, "TimeoutSeconds": timeout_seconds})
    yield FunctionCommand(report_run, (folder,), {})


def _newest(found: BackupsState) -> Backup | None:
    return next((item for item in found["backups"] if item["is_age_known"]), None)


def _choose(found: BackupsState, name: str | None) -> Backup | None:
    if name is None:
        known = (item for item in found["backups"] if item["is_age_known"])
        return next((item for item in known if item["rehearsal"] != "failed"), None)
    return next((item for item in found["backups"] if item["name"] == name), None)


def _nothing_to_restore(folder: str, found: BackupsState, name: str | None) -> list[str]:
    wanted = "a backup to restore" if name is None else f"the backup {name}"
    known = [f"  {_named(item)}" for item in found["backups"]] or ["  (none)"]
    return [f"backups in {folder}: expected {wanted}, found these:", *known, *found["problems"]]


def _named(backup: Backup) -> str:
    proof = {"passed": "rehearsed", "failed": "REHEARSAL FAILED", "none": "not rehearsed"}[backup["rehearsal"]]
    clock = "" if backup["is_age_known"] else ", TAKEN IN THE FUTURE"
    return f"{backup['name']} ({backup['keys']} keys, {backup['size_bytes']} bytes, {proof}{clock})"


def _parameters(place: RestorePlace, name: str, digest: str) -> dict[str, object]:
    return {
        "BackupFolder": place.folder,
        "Name": name,
        "Sha256": digest,
        "CheckPath": place.check_program,
        **place.server.parameters(),
        "ServiceName": place.service,
        "ConfigurationPath": place.configuration,
        "DataFolder": place.data,
        "SnapshotName": place.snapshot,
        "AppendOnlyFolder": place.append_only_folder,
        "AsideFolder": place.aside,
        "StartType": place.start_type,
        "AppendOnly": place.append_only,
        "TimeoutSeconds": place.timeout_seconds,
    }
