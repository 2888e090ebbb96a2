"""What a deployed host tells Prometheus: all that the monitoring pack asks for, in a form Prometheus takes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import requests
from lab_practice import PROJECT, Practice, wait_until

PACK = PROJECT / "files" / "monitoring"
METRICS = "Program Files/windows_exporter/textfile_inputs"
SECRETS = {
    "MEMURAI_APPLICATION_PASSWORD": "Canary-monitored-application",
    "MEMURAI_BACKUP_PASSWORD": "Canary-monitored-backup",
    "MEMURAI_MONITORING_PASSWORD": "Canary-monitored-monitoring",
}
# Only a replica tells these, and only a host with a second place for its backups the last one.
ELSEWHERE = {"memurai_primary_link_up", "memurai_primary_last_io_seconds", "memurai_backup_copy_ok"}


@pytest.fixture(scope="module")
def monitored(deployed: Practice) -> Practice:
    """A host with users, whose backup and health check ran once."""
    deployed.machine.files.make_directory(f"C:/{METRICS}")
    inventory = deployed.inventory(lab1={"memurai_users": {"enabled": True}})
    done = deployed.deploy(inventory=inventory, **SECRETS)
    assert done.exit_code == 0, done.output
    for job in ("backup", "health"):
        assert deployed.machine.tasks.run(f"Memurai-{job}") == 0
    return deployed


def textfiles(practice: Practice) -> list[Path]:
    return sorted((practice.machine.root / "C:" / METRICS).glob("*.prom"))


def test_prometheus_takes_what_the_jobs_write(monitored: Practice) -> None:
    assert [path.name for path in textfiles(monitored)] == [
        "memurai-backup-Memurai.prom",
        "memurai-health-Memurai.prom",
    ]
    for path in textfiles(monitored):
        checked = subprocess.run(
            ["promtool", "check", "metrics"], input=path.read_bytes(), capture_output=True, timeout=60, check=False
        )
        assert checked.returncode == 0, checked.stderr.decode()


def test_the_pack_asks_for_nothing_that_no_host_tells(monitored: Practice) -> None:
    text = "".join(path.read_text() for path in textfiles(monitored))
    told = set(re.findall(r"^(memurai_\w+)\{", text, re.MULTILINE))
    rules = "".join((PACK / name).read_text() for name in ("memurai-alerts.yml", "memurai-dashboard.json"))
    # Names with a brace, as in the expressions; a job or a label may begin the same way.
    asked = set(re.findall(r"\b(memurai_\w+)\s*\{", rules)) | set(re.findall(r"\b(memurai_\w+_seconds)\b", rules))
    assert len(asked) > 10
    assert asked - told - ELSEWHERE == set()


def test_redis_exporter_reads_the_server_as_the_user_of_the_monitoring(monitored: Practice) -> None:
    address = monitored.machine.address
    exporter = subprocess.Popen(
        [
            *("prometheus-redis-exporter", "-redis.addr", f"redis://{address}:6379", "-redis.user", "monitoring"),
            *("-web.listen-address", f"{address}:9121", "-config-command", "-"),
        ],
        env={**os.environ, "REDIS_PASSWORD": SECRETS["MEMURAI_MONITORING_PASSWORD"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: scraped(address) is not None, "redis_exporter to answer")
        lines = (scraped(address) or "").splitlines()
    finally:
        exporter.terminate()
        exporter.wait()
    assert "redis_up 1" in lines
    assert not [line for line in lines if line.startswith("redis_exporter_last_scrape_error") and line.endswith(" 1")]


def scraped(address: str) -> str | None:
    """Return what redis_exporter tells; None while it does not listen."""
    try:
        return requests.get(f"http://{address}:9121/metrics", timeout=10).text
    except requests.ConnectionError:
        return None
