"""Get-WinItem, Get-WinTextFile, New-WinDirectory, Remove-WinItem, Copy-WinFile, Write-WinFile and Restore-WinFile."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest
from contract_host import ContractHost

PATH_FUNCTIONS = ["Get-WinItem", "Get-WinTextFile", "New-WinDirectory", "Remove-WinItem", "Get-WinAcl"]
DEVICE_PATHS = ["\\\\?\\C:\\Windows", "\\\\.\\C:\\Windows"]
NAMES = ["plain.txt", "with blanks in it.txt", "Größe Ω 漢字.txt", "it's $(7) [x] & `that'.txt"]
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def test_an_absent_path_has_nothing(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\none"
    absent = {"Path": path, "Kind": "Absent", "SizeBytes": None, "LastWriteTimeUtc": None, "Sha256": None}
    assert host.call("Get-WinItem", Path=path, IncludeHash=True) == absent
    assert host.call("Get-WinItem", Path=f"{path}\\below")["Kind"] == "Absent"


def test_a_folder_has_a_time_and_neither_size_nor_hash(host: ContractHost, folder: str) -> None:
    found = host.call("Get-WinItem", Path=folder, IncludeHash=True)
    # The round-trip format: https://learn.microsoft.com/dotnet/standard/base-types/standard-date-and-time-format-strings
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", found.pop("LastWriteTimeUtc"))
    assert found == {"Path": folder, "Kind": "Directory", "SizeBytes": None, "Sha256": None}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_found_by_any_name(host: ContractHost, folder: str, name: str) -> None:
    path, content = f"{folder}\\{name}", name.encode()
    host.put(path, content)
    found = host.call("Get-WinItem", Path=path, IncludeHash=True)
    assert found["LastWriteTimeUtc"] >= host.call("Get-WinItem", Path=host.scratch)["LastWriteTimeUtc"]
    assert (found["Path"], found["Kind"], found["SizeBytes"]) == (path, "File", len(content))
    assert found["Sha256"] == sha256(content).hexdigest()
    assert host.call("Get-WinTextFile", Path=path)["Content"] == name


def test_a_hash_is_only_computed_when_asked_for(host: ContractHost, folder: str) -> None:
    host.put(f"{folder}\\file", b"content")
    assert host.call("Get-WinItem", Path=f"{folder}\\file")["Sha256"] is None


def test_a_path_may_be_written_with_either_slash_in_any_case_and_with_detours(host: ContractHost, folder: str) -> None:
    host.put(f"{folder}\\File.txt", b"content")
    ways = ["/File.txt", "\\FILE.TXT", "/none/../file.TXT", "//File.txt", "\\.\\File.txt"]
    found = [host.call("Get-WinItem", Path=folder.replace("\\", "/") + way) for way in ways]
    assert {item["Kind"] for item in found} == {"File"}
    # Text that was not looked up on the disk: https://learn.microsoft.com/dotnet/api/system.io.path.getfullpath
    names = ["File.txt", "FILE.TXT", "file.TXT", "File.txt", "File.txt"]
    assert [item["Path"] for item in found] == [f"{folder}\\{name}" for name in names]


@pytest.mark.parametrize(("written", "full"), [("C:/", "C:\\"), ("C:\\Windows\\", "C:\\Windows"), ("C:/..", "C:\\")])
def test_a_full_path_ends_in_a_slash_only_at_the_root(host: ContractHost, written: str, full: str) -> None:
    found = host.call("Get-WinItem", Path=written)
    assert (found["Path"], found["Kind"]) == (full, "Directory")


@pytest.mark.parametrize("path", ["relative\\path", "C:relative", "\\rooted", *DEVICE_PATHS])
@pytest.mark.parametrize("function", PATH_FUNCTIONS)
def test_only_absolute_paths_are_taken(host: ContractHost, function: str, path: str) -> None:
    refusal = host.refusal(function, Path=path)
    assert "Expected an absolute path such as C:\\" in refusal
    assert f"found '{path}'" in refusal


def test_a_name_with_forbidden_characters_is_an_error(host: ContractHost, folder: str) -> None:
    assert host.refusal("Get-WinItem", Path=f"{folder}\\a|b")


@pytest.mark.parametrize("function", PATH_FUNCTIONS)
def test_an_empty_or_missing_path_is_an_error_that_names_the_parameter(host: ContractHost, function: str) -> None:
    assert "Path" in host.refusal(function, Path="")
    assert "Path" in host.refusal(function)


def test_a_parameter_that_is_not_there_is_named(host: ContractHost, folder: str) -> None:
    assert "'Wrong'" in host.refusal("Get-WinItem", Path=folder, Wrong=1)


@pytest.mark.parametrize("text", ["", "one\r\ntwo\n", "Größe Ω 漢字 \U0001f40d\t\x01'\"\\"])
@pytest.mark.parametrize("mark", [b"", BYTE_ORDER_MARK])
def test_a_text_file_is_decoded_without_its_byte_order_mark(
    host: ContractHost, folder: str, text: str, mark: bytes
) -> None:
    path, content = f"{folder}\\file.txt", mark + text.encode()
    host.put(path, content)
    assert host.call("Get-WinTextFile", Path=path) == {
        "Path": path,
        "Exists": True,
        "Content": text,
        "HasByteOrderMark": bool(mark),
        "SizeBytes": len(content),
    }


def test_an_absent_text_file_has_nothing(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\none\\file.txt"
    absent = {"Path": path, "Exists": False, "Content": None, "HasByteOrderMark": None, "SizeBytes": None}
    assert host.call("Get-WinTextFile", Path=path) == absent


def test_a_text_file_above_the_maximum_is_refused(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file.txt"
    host.put(path, b"12345678")
    assert host.call("Get-WinTextFile", Path=path, MaximumBytes=8)["Content"] == "12345678"
    refusal = host.refusal("Get-WinTextFile", Path=path, MaximumBytes=7)
    assert f"Expected at most 7 bytes in '{path}', found 8." in refusal


def test_a_folder_is_no_text_file(host: ContractHost, folder: str) -> None:
    assert f"Expected a text file at '{folder}', found a directory." in host.refusal("Get-WinTextFile", Path=folder)


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"Gr\xf6\xdfe", b"\xed\xa0\x80"])
def test_what_is_not_utf_8_is_no_text_file(host: ContractHost, folder: str, content: bytes) -> None:
    path = f"{folder}\\file.txt"
    host.put(path, content)
    assert f"Expected text in UTF-8 in '{path}', found other bytes." in host.refusal("Get-WinTextFile", Path=path)


def test_a_folder_is_created_with_its_parents_and_once(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\one\\two Ω\\three"
    assert host.call("New-WinDirectory", Path=path) == {"Path": path, "Created": True}
    before = host.call("Get-WinItem", Path=path)
    assert host.call("New-WinDirectory", Path=f"{path}\\".upper()) == {"Path": path.upper(), "Created": False}
    assert host.call("Get-WinItem", Path=path) == before
    assert before["Kind"] == "Directory"


def test_a_file_in_the_way_of_a_folder_stays(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file"
    host.put(path, b"content")
    refusal = host.refusal("New-WinDirectory", Path=path)
    assert f"Expected a directory or nothing at '{path}', found a file." in refusal
    assert host.refusal("New-WinDirectory", Path=f"{path}\\below")
    assert host.read(path) == b"content"


def test_a_file_is_removed_once(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file"
    host.put(path, b"content")
    assert host.call("Remove-WinItem", Path=path.replace("\\", "/")) == {"Path": path, "Removed": True}
    assert host.kind(path) == "Absent"
    assert host.call("Remove-WinItem", Path=path) == {"Path": path, "Removed": False}


def test_a_folder_with_entries_is_only_removed_when_that_is_asked_for(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\folder"
    host.call("New-WinDirectory", Path=f"{path}\\below")
    refusal = host.refusal("Remove-WinItem", Path=path)
    assert f"Expected an empty directory at '{path}', found entries in it." in refusal
    assert host.kind(f"{path}\\below") == "Directory"
    assert host.call("Remove-WinItem", Path=f"{path}\\below")["Removed"]
    host.put(f"{path}\\file", b"content")
    assert host.call("Remove-WinItem", Path=path, Recurse=True)["Removed"]
    assert host.kind(path) == "Absent"


# Never with Recurse: even a defective function removes nothing of these, as none is empty.
@pytest.mark.parametrize(
    "path",
    ["C:\\", "c:/windows/", "C:\\Windows\\System32", "C:\\Program Files", "C:/x/../ProgramData", "C:\\USERS"],
)
def test_what_windows_needs_is_not_removed(host: ContractHost, path: str) -> None:
    refusal = host.refusal("Remove-WinItem", Path=path)
    assert "expected a path that windows can do without, found 'c:\\" in refusal.lower()


def test_what_is_never_removed_is_listed(host: ContractHost) -> None:
    paths = host.call("Get-WinProtectedFolder")["Paths"]
    assert {"C:\\WINDOWS", "C:\\PROGRAM FILES", "C:\\PROGRAMDATA", "C:\\USERS"} <= {path.upper() for path in paths}


def test_a_copy_overwrites_and_its_source_stays(host: ContractHost, folder: str) -> None:
    source, copy = f"{folder}\\Größe.txt", f"{folder}\\a copy.txt"
    host.put(source, b"first")
    assert host.call("Copy-WinFile", Path=source, Destination=copy) == {"Path": source, "Destination": copy}
    host.put(source, b"second, longer")
    host.call("Copy-WinFile", Path=source.replace("\\", "/"), Destination=copy.upper())
    assert (host.read(source), host.read(copy)) == (b"second, longer", b"second, longer")


def test_a_copy_is_compared_with_its_digest(host: ContractHost, folder: str) -> None:
    given = {"Path": f"{folder}\\source", "Destination": f"{folder}\\copy"}
    host.put(given["Path"], b"content")
    host.call("Copy-WinFile", **given, Sha256=sha256(b"content").hexdigest().upper())
    refusal = host.refusal("Copy-WinFile", **given, Sha256="A" * 64)
    found = sha256(b"content").hexdigest()
    assert f"Expected SHA-256 {'a' * 64} of the copy '{given['Destination']}', found {found}." in refusal
    assert "'Sha256'" in host.refusal("Copy-WinFile", **given, Sha256="abc")


def test_files_and_folders_are_moved_to_where_nothing_is(host: ContractHost, folder: str) -> None:
    host.call("New-WinDirectory", Path=f"{folder}\\one")
    host.put(f"{folder}\\one\\file", b"content")
    moved = host.call("Move-WinItem", Path=f"{folder}/one", Destination=f"{folder}/two")
    assert moved == {"Path": f"{folder}\\one", "Destination": f"{folder}\\two"}
    host.call("Move-WinItem", Path=f"{folder}\\two\\file", Destination=f"{folder}\\two\\other")
    host.put(f"{folder}\\three", b"in the way")
    for source, target in (("two\\other", "three"), ("none", "four")):
        refusal = host.refusal("Move-WinItem", Path=f"{folder}\\{source}", Destination=f"{folder}\\{target}")
        assert f"Expected to move '{folder}\\{source}' to '{folder}\\{target}', found: " in refusal
    assert (host.read(f"{folder}\\two\\other"), host.read(f"{folder}\\three")) == (b"content", b"in the way")


def test_only_a_file_is_copied(host: ContractHost, folder: str) -> None:
    refusal = host.refusal("Copy-WinFile", Path=f"{folder}\\none", Destination=f"{folder}\\copy")
    assert f"Expected a file to copy at '{folder}\\none', found: Absent." in refusal
    refusal = host.refusal("Copy-WinFile", Path=folder, Destination=f"{folder}\\copy")
    assert f"Expected a file to copy at '{folder}', found: Directory." in refusal
    assert host.kind(f"{folder}\\copy") == "Absent"


def test_a_copy_needs_a_name_and_a_folder(host: ContractHost, folder: str) -> None:
    host.put(f"{folder}\\file", b"content")
    refusal = host.refusal("Copy-WinFile", Path=f"{folder}\\file", Destination=host.scratch)
    assert f"Expected a file or nothing at '{host.scratch}', found a directory." in refusal
    assert f"{folder}\\none" in host.refusal(
        "Copy-WinFile", Path=f"{folder}\\file", Destination=f"{folder}\\none\\file"
    )


def test_the_size_of_a_folder_is_that_of_all_files_in_it(host: ContractHost, folder: str) -> None:
    for path, content in ((f"{folder}\\a", b"12"), (f"{folder}\\below\\b", b"345")):
        host.call("New-WinDirectory", Path=path.rpartition("\\")[0])
        host.put(path, content)
    assert host.call("Get-WinDirectorySize", Path=folder) == {"Path": folder, "SizeBytes": 5}
    absent = f"{folder}\\none"
    assert host.call("Get-WinDirectorySize", Path=absent) == {"Path": absent, "SizeBytes": 0}


def test_what_stands_in_a_directory_is_listed_and_no_more(host: ContractHost, folder: str) -> None:
    assert host.call("Get-WinDirectoryEntry", Path=folder) == {"Path": folder, "Entries": [], "IsComplete": True}
    for name in NAMES:
        host.put(f"{folder}\\{name}", b"x")
    host.call("New-WinDirectory", Path=f"{folder}\\below\\further")
    found = host.call("Get-WinDirectoryEntry", Path=folder.replace("\\", "/"))
    expected = {**dict.fromkeys(NAMES, "File"), "below": "Directory"}
    assert {entry["Name"]: entry["Kind"] for entry in found["Entries"]} == expected
    assert (found["Path"], found["IsComplete"]) == (folder, True)
    one = host.call("Get-WinDirectoryEntry", Path=f"{folder}\\below")
    assert one["Entries"] == [{"Name": "further", "Kind": "Directory"}]


def test_nothing_stands_in_no_directory(host: ContractHost, folder: str) -> None:
    host.put(f"{folder}\\file", b"x")
    for path in (f"{folder}\\none", f"{folder}\\file"):
        assert host.call("Get-WinDirectoryEntry", Path=path) == {"Path": path, "Entries": [], "IsComplete": True}


def test_a_file_is_written_whole_in_utf_8(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file.conf"
    for text in ("requirepass Größe\r\n", "second"):
        host.put(f"{path}.new", b"left by one that was ended")
        written = host.call("Write-WinFile", Path=path.replace("\\", "/"), Content={"$secret": text})
        assert written == {"Path": path, "Sha256": sha256(text.encode()).hexdigest()}
        assert (host.read(path), host.kind(f"{path}.new")) == (text.encode(), "Absent")


@pytest.mark.differs("access-lists")
def test_a_file_that_is_written_keeps_its_access_list(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file.conf"
    host.put(path, b"first")
    entry = {"Sid": "S-1-5-32-544", "Type": "Allow", "Rights": 2032127, "InheritanceFlags": 0, "PropagationFlags": 0}
    host.call("Set-WinAcl", Path=path, OwnerSid="S-1-5-32-544", InheritanceEnabled=False, Entries=[entry])
    before = host.call("Get-WinAcl", Path=path)
    host.call("Write-WinFile", Path=path, Content={"$secret": "second"})
    assert (host.read(path), host.call("Get-WinAcl", Path=path)) == (b"second", before)


def test_what_can_not_be_written_leaves_what_was(host: ContractHost, folder: str) -> None:
    host.call("New-WinDirectory", Path=f"{folder}\\below")
    refusal = host.refusal("Write-WinFile", Path=f"{folder}\\below", Content={"$secret": "canary"})
    assert f"Expected a file or nothing at '{folder}\\below', found a directory." in refusal
    assert "canary" not in refusal
    assert "'Content'" in host.refusal("Write-WinFile", Path=f"{folder}\\file", Content="canary in clear")
    host.refusal("Write-WinFile", Path=f"{folder}\\none\\file", Content={"$secret": "canary"})
    assert [entry["Name"] for entry in host.call("Get-WinDirectoryEntry", Path=folder)["Entries"]] == ["below"]


def test_a_file_that_was_written_is_brought_back_however_often(host: ContractHost, folder: str) -> None:
    path, copy = f"{folder}\\file", f"{folder}\\kept"
    host.put(copy, b"\xff before")
    for content in (b"after", b"\xff before", None):
        if content is None:
            host.call("Remove-WinItem", Path=path)
        else:
            host.put(path, content)
        host.put(f"{path}.new", b"left by one that was ended")
        found = [host.call("Restore-WinFile", Path=path, Copy=copy) for _ in range(2)]
        assert [item["Restored"] for item in found] == [content != b"\xff before", False]
        assert (host.read(path), host.kind(f"{path}.new")) == (b"\xff before", "Absent")
    host.call("Remove-WinItem", Path=copy)
    # It was brought back, and what kept it is gone: undoing may be begun again.
    assert host.call("Restore-WinFile", Path=path, Copy=copy) == {"Path": path, "Restored": False}
    assert host.read(path) == b"\xff before"


def test_a_file_that_was_not_there_goes_again(host: ContractHost, folder: str) -> None:
    path = f"{folder}\\file"
    for name in (path, f"{path}.new"):
        host.put(name, b"x")
    assert [host.call("Restore-WinFile", Path=path)["Restored"] for _ in range(2)] == [True, False]
    assert host.call("Get-WinDirectoryEntry", Path=folder)["Entries"] == []
