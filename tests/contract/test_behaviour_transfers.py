"""Uploads and downloads."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from contract_host import ContractHost

from winfra.exceptions import TransferError
from winfra.security import ADMINISTRATORS, NETWORK_SERVICE, SYSTEM, Rights
from winfra.session.frames import LARGEST_BLOCK

LARGE = 3 * 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, LARGEST_BLOCK, LARGEST_BLOCK + 1, LARGE])
def test_a_file_arrives_and_comes_back_as_it_was(host: ContractHost, folder: str, size: int) -> None:
    path, content = f"{folder}\\Größe Ω.bin", random.Random(size).randbytes(size)
    assert host.put(path, content) == sha256(content).hexdigest()
    found = host.call("Get-WinItem", Path=path, IncludeHash=True)
    assert (found["SizeBytes"], found["Sha256"]) == (size, sha256(content).hexdigest())
    assert host.read(path) == content


def test_only_the_file_itself_stays(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\one\\file"
    host.call("New-WinDirectory", Path=f"{folder}\\one")
    host.put(path, b"content")
    assert host.call("Remove-WinItem", Path=path)["Removed"]
    assert host.call("Remove-WinItem", Path=f"{folder}\\one")["Removed"]


@pytest.mark.differs("access-lists")
def test_a_file_that_is_replaced_keeps_its_access_list(host: ContractHost, folder: str) -> None:
    # https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-replacefilew
    path = f"{folder}\\file"
    host.put(path, b"a longer content than the next")
    rights = {SYSTEM: Rights.FULL_CONTROL, ADMINISTRATORS: Rights.FULL_CONTROL, NETWORK_SERVICE: Rights.READ}
    flags = {"Type": "Allow", "InheritanceFlags": 0, "PropagationFlags": 0}
    entries = [{"Sid": sid, "Rights": int(mask), **flags} for sid, mask in rights.items()]
    host.call("Set-WinAcl", Path=path, OwnerSid=ADMINISTRATORS, InheritanceEnabled=False, Entries=entries)
    before = host.call("Get-WinAcl", Path=path)
    host.put(path, b"content")
    after = host.call("Get-WinAcl", Path=path)
    assert host.read(path) == b"content"
    assert (after["InheritanceEnabled"], after["Entries"]) == (False, before["Entries"])


def test_a_folder_in_the_way_of_a_file_stays(host: ContractHost, folder: str) -> None:
    path, partial = f"{folder}\\folder", f"{folder}\\partial"
    host.call("New-WinDirectory", Path=path)
    with pytest.raises(TransferError) as refused:
        host.put(path, b"content", partial)
    assert f"Expected a file or nothing at '{path}', found a directory." in str(refused.value)
    assert (host.kind(path), host.kind(partial)) == ("Directory", "Absent")


def test_a_read_only_file_in_the_way_of_a_file_stays(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file"
    host.put(path, b"former")
    host.make_read_only(path)
    with pytest.raises(TransferError, match="found it read-only"):
        host.put(path, b"new")
    assert host.read(path) == b"former"
    assert host.call("Remove-WinItem", Path=path)["Removed"]
    assert host.call("Remove-WinItem", Path=folder)["Removed"]


def test_a_folder_that_is_missing_is_an_error(host: ContractHost, folder: str) -> None:
    with pytest.raises(TransferError) as refused:
        host.put(f"{folder}\\none\\file", b"content")
    assert f"{folder}\\none\\file" in str(refused.value)
    assert host.kind(f"{folder}\\none") == "Absent"


def test_the_temporary_file_may_be_elsewhere_on_the_drive(host: ContractHost, folder: str) -> None:
    path, partial = f"{folder}\\file", f"{host.scratch}\\partial Ω"
    host.put(path, b"content", partial)
    assert (host.read(path), host.kind(partial)) == (b"content", "Absent")


def test_what_an_upload_that_was_cut_off_has_left_goes_with_the_next_one(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\a [b].conf"
    others = [f"{path}.partial", f"{path}.0123456.partial", f"{folder}\\b].conf.01234567.partial", f"{path}.01234567"]
    for left in (f"{path}.01234567.partial", f"{path}.89ABCDEF.partial", *others):
        host.put(left, b"left", f"{folder}\\temporary")
    host.put(path, b"content")
    assert host.read(path) == b"content"
    assert [host.kind(f"{path}.{number}.partial") for number in ("01234567", "89ABCDEF")] == ["Absent", "Absent"]
    assert [host.kind(other) for other in others] == ["File"] * 4


@pytest.mark.parametrize("name", ["none", "none\\file", ""])
def test_only_a_file_that_is_there_is_downloaded(host: ContractHost, folder: str, name: str) -> None:
    path = f"{folder}\\{name}".rstrip("\\")
    with pytest.raises(TransferError) as refused:
        host.read(path)
    assert path in str(refused.value)
