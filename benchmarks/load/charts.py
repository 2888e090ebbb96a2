"""The geometry of the report's charts: what stands where, in the units of an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 30
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
PERCENTS = (1, 25, 50, 75, 95)
BAR_HEIGHT, BAR_GAP, BAR_LEFT, BAR_RIGHT = 22, 10, 130, 190


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where, and what is written beside it."""

    position: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Response times of a variant, as the points of an SVG polyline."""

    variant: str
    points: str


@dataclass(frozen=True)
class ResponseTimes:
    """The chart of response times: percent to the right, milliseconds upwards on a logarithmic scale."""

    curves: list[Curve]
    across: list[Tick]
    upwards: list[Tick]


@dataclass(frozen=True)
class Bar:
    """Requests a second of a variant: where its bars stand, how long the answered and the failed part are."""

    variant: str
    top: float
    answered: float
    failed: float
    label: str


def response_times(variants: dict[str, Sequence[float]]) -> ResponseTimes:
    """Return the chart of response times.

    variants: milliseconds of the 1st to the 99th percent, and the slowest, by variant.
    """
    shown = [max(1.0, value) for values in variants.values() for value in values]
    lowest, highest = 0, max(1, math.ceil(math.log10(max(shown))))

    def height(milliseconds: float) -> float:
        share = (math.log10(max(1.0, milliseconds)) - lowest) / (highest - lowest)
        return round(TOP + PLOT_HEIGHT * (1 - share), 1)

    curves = [
        Curve(variant, " ".join(f"{across(percent)},{height(value)}" for percent, value in enumerate(values, 1)))
        for variant, values in variants.items()
    ]
    upwards = [Tick(height(10**power), f"{10**power:,} ms") for power in range(lowest, highest + 1)]
    return ResponseTimes(curves, [Tick(across(percent), f"p{percent}") for percent in PERCENTS], upwards)


def across(percent: int) -> float:
    """Return where a percent stands."""
    return round(LEFT + PLOT_WIDTH * percent / 100, 1)


def throughput(variants: dict[str, tuple[float, float]]) -> list[Bar]:
    """Return the bars of requests a second.

    variants: those answered well and those that failed, each second, by variant.
    """
    longest = max(answered + failed for answered, failed in variants.values())
    scale = (WIDTH - BAR_LEFT - BAR_RIGHT) / longest
    bars = []
    for position, (variant, (answered, failed)) in enumerate(variants.items()):
        label = f"{answered:,.0f}/s" + (f" and {failed:,.0f}/s failed" if failed else "")
        top = position * (BAR_HEIGHT + BAR_GAP)
        bars.append(Bar(variant, top, round(answered * scale, 1), round(failed * scale, 1), label))
    return bars
