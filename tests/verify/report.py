"""The report at the end of a verification: what was proven on which host, in words."""

from __future__ import annotations

from collections import defaultdict

import pytest

WORDS = {"passed": "proven", "failed": "FAILED", "skipped": "not tried"}


class Report:
    """Collect the outcome of every check and print one list a host.

    inventory: path of the inventory, for the heading.
    """

    def __init__(self, inventory: str) -> None:
        self._inventory = inventory
        self._outcomes: dict[str, list[tuple[str, str, str]]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> pytest.TestReport:
        report: pytest.TestReport = yield
        is_outcome = report.when == "call" or report.outcome != "passed"
        if is_outcome and report.when != "teardown":
            self._outcomes[self._host(item)].append((report.outcome, statement(item), reason(report)))
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"Verification of {self._inventory}")
        for host, outcomes in sorted(self._outcomes.items()):
            proven = sum(outcome == "passed" for outcome, _, _ in outcomes)
            terminalreporter.write_line(f"{host}: {proven} of {len(outcomes)} proven")
            for outcome, text, why in outcomes:
                terminalreporter.write_line(f"  {WORDS[outcome]:9}  {text}{f' ({why})' if why else ''}")

    @staticmethod
    def _host(item: pytest.Item) -> str:
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
