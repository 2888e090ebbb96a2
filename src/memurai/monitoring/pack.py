"""The files of the monitoring pack, and the documentation of its alerts."""

import json
from collections.abc import Mapping
from pathlib import Path

from memurai.exceptions import MonitoringPackError
from memurai.monitoring import scrape
from memurai.monitoring.alerts import Alert, Step
from memurai.monitoring.dashboard import dashboard
from memurai.monitoring.rules import alerts
from memurai.monitoring.yaml_text import Value, yaml_text
from memurai.settings.groups import BackupSettings, MonitoringSettings

# promtool evaluates a whole file at one pace.
TEST_FILES: dict[Step, str] = {"1m": "memurai-alerts-test.yml", "1h": "memurai-alerts-days-test.yml"}
DASHBOARD_FILE = "memurai-dashboard.json"

GENERATED = """\
# Generated from src/memurai/monitoring by `python -m memurai monitoring --directory files/monitoring`. Change it there.
"""
EXAMPLE = """\
# An example: put your own hosts here. Names without a port; `deployment` is the same for hosts that belong together.
# Where a server listens elsewhere than on 127.0.0.1:6379 (a Sentinel: 26379), __param_target says so.
"""

HEAD = """\
# Alerts

<!-- Generated from src/memurai/monitoring by `python -m memurai monitoring > docs/alerts.md`. Change it there. -->

What the alerts of `files/monitoring/memurai-alerts.yml` mean, and what to do. [monitoring.md](monitoring.md) says how
to install them. The figures are the defaults of `memurai_monitoring` in [settings.md](settings.md).

Each says the meaning in `description` and what to do in `action`, beside its `summary`, which names host and value.
"critical": somebody gets up at night. "warning": in working hours. "info": worth knowing when something else is wrong.
"""


def files(figures: MonitoringSettings, backups: BackupSettings) -> Mapping[str, str]:
    """Return the text of each file of the pack, by its path in the pack's folder.

    figures: from which figures on something is wrong.
    backups: how often a backup is rehearsed.
    """
    groups = alerts(figures, backups)
    return {
        scrape.RULES_FILE: GENERATED + yaml_text({"groups": _rule_groups(groups)}),
        **{name: GENERATED + yaml_text(_tests(groups, step)) for step, name in TEST_FILES.items()},
        "prometheus.yml": GENERATED + yaml_text(scrape.prometheus_configuration()),
        scrape.SERVERS_FILE: EXAMPLE + yaml_text(scrape.example_servers()),
        scrape.SENTINELS_FILE: EXAMPLE + yaml_text(scrape.example_sentinels()),
        DASHBOARD_FILE: json.dumps(dashboard(figures), indent=2) + "\n",
    }


def write(directory: Path) -> str:
    """Write the pack with the default figures into a folder, and return its files' paths, one a line.

    directory: the folder; it is made if it is missing, and what the pack has there is overwritten.
    Raises MonitoringPackError when something there can't be written.
    """
    pack = files(MonitoringSettings(), BackupSettings())
    try:
        for name, text in pack.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    except OSError as error:
        raise MonitoringPackError(
            f"expected to write the monitoring pack into {directory}, found: {error}; name a folder that you may change"
        ) from error
    return "".join(f"{directory / name}\n" for name in pack)


def alert_reference() -> str:
    """Return the documentation of all alerts with the default figures, as Markdown."""
    groups = alerts(MonitoringSettings(), BackupSettings())
    return "\n".join([HEAD, *(_section(name, group) for name, group in groups.items())])


def _rule_groups(groups: Mapping[str, tuple[Alert, ...]]) -> list[Mapping[str, Value]]:
    return [{"name": name, "rules": [alert.rule for alert in group]} for name, group in groups.items()]


def _tests(groups: Mapping[str, tuple[Alert, ...]], step: Step) -> Mapping[str, Value]:
    tested = [alert for group in groups.values() for alert in group if alert.step == step]
    cases = [test for alert in tested for test in alert.tests()]
    return {"rule_files": [scrape.RULES_FILE], "evaluation_interval": step, "tests": cases}


def _section(name: str, group: tuple[Alert, ...]) -> str:
    title = name.removeprefix("memurai-").capitalize()
    rows = [
        f"| `{alert.name}` | {alert.severity} | {alert.hold} | {alert.meaning} | {alert.action} |" for alert in group
    ]
    head = ["| alert | severity | after | meaning | what to do |", "|---|---|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])
