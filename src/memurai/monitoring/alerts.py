"""What an alert is, and the example in which it fires and the one in which it does not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from memurai.monitoring.yaml_text import Value

# Names of the jobs of the scrape configuration: redis_exporter at the servers and at the Sentinels, windows_exporter.
SERVER_JOB = "memurai"
SENTINEL_JOB = "memurai_sentinel"
WINDOWS_JOB = "memurai_windows"

# Selectors of what these jobs bring.
SERVER = f'{{job="{SERVER_JOB}"}}'
SENTINEL = f'{{job="{SENTINEL_JOB}"}}'

# Minutes by which a host's clock may be ahead of Prometheus'. What is more in the future has no age.
CLOCK_MINUTES = 5

# Labels that all series of one host have in common, whichever exporter they come from.
HOST = "deployment, instance"

Severity = Literal["critical", "warning", "info"]
Step = Literal["1m", "1h"]


@dataclass(frozen=True)
class Series:
    """A series of an example.

    values: in promtool's notation, one at each step: `1+2x3` is 1, 3, 5, 7; `_` is no value.
    """

    metric: str
    labels: dict[str, str]
    values: str

    @property
    def notation(self) -> dict[str, Value]:
        """The series as promtool takes it."""
        labels = ",".join(f'{name}="{value}"' for name, value in self.labels.items())
        return {"series": f"{self.metric}{{{labels}}}", "values": self.values}


def server(metric: str, values: str, **labels: str) -> Series:
    """Return a series of redis_exporter at a server."""
    return _series(SERVER_JOB, metric, values, labels)


def sentinel(metric: str, values: str, **labels: str) -> Series:
    """Return a series of redis_exporter at a Sentinel."""
    return _series(SENTINEL_JOB, metric, values, labels)


def windows(metric: str, values: str, **labels: str) -> Series:
    """Return a series of windows_exporter itself."""
    return _series(WINDOWS_JOB, metric, values, labels)


def text_file(metric: str, values: str, **labels: str) -> Series:
    """Return a series that a job on the host wrote into a text file for windows_exporter."""
    return _series(WINDOWS_JOB, metric, values, {"instance_name": "Memurai", **labels})


def _series(job: str, metric: str, values: str, labels: dict[str, str]) -> Series:
    return Series(metric, {"deployment": "prod", "instance": "cache1", "job": job, **labels}, values)


@dataclass(frozen=True)
class Example:
    """Series at a moment.

    at: the moment, counted from the first value: `5m`.
    """

    at: str
    series: Sequence[Series]


@dataclass(frozen=True)
class Alert:
    """An alert.

    hold: how long its expression holds before it fires, in Prometheus' notation.
    expression: PromQL.
    summary: one line, in which `$labels.NAME` and `printf "%.0f" $value` of Prometheus' templates may stand.
    meaning: what it says, with its figure, in a sentence.
    action: what to do.
    fires, quiet: the examples.
    value: what the expression comes to when it fires.
    keeps: labels of the alert; None: all of the first series of the example.
    step: from one value of the examples to the next; hours for what takes days, which would take minutes to test.
    """

    name: str
    severity: Severity
    hold: str
    expression: str
    summary: str
    meaning: str
    action: str
    fires: Example
    quiet: Example
    value: float = 0
    keeps: tuple[str, ...] | None = None
    step: Step = "1m"

    @property
    def rule(self) -> dict[str, Value]:
        """The alert as a rule of Prometheus."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.hold,
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "description": self.meaning, "action": self.action},
        }

    def tests(self) -> Iterator[dict[str, Value]]:
        """Yield its two cases for `promtool test rules`."""
        yield self._test("fires", self.fires, [self._firing()])
        yield self._test("quiet", self.quiet, [])

    def _test(self, outcome: str, example: Example, expected: Sequence[Value]) -> dict[str, Value]:
        return {
            "name": f"{self.name} {outcome}",
            "interval": self.step,
            "input_series": [series.notation for series in example.series],
            "alert_rule_test": [{"eval_time": example.at, "alertname": self.name, "exp_alerts": expected}],
        }

    def _firing(self) -> dict[str, Value]:
        labels = self.fires.series[0].labels
        kept = {name: labels[name] for name in (labels if self.keeps is None else self.keeps)}
        summary = _filled(self.summary, kept, self.value)
        return {
            "exp_labels": {"severity": self.severity, **kept},
            "exp_annotations": {"summary": summary, "description": self.meaning, "action": self.action},
        }


def _filled(template: str, labels: dict[str, str], value: float) -> str:
    """Return a summary as Prometheus fills it in."""
    text = re.sub(r"{{ \$labels\.(\w+) }}", lambda match: labels[match[1]], template)
    return re.sub(r'{{ printf "(%\.\df)" \$value }}', lambda match: match[1] % value, text)
