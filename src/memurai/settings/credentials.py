"""The secrets of a server: looked up as late as possible, and refused when they are none.

They leave this module only as HiddenValue, which prints as a mask everywhere.
"""

import re
import secrets as randomness
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyinfra.api import HiddenValue

from winfra import secrets
from winfra.exceptions import SecretError

if TYPE_CHECKING:
    from memurai.settings.groups import ReplicationSettings, SecuritySettings, UsersSettings
    from memurai.settings.model import Settings

SHORTEST_SECRET = 16
# The password printed in the production guide: everyone who has read it knows it.
PUBLISHED_PASSWORD = "RLr5E73KjlPcAghcLXjBEdWJzqFVeV3EQ1GyQzqoOxo="  # noqa: S105 - refused, never used
# Whether Memurai reads a backslash in double quotes as Redis does is not documented, and outside ASCII the code
# pages of a Windows host come into play: a password of other characters might work in one tool and fail in another.
PASSWORD_FORM = re.compile(r"[!#-\[\]-~]+"), 'printable ASCII without blanks, " and \\'
NEW_NAME_FORM = re.compile(r"[A-Za-z0-9_-]+"), "letters, digits, _ and -"
PASSWORD_BYTES = 32
NEW_NAME_BYTES = 16
# What Sentinel writes into its own file, in which it quotes no secret: tried with redis-server 7.0.15.
SENTINEL_KEYS = frozenset(
    {"memurai_security.password", "memurai_users.sentinel_password", "memurai_replication.sentinel_password"}
)
RULES = (
    f"The password and the new names of commands have at least {SHORTEST_SECRET} characters and are all different.",
    "The production guide's published password is nobody's.",
    "In a set, no password that Sentinel uses has a ' in it.",
)


@dataclass(frozen=True)
class Credentials:
    """The secrets of one server.

    password: of the administrator, who is the default user where there are no others.
    renamed_commands: new name of each restricted command; an empty one disables it.
    users: password of each other user by what it is for: application, backup, monitoring, sentinel, replica. None
    without users.
    sentinel: the Sentinels' own password; None outside of a set.
    """

    password: HiddenValue
    renamed_commands: Mapping[str, HiddenValue]
    users: Mapping[str, HiddenValue]
    sentinel: HiddenValue | None = None


def resolve(settings: "Settings") -> Credentials:
    """Look the secrets of a server up.

    Raises SecretError when a source gives nothing; settings that `from_host_data` made were checked for that.
    """
    security = settings.security
    sources = {command: source.get_secret_value() for command, source in security.renamed_commands.items()}
    return Credentials(
        password=secrets.resolve(security.password.get_secret_value(), what="memurai_security.password"),
        renamed_commands={command: _new_name(command, source) for command, source in sources.items()},
        users={
            role: secrets.resolve(source, what=f"memurai_users.{role}_password")
            for role, source in user_sources(settings.users).items()
        },
        sentinel=next(
            (secrets.resolve(source, what=key) for key, source in _sentinel_source(settings.replication).items()), None
        ),
    )


def _sentinel_source(replication: "ReplicationSettings") -> Mapping[str, str]:
    """Return the source of the Sentinels' own password by its key; none outside of a set."""
    source = replication.sentinel_password.get_secret_value()
    return {"memurai_replication.sentinel_password": source} if replication.enabled else {}


def user_sources(users: "UsersSettings") -> Mapping[str, str]:
    """Return the source of each user's password by what the user is for; none without users."""
    sources = {
        "application": users.application_password,
        "backup": users.backup_password,
        "monitoring": users.monitoring_password,
        **({"sentinel": users.sentinel_password} if users.sentinel else {}),
        **({"replica": users.replica_password} if users.replica else {}),
    }
    return {role: source.get_secret_value() for role, source in sources.items()} if users.enabled else {}


def _new_name(command: str, source: str) -> HiddenValue:
    if not source:
        return secrets.hidden("")
    return secrets.resolve(source, what=f"memurai_security.renamed_commands.{command}")


def new_password() -> HiddenValue:
    """Make a password: 256 random bits, in letters, digits, - and _."""
    return secrets.hidden(randomness.token_urlsafe(PASSWORD_BYTES))


def new_name(command: str) -> HiddenValue:
    """Make a secret new name of a command: 128 random bits."""
    return secrets.hidden(f"{command}_{randomness.token_hex(NEW_NAME_BYTES).upper()}")


def sources(
    security: "SecuritySettings", users: "UsersSettings", replication: "ReplicationSettings"
) -> Mapping[str, str]:
    """Return the source of each secret by its key, e.g. `memurai_security.password`."""
    renamed = {command: source.get_secret_value() for command, source in security.renamed_commands.items()}
    return {
        "memurai_security.password": security.password.get_secret_value(),
        **{f"memurai_security.renamed_commands.{command}": source for command, source in renamed.items() if source},
        **{f"memurai_users.{role}_password": source for role, source in user_sources(users).items()},
        **_sentinel_source(replication),
    }


def problems(security: "SecuritySettings", users: "UsersSettings", replication: "ReplicationSettings") -> Iterator[str]:
    """Yield what is wrong with the secrets, key first, never showing one."""
    found: dict[str, str] = {}
    for key, source in sources(security, users, replication).items():
        yield from _read(found, key, source)
    for key, secret in found.items():
        yield from _weaknesses(key, secret)
        if replication.enabled and key in SENTINEL_KEYS and "'" in secret:
            yield (
                f"{key}: expected no ' in it, because Sentinel writes it without quotes into its own file and could "
                "not read that at its next start, found one; generate a new one"
            )
    if len(set(found.values())) < len(found):
        yield f"memurai_security: expected different secrets, found the same one twice among {list(found)}"


def _read(found: dict[str, str], key: str, source: str) -> Iterator[str]:
    try:
        found[key] = secrets.resolve(source, what=key).unmask()
    except SecretError as error:
        yield str(error)


def _weaknesses(key: str, secret: str) -> Iterator[str]:
    allowed, meaning = PASSWORD_FORM if key.endswith("password") else NEW_NAME_FORM
    if len(secret) < SHORTEST_SECRET:
        yield f"{key}: expected at least {SHORTEST_SECRET} characters, found {len(secret)}; generate a longer one"
    if not allowed.fullmatch(secret):
        yield f"{key}: expected {meaning} only, found another character (not shown); generate a new one"
    if secret == PUBLISHED_PASSWORD:
        yield f"{key}: expected a secret of your own, found the production guide's example; generate a new one"
