"""Another version of the product under the servers that run on it, and none any more."""

import ntpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from memurai.data.place import DataPlace
from memurai.instance import CHANGES_NAME, CONFIGURATION_NAME, Instance, backslashes
from memurai.server import Server
from winfra.call import PowerShellCall
from winfra.change import Afterwards, Change, Step

INSTALL_SECONDS = 1800
COPY_SECONDS = 3600
# What steps take beside what they wait for.
MORE_SECONDS = 60


@dataclass(frozen=True)
class Member:
    """A service on the product, as it is.

    configuration: path of what it runs on. server, place: how it is reached and where its data is; None for a Sentinel,
    which holds no data. start_type, is_running: of the service. aside: where its data is put.
    """

    service: str
    configuration: str
    server: Server | None
    place: DataPlace | None
    start_type: str
    is_running: bool
    aside: str
    timeout_seconds: int

    @property
    def changes(self) -> str | None:
        """The folder of changes of one that was deployed, as its configuration's name tells."""
        folder, name = ntpath.split(self.configuration)
        return f"{folder}\\{CHANGES_NAME}" if name.lower() == CONFIGURATION_NAME else None


@dataclass(frozen=True)
class KeptPackage:
    """A package on the host, with the SHA-256 that it has."""

    version: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade is decided from.

    instance: the server that is deployed. members: it, then the others that run on the product. product: display name,
    with * and ?. product_code: of the installed version.
    """

    instance: Instance
    members: tuple[Member, ...]
    product: str
    product_code: str
    former: KeptPackage
    new: KeptPackage


def properties(instance: Instance) -> list[str]:
    """Return the public properties with which the product is installed, as NAME=value.

    The installer's own service would run on its own configuration, without a password, and its check of the port fails
    silent installations (error 1603); its firewall rule would admit everyone.
    """
    return [f"INSTALLFOLDER={backslashes(instance.product)}", "INSTALL_SERVICE=0", "ADD_FIREWALL_RULE=0"]


def upgraded(upgrade: Upgrade) -> Change:
    """Return what installs another version under running servers.

    Who can't save refuses it before anything is stopped. The data of each is copied before, for a newer server may
    write what an older one can't read.
    """
    members, instance = upgrade.members, upgrade.instance
    holders = [item for item in members if item.server is not None and item.place is not None]
    steps = (
        _still_so(upgrade),
        *(_saved(item) for item in holders if item.is_running),
        *(_stopped(item) for item in members),
        *(_kept_from_starting(item) for item in members),
        *(_copied(item) for item in holders),
        _installed(upgrade),
        *(_let_start(item) for item in members),
        *(_started(item) for item in members),
    )
    return Change(
        f"upgrade of {instance.product} from {upgrade.former.version} to {upgrade.new.version}",
        instance.changes,
        steps,
        around=(instance.product_changes, *_beside(members)),
    )


def _still_so(upgrade: Upgrade) -> Step:
    """Return what makes sure that nobody installed another version, or started another server on it, since."""
    names = [item.service for item in upgrade.members]
    parameters = {
        "ProductName": upgrade.product,
        "ProductCode": upgrade.product_code,
        "ProductFolder": upgrade.instance.product,
        "Services": names,
    }
    return Step("see that nothing else runs on it", PowerShellCall("Assert-MemuraiProduct", parameters))


def _beside(members: Sequence[Member]) -> Iterator[str]:
    """Yield the folders of changes of the others, in the same order for each."""
    yield from sorted({item.changes.lower(): item.changes for item in members[1:] if item.changes}.values())


def _saved(member: Member) -> Step:
    save = PowerShellCall("Save-MemuraiData", {**_server(member), **_limit(member)})
    return Step(f"have {member.service} save", save, None, _seconds(member))


def _stopped(member: Member) -> Step:
    service = {"ServiceName": member.service}
    if member.server is None:
        stop = PowerShellCall("Stop-WinService", {"Name": member.service, **_limit(member)})
    else:
        stop = PowerShellCall("Stop-MemuraiServer", {**service, "Servers": [member.server.on_wire()], **_limit(member)})
    return Step(
        f"save and stop {member.service}", stop, _start(member) if member.is_running else None, _seconds(member)
    )


def _kept_from_starting(member: Member) -> Step:
    undo = _start_type(member, member.start_type)
    return Step(f"keep {member.service} from starting", _start_type(member, "Disabled"), undo)


def _copied(member: Member) -> Step:
    assert member.place is not None  # noqa: S101  # of those that hold data
    place = {"DataFolder": member.place.folder, "AsideFolder": member.aside}
    data = {**place, "Names": list(member.place.names), "ByCopy": True}
    copy = PowerShellCall("Move-MemuraiData", data)
    back = PowerShellCall("Restore-MemuraiData", {**data, "KeptFolder": f"{member.aside}-replaced"})
    # As long as it is not back, nobody may start the service.
    return Step(f"put the data of {member.service} aside", copy, back, COPY_SECONDS, is_barrier=True)


def _installed(upgrade: Upgrade) -> Step:
    new, logs = upgrade.new, upgrade.instance.installers
    install = {
        "Path": new.path,
        "Sha256": new.sha256,
        "LogPath": f"{logs}/install-{new.version}.log",
        "Properties": properties(upgrade.instance),
        "TimeoutSeconds": INSTALL_SECONDS,
    }
    undo = _reinstall(upgrade.instance, upgrade.product, upgrade.product_code, upgrade.former, logs)
    do = PowerShellCall("Install-WinPackage", install)
    return Step(f"install {new.version}", do, undo, 4 * INSTALL_SECONDS, is_barrier=True)


def _reinstall(instance: Instance, product: str, product_code: str, former: KeptPackage, logs: str) -> PowerShellCall:
    parameters = {
        "ProductName": product,
        "ProductCode": product_code,
        "Path": former.path,
        "Sha256": former.sha256,
        "Version": former.version,
        "Properties": properties(instance),
        "LogFolder": logs,
    }
    return PowerShellCall("Restore-MemuraiProduct", parameters)


def _let_start(member: Member) -> Step:
    do = _start_type(member, member.start_type)
    return Step(f"let {member.service} start", do, _ended(member), _seconds(member), is_barrier=True)


def _started(member: Member) -> Step:
    return Step(f"start {member.service}", _start(member), _ended(member), _seconds(member), is_barrier=True)


def _start(member: Member) -> PowerShellCall:
    if member.server is None:
        return PowerShellCall("Start-WinService", {"Name": member.service, **_limit(member)})
    parameters = {"ServiceName": member.service, **_server(member), **_limit(member)}
    return PowerShellCall("Start-MemuraiServer", parameters)


def _ended(member: Member) -> PowerShellCall:
    """Return what stops a server that may hang, and keeps Windows from starting it again."""
    if member.server is None:
        return PowerShellCall("Stop-WinHungService", {"Name": member.service, "Disable": True, **_limit(member)})
    parameters = {"ServiceName": member.service, **_server(member), **_limit(member)}
    return PowerShellCall("Stop-MemuraiHungServer", parameters)


def _start_type(member: Member, start_type: str) -> PowerShellCall:
    return PowerShellCall("Set-WinService", {"Name": member.service, "StartType": start_type})


def _server(member: Member) -> dict[str, object]:
    return {} if member.server is None else {"Server": member.server.on_wire()}


def _limit(member: Member) -> Mapping[str, object]:
    return {"TimeoutSeconds": member.timeout_seconds}


def _seconds(member: Member) -> int:
    return 2 * member.timeout_seconds + MORE_SECONDS


@dataclass(frozen=True)
class Removal:
    """What the removal of a product is decided from.

    name: of the installed product, for people. product, product_code: as of an upgrade. kept: its package, None when
    none is kept. license_file: path of a licence that goes with it, None without one. logs: folder of the installer's
    logs.
    """

    instance: Instance
    name: str
    product: str
    product_code: str
    version: str
    kept: KeptPackage | None
    license_file: str | None
    logs: str


def removed(removal: Removal) -> Change:
    """Return what uninstalls the product; the licence goes after it, for without one it may not start."""
    parameters = {
        "ProductCode": removal.product_code,
        "LogPath": f"{removal.logs}/uninstall-{removal.version}.log",
        "TimeoutSeconds": INSTALL_SECONDS,
    }
    unused = {
        "ProductName": removal.product,
        "ProductCode": removal.product_code,
        "ProductFolder": removal.instance.product,
        "IncludeStopped": True,
    }
    first = Step("see that no service uses it", PowerShellCall("Assert-MemuraiProduct", unused))
    why, undo = f"uninstall {removal.name} (no package of it is kept on the host: this can't be undone)", None
    if removal.kept is not None:
        why = f"uninstall {removal.name}"
        undo = _reinstall(removal.instance, removal.product, removal.product_code, removal.kept, removal.logs)
    step = Step(why, PowerShellCall("Uninstall-WinPackage", parameters), undo, 4 * INSTALL_SECONDS)
    licence = PowerShellCall("Remove-WinItem", {"Path": removal.license_file})
    afterwards = (Afterwards("remove the licence", licence),) if removal.license_file else ()
    return Change(f"removal of {removal.name}", removal.instance.product_changes, (first, step), afterwards)
