"""Every stop of a service that we cause: what its server took since the last snapshot is there afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_practice import CANARY, Practice, Run

CONFIGURATION = "C:/ProgramData/Memurai/config/memurai-production.conf"


@pytest.fixture(scope="module")
def snapshots(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Settings of a server that keeps snapshots only, with a licence; the last one is an hour old at most."""
    licence = tmp_path_factory.mktemp("licence") / "licence.txt"
    licence.write_text("first")
    return {
        "memurai_persistence": {"appendonly": False, "save": [[3600, 1]]},
        "memurai_package": {
            "version": variables["WINLAB_PACKAGE_VERSION"],
            "source": variables["WINLAB_PACKAGE"],
            "sha256": variables["WINLAB_PACKAGE_SHA256"],
            "license_file": str(licence),
        },
    }


def process(practice: Practice) -> int:
    return practice.machine.services.get("Memurai").process_id


def write(practice: Practice, *keys: str) -> None:
    for key in keys:
        assert practice.ask("SET", key, "value") == "OK"


def require(run: Run, practice: Practice, *keys: str) -> None:
    """Require that a run succeeded, and that the server has these keys."""
    assert run.exit_code == 0, run.output
    assert [practice.ask("GET", key) for key in keys] == ["value"] * len(keys)


def test_no_stop_loses_a_key(deployed: Practice, snapshots: dict[str, dict[str, object]]) -> None:
    inventory = deployed.inventory(lab1=snapshots)
    require(deployed.deploy(inventory=inventory), deployed)

    before = process(deployed)
    write(deployed, "licence")
    Path(str(snapshots["memurai_package"]["license_file"])).write_text("another")
    require(deployed.deploy(inventory=inventory), deployed, "licence")
    assert process(deployed) != before

    before = process(deployed)
    write(deployed, "account")
    by_hand = deployed.deploy_code("""
    from winfra.operations import services
    services.service(name="By hand", service="Memurai", account=r"NT AUTHORITY\\NetworkService")
    """)
    require(by_hand, deployed)
    require(deployed.deploy(inventory=inventory), deployed, "licence", "account")
    assert process(deployed) != before

    before = process(deployed)
    write(deployed, "configuration")
    changed = deployed.inventory(lab1={**snapshots, "memurai_extra": {"directives": {"io-threads": "2"}}})
    require(deployed.deploy(inventory=changed), deployed, "licence", "account", "configuration")
    assert process(deployed) != before

    write(deployed, "verification")
    verified = deployed.run(
        "pytest", "tests/verify", "--inventory", changed, "--disruptive", "-k", "test_restart", "-q"
    )
    require(verified, deployed, "licence", "account", "configuration", "verification")

    write(deployed, "removal")
    gone = deployed.run("pyinfra", changed, "tasks/uninstall.py", "-y")
    assert gone.exit_code == 0, gone.output
    back = deployed.deploy(inventory=changed)
    require(back, deployed, "licence", "account", "configuration", "verification", "removal")


def test_a_server_that_cannot_save_is_not_restarted(
    deployed: Practice, snapshots: dict[str, dict[str, object]]
) -> None:
    """Its password is another one than its configuration says."""
    inventory = deployed.inventory(lab1=snapshots)
    require(deployed.deploy(inventory=inventory), deployed)
    write(deployed, "kept")
    text = deployed.machine.files.read_bytes(CONFIGURATION)
    deployed.machine.files.write_bytes(CONFIGURATION, text.replace(CANARY.encode(), b"another-password-of-16"))
    by_hand = deployed.deploy_code("""
    from winfra.operations import services
    services.service(name="By hand", service="Memurai", account=r"NT AUTHORITY\\NetworkService")
    """)
    require(by_hand, deployed)
    before = process(deployed)
    refused = deployed.run("pyinfra", inventory, "tasks/service.py", "-y")
    assert refused.exit_code != 0
    assert "so that its data can be saved" in refused.output
    assert process(deployed) == before
    deployed.machine.files.write_bytes(CONFIGURATION, text)
    require(deployed.deploy(inventory=inventory), deployed, "kept")
