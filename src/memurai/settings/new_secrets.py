"""New secrets of an environment: as export lines, or as files that only their owner can read."""

import argparse
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyinfra.api import HiddenValue

from memurai.exceptions import SecretFileError
from memurai.settings import credentials
from memurai.settings.groups import SecuritySettings

RENAMED_COMMAND = "CONFIG"
ROLES = ("application", "backup", "monitoring", "sentinel")
# Of memurai_users too, in a set.
MEMBER_ROLE = "replica"
# What memurai_replication names.
SENTINEL_PASSWORD = "replication_sentinel_password"  # noqa: S105 - the name of a setting
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True)
class NewSecret:
    """A new secret.

    key: where its source is written, e.g. `password`.
    variable, file_name: where the secret is kept.
    """

    key: str
    variable: str
    file_name: str
    value: HiddenValue


def environment_name(text: str) -> str:
    """Return the name of an environment in lower case.

    Raises ArgumentTypeError for one that can't be part of a variable's name.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"expected letters, digits and _, such as prod, found {text!r}")
    return text.lower()


def generate(environment: str | None, *, users: bool = False, replication: bool = False) -> tuple[NewSecret, ...]:
    """Make the secrets of an environment, None for the names of the default settings.

    users: with the passwords of the users of memurai_users. replication: with those of a set.
    """
    upper = f"MEMURAI_{environment.upper()}" if environment else "MEMURAI"
    lower = environment or "memurai"
    return (
        NewSecret("password", f"{upper}_PASSWORD", f"{lower}-password", credentials.new_password()),
        NewSecret(
            RENAMED_COMMAND,
            f"{upper}_{RENAMED_COMMAND}_COMMAND",
            f"{lower}-config-command",
            credentials.new_name(RENAMED_COMMAND),
        ),
        *(_new_password(f"{role}_password", upper, lower) for role in ROLES if users),
        *(_new_password(f"{role}_password", upper, lower) for role in (MEMBER_ROLE,) if users and replication),
        *(_new_password(key, upper, lower) for key in (SENTINEL_PASSWORD,) if replication),
    )


def _new_password(key: str, upper: str, lower: str) -> NewSecret:
    return NewSecret(key, f"{upper}_{key.upper()}", f"{lower}-{key.replace('_', '-')}", credentials.new_password())


def export_lines(secrets: Sequence[NewSecret], environment: str | None) -> str:
    """Return what a shell reads: the secrets are shown, and in comments the group data that names their variables.

    environment: whose they are; None: the default settings name them, so that no group data has to.
    """
    # They are of letters, digits, - and _: nothing needs quoting.
    lines = "".join(f"export {secret.variable}={secret.value.unmask()}\n" for secret in secrets)
    if environment is None:
        return lines
    data = _group_data({secret.key: f"env:{secret.variable}" for secret in secrets})
    comments = "".join(f"# {line}\n" for line in data.splitlines())
    return f"{lines}# They are read where group_data/{environment}.py says so:\n{comments}"


def write(secrets: Sequence[NewSecret], directory: Path) -> str:
    """Write each secret into a file of its own, and return the group data that names their sources.

    Raises SecretFileError, before anything is written, when a file is there already: it may be in use.
    """
    folder = directory.expanduser().absolute()
    paths = {secret.key: folder / secret.file_name for secret in secrets}
    present = [str(path) for path in paths.values() if path.exists()]
    if present:
        raise SecretFileError(
            f"expected no file at {' and '.join(present)}, found one: it may hold a secret that is in use. Move it "
            "away or choose another --directory."
        )
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for secret in secrets:
            _write(paths[secret.key], secret.value)
    except OSError as error:
        raise SecretFileError(f"expected to write secrets into {folder}, found an error: {error.strerror}.") from error
    return _group_data({key: f"file:{path}" for key, path in paths.items()})


def _group_data(sources: dict[str, str]) -> str:
    renamed = {command: source.get_secret_value() for command, source in SecuritySettings().renamed_commands.items()}
    commands = {command: sources.get(command, source) for command, source in renamed.items()}
    keys = [f"{role}_password" for role in (*ROLES, MEMBER_ROLE)]
    users = {key: sources[key] for key in keys if key in sources}
    lines = [
        "memurai_security = {",
        f'    "password": {json.dumps(sources["password"])},',
        '    "renamed_commands": {',
        *(f"        {json.dumps(command)}: {json.dumps(source)}," for command, source in commands.items()),
        "    },",
        "}",
    ]
    if users:
        lines += ["memurai_users = {", '    "enabled": True,']
        if f"{MEMBER_ROLE}_password" in users:
            lines += [f'    "{role}": "{role}",' for role in ("sentinel", MEMBER_ROLE)]
        lines += [*(f"    {json.dumps(key)}: {json.dumps(source)}," for key, source in users.items()), "}"]
    if SENTINEL_PASSWORD in sources:
        lines += ["memurai_replication = {", f'    "sentinel_password": {json.dumps(sources[SENTINEL_PASSWORD])},', "}"]
    return "\n".join(lines) + "\n"


def _write(path: Path, secret: HiddenValue) -> None:
    # Created with its mode: nobody else can open it, not even before its content is there.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret.unmask()}\n")
