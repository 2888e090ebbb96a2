"""The certificates of encrypted connections on a host: pushed together, and taken by the running server.

Set-MemuraiCertificate does it on the host, to its end or not at all. What a run that was ended half way leaves beside
the files tells the next one that the server may still run with the former ones.
"""

import hashlib
import io
from collections.abc import Generator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from pyinfra import host as current_host
from pyinfra.api import FileUploadCommand, HiddenValue, operation
from pyinfra.api.command import PyinfraCommand

from memurai.endpoint import Endpoint
from memurai.exceptions import ConfigSyntaxError
from memurai.facts.configuration import Leftover
from memurai.facts.server import Server, TlsFiles
from memurai.operations.configuration import Place
from winfra.call import PowerShellCall
from winfra.facts.files import Item, ItemState, TextFile
from winfra.facts.services import Service
from winfra.operations.shape import failure, plan_write, refuse, show_difference
from winfra.redaction import CHANGED
from winfra.secrets import MASK, hidden, too_long

STAGED = ".staged"
# As Set-MemuraiCertificate names the former files until the server has taken the new ones.
KEPT = ".last-known-good"
# The parameters of Set-MemuraiCertificate for the SHA-256 of the authorities and the certificate.
DIGESTS = ("CaSha256", "CertSha256")


@dataclass(frozen=True)
class Running:
    """The server that runs with the files.

    server: how it is reached. reload: the command by which it reads them again; None when CONFIG is disabled.
    """

    server: Server
    reload: HiddenValue | None


@operation()
def installed(place: Place, server: Server, sources: Mapping[str, str]) -> Generator[PyinfraCommand, None, None]:
    """Ensure that the files of encrypted connections are on a host, and that its running server has read them.

    A server that does not run with these very files is left alone: its configuration has to name them first.

    + place: where the server's configuration stands and with what it is changed
    + server: how it is reached with the desired configuration; its `tls` says where the files stand on the host
    + sources: path on the control node, where it must be, of each of these files by its path on the host
    """
    files = server.tls
    if files is None:
        raise ValueError("expected a server with encrypted connections, found one without")
    paths: tuple[str, ...] = astuple(files)
    contents = {path: Path(sources[path]).read_bytes() for path in paths}
    found = {path: current_host.get_fact(Item, path=path, include_hash=True) for path in paths}
    kept = [current_host.get_fact(Item, path=f"{path}{KEPT}") for path in paths]
    leftover = current_host.get_fact(Leftover, path=files.key)
    text = current_host.get_fact(TextFile, path=place.path)
    service = current_host.get_fact(Service, service=place.service)
    if None in (*found.values(), *kept, leftover, text, service):
        yield failure(f"certificates of {place.service}: their present state could not be read, nothing was changed")
        return
    left = leftover["staged_files"]
    is_interrupted = bool(left) or any(item["kind"] != "Absent" for item in kept)
    if not is_interrupted and all(found[path]["sha256"] == _sha256(content) for path, content in contents.items()):
        current_host.noop(f"the certificates of {place.service} are as desired")
        return
    if problem := _key_problem(contents[files.key]):
        yield from refuse(f"certificates of {place.service}: the private key {sources[files.key]}: {problem}.")
        return
    try:
        running = _running(place, files, text["content"] or "") if service["state"] == "Running" else None
    except ConfigSyntaxError as error:
        yield from refuse(f"configuration {place.path}: {error}. Mend or remove that line on the host and run again.")
        return
    if running is not None and running.reload is None:
        yield from refuse(_no_config(place))
        return
    show_difference(f"left by a run that was ended half way, beside {files.key}", left, [])
    _show(place, found, contents, files.key, is_reloaded=running is not None)
    for path, content in contents.items():
        plan_write(path)
        if path != files.key:
            yield FileUploadCommand(io.BytesIO(content), f"{path}{STAGED}")
    yield PowerShellCall("Set-MemuraiCertificate", _parameters(place, server, running, contents))


def _key_problem(key: bytes) -> str | None:
    try:
        return too_long(key.decode())
    except UnicodeDecodeError:
        return "expected a text in UTF-8, found other bytes"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _running(place: Place, files: TlsFiles, text: str) -> Running | None:
    """Return the server whose configuration names the files, None when it names none or others.

    CONFIG SET reads a file again although its name is the one that the server has already, and refuses a set of files
    of no use together without losing the former one (VOLATILE_CONFIG and `tlsConfigure` in Redis' sources:
    https://github.com/redis/redis/blob/7.2/src/config.c; tried with 7.0.15).
    """
    endpoint = Endpoint.of(text)
    if endpoint.tls != files:
        return None
    names = ("tls-ca-cert-file", files.ca, "tls-cert-file", files.certificate, "tls-key-file", files.key)
    has_config = bool(endpoint.config_command.unmask())
    return Running(endpoint.server(place.command_line_client), endpoint.config_set(names) if has_config else None)


def _parameters(
    place: Place, server: Server, running: Running | None, contents: Mapping[str, bytes]
) -> dict[str, object]:
    *certificates, key = contents.values()
    return {
        **(running.server if running else server).parameters(),
        **dict(zip(DIGESTS, map(_sha256, certificates), strict=True)),
        "KeyContent": hidden(key.decode()),
        "ServiceName": place.service,
        "ReloadCommand": running.reload if running else None,
        "TimeoutSeconds": place.timeout_seconds,
    }


def _show(
    place: Place, found: Mapping[str, ItemState], contents: Mapping[str, bytes], key: str, *, is_reloaded: bool
) -> None:
    for path, content in contents.items():
        before, after = found[path]["sha256"], _sha256(content)
        shown = (MASK, CHANGED) if path == key else (f"SHA-256 {before}", f"SHA-256 {after}")
        old = [shown[0]] if before else []
        show_difference(f"file {path}", old, old if before == after else [shown[1]])
    if is_reloaded:
        show_difference(
            f"server of {place.service}", ["runs with what it read before"], ["reads them again, without a restart"]
        )


def _no_config(place: Place) -> str:
    return (
        f"certificates of {place.service}: expected the command CONFIG, by which the running server reads them, found "
        f"it disabled by rename-command in {place.path}. Give it a secret new name in "
        "memurai_security.renamed_commands and deploy with the former certificates first; or stop the service and run "
        "again."
    )
