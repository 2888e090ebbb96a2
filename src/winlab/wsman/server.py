"""The WinRM server of one practice host: an HTTP and an HTTPS listener in front of one set of shells."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from winlab.certificates import HostCertificate
from winlab.credentials import Accounts
from winlab.exceptions import WinlabError
from winlab.wsman import sealing
from winlab.wsman.authentication import ConnectionAuthenticator, Policy
from winlab.wsman.service import Quotas, ShellService
from winlab.wsman.shells import Launcher

HTTP_PORT = 5985
HTTPS_PORT = 5986
PATH = "/wsman"

_SOAP_CONTENT_TYPE = "application/soap+xml"
_HANDSHAKE_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_DISCARD_BYTES = 64 * 1024 * 1024
_ACCEPT_RETRY_SECONDS = 0.1

logger = logging.getLogger(__name__)


@dataclass
class WsmanSettings:
    """The WinRM service's configuration; the defaults are a hardened Windows host's.

    Attributes:
        allow_basic: whether Basic is offered where the connection is encrypted (or may be unencrypted).
        allow_unencrypted: whether messages may cross HTTP in clear.
        request_latency_seconds: added to every HTTP request, to practise a slow network.
        idle_connection_seconds: after how long without a request a connection is dropped (http.sys: about 120).
        quotas: limits on shells, operations and message sizes.
    """

    allow_basic: bool = True
    allow_unencrypted: bool = False
    request_latency_seconds: float = 0.0
    idle_connection_seconds: float = 120.0
    quotas: Quotas = field(default_factory=Quotas)


class Statistics:
    """What a server has seen; safe to read while it runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()
        self._connections = 0
        self._lost_connections = 0

    @property
    def actions(self) -> Counter[str]:
        """Answered WS-Management requests by action: Create, Command, Send, Receive, Signal, Delete, Unknown."""
        with self._lock:
            return Counter(self._actions)

    @property
    def statuses(self) -> Counter[int]:
        """HTTP responses by status."""
        with self._lock:
            return Counter(self._statuses)

    @property
    def requests(self) -> int:
        """How many HTTP requests were answered, those of the authentication included."""
        with self._lock:
            return self._statuses.total()

    @property
    def connections(self) -> int:
        """How many connections were accepted."""
        with self._lock:
            return self._connections

    @property
    def lost_connections(self) -> int:
        """How many connections broke in the middle of something."""
        with self._lock:
            return self._lost_connections

    def count_action(self, action: str) -> None:
        """Count an answered WS-Management request."""
        with self._lock:
            self._actions[action] += 1

    def count_status(self, status: int) -> None:
        """Count an HTTP response."""
        with self._lock:
            self._statuses[status] += 1

    def count_connection(self) -> None:
        """Count an accepted connection."""
        with self._lock:
            self._connections += 1

    def count_lost_connection(self) -> None:
        """Count a connection that broke in the middle of something."""
        with self._lock:
            self._lost_connections += 1


class WsmanServer:
    """The WinRM service of one host.

    Args:
        address: the loopback address to listen on.
        passwords: password by local account name.
        launcher: runs the commands.
        machine: the host's name, as faults say it.
        certificate: the host's certificate; without one there is no HTTPS listener.
        settings: the service's configuration; it may be changed while the server runs.
        http_port: port of the HTTP listener, 0 for any free one.
        https_port: port of the HTTPS listener, 0 for any free one.

    Attributes:
        statistics: what the server has seen.
        settings: the service's configuration.

    Raises:
        WinlabError: a port is taken or the address is not this machine's.
    """

    def __init__(  # noqa: PLR0913  # one argument a part of a listener
        self,
        address: str,
        passwords: Mapping[str, str],
        launcher: Launcher,
        *,
        machine: str = "winlab",
        certificate: HostCertificate | None = None,
        settings: WsmanSettings | None = None,
        http_port: int = HTTP_PORT,
        https_port: int = HTTPS_PORT,
    ) -> None:
        self.address = address
        self.settings = settings or WsmanSettings()
        self.statistics = Statistics()
        self.closing = threading.Event()
        self._accounts = Accounts(passwords)
        self.service = ShellService(machine, launcher, self.settings.quotas)
        self._listeners = self._listen(certificate, http_port, https_port)

    @property
    def http_port(self) -> int:
        """The port of the HTTP listener."""
        return self._listeners[0].server_port

    @property
    def https_port(self) -> int:
        """The port of the HTTPS listener.

        Raises:
            WinlabError: the server has no certificate and so no such listener.
        """
        if len(self._listeners) == 1:
            raise WinlabError("This WinRM server has no HTTPS listener: it was given no certificate.")
        return self._listeners[1].server_port

    @property
    def shell_count(self) -> int:
        """How many shells are open."""
        return self.service.shell_count

    @property
    def running_count(self) -> int:
        """How many processes of open shells still run."""
        return self.service.running_count

    def start(self) -> Self:
        """Begin to answer and return the server."""
        self.service.start()
        for listener in self._listeners:
            listener.start()
        return self

    def drop_connections(self) -> None:
        """Break every open connection, as a network that fails does; shells and processes live on."""
        for listener in self._listeners:
            listener.drop_connections()

    def end_shells(self) -> None:
        """End every shell and its processes, as a restart of the WinRM service does."""
        self.service.end_shells()

    def close(self) -> None:
        """End all shells, connections and listeners and wait for their threads.

        Raises:
            WinlabError: a process or a connection goes on after it was told to end.
        """
        self.closing.set()
        for listener in self._listeners:
            listener.stop()
        self.service.close()
        deadline = time.monotonic() + _CLOSE_SECONDS
        connections = sum(listener.join(deadline) for listener in self._listeners)
        processes = self.service.join(max(0.0, deadline - time.monotonic()))
        if processes or connections:
            raise WinlabError(
                f"The WinRM server on {self.address} told everything to end, but after {_CLOSE_SECONDS:g} seconds "
                f"{len(processes)} processes and {connections} connections go on. Their launcher must watch "
                "Process.terminated and the end of stdin."
            )

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Close the server."""
        self.close()

    def policy(self, end_point_hash: bytes | None) -> Policy:
        """Return how a connection is authenticated now.

        Args:
            end_point_hash: the hash of its listener's certificate, None over HTTP.
        """
        encrypted = end_point_hash is not None
        return Policy(
            accounts=self._accounts,
            offers_basic=self.settings.allow_basic and (encrypted or self.settings.allow_unencrypted),
            end_point_hash=end_point_hash,
        )

    def _listen(self, certificate: HostCertificate | None, http_port: int, https_port: int) -> list[_Listener]:
        listeners = [_listener(self, http_port, None)]
        if certificate is not None:
            try:
                listeners.append(_listener(self, https_port, certificate))
            except WinlabError:
                listeners[0].server_close()
                raise
        return listeners


def _listener(wsman: WsmanServer, port: int, certificate: HostCertificate | None) -> _Listener:
    try:
        return _Listener(wsman, port, certificate)
    except OSError as error:
        raise WinlabError(_explain_bind_error(wsman.address, port, error)) from error


def _explain_bind_error(address: str, port: int, error: OSError) -> str:
    cannot = f"Cannot listen on {address} port {port}: "
    if error.errno == errno.EADDRINUSE:
        return (
            f"{cannot}another program has it, perhaps another lab that still runs. End that program "
            f"(find it with: ss -ltnp 'sport = :{port}') or give this host another loopback address."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{cannot}this machine does not have that address. On macOS add it with: "
            f"sudo ifconfig lo0 alias {address} up"
        )
    return f"{cannot}{error.strerror or error}. Give this host another address or port."


class _Listener(ThreadingHTTPServer):
    """A listening port; each of its connections is served by a thread of its own."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, wsman: WsmanServer, port: int, certificate: HostCertificate | None) -> None:
        self.wsman = wsman
        self.end_point_hash = certificate.end_point_hash() if certificate else None
        self._tls = certificate.server_context() if certificate else None
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__((wsman.address, port), _Handler)
        self._acceptor = threading.Thread(target=self._accept, name=f"winlab listener {wsman.address}", daemon=True)

    def server_bind(self) -> None:
        """Bind without asking the name service for the host's name, as the base class would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def start(self) -> None:
        self._acceptor.start()

    def stop(self) -> None:
        """Accept nothing more and break the open connections."""
        if self._acceptor.is_alive():
            with socket.create_connection((self.server_name, self.server_port), _HANDSHAKE_SECONDS):
                self._acceptor.join()  # it was waiting for a connection, and finds that the server closes
        self.server_close()
        self.drop_connections()

    def join(self, deadline: float) -> int:
        """Wait for the connections' threads until the deadline (monotonic) and return how many go on."""
        with self._lock:
            threads = list(self._connections)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return sum(thread.is_alive() for thread in threads)

    def drop_connections(self) -> None:
        with self._lock:
            for connection in self._connections.values():
                _shut_down(connection)

    def _accept(self) -> None:
        # In place of serve_forever, which polls and so would cost a twentieth of a second at every close.
        while True:
            try:
                connection, client_address = self.get_request()
            except OSError:
                logger.exception("A connection to a practice host could not be accepted")
                self.wsman.closing.wait(_ACCEPT_RETRY_SECONDS)
                continue
            if self.wsman.closing.is_set():
                connection.close()
                return
            self.process_request(connection, client_address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread that is known, so that it can be waited for."""
        self.wsman.statistics.count_connection()
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name=f"winlab connection {client_address}", daemon=True
        )
        with self._lock:
            self._connections[thread] = request
        thread.start()

    def _serve(self, connection: socket.socket, client_address: Any) -> None:
        try:
            connection = self._secure(connection)
            _Handler(connection, client_address, self)
        except OSError as error:  # ssl.SSLError and TimeoutError are OSErrors too
            if not self.wsman.closing.is_set():
                self.wsman.statistics.count_lost_connection()
                logger.info("A client's connection was lost: %s", error)
        except Exception:
            logger.exception("A connection to a practice host failed")
        finally:
            with self._lock:
                del self._connections[threading.current_thread()]
            self.shutdown_request(connection)

    def _secure(self, connection: socket.socket) -> socket.socket:
        if self._tls is None:
            return connection
        connection.settimeout(_HANDSHAKE_SECONDS)
        secured = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections[threading.current_thread()] = secured
        if self.wsman.closing.is_set():  # the socket that was told to shut down was no longer the connection's
            raise ConnectionAbortedError("the server closes")
        secured.do_handshake()
        return secured


def _shut_down(connection: socket.socket) -> None:
    try:
        # The plain socket's method: ssl.SSLSocket's own would change TLS state while another thread uses it.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EBADF):  # the other end, or its own thread, was quicker
            raise


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        wsman = self.server.wsman
        self.connection.settimeout(wsman.settings.idle_connection_seconds)
        self._authenticator = ConnectionAuthenticator(wsman.policy(self.server.end_point_hash))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that http.server gives it
        logger.debug(format, *args)

    def version_string(self) -> str:
        return "Microsoft-HTTPAPI/2.0"

    def do_GET(self) -> None:
        self._respond(405, headers=[("Allow", "POST")])

    def do_POST(self) -> None:
        body = self._read_body()
        if body is None:
            return
        wsman = self.server.wsman
        wsman.closing.wait(wsman.settings.request_latency_seconds)
        verdict = self._authenticator.check(self.headers.get("Authorization"))
        challenges = [("WWW-Authenticate", challenge) for challenge in verdict.challenges]
        if verdict.account is None:
            self._respond(401, headers=challenges)
        elif self.path.partition("?")[0].rstrip("/").lower() != PATH:
            self._respond(404)
        elif not body:
            self._respond(200, headers=challenges)  # sent by clients to set up the security context
        else:
            self._answer(verdict.account, body, challenges)

    def _read_body(self) -> bytes | None:
        """Return the request's body; None when the request was answered or lost already."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._respond(411, close=True)
            return None
        # Python makes no number of thousands of digits.
        if len(length) > len(str(_DISCARD_BYTES)) or int(length) > _DISCARD_BYTES:
            self._respond(413, close=True)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError(f"expected {length} bytes of a request, got {len(body)}")
        return body

    def _answer(self, account: str, body: bytes, challenges: list[tuple[str, str]]) -> None:
        content_type = self.headers.get("Content-Type", "").lower()
        limit = self.server.wsman.settings.quotas.maximum_envelope_bytes
        if content_type.startswith("multipart/encrypted"):
            self._answer_sealed(account, body, challenges)
        elif not content_type.startswith(_SOAP_CONTENT_TYPE):
            self._respond(415)
        elif self.server.end_point_hash is None and not self.server.wsman.settings.allow_unencrypted:
            logger.warning("The WinRM service received an unencrypted message, and AllowUnencrypted is false")
            self._respond(500)
        elif len(body) > limit:
            self._respond(413)
        else:
            status, envelope = self._handle(account, body)
            self._respond(status, envelope, f"{_SOAP_CONTENT_TYPE};charset=UTF-8", challenges)

    def _answer_sealed(self, account: str, body: bytes, challenges: list[tuple[str, str]]) -> None:
        context = self._authenticator.sealing_context
        limit = self.server.wsman.settings.quotas.maximum_envelope_bytes
        if context is None:
            self._respond(400)
            return
        try:
            message = sealing.unseal(context, body)
        except sealing.SealError as error:
            logger.info("A sealed message was refused: %s", error)
            self._respond(400)
            return
        if len(message) > limit:
            self._respond(413)
            return
        status, envelope = self._handle(account, message)
        self._respond(status, sealing.seal(context, envelope), sealing.CONTENT_TYPE, challenges)

    def _handle(self, account: str, message: bytes) -> tuple[int, bytes]:
        wsman = self.server.wsman
        answer = wsman.service.handle(account, str(self.client_address[0]), message)
        wsman.statistics.count_action(answer.action)
        return answer.status, answer.body

    def _respond(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = "",
        headers: list[tuple[str, str]] | None = None,
        *,
        close: bool = False,
    ) -> None:
        self.server.wsman.statistics.count_status(status)
        self.send_response_only(status)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string())
        for name, value in headers or []:
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", content_type)
        if close:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self._send(body)

    def _send(self, body: bytes) -> None:
        """Send the collected headers and the body in one piece: two would cost a delayed acknowledgement."""
        buffer: list[bytes] = self._headers_buffer  # type: ignore[attr-defined]
        buffer.append(b"\r\n" + body)
        self.flush_headers()
