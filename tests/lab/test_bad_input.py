"""Whatever is wrong gives one clear error for its host; other hosts go on; a re-run completes it."""

from __future__ import annotations

import pytest
from lab_practice import NETWORK, Practice, Run, snapshot

GIGABYTE = 1024**3


def deploy_beside_a_good_host(practice: Practice, extra: dict[str, object] | None = None, **environment: str) -> Run:
    """Deploy lab1, which has something wrong, and lab2, which has not; lab2 must be completed."""
    run = practice.deploy("--json", inventory=practice.inventory(lab1=extra or {}), **environment)
    assert run.exit_code == 1, run.output
    assert practice.lab.machines["lab2"].services.get("Memurai").state == "Running", run.output
    return run


def assert_refused(practice: Practice, run: Run, before: dict[str, tuple[str, float]], *expected: str) -> None:
    """The first host is named, the reason is said, and nothing on it was touched."""
    for text in expected:
        assert text in run.output, f"{text} is missing in:\n{run.output}"
    assert "@winrm/lab1" in run.output
    assert snapshot(practice.machine) == before
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"memurai_netwrok": {}}, ["memurai_netwrok", "memurai_network"]),
        ({"memurai_memory": {"maxmemroy": "1gb"}}, ["memurai_memory.maxmemroy", "maxmemory"]),
        ({"memurai_memory": {"maxmemory": "75%"}}, ["memurai_memory.maxmemory", "75%"]),
        ({"memurai_memory": {"maxmemory": "64gb"}}, ["expected a host with at least 128.00 GiB", "found"]),
        ({"winrm_port": "x"}, ["winrm_port"]),
        ({"winrm_hostname": f"{NETWORK}.99"}, [f"could not reach https://{NETWORK}.99:5986/wsman"]),
        ({"winrm_password": "env:HOME"}, ["refused the credentials of user 'Administrator'"]),
        ({"winrm_password": "env:NOT_SET_AT_ALL"}, ["winrm_password of @winrm/lab1", "NOT_SET_AT_ALL"]),
        ({"winrm_ca_bundle": None}, ["that a trusted CA signed", "winrm_ca_bundle"]),
        ({"winrm_transport": "basic", "winrm_scheme": "http"}, ["basic over http sends the password readable"]),
        (
            {"memurai_security": {"password": "env:NOT_SET_AT_ALL"}},
            ["memurai_security.password", "NOT_SET_AT_ALL", "found nothing"],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_host_with_wrong_data_is_refused(bare_pair: Practice, data: dict[str, object], expected: list[str]) -> None:
    before = snapshot(bare_pair.machine)
    run = deploy_beside_a_good_host(bare_pair, data)
    assert_refused(bare_pair, run, before, *expected)


def test_a_plan_with_a_refusal_ends_with_an_error_and_shows_the_other_hosts(bare_pair: Practice) -> None:
    """Without a terminal, where pyinfra can't ask whether to go on with them."""
    assert bare_pair.deploy("--limit", "@winrm/lab2").exit_code == 0
    plan = bare_pair.run("pyinfra", "inventories/lab.py", "tasks/restore.py", "--dry", "--diff")
    assert plan.exit_code == 1, plan.output
    assert "[@winrm/lab1] backups in C:/Backups/Redis: expected a backup to restore, found these:" in plan.output
    assert "[@winrm/lab2] steps of the change 'restore of " in plan.output, plan.output
    assert "Traceback" not in plan.output


def test_a_package_that_is_not_the_pinned_one_is_refused_before_anything_is_touched(bare: Practice) -> None:
    before = snapshot(bare.machine)
    run = bare.deploy(WINLAB_PACKAGE_SHA256="0" * 64)
    assert run.exit_code == 1
    assert_refused(bare, run, before, "to have SHA-256 " + "0" * 64, "Do not install it")


def test_a_port_that_something_else_has_is_refused(bare_pair: Practice) -> None:
    import socket  # noqa: PLC0415  # only here

    before = snapshot(bare_pair.machine)
    with socket.create_server((f"{NETWORK}.1", 6379)):
        run = deploy_beside_a_good_host(bare_pair)
    assert_refused(bare_pair, run, before, "memurai_network.port: expected 6379 to be free")


def test_a_host_without_elevation_and_with_an_old_powershell_is_refused_with_both_reasons(bare_pair: Practice) -> None:
    bare_pair.machine.summary.elevated = False
    bare_pair.machine.summary.powershell_version = "4.0"
    before = snapshot(bare_pair.machine)
    run = deploy_beside_a_good_host(bare_pair)
    assert_refused(bare_pair, run, before, "expected an elevated administrator", "expected Windows PowerShell 5.1")


def test_too_little_disk_is_refused(bare_pair: Practice) -> None:
    bare_pair.machine.files.reserved_bytes = bare_pair.machine.files.capacity_bytes - GIGABYTE
    before = snapshot(bare_pair.machine)
    run = deploy_beside_a_good_host(bare_pair)
    assert_refused(bare_pair, run, before, "expected at least 6.00 GiB free on C:")


def test_a_file_where_a_folder_should_be_fails_that_host_and_a_re_run_completes_it(bare_pair: Practice) -> None:
    obstacle = bare_pair.machine.root / "C:" / "ProgramData" / "Memurai"
    obstacle.write_text("in the way")
    run = deploy_beside_a_good_host(bare_pair)
    assert "expected a folder or nothing, found a file" in run.output
    assert obstacle.read_text() == "in the way"
    obstacle.unlink()
    assert bare_pair.deploy().exit_code == 0


def test_a_service_that_does_not_start_fails_that_host_and_a_re_run_completes_it(bare_pair: Practice) -> None:
    """The append-only file of the data folder is damaged: the real server refuses to start."""
    # Nobody else's: the folder has the access that the deploy gives.
    made = bare_pair.run("pyinfra", bare_pair.inventory(), "tasks/storage.py", "-y", "--limit", "@winrm/lab1")
    assert made.exit_code == 0, made.output
    data = bare_pair.machine.root / "C:" / "ProgramData" / "Memurai" / "data" / "appendonlydir"
    data.mkdir()
    (data / "appendonly.aof.manifest").write_text("this is no manifest\n")
    run = deploy_beside_a_good_host(bare_pair)
    assert "to be Running, found that it stopped at once (Win32 exit code 1067" in run.output, run.output
    (data / "appendonly.aof.manifest").unlink()
    data.rmdir()
    assert bare_pair.deploy().exit_code == 0


def test_a_disk_that_fills_up_while_deploying_fails_that_host_and_a_re_run_completes_it(bare_pair: Practice) -> None:
    """Beyond what preflight can see: the last bytes go when the package is uploaded."""
    files = bare_pair.machine.files
    prepared = bare_pair.run("pyinfra", "inventories/lab.py", "tasks/storage.py", "-y")
    assert prepared.exit_code == 0, prepared.output
    free, files.reserved_bytes = files.reserved_bytes, files.capacity_bytes
    run = bare_pair.run("pyinfra", bare_pair.inventory(), "tasks/install.py", "-y")
    assert run.exit_code == 1
    assert "There is not enough space on the disk" in run.output
    assert bare_pair.lab.machines["lab2"].products.find("Memurai*")
    install = bare_pair.machine.root / "C:" / "ProgramData" / "Memurai" / "install"
    assert list(install.iterdir()) == []
    files.reserved_bytes = free
    assert bare_pair.deploy().exit_code == 0
