"""Panels of a Grafana dashboard, as its JSON model has them.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from memurai.monitoring.yaml_text import Value

GRID_WIDTH = 24
PANEL_HEIGHT = 7
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

GOOD, BAD, WORST, NEUTRAL = "green", "orange", "red", "blue"

Kind = Literal["timeseries", "stat", "table", "state-timeline"]


@dataclass(frozen=True)
class Query:
    """A query and the name of its lines, in which `{{label}}` may stand."""

    expression: str
    legend: str = "{{instance}}"


@dataclass(frozen=True)
class Panel:
    """A panel.

    unit: Grafana's name of the unit, e.g. `bytes`, `percent`.
    levels: colour from each value on; the first is the colour below all of them.
    names: what stands for a value, e.g. 1: ok.
    width: of 24.
    """

    title: str
    kind: Kind
    unit: str
    queries: Sequence[Query]
    levels: Sequence[tuple[float | None, str]] = ((None, NEUTRAL),)
    names: Mapping[int, str] = field(default_factory=dict)
    width: int = 6

    def model(self, identifier: int, x: int, y: int) -> dict[str, Value]:
        """Return the panel as Grafana takes it.

        identifier: its number in the dashboard.
        x, y: where it stands in the grid.
        """
        return {
            "id": identifier,
            "type": self.kind,
            "title": self.title,
            "datasource": DATASOURCE,
            "gridPos": {"h": PANEL_HEIGHT, "w": self.width, "x": x, "y": y},
            "fieldConfig": {"defaults": self._defaults(), "overrides": []},
            "options": self._options(),
            "targets": [self._target(number, query) for number, query in enumerate(self.queries)],
        }

    def _defaults(self) -> dict[str, Value]:
        steps: list[Value] = [{"value": value, "color": color} for value, color in self.levels]
        mappings: list[Value] = [
            {"type": "value", "options": {str(value): {"text": text, "index": index}}}
            for index, (value, text) in enumerate(self.names.items())
        ]
        shown = {"thresholdsStyle": {"mode": "line" if len(steps) > 1 else "off"}} if self.kind == "timeseries" else {}
        return {
            "unit": self.unit,
            "color": {"mode": "palette-classic" if self.kind == "timeseries" else "thresholds"},
            "thresholds": {"mode": "absolute", "steps": steps},
            "mappings": mappings,
            "custom": shown,
        }

    def _options(self) -> dict[str, Value]:
        if self.kind == "stat":
            return {
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "colorMode": "background",
                "graphMode": "none",
                "textMode": "value_and_name",
            }
        if self.kind == "timeseries":
            return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
        return {}

    def _target(self, number: int, query: Query) -> dict[str, Value]:
        of_now = self.kind in ("stat", "table")
        return {
            "refId": chr(ord("A") + number),
            "datasource": DATASOURCE,
            "expr": query.expression,
            "legendFormat": query.legend,
            "instant": of_now,
            "range": not of_now,
            "format": "table" if self.kind == "table" else "time_series",
        }


@dataclass(frozen=True)
class Row:
    """A row of the dashboard: a title, and the panels below it."""

    title: str
    panels: Sequence[Panel]


def models(rows: Sequence[Row]) -> list[Value]:
    """Return the rows one below the other, each panel right of the one before while there is room."""
    laid: list[Value] = []
    y = 0
    for row in rows:
        grid = {"h": 1, "w": GRID_WIDTH, "x": 0, "y": y}
        number = len(laid) + 1
        laid.append(
            {"id": number, "type": "row", "title": row.title, "collapsed": False, "gridPos": grid, "panels": []}
        )
        for panel, x, line in _places(row.panels):
            laid.append(panel.model(len(laid) + 1, x, y + 1 + line * PANEL_HEIGHT))
            bottom = y + 1 + (line + 1) * PANEL_HEIGHT
        y = bottom
    return laid


def _places(panels: Sequence[Panel]) -> Iterator[tuple[Panel, int, int]]:
    """Yield each panel, where it begins, and in which line."""
    x = line = 0
    for panel in panels:
        if x + panel.width > GRID_WIDTH:
            x, line = 0, line + 1
        yield panel, x, line
        x += panel.width
