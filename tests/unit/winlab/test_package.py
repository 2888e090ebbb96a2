"""The stand-in MSI."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from winlab.exceptions import WinlabError
from winlab.package import UPGRADE_CODE, build
from winlab.windows.msi import read_package


def test_the_package_says_what_it_is(tmp_path: Path) -> None:
    path = build("4.2.2", tmp_path)
    assert path == tmp_path / "Memurai-for-Redis-v4.2.2.msi"
    package = read_package(path)
    assert package.properties["ProductName"] == "Memurai Developer (winlab stand-in)"
    assert package.properties["Manufacturer"] == "winlab"
    assert package.properties["ProductVersion"] == "4.2.2"
    assert package.properties["UpgradeCode"].upper() == f"{{{UPGRADE_CODE}}}"
    assert package.version == (4, 2, 2)
    assert {file.name for file in package.files} == {
        "memurai.exe",
        "memurai-cli.exe",
        "memurai-check-rdb.exe",
        "memurai-check-aof.exe",
        "memurai.conf",
        "memurai-license-developer.txt",
    }


def test_each_version_is_a_product_of_its_own_and_every_build_a_package(tmp_path: Path) -> None:
    first, again, other = (
        read_package(build(version, tmp_path / f"{name}.msi"))
        for name, version in (("a", "4.2.2"), ("b", "4.2.2"), ("c", "4.2.3"))
    )
    assert first.properties["ProductCode"] == again.properties["ProductCode"] != other.properties["ProductCode"]
    assert first.properties["UpgradeCode"] == other.properties["UpgradeCode"]
    assert first.package_code != again.package_code


def test_the_configuration_has_windows_line_ends(tmp_path: Path) -> None:
    contents = read_package(build("4.2.2", tmp_path)).extract(tmp_path / "unpacked")
    assert b"port 6379\r\n" in contents["memurai.conf"]
    assert b"\n" not in contents["memurai.conf"].replace(b"\r\n", b"")
    assert contents["memurai.exe"].startswith(b"#!/bin/sh\n")
    assert b'exec redis-cli "$@"' in contents["memurai-cli.exe"]


def test_programs_write_as_programs_for_windows_do(tmp_path: Path) -> None:
    contents = read_package(build("4.2.2", tmp_path)).extract(tmp_path / "unpacked")
    program = tmp_path / "memurai-cli.exe"
    program.write_bytes(contents["memurai-cli.exe"])
    program.chmod(0o755)
    shown = subprocess.run([program, "--version"], capture_output=True, check=True).stdout
    assert re.fullmatch(rb"redis-cli [^\r\n]+\r\n", shown)
    refused = subprocess.run([program, "--canary"], capture_output=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.count(b"\r\n") == refused.stderr.count(b"\n") > 0


@pytest.mark.parametrize("version", ["4.2", "4.2.2.1", "v4.2.2", "4.2.x"])
def test_a_version_is_three_numbers(tmp_path: Path, version: str) -> None:
    with pytest.raises(WinlabError, match="three numbers"):
        build(version, tmp_path)


def test_a_missing_tool_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build("4.2.2", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WinlabError, match="apt-get install wixl"):
        build("4.2.2", tmp_path)
    with pytest.raises(WinlabError, match="apt-get install msitools"):
        read_package(path)
