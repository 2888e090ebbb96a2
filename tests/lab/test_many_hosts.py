"""Several hosts in one run.

Here, and not beside the tests that share a deployed host: that one would have the address of the first.
"""

from __future__ import annotations

from pathlib import Path

from lab_practice import practice_hosts


def test_every_host_of_many_has_one_powershell(variables: dict[str, str], tmp_path: Path) -> None:
    for practice in practice_hosts(4, variables, tmp_path):
        run = practice.deploy("--json")
        assert run.exit_code == 0, run.output
        starts = [server.statistics.actions["Command"] for server in practice.lab.servers.values()]
        assert starts == [1, 1, 1, 1]
