"""What all tests share: a network of its own for each process that runs tests side by side (pytest -n)."""

from __future__ import annotations

import os

import pytest

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
NETWORK = os.environ.get("WINLAB_NETWORK") or "127.77.0"

if WORKER is not None:
    # Practice hosts have fixed ports. Before the modules that read it are imported.
    third = NETWORK.rpartition(".")[2]
    os.environ["WINLAB_NETWORK"] = f"127.{80 + int(WORKER.removeprefix('gw'))}.{third}"


def pytest_configure() -> None:
    """Refuse a PowerShell that was asked for and is not there."""
    if os.environ.get("WINFRA_POWERSHELL"):
        from judge import why_none  # noqa: PLC0415  # not before the network is known

        why_none()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the drills to `make drills`, which asks for them: one or two of each kind are no drills by that name."""
    if "drill" in str(config.option.markexpr):
        return
    drills = [item for item in items if item.get_closest_marker("drill")]
    config.hook.pytest_deselected(items=drills)
    items[:] = [item for item in items if item not in drills]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what no real PowerShell has judged, and why."""
    from judge import JUDGED, why_none  # noqa: PLC0415  # not before the network is known

    names = [str(getattr(report, "nodeid", "")) for reports in terminalreporter.stats.values() for report in reports]
    if any(name.startswith(JUDGED) for name in names) and why_none():
        terminalreporter.section("not judged by a real PowerShell")
        reason = why_none().rstrip(".")
        terminalreporter.line(f"{' and '.join(JUDGED)} were answered in Python only: {reason}.")
