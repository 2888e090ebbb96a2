"""The report at the end of a verification: what was proven on which host, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

WORDS = {"passed": "proven", "failed": "FAILED", "skipped": "not tried"}


class Report:
    """Collect the outcome of every check and print one list a host.

    inventory: path of the inventory, for the heading. obstacles: why a host can't be verified at all, by its name.
    """

    def __init__(self, inventory: str, obstacles: Mapping[str, str]) -> None:
        self._inventory = inventory
        self._obstacles = obstacles
        self._outcomes: dict[str, list[tuple[str, str, str]]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> pytest.TestReport:
        report: pytest.TestReport = yield
        is_outcome = report.when == "call" or report.outcome != "passed"
        if is_outcome and report.when != "teardown":
            self._outcomes[host_name(item)].append((report.outcome, statement(item), reason(report)))
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"Verification of {self._inventory}")
        for host, outcomes in sorted(self._outcomes.items()):
            if host in self._obstacles:
                terminalreporter.write_line(f"{host}: nothing could be proven: {self._obstacles[host]}")
                continue
            proven = sum(outcome == "passed" for outcome, _, _ in outcomes)
            terminalreporter.write_line(f"{host}: {proven} of {len(outcomes)} proven")
            for outcome, text, why in outcomes:
                terminalreporter.write_line(f"  {WORDS[outcome]:9}  {text}{f' ({why})' if why else ''}")


def host_name(item: pytest.Item) -> str:
    """Return the short name of the host that a check is for."""
    parameters = getattr(item, "callspec", None)
    return str(parameters.id).rsplit("://", 1)[-1] if parameters else "(no host)"


def statement(item: pytest.Item) -> str:
    """Return what a check proves: the first line of its docstring."""
    text = getattr(getattr(item, "function", None), "__doc__", None) or item.name
    return str(text).strip().splitlines()[0].rstrip(".")


def reason(report: pytest.TestReport) -> str:
    """Return why a check was not tried."""
    if report.outcome != "skipped" or not isinstance(report.longrepr, tuple):
        return ""
    return str(report.longrepr[2]).removeprefix("Skipped: ")
