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


def test_turning_the_append_only_file_off_keeps_every_key(variables: dict[str, str], tmp_path: Path) -> None:
    """The next start, whoever causes it, loads the snapshot, which the server had no reason to write before."""
    for practice in practice_hosts(1, variables, tmp_path):
        first = practice.deploy()
        assert first.exit_code == 0, first.output
        with redis.Redis(practice.machine.address, password=CANARY, decode_responses=True) as connection:
            connection.mset({f"key:{number}": number for number in range(5000)})
        without = practice.inventory(lab1={"memurai_persistence": {"appendonly": False}})
        process = practice.machine.services.get("Memurai").process_id
        run = practice.deploy(inventory=without)
        assert run.exit_code == 0, run.output
        assert practice.machine.services.get("Memurai").process_id == process
        practice.machine.services.stop("Memurai")
        practice.machine.services.start("Memurai")
        with redis.Redis(practice.machine.address, password=CANARY, decode_responses=True) as connection:
            assert connection.info("persistence")["aof_enabled"] == 0
            assert connection.dbsize() == 5000
        again = practice.deploy()
        assert again.exit_code == 0, again.output
        with redis.Redis(practice.machine.address, password=CANARY, decode_responses=True) as connection:
            assert connection.dbsize() == 5000


def test_a_server_without_config_keeps_its_append_only_file(variables: dict[str, str], tmp_path: Path) -> None:
    """It can't be switched while it runs, and its next start would load a snapshot that is not there."""
    security = {"password": "env:MEMURAI_LAB_PASSWORD", "renamed_commands": {"CONFIG": ""}}
    for practice in practice_hosts(1, variables, tmp_path):
        first = practice.deploy(inventory=practice.inventory(lab1={"memurai_security": security}))
        assert first.exit_code == 0, first.output
        without = {"memurai_security": security, "memurai_persistence": {"appendonly": False}}
        refused = practice.deploy(inventory=practice.inventory(lab1=without))
        assert refused.exit_code == 1, refused.output
        assert "appendonly: expected a running server that can be switched off" in refused.output
