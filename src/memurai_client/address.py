"""Where the server is: read from a URL or from environment variables, as text that people type.

redis://[[user]:password@]host[:port][/database]                         rediss:// the same over TLS
redis+sentinel://[[user]:password@]host[:port],host[:port]/service[/database]    rediss+sentinel:// the same over TLS

Sentinels in a variable: REDIS_SENTINELS=host[:port],host[:port] and REDIS_SENTINEL_SERVICE=service.

The password of a URL may hold any character, with / ? # % and @ written as %2F %3F %23 %25 and %40.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from memurai_client.exceptions import ConfigurationError

SERVER_PORT = 6379
SENTINEL_PORT = 26379
SENTINELS = "REDIS_SENTINELS"
SERVICE = "REDIS_SENTINEL_SERVICE"
_HIGHEST_PORT = 65_535
_HIGHEST_DATABASE = 2**31 - 1
_SCHEMES = {
    "redis": (False, False),
    "rediss": (False, True),
    "redis+sentinel": (True, False),
    "rediss+sentinel": (True, True),
}
_TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_KEYS = ("db", "ssl_check_hostname", *_TLS_FILES)
_NOT_OURS = "max_connections"
# An IPv6 address has colons of its own, so it stands in brackets. What has an @ is a login.
_SENTINEL = r"(?:\[(?P<bracketed>[^\[\]]+)\]|(?P<plain>[^:@\[\]]+))(?::(?P<port>[^:@]+))?"

logger = logging.getLogger("memurai_client")


@dataclass(frozen=True)
class Tls:
    """How the connection is sealed. The names are those of redis-py's arguments.

    ssl_ca_certs: file of the certificate authorities that are trusted; None: those of the system.
    ssl_certfile: file of the client's own certificate.
    ssl_keyfile: file of its key.
    ssl_check_hostname: whether the certificate must be the host's.
    """

    ssl_ca_certs: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_check_hostname: bool = True


@dataclass(frozen=True)
class Address:
    """Where the server is.

    hosts: host and port of the server, or of each Sentinel.
    service: the name under which the Sentinels watch the server; None: there are no Sentinels.
    database: number of the database.
    tls: how the connection is sealed; None: it isn't.
    """

    hosts: tuple[tuple[str, int], ...]
    service: str | None = None
    database: int = 0
    tls: Tls | None = None


@dataclass(frozen=True)
class Login:
    """User and password of a URL, where it has them; the password never shows."""

    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Show that there is a password, at most."""
        return f"Login(username={self.username!r}, password={'<hidden>' if self.password else None})"


def from_variables(variables: Mapping[str, str]) -> Address:
    """Return the address that REDIS_SENTINELS, or else REDIS_HOST and REDIS_PORT, name.

    It is over TLS when REDIS_SSL says so.

    Raises ConfigurationError.
    """
    tls = None
    if _flag("REDIS_SSL", variables.get("REDIS_SSL") or "no"):
        files = {name: variables.get(f"REDIS_{name.upper()}") or None for name in _TLS_FILES}
        check = _flag("REDIS_SSL_CHECK_HOSTNAME", variables.get("REDIS_SSL_CHECK_HOSTNAME") or "yes")
        tls = Tls(ssl_check_hostname=check, **files)
    database = _database_number("REDIS_DB", variables.get("REDIS_DB") or "0")
    if variables.get(SENTINELS):
        return Address(_sentinels(variables[SENTINELS]), _named_service(variables), database, tls)
    port = variables.get("REDIS_PORT") or str(SERVER_PORT)
    host = variables.get("REDIS_HOST") or "localhost"
    return Address(((_host("REDIS_HOST", host), _port("REDIS_PORT", port)),), database=database, tls=tls)


def refuse_contradictions(variables: Mapping[str, str]) -> None:
    """Refuse variables that name a server and Sentinels at once, or a name for Sentinels that are not there.

    Raises ConfigurationError.
    """
    if not variables.get(SENTINELS):
        if variables.get(SERVICE):
            raise ConfigurationError(
                f"{SERVICE}: expected the Sentinels that know this name in {SENTINELS}, found none; name them, or take "
                f"{SERVICE} away: a URL holds the name itself"
            )
        return
    if others := [name for name in ("REDIS_URL", "REDIS_HOST", "REDIS_PORT") if variables.get(name)]:
        raise ConfigurationError(
            f"{SENTINELS}: expected no other variable that says where the server is, found {' and '.join(others)}; "
            "take one or the other away"
        )


def from_url(url: str) -> tuple[Address, Login]:
    """Return the address and the login of a URL.

    Raises ConfigurationError, whose text holds nothing that could be part of a password.
    """
    parts = _split(url)
    sentinels, sealed = _SCHEMES[parts.scheme]
    options = _options(parts)
    login, _, hosts = parts.netloc.rpartition("@")
    path = [unquote(step) for step in parts.path.split("/")[1:] if step]
    service = _service(path) if sentinels else None
    addresses = tuple(_host_and_port(host, SENTINEL_PORT if sentinels else SERVER_PORT) for host in hosts.split(","))
    if not sentinels and len(addresses) > 1:
        _refuse("expected one host, found several; several Sentinels are named by redis+sentinel://")
    database = _database(path, options.pop("db", None))
    return Address(addresses, service, database, _tls(options, sealed)), _login(login)


def _split(url: str) -> SplitResult:
    parts = _parts(url)
    if parts is None:  # told here: an exception that was handled goes along with the next one, and holds the URL
        _refuse("expected scheme://host:port, found brackets that are not around an address")
    if parts.scheme not in _SCHEMES:
        _refuse(f"expected a URL that begins with one of {', '.join(f'{scheme}://' for scheme in _SCHEMES)}")
    if "@" in parts.path or "@" in parts.query or parts.fragment:
        # Everything behind the first / ? or # of a password would be shown or sent to a wrong place.
        _refuse("expected / ? # and @ of user and password as %2F %3F %23 and %40, found one as it is")
    return parts


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if options.pop(_NOT_OURS, None) is not None:
        logger.warning("REDIS_URL: max_connections is ignored: DEPLOYMENT_ENV says how many connections there are")
    unknown = sorted(set(options) - set(_KEYS))
    if unknown:
        _refuse(f"expected no keys but {', '.join(_KEYS)}, found {', '.join(unknown)}")
    return options


def _service(path: list[str]) -> str:
    if not path:
        _refuse(
            "expected the name under which the Sentinels watch the server behind the hosts: /NAME or /NAME/DATABASE"
        )
    return path.pop(0)


def _database(path: list[str], option: str | None) -> int:
    if len(path) > 1 or (path and option is not None):
        _refuse("expected one database, found more")
    return _database_number("REDIS_URL", path[0] if path else option or "0")


def _database_number(key: str, text: str) -> int:
    number = _number(text, _HIGHEST_DATABASE)
    if number is None:
        found = "something else" if text.isdecimal() else repr(text)
        raise ConfigurationError(f"{key}: expected the number of a database, found {found}")
    return number


def _tls(options: dict[str, str], sealed: bool) -> Tls | None:
    if not sealed:
        if options:
            _refuse(f"expected rediss:// with {', '.join(sorted(options))}, found a scheme without TLS")
        return None
    check = _flag("ssl_check_hostname", options.pop("ssl_check_hostname", "yes"))
    return Tls(ssl_check_hostname=check, **options)


def _login(text: str) -> Login:
    username, _, password = text.partition(":")
    return Login(unquote(username) or None, unquote(password) or None)


def _sentinels(text: str) -> tuple[tuple[str, int], ...]:
    entries = [entry.strip() for entry in text.split(",")]
    return tuple(_sentinel(entry, f"{place} of {len(entries)}") for place, entry in enumerate(entries, 1))


def _sentinel(entry: str, place: str) -> tuple[str, int]:
    found = re.fullmatch(_SENTINEL, entry)
    if found is None:
        # What is none may be a password, so it is not shown.
        raise ConfigurationError(
            f"{SENTINELS}: expected host:port,host:port,... with IPv6 addresses in brackets, found something else in "
            f"place {place}"
        )
    port = _port(SENTINELS, found["port"]) if found["port"] else SENTINEL_PORT
    return _host(SENTINELS, found["bracketed"] or found["plain"]), port


def _named_service(variables: Mapping[str, str]) -> str:
    service = variables.get(SERVICE)
    if not service:
        raise ConfigurationError(
            f"{SERVICE}: expected the name under which the Sentinels of {SENTINELS} watch the server, found none"
        )
    return service


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        host, port = text, ""
    host = unquote(host.removeprefix("[").removesuffix("]"))
    return _host("REDIS_URL", host), _port("REDIS_URL", port) if port else default


def _host(key: str, text: str) -> str:
    try:
        text.encode("idna")  # as the socket will, for which some texts are no names
    except UnicodeError:
        possible = False
    else:
        possible = text.isprintable() and text != "" and " " not in text
    if not possible:
        raise ConfigurationError(f"{key}: expected the name or address of a host, found none that can be one")
    return text


def _port(key: str, text: str) -> int:
    port = _number(text, _HIGHEST_PORT)
    if not port:
        # What is no number may be a password: of a URL that lacks its host, or in the wrong variable.
        found = f"'{text}'" if text.isdecimal() and len(text) <= len(str(_HIGHEST_PORT)) else "something else"
        raise ConfigurationError(f"{key}: expected a port from 1 to {_HIGHEST_PORT}, found {found}")
    return port


def _number(text: str, most: int) -> int | None:
    """Return the number that the text is, up to the most; None of anything else, however long."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None


def _flag(key: str, text: str) -> bool:
    if text.lower() in {"yes", "true", "1", "on"}:
        return True
    if text.lower() in {"no", "false", "0", "off"}:
        return False
    raise ConfigurationError(f"{key}: expected yes or no, found {text!r}")


def _refuse(problem: str) -> NoReturn:
    raise ConfigurationError(f"REDIS_URL: {problem}")
