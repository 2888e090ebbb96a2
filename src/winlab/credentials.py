"""The local accounts of a practice host, and the one place that hands them to pyspnego.

pyspnego's acceptor finds accounts only in the file that the environment variable NTLM_USER_FILE names, and that is one
for the whole process. Here several hosts live in one process, each with its own accounts, so the file exists only while
one step of one handshake runs, holds nothing but the account that step asks for, and is removed right after.
"""

from __future__ import annotations

import hmac
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# pyspnego has no public function for the NT hash (MD4), and OpenSSL 3 offers MD4 only as a legacy algorithm.
from spnego._ntlm_raw.crypto import ntowfv1

_USERS_FILE_VARIABLE = "NTLM_USER_FILE"
_users_file_lock = threading.Lock()


class Accounts:
    """The local accounts of one host.

    Args:
        passwords: password by account name; a domain before or after the name is left out.
    """

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._accounts = {
            _local_part(name).casefold(): (_local_part(name), password) for name, password in passwords.items()
        }

    def __repr__(self) -> str:
        """Show the names only."""
        return f"Accounts({', '.join(name for name, _ in self._accounts.values())})"

    def resolve(self, name: str) -> str | None:
        r"""Return the account a client means, None when the host has no such account.

        A domain the host does not know is taken for the host itself, so any DOMAIN\user finds the local user (Microsoft
        Learn, "NTLM user authentication": the request is processed "as if the domain name specified was that domain
        name"). Assumed: the same holds for user@domain.

        Args:
            name: user, DOMAIN\user, .\user or user@domain, in any case.
        """
        account = self._accounts.get(_local_part(name).casefold())
        return account[0] if account else None

    def verify(self, name: str, password: str) -> str | None:
        """Return the account's name when the password is its own, else None.

        Args:
            name: as for resolve.
            password: what the client sent.
        """
        account = self._accounts.get(_local_part(name).casefold())
        expected = account[1] if account else secrets.token_urlsafe()
        matches = hmac.compare_digest(password.encode(), expected.encode())
        return account[0] if account and matches else None

    def users_file_line(self, name: str) -> str:
        """Return the line of pyspnego's users file for that account, empty when there is none.

        The smbpasswd form holds the NT hash, so a password may hold any character and is never written in clear. A
        random LM hash keeps the LM response, weak and long retired, from ever matching.

        Args:
            name: as the client spelled it; pyspnego compares domain and user literally.
        """
        account = self._accounts.get(_local_part(name).casefold())
        if account is None or ":" in name or not name.isprintable():
            return ""
        nt_hash = ntowfv1(account[1]).hex().upper()
        return f"{name}:0:{secrets.token_hex(16).upper()}:{nt_hash}:[U]:LCT-0\n"


@contextmanager
def ntlm_users_file(line: str) -> Iterator[None]:
    """Let pyspnego find one account, for the block only.

    Args:
        line: a line of Accounts.users_file_line.
    """
    with _users_file_lock:
        handle, path = tempfile.mkstemp(prefix="winlab-ntlm-")  # created with mode 0600
        before = os.environ.get(_USERS_FILE_VARIABLE)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(line)
            os.environ[_USERS_FILE_VARIABLE] = path
            yield
        finally:
            _restore(before)
            Path(path).unlink()


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(_USERS_FILE_VARIABLE, None)
    else:
        os.environ[_USERS_FILE_VARIABLE] = before


def _local_part(name: str) -> str:
    if "\\" in name:
        return name.split("\\", 1)[1]
    return name.split("@", 1)[0]
