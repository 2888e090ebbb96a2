"""Get-WinService and Set-WinService; Start-, Stop- and Restart-WinService as far as no program is needed for it."""

from __future__ import annotations

from typing import Any

import pytest
from contract_host import ContractHost

# https://learn.microsoft.com/windows/win32/debug/system-error-codes--1000-1299-
SERVICE_NEVER_STARTED = 1077


def service(host: ContractHost, name: str) -> dict[str, Any]:
    return host.call("Get-WinService", Name=name)


def test_an_absent_service_has_nothing(host: ContractHost) -> None:
    name = host.new_service_name()
    found = service(host, name)
    assert found == {**dict.fromkeys(found), "Name": name, "Exists": False, "RecoveryActions": []}


def test_a_new_service_has_the_settings_of_windows(host: ContractHost) -> None:
    name = host.new_service()
    assert service(host, name) == {
        "Name": name,
        "Exists": True,
        "DisplayName": name,
        "Description": None,
        "ImagePath": host.image_path,
        "Account": "LocalSystem",
        "StartType": "Disabled",
        "State": "Stopped",
        "ProcessId": 0,
        "ProcessStartTimeUtc": None,
        "ExitCode": SERVICE_NEVER_STARTED,
        "RecoveryResetSeconds": 0,
        "RecoveryActions": [],
        "RecoverOnNonCrashFailures": False,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"DisplayName": "winfra contract: Größe & 'quotes'"},
        {"Description": 'Größe Ω with "quotes" and a \\ at its end \\'},
        {"ImagePath": 'C:\\Windows\\none.exe "with blanks" "C:\\none\\\\" \\"quoted\\"'},
        {"StartType": "Manual"},
        {"StartType": "Automatic"},
        {"RecoverOnNonCrashFailures": True},
        {"RecoveryResetSeconds": 86400, "RecoveryActions": ["restart/5000"]},
        {"RecoveryResetSeconds": 0, "RecoveryActions": ["restart/0", "restart/30000", "restart/60000"]},
        {"RecoveryResetSeconds": 3600, "RecoveryActions": ["restart/1000", "none/0"]},
        {"DisplayName": "winfra contract: two", "Description": "at once", "StartType": "Manual"},
    ],
    ids="-".join,
)
def test_only_what_is_given_changes(host: ContractHost, change: dict[str, Any]) -> None:
    name = host.new_service()
    before = service(host, name)
    for _ in range(2):
        assert host.call("Set-WinService", Name=name, **change) == {"Name": name, "Created": False}
        assert service(host, name) == {**before, **change}


def test_all_settings_can_be_given_at_the_creation(host: ContractHost) -> None:
    settings = {
        "DisplayName": "winfra contract: Ω",
        "Description": "A service that never runs.",
        "StartType": "Manual",
        "RecoveryResetSeconds": 86400,
        "RecoveryActions": ["restart/5000", "restart/30000", "none/0"],
        "RecoverOnNonCrashFailures": True,
    }
    found = service(host, host.new_service(**settings))
    assert {key: found[key] for key in settings} == settings


@pytest.mark.parametrize(
    "account", ["NT AUTHORITY\\LocalService", "NT AUTHORITY\\NetworkService", "NT SERVICE\\{name}", "LocalSystem"]
)
def test_an_account_without_a_password_is_set(host: ContractHost, account: str) -> None:
    name = host.new_service()
    wanted = account.format(name=name)
    host.call("Set-WinService", Name=name, Account="NT AUTHORITY\\LocalService")
    host.call("Set-WinService", Name=name, Account=wanted)
    # Windows does not distinguish the case of account names, and answers some in another one.
    assert service(host, name)["Account"].lower() == wanted.lower()


def test_each_recovery_setting_can_be_given_alone(host: ContractHost) -> None:
    name = host.new_service(RecoveryResetSeconds=60, RecoveryActions=["restart/1000", "restart/2000"])
    host.call("Set-WinService", Name=name, RecoveryResetSeconds=120)
    assert (service(host, name)["RecoveryResetSeconds"], service(host, name)["RecoveryActions"]) == (
        120,
        ["restart/1000", "restart/2000"],
    )
    host.call("Set-WinService", Name=name, RecoveryActions=["restart/3000"])
    found = service(host, name)
    assert (found["RecoveryResetSeconds"], found["RecoveryActions"]) == (120, ["restart/3000"])


def test_without_recovery_actions_there_is_no_reset_period(host: ContractHost) -> None:
    # https://learn.microsoft.com/windows/win32/api/winsvc/ns-winsvc-service_failure_actionsw: no actions delete both.
    name = host.new_service(RecoveryResetSeconds=60, RecoveryActions=["restart/1000"])
    host.call("Set-WinService", Name=name, RecoveryResetSeconds=86400, RecoveryActions=[])
    found = service(host, name)
    assert (found["RecoveryResetSeconds"], found["RecoveryActions"]) == (0, [])


def test_a_service_is_found_in_any_case_and_says_its_own_name(host: ContractHost) -> None:
    name = host.new_service(RecoveryResetSeconds=60, RecoveryActions=["restart/1000"])
    assert service(host, name.upper()) == service(host, name)


def test_a_service_that_is_not_there_needs_an_image_path(host: ContractHost) -> None:
    name = host.new_service_name()
    refusal = host.refusal("Set-WinService", Name=name, StartType="Manual")
    assert f"Expected the service '{name}' or an ImagePath to create it with, found neither." in refusal
    assert not service(host, name)["Exists"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("StartType", "Boot"),
        ("Account", ".\\Administrator"),
        ("RecoveryActions", ["reboot/0"]),
        ("RecoveryActions", ["restart/1000", "restart/soon"]),
        ("RecoveryResetSeconds", -1),
        ("RecoveryResetSeconds", 2**32),
        ("ImagePath", ""),
        ("DisplayName", ""),
        ("Description", ""),
        ("Name", ""),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_the_parameter(
    host: ContractHost, parameter: str, value: object
) -> None:
    name = host.new_service_name()
    given = {"Name": name, "ImagePath": host.image_path, parameter: value}
    assert f"'{parameter}'" in host.refusal("Set-WinService", **given)
    assert not service(host, name)["Exists"]


def test_a_service_is_removed_once_and_can_be_made_again(host: ContractHost) -> None:
    name = host.new_service()
    assert host.call("Remove-WinService", Name=name, TimeoutSeconds=30) == {"Name": name, "Removed": True}
    assert not service(host, name)["Exists"]
    assert host.call("Remove-WinService", Name=name) == {"Name": name, "Removed": False}
    assert host.call("Set-WinService", Name=name, ImagePath=host.image_path) == {"Name": name, "Created": True}
    assert "'TimeoutSeconds'" in host.refusal("Remove-WinService", Name=name, TimeoutSeconds=0)


@pytest.mark.parametrize(
    "function", ["Start-WinService", "Stop-WinService", "Restart-WinService", "Stop-WinHungService"]
)
def test_only_a_service_that_is_there_runs_or_stops(host: ContractHost, function: str) -> None:
    name = host.new_service_name()
    assert f"Expected the service '{name}', found none of that name." in host.refusal(function, Name=name)
    assert "'TimeoutSeconds'" in host.refusal(function, Name=name, TimeoutSeconds=0)


def test_a_stop_of_what_does_not_run_is_fine(host: ContractHost) -> None:
    name = host.new_service()
    assert host.call("Stop-WinService", Name=name) == {"Name": name, "State": "Stopped", "ProcessId": 0}


def test_what_does_not_hang_is_not_ended(host: ContractHost) -> None:
    name = host.new_service()
    assert host.call("Stop-WinHungService", Name=name, TimeoutSeconds=10) == {"Name": name, "Ended": False}


def test_a_service_is_disabled_before_it_is_stopped(host: ContractHost) -> None:
    name = host.new_service(StartType="Manual")
    assert host.call("Stop-WinHungService", Name=name, Disable=True) == {"Name": name, "Ended": False}
    assert service(host, name)["StartType"] == "Disabled"


def test_no_process_is_ended_that_has_nothing_to_do_with_a_folder(host: ContractHost, folder: str) -> None:
    assert host.call("Stop-WinFolderProcess", Folder=f"{folder}/") == {"Folder": folder, "ProcessIds": []}
    assert "'TimeoutSeconds'" in host.refusal("Stop-WinFolderProcess", Folder=folder, TimeoutSeconds=0)


@pytest.mark.parametrize("function", ["Start-WinService", "Restart-WinService"])
def test_a_disabled_service_does_not_start(host: ContractHost, function: str) -> None:
    # https://learn.microsoft.com/windows/win32/cimwin32prov/startservice-method-in-class-win32-service
    name = host.new_service()
    refusal = host.refusal(function, Name=name)
    assert f"Expected to start the service '{name}', found return value 14: it is disabled" in refusal
    assert "event logs" in refusal
    assert service(host, name)["State"] == "Stopped"


def test_a_service_without_a_program_does_not_start(host: ContractHost) -> None:
    name = host.new_service(StartType="Manual")
    assert f"Expected to start the service '{name}', found" in host.refusal("Start-WinService", Name=name)
    assert service(host, name)["State"] == "Stopped"


def test_the_services_of_a_folder_are_those_whose_program_lies_in_it(host: ContractHost, folder: str) -> None:
    assert host.call("Get-WinFolderService", Folder=folder) == {"Folder": folder, "Services": []}
    paths = [f'"{folder}\\a program.exe" --x "y"', f"{folder.upper()}/below/program.exe", f'"{folder}-other\\x.exe"']
    names = [host.new_service(ImagePath=path) for path in paths]
    found = host.call("Get-WinFolderService", Folder=folder.replace("\\", "/"))
    services = [{"Name": name, "ImagePath": path, "State": "Stopped"} for name, path in zip(names, paths, strict=True)]
    assert found == {"Folder": folder, "Services": services[:2]}
