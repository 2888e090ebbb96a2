"""A host that restarts: its server comes back with its data, and nothing is left to do."""

from __future__ import annotations

from lab_practice import Practice


def test_a_restart_of_the_host_keeps_the_data_and_leaves_nothing_to_do(deployed: Practice) -> None:
    before = deployed.machine.services.get("Memurai").process_id
    assert deployed.ask("SET", "key", "value") == "OK"
    (name,) = deployed.lab.machines
    deployed.lab.shut_down(name)
    deployed.lab.boot(name)
    assert deployed.machine.services.get("Memurai").process_id not in (0, before)
    assert deployed.ask("GET", "key") == "value"
    again = deployed.deploy("--json")
    assert (again.exit_code, again.changed) == (0, [])
