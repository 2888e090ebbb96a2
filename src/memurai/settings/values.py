"""The kinds of values that settings are made of: how each is checked and brought into one form.

A check raises ValueError with what was expected; `loading` adds the key and what was found. `reference` writes both
parts of a kind's Form into the documentation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr

from memurai.config import parse_size
from memurai.exceptions import ConfigurationError
from winfra import secrets

# Type of the pydantic error whose context lists several problems, each with its key: `loading` takes it apart.
COMBINATION = "impossible_combination"

# A folder below a drive. ASCII only: no documentation says in which encoding Memurai reads paths.
FOLDER = re.compile(r'[A-Za-z]:(/[^/\\:*?"<>|\x00-\x1f\x7f-\U0010ffff]+)+')

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions (with any ending, too)
DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM\d|LPT\d)(\..*)?", re.IGNORECASE)
# A second name that Windows gives to a folder, such as PROGRA~1: which one that is, only the host knows.
SHORT_NAME = re.compile(r"[^.]{1,6}~\d+(\.[^.]{0,3})?")
# Windows' own, on whatever drive it is, with all that is in them. So is every other one that begins with $.
SYSTEM_FOLDERS = (
    *("Windows", "Windows.old", "WINNT", "Users", "Documents and Settings", "System Volume Information"),
    *("Recovery", "Recycler", "PerfLogs", "Boot", "EFI", "Config.Msi", "MSOCache"),
    *("ProgramData/Microsoft", "ProgramData/Package Cache"),
    *("Program Files/Common Files", "Program Files (x86)/Common Files"),
)
# In these each product has a folder of its own.
SHARED_FOLDERS = ("Program Files", "Program Files (x86)", "ProgramData")

DNS_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")

# The largest private networks: 10.0.0.0/8 and fc00::/7. Anything wider is not a list of clients.
SHORTEST_PREFIX = {4: 8, 6: 7}

# Whoever is told one of these takes it for itself.
OWN_ADDRESSES = ("127.0.0.1", "::1", "localhost")
WILDCARD_ADDRESSES = ("*", "::*", "0.0.0.0", "::")  # noqa: S104 - recognised here, bound to nowhere


@dataclass(frozen=True)
class Form:
    """How a kind of value is spoken of.

    kind: its type, in a word or two.
    expected: what it must be, as an error says it.
    """

    kind: str
    expected: str


FOLDER_FORM = Form("folder", "an absolute folder below a drive, in ASCII, such as C:/ProgramData/Memurai")
SIZE_FORM = Form("size", "a size such as 2gb, 64mb or a number of bytes")
BIND_FORM = Form("address", "an IP address of the host, with a leading - when it may be missing")
MEMBER_FORM = Form(
    "address or name", "an IP address or a DNS name of this host, not 127.0.0.1, ::1 or localhost, which all hosts have"
)
NETWORK_FORM = Form("address or network", "an IP address or a network such as 10.20.0.0/24, with no host bits set")
SOURCE_FORM = Form("source", f"the source of a secret ({secrets.SOURCES}), never the secret itself")
NEW_NAME_FORM = Form("source", f"empty, or {SOURCE_FORM.expected}")


def _matching(form: Form, pattern: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(form.expected)
        return value

    return AfterValidator(check)


def _folder(value: str) -> str:
    path = value.replace("\\", "/").rstrip("/")
    segments = path.split("/")[1:]
    if not FOLDER.fullmatch(path) or any(segment.endswith((".", " ")) for segment in segments):
        raise ValueError(FOLDER_FORM.expected)
    if expected := next(_folder_expectations(segments), None):
        raise ValueError(expected)
    return path[0].upper() + path[1:]


def _folder_expectations(segments: Sequence[str]) -> Iterator[str]:
    """Yield what a folder, which is right in its form, is expected to be and is not."""
    if any("[" in segment or "]" in segment for segment in segments):
        yield (
            "a folder without [ and ], because the server hands the path of its configuration to glob(), to which they "
            "are a pattern: it would find no such file and run on its defaults, without a password"
        )
    if any(DEVICE.fullmatch(segment) for segment in segments):
        yield "a folder without names that Windows keeps for devices, such as CON, NUL and COM1"
    if any(SHORT_NAME.fullmatch(segment) for segment in segments):
        yield "the long name of the folder, because a short one such as PROGRA~1 may be that of any"
    if _is_system_folder("/".join(segments).lower()):
        yield (
            "a folder of its own, none of Windows' and nothing in those (Windows, Users, Recovery, ...), such as "
            "C:/ProgramData/Memurai or D:/Memurai"
        )


def _is_system_folder(path: str) -> bool:
    below = (f"{folder}/".lower() for folder in SYSTEM_FOLDERS)
    return (
        path.startswith("$")
        or path in map(str.lower, SHARED_FOLDERS)
        or any(f"{path}/".startswith(folder) for folder in below)
    )


def _file_name(value: str) -> str:
    if value.endswith(".") or DEVICE.fullmatch(value):
        raise ValueError(f"{_FILE_NAME.expected}, no dot at its end, and none that Windows keeps for devices")
    return value


def _size(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_size(value)
    except ConfigurationError as error:
        raise ValueError(SIZE_FORM.expected) from error


def _bind_address(value: str) -> str:
    optional, address = ("-", value[1:]) if value.startswith("-") else ("", value)
    if address in WILDCARD_ADDRESSES:
        return value
    try:
        return optional + str(ip_address(address))
    except ValueError as error:
        raise ValueError(BIND_FORM.expected) from error


def _member_address(value: str) -> str:
    address = value.lower()
    if address in OWN_ADDRESSES or address in WILDCARD_ADDRESSES:
        raise ValueError(MEMBER_FORM.expected)
    if is_ip_address(address):
        return str(ip_address(address))
    # One that ends in digits alone is an IP address with a mistake.
    if not DNS_NAME.fullmatch(address) or address.rpartition(".")[2].isdecimal():
        raise ValueError(MEMBER_FORM.expected)
    return address


def is_ip_address(address: str) -> bool:
    """Whether an address is an IP address, and no name."""
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def _client_network(value: str) -> str:
    network = _network(value)
    if network.prefixlen < SHORTEST_PREFIX[network.version]:
        raise ValueError(
            f"named clients: networks of at most /{SHORTEST_PREFIX[network.version]}, because the firewall rule is "
            "the only guard beside the password"
        )
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _network(value: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value)
    except ValueError as error:
        raise ValueError(NETWORK_FORM.expected) from error


def _secret_source(value: SecretStr) -> SecretStr:
    if not secrets.is_source(value.get_secret_value()):
        raise ValueError(SOURCE_FORM.expected)
    return value


def _new_name_source(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not secrets.is_source(value.get_secret_value()):
        raise ValueError(NEW_NAME_FORM.expected)
    return value


_FILE_NAME = Form("file name", "a file name of letters, digits, dots, - and _, without a folder")
_VERSION = Form("version", "a version such as 4.1.2")
_INSTALLER = Form("path", "the path of an MSI file on the control node")
_CONTROL_NODE_FILE = Form("path", "the path of a file on the control node")
_SHA256 = Form("text", "a SHA-256 of 64 hexadecimal digits")
_PRODUCT_NAME = Form("text", "a display name, which may end in *")
_SERVICE_NAME = Form("text", "a service name of 1 to 80 letters, digits, dots, - and _")
_TIME_OF_DAY = Form("time", "a time of day such as 02:00")
_COPY_FOLDER = Form("folder", "a share such as //server/share/folder, or a folder on another drive, in ASCII")
_USER_NAME = Form("text", "a name of 1 to 64 letters, digits, dots, - and _")
# https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ "Sentinel commands": the valid characters are
# letters, digits, dots, - and _.
_SET_NAME = Form("text", "a name of 1 to 64 letters, digits, dots, - and _")
_INVENTORY_NAME = Form("text", "the name of a host in the inventory, such as cache1")
_KEY_PATTERN = Form("pattern", "a pattern of keys or channels, printable ASCII without blanks")
_DISPLAY_NAME = Form("text", "a name of 1 to 256 printable ASCII characters")

Folder = Annotated[str, AfterValidator(_folder), FOLDER_FORM]
FileName = Annotated[
    str, _matching(_FILE_NAME, r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"), AfterValidator(_file_name), _FILE_NAME
]
Version = Annotated[str, _matching(_VERSION, r"\d+\.\d+\.\d+(\.\d+)?"), _VERSION]
InstallerPath = Annotated[str, _matching(_INSTALLER, r"(?i).+\.msi"), _INSTALLER]
ControlNodeFile = Annotated[str, _matching(_CONTROL_NODE_FILE, r"[^\x00-\x1f]{1,1024}"), _CONTROL_NODE_FILE]
Sha256 = Annotated[str, _matching(_SHA256, r"(?i)[0-9a-f]{64}"), AfterValidator(str.lower), _SHA256]
ProductName = Annotated[str, _matching(_PRODUCT_NAME, r"[A-Za-z][A-Za-z0-9 ._-]*\*?"), _PRODUCT_NAME]
ServiceName = Annotated[str, _matching(_SERVICE_NAME, r"[A-Za-z0-9_.-]{1,80}"), _SERVICE_NAME]
DisplayName = Annotated[str, _matching(_DISPLAY_NAME, r"[\x20-\x7e]{1,256}"), _DISPLAY_NAME]
Account = Annotated[str, Form("account", r"`NT SERVICE\<name>` of this service, or `NT AUTHORITY\NetworkService`")]
Size = Annotated[int, BeforeValidator(_size), SIZE_FORM]
BindAddress = Annotated[str, AfterValidator(_bind_address), BIND_FORM]
ClientNetwork = Annotated[str, AfterValidator(_client_network), NETWORK_FORM]
SecretSource = Annotated[SecretStr, AfterValidator(_secret_source), SOURCE_FORM]
NewNameSource = Annotated[SecretStr, AfterValidator(_new_name_source), NEW_NAME_FORM]
TimeOfDay = Annotated[str, _matching(_TIME_OF_DAY, r"([01]\d|2[0-3]):[0-5]\d"), _TIME_OF_DAY]
CopyFolder = Annotated[
    str,
    _matching(_COPY_FOLDER, r'(//[A-Za-z0-9._-]+|[A-Za-z]:)(/[^/\\:*?"<>|\x00-\x1f\x7f-\U0010ffff]+)+'),
    _COPY_FOLDER,
]
UserName = Annotated[str, _matching(_USER_NAME, r"[A-Za-z0-9_.-]{1,64}"), _USER_NAME]
SetName = Annotated[str, _matching(_SET_NAME, r"[A-Za-z0-9._-]{1,64}"), _SET_NAME]
InventoryName = Annotated[str, _matching(_INVENTORY_NAME, r"[!-~]{1,255}"), _INVENTORY_NAME]
MemberAddress = Annotated[str, AfterValidator(_member_address), MEMBER_FORM]
KeyPattern = Annotated[str, _matching(_KEY_PATTERN, r"[!-~]{1,256}"), _KEY_PATTERN]
