"""Several instances on one host: hosts of the inventory that are reached at one address, each a server of its own."""

from collections.abc import Iterator, Mapping
from pathlib import PureWindowsPath

from memurai.instance import Instance
from memurai.sentinel import services
from memurai.settings import Settings

# What Windows has one of, because all instances share the installed product.
SHARED = ("version", "sha256", "product", "folder", "license_file")


def problems(settings: Settings, others: Mapping[str, Settings]) -> Iterator[str]:
    """Yield what an instance has in common with another one on its host that each must have for itself.

    others: settings of the other instances, by their names in the inventory. A host that is reached under several names
    or addresses is not recognised as one.
    """
    for name, other in others.items():
        yield from _product_problems(settings, name, other)
        yield from _name_problems(settings, name, other)
        yield from _port_problems(settings, name, other)
        yield from _folder_problems(settings, name, other)


def _product_problems(settings: Settings, name: str, other: Settings) -> Iterator[str]:
    for key in SHARED:
        own, theirs = getattr(settings.package, key), getattr(other.package, key)
        if own != theirs:
            yield (
                f"memurai_package.{key}: expected that of {name} ({theirs!r}), because instances on one host share the "
                f"installed product, found {own!r}; give both the same"
            )


def _name_problems(settings: Settings, name: str, other: Settings) -> Iterator[str]:
    service, theirs = settings.service, other.service
    if service.name.lower() == theirs.name.lower():
        yield f"memurai_service.name: expected another name than {name} on the same host has, found {service.name!r}"
    elif taken := {item.lower() for item in services(settings)} & {item.lower() for item in services(other)}:
        yield (
            f"memurai_service.name: expected one by which neither the server nor its Sentinel has a service of {name} "
            f"on the same host, found {service.name!r}: both have {', '.join(taken)}"
        )
    # Windows takes no display name that is another service's name or display name.
    elif service.display_name.lower() in (theirs.display_name.lower(), theirs.name.lower()):
        yield (
            f"memurai_service.display_name: expected another one than {name} on the same host has as name or display "
            f"name ({theirs.name!r}, {theirs.display_name!r}), found {service.display_name!r}"
        )


def ports(settings: Settings) -> dict[str, int]:
    """Return the ports that an instance uses, now and then or always, by the keys of their settings."""
    open_ports = Instance.of(settings).open_ports
    found = {"memurai_network.port": settings.network.port, "memurai_tls.port": settings.tls.port}
    found = {key: port for key, port in found.items() if port in open_ports}
    if settings.replication.enabled:
        found["memurai_replication.sentinel_port"] = settings.replication.sentinel_port
    found["memurai_service.trial_port"] = settings.service.trial_port
    if settings.backup.enabled:
        found["memurai_backup.rehearsal_port"] = settings.backup.rehearsal_port
    return found


def _port_problems(settings: Settings, name: str, other: Settings) -> Iterator[str]:
    theirs = {port: key for key, port in ports(other).items()}
    for key, port in ports(settings).items():
        if port in theirs:
            yield f"{key}: expected a port that {name} on the same host does not use, found its {theirs[port]} ({port})"


def _folder_problems(settings: Settings, name: str, other: Settings) -> Iterator[str]:
    """Yield folders that are the same as, or inside, one of the other's: each has an access list of its own."""
    has_own_base = PureWindowsPath(settings.storage.base) != PureWindowsPath(other.storage.base)
    for key, folder in _folders(settings, everything=has_own_base):
        for their_key, theirs in _folders(other, everything=has_own_base):
            inside = their_key != "base" and folder.is_relative_to(theirs)
            around = key != "base" and theirs.is_relative_to(folder)
            if folder == theirs or inside or around:
                yield (
                    f"memurai_storage.{key}: expected a folder of its own, apart from memurai_storage.{their_key} of "
                    f"{name} on the same host ({theirs.as_posix()!r}), found {folder.as_posix()!r}"
                )


def _folders(settings: Settings, *, everything: bool) -> list[tuple[str, PureWindowsPath]]:
    """Return the folders by their keys; all of them, or without those in the base folder, which follow from it."""
    storage = settings.storage
    base = PureWindowsPath(storage.base)
    folders = [(key, PureWindowsPath(folder)) for key, folder in storage.separate.items()]
    return [("base", base), *(item for item in folders if everything or not item[1].is_relative_to(base))]
