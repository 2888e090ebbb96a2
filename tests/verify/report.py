"""The report at the end of a verification: what was proven on which host, in words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

WORDS = {"passed": "proven", "failed": "FAILED", "skipped": "not tried"}


class Check(NamedTuple):
    """What came of one check; outcome: one of WORDS' values. reason: why it was not proven, else empty."""

    statement: str
    outcome: str
    reason: str


class Report:
    """Collect the outcome of every check and print one list a host.

    inventory: path of the inventory, for the heading. obstacles: why a host can't be verified at all, by its name.
    path: of a file that gets the same as JSON, if there is to be one.
    """

    def __init__(self, inventory: str, obstacles: Mapping[str, str], path: Path | None) -> None:
        self._inventory = inventory
        self._obstacles = obstacles
        self._path = path
        self._checks: dict[str, list[Check]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> pytest.TestReport:
        report: pytest.TestReport = yield
        is_outcome = report.when == "call" or report.outcome != "passed"
        if is_outcome and report.when != "teardown":
            self._checks[host_name(item)].append(Check(statement(item), WORDS[report.outcome], reason(report)))
        return report

    def pytest_sessionfinish(self) -> None:
        if self._path is None:
            return
        hosts = {
            host: {"obstacle": self._obstacles.get(host), "checks": [check._asdict() for check in checks]}
            for host, checks in sorted(self._checks.items())
        }
        self._path.write_text(f"{json.dumps({'inventory': self._inventory, 'hosts': hosts}, indent=2)}\n")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"Verification of {self._inventory}")
        for host, checks in sorted(self._checks.items()):
            if host in self._obstacles:
                terminalreporter.write_line(f"{host}: nothing could be proven: {self._obstacles[host]}")
                continue
            proven = sum(check.outcome == WORDS["passed"] for check in checks)
            terminalreporter.write_line(f"{host}: {proven} of {len(checks)} proven")
            for check in checks:
                # Why one failed stands above, whole.
                why = f" ({check.reason})" if check.outcome == WORDS["skipped"] and check.reason else ""
                terminalreporter.write_line(f"  {check.outcome:9}  {check.statement}{why}")


def host_name(item: pytest.Item) -> str:
    """Return the short name of the host that a check is for."""
    parameters = getattr(item, "callspec", None)
    return str(parameters.id).rsplit("://", 1)[-1] if parameters else "(no host)"


def statement(item: pytest.Item) -> str:
    """Return what a check proves: the first line of its docstring."""
    text = getattr(getattr(item, "function", None), "__doc__", None) or item.name
    return str(text).strip().splitlines()[0].rstrip(".")


def reason(report: pytest.TestReport) -> str:
    """Return why a check was not tried, or in one line why it failed."""
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    if report.outcome != "failed":
        return ""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).strip().partition("\n")[0].removeprefix("Failed: ")
