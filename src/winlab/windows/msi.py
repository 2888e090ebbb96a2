"""Windows Installer packages, read with Debian's msitools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from winlab.exceptions import WinlabError
from winlab.package import run_tool
from winlab.windows.errors import Win32Error

INVALID_PACKAGE = 1620
"""ERROR_INSTALL_PACKAGE_INVALID."""

_DEBIAN_PACKAGE = "msitools"
_ROOT_FOLDER = "ProgramFiles64Folder"
_HEADER_LINES = 3


@dataclass(frozen=True)
class MsiFile:
    """A file of a package.

    Attributes:
        name: its long name.
        folder: key of its folder in the Directory table.
    """

    name: str
    folder: str


@dataclass(frozen=True)
class MsiPackage:
    """What a package says about itself.

    Attributes:
        path: the package, on the lab's machine.
        package_code: identifies this very file.
        properties: its Property table.
        folders: key of each folder to its path below Program Files.
        files: its files.
    """

    path: Path
    package_code: str
    properties: dict[str, str]
    folders: dict[str, PurePosixPath]
    files: tuple[MsiFile, ...]

    @property
    def version(self) -> tuple[int, ...]:
        """The three fields Windows Installer compares.

        https://learn.microsoft.com/windows/win32/msi/productversion
        """
        return tuple(int(number) for number in self.properties["ProductVersion"].split(".")[:3])

    def extract(self, folder: Path) -> dict[str, bytes]:
        """Return the content of each file by name.

        Args:
            folder: an empty folder for the unpacked files.
        """
        run_tool(_DEBIAN_PACKAGE, "msiextract", "--directory", str(folder), str(self.path))
        return {file.name: (folder / self.folders[file.folder] / file.name).read_bytes() for file in self.files}


def read_package(path: Path) -> MsiPackage:
    """Read a package.

    Raises:
        Win32Error: it is no package.
        WinlabError: msitools is not installed.
    """
    if not path.read_bytes().startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        text = "This installation package could not be opened. Contact the application vendor to verify that this is a "
        raise Win32Error(INVALID_PACKAGE, f"{text}valid Windows Installer package.")
    code = re.search(r"\{[0-9A-Fa-f-]{36}\}", run_tool(_DEBIAN_PACKAGE, "msiinfo", "suminfo", str(path)))
    if code is None:
        raise WinlabError(f"Expected a package code in the summary of {path.name}, found none.")
    components = {row[0]: row[2] for row in _rows(path, "Component")}
    files = tuple(MsiFile(_long_name(row[2]), components[row[1]]) for row in _rows(path, "File"))
    folders = _folders({row[0]: (row[1], row[2]) for row in _rows(path, "Directory")})
    properties = {row[0]: row[1] for row in _rows(path, "Property")}
    return MsiPackage(path, code[0], properties, folders, files)


def _rows(path: Path, table: str) -> Iterator[list[str]]:
    """Yield the rows of a table; three lines before them say names, types and keys."""
    lines = run_tool(_DEBIAN_PACKAGE, "msiinfo", "export", str(path), table).splitlines()
    return (line.split("\t") for line in lines[_HEADER_LINES:])


def _folders(table: dict[str, tuple[str, str]]) -> dict[str, PurePosixPath]:
    return {key: _folder(key, table) for key in table}


def _folder(key: str, table: dict[str, tuple[str, str]]) -> PurePosixPath:
    if key == _ROOT_FOLDER or key not in table:
        return PurePosixPath()
    parent, name = table[key]
    return PurePosixPath() if not parent else _folder(parent, table) / _long_name(name)


def _long_name(name: str) -> str:
    """Return the long one of `SHORT~1|long name`, https://learn.microsoft.com/windows/win32/msi/filename."""
    return name.rpartition("|")[2]
