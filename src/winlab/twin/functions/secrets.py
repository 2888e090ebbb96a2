"""Twins of what protects secrets for one host."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from winlab.twin.errors import TwinError
from winlab.twin.registry import NOT_EMPTY, Output, twin
from winlab.windows.machine import Machine


@twin("Protect-WinSecret", "Text")
def protect_win_secret(machine: Machine, *, secret: SecretStr) -> Output:
    """Return a secret as a text that can be read on this host only."""
    return {"Text": Fernet(machine.key).encrypt(secret.get_secret_value().encode()).decode()}


@twin("Unprotect-WinSecret", "Secret", text=NOT_EMPTY)
def unprotect_win_secret(machine: Machine, *, text: str) -> Output:
    """Return a secret that was protected on the same host."""
    try:
        return {"Secret": Fernet(machine.key).decrypt(text.encode()).decode()}
    except InvalidToken as error:
        raise TwinError(
            "Expected a secret that was protected on this host, found one that can't be read: the data is invalid. "
            "Was it brought here from another host?"
        ) from error
