"""One secret, one environment: a host's secrets beside those that the other environments' group data names.

One inventory is one environment, and pyinfra reads one inventory at a time; but with it, it reads the group data of
all. A group without a host in this run's inventory is another environment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from memurai.settings import credentials
from memurai.settings.groups import ReplicationSettings, SecuritySettings, UsersSettings
from winfra import secrets
from winfra.exceptions import SecretError

RULES = (
    (
        "No secret is used by two environments. What `memurai_security`, `memurai_users` and `memurai_replication` of "
        "the other environments in `group_data/` name is compared as far as the control node knows it: variables that "
        "are set, files that can be read; their commands are never run."
    ),
)

PASSWORD = "memurai_security.password"  # noqa: S105 - the name of a setting
RENAMED = "memurai_security.renamed_commands"


@dataclass(frozen=True)
class Environments:
    """The environment of a host, and the others.

    own: its name, for messages.
    others: `memurai_security` of each other environment as its data has it, which may be wrong.
    users, replication: `memurai_users` and `memurai_replication` of those that have it, likewise.
    """

    own: str = "this environment"
    others: Mapping[str, object] = field(default_factory=dict)
    users: Mapping[str, object] = field(default_factory=dict)
    replication: Mapping[str, object] = field(default_factory=dict)


def shared_secret_problems(
    security: SecuritySettings, users: UsersSettings, replication: ReplicationSettings, environments: Environments
) -> Iterator[str]:
    """Yield secrets that another environment uses too, key first, never showing one."""
    own = credentials.sources(security, users, replication)
    for name, data in environments.others.items():
        others = (
            *_sources(data),
            *_user_sources(environments.users.get(name)),
            *_sentinel_source(environments.replication.get(name)),
        )
        for other_key, other_source in others:
            for key, source in own.items():
                if _same(source, other_source):
                    yield (
                        f"{key}: expected a secret of {environments.own} alone, found the same as "
                        f"{other_key} of {name}; give each environment its own: "
                        "python -m memurai secrets generate --environment NAME"
                    )


def _sources(data: object) -> Iterator[tuple[str, str]]:
    """Yield another environment's keys and sources; its mistakes are reported when it is deployed."""
    if not isinstance(data, Mapping):
        return
    defaults = dict(credentials.sources(SecuritySettings(), UsersSettings(), ReplicationSettings()))
    yield PASSWORD, str(data.get("password", defaults.pop(PASSWORD)))
    renamed = data.get("renamed_commands")
    if isinstance(renamed, Mapping):
        yield from ((f"{RENAMED}.{command}", str(source)) for command, source in renamed.items() if source)
    else:
        yield from defaults.items()


def _user_sources(data: object) -> Iterator[tuple[str, str]]:
    """Yield the keys and sources of another environment's users; without users it has none."""
    if not isinstance(data, Mapping) or data.get("enabled") is not True:
        return
    for role, source in credentials.user_sources(
        UsersSettings(enabled=True, sentinel="sentinel", replica="replica")
    ).items():
        key = f"{role}_password"
        yield f"memurai_users.{key}", str(data.get(key, source))


def _sentinel_source(data: object) -> Iterator[tuple[str, str]]:
    """Yield the key and source of the password of another environment's Sentinels; without a set it has none."""
    if isinstance(data, Mapping) and data.get("enabled") is True:
        default = ReplicationSettings().sentinel_password.get_secret_value()
        yield "memurai_replication.sentinel_password", str(data.get("sentinel_password", default))


def _same(source: str, other: str) -> bool:
    if source == other:
        return True
    # Another environment's command may ask for rights, or a confirmation, that this run has nothing to do with.
    if secrets.runs_command(other):
        return False
    value = _known(source)
    return value is not None and value == _known(other)


def _known(source: str) -> str | None:
    """Return what a source gives on this machine, None when it gives nothing.

    A missing secret of this environment is reported by `credentials`; one of another environment is as it should be.
    """
    try:
        return secrets.resolve(source, what="memurai_security").unmask()
    except SecretError:
        return None
