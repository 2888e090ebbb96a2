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
    from memurai.settings.groups import SecuritySettings

SHORTEST_SECRET = 16
# The password printed in the production guide: everyone who has read it knows it.
PUBLISHED_PASSWORD = "RLr5E73KjlPcAghcLXjBEdWJzqFVeV3EQ1GyQzqoOxo="  # noqa: S105 - refused, never used
# Whether Memurai reads a backslash in double quotes as Redis does is not documented, and outside ASCII the code
# pages of a Windows host come into play: a password of other characters might work in one tool and fail in another.
PASSWORD_FORM = re.compile(r"[!#-\[\]-~]+"), 'printable ASCII without blanks, " and \\'
NEW_NAME_FORM = re.compile(r"[A-Za-z0-9_-]+"), "letters, digits, _ and -"
PASSWORD_BYTES = 32
NEW_NAME_BYTES = 16
RULES = (
    f"The password and the new names of commands have at least {SHORTEST_SECRET} characters and are all different.",
    "The production guide's published password is nobody's.",
)


@dataclass(frozen=True)
class Credentials:
    """The secrets of one server.

    password: of the default user.
    renamed_commands: new name of each restricted command; an empty one disables it.
    """

    password: HiddenValue
    renamed_commands: Mapping[str, HiddenValue]


def resolve(security: "SecuritySettings") -> Credentials:
    """Look the secrets of a server up.

    Raises SecretError when a source gives nothing; settings that `from_host_data` made were checked for that.
    """
    sources = {command: source.get_secret_value() for command, source in security.renamed_commands.items()}
    return Credentials(
        password=secrets.resolve(security.password.get_secret_value(), what="memurai_security.password"),
        renamed_commands={command: _new_name(command, source) for command, source in sources.items()},
    )


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


def problems(security: "SecuritySettings") -> Iterator[str]:
    """Yield what is wrong with the secrets, key first, never showing one."""
    found: dict[str, str] = {}
    yield from _read(found, "password", security.password.get_secret_value())
    for command, source in security.renamed_commands.items():
        if source.get_secret_value():
            yield from _read(found, f"renamed_commands.{command}", source.get_secret_value())
    for key, secret in found.items():
        yield from _weaknesses(key, secret)
    if len(set(found.values())) < len(found):
        yield f"password, renamed_commands: expected different secrets, found the same one twice among {list(found)}"


def _read(found: dict[str, str], key: str, source: str) -> Iterator[str]:
    try:
        found[key] = secrets.resolve(source, what=key).unmask()
    except SecretError as error:
        yield str(error)


def _weaknesses(key: str, secret: str) -> Iterator[str]:
    allowed, meaning = PASSWORD_FORM if key == "password" else NEW_NAME_FORM
    if len(secret) < SHORTEST_SECRET:
        yield f"{key}: expected at least {SHORTEST_SECRET} characters, found {len(secret)}; generate a longer one"
    if not allowed.fullmatch(secret):
        yield f"{key}: expected {meaning} only, found another character (not shown); generate a new one"
    if secret == PUBLISHED_PASSWORD:
        yield f"{key}: expected a secret of your own, found the production guide's example; generate a new one"
