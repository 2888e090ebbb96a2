"""From the data of a host to its settings: every problem found, named so that it can be mended at once."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TypeVar, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from memurai.exceptions import SettingsError
from memurai.settings import credentials
from memurai.settings.environments import Environments, shared_secret_problems
from memurai.settings.groups import (
    ApplicationSettings,
    BackupSettings,
    ExtraSettings,
    Group,
    MemorySettings,
    NetworkSettings,
    PackageSettings,
    PersistenceSettings,
    ReplicationSettings,
    SecuritySettings,
    ServiceSettings,
    StorageSettings,
    TlsSettings,
    UsersSettings,
)
from memurai.settings.model import (
    Settings,
    client_problems,
    folder_problems,
    port_problems,
    retention_problems,
    user_problems,
)
from memurai.settings.raw import SECRET_WORD
from memurai.settings.replication import (
    command_problems,
    directive_problems,
    durability_problems,
    member_problems,
    member_user_problems,
)
from memurai.settings.values import COMBINATION

PREFIX = "memurai_"
GROUPS: dict[str, type[Group]] = {
    PREFIX + name: cast(type[Group], field.annotation) for name, field in Settings.model_fields.items()
}
# A key this much like a group's is a misspelt one: pyinfra would ignore it, and the default would rule.
RESEMBLANCE = 0.85
SECRET_GROUP = f"{PREFIX}security"
# Groups whose values are never shown, as those of passwords are not: what stands there may be a secret, by mistake.
UNSHOWN_GROUPS = (SECRET_GROUP, f"{PREFIX}extra")
SHOWN_TYPES = (str, int, float)

GroupType = TypeVar("GroupType", bound=Group)


def from_host_data(
    host_name: str,
    data: Mapping[str, object],
    origins: Mapping[str, str] | None = None,
    environments: Environments | None = None,
) -> Settings:
    """Return the settings of a host.

    host_name: name of the host, for the error.
    data: the host's data as pyinfra merges it; keys that are not ours are left alone.
    origins: where each key was found, e.g. `group_data/prod.py`, for the error.
    environments: the host's environment and the others, whose secrets must be different.

    Raises SettingsError with all problems: unknown groups and keys, values out of bounds, impossible combinations,
    and secrets that cannot be had, are too weak or are another environment's.
    """
    return _Loading(data, origins or {}, environments or Environments()).settings(host_name)


class _Loading:
    """One pass over the data of one host."""

    def __init__(self, data: Mapping[str, object], origins: Mapping[str, str], environments: Environments) -> None:
        self.data = data
        self.origins = origins
        self.environments = environments
        self.groups: dict[str, Group] = {}

    def settings(self, host_name: str) -> Settings:
        problems = [*self._unknown_groups(), *self._read_groups(), *self._cross_problems()]
        if problems:
            raise SettingsError(host_name, problems)
        return Settings(**{key.removeprefix(PREFIX): group for key, group in self.groups.items()})  # type: ignore[arg-type]

    def _unknown_groups(self) -> Iterator[str]:
        for key in self.data:
            if key not in GROUPS and (key.startswith(PREFIX) or get_close_matches(key, GROUPS, 1, RESEMBLANCE)):
                yield f"{self._place(key)}: expected a known group, found an unknown one; {_nearest(key, GROUPS)}"

    def _read_groups(self) -> Iterator[str]:
        for key, group in GROUPS.items():
            try:
                self.groups[key] = group.model_validate(self.data.get(key, {}))
            except ValidationError as error:
                for detail in _own_errors(error.errors(include_url=False)):
                    yield from self._problems(key, group, detail)

    def _cross_problems(self) -> Iterator[str]:
        package, storage = self._read(PackageSettings), self._read(StorageSettings)
        security, application = self._read(SecuritySettings), self._read(ApplicationSettings)
        if security and application:
            yield from client_problems(security, application)
        if package and storage:
            yield from folder_problems(package, storage)
        network, tls = self._read(NetworkSettings), self._read(TlsSettings)
        service, backup = self._read(ServiceSettings), self._read(BackupSettings)
        replication = self._read(ReplicationSettings)
        if network and tls and service and backup and replication:
            found = port_problems(network, tls, service, backup, replication)
            yield from (self._placed(problem) for problem in found)
        memory, persistence = self._read(MemorySettings), self._read(PersistenceSettings)
        if application and memory and persistence:
            yield from retention_problems(application, memory, persistence)
        users = self._read(UsersSettings)
        if security and users:
            yield from user_problems(users, security)
        if replication:
            yield from (self._placed(problem) for problem in self._member_problems(replication))
        if security and users and replication:
            secrets = [
                *credentials.problems(security, users, replication),
                *shared_secret_problems(security, users, replication, self.environments),
            ]
            yield from (self._placed(problem) for problem in secrets)

    def _member_problems(self, replication: ReplicationSettings) -> Iterator[str]:
        network, persistence = self._read(NetworkSettings), self._read(PersistenceSettings)
        security, users = self._read(SecuritySettings), self._read(UsersSettings)
        if network:
            yield from member_problems(replication, network)
        if security:
            yield from command_problems(replication, security)
        if users:
            yield from member_user_problems(replication, users)
        if persistence:
            yield from durability_problems(replication, persistence)
        if extra := self._read(ExtraSettings):
            yield from directive_problems(replication, extra)

    def _read(self, group_type: type[GroupType]) -> GroupType | None:
        return next((group for group in self.groups.values() if isinstance(group, group_type)), None)

    def _place(self, key: str) -> str:
        return f"{self.origins[key]}: {key}" if key in self.origins else key

    def _placed(self, problem: str) -> str:
        """Return a problem that begins with its group's key, with where that group was found."""
        group = problem.partition(".")[0].partition(":")[0]
        return f"{self._place(group)}{problem.removeprefix(group)}"

    def _problems(self, key: str, group: type[Group], detail: ErrorDetails) -> Iterator[str]:
        if detail["type"] == COMBINATION:
            yield from (f"{self._place(key)}.{problem}" for problem in detail["ctx"]["problems"])
        else:
            yield f"{self._place(key)}{_path(detail['loc'])}: {_sentence(key, group, detail)}"


def _own_errors(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out the errors that only follow from others: a default made from a wrong value, a list short of one."""
    places = [detail["loc"] for detail in details]
    for detail in details:
        depth = len(detail["loc"])
        has_wrong_items = any(len(place) > depth and place[:depth] == detail["loc"] for place in places)
        if not has_wrong_items and detail["type"] != "default_factory_not_called":
            yield detail


def _path(location: tuple[int | str, ...]) -> str:
    steps = [step for step in location if step != "[key]"]
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _sentence(key: str, group: type[Group], detail: ErrorDetails) -> str:
    kind, name = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        return f"expected a known key, found an unknown one; {_nearest(name, group.model_fields)}"
    if kind == "missing":
        return f"expected a value, found none: {group.model_fields[name].description}"
    if name == "[key]":
        command, known = (
            str(detail["loc"][-2]).upper(),
            detail["ctx"]["expected"].replace("'", "").replace(" or ", ", "),
        )
        return f"expected a command that can be restricted; {_nearest(command, known.split(', '))}"
    return f"expected {_expectation(detail)}, found {_found(key, name, detail['input'])}"


def _expectation(detail: ErrorDetails) -> str:
    if detail["type"] in ("too_short", "too_long"):
        length = "at least {min_length}" if detail["type"] == "too_short" else "at most {max_length}"
        return f"{length.format_map(detail['ctx'])} value(s)"
    return detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def _found(key: str, name: str, value: object) -> str:
    if (key in UNSHOWN_GROUPS or SECRET_WORD in name) and not isinstance(value, int):
        return "something else (not shown: it may be a secret)"
    if isinstance(value, list | tuple):
        return f"{len(value)} value(s)"
    return repr(value) if isinstance(value, SHOWN_TYPES) else f"a {type(value).__name__}"


def _nearest(name: str, known: Mapping[str, object] | list[str]) -> str:
    matches = get_close_matches(name, known, 1, 0.5)
    return f"did you mean {matches[0]}?" if matches else f"the known ones are {', '.join(known)}"
