"""The certificates of encrypted connections on the control node: whether they are usable, before a host gets them.

A TLS connection of OpenSSL with itself, in memory, is the judge: it finds what a client and the server would find.
"""

import ssl
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from memurai.settings.groups import TlsSettings
from winfra.secrets import ACCESS_OF_OTHERS

SECONDS_A_DAY = 86400
WARNING_DAYS = 30
# The header of an encrypted PKCS #8 key, and a line of an older one's.
ENCRYPTED = (b"BEGIN ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")
# https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
EXPIRED = 10
WRONG_PURPOSE = 26
ADVICE = {EXPIRED: "renew it", WRONG_PURPOSE: "have it issued for servers and clients (extendedKeyUsage)"}
# A handshake takes one round less; one that needs more never ends.
ROUNDS = 8

Parts = tuple[ssl.SSLObject, ssl.SSLObject]


def problems(tls: TlsSettings) -> Iterator[str]:
    """Yield what is wrong with the files of encrypted connections, key first; nothing where there are none.

    No message has anything of the private key.
    """
    if not tls.enabled:
        return
    unreadable = [*_unreadable("certificate", tls.certificate), *_unreadable("ca", tls.ca), *_key_problems(tls.key)]
    yield from unreadable or _problems_together(tls)


def warnings(tls: TlsSettings) -> Iterator[str]:
    """Yield that a certificate without problems soon expires."""
    if not tls.enabled:
        return
    client, server = _parts(tls)
    _shake_hands(client, server)
    expires = str((client.getpeercert() or {})["notAfter"])
    days = int((ssl.cert_time_to_seconds(expires) - time.time()) // SECONDS_A_DAY)
    if days < WARNING_DAYS:
        yield (
            f"memurai_tls.certificate: {tls.certificate} expires in {days} days, at {expires}. Put a renewed one there "
            "and deploy: the running server takes it without a restart"
        )


def _unreadable(name: str, path: str) -> Iterator[str]:
    yield from _missing(name, path) or _complaint(
        lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path),
        f"memurai_tls.{name}: expected certificates as PEM in {path}",
    )


def _missing(name: str, path: str) -> list[str]:
    if Path(path).is_file():
        return []
    found = f"expected the PEM file {path} on this machine, found no file"
    return [f"memurai_tls.{name}: {found}; put it there, or correct the path"]


def _key_problems(path: str) -> Iterator[str]:
    yield from _missing("key", path) or _open_key_problems(Path(path))


def _open_key_problems(path: Path) -> Iterator[str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ACCESS_OF_OTHERS:
        yield (
            f"memurai_tls.key: expected a file that only its owner can read, found mode {mode:o} at {path}; run chmod "
            "600, and replace the key if others may have read it"
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        yield f"memurai_tls.key: expected to read {path}, found an error: {error.strerror}; correct who may read it"
        return
    if any(mark in content for mark in ENCRYPTED):
        yield (
            f"memurai_tls.key: expected a private key without a passphrase in {path}, found an encrypted one; the "
            "server is given no passphrase: decrypt it with openssl pkey into a file of mode 600"
        )
    elif b"PRIVATE KEY-----" not in content:
        yield f"memurai_tls.key: expected a private key as PEM in {path}, found none; correct the path"


def _problems_together(tls: TlsSettings) -> Iterator[str]:
    """Yield why the files, each of which can be read, are of no use together."""
    mismatch = list(
        _complaint(
            lambda: _context(tls, ssl.PROTOCOL_TLS_SERVER),
            f"memurai_tls.key: expected the private key of {tls.certificate} in {tls.key}",
        )
    )
    yield from mismatch or _refusal(tls)


def _complaint(attempt: Callable[[], object], expected: str) -> Iterator[str]:
    try:
        attempt()
    except ssl.SSLError as error:
        yield f"{expected}, found something else ({error.reason or 'not readable'}); correct the path or the file"
    except OSError as error:
        yield f"{expected}, found an error: {error.strerror}; correct who may read it"


def _refusal(tls: TlsSettings) -> Iterator[str]:
    """Yield why a client, or the server of a client with a certificate, would refuse a connection."""
    client, server = _parts(tls)
    try:
        _shake_hands(client, server)
    except ssl.SSLCertVerificationError as error:
        other = "put a certificate of these authorities there, or correct memurai_tls.ca"
        yield (
            f"memurai_tls.certificate: expected {tls.certificate} to be accepted by who trusts {tls.ca}"
            f"{_as_client(tls)}, found: {error.verify_message}; "
            f"{ADVICE.get(error.verify_code, other)}"
        )
    except ssl.SSLError as error:
        yield (
            f"memurai_tls.certificate: expected a connection with {tls.certificate}, found: "
            f"{error.reason or error.strerror}; have one with a stronger key and signature issued"
        )


def _as_client(tls: TlsSettings) -> str:
    if tls.client_certificates == "no":
        return ""
    return f" (also as a client: with client_certificates {tls.client_certificates} the host itself is one, with it)"


def _context(tls: TlsSettings, protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    # Without a passphrase of our own OpenSSL would ask for one at the terminal.
    context.load_cert_chain(tls.certificate, tls.key, password="")
    context.load_verify_locations(tls.ca)
    context.check_hostname = False
    is_client = protocol == ssl.PROTOCOL_TLS_CLIENT
    context.verify_mode = ssl.CERT_REQUIRED if is_client or tls.client_certificates != "no" else ssl.CERT_NONE
    return context


def _parts(tls: TlsSettings) -> Parts:
    """Return a client and a server that are connected in memory."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = _context(tls, ssl.PROTOCOL_TLS_CLIENT).wrap_bio(to_client, to_server)
    server = _context(tls, ssl.PROTOCOL_TLS_SERVER).wrap_bio(to_server, to_client, server_side=True)
    return client, server


def _shake_hands(*parts: ssl.SSLObject) -> None:
    """Let both parts come to an end; raises ssl.SSLError when one refuses the other."""
    waiting = list(parts)
    for _ in range(ROUNDS):
        waiting = [part for part in waiting if not _is_done(part)]
        if not waiting:
            return
    raise ssl.SSLError(0, "the handshake never ended")


def _is_done(part: ssl.SSLObject) -> bool:
    try:
        part.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
