"""User and password, asked for anew whenever a connection is opened: a changed password needs no restart."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from redis.credentials import CredentialProvider, UsernamePasswordCredentialProvider

from memurai_client.address import Login
from memurai_client.exceptions import ConfigurationError

PASSWORD = "REDIS_PASSWORD"  # noqa: S105  # the name of a variable
PASSWORD_FILE = "REDIS_PASSWORD_FILE"  # noqa: S105  # the same
USERNAME = "REDIS_USERNAME"


class Provided:
    """A provider as part of what a pool is made from: equal ones are one pool's.

    provider: it need not have a hash. Two of redis-py's own are equal if they hold the same, which they don't say.
    """

    def __init__(self, provider: CredentialProvider) -> None:
        self.provider = provider

    def __eq__(self, other: object) -> bool:
        """Tell whether both give the same user and password."""
        if not isinstance(other, Provided):
            return NotImplemented
        if type(self.provider) is type(other.provider) is UsernamePasswordCredentialProvider:
            return vars(self.provider) == vars(other.provider)
        return self.provider == other.provider

    def __hash__(self) -> int:
        """Return the same number for equal ones."""
        return hash(type(self.provider))


@dataclass(frozen=True)
class EnvironmentCredentials(CredentialProvider):
    """The login of the URL, else REDIS_USERNAME with the content of REDIS_PASSWORD_FILE or with REDIS_PASSWORD.

    login: user and password of the URL.
    prefix: what the names of the variables begin with, in place of REDIS.
    """

    login: Login = field(default_factory=Login)
    prefix: str = "REDIS"

    def get_credentials(self) -> tuple[str, str] | tuple[str] | tuple[()]:  # type: ignore[override]
        """Return user and password, or the password alone, or nothing: as the server wants it.

        Raises ConfigurationError when the file of the password can't be read.
        """
        username = self.login.username or self._variable(USERNAME)
        password = self.login.password or self._password()
        if username:
            return username, password or ""
        return (password,) if password else ()

    async def get_credentials_async(self) -> tuple[str, str] | tuple[str] | tuple[()]:  # type: ignore[override]
        """Return the same."""
        return self.get_credentials()

    def _password(self) -> str | None:
        path = self._variable(PASSWORD_FILE)
        if not path:
            return self._variable(PASSWORD)
        try:
            # Editors and PowerShell end a file with a line break, and may begin it with a byte order mark.
            return Path(path).read_text(encoding="utf-8-sig").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConfigurationError(f"{self._name(PASSWORD_FILE)}: can't read {path}: {reason}") from None

    def _name(self, variable: str) -> str:
        return variable.replace("REDIS", self.prefix, 1)

    def _variable(self, variable: str) -> str | None:
        return os.environ.get(self._name(variable)) or None
