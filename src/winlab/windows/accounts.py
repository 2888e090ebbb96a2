"""Accounts of a practice host: names, SIDs, and what an account belongs to.

Well-known SIDs: https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable

EVERYONE = "S-1-1-0"
CREATOR_OWNER = "S-1-3-0"
SERVICE = "S-1-5-6"
AUTHENTICATED_USERS = "S-1-5-11"
SYSTEM = "S-1-5-18"
LOCAL_SERVICE = "S-1-5-19"
NETWORK_SERVICE = "S-1-5-20"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
ALL_SERVICES = "S-1-5-80-0"
TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

LOCAL_SYSTEM_ACCOUNT = "LocalSystem"
"""What the service control manager calls SYSTEM."""

_NAMES = {
    EVERYONE: "Everyone",
    CREATOR_OWNER: "CREATOR OWNER",
    SERVICE: "NT AUTHORITY\\SERVICE",
    AUTHENTICATED_USERS: "NT AUTHORITY\\Authenticated Users",
    SYSTEM: "NT AUTHORITY\\SYSTEM",
    LOCAL_SERVICE: "NT AUTHORITY\\LOCAL SERVICE",
    NETWORK_SERVICE: "NT AUTHORITY\\NETWORK SERVICE",
    ADMINISTRATORS: "BUILTIN\\Administrators",
    USERS: "BUILTIN\\Users",
    ALL_SERVICES: "NT SERVICE\\ALL SERVICES",
    TRUSTED_INSTALLER: "NT SERVICE\\TrustedInstaller",
}
_SERVICE_ACCOUNTS = {
    "LOCALSYSTEM": SYSTEM,
    "NT AUTHORITY\\SYSTEM": SYSTEM,
    "NT AUTHORITY\\LOCALSERVICE": LOCAL_SERVICE,
    "NT AUTHORITY\\NETWORKSERVICE": NETWORK_SERVICE,
}
_SID = re.compile(r"S-1-\d+(-\d+)+")


def service_sid(service: str) -> str:
    r"""Return the SID of a service, which is also that of its virtual account `NT SERVICE\<service>`.

    SHA-1 of the upper-case name in UTF-16LE, read as five little-endian 32-bit numbers. `sc.exe showsid
    TrustedInstaller` prints the well-known value of TRUSTED_INSTALLER; the tests compare with it.
    """
    digest = hashlib.sha1(service.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(str(number) for number in struct.unpack("<5I", digest))


def is_sid(text: str) -> bool:
    """Say whether a text is a security identifier in its S-1-... form."""
    return _SID.fullmatch(text) is not None


class Accounts:
    """The accounts a host can resolve.

    Args:
        computer_name: name of the host.
        service_names: returns the names of the services that exist now.
    """

    def __init__(self, computer_name: str, service_names: Callable[[], Iterable[str]]) -> None:
        self._computer_name = computer_name.upper()
        self._service_names = service_names
        self._managed: dict[str, str] = {}

    @property
    def administrator_sid(self) -> str:
        """The SID of the host's own Administrator (relative identifier 500)."""
        return f"{_authority(self._computer_name)}-500"

    def name_of(self, sid: str) -> str | None:
        """Return the name of a SID, None when the host cannot translate it."""
        if sid == self.administrator_sid:
            return f"{self._computer_name}\\Administrator"
        services = {service_sid(name): f"NT SERVICE\\{name}" for name in self._service_names()}
        return _NAMES.get(sid) or services.get(sid) or self._managed.get(sid)

    def service_account_sid(self, account: str) -> str | None:
        r"""Return the SID of an account a service can run under without a password, None for any other.

        Virtual accounts (`NT SERVICE\x`) exist for services that exist. A name that ends in $ is a group managed
        service account. Assumed: the lab's domain controller knows every one of those.
        """
        upper = account.upper()
        if upper in _SERVICE_ACCOUNTS:
            return _SERVICE_ACCOUNTS[upper]
        if upper.startswith("NT SERVICE\\"):
            name = account.split("\\", 1)[1]
            return service_sid(name) if name.upper() in map(str.upper, self._service_names()) else None
        if re.fullmatch(r"[^\\]+\\[^\\]+\$", account):
            sid = f"{_authority(upper)}-1103"
            self._managed[sid] = account
            return sid
        return None

    def service_groups(self, sid: str) -> frozenset[str]:
        r"""Return the SID of a service's account with those of all groups in its token.

        Sources: https://learn.microsoft.com/windows/win32/services/localsystem-account (its token holds
        BUILTIN\Administrators) and the pages of the other accounts beside it. Assumed: all are in Users.
        """
        groups = {sid, EVERYONE, AUTHENTICATED_USERS, USERS, SERVICE}
        if sid == SYSTEM:
            groups.add(ADMINISTRATORS)
        if sid.startswith("S-1-5-80-"):
            groups.add(ALL_SERVICES)
        return frozenset(groups)


def _authority(name: str) -> str:
    numbers = struct.unpack("<3I", hashlib.sha256(name.encode()).digest()[:12])
    return "S-1-5-21-" + "-".join(str(number) for number in numbers)
