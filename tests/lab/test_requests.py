"""How much a deploy asks of a host."""

from __future__ import annotations

from collections import Counter

from lab_practice import CANARY, Practice

# From the first attempt to log on to the deletion of the shell, everything counts.
MOST_REQUESTS = 20
MOST_REQUESTS_OF_A_RESTORE = 16
MOST_REQUESTS_OF_A_ROTATION = 36


def requests(practice: Practice) -> int:
    return sum(server.statistics.requests for server in practice.lab.servers.values())


def test_a_deploy_without_changes_asks_little_of_one_powershell(deployed: Practice) -> None:
    deployed.machine.process_starts.clear()
    before = requests(deployed)
    run = deployed.deploy("--json")
    assert (run.exit_code, run.changed) == (0, []), run.output
    assert deployed.machine.process_starts == Counter({"powershell.exe": 1, "cmd.exe": 1})
    asked = requests(deployed) - before
    assert 0 < asked <= MOST_REQUESTS, asked


def test_a_restore_and_a_rotation_ask_in_one_request_what_they_can(deployed: Practice) -> None:
    before = requests(deployed)
    restored = deployed.run("pyinfra", "inventories/lab.py", "tasks/restore.py", "-y")
    assert restored.exit_code == 0, restored.output
    between = requests(deployed)
    assert 0 < between - before <= MOST_REQUESTS_OF_A_RESTORE
    new = {"MEMURAI_LAB_PASSWORD": f"{CANARY}-2"}
    rotated = deployed.run("pyinfra", "inventories/lab.py", "tasks/rotate_password.py", "-y", environment=new)
    assert rotated.exit_code == 0, rotated.output
    assert 0 < requests(deployed) - between <= MOST_REQUESTS_OF_A_ROTATION
