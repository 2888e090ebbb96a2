"""The main job: a bare host becomes a production server, and stays one."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from lab_practice import CANARY, CONFIG_COMMAND, Practice, snapshot, wait_until

CONFIGURATION = "C:/ProgramData/Memurai/config/memurai-production.conf"


def test_a_dry_run_shows_everything_and_changes_nothing(bare: Practice) -> None:
    before = snapshot(bare.machine)
    plan = bare.plan()
    assert plan.exit_code == 0, plan.output
    assert snapshot(bare.machine) == before
    assert bare.machine.services.names() == []
    for line in (
        "+ kind: Directory",
        "+ version: 4.2.2",
        "+ requirepass <secret, changed>",
        "+ rename-command CONFIG <secret, changed>",
        "+ maxmemory 2gb",
        r"+ account: NT SERVICE\Memurai",
        "+ state: Running",
        "+ aof_enabled: 1",
    ):
        assert line in plan.output, f"{line} is missing in:\n{plan.output}"


@pytest.mark.judged
def test_a_deploy_makes_a_verified_server_and_a_second_one_changes_nothing(bare: Practice) -> None:
    first = bare.deploy()
    assert first.exit_code == 0, first.output
    # The other one is that of the first backup, which the host's own task takes.
    assert bare.machine.process_starts["powershell.exe"] == 2
    assert bare.lab.servers["lab1"].statistics.actions["Command"] == 1

    before = snapshot(bare.machine)
    second = bare.deploy("--json")
    assert second.exit_code == 0, second.output
    assert (second.totals["success"], second.totals["error"]) == (0, 0), second.changed
    assert unlogged(snapshot(bare.machine)) == unlogged(before)

    plan = bare.plan()
    assert "+ " not in plan.stderr

    verification = bare.run("pytest", "tests/verify", "--inventory", "inventories/lab.py", "--disruptive", "-q")
    assert verification.exit_code == 0, verification.output
    assert re.search(r"lab1: (\d+) of \1 proven", verification.output)


def unlogged(files: dict[str, tuple[str, float]]) -> dict[str, tuple[str, float]]:
    """Leave out what the running server writes by itself."""
    return {path: state for path, state in files.items() if not re.search(r"Memurai/(data|logs)(/|$)", path)}


def test_no_secret_is_printed_or_written_but_where_it_belongs(bare: Practice) -> None:
    """All that runs print at the highest verbosity, and every file they leave behind."""
    bare.plan("-vvv", "--debug")
    bare.deploy("-vvv", "--diff", "--debug")
    # Now the host has a password, which the next one replaces.
    replaced = {"MEMURAI_LAB_PASSWORD": f"{CANARY}-replaced", "MEMURAI_LAB_CONFIG_COMMAND": f"{CONFIG_COMMAND}_too"}
    changed = bare.deploy("-vvv", "--diff", "--debug", **replaced)
    assert changed.exit_code == 0, changed.output
    assert "+ works: the password of settings <secret, changed>" in changed.output
    bare.deploy("--json", **replaced)
    bare.run("pyinfra", "inventories/lab.py", "debug-inventory")
    bare.run("pytest", "tests/verify", "--inventory", "inventories/lab.py", environment=replaced)
    bare.run("pyinfra", "inventories/lab.py", "exec", "-vvv", "--", "Get-WinItem -Path 'C:\\Windows'")
    secrets = (CANARY, CONFIG_COMMAND, bare.environment["WINLAB_PASSWORD"])
    printed = "".join(bare.outputs)
    assert not [secret for secret in secrets if secret in printed]

    drive = bare.machine.root / "C:"
    holders = {str(path.relative_to(drive)) for path in drive.rglob("*") if holds(path, secrets)}
    config = "ProgramData/Memurai/config"
    history = {path for path in holders if path.startswith(f"{config}/history/")}
    assert history
    jobs = {f"ProgramData/Memurai/jobs/{name}.secret" for name in ("backup", "health")}
    assert holders == {f"{config}/memurai-production.conf", *history, *jobs}
    # pyinfra names the file into which it writes what it did not expect; one of an earlier run may lie there.
    assert "pyinfra-debug.log" not in printed


def holds(path: Path, secrets: tuple[str, ...]) -> bool:
    """Whether a file holds one of the secrets."""
    return path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets)


def test_the_server_outlives_a_crash(deployed: Practice) -> None:
    """Windows restarts the service as its recovery actions say, and the data is there."""
    service = deployed.machine.services.get("Memurai")
    crashed = service.process_id
    os.kill(crashed, signal.SIGKILL)
    wait_until(
        lambda: service.state == "Running" and service.process_id not in (0, crashed), "the service to run again"
    )
    verified = deployed.run("pyinfra", "inventories/lab.py", "tasks/verify.py", "-y", "--json")
    assert (verified.exit_code, verified.changed) == (0, [])


def test_each_step_runs_alone(deployed: Practice) -> None:
    for task in (
        "preflight",
        "storage",
        "install",
        "certificates",
        "configure",
        "service",
        "firewall",
        "jobs",
        "verify",
    ):
        run = deployed.run("pyinfra", "inventories/lab.py", f"tasks/{task}.py", "-y", "--json")
        assert run.exit_code == 0, run.output
        assert run.totals["success"] == 0, (task, run.changed)
