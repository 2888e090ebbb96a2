"""Directives under old names, which the server writes under new ones: nothing of that is a difference."""

from __future__ import annotations

from lab_practice import CONFIG_COMMAND, Practice, Run

from winlab.windows.machine import Machine

DIRECTIVES = [
    ["client-output-buffer-limit", "normal", "0", "0", "0"],
    ["client-output-buffer-limit", "slave", "512mb", "128mb", "60"],
    ["client-output-buffer-limit", "pubsub", "32mb", "8mb", "60"],
    ["notify-keyspace-events", "Exg$lszhK"],
    ["lua-time-limit", "3000"],
    ["hash-max-ziplist-entries", "256"],
    ["slave-read-only", "yes"],
    ["oom-score-adj", "no"],
    ["activedefrag", "no"],
    ["maxmemory-clients", "5%"],
    ["databases", "32"],
    ["latency-tracking-info-percentiles", "50", "99", "99.9", "99.99"],
    ["tls-protocols", "TLSv1.2 TLSv1.3"],
]
CONFIGURE = ("tasks/configure.py", "-y", "--json")


def configure(practice: Practice, inventory: str) -> Run:
    run = practice.run("pyinfra", inventory, *CONFIGURE)
    assert run.exit_code == 0, run.output
    return run


def process_of(machine: Machine) -> int:
    return machine.services.get("Memurai").process_id


def value(practice: Practice, name: str) -> str:
    return practice.ask(CONFIG_COMMAND, "GET", name)


def test_what_the_server_rewrites_is_no_difference(deployed: Practice) -> None:
    extra = deployed.inventory(lab1={"memurai_extra": {"directives": DIRECTIVES}})
    assert configure(deployed, extra).changed == ["Configuration"]
    assert configure(deployed, extra).changed == []
    assert deployed.ask(CONFIG_COMMAND, "REWRITE") == "OK"
    text = (deployed.machine.root / "C:" / "ProgramData/Memurai/config/memurai-production.conf").read_text()
    assert "busy-reply-threshold 3000" in text
    assert "hash-max-listpack-entries 256" in text
    process = process_of(deployed.machine)
    # Only because of the line `user default` that the rewrite adds.
    assert configure(deployed, extra).changed == ["Configuration"]
    assert configure(deployed, extra).changed == []
    assert process_of(deployed.machine) == process

    assert configure(deployed, "inventories/lab.py").changed == ["Configuration"]
    assert process_of(deployed.machine) != process
    assert "'busy-reply-threshold': '5000'" in value(deployed, "busy-reply-threshold")
    assert "'notify-keyspace-events': ''" in value(deployed, "notify-keyspace-events")
    assert "slave 268435456 67108864 60" in value(deployed, "client-output-buffer-limit")
    assert configure(deployed, "inventories/lab.py").changed == []
