"""The kinds of values that settings are made of: how each is checked and brought into one form.

A check raises ValueError with what was expected; `loading` adds the key and what was found.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr

from memurai.config import parse_size
from memurai.exceptions import ConfigurationError

# A folder below a drive. ASCII only: no documentation says in which encoding Memurai reads paths.
FOLDER = re.compile(r'[A-Za-z]:(/[^/\\:*?"<>|\x00-\x1f\x7f-\U0010ffff]+)+')
SECRET_SOURCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")

# The largest private networks: 10.0.0.0/8 and fc00::/7. Anything wider is not a list of clients.
SHORTEST_PREFIX = {4: 8, 6: 7}

WILDCARD_ADDRESSES = ("*", "::*", "0.0.0.0", "::")  # noqa: S104 - recognised here, bound to nowhere


def _matching(pattern: str, expected: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(expected)
        return value

    return AfterValidator(check)


def _folder(value: str) -> str:
    path = value.replace("\\", "/").rstrip("/")
    segments = path.split("/")[1:]
    if not FOLDER.fullmatch(path) or any(segment.endswith((".", " ")) for segment in segments):
        raise ValueError("an absolute folder below a drive, in ASCII, such as C:/ProgramData/Memurai")
    return path[0].upper() + path[1:]


def _size(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_size(value)
    except ConfigurationError as error:
        raise ValueError("a size such as 2gb, 64mb or a number of bytes") from error


def _bind_address(value: str) -> str:
    optional, address = ("-", value[1:]) if value.startswith("-") else ("", value)
    if address in WILDCARD_ADDRESSES:
        return value
    try:
        return optional + str(ip_address(address))
    except ValueError as error:
        raise ValueError("an IP address of the host, with a leading - when it may be missing") from error


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
        raise ValueError("an IP address or a network such as 10.20.0.0/24, with no host bits set") from error


def _secret_source(value: SecretStr) -> SecretStr:
    if not SECRET_SOURCE.fullmatch(value.get_secret_value()):
        raise ValueError("the source of a secret, env:NAME, never the secret itself")
    return value


def _new_name_source(value: SecretStr) -> SecretStr:
    return value if value.get_secret_value() == "" else _secret_source(value)


Folder = Annotated[str, AfterValidator(_folder)]
FileName = Annotated[
    str,
    _matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "a file name of letters, digits, dots, - and _, without a folder"),
]
Version = Annotated[str, _matching(r"\d+\.\d+\.\d+(\.\d+)?", "a version such as 4.1.2")]
InstallerPath = Annotated[str, _matching(r"(?i).+\.msi", "the path of an MSI file on the control node")]
Sha256 = Annotated[str, _matching(r"(?i)[0-9a-f]{64}", "a SHA-256 of 64 hexadecimal digits"), AfterValidator(str.lower)]
ProductName = Annotated[str, _matching(r"[A-Za-z][A-Za-z0-9 ._-]*\*?", "a display name, which may end in *")]
ServiceName = Annotated[str, _matching(r"[A-Za-z0-9_.-]{1,80}", "a service name of letters, digits, dots, - and _")]
DisplayName = Annotated[str, _matching(r"[\x20-\x7e]{1,256}", "a name of 1 to 256 printable ASCII characters")]
Size = Annotated[int, BeforeValidator(_size)]
BindAddress = Annotated[str, AfterValidator(_bind_address)]
ClientNetwork = Annotated[str, AfterValidator(_client_network)]
SecretSource = Annotated[SecretStr, AfterValidator(_secret_source)]
NewNameSource = Annotated[SecretStr, AfterValidator(_new_name_source)]
