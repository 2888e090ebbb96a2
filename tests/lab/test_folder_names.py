"""Folders with blanks, ( ), { }, quotes and other signs that a shell, a service or a configuration could trip over."""

from __future__ import annotations

import pytest
from lab_practice import Practice

FOLDERS = ("C:\\Redis Data (x86)\\cache 1\\", "C:/Data/it's #1 & 50% $HOME", "C:/Data/a;b^c`d", "C:/Data/{x},=+~!@")


@pytest.mark.parametrize("base", FOLDERS)
def test_a_server_lives_in_any_folder_from_its_deploy_to_its_removal(bare: Practice, base: str) -> None:
    storage = {"base": base, "backup": f"{base.rstrip(chr(92))} backup"}
    inventory = bare.inventory(lab1={"memurai_storage": storage, "memurai_security": {
        "password": "env:MEMURAI_LAB_PASSWORD", "renamed_commands": {"KEYS": ""},
    }})  # fmt: skip

    def run(*command: str) -> list[str]:
        done = bare.run("pyinfra", inventory, *command, "-y", "--json")
        assert done.exit_code == 0, done.output
        return done.changed

    assert "Service" in run("deploy.py")
    assert run("deploy.py") == []
    assert bare.ask("SET", "kept", "value") == "OK"
    run("tasks/backup.py")
    assert bare.ask("SET", "kept", "another") == "OK"
    run("tasks/restore.py")
    assert bare.ask("GET", "kept") == "value"
    proven = bare.run("pytest", "tests/verify", "--inventory", inventory, "-q")
    assert proven.exit_code == 0, proven.output
    assert bare.ask("CONFIG", "REWRITE") == "OK"
    # The rewrite adds lines that the deploy takes away.
    assert set(run("deploy.py")) <= {"Configuration"}
    plan = bare.plan(inventory=inventory)
    assert (plan.exit_code, "+ " in plan.stderr) == (0, False), plan.output
    run("tasks/uninstall.py", "--data", "remove_data=true")
    # What the restore put aside is kept.
    assert [name for name in bare.machine.files.names(base) if "before-restore" not in name] == []
