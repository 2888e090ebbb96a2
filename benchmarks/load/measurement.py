"""What a drive of a load at one variant found, and how it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from pydantic import TypeAdapter

from benchmarks.load.scenarios import Scenario


@dataclass(frozen=True)
class Connections:
    """The connections of a server's processes while it was measured.

    size: how many there may be, of all processes. mean, peak: in use at the same time. exhausted: calls that got none.
    """

    size: int
    mean: float
    peak: int
    exhausted: int


@dataclass(frozen=True)
class Drive:
    """What the driver counted.

    started, ended: seconds since 1970 between which it measured. failures: how many of each kind. percentiles: response
    times in milliseconds of the 1st to the 99th percent, then the slowest.
    """

    started: float
    ended: float
    requests: int
    failed: int
    failures: dict[str, int]
    percentiles: list[float]

    @property
    def seconds(self) -> float:
        """How long it measured."""
        return self.ended - self.started


@dataclass(frozen=True)
class Measurement:
    """One drive of a scenario at a variant, with what it cost.

    round: from 1. cores: processor cores that driver, server, redis and everything else on the machine kept busy.
    connections: None for the endpoint that does nothing.
    """

    scenario: str
    variant: str
    round: int
    drive: Drive
    cores: dict[str, float]
    connections: Connections | None

    @property
    def requests_per_second(self) -> float:
        """How many requests were answered well each second."""
        return (self.drive.requests - self.drive.failed) / self.drive.seconds

    @property
    def server_milliseconds(self) -> float:
        """How much processor time of the server a request took."""
        return 1000 * self.cores["server"] * self.drive.seconds / self.drive.requests

    @property
    def utilization_percent(self) -> float:
        """How much of the pool was in use on average."""
        return 100 * self.pool.mean / self.pool.size

    @property
    def exhausted(self) -> int:
        """How many calls got no connection."""
        return self.pool.exhausted

    @property
    def pool(self) -> Connections:
        """Its connections.

        Raises ValueError when the server had none.
        """
        if self.connections is None:
            raise ValueError(f"{self.scenario}: {self.variant} has no connections")
        return self.connections

    @property
    def failed_percent(self) -> float:
        """How many of a hundred requests failed."""
        return 100 * self.drive.failed / self.drive.requests

    def __str__(self) -> str:
        """What a reader of the run's output sees of it."""
        p50, p95, p99 = (short(self.drive.percentiles[percent - 1]) for percent in (50, 95, 99))
        busy = ", ".join(f"{name} {cores:.2f}" for name, cores in self.cores.items())
        return (
            f"{self.scenario:32} {self.variant:15} {self.requests_per_second:7,.0f}/s  p50/p95/p99 {p50}/{p95}/{p99} ms"
            f"  {self.drive.failed} failed  (cores: {busy})"
        )


def short(number: float) -> str:
    """Return a number as people read it: three digits, or all whole ones."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"  # noqa: PLR2004  # the least with three whole digits


def percentiles(times: Mapping[float, int]) -> list[float]:
    """Return the response times of the 1st to the 99th percent and the slowest (milliseconds), of times and counts.

    Without any time there are none.
    """
    ordered, total = sorted(times.items()), sum(times.values())
    result, seen, position = [], 0, -1
    for percent in range(1, 101) if times else ():
        while seen < total * percent / 100:
            position += 1
            seen += ordered[position][1]
        result.append(ordered[position][0])
    return result


def connections(lines: Iterable[Iterable[str]], started: float, ended: float) -> Connections | None:
    """Return the connections in use between two times, from each process's lines; None when there are no lines."""
    processes = [[json.loads(line) for line in process] for process in lines]
    within = [[line for line in process if started <= line["at"] <= ended + 1] for process in processes]
    if not within or not all(within):
        return None
    return Connections(
        size=sum(samples[0]["size"] for samples in within),
        mean=sum(fmean(sample["mean"] for sample in samples) for samples in within),
        peak=sum(max(sample["peak"] for sample in samples) for samples in within),
        exhausted=sum(samples[-1]["exhausted"] - samples[0]["exhausted"] for samples in within),
    )


@dataclass(frozen=True)
class Results:
    """Everything that a run of the load tests found.

    conditions: machine, versions, time. quick: whether it was the short version, which measures nothing.
    """

    conditions: dict[str, str]
    quick: bool
    scenarios: list[Scenario]
    measurements: list[Measurement] = field(default_factory=list)

    def of(self, scenario: str, variant: str) -> list[Measurement]:
        """Return all rounds of a scenario at a variant."""
        return [m for m in self.measurements if (m.scenario, m.variant) == (scenario, variant)]

    def figures(self, scenario: str, variant: str, name: str) -> list[float]:
        """Return a figure of all rounds: "p95", or the name of a property of Measurement."""
        return [figure(measurement, name) for measurement in self.of(scenario, variant)]


RESULTS = TypeAdapter(Results)


def figure(measurement: Measurement, name: str) -> float:
    """Return a figure of a measurement: "p95" (milliseconds) and the like, or the name of a property."""
    if name.startswith("p") and name[1:].isdigit():
        return measurement.drive.percentiles[int(name[1:]) - 1]
    return float(getattr(measurement, name))


def write_results(results: Results, path: Path) -> None:
    """Write everything as JSON."""
    path.write_bytes(RESULTS.dump_json(results, indent=1))


def read_results(path: Path) -> Results:
    """Read what `write_results` wrote.

    Raises pydantic.ValidationError when it is anything else.
    """
    return RESULTS.validate_json(path.read_bytes())
