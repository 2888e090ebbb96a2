"""Windows Installer of a practice host, with real MSI files."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from windows_practice import ADDRESS, BARE, LOG, PACKAGE, PORT, configuration, stage_package

from winlab.package import run_tool
from winlab.twin.launcher import launch
from winlab.windows.errors import LabLimitError
from winlab.windows.machine import Machine
from winlab.windows.services import ServiceSettings

FOLDER = "C:\\Program Files\\Memurai"
FILES = [
    "memurai-check-aof.exe",
    "memurai-check-rdb.exe",
    "memurai-cli.exe",
    "memurai-license-developer.txt",
    "memurai.conf",
    "memurai.exe",
]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with Machine("web1", ADDRESS, tmp_path / "host", launch) as machine:
        yield machine


def log(machine: Machine) -> str:
    return machine.files.read_bytes(LOG).decode("utf-16")


def product_code(machine: Machine) -> str:
    (product,) = machine.products.find("Memurai*")
    return product.product_code


def test_installing_without_service_and_rule(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    assert machine.products.install(PACKAGE, BARE, LOG) == 0
    assert machine.files.names(FOLDER) == FILES
    (product,) = machine.products.find("memurai *")
    assert (product.name, product.version, product.publisher, product.folder) == (
        "Memurai Developer (winlab stand-in)",
        "4.2.2",
        "winlab",
        FOLDER,
    )
    assert machine.services.names() == []
    assert machine.firewall.find("Memurai") is None
    assert machine.environment["Path"].endswith(f";{FOLDER}")
    assert machine.files.read_bytes(LOG).startswith(b"\xff\xfe")
    assert "Installation completed successfully" in log(machine)


def test_installing_with_everything_the_package_does_by_default(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    assert machine.products.install(PACKAGE, {"PORT": "6390"}, LOG) == 0
    service = machine.services.get("Memurai")
    assert (service.state, service.settings.account) == ("Running", "NT AUTHORITY\\NetworkService")
    assert service.settings.image_path.endswith(f'"{FOLDER}\\memurai.conf"')
    assert [item.address for item in machine.network.listeners(6390)] == [ADDRESS]
    rule = machine.firewall.find("Memurai")
    assert rule is not None
    assert rule.local_ports == ("6390",)
    assert "memurai-log.txt" in machine.files.names(FOLDER)


def test_installing_elsewhere(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    settings = BARE | {"INSTALLFOLDER": "C:/Apps/Memurai/", "ADD_INSTALLFOLDER_TO_PATH": "0"}
    assert machine.products.install(PACKAGE, settings, LOG) == 0
    assert machine.files.names("C:\\Apps\\Memurai") == FILES
    assert "Memurai" not in machine.environment["Path"]


@pytest.mark.parametrize("properties", [{"MAXMEMORY": "1gb"}, {"INSTALL_SERVICE": "yes"}, {"PORT": "redis"}], ids=str)
def test_what_the_lab_does_not_know_is_refused_in_its_own_name(
    machine: Machine, tmp_path: Path, properties: dict[str, str]
) -> None:
    stage_package(machine, tmp_path)
    with pytest.raises(LabLimitError, match="winlab: this lab"):
        machine.products.install(PACKAGE, properties, LOG)
    assert "winlab: this lab" in log(machine)
    assert machine.products.find("*") == []


def test_a_package_of_somebody_else_is_refused(machine: Machine, tmp_path: Path) -> None:
    source = tmp_path / "other.wxs"
    (tmp_path / "x.txt").write_text("x")
    source.write_text(
        '<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="{5B0D7BD2-6B1C-4C39-8A2E-3D7C1A5F0E62}" '
        'Name="Other" Language="1033" Version="1.0.0" Manufacturer="Somebody" '
        'UpgradeCode="{5B0D7BD2-6B1C-4C39-8A2E-3D7C1A5F0E63}"><Package InstallerVersion="200" Compressed="yes"/>'
        '<Media Id="1" Cabinet="c.cab" EmbedCab="yes"/><Directory Id="TARGETDIR" Name="SourceDir">'
        '<Directory Id="ProgramFilesFolder"><Directory Id="D" Name="Other"><Component Id="C" '
        'Guid="{5B0D7BD2-6B1C-4C39-8A2E-3D7C1A5F0E64}"><File Id="F" Name="x.txt" Source="x.txt" KeyPath="yes"/>'
        '</Component></Directory></Directory></Directory><Feature Id="M" Level="1"><ComponentRef Id="C"/></Feature>'
        "</Product></Wix>"
    )
    run_tool("wixl", "wixl", "--output", str(tmp_path / "other.msi"), source.name, directory=tmp_path)
    machine.files.write_bytes(PACKAGE, (tmp_path / "other.msi").read_bytes())
    with pytest.raises(LabLimitError, match="found Other of Somebody"):
        machine.products.install(PACKAGE, {}, LOG)


def test_a_major_upgrade_replaces_the_older_product_and_its_configuration(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path, "4.1.9")
    assert machine.products.install(PACKAGE, BARE, LOG) == 0
    machine.files.write_bytes(f"{FOLDER}\\memurai.conf", b"port 1\r\n")
    machine.files.write_bytes(f"{FOLDER}\\dump.rdb", b"data")
    stage_package(machine, tmp_path, "4.2.2")
    assert machine.products.install(PACKAGE, BARE, LOG) == 0
    assert [product.version for product in machine.products.find("*")] == ["4.2.2"]
    assert b"port 6379" in machine.files.read_bytes(f"{FOLDER}\\memurai.conf")
    assert machine.files.read_bytes(f"{FOLDER}\\dump.rdb") == b"data"


def test_a_downgrade_is_refused(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path, "4.2.2")
    machine.products.install(PACKAGE, BARE, LOG)
    stage_package(machine, tmp_path, "4.1.9")
    assert machine.products.install(PACKAGE, BARE, LOG) == 1603
    assert "newer version" in log(machine)
    assert [product.version for product in machine.products.find("*")] == ["4.2.2"]


def test_installing_the_same_package_again_restores_what_is_missing_and_keeps_what_was_changed(
    machine: Machine, tmp_path: Path
) -> None:
    stage_package(machine, tmp_path)
    machine.products.install(PACKAGE, BARE, LOG)
    machine.files.write_bytes(f"{FOLDER}\\memurai.conf", b"port 1\r\n")
    machine.files.remove(f"{FOLDER}\\memurai-cli.exe")
    for _ in range(2):
        assert machine.products.install(PACKAGE, BARE, LOG) == 0
        assert machine.files.names(FOLDER) == FILES
        assert machine.files.read_bytes(f"{FOLDER}\\memurai.conf") == b"port 1\r\n"


def test_another_package_of_the_same_product_is_refused(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    machine.products.install(PACKAGE, BARE, LOG)
    stage_package(machine, tmp_path)
    assert machine.products.install(PACKAGE, BARE, LOG) == 1638


@pytest.mark.parametrize(("content", "code"), [(None, 1619), (b"no package", 1620)])
def test_what_is_no_package(machine: Machine, content: bytes | None, code: int) -> None:
    if content is not None:
        machine.files.write_bytes(PACKAGE, content)
    assert machine.products.install(PACKAGE, BARE, LOG) == code
    assert "could not be opened" in log(machine)


def test_only_one_installation_at_a_time(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    with machine.products.installing:
        assert machine.products.install(PACKAGE, BARE, LOG) == 1618
    assert machine.products.install(PACKAGE, BARE, LOG) == 0


def test_a_log_in_a_missing_folder(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    assert machine.products.install(PACKAGE, BARE, "C:\\missing\\x.log") == 1622
    assert machine.products.install(PACKAGE, BARE, LOG) == 0


def test_without_elevation_nothing_is_installed(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    machine.summary.elevated = False
    assert machine.products.install(PACKAGE, BARE, LOG) == 1603
    assert "Error 1925" in log(machine)


def test_a_full_disk_installs_nothing(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    machine.files.capacity_bytes = machine.files.used_bytes + 1500
    assert machine.products.install(PACKAGE, BARE, LOG) == 1603
    assert "Out of disk space" in log(machine)
    assert machine.files.kind(FOLDER) == "Absent"


def test_a_taken_port_refuses_the_packages_own_service(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    with socket.create_server((ADDRESS, PORT)):
        assert machine.products.install(PACKAGE, {}, LOG) == 1603
        assert "ca_SilentCheckIfPortIsAvailable" in log(machine)
        assert machine.products.install(PACKAGE, BARE, LOG) == 0


def test_a_service_that_does_not_start_rolls_the_installation_back(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    assert machine.products.install(PACKAGE, {"PORT": "99999", "ADD_FIREWALL_RULE": "0"}, LOG) == 1603
    assert "cannot be started" in log(machine)
    assert machine.products.find("*") == []
    assert machine.services.names() == []
    assert machine.files.kind(f"{FOLDER}\\memurai.exe") == "Absent"


def run_own_service(machine: Machine) -> None:
    machine.files.make_directory("C:\\data")
    text = configuration().replace("C:/ProgramData/Memurai/data", "C:/data").replace("logfile", "# logfile")
    machine.files.write_bytes("C:\\data\\own.conf", text.encode())
    image_path = f'"{FOLDER}\\memurai.exe" --service-run --service-name Own "C:\\data\\own.conf"'
    machine.services.create("Own", ServiceSettings(image_path, "Own"))
    machine.services.start("Own")


def test_files_in_use_wait_for_a_restart(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path, "4.1.9")
    machine.products.install(PACKAGE, BARE, LOG)
    machine.files.local_path(f"{FOLDER}\\memurai.exe").write_bytes(
        machine.files.read_bytes(f"{FOLDER}\\memurai.exe") + b"# older\n"
    )
    run_own_service(machine)
    stage_package(machine, tmp_path, "4.2.2")
    assert machine.products.install(PACKAGE, BARE, LOG) == 3010
    assert machine.summary.pending_reboot_reasons == ["PendingFileRenameOperations"]
    assert b"# older" in machine.files.read_bytes(f"{FOLDER}\\memurai.exe")
    assert machine.services.get("Own").state == "Running"


def test_uninstalling_removes_what_was_installed_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    machine.products.install(PACKAGE, {}, LOG)
    assert machine.services.get("Memurai").state == "Running"
    machine.files.write_bytes(f"{FOLDER}\\mine.txt", b"mine")
    assert machine.products.uninstall(product_code(machine).lower(), LOG) == 0
    assert machine.services.names() == []
    assert machine.firewall.find("Memurai") is None
    assert FOLDER not in machine.environment["Path"]
    assert "memurai.exe" not in machine.files.names(FOLDER)
    assert machine.files.read_bytes(f"{FOLDER}\\mine.txt") == b"mine"
    assert machine.products.find("*") == []


def test_uninstalling_removes_an_empty_folder(machine: Machine, tmp_path: Path) -> None:
    stage_package(machine, tmp_path)
    machine.products.install(PACKAGE, BARE, LOG)
    assert machine.products.uninstall(product_code(machine), LOG) == 0
    assert machine.files.kind(FOLDER) == "Absent"


def test_uninstalling_what_is_not_there(machine: Machine) -> None:
    assert machine.products.uninstall("{5B0D7BD2-6B1C-4C39-8A2E-3D7C1A5F0E61}", LOG) == 1605


def test_the_installed_files_are_those_of_the_package(machine: Machine, tmp_path: Path) -> None:
    package = stage_package(machine, tmp_path)
    machine.products.install(package, BARE, LOG)
    unpacked = tmp_path / "unpacked"
    run_tool("msitools", "msiextract", "--directory", str(unpacked), str(machine.files.local_path(package)))
    for name in ("memurai.exe", "memurai-cli.exe"):
        expected = hashlib.sha256((unpacked / "Memurai" / name).read_bytes()).hexdigest()
        assert machine.files.sha256(f"{FOLDER}\\{name}") == expected
