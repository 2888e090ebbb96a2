"""What the task files share: the settings of the host they run for, unless that host was refused."""

from weakref import WeakKeyDictionary

from gevent.lock import BoundedSemaphore  # type: ignore[import-untyped]
from pyinfra.api import Host

from memurai import options
from memurai.exceptions import SettingsError
from memurai.settings import Environments, Settings, from_host_data
from winfra import refusal
from winfra.memory import memory_of

SECURITY = "memurai_security"
USERS = "memurai_users"
REPLICATION = "memurai_replication"
PRODUCTION_GROUP = "prod"

# Settings by host; None for a host that was refused. Task files run one after the other for each host, and a host
# is refused once.
_settings: WeakKeyDictionary[Host, Settings | None] = WeakKeyDictionary()


# What the data of each host says: its settings, or why there are none.
_loaded: WeakKeyDictionary[Host, Settings | SettingsError] = WeakKeyDictionary()


# By the address at which a host is reached.
_turns: dict[str, BoundedSemaphore] = {}


def settings_of(current: Host) -> Settings | None:
    """Return the settings of a host, or None when it was refused: then the task has nothing to do.

    Settings errors refuse the host here, each problem with its name; nothing is raised, because pyinfra would end
    the run of all hosts.
    """
    host = _real(current)
    if host not in _settings:
        found = load(host)
        if isinstance(found, SettingsError):
            refuse(host, found.problems)
        else:
            _settings[host] = found
    return _settings[host]


def instances_beside(current: Host) -> dict[str, Settings | SettingsError]:
    """Return the settings of the inventory's other hosts that are reached at the same address, by name.

    One whose data is wrong has its error instead, for which it is refused itself if it is in this run.
    """
    host = _real(current)
    beside = [other for other in host.inventory if other.name != host.name and _address(other) == _address(host)]
    return {other.name: load(other) for other in beside}


def _address(host: Host) -> str:
    return str(host.data.get("winrm_hostname") or host.name).lower()


def load(host: Host) -> Settings | SettingsError:
    """Return the settings of a host, or why there are none; refuses nothing."""
    if host not in _loaded:
        unread = list(options.problems(host.inventory.get_override_data(), _keys(host)))
        try:
            found = from_host_data(host.name, host.data.dict(), data_origins(host), environments(host))
            _loaded[host] = SettingsError(host.name, unread) if unread else found
        except SettingsError as error:
            _loaded[host] = SettingsError(host.name, [*unread, *error.problems])
    return _loaded[host]


def _keys(host: Host) -> set[str]:
    """Return the keys of a host's data, without those of `--data`."""
    return {key for _, data in _places(host) for key in data}


def refuse(current: Host, problems: tuple[str, ...] | list[str]) -> None:
    """Refuse a host before anything on it is touched; its remaining tasks find no settings."""
    host = _real(current)
    _settings[host] = None
    refusal.refuse(host, problems)


def data_origins(current: Host) -> dict[str, str]:
    """Return where each key of a host's data comes from, as pyinfra ranks the places: the last one wins."""
    host = _real(current)
    places = [*_places(host), ("--data", host.inventory.get_override_data())]
    return {key: place for place, data in places for key in data}


def _places(host: Host) -> list[tuple[str, dict[str, object]]]:
    """Return the places of a host's data and what each holds, without `--data`."""
    inventory = host.inventory
    return [
        ("group_data/all.py", inventory.get_data()),
        *((f"group_data/{group}.py", inventory.get_group_data(group)) for group in host.groups),
        ("the inventory", inventory.get_host_data(host.name)),
    ]


def environments(current: Host) -> Environments:
    """Return the environment of a host, and the others whose group data names secrets.

    pyinfra reads all of `group_data/`; a group without a host in this run's inventory is another environment.
    """
    host = _real(current)
    inventory = host.inventory
    others = {
        group: data[SECURITY]
        for group, data in inventory.group_data.items()
        if SECURITY in data and not inventory.groups.get(group)
    }
    users, replication = (
        {group: data[key] for group, data in inventory.group_data.items() if group in others and key in data}
        for key in (USERS, REPLICATION)
    )
    # The last one wins, as in `data_origins`.
    own = [group for group in host.groups if SECURITY in inventory.get_group_data(group)]
    name = own[-1] if own else Environments().own
    return Environments(name, others, users, replication)


def is_production(current: Host) -> bool:
    """Whether a host is one of production: its group is that of `inventories/prod.py`."""
    return PRODUCTION_GROUP in _real(current).groups


def turn(current: Host) -> BoundedSemaphore:
    """Return what one instance of a host's at a time may hold in this run: for what is of all instances on the host."""
    return _turns.setdefault(_address(_real(current)), BoundedSemaphore())


def forget(current: Host) -> None:
    """Have what a host answered forgotten: it may have changed by itself."""
    memory_of(_address(_real(current))).forget()


def _real(current: Host) -> Host:
    # `pyinfra.host` stands for a different host at each moment.
    host: Host = current.inventory.get_host(current.name)
    return host
