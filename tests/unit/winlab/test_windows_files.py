"""The drive of a practice host behaves like NTFS."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from winlab.windows.errors import (
    ACCESS_DENIED,
    ALREADY_EXISTS,
    DIRECTORY_NOT_EMPTY,
    DISK_FULL,
    FILE_NOT_FOUND,
    INVALID_NAME,
    PATH_NOT_FOUND,
    SHARING_VIOLATION,
    Win32Error,
)
from winlab.windows.files import Volume


@pytest.fixture
def files(tmp_path: Path) -> Volume:
    return Volume(tmp_path)


def error_code(error: pytest.ExceptionInfo[Win32Error]) -> int:
    return error.value.code


def test_a_fresh_drive_has_the_folders_of_windows(files: Volume) -> None:
    assert files.names("C:\\") == ["Program Files", "Program Files (x86)", "ProgramData", "Users", "Windows"]


def test_names_are_found_in_any_case_and_keep_theirs_on_disk(files: Volume) -> None:
    files.make_directory("c:/programdata/Memurai/Data")
    files.write_bytes("C:\\PROGRAMDATA\\memurai\\DATA\\Dump.rdb", b"x")
    files.write_bytes("C:/ProgramData/Memurai/data/dump.RDB", b"y")
    assert files.full_path("c:/PROGRAMDATA/MEMURAI/data/DUMP.rdb") == "C:\\ProgramData\\Memurai\\Data\\Dump.rdb"
    assert files.read_bytes("C:/programdata/memurai/data/dump.rdb") == b"y"
    assert files.names("C:\\ProgramData\\Memurai\\Data") == ["Dump.rdb"]


@pytest.mark.parametrize(
    ("path", "full_path"),
    [
        ("C:/a/../b", "C:\\b"),
        ("C:\\..\\..\\..\\etc\\passwd", "C:\\etc\\passwd"),
        ("C:\\Temp\\.\\x. ", "C:\\Temp\\x"),
        ("c:\\", "C:\\"),
        ("C:\\windows\\\\temp", "C:\\Windows\\Temp"),
    ],
)
def test_paths_are_resolved_within_the_drive(files: Volume, path: str, full_path: str) -> None:
    assert files.full_path(path) == full_path
    assert files.local_path(path).is_relative_to(files.drive)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("D:\\data\\x", PATH_NOT_FOUND),
        ("\\\\server\\share\\x", PATH_NOT_FOUND),
        ("relative\\x", INVALID_NAME),
        ("C:relative", INVALID_NAME),
        ("/etc/passwd", INVALID_NAME),
        ("C:\\a?b", INVALID_NAME),
        ("C:\\stream:x", INVALID_NAME),
        ("C:\\ProgramData\\C:\\Windows", INVALID_NAME),
        ("C:\\nul", INVALID_NAME),
        ("C:\\ProgramData\\Con.log", INVALID_NAME),
        ("C:\\lpt1 .txt", INVALID_NAME),
    ],
)
def test_paths_outside_the_drive_are_refused(files: Volume, path: str, code: int) -> None:
    with pytest.raises(Win32Error) as error:
        files.write_bytes(path, b"x")
    assert error_code(error) == code


def test_a_read_only_file_is_not_written(files: Volume) -> None:
    files.write_bytes("C:\\new", b"new")
    files.write_bytes("C:\\x", b"x")
    files.local_path("C:\\x").chmod(0o444)
    for change in (
        lambda: files.write_bytes("C:\\x", b"y"),
        lambda: files.append_bytes("C:\\x", b"y"),
        lambda: files.copy_file("C:\\new", "C:\\x"),
        lambda: files.replace("C:\\new", "C:\\x"),
    ):
        with pytest.raises(Win32Error) as error:
            change()
        assert error_code(error) == ACCESS_DENIED
    assert (files.read_bytes("C:\\x"), files.kind("C:\\new")) == (b"x", "File")
    files.move("C:\\x", "C:\\y")
    assert files.remove("C:\\y")


def test_another_drive_holds_nothing(files: Volume) -> None:
    assert files.kind("D:\\data") == "Absent"


def test_reading_a_part_stops_at_the_end(files: Volume) -> None:
    files.write_bytes("C:\\x.bin", b"0123456789")
    assert files.read_bytes("C:\\x.bin", 8, 100) == b"89"
    assert files.read_bytes("C:\\x.bin", 10, 100) == b""
    assert files.size("C:\\x.bin") == 10
    assert files.sha256("C:\\x.bin") == hashlib.sha256(b"0123456789").hexdigest()


@pytest.mark.parametrize(
    ("path", "code"),
    [("C:\\missing", FILE_NOT_FOUND), ("C:\\missing\\x", PATH_NOT_FOUND), ("C:\\Windows", ACCESS_DENIED)],
)
def test_what_is_no_file_cannot_be_read(files: Volume, path: str, code: int) -> None:
    with pytest.raises(Win32Error) as error:
        files.read_bytes(path)
    assert error_code(error) == code


def test_a_full_disk_refuses_and_leaves_nothing(files: Volume) -> None:
    files.write_bytes("C:\\present", b"1234")
    files.capacity_bytes = files.used_bytes + 10
    with pytest.raises(Win32Error, match="There is not enough space on the disk") as error:
        files.write_bytes("C:\\new", b"12345678901")
    assert error_code(error) == DISK_FULL
    assert files.kind("C:\\new") == "Absent"
    files.write_bytes("C:\\present", b"1" * 14)
    assert files.free_bytes == 0
    with pytest.raises(Win32Error):
        files.append_bytes("C:\\present", b"5")
    assert files.size("C:\\present") == 14


def test_the_reserve_counts_as_used(files: Volume) -> None:
    free = files.free_bytes
    files.reserved_bytes += 1000
    files.write_bytes("C:\\x", b"12345")
    assert files.free_bytes == free - 1005


def test_making_a_directory_tells_whether_it_was_new(files: Volume) -> None:
    assert files.make_directory("C:\\a\\b\\c")
    assert not files.make_directory("c:\\A\\b\\C")


def test_a_file_in_the_way_of_a_directory(files: Volume) -> None:
    files.write_bytes("C:\\a", b"")
    for path in ("C:\\a", "C:\\a\\b"):
        with pytest.raises(Win32Error, match="same name already exists") as error:
            files.make_directory(path)
        assert error_code(error) == ALREADY_EXISTS


def test_a_directory_in_the_way_of_a_file(files: Volume) -> None:
    with pytest.raises(Win32Error) as error:
        files.write_bytes("C:\\Windows\\Temp", b"")
    assert error_code(error) == ACCESS_DENIED


def test_removing(files: Volume) -> None:
    files.make_directory("C:\\a\\b")
    with pytest.raises(Win32Error) as error:
        files.remove("C:\\a")
    assert error_code(error) == DIRECTORY_NOT_EMPTY
    assert files.remove("C:\\A", recurse=True)
    assert not files.remove("C:\\a", recurse=True)
    with pytest.raises(Win32Error):
        files.remove("C:\\", recurse=True)


def test_the_link_of_a_server_is_never_seen(files: Volume) -> None:
    files.make_directory("C:\\data")
    (files.local_path("C:\\data") / "C:").symlink_to(files.drive)
    files.write_bytes("C:\\keep", b"x")
    used = files.used_bytes
    assert files.names("C:\\data") == []
    assert files.remove("C:\\data")
    assert files.read_bytes("C:\\keep") == b"x"
    assert files.used_bytes == used


def test_moving_does_not_overwrite_and_replacing_does(files: Volume) -> None:
    files.write_bytes("C:\\a", b"a")
    files.write_bytes("C:\\b", b"b")
    with pytest.raises(Win32Error) as error:
        files.move("C:\\a", "C:\\b")
    assert error_code(error) == ALREADY_EXISTS
    files.replace("C:\\a", "C:\\b")
    assert files.read_bytes("C:\\b") == b"a"
    files.move("C:\\b", "C:\\c")
    assert (files.kind("C:\\a"), files.kind("C:\\b"), files.kind("C:\\c")) == ("Absent", "Absent", "File")


def test_copying_overwrites(files: Volume) -> None:
    files.write_bytes("C:\\a", b"a")
    files.write_bytes("C:\\b", b"b")
    files.copy_file("C:\\a", "C:\\B")
    assert files.read_bytes("C:\\b") == b"a"


def test_what_a_program_holds_open_cannot_be_changed(files: Volume) -> None:
    files.make_directory("C:\\app")
    files.write_bytes("C:\\app\\x.exe", b"x")
    files.write_bytes("C:\\new", b"y")
    held = files.local_path("C:\\app\\x.exe")
    files.locked_paths = lambda: frozenset({held})
    for change in (
        lambda: files.write_bytes("C:\\app\\x.exe", b""),
        lambda: files.replace("C:\\new", "C:\\app\\x.exe"),
        lambda: files.remove("C:\\app", recurse=True),
        lambda: files.move("C:\\app", "C:\\other"),
    ):
        with pytest.raises(Win32Error, match="being used by another process") as error:
            change()
        assert error_code(error) == SHARING_VIOLATION


def test_a_rewritten_configuration_does_not_show_where_the_host_lives(files: Volume) -> None:
    files.write_bytes("C:\\x.conf", f'dir "{files.drive}/ProgramData"'.encode())
    assert files.read_bytes("C:\\x.conf") == b'dir "C:/ProgramData"'
    assert files.size("C:\\x.conf") == 20
    assert files.sha256("C:\\x.conf") == hashlib.sha256(b'dir "C:/ProgramData"').hexdigest()
