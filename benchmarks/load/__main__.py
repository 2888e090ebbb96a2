"""Run the load tests, headless: `make load`, or a few of them as `python -m benchmarks.load --scenario '1,000 users'`.

Writes results.json and report.html, and checks the criteria. Exit code: 0 all met, 1 one missed, 2 none missed but some
not counted because of the machine, 3 the load tests could not run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from benchmarks.load import criteria, report
from benchmarks.load.drives import check_machine, measure
from benchmarks.load.measurement import Measurement, Results, write_results
from benchmarks.load.processes import PROJECT, LoadTestError, Server, redis_server, server
from benchmarks.load.scenarios import VARIANTS, Scenario, named, quick

COULD_NOT_RUN = 3
PACKAGES = ("redis", "hiredis", "fastapi", "uvicorn", "httptools", "uvloop", "locust")


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", default=[], metavar="NAME", help="only this one (repeatable)")
    parser.add_argument("--quick", action="store_true", help="a few users for a moment: shows that the load tests work")
    parser.add_argument("--directory", type=Path, default=PROJECT / "build" / "load", help="for the results")
    return parser.parse_args()


def conditions() -> dict[str, str]:
    """Return what the figures were measured on."""
    packages = " ".join(f"{package} {version(package)}" for package in PACKAGES)
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()} {platform.release()}",
        "load average before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "versions": f"Python {platform.python_version()} {packages}",
    }


def run(scenarios: Iterable[Scenario]) -> Iterator[Measurement]:
    """Run scenarios, those in a row with as many processes on the same servers."""
    with redis_server() as (redis, environment):
        for workers, group in groupby(scenarios, lambda scenario: scenario.workers):
            with ExitStack() as stack:
                servers = {v: stack.enter_context(server(v, workers, environment)) for v in VARIANTS}
                for running in servers.values():
                    running.wait()
                for scenario in group:
                    yield from run_rounds(scenario, servers, redis.pid)


def run_rounds(scenario: Scenario, servers: dict[str, Server], redis_pid: int) -> Iterator[Measurement]:
    """Run all rounds of a scenario; in each round every variant in turn, so that the machine is the same for all."""
    for number in range(1, scenario.rounds + 1):
        for variant, running in servers.items():
            yield measure(scenario, running, variant, number, redis_pid)


def main() -> int:
    """Run the load tests and return the exit code."""
    chosen = arguments()
    try:
        scenarios = [quick(s) if chosen.quick else s for s in named(chosen.scenario)]
        check_machine(scenarios)
        results = Results(conditions(), chosen.quick, scenarios)
        for measurement in run(scenarios):
            print(measurement, flush=True)
            results.measurements.append(measurement)
    except (LoadTestError, ValueError) as error:
        print(error, file=sys.stderr)
        return COULD_NOT_RUN
    chosen.directory.mkdir(parents=True, exist_ok=True)
    verdicts = criteria.judge(results)
    write_results(results, chosen.directory / "results.json")
    (chosen.directory / "report.html").write_text(report.page(results, verdicts), encoding="utf-8")
    print(f"\n{chosen.directory / 'report.html'}\n\n{criteria.summary(verdicts)}")
    return criteria.exit_code(verdicts)


if __name__ == "__main__":
    sys.exit(main())
