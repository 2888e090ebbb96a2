"""What a run left on a host that was ended half way is shown by the plan, taken away, and fails the verification."""

from __future__ import annotations

from lab_practice import CANARY, Practice

CONFIG = "ProgramData/Memurai/config"
NAME = "memurai-production.conf"
VERIFY = ("pytest", "tests/verify", "-q", "-p", "no:cacheprovider", "-k", "nothing_is_left", "--inventory")


def test_what_was_left_is_shown_and_taken_away_and_fails_the_verification(deployed: Practice) -> None:
    folder = deployed.machine.root / "C:" / CONFIG
    left = [folder / f"{NAME}.{ending}" for ending in ("0123abcd.staged", "last-known-good")]
    for path in left:
        path.write_text(f"requirepass {CANARY}\n")
    process = deployed.machine.services.get("Memurai").process_id
    verification = deployed.run(*VERIFY, "inventories/lab.py")
    assert verification.exit_code == 1
    assert all(path.name in verification.output for path in left), verification.output
    plan = deployed.plan()
    for path in left:
        assert f"- C:\\{CONFIG}\\{path.name}".replace("/", "\\") in plan.output, plan.output
    assert all(path.exists() for path in left)
    run = deployed.deploy("--json")
    assert (run.exit_code, run.changed) == (0, ["Configuration"]), run.output
    assert not any(path.exists() for path in left)
    assert deployed.machine.services.get("Memurai").process_id == process
    assert CANARY not in verification.output + plan.output + run.output
    again = deployed.deploy("--json")
    assert (again.exit_code, again.changed) == (0, []), again.output
    verification = deployed.run(*VERIFY, "inventories/lab.py")
    assert verification.exit_code == 0, verification.output
