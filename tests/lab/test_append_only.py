"""Data outlives the change to an append-only file."""

from __future__ import annotations

from pathlib import Path

import redis
from lab_practice import CANARY, practice_hosts


def test_turning_the_append_only_file_on_keeps_every_key(variables: dict[str, str], tmp_path: Path) -> None:
    for practice in practice_hosts(1, variables, tmp_path):
        without = practice.inventory(lab1={"memurai_persistence": {"appendonly": False}})
        first = practice.deploy(inventory=without)
        assert first.exit_code == 0, first.output
        with redis.Redis(practice.machine.address, password=CANARY, decode_responses=True) as connection:
            connection.mset({f"key:{number}": number for number in range(100_000)})
            connection.save()
        process = practice.machine.services.get("Memurai").process_id
        run = practice.deploy("--diff")
        assert run.exit_code == 0, run.output
        assert practice.machine.services.get("Memurai").process_id == process
        restarted = practice.run("pyinfra", "inventories/lab.py", "exec", "--", "Restart-Service Memurai")
        assert restarted.exit_code == 0, restarted.output
        with redis.Redis(practice.machine.address, password=CANARY, decode_responses=True) as connection:
            assert (connection.dbsize(), connection.get("key:99999")) == (100_000, "99999")
            assert connection.info("persistence")["aof_enabled"] == 1
