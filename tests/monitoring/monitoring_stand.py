"""A real Prometheus that scrapes real exporters beside real servers, all on loopback.

Only windows_exporter is a stand-in, because it runs on Windows alone: it serves what windows_exporter documents, and
what the jobs on a host write into its text files.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis

from memurai import monitoring
from memurai.monitoring import scrape
from memurai.monitoring.yaml_text import yaml_text

NETWORK = os.environ.get("WINLAB_NETWORK") or "127.77.0"
PROMETHEUS, PRIMARY, REPLICA = (f"{NETWORK}.{number}" for number in (230, 231, 232))
WAIT_SECONDS = 30
# Two servers, their hosts, and a Sentinel.
TARGETS = 5
PASSWORD = "monitoring-practice-password"
# The rights docs/monitoring.md names.
SERVER_RIGHTS = (
    "resetchannels -@all +ping +info +dbsize +config|get +slowlog|get +slowlog|len +latency|latest +latency|histogram "
    "+client|list +client|setname +memory|stats"
)
SENTINEL_RIGHTS = (
    "resetchannels -@all +ping +info +client|setname +sentinel|masters +sentinel|slaves +sentinel|replicas "
    "+sentinel|sentinels +sentinel|ckquorum"
)
PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
    "redis-server": "redis-server",
}


def program(name: str) -> str:
    """Return the path of a program that the tests cannot do without."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"expected the program {name}, found none; run scripts/setup, or apt-get install {PACKAGES[name]}")
    return found


def eventually(what: str, condition: Callable[[], Any]) -> Any:
    """Return what the condition comes to once it is true; fail when it takes too long."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, f"expected within {WAIT_SECONDS} seconds: {what}"
        time.sleep(0.1)
    return result


@contextmanager
def running(arguments: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the end of the block."""
    with log.open("ab") as output:
        process = subprocess.Popen([program(arguments[0]), *arguments[1:]], stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


class Stand:
    """Prometheus, two servers, a Sentinel, and their exporters.

    folder: for their files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._replica = ExitStack()

    @contextmanager
    def started(self) -> Iterator[Stand]:
        """Run all of it until the end of the block."""
        with ExitStack() as stack:
            stack.enter_context(self._server(PRIMARY, "primary"))
            self.start_replica()
            stack.callback(self.stop_replica)
            stack.enter_context(self._sentinel())
            for address in (PRIMARY, REPLICA):
                stack.enter_context(self._redis_exporter(address))
                stack.enter_context(windows_stand_in(address))
            stack.enter_context(self._prometheus())
            eventually("five targets that are scraped", lambda: len(self.query("up == 1")) == TARGETS)
            yield self

    def start_replica(self) -> None:
        """Run the second server, and wait until it follows the first."""
        self._replica.enter_context(
            # The deploy renames CONFIG by default: what the exporter takes from it must have another way.
            self._server(
                REPLICA,
                "replica",
                f"replicaof {PRIMARY} 6379",
                f"replica-announce-ip {REPLICA}",
                'rename-command CONFIG ""',
            )
        )
        with redis.Redis(host=REPLICA) as client:
            eventually("the replica follows", lambda: client.info("replication")["master_link_status"] == "up")

    def stop_replica(self) -> None:
        """End the second server."""
        self._replica.close()

    def use(self) -> None:
        """Look up some keys, most of which are there."""
        with redis.Redis(host=PRIMARY) as client:
            client.set("there", "1")
            client.mget(["there"] * 19 + ["not there"])

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the finite samples that a query brings now."""
        answer = self._ask("query", {"query": expression})
        return [sample for sample in answer["result"] if math.isfinite(float(sample["value"][1]))]

    def names(self) -> set[str]:
        """Return the names of all metrics."""
        return set(self._ask("label/__name__/values", {}))

    def rules(self) -> list[dict[str, Any]]:
        """Return the alert rules as Prometheus has them."""
        return [rule for group in self._ask("rules", {})["groups"] for rule in group["rules"]]

    def alerts(self) -> dict[tuple[str, str], str]:
        """Return the state, pending or firing, of each active alert, by its name and host."""
        active = self._ask("alerts", {})["alerts"]
        return {(alert["labels"]["alertname"], alert["labels"].get("instance", "")): alert["state"] for alert in active}

    def _ask(self, what: str, parameters: Mapping[str, str]) -> Any:
        url = f"http://{PROMETHEUS}:9090/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    @contextmanager
    def _server(self, address: str, name: str, *directives: str) -> Iterator[None]:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        user = f"user monitoring on >{PASSWORD} {SERVER_RIGHTS}"
        common = [f"bind {address}", f"dir {folder}", "maxmemory 64mb", "appendonly yes", "repl-diskless-sync-delay 0"]
        configuration = folder / "redis.conf"
        configuration.write_text("\n".join([*common, user, *directives, ""]))
        with running(["redis-server", str(configuration)], folder / "log"):
            eventually(f"an answer of {name}", lambda: answers(address, 6379))
            yield

    @contextmanager
    def _sentinel(self) -> Iterator[None]:
        configuration = self._folder / "sentinel.conf"
        user = f"user monitoring on >{PASSWORD} {SENTINEL_RIGHTS}"
        lines = ["port 26379", f"bind {PRIMARY}", f"sentinel monitor memurai {PRIMARY} 6379 1", user]
        configuration.write_text("\n".join([*lines, ""]))
        with running(["redis-server", str(configuration), "--sentinel"], self._folder / "sentinel.log"):
            eventually("an answer of the Sentinel", lambda: answers(PRIMARY, 26379))
            yield

    @contextmanager
    def _redis_exporter(self, address: str) -> Iterator[None]:
        passwords = {f"redis://monitoring@{address}:{port}": PASSWORD for port in (6379, 26379)}
        password_file = self._folder / f"passwords-{address}.json"
        password_file.write_text(json.dumps(passwords))
        # Debian's version takes the user from its command line; newer ones from the target too.
        user = ["-redis.user", "monitoring", "-redis.password-file", str(password_file)]
        listen = ["-redis.addr", "", "-web.listen-address", f"{address}:{scrape.REDIS_EXPORTER_PORT}"]
        log = self._folder / f"exporter-{address}.log"
        with running(["prometheus-redis-exporter", *listen, *user], log):
            yield

    @contextmanager
    def _prometheus(self) -> Iterator[None]:
        pack = self._folder / "pack"
        monitoring.write(pack)
        # The shipped configuration, but for its pace and the hosts.
        derived = scrape.prometheus_configuration() | {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}}
        (pack / "prometheus.yml").write_text(yaml_text(derived))
        (pack / scrape.SERVERS_FILE).write_text(yaml_text([target(PRIMARY, 6379), target(REPLICA, 6379)]))
        (pack / scrape.SENTINELS_FILE).write_text(yaml_text([target(PRIMARY, 26379)]))
        options = [
            f"--config.file={pack / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'prometheus'}",
            f"--web.listen-address={PROMETHEUS}:9090",
        ]
        with running(["prometheus", *options], self._folder / "prometheus.log"):
            eventually("a ready Prometheus", is_prometheus_ready)
            yield


def target(address: str, port: int) -> dict[str, Any]:
    """Return an entry of a list of targets."""
    labels = {"deployment": "practice", "__param_target": f"redis://monitoring@{address}:{port}"}
    return {"targets": [address], "labels": labels}


def answers(address: str, port: int) -> bool:
    """Return whether a server answers."""
    with redis.Redis(host=address, port=port) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def is_prometheus_ready() -> bool:
    """Return whether Prometheus answers queries."""
    try:
        with urllib.request.urlopen(f"http://{PROMETHEUS}:9090/-/ready", timeout=WAIT_SECONDS):
            return True
    except urllib.error.URLError:
        return False


@contextmanager
def windows_stand_in(address: str) -> Iterator[None]:
    """Serve what a host's windows_exporter would, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = windows_text(is_copied=address == PRIMARY).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((address, scrape.WINDOWS_EXPORTER_PORT), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def windows_text(*, is_copied: bool) -> str:
    """Return metrics of a healthy host, in Prometheus' text format.

    is_copied: whether its last backup got its second copy.
    """
    samples = [*windows_samples(), *backup_samples(is_copied=is_copied), *health_samples()]
    return "".join(f"{name} {value}\n" for name, value in samples)


def windows_samples() -> list[tuple[str, float]]:
    """What windows_exporter documents of its collectors service, logical_disk, cpu, memory and textfile."""
    volumes = [("C:", 60), ("E:", 1)]
    return [
        ('windows_service_state{name="Memurai",state="running"}', 1),
        ('windows_service_state{name="Memurai",state="stopped"}', 0),
        ('windows_service_state{name="Spooler",state="running"}', 0),
        *((f'windows_logical_disk_free_bytes{{volume="{volume}"}}', free * 1e9) for volume, free in volumes),
        *((f'windows_logical_disk_size_bytes{{volume="{volume}"}}', 100e9) for volume, _ in volumes),
        ('windows_cpu_time_total{core="0,0",mode="idle"}', 0.9 * time.time()),
        ("windows_memory_available_bytes", 8e9),
        ("windows_textfile_scrape_error", 0),
    ]


def backup_samples(*, is_copied: bool) -> list[tuple[str, float]]:
    """What the backup job writes."""
    hour_ago = time.time() - 3600
    values = {
        "backup_last_run_timestamp_seconds": hour_ago,
        "backup_last_exit_code": 0 if is_copied else 2,
        "backup_last_success_timestamp_seconds": hour_ago,
        "backup_duration_seconds": 4,
        "backup_size_bytes": 1e6,
        "backup_keys": 1000,
        "backup_good_backups": 7,
        "backup_future_backups": 0,
        "backup_copy_ok": int(is_copied),
        "backup_unproven": 0,
        "rehearsal_last_run_timestamp_seconds": hour_ago,
        "rehearsal_last_ok": 1,
        "rehearsal_last_success_timestamp_seconds": hour_ago,
        "rehearsal_duration_seconds": 6,
    }
    return [(f'memurai_{name}{{instance_name="Memurai"}}', value) for name, value in values.items()]


def health_samples() -> list[tuple[str, float]]:
    """What of the health check the pack uses."""
    values = {
        "health_check_timestamp_seconds": time.time() - 60,
        "health_status": 0,
        "service_running": 1,
        "maxclients": 10000,
    }
    checks = [(f'memurai_health_check{{instance_name="Memurai",check="{name}"}}', 0.0) for name in ("memory", "backup")]
    disks = [
        ('memurai_disk_free_bytes{instance_name="Memurai",volume="C:"}', 60e9),
        ('memurai_disk_size_bytes{instance_name="Memurai",volume="C:"}', 100e9),
    ]
    return [*((f'memurai_{name}{{instance_name="Memurai"}}', value) for name, value in values.items()), *checks, *disks]
