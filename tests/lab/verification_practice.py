"""A set is verified, and what came of it by member."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lab_practice import Run
from set_practice import INVENTORY, NAMES, PracticeSet

RESTART = "Data survives a restart of the service"

Checks = Mapping[str, Mapping[str, tuple[str, str]]]


def verify(
    living: PracticeSet, *options: str, inventory: str = INVENTORY, environment: Mapping[str, str] | None = None
) -> tuple[Run, Checks]:
    """Verify the set; return what came of each check, by host and sentence: its outcome and why."""
    path = living.practice.working_folder / "report.json"
    command = ("pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "--inventory", inventory, "--json", str(path))
    run = living.practice.run(*command, *options, environment=environment)
    hosts = json.loads(path.read_text())["hosts"]
    return run, {
        host: {check["statement"]: (check["outcome"], check["reason"]) for check in of_host["checks"]}
        for host, of_host in hosts.items()
    }


def assert_all_proven(living: PracticeSet, inventory: str = INVENTORY) -> None:
    """All that is asked of the members is proven, but that a server survives a restart."""
    run, checks = verify(living, "--disruptive", inventory=inventory)
    assert run.exit_code == 0, run.output
    assert set(checks) == set(NAMES)
    for of_host in checks.values():
        left = {sentence: outcome for sentence, outcome in of_host.items() if outcome[0] != "proven"}
        assert set(left) == {RESTART}, left
        assert "tasks/failover.py" in left[RESTART][1]
