"""The version of a Windows Installer package is read from the package itself."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from winfra import msi
from winfra.exceptions import PackageError
from winfra.msi import product_version
from winfra.operations.packages import downgrade_problem, version_problem
from winlab.package import build


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("4.2.2", tmp_path_factory.mktemp("package"))


def changed(package: Path, folder: Path, *arguments: str) -> Path:
    """Return a copy of a package that msibuild has changed."""
    copy = folder / "changed.msi"
    copy.write_bytes(package.read_bytes())
    subprocess.run(["msibuild", str(copy), *arguments], check=True, capture_output=True)
    return copy


def table(folder: Path, rows: dict[str, str]) -> str:
    """Write a Property table as msibuild imports it."""
    path = folder / "Property.idt"
    lines = ["Property\tValue", "s72\tl0", "Property\tProperty", *(f"{key}\t{value}" for key, value in rows.items())]
    path.write_text("".join(f"{line}\r\n" for line in lines), newline="")
    return str(path)


def test_the_version_is_read(package: Path) -> None:
    assert product_version(package) == "4.2.2"


def test_a_package_with_a_long_text_is_read(package: Path, tmp_path: Path) -> None:
    rows = table(tmp_path, {"Long": "x" * 70_000, "ProductVersion": "4.3.0", "Last": "y"})
    assert product_version(changed(package, tmp_path, "-i", rows)) == "4.3.0"


def test_a_package_with_many_texts_is_read(package: Path, tmp_path: Path) -> None:
    """More than 16 bits can count: the numbers of texts then have 24."""
    rows = table(tmp_path, {**{f"Key{number}": f"{number}" for number in range(40_000)}, "ProductVersion": "4.3.0"})
    assert product_version(changed(package, tmp_path, "-i", rows)) == "4.3.0"


def test_both_ways_to_write_the_length_of_a_long_text_are_read() -> None:
    """One has the high half of the length before, in place of the number of references; the other has all behind it."""
    data = b"ab" + b"x" * 70_000 + b"cd"
    high, low = divmod(70_000, 1 << 16)
    header, short = struct.pack("<HH", 1252, 0), struct.pack("<HH", 2, 1)
    for long in (struct.pack("<HHHH", 0, high, low, 1), struct.pack("<HHHH", 0, 1, low, high)):
        assert msi._texts(header + short + long + short, data) == ["", "ab", "x" * 70_000, "cd"]


def test_a_package_without_a_version_is_refused(package: Path, tmp_path: Path) -> None:
    nameless = changed(package, tmp_path, "-q", "DELETE FROM `Property` WHERE `Property` = 'ProductVersion'")
    with pytest.raises(PackageError, match="with a ProductVersion, found none in its Property table"):
        product_version(nameless)


@pytest.mark.parametrize("content", [b"", b"<html>The link has expired.</html>", b"x" * 100_000])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.msi"
    path.write_bytes(content)
    with pytest.raises(PackageError, match="expected a Windows Installer package, found another file"):
        product_version(path)


def test_a_part_of_a_package_is_refused(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "part.msi"
    whole = package.read_bytes()
    for size in range(0, len(whole), 512):
        path.write_bytes(whole[:size])
        with pytest.raises(PackageError):
            product_version(path)


def test_a_pin_is_compared_as_versions_are(package: Path) -> None:
    assert version_problem(package, "4.2.2") is None
    assert version_problem(package, "4.2.2.0") is None
    problem = version_problem(package, "9.9.9")
    assert problem is not None
    assert f"expected version 9.9.9 in {package}, found 4.2.2" in problem


@pytest.mark.parametrize(
    ("installed", "is_refused"),
    [([], False), (["4.2.2.0"], False), (["4.2.1"], False), (["4.10.0"], True), (["4.2.2.1"], True), (["?"], False)],
)
def test_an_older_version_takes_no_newer_ones_place(installed: list[str], *, is_refused: bool) -> None:
    assert bool(downgrade_problem("4.2.2", installed)) is is_refused
