"""Get-WinTask, Register-WinTask, Unregister-WinTask and Start-WinTask."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract_host import ContractHost

CMD = "C:\\Windows\\System32\\cmd.exe"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
# Nobody's time of day for the daily tasks: they run only when they are started.
DAILY: dict[str, Any] = {"Execute": CMD, "Arguments": "/c exit 5", "At": "03:17"}
# https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-error-and-success-constants
PROGRAM_NOT_FOUND = 0x80070002


def task(host: ContractHost, name: str) -> dict[str, Any]:
    return host.call("Get-WinTask", Name=name)


def register(host: ContractHost, **settings: Any) -> str:
    name = host.new_task_name()
    assert host.call("Register-WinTask", Name=name, **settings) == {"Name": name, "Created": True}
    return name


def trigger(kind: str, at: str, every_minutes: int | None = None) -> dict[str, Any]:
    return {"Kind": kind, "At": at, "EveryMinutes": every_minutes, "Enabled": True}


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_absent_task_has_nothing(host: ContractHost) -> None:
    name = host.new_task_name()
    found = task(host, name)
    assert found == {**dict.fromkeys(found), "Name": name, "Exists": False, "Triggers": []}


def test_a_daily_task_is_read_as_it_was_registered(host: ContractHost) -> None:
    name = register(host, **DAILY)
    found = task(host, name)
    following = time_of(found.pop("NextRunTimeUtc"))
    assert timedelta() < following - datetime.now(UTC) <= timedelta(days=1, hours=1)
    assert found == {
        "Name": name,
        "Exists": True,
        "Description": None,
        "Execute": CMD,
        "Arguments": "/c exit 5",
        "WorkingDirectory": None,
        "UserSid": "S-1-5-18",
        "RunLevel": "Highest",
        "LogonType": "ServiceAccount",
        "Triggers": [trigger("Daily", "03:17")],
        "StartWhenAvailable": True,
        "MultipleInstances": "IgnoreNew",
        "ExecutionTimeLimitMinutes": 60,
        "AllowStartOnBatteries": True,
        "StopOnBatteries": False,
        "Enabled": True,
        "State": "Ready",
        "LastRunTimeUtc": None,
        "LastTaskResult": None,
    }


def test_everything_that_is_given_is_kept(host: ContractHost) -> None:
    settings = {
        "Description": 'winfra contract: Größe Ω & <"quotes">',
        "Execute": f"{host.scratch}\\no program.exe",
        "Arguments": '-Path "C:\\with blanks\\x" --json "Größe" <&>',
        "WorkingDirectory": host.scratch,
        "UserSid": "S-1-5-19",
        "ExecutionTimeLimitMinutes": 90,
    }
    found = task(host, register(host, **settings, At="00:00"))
    assert {key: found[key] for key in settings} == settings


@pytest.mark.parametrize("minutes", [1, 5, 60, 1440])
def test_a_task_repeats_for_ever_from_midnight(host: ContractHost, minutes: int) -> None:
    settings = {"Execute": f"{host.scratch}\\no program.exe", "EveryMinutes": minutes}
    found = task(host, register(host, **settings))
    assert found["Triggers"] == [trigger("Repetition", "00:00", minutes)]
    assert time_of(found["NextRunTimeUtc"]) - datetime.now(UTC) <= timedelta(minutes=minutes, hours=1)


def test_a_task_is_replaced_as_a_whole(host: ContractHost) -> None:
    name = register(host, **DAILY, Description="first", WorkingDirectory=host.scratch, UserSid="S-1-5-20")
    second = {"Execute": CMD, "Arguments": "/c exit 6", "EveryMinutes": 30}
    assert host.call("Register-WinTask", Name=name, **second) == {"Name": name, "Created": False}
    found = task(host, name)
    kept = ("Description", "Arguments", "WorkingDirectory", "UserSid", "Triggers")
    assert [found[key] for key in kept] == [None, "/c exit 6", None, "S-1-5-18", [trigger("Repetition", "00:00", 30)]]


def test_a_task_is_removed_once(host: ContractHost) -> None:
    name, other = register(host, **DAILY), register(host, **DAILY)
    assert host.call("Unregister-WinTask", Name=name) == {"Name": name, "Removed": True}
    assert not task(host, name)["Exists"]
    assert host.call("Unregister-WinTask", Name=name) == {"Name": name, "Removed": False}
    assert task(host, other)["Exists"]


def test_a_task_is_found_in_any_case(host: ContractHost) -> None:
    name = register(host, **DAILY)
    assert {**task(host, name.upper()), "Name": name} == task(host, name)


@pytest.mark.parametrize("times", [{}, {"At": "03:17", "EveryMinutes": 5}])
def test_a_task_has_a_time_or_an_interval(host: ContractHost, times: dict[str, Any]) -> None:
    name = host.new_task_name()
    refusal = host.refusal("Register-WinTask", Name=name, Execute=CMD, **times)
    assert f"Expected either At or EveryMinutes for the scheduled task '\\{name}', found both or none." in refusal
    assert not task(host, name)["Exists"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("Name", "winfra-contract-*"),
        ("Name", "winfra\\contract"),
        ("Name", ""),
        ("Execute", ""),
        ("UserSid", "S-1-5-32-544"),
        ("UserSid", "SYSTEM"),
        ("At", "24:00"),
        ("At", "3:17"),
        ("EveryMinutes", 0),
        ("EveryMinutes", 1441),
        ("ExecutionTimeLimitMinutes", 0),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_the_parameter(
    host: ContractHost, parameter: str, value: object
) -> None:
    name = host.new_task_name()
    given = {"Name": name, **DAILY, parameter: value}
    assert f"'{parameter}'" in host.refusal("Register-WinTask", **given)
    assert not task(host, name)["Exists"]


def test_a_run_is_waited_for_and_its_exit_code_kept(host: ContractHost) -> None:
    name = register(host, **DAILY)
    before = datetime.now(UTC)
    run = host.call("Start-WinTask", Name=name)
    assert (run["Name"], run["LastTaskResult"]) == (name, 5)
    found = task(host, name)
    assert (found["State"], found["LastTaskResult"]) == ("Ready", 5)
    assert abs(time_of(found["LastRunTimeUtc"]) - before) < timedelta(minutes=5)


def test_each_run_has_a_result_of_its_own(host: ContractHost) -> None:
    # Two in a row, faster than Windows' clock for runs, which knows whole seconds only.
    name = register(host, **DAILY)
    results = [host.call("Start-WinTask", Name=name)["LastTaskResult"]]
    host.call("Register-WinTask", Name=name, **{**DAILY, "Arguments": "/c exit 0"})
    results.append(host.call("Start-WinTask", Name=name)["LastTaskResult"])
    assert results == [5, 0]


def test_a_run_that_takes_its_time_is_waited_for(host: ContractHost) -> None:
    script = '-NoProfile -NonInteractive -Command "Start-Sleep -Seconds 2; exit 3"'
    name = register(host, Execute=POWERSHELL, Arguments=script, At="03:17")
    run = host.call("Start-WinTask", Name=name)
    assert run["LastTaskResult"] == 3
    assert run["ElapsedMilliseconds"] >= 2000


def test_a_deadline_is_an_error_that_says_what_was_found(host: ContractHost) -> None:
    script = '-NoProfile -NonInteractive -Command "Start-Sleep -Seconds 3"'
    name = register(host, Execute=POWERSHELL, Arguments=script, At="03:17")
    refusal = host.refusal("Start-WinTask", Name=name, TimeoutSeconds=1)
    assert f"Expected a run of the scheduled task '\\{name}' to end within 1 s, found it Running" in refusal
    assert "last result '267009'" in refusal
    assert re.search(r"log of its\s+program", refusal)
    # The run that is under way is waited for, then comes the one that was asked for.
    assert host.call("Start-WinTask", Name=name, TimeoutSeconds=60)["ElapsedMilliseconds"] >= 3000


def test_a_program_that_is_not_there_is_a_result(host: ContractHost) -> None:
    name = register(host, Execute=f"{host.scratch}\\none.exe", At="03:17")
    assert host.call("Start-WinTask", Name=name, TimeoutSeconds=60)["LastTaskResult"] == PROGRAM_NOT_FOUND


def test_a_task_that_is_not_there_does_not_start(host: ContractHost) -> None:
    name = host.new_task_name()
    refusal = host.refusal("Start-WinTask", Name=name)
    assert f"Expected the scheduled task '\\{name}', found none of that name. Register it first." in refusal
    assert "'TimeoutSeconds'" in host.refusal("Start-WinTask", Name=name, TimeoutSeconds=0)
