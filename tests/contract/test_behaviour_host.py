"""Get-WinHostSummary, Get-WinTcpListener."""

from __future__ import annotations

import re

import pytest
from contract_host import ContractHost

REASONS = {"ComponentBasedServicing", "WindowsUpdate", "PendingFileRenameOperations", "ComputerRename"}


@pytest.mark.differs("version")
def test_the_summary_is_plausible(host: ContractHost) -> None:
    summary = host.call("Get-WinHostSummary")
    assert re.fullmatch(r"[A-Z0-9-]{1,15}", summary["ComputerName"])
    assert summary["OperatingSystem"].startswith("Microsoft Windows")
    assert re.fullmatch(r"\d+\.\d+\.\d+", summary["OperatingSystemVersion"])
    assert summary["PowerShellVersion"] == host.session.agent["PowerShellVersion"]
    assert summary["PowerShellVersion"].startswith("5.1.")
    assert re.fullmatch(r"[^\\]+\\[^\\]+", summary["UserName"])
    assert re.fullmatch(r"S-1-5-21(-\d+){4}", summary["UserSid"])
    assert summary["Elevated"]
    assert summary["ProcessorCount"] >= 1
    assert 0 < summary["MemoryFreeBytes"] < summary["MemoryBytes"]


def test_the_summary_has_the_drives(host: ContractHost) -> None:
    volumes = host.call("Get-WinHostSummary")["Volumes"]
    assert [volume["Root"] for volume in volumes].count("C:\\") == 1
    assert all(0 <= volume["FreeBytes"] <= volume["SizeBytes"] for volume in volumes)


def test_the_summary_says_why_a_restart_is_due(host: ContractHost) -> None:
    summary = host.call("Get-WinHostSummary")
    assert summary["PendingReboot"] == bool(summary["PendingRebootReasons"])
    assert set(summary["PendingRebootReasons"]) <= REASONS


def test_the_host_started_before_the_tests(host: ContractHost) -> None:
    written = host.call("Get-WinItem", Path=host.scratch)["LastWriteTimeUtc"]
    assert host.call("Get-WinHostSummary")["LastBootTimeUtc"] < written


def test_winrm_listens(host: ContractHost) -> None:
    # https://learn.microsoft.com/windows/win32/winrm/installation-and-configuration-for-windows-remote-management
    answers = [host.call("Get-WinTcpListener", Port=port) for port in (5985, 5986)]
    assert [answer["Port"] for answer in answers] == [5985, 5986]
    listeners = [listener for answer in answers for listener in answer["Listeners"]]
    assert listeners
    assert all(listener["ProcessId"] > 0 and listener["ProcessName"] for listener in listeners)


def test_nobody_listens_on_a_free_port(host: ContractHost) -> None:
    port = host.free_port()
    assert host.call("Get-WinTcpListener", Port=port) == {"Port": port, "Listeners": []}


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_has_bounds(host: ContractHost, port: int) -> None:
    refusal = host.refusal("Get-WinTcpListener", Port=port)
    assert "'Port'" in refusal
    assert str(port) in refusal
