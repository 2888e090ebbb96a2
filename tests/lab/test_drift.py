"""What somebody changes by hand is shown by a dry run and mended by the next deploy."""

from __future__ import annotations

from lab_practice import Practice

CONFIGURATION = "ProgramData/Memurai/config/memurai-production.conf"
USERS = "S-1-5-32-545"


def mend(practice: Practice, *shown: str) -> list[str]:
    """Show the drift, deploy, and deploy again; return what the first deploy changed."""
    plan = practice.plan()
    assert plan.exit_code == 0, plan.output
    for line in shown:
        assert line in plan.output, f"{line} is missing in:\n{plan.output}"
    first = practice.deploy("--json")
    assert first.exit_code == 0, first.output
    second = practice.deploy("--json")
    assert (second.exit_code, second.changed) == (0, [])
    return first.changed


def test_a_directive_changed_by_hand(deployed: Practice) -> None:
    path = deployed.machine.root / "C:" / CONFIGURATION
    path.write_bytes(path.read_bytes().replace(b"maxmemory 2gb", b"maxmemory 3gb"))
    changed = mend(deployed, "- maxmemory 3gb", "+ maxmemory 2gb")
    assert changed == ["Configuration"]
    assert "maxmemory 2gb" in path.read_text()


def test_a_stopped_service(deployed: Practice) -> None:
    stopped = deployed.run("pyinfra", "inventories/lab.py", "exec", "--", "Stop-Service Memurai")
    assert stopped.exit_code == 0, stopped.output
    changed = mend(deployed, "- state: Stopped", "+ state: Running", "- PING: Could not connect")
    assert "Service" in changed


def test_an_extra_access_entry(deployed: Practice) -> None:
    call = f"""
    from pyinfra.api import operation
    from winfra.operations import files
    from winfra.security import *
    sids = (SYSTEM, ADMINISTRATORS, service_sid("Memurai"), "{USERS}")
    access = Access(ADMINISTRATORS, tuple(allow(sid, Rights.FULL_CONTROL) for sid in sids))
    files.acl(name="By hand", path="C:/ProgramData/Memurai/data", access=access)
    """
    by_hand = deployed.deploy_code(call)
    assert by_hand.exit_code == 0, by_hand.output
    changed = mend(deployed, f"- entry: Allow Users ({USERS}) FullControl (this folder, sub-folders and files)")
    assert "Folder: data" in changed


def test_a_server_that_runs_on_an_older_file_is_restarted(deployed: Practice) -> None:
    """As a host that lost its power between the new file and the restart: the file is right, the server is not."""
    path = deployed.machine.root / "C:" / CONFIGURATION
    desired = path.read_bytes()
    path.write_bytes(desired.replace(b"tcp-backlog 511", b"tcp-backlog 600"))
    restarted = deployed.run("pyinfra", "inventories/lab.py", "exec", "--", "Restart-Service Memurai")
    assert restarted.exit_code == 0, restarted.output
    path.write_bytes(desired)
    changed = mend(deployed, "- tcp-backlog 600", "+ tcp-backlog 511", "+ restarted, because of: tcp-backlog")
    assert changed == ["Configuration"]


def test_another_account_and_start_type(deployed: Practice) -> None:
    by_hand = deployed.deploy_code("""
    from winfra.operations import services
    services.service(name="By hand", service="Memurai", start_type="Manual", account=r"NT AUTHORITY\\NetworkService")
    """)
    assert by_hand.exit_code == 0, by_hand.output
    changed = mend(deployed, "- start_type: Manual", "+ start_type: Automatic", "+ process: restarted: account changes")
    assert changed == ["Service"]
