"""What a host must have before anything on it is touched. Every check yields what was expected and what was found."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from memurai.config import format_size
from memurai.sentinel import Sentinel
from memurai.settings import Settings
from memurai.settings.groups import PackageSettings
from memurai.settings.values import WILDCARD_ADDRESSES
from winfra.facts.files import ItemState
from winfra.facts.host import HostSummaryState
from winfra.facts.network import Listener, TcpListenersState
from winfra.facts.packages import ProductsState
from winfra.operations import packages
from winfra.operations.packages import package_problem, version_problem

OLDEST_POWERSHELL = (5, 1)
# Windows Server 2016: the oldest Memurai recommends, and the first that brings PowerShell 5.1.
OLDEST_WINDOWS = (10, 0)
# A snapshot or AOF rewrite runs beside the server on a copy of its memory: in the worst case every page changes
# meanwhile and exists twice. Running out of memory ends the server.
# https://docs.memurai.com/en/config-memory
MEMORY_FACTOR = 2
# At rest: the snapshot and an AOF that may grow to twice its base before it is rewritten, each part at most as large
# as the data.
DISK_FACTOR = 3
# With the files already there: the next snapshot or rewrite stands beside the old one until it replaces it.
DISK_FACTOR_IN_USE = 1
# The copy of the data, and what the new version made of it if it is taken back.
COPIES_OF_UPGRADE = 2


def package_problems(package: PackageSettings) -> Iterator[str]:
    """Yield what is wrong with the files on the control node."""
    source = Path(package.source)
    if problem := package_problem(source, package.sha256):
        yield f"memurai_package.source: {problem}"
    elif problem := version_problem(source, package.version):
        yield f"memurai_package.version: {problem}"
    if package.license_file and not Path(package.license_file).is_file():
        yield (
            f"memurai_package.license_file: expected the licence {package.license_file} on this machine, found no "
            "file; put it there or leave the setting out"
        )


def downgrade_problems(package: PackageSettings, found: ProductsState) -> Iterator[str]:
    """Yield a version on the host that is newer than the pinned one."""
    if problem := downgrade_problem(package.version, [product["version"] or "" for product in found["products"]]):
        yield f"memurai_package.version: {problem}"


def host_problems(
    settings: Settings,
    summary: HostSummaryState,
    data_folder: ItemState,
    *,
    others: Sequence[Settings] = (),
    aside_bytes: int = 0,
) -> Iterator[str]:
    """Yield what the host itself lacks.

    others: settings of the other instances on it. Not known, and not counted, is the memory of servers that are not in
    this inventory, and what the others' data may still grow by on the disk.
    aside_bytes: size of the data that an upgrade in this run will put aside.
    """
    yield from _system_problems(summary)
    yield from _memory_problems(settings, summary, others)
    yield from _disk_problems(settings, summary, in_use=data_folder["kind"] == "Directory", aside_bytes=aside_bytes)


def _system_problems(summary: HostSummaryState) -> Iterator[str]:
    if not summary["elevated"]:
        yield (
            f"expected an elevated administrator, found {summary['user_name']} without elevation; connect as a member "
            "of Administrators"
        )
    if _version(summary["power_shell_version"]) < OLDEST_POWERSHELL:
        yield f"expected Windows PowerShell 5.1, found {summary['power_shell_version']}; install WMF 5.1"
    if _version(summary["operating_system_version"]) < OLDEST_WINDOWS:
        yield (
            f"expected Windows Server 2016 (10.0) or later, found {summary['operating_system']} "
            f"({summary['operating_system_version']})"
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])


def _memory_problems(settings: Settings, summary: HostSummaryState, others: Sequence[Settings]) -> Iterator[str]:
    sizes = [item.memory.maxmemory for item in (settings, *others)]
    needed = sum(sizes) * MEMORY_FACTOR
    if summary["memory_bytes"] < needed:
        total = " + ".join(format_size(size) for size in sizes)
        yield (
            f"memurai_memory.maxmemory: expected a host with at least {_gigabytes(needed)} of memory "
            f"({MEMORY_FACTOR} x {total if len(sizes) == 1 else f'({total}), all instances on this host'}: a snapshot "
            f"can double what a server uses), found {_gigabytes(summary['memory_bytes'])}; "
            "lower maxmemory or give the host more"
        )


def _disk_problems(settings: Settings, summary: HostSummaryState, *, in_use: bool, aside_bytes: int) -> Iterator[str]:
    data, backup = settings.storage.data[:2].upper(), settings.storage.backup[:2].upper()
    free = {volume["root"][:2].upper(): volume["free_bytes"] for volume in summary["volumes"]}
    factor = DISK_FACTOR_IN_USE if in_use else DISK_FACTOR
    growth = f"{factor} x {format_size(settings.memory.maxmemory)} for snapshot and AOF"
    copies = f"{COPIES_OF_UPGRADE} x {_gigabytes(aside_bytes)} for the data that the upgrade puts aside"
    needs = [("data", data, settings.memory.maxmemory * factor, growth)]
    if aside_bytes:
        needs.append(("backup", backup, aside_bytes * COPIES_OF_UPGRADE, copies))
    if aside_bytes and data == backup:
        needs = [("data", data, sum(need[2] for need in needs), f"{growth}, {copies}")]
    for key, drive, needed, why in needs:
        if drive not in free:
            yield f"memurai_storage.{key}: expected a fixed drive {drive}, found {', '.join(sorted(free)) or 'none'}"
        elif free[drive] < needed:
            yield (
                f"memurai_storage.{key}: expected at least {_gigabytes(needed)} free on {drive} ({why}), found "
                f"{_gigabytes(free[drive])}; make room or choose another drive"
            )


def _gigabytes(size: int) -> str:
    # Rounded down, so that a host that lacks a little does not seem to have what is expected.
    hundredths = size * 100 // 1024**3
    return f"{hundredths / 100:.2f} GiB"


def port_problems(settings: Settings, found: TcpListenersState) -> Iterator[str]:
    """Yield a port that another process holds at an address of ours."""
    key, service = _of_port(settings, found["port"])
    for listener in found["listeners"]:
        if _overlap(settings, listener) and not _is_of(service, listener):
            yield (
                f"{key}: expected {found['port']} to be free or the service {service}'s, "
                f"found {listener['process_name'] or 'a process'} (process {listener['process_id']}, services: "
                f"{', '.join(listener['services']) or 'none'}) at {listener['address']}; stop it or choose another port"
            )


def _of_port(settings: Settings, port: int) -> tuple[str, str]:
    """Return the key of a port, and the service that listens on it."""
    if settings.replication.enabled and port == settings.replication.sentinel_port:
        return "memurai_replication.sentinel_port", Sentinel.of(settings).service
    group = "memurai_tls" if settings.tls.enabled and port == settings.tls.port else "memurai_network"
    return f"{group}.port", settings.service.name


def _overlap(settings: Settings, listener: Listener) -> bool:
    addresses = settings.network.addresses
    everywhere = listener["address"] in WILDCARD_ADDRESSES or any(item in WILDCARD_ADDRESSES for item in addresses)
    return everywhere or listener["address"] in addresses


def _is_of(service: str, listener: Listener) -> bool:
    return service.lower() in [name.lower() for name in listener["services"]]


def downgrade_problem(version: str, installed: Iterable[str]) -> str | None:
    """Return why a version can't take the place of the installed ones, None when none is newer."""
    problem = packages.downgrade_problem(version, installed)
    return problem and (
        f"{problem} An older server may refuse what a newer one wrote: try that on another host first, with a backup. "
        "tasks/uninstall.py keeps data and backups."
    )
