"""The report of the load tests: one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import jinja2

from benchmarks.load import charts
from benchmarks.load.criteria import NO_OPERATION_P95_MILLISECONDS, Verdict
from benchmarks.load.measurement import Results, short
from benchmarks.load.scenarios import VARIANT_TITLES, VARIANTS, Scenario

TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

TEMPLATES.filters["short"] = short


def page(results: Results, verdicts: Sequence[Verdict]) -> str:
    """Return the report."""
    sections = [section(results, scenario) for scenario in results.scenarios]
    return TEMPLATES.get_template("report.html.j2").render(
        results=results,
        verdicts=verdicts,
        sections=sections,
        titles=VARIANT_TITLES,
        charts=charts,
        bound=NO_OPERATION_P95_MILLISECONDS,
    )


def section(results: Results, scenario: Scenario) -> dict[str, object]:
    """Return what the report shows of a scenario, medians of its rounds."""
    rounds = {variant: results.of(scenario.name, variant) for variant in VARIANTS}
    curves = {
        variant: [median(values) for values in zip(*(m.drive.percentiles for m in found), strict=True)]
        for variant, found in rounds.items()
    }
    bars = {
        variant: (
            median(m.requests_per_second for m in found),
            median(m.drive.failed / m.drive.seconds for m in found),
        )
        for variant, found in rounds.items()
    }
    return {
        "scenario": scenario,
        "rounds": rounds,
        "times": charts.response_times(curves),
        "bars": charts.throughput(bars),
    }
