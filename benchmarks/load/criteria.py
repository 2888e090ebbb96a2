"""Check results against the guide's success criteria: `python -m benchmarks.load.criteria RESULTS.json`.

Exit code: 0 all met, 1 one missed, 2 none missed but some not counted because of the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.load.measurement import Results, read_results, short
from benchmarks.load.scenarios import BARE, CLIENT, NO_OPERATION

NO_OPERATION_P95_MILLISECONDS = 20
MET, MISSED, NOT_COUNTED = "met", "missed", "not counted"
ALL_MET, ONE_MISSED, SOME_NOT_COUNTED = 0, 1, 2
UNITS = {"failed_percent": "% failed", "utilization_percent": "% of the pool", "exhausted": "calls without connection"}


@dataclass(frozen=True)
class Criterion:
    """A figure of memurai_client in a scenario, and its bound.

    figure: "p95" (milliseconds) or a property of Measurement. source: who asks for it, and why if it is not the guide.
    against: the variant by whose figure it is divided. at_least: whether the bound is the least, else the most.
    depends_on_machine: whether it counts only where the endpoint that does nothing is fast.
    """

    scenario: str
    figure: str
    bound: float
    source: str
    against: str | None = None
    at_least: bool = False
    depends_on_machine: bool = True

    @property
    def title(self) -> str:
        """What is asked, in words."""
        if self.against:
            return f"{self.scenario}: at least {self.bound:g} times the requests/s of {self.against}"
        figure = "" if self.figure in UNITS else f"{self.figure} "
        return f"{self.scenario}: {figure}at most {short(self.bound)} {self.unit}"

    @property
    def unit(self) -> str:
        """The figure's unit."""
        return "times" if self.against else UNITS.get(self.figure, "ms")

    def found(self, results: Results) -> float:
        """Return the figure, the median of all rounds; a ratio is that of each round."""
        ours = results.figures(self.scenario, CLIENT, self.figure)
        if not self.against:
            return median(ours)
        others = results.figures(self.scenario, self.against, self.figure)
        return median(our / other for our, other in zip(ours, others, strict=True))

    def is_met(self, found: float) -> bool:
        """Return whether a figure is within the bound."""
        return found >= self.bound if self.at_least else found <= self.bound


@dataclass(frozen=True)
class Verdict:
    """What became of a criterion; reason: why it is not counted, else empty."""

    criterion: Criterion
    found: float
    status: str
    reason: str = ""


GUIDE = "the guide"
TENTH = "a tenth of the guide's 1,560 ms"
UTILIZATION = (
    "replaces the guide's 15-40 %, which a healthy server can't show: connections in use are calls a second times the "
    "time of a call, a few of 160 at this load, so that 15 % means that calls have become slow. The upper bound stays"
)
EXPECTED_FAILURES = "the guide has 0 failures at 1,000 users, and this library none at any number"
INTERLEAVED = (
    "both in the same run, round by round, so that it counts on a busy machine too. There is no bound on its latency: "
    "users without a pause take all the time there is, so that more users wait longer whatever the server does"
)


def no_failures(scenario: str) -> Criterion:
    """Return the criterion that no request fails, which no machine excuses."""
    return Criterion(scenario, "failed_percent", 0, EXPECTED_FAILURES, depends_on_machine=False)


def faster(scenario: str, times: float) -> Criterion:
    """Return the criterion that a server answers so many times the requests that it does on redis-py's own pool."""
    return Criterion(scenario, "requests_per_second", times, INTERLEAVED, BARE, at_least=True, depends_on_machine=False)


CRITERIA = (
    no_failures("500 users"),
    no_failures("1,000 users"),
    Criterion("1,000 users", "p50", 50, GUIDE),
    Criterion("1,000 users", "p95", 300, GUIDE),
    Criterion("1,000 users", "p95", 156, TENTH),
    Criterion("1,000 users", "p99", 1_000, GUIDE),
    Criterion("1,000 users", "utilization_percent", 40, UTILIZATION),
    Criterion("1,000 users", "exhausted", 0, GUIDE, depends_on_machine=False),
    no_failures("2,000 users"),
    Criterion("2,000 users", "p95", 300, "the guide's bound for 1,000, here with two processes"),
    no_failures("10,000 users"),
    no_failures("1,000 in a closed loop (locust)"),
    faster("1,000 in a closed loop (locust)", 1.3),
    no_failures("1,000 in a closed loop (wrk)"),
    faster("1,000 in a closed loop (wrk)", 2),
)


def judge(results: Results) -> list[Verdict]:
    """Return the verdict of each criterion whose scenario was run."""
    run = {scenario.name for scenario in results.scenarios}
    return [verdict(criterion, results) for criterion in CRITERIA if criterion.scenario in run]


def verdict(criterion: Criterion, results: Results) -> Verdict:
    """Return the verdict of one criterion."""
    found, reason = criterion.found(results), reason_not_to_count(criterion, results)
    if reason:
        return Verdict(criterion, found, NOT_COUNTED, reason)
    return Verdict(criterion, found, MET if criterion.is_met(found) else MISSED)


def reason_not_to_count(criterion: Criterion, results: Results) -> str:
    """Return why a figure says nothing about the library, empty when it does."""
    if results.quick and (criterion.depends_on_machine or criterion.against):
        return "the short version measures nothing"
    p95 = median(results.figures(criterion.scenario, NO_OPERATION, "p95"))
    most = NO_OPERATION_P95_MILLISECONDS
    if criterion.depends_on_machine and p95 > most:
        return f"too busy: an endpoint that does nothing had a p95 of {short(p95)} ms, {most} at most"
    return ""


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return all verdicts in words."""
    lines = []
    for given in verdicts:
        criterion = given.criterion
        lines.append(f"{given.status:12} {criterion.title}: {short(given.found)}")
        lines.extend(f"{'':12}   {note}" for note in (given.reason, criterion.source) if note and note != GUIDE)
    return "\n".join(lines)


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """Return what the process that judged should answer."""
    statuses = {given.status for given in verdicts}
    if MISSED in statuses:
        return ONE_MISSED
    return SOME_NOT_COUNTED if NOT_COUNTED in statuses else ALL_MET


def main() -> int:
    """Print the verdicts of a file of results and return the exit code."""
    verdicts = judge(read_results(Path(sys.argv[1])))
    print(summary(verdicts))
    return exit_code(verdicts)


if __name__ == "__main__":
    sys.exit(main())
