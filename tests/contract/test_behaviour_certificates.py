"""Set-MemuraiCertificate, as far as it needs no server: the files."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from contract_host import Answer, ContractHost

from winfra.security import ADMINISTRATORS, Rights

NAMES = {"TlsCaFile": "ca.crt", "TlsCertFile": "server.crt", "TlsKeyFile": "server.key"}
DIGESTS = {"TlsCaFile": "CaSha256", "TlsCertFile": "CertSha256"}
KEPT = ".last-known-good"


def put(host: ContractHost, folder: str, ending: str, content: str) -> None:
    for name in NAMES.values():
        host.put(f"{folder}\\{name}{ending}", f"{content} {name}".encode())


def stage(host: ContractHost, folder: str, content: str) -> None:
    for parameter in DIGESTS:
        host.put(f"{folder}\\{NAMES[parameter]}.staged", f"{content} {NAMES[parameter]}".encode())


def parameters(folder: str, content: str) -> dict[str, Any]:
    """Return the parameters of a change to a content that is staged."""
    server = {"CliPath": "C:/none/memurai-cli.exe", "Address": "127.0.0.1", "Port": 6380, "ServiceName": "none"}
    files = {parameter: f"{folder}\\{name}" for parameter, name in NAMES.items()}
    digests = {name: sha256(f"{content} {NAMES[key]}".encode()).hexdigest() for key, name in DIGESTS.items()}
    return {**server, **files, **digests, "KeyContent": {"$secret": f"{content} {NAMES['TlsKeyFile']}"}}


def change(host: ContractHost, folder: str, content: str) -> Answer:
    stage(host, folder, content)
    return host.call("Set-MemuraiCertificate", **parameters(folder, content))


def contents(host: ContractHost, folder: str) -> set[str]:
    """Return the first words of the files, which say what was put last; nothing else is left beside them."""
    for name in NAMES.values():
        for ending in (".staged", KEPT):
            assert host.kind(f"{folder}\\{name}{ending}") == "Absent"
    return {host.read(f"{folder}\\{name}").decode().partition(" ")[0] for name in NAMES.values()}


def test_files_are_put_where_none_are_and_replaced_together(host: ContractHost, folder: str) -> None:
    for content in ("first", "second", "second"):
        assert change(host, folder, content) == {"Path": f"{folder}\\server.crt", "Reloaded": False}
        assert contents(host, folder) == {content}


def test_what_a_run_left_that_was_ended_goes(host: ContractHost, folder: str) -> None:
    put(host, folder, "", "half")
    put(host, folder, KEPT, "former")
    host.put(f"{folder}\\server.key.staged", b"a key that was left")
    change(host, folder, "new")
    assert contents(host, folder) == {"new"}


def test_replaced_files_keep_their_access_list(host: ContractHost, folder: str) -> None:
    change(host, folder, "first")
    entry = {"Sid": ADMINISTRATORS, "Type": "Allow", "Rights": Rights.FULL_CONTROL}
    entries = [{**entry, "InheritanceFlags": 0, "PropagationFlags": 0}]
    access = {"OwnerSid": ADMINISTRATORS, "InheritanceEnabled": False, "Entries": entries}
    host.call("Set-WinAcl", Path=f"{folder}\\server.key", **access)
    before = host.call("Get-WinAcl", Path=f"{folder}\\server.key")
    change(host, folder, "second")
    assert host.call("Get-WinAcl", Path=f"{folder}\\server.key") == before


@pytest.mark.parametrize("digest", DIGESTS.values())
def test_another_content_than_planned_changes_nothing(host: ContractHost, folder: str, digest: str) -> None:
    put(host, folder, "", "present")
    stage(host, folder, "new")
    answer = host.refusal("Set-MemuraiCertificate", **{**parameters(folder, "new"), digest: "0" * 64})
    assert f"Expected SHA-256 {'0' * 64}" in answer
    assert contents(host, folder) == {"present"}


def test_a_file_that_was_not_staged_is_named(host: ContractHost, folder: str) -> None:
    put(host, folder, "", "present")
    answer = host.refusal("Set-MemuraiCertificate", **parameters(folder, "new"))
    assert f"Expected the staged file '{folder}\\ca.crt.staged', found no such file. Upload it first." in answer
    assert contents(host, folder) == {"present"}


def test_a_server_that_cannot_be_asked_keeps_its_files(host: ContractHost, folder: str) -> None:
    put(host, folder, "", "present")
    stage(host, folder, "new")
    reload = {"$secret": "CONFIG SET tls-cert-file none"}
    host.refusal("Set-MemuraiCertificate", **parameters(folder, "new"), ReloadCommand=reload)
    assert contents(host, folder) == {"present"}
