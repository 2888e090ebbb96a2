"""Drive a scenario's load at a server, with locust or wrk, and count what comes back."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load.measurement import Drive, Measurement, connections, percentiles
from benchmarks.load.processes import LoadTestError, ProcessorTimes, Server
from benchmarks.load.scenarios import NO_OPERATION, Scenario

HERE = Path(__file__).resolve().parent
SAMPLE_SECONDS = 0.25
WARM_UP_SECONDS = 1
# Beside a connection for each user: files, pipes, connections to redis.
OTHER_FILES = 500


def check_machine(scenarios: list[Scenario]) -> None:
    """Allow as many open files as there are, and check that it is enough and that all programs are there.

    Raises LoadTestError when something is missing.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    needed = max(scenario.users for scenario in scenarios) + OTHER_FILES
    if most < needed:
        raise LoadTestError(f"expected to be allowed {needed} open files but found {most}: raise it with `ulimit -Hn`")
    programs = ["redis-server", *{"wrk" for scenario in scenarios if scenario.driver == "wrk"}]
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        packages = " ".join(missing)
        raise LoadTestError(f"{' and '.join(missing)} not found on PATH: install it (`apt-get install {packages}`)")


def measure(scenario: Scenario, server: Server, variant: str, number: int, redis_pid: int) -> Measurement:
    """Drive a scenario at the server of a variant.

    number: of the round, from 1. redis_pid: the redis-server's process.
    Raises LoadTestError when the driver fails.
    """
    drive_it = {"locust": locust, "wrk": wrk}[scenario.driver]
    drive, times = drive_it(scenario, server, variant, {"server": server.process.pid, "redis": redis_pid})
    if not drive.requests:
        raise LoadTestError(f"{scenario.name} at {variant}: expected answers but there was none: {drive.failures}")
    used = connections(server.watched(), drive.started, drive.ended)
    return Measurement(scenario.name, variant, number, drive, times.cores(drive.started, drive.ended), used)


def locust(scenario: Scenario, server: Server, variant: str, others: dict[str, int]) -> tuple[Drive, ProcessorTimes]:
    """Let locust's users think and ask, and count from when all of them began."""
    with tempfile.TemporaryDirectory() as directory:
        result = Path(directory, "result.json")
        _, times = run(
            [
                *(sys.executable, "-m", "locust", "--headless", "--only-summary", "--reset-stats"),
                *("--locustfile", str(HERE / "locustfile.py"), "--host", server.url, "--result", str(result)),
                *("--users", str(scenario.users), "--spawn-rate", str(scenario.spawn_rate)),
                *("--measure-seconds", str(scenario.seconds), "--exit-code-on-error", "0"),
                *("--think-seconds", ",".join(map(str, scenario.think_seconds)), "--loglevel", "WARNING"),
                "NoOperation" if variant == NO_OPERATION else "AuthenticationLoadTest",
            ],
            others,
        )
        counted = json.loads(result.read_text(encoding="utf-8"))
    milliseconds = {float(time): count for time, count in counted.pop("response_milliseconds").items()}
    return Drive(**counted, percentiles=percentiles(milliseconds)), times


def wrk(scenario: Scenario, server: Server, variant: str, others: dict[str, int]) -> tuple[Drive, ProcessorTimes]:
    """Let wrk validate one token over so many connections, after a moment that warms them up."""
    path, environment = "/noop", {}
    if variant != NO_OPERATION:
        path = "/validate"
        environment = {"LOAD_AUTHORIZATION": f"Bearer {server.ask('/login?user=wrk', 'POST')['token']}"}
    command = ["wrk", "--threads", "1", "--connections", str(scenario.users), "--timeout", "30s"]
    command += ["--latency", "--script", str(HERE / "wrk.lua"), server.url + path]
    run([*command, "--duration", f"{WARM_UP_SECONDS}s"], others, environment)
    started = time.time()
    output, times = run([*command, "--duration", f"{scenario.seconds}s"], others, environment)
    counted = json.loads(output.partition("RESULT ")[2].splitlines()[0])
    failures = {f"{kind} by the server": counted[kind] for kind in ("refused", "unanswered") if counted[kind]}
    return (
        Drive(
            started=started,
            ended=started + counted["seconds"],
            requests=counted["requests"] + counted["unanswered"],
            failed=counted["refused"] + counted["unanswered"],
            failures=failures,
            percentiles=[*counted["percentiles"], counted["slowest"]],
        ),
        times,
    )


def run(
    command: list[str], others: dict[str, int], environment: dict[str, str] | None = None
) -> tuple[str, ProcessorTimes]:
    """Run a driver and return its standard output, and the processor time that it and the others took.

    Raises LoadTestError when it fails.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        driver = subprocess.Popen(command, stdout=output, stderr=errors, env={**os.environ, **(environment or {})})
        times = ProcessorTimes({"driver": driver.pid, **others})
        try:
            while not has_ended(driver):
                times.sample()
        finally:
            driver.kill()
            driver.wait()
        output.seek(0)
        errors.seek(0)
        if driver.returncode:
            end = errors.read().decode(errors="replace")[-2000:]
            raise LoadTestError(f"{command[0]} ended with code {driver.returncode}:\n{end}")
        return output.read().decode(), times


def has_ended(driver: subprocess.Popen[bytes]) -> bool:
    """Wait for the time of a sample, and return whether a driver ended meanwhile."""
    try:
        driver.wait(SAMPLE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True
