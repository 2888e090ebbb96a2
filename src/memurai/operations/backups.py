"""Backups: one taken now, and one whose data the server gets back."""

import json
from collections.abc import Generator, Iterator

from pyinfra import host as current_host
from pyinfra import logger
from pyinfra.api import FunctionCommand, Host, State, operation
from pyinfra.api.command import PyinfraCommand

from memurai.changes import backup as changes
from memurai.checks.neighbours import drift_problem
from memurai.config import Document
from memurai.data.place import STAGE, DataPlace
from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.backups import Backup, Backups, BackupsState
from memurai.instance import Instance
from winfra.call import PowerShellCall
from winfra.facts.files import Item, TextFile
from winfra.facts.host import HostSummary
from winfra.facts.services import Service
from winfra.facts.tasks import Task
from winfra.facts.together import Together
from winfra.operations.changes import carry_out, settle
from winfra.operations.shape import current_prefix, failure, is_planning, refuse, show_difference

MANIFEST = "manifest.json"


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
def restored(instance: Instance, stamp: str, backup: str | None = None) -> Generator[PyinfraCommand, None, None]:
    """Give the server the data of a backup; the data it has now is kept aside.

    The server goes down for as long as it takes to load the data. What it has now comes back when the backup does not
    load, or not whole.

    + instance: the server
    + stamp: what no other restore has in the name of the folder into which the present data is moved
    + backup: its name; not given, the newest one of a known age whose rehearsal did not fail
    """
    yield from settle(instance.changes)
    found = current_host.get_fact(Backups, folder=instance.backups)
    if found is None:
        yield failure(f"backups in {instance.backups}: they could not be read, so nothing was changed")
        return
    chosen = _choose(found, backup)
    if chosen is None:
        yield from refuse("\n".join(_nothing_to_restore(instance.backups, found, backup)))
        return
    source, target = _source(instance, chosen), _target(instance, stamp)
    problems = [item for item in (source, target) if isinstance(item, str)]
    if isinstance(source, str) or isinstance(target, str):
        yield from refuse("\n".join(problems))
        return
    if problem := _room_problem(changes.needed_bytes(source, target), target.place.folder):
        yield from refuse(problem)
        return
    if backup is None and is_planning():
        for text in _passed_over(found, chosen):
            logger.warning(f"{current_prefix()}{text}")
    before = [f"what {instance.service} has now (kept aside in {target.aside})"]
    show_difference(f"data of the server of {instance.service} in {target.place.folder}", before, [_named(chosen)])
    change = changes.restored(source, target)
    yield from carry_out(change, changes.restoring(change, instance))
    yield FunctionCommand(report_restore, (chosen["name"], chosen["keys"], target.aside), {})


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


def _passed_over(found: BackupsState, chosen: Backup) -> Iterator[str]:
    """Yield each newer backup that is not taken, and why: what was written since the chosen one is lost."""
    for item in found["backups"]:
        if item["name"] > chosen["name"]:
            yield f"passed over a newer backup: {_named(item)}"
    listed = [item["name"] for item in found["backups"]]
    for problem in found["problems"]:
        name = problem.partition(":")[0]
        if name not in listed and name > chosen["name"]:
            yield f"passed over a newer backup that can't be used: {problem}"


def _nothing_to_restore(folder: str, found: BackupsState, name: str | None) -> list[str]:
    wanted = "a backup to restore" if name is None else f"the backup {name}"
    known = [f"  {_named(item)}" for item in found["backups"]] or ["  (none)"]
    return [f"backups in {folder}: expected {wanted}, found these:", *known, *found["problems"]]


def _named(backup: Backup) -> str:
    proof = {"passed": "rehearsed", "failed": "REHEARSAL FAILED", "none": "not rehearsed"}[backup["rehearsal"]]
    clock = "" if backup["is_age_known"] else ", TAKEN IN THE FUTURE"
    return f"{backup['name']} ({backup['keys']} keys, {backup['size_bytes']} bytes, {proof}{clock})"


def _source(instance: Instance, backup: Backup) -> changes.Source | str:
    """Return a backup as it is to be found again, or why it can't be."""
    path = f"{instance.backups}/{backup['name']}/{MANIFEST}"
    current_host.get_fact(Together, calls=[Item().command(path=path, include_hash=True), TextFile().command(path=path)])
    item = current_host.get_fact(Item, path=path, include_hash=True)
    file = current_host.get_fact(TextFile, path=path)
    if item is None or not item["sha256"] or file is None or file["content"] is None:
        return f"{path}: expected to read the manifest, found an error (above); nothing was changed"
    # Whose manifest can't be read is not listed.
    files = {entry["Path"]: entry for entry in json.loads(file["content"])["Files"]}
    dump = files[changes.DUMP]
    return changes.Source(backup, item["sha256"], dump["Sha256"], dump["SizeBytes"])


def _target(instance: Instance, stamp: str) -> changes.Target | str:
    """Return a server as it is before a restore, or why it can't get a backup's data."""
    service = current_host.get_fact(Service, service=instance.service)
    file = current_host.get_fact(TextFile, path=instance.configuration)
    if service is None or file is None:
        return f"service {instance.service}: it or its configuration could not be read, so nothing was changed"
    if not service["exists"] or file["content"] is None:
        missing = instance.configuration if service["exists"] else f"the service {instance.service}"
        return f"{missing}: expected a deployed server, found none. Run deploy.py first; it brings back no data."
    try:
        document = Document.of(file["content"])
        endpoint, place = Endpoint.of(document), DataPlace.of(document.words, instance.product)
    except ConfigSyntaxError as error:
        return instance.line_problem(error)
    if endpoint.is_replica:
        return (
            f"{instance.configuration}: expected a primary, found replicaof. A replica takes its primary's data: "
            "restore there. Nothing was changed."
        )
    is_running = service["state"] != "Stopped"
    if is_running and (problem := drift_problem(current_host, instance.product, endpoint, place)):
        return f"service {instance.service}: {problem}. Nothing was changed."
    left = current_host.get_fact(Item, path=f"{place.folder}\\{STAGE}")
    return changes.Target(
        instance=instance,
        endpoint=endpoint,
        place=place,
        start_type=service["start_type"] or instance.start_type,
        is_running=is_running,
        has_stage=left is not None and left["kind"] != "Absent",
        stamp=stamp,
    )


def _room_problem(needed: int, folder: str) -> str | None:
    """Return that the drive of a folder has not more room than is needed, in bytes."""
    summary = current_host.get_fact(HostSummary)
    if summary is None:
        return f"{folder}: its drive could not be read, so nothing was changed"
    drive = folder[:2].upper()
    free = {volume["root"][:2].upper(): volume["free_bytes"] for volume in summary["volumes"]}.get(drive, 0)
    if free > needed:
        return None
    return f"{folder}: expected more than {needed} bytes free on {drive}, found {free}. Nothing was changed; make room."
