"""What seals connections: made once for all connections that are sealed alike.

redis-py makes it anew for each connection, and reads the system's authorities each time, even where others are named:
for 160 connections that takes seconds.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

Stamped = tuple[str, int] | None


def tls_context(
    ca_certs: str | None, certfile: str | None, keyfile: str | None, *, check_hostname: bool
) -> ssl.SSLContext:
    """Return the context of connections; a file that was replaced is read again.

    ca_certs: file of the authorities that are trusted, and no others; None: those of the system.
    certfile, keyfile: files of the client's own certificate and its key; None: it has none.
    check_hostname: whether the certificate must be the host's.

    Raises OSError when a file can't be read or holds something else.
    """
    return _context(_stamped(ca_certs), _stamped(certfile), _stamped(keyfile), check_hostname)


def _stamped(path: str | None) -> Stamped:
    return None if path is None else (path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _context(authorities: Stamped, certificate: Stamped, key: Stamped, check_hostname: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if authorities is None else authorities[0])
    context.check_hostname = check_hostname
    if certificate is not None:
        context.load_cert_chain(certificate[0], None if key is None else key[0])
    return context
