"""The data of a backup in the place of a server's own."""

from collections.abc import Iterator
from dataclasses import dataclass

from memurai.data.place import ASIDE, STAGE, DataPlace
from memurai.endpoint import Endpoint
from memurai.facts.backups import Backup
from memurai.instance import Instance
from winfra.call import PowerShellCall
from winfra.change import Afterwards, Change, Step
from winfra.secrets import hidden

_EVENT = {"Source": "MemuraiProduction", "EventId": 1030, "EntryType": "Information"}
DUMP = "dump.rdb"
# Of a large snapshot: to be read twice, copied, moved.
COPY_SECONDS = 3600
# What steps take beside what they wait for.
MORE_SECONDS = 60


@dataclass(frozen=True)
class Source:
    """A backup as its manifest, of that SHA-256, describes it; dump_sha256, dump_bytes: of its snapshot."""

    backup: Backup
    manifest_sha256: str
    dump_sha256: str
    dump_bytes: int


@dataclass(frozen=True)
class Target:
    """A server that gets other data, as it is.

    endpoint, place: how its configuration has it reached, and where it loads its data. start_type: of its service.
    is_running: whether its service runs. has_stage: whether there is the folder of a stage already. With a service that
        is disabled it tells that what is in the place of the data is not its data: a restore was ended half way by
        somebody who left nothing that undoes it.
    stamp: what no other restore has in its folders' names.
    """

    instance: Instance
    endpoint: Endpoint
    place: DataPlace
    start_type: str
    is_running: bool
    has_stage: bool
    stamp: str

    @property
    def aside(self) -> str:
        """Where the present data goes: on the same drive, for it is moved."""
        return f"{self.place.folder}{ASIDE}{self.stamp}"

    @property
    def former_start_type(self) -> str:
        """What the service returns to: one that runs has its data, and is disabled by a restore that was ended."""
        is_left = self.start_type == "Disabled" and self.is_running
        return self.instance.start_type if is_left else self.start_type

    @property
    def new_start_type(self) -> str:
        """What the service gets with the backup's data."""
        return self.instance.start_type if self.start_type == "Disabled" else self.start_type


def needed_bytes(source: Source, target: Target) -> int:
    """Return how much room the stage takes, on the drive of the data."""
    return source.dump_bytes * (1 + int(target.place.appendonly))


def restored(source: Source, target: Target) -> Change:
    """Return what gives a server the data of a backup.

    Until all of it is in its place nobody can start the service, also not Windows after a power cut.
    """
    instance, name = target.instance, source.backup["name"]
    text = f"The backup {name} was restored: {source.backup['keys']} keys. The data before it is in {target.aside}."
    prepared = (_checked(source, target), *_staged(source, target), *_tried(target))
    steps = (*prepared, *_exchanged(target), *_started(source, target))
    afterwards = (
        Afterwards("remove what it was copied into", _removed(f"{target.place.folder}\\{STAGE}")),
        Afterwards("tell that it is restored", PowerShellCall("Write-WinEvent", {**_EVENT, "Message": text})),
    )
    return Change(f"restore of {name} to {instance.service}", instance.changes, steps, afterwards)


def restoring(change: Change, instance: Instance) -> PowerShellCall:
    """Return the request that has the host carry a restore out while no backup is taken."""
    own = change.call
    call = PowerShellCall("Invoke-MemuraiRestore", {"BackupFolder": instance.backups, **own.parameters})
    call.connector_arguments.update(own.connector_arguments)
    return call


def _checked(source: Source, target: Target) -> Step:
    name = source.backup["name"]
    check = {
        "BackupFolder": target.instance.backups,
        "Name": name,
        "Sha256": source.manifest_sha256,
        "CheckPath": target.instance.check_program,
    }
    return Step(f"check the backup {name}", PowerShellCall("Assert-MemuraiBackup", check), None, COPY_SECONDS)


def _staged(source: Source, target: Target) -> Iterator[Step]:
    """Yield what makes of a backup what the server will find.

    A server with an append-only file loads nothing else: the snapshot becomes the base of one, which the server loads
    as one that it wrote itself. New files take their access lists from the folder of the data.
    """
    place, stage = target.place, _stage(target)
    # After a restore that was ended this folder says so, until there is data again.
    mine = stage if target.has_stage else f"{place.folder}\\{STAGE}"
    yield Step("make a folder beside the data", _made(stage), _removed(mine))
    yield _copied(source, target, f"{stage}\\{place.snapshot_name}")
    if place.appendonly:
        folder = f"{stage}\\{place.append_only_folder_name}"
        base = f"{place.append_only_name}.1.base.rdb"
        manifest = hidden(f"file {base} seq 1 type b\n")
        yield Step("make the folder of the append-only file", _made(folder))
        yield _copied(source, target, f"{folder}\\{base}")
        path = f"{folder}\\{place.append_only_name}.manifest"
        yield Step("name its base", PowerShellCall("Write-WinFile", {"Path": path, "Content": manifest}))


def _tried(target: Target) -> Iterator[Step]:
    """Yield what finds, before the server stops, that its data can be moved aside: not out of a volume of its own."""
    folder, moved = f"{_stage(target)}\\tried", f"{target.aside}-tried"
    gone = PowerShellCall("Remove-WinItem", {"Path": moved})
    yield Step("make an empty folder", _made(folder))
    move = PowerShellCall("Move-WinItem", {"Path": folder, "Destination": moved})
    yield Step("find that the data can be moved aside: move that folder there", move, gone)
    yield Step("remove it", gone)


def _copied(source: Source, target: Target, destination: str) -> Step:
    path = f"{target.instance.backups}/{source.backup['name']}/{DUMP}"
    copy = {"Path": path, "Destination": destination, "Sha256": source.dump_sha256}
    return Step("copy the snapshot there", PowerShellCall("Copy-WinFile", copy), None, COPY_SECONDS)


def _exchanged(target: Target) -> Iterator[Step]:
    instance, place = target.instance, target.place
    limit = {"TimeoutSeconds": instance.timeout_seconds}
    service = {"ServiceName": instance.service}
    seconds = 2 * instance.timeout_seconds + MORE_SECONDS
    server = target.endpoint.server(instance.command_line_client).on_wire()
    stop = PowerShellCall("Stop-MemuraiServer", {**service, "Servers": [server], **limit})
    start = PowerShellCall("Start-MemuraiServer", {**service, "Server": server, **limit})
    yield Step("save and stop", stop, start if target.is_running else None, seconds)
    yield Step("keep it from starting", _start_type(target, "Disabled"), _start_type(target, target.former_start_type))
    data = {"DataFolder": place.folder, "AsideFolder": target.aside, "Names": list(place.names)}
    move = PowerShellCall("Move-MemuraiData", data)
    back = PowerShellCall("Restore-MemuraiData", {**data, "KeptFolder": f"{target.aside}-failed"})
    # As long as it is not back, nobody may start the service.
    yield Step("move the present data aside", move, back, is_barrier=True)
    for name in place.names if place.appendonly else (place.snapshot_name,):
        paths = {"Path": f"{_stage(target)}\\{name}", "Destination": f"{place.folder}\\{name}"}
        yield Step(f"put {name} in its place", PowerShellCall("Move-WinItem", paths))


def _started(source: Source, target: Target) -> Iterator[Step]:
    instance = target.instance
    limit = {"TimeoutSeconds": instance.timeout_seconds}
    seconds = 2 * instance.timeout_seconds + MORE_SECONDS
    server = target.endpoint.server(instance.command_line_client).on_wire()
    # On the way back nothing may start it again; what its clients wrote is kept with the data that was taken back.
    ended = PowerShellCall("Stop-MemuraiHungServer", {"ServiceName": instance.service, "Server": server, **limit})
    yield Step("let it start", _start_type(target, target.new_start_type), ended, seconds, is_barrier=True)
    expected = {"aof_enabled": str(int(target.place.appendonly))}
    start = {"ServiceName": instance.service, "Server": server, "Expected": expected, **limit}
    yield Step("start it", PowerShellCall("Start-MemuraiServer", start), ended, seconds, is_barrier=True)
    proof = {"Server": server, "Keys": source.backup["keys"], **limit}
    yield Step("prove that all keys are there", PowerShellCall("Assert-MemuraiLoad", proof), None, seconds)


def _stage(target: Target) -> str:
    return f"{target.place.folder}\\{STAGE}\\{target.stamp}"


def _made(path: str) -> PowerShellCall:
    return PowerShellCall("New-WinDirectory", {"Path": path})


def _removed(path: str) -> PowerShellCall:
    return PowerShellCall("Remove-WinItem", {"Path": path, "Recurse": True})


def _start_type(target: Target, start_type: str) -> PowerShellCall:
    return PowerShellCall("Set-WinService", {"Name": target.instance.service, "StartType": start_type})
